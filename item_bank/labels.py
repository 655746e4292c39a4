"""Ids that say nothing: as they stand in the bank, and so in every browser."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from item_bank.interactions.asked import Asked, Option, replace_marks
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key, check_key
from item_bank.interactions.responses import parts_of
from item_bank.stem import nfc
from item_bank.translation import Translation

# their authors write the options down in the right order, or each beside its place
_TELLING = frozenset({Interaction.ORDER, Interaction.MATCH, Interaction.GAP_MATCH})


@dataclass(frozen=True, slots=True)
class Parts:
    """All of an item that names its options and places."""

    stem: str
    asked: Asked
    key: Key
    english: Translation | None = None


def relabelled(parts: Parts) -> Parts:
    """The same item with options A, B, … and places P1, P2, … whatever they were called before.

    Another system's ids may tell the key ("correct_1"), and so may the order in which an author wrote the
    options of an order, a match or a gap match: those are put in the order of a digest of their content.
    Doing it again changes nothing. Raises what `check_key` does.
    """
    asked = parts.asked
    ordered = in_bank_order(asked)
    options, places = new_ids(asked)
    english = parts.english
    renamed = asked
    if list(ordered) != list(asked.options) or any(old != new for old, new in (options | places).items()):
        renamed = replace(
            asked,
            options=tuple(
                replace(one, id=options[one.id], place=places.get(one.place or "")) for one in ordered
            ),
            places=tuple(replace(one, id=places[one.id]) for one in asked.places),
        )
    return Parts(
        _restemmed(parts.stem, places),
        renamed,
        check_key(renamed, _rekeyed(parts.key, asked.kind.form, options, places)),
        None
        if english is None
        else replace(
            english,
            stem=_restemmed(english.stem, places),
            options={options[id_]: text for id_, text in english.options.items()},
            places={places[id_]: text for id_, text in english.places.items()},
        ),
    )


def in_bank_order(asked: Asked) -> tuple[Option, ...]:
    """The options in the order in which the bank keeps them, which tells nothing."""
    return tuple(sorted(asked.options, key=_digest)) if asked.interaction in _TELLING else asked.options


def new_ids(asked: Asked) -> tuple[dict[str, str], dict[str, str]]:
    """What the bank calls each option and each place, by what it is called here."""
    options = {option.id: _letters(place) for place, option in enumerate(in_bank_order(asked))}
    return options, {place.id: f"P{number}" for number, place in enumerate(asked.places, 1)}


def _digest(option: Option) -> bytes:
    return hashlib.sha256(nfc(option.content).encode("utf-8")).digest()


def _letters(place: int) -> str:
    """A to Z, then AA, AB, …"""
    first, last = divmod(place, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _restemmed(stem: str, places: Mapping[str, str]) -> str:
    def mark(id_: str, words: str) -> str:
        return f"[[{places.get(id_, id_)}{':' if words else ''}{words}]]"

    return replace_marks(stem, mark)


def _rekeyed(key: Key, form: Form, options: Mapping[str, str], places: Mapping[str, str]) -> Key:
    if form in {Form.NUMBER, Form.TEXT, Form.NOTHING}:
        return key

    def part(old: str) -> str:
        if form is Form.PAIRED:
            option, _arrow, place = old.partition(">")
            return f"{options.get(option, option)}>{places.get(place, place)}"
        return (options or places).get(old, old)

    weights = key.weights
    return replace(
        key,
        accepted=tuple(" ".join(map(part, parts_of(response))) for response in key.accepted),
        weights=None
        if weights is None
        else replace(weights, of={part(old): weight for old, weight in weights.of.items()}),
    )
