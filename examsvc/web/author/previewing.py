"""What the form holds, as a candidate would see it, with what a response to it would earn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from examsvc.web.author.editing.faults import fault_of
from examsvc.web.author.editing.parts import Parts, english_of, key_of, parts_of
from examsvc.web.author.editing.trying import Tried, response_of, tried
from examsvc.web.author.editing.typed import Fields, Typed, letters
from examsvc.web.author.seeing import Look, Seen, in_english, seen
from examsvc.web.author.wording import words_of
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key
from item_bank.labels import in_bank_order
from item_bank.quality import Finding, broken_formulas
from item_bank.stem import from_authored, plain_text
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation

SHORT: Final = 40  # characters of an option where a verdict names it


@dataclass(frozen=True, slots=True)
class Preview:
    """What the preview's template takes.

    vietnamese, english : as candidates see it; None where what is typed is no item yet, for the `reason`
    tried : what the response in it would earn, where there is one and the key says it
    named : what each option and place of a tried response is called
    """

    vietnamese: Seen | None
    english: Seen | None
    stem: str
    rationale: str
    faults: list[Finding]
    reason: str
    tried: Tried | None
    key: Key | None
    named: dict[str, str]


def preview_of(typed: Typed, fields: Fields, rationale: str, stimulus: Stimulus | None) -> Preview:
    """The preview of what was typed, whole or not."""
    texts = {"stem": from_authored(typed.stem), "rationale": from_authored(rationale)}
    texts |= {f"option_{one.id.lower()}": from_authored(one.content) for one in typed.options}
    texts |= {f"place_{one.id.lower()}": from_authored(one.content) for one in typed.places}
    parts: Parts | None = None
    key: Key | None = None
    reason = ""
    try:
        parts = parts_of(typed)
        key = key_of(typed, parts)
    except InvalidItem as error:
        fault = fault_of(error, typed, parts)
        reason = words_of(fault.code, fault.params)
    if parts is None or not texts["stem"]:
        return Preview(
            None, None, texts["stem"], texts["rationale"], broken_formulas(texts), reason, None, None, {}
        )
    asked = shown_asked(parts.asked)
    look = Look(texts["stem"], asked, stimulus, response=fields)
    return Preview(
        vietnamese=seen(look),
        english=_english(typed, parts, asked, stimulus),
        stem=texts["stem"],
        rationale=texts["rationale"],
        faults=broken_formulas(texts),
        reason=reason,
        tried=None if key is None else tried(parts.asked, key, response_of(parts.asked, fields)),
        key=key,
        named=names_of(asked),
    )


def shown_asked(asked: Asked) -> Asked:
    """What is asked with its texts sanitised, its options in an order that does not tell the key."""
    clean = replace(
        asked,
        options=tuple(replace(one, content=from_authored(one.content)) for one in asked.options),
        places=tuple(replace(one, content=from_authored(one.content)) for one in asked.places),
    )
    return replace(clean, options=in_bank_order(clean))


def names_of(asked: Asked) -> dict[str, str]:
    """How the page calls the options and places, by their ids: what is put somewhere by its words."""
    named = {option.id: letters(place) for place, option in enumerate(asked.options)}
    if asked.kind.form is Form.PAIRED:
        named = {option.id: _short(plain_text(option.content)) or option.id for option in asked.options}
    areas = asked.interaction is Interaction.HOTSPOT
    named |= {
        place.id: letters(number) if areas else str(number + 1) for number, place in enumerate(asked.places)
    }
    return named


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


def _english(typed: Typed, parts: Parts, asked: Asked, stimulus: Stimulus | None) -> Seen | None:
    """Read only: a response is the same in either language."""
    english = english_of(typed, parts, "")
    if english is None or not english.stem.strip():
        return None
    clean = Translation(
        from_authored(english.stem),
        {id_: from_authored(text) for id_, text in english.options.items()},
        {id_: from_authored(text) for id_, text in english.places.items()},
    )
    return seen(Look(clean.stem, in_english(asked, clean), stimulus, lang="en"))
