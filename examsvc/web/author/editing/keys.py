"""The key of a frozen wording, as the page of its correction has it: a response and what else is right."""

from __future__ import annotations

from typing import Final

from examsvc.web.author.editing.parts import credit_of, rubric_of, tolerance_of
from examsvc.web.author.editing.reading import typed_of
from examsvc.web.author.editing.trying import response_of
from examsvc.web.author.editing.typed import TYPED_KEYS, Fields, Typed, TypedCriterion
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of

MORE: Final = 2  # empty rows for further accepted texts, or criteria


def corrected(asked: Asked, fields: Fields) -> Key:
    """The key that the page's fields say. Raises InvalidItem where they say none."""
    typed = typed_of({**fields, "interaction": [asked.interaction.value]})
    if asked.kind.rated:
        return Key(1, (), rubric=rubric_of(typed))
    if asked.interaction in TYPED_KEYS:
        accepted = [text.strip() for text in typed.accepted if text.strip()]
    else:
        accepted = [response_of(asked, fields)]
        if asked.kind.form is Form.ONE:
            accepted += [option for option in fields.get("also", ()) if option not in accepted]
    accepted = [response for response in accepted if response]
    if not accepted:
        raise InvalidItem("KEY_MISSING", field="key")
    text = asked.interaction is Interaction.SHORT_TEXT
    return Key(
        1,
        tuple(accepted),
        credit_of(typed),
        tolerance_of(typed),
        with_case=text and typed.with_case,
        with_marks=typed.with_marks or not text,
    )


def fields_of(asked: Asked, key: Key) -> dict[str, list[str]]:
    """The fields of the page as the key in force fills them in."""
    if not key.accepted or asked.interaction in TYPED_KEYS:
        return {}
    parts = parts_of(key.accepted[0])
    fields: dict[str, list[str]] = {"also": list(key.accepted[1:])}
    if asked.kind.form is Form.PAIRED:
        for part in parts:
            option, _arrow, place = part.partition(">")
            fields.setdefault(f"try_{place.lower()}", []).append(option)
    elif asked.kind.form is Form.ORDERED:
        fields |= {f"try_at_{option.lower()}": [str(at)] for at, option in enumerate(parts, 1)}
    else:
        fields["try"] = list(parts)
    return fields


def typed_key(asked: Asked, key: Key) -> Typed:
    """The key's rows, with some empty ones: accepted texts, criteria, credit."""
    return Typed(
        asked.interaction,
        accepted=(*(key.accepted if asked.interaction in TYPED_KEYS else ()), *[""] * MORE),
        tolerance=str(key.tolerance).replace(".", ",") if key.tolerance else "",
        with_case=key.with_case,
        with_marks=key.with_marks,
        credit=key.credit.value,
        rubric=(
            *(TypedCriterion(one.description, str(one.points)) for one in key.rubric),
            *[TypedCriterion()] * MORE,
        ),
    )
