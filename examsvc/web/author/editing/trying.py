"""An author's own response to what he is writing: what it would earn, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from examsvc.web.author.editing.typed import Fields
from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Key, check_key, share
from item_bank.interactions.responses import parts_of, read_response

RIGHT: Final = "right"
WRONG: Final = "wrong"
MISSED: Final = "missed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One part of a response: its option and place, where it has them, and how it stands to the key."""

    option: str
    place: str
    standing: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A response with what it earns of the mark.

    fault : code of what makes it no response, if anything does
    parts : empty where it is right or wrong as a whole
    """

    response: str
    share: Fraction
    fault: str = ""
    parts: tuple[Verdict, ...] = ()


def response_of(asked: Asked, fields: Fields) -> str:
    """The response as the controls of the preview say it; empty where nothing was said."""
    form = asked.kind.form
    if form in {Form.NUMBER, Form.TEXT}:
        return str((fields.get("try_text") or [""])[0])[: asked.kind.most_characters]
    if form is Form.PAIRED:
        pairs = [
            f"{option}>{place}"
            for place in asked.place_ids
            for option in fields.get(f"try_{place.lower()}", ())
            if option
        ]
        return " ".join(pairs)
    if form is Form.ORDERED:
        return " ".join(_in_order(asked, fields))
    return " ".join(dict.fromkeys(value for value in fields.get("try", ()) if value))


def tried(asked: Asked, key: Key, response: str) -> Tried | None:
    """What the response earns; None where there is none, or where people mark."""
    if not response.strip() or asked.kind.rated:
        return None
    try:
        given = read_response(asked, response)
        checked = check_key(asked, key)
    except (InvalidResponse, InvalidItem) as error:
        return Tried(response, Fraction(0), error.code)
    best = max(
        checked.accepted,
        key=lambda accepted: share(asked, replace(checked, accepted=(accepted,)), given),
    )
    return Tried(given, share(asked, checked, given), "", _verdicts(asked, best, given))


def _in_order(asked: Asked, fields: Fields) -> list[str]:
    """The options by the positions chosen for them; those without one are left out."""
    positions = {
        option: int(text)
        for option in asked.option_ids
        for text in fields.get(f"try_at_{option.lower()}", ())
        if text.isascii() and text.isdigit()
    }
    return sorted(positions, key=lambda option: positions[option])


def _verdicts(asked: Asked, accepted: str, given: str) -> tuple[Verdict, ...]:
    form = asked.kind.form
    if form in {Form.NUMBER, Form.TEXT}:
        return ()
    right, said = parts_of(accepted), parts_of(given)
    if form is Form.ORDERED:
        pairs = zip(said, right, strict=True)
        return tuple(Verdict(one, str(n), _standing(one == other)) for n, (one, other) in enumerate(pairs, 1))
    found = [_verdict(part, form, _standing(part in right)) for part in said]
    found += [_verdict(part, form, MISSED) for part in right if not _is_answered(part, said, form)]
    return tuple(found)


def _is_answered(part: str, said: Sequence[str], form: Form) -> bool:
    """Whether the response says something, right or wrong, where this part would stand."""
    if form is Form.PAIRED:
        place = part.partition(">")[2]
        return any(one.partition(">")[2] == place for one in said)
    return part in said or form is Form.ONE


def _verdict(part: str, form: Form, standing: str) -> Verdict:
    if form is Form.PAIRED:
        option, _arrow, place = part.partition(">")
        return Verdict(option, place, standing)
    return Verdict(part, "", standing)


def _standing(is_right: bool) -> str:
    return RIGHT if is_right else WRONG
