"""Typed parts as what the item library takes: what is asked, the key, the English wording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from examsvc.web.author.editing.typed import (
    LIMITED,
    PAIRED_ROWS,
    RIGHT_OPTIONS,
    TYPED_KEYS,
    Typed,
    TypedPlace,
    letters,
)
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Area, Asked, Option, Place, marks_in
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key
from item_bank.stem import from_authored, nfc, plain_text
from item_bank.translation import Translation

MOST_LIMIT: Final = 200
_NUMBERS: Final = {"rect": 4, "circle": 3}


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked, in the author's own words and under the form's own names.

    names : id of an option or a place → the field of the form where it was typed
    english : contents in English by the same ids
    """

    asked: Asked
    names: Mapping[str, str]
    english_options: Mapping[str, str] = field(default_factory=dict)
    english_places: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """Options and places with the fields they come from, while they are put together."""

    options: list[Option] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    english_options: dict[str, str] = field(default_factory=dict)
    english_places: dict[str, str] = field(default_factory=dict)

    def add_option(self, option: Option, english: str, name: str) -> None:
        self.options.append(option)
        self.english_options[option.id] = english
        self.names[option.id] = name

    def add_place(self, place: Place, english: str, name: str) -> None:
        self.places.append(place)
        self.english_places[place.id] = english
        self.names[place.id] = name


def parts_of(typed: Typed) -> Parts:
    """What is asked. Raises what `Asked` does, with the `field` where one is to blame; INVALID_NUMBER."""
    draft = _Draft()
    _DRAFTED.get(typed.interaction, _options_and_places)(typed, draft)
    asked = Asked(typed.interaction, tuple(draft.options), tuple(draft.places), _limit(typed))
    return Parts(asked, draft.names, draft.english_options, draft.english_places)


def key_of(typed: Typed, parts: Parts) -> Key:
    """The key as it was marked. Raises InvalidItem where nothing was."""
    if typed.kind.rated:
        return Key(1, (), rubric=rubric_of(typed))
    return Key(
        1,
        _accepted(typed, parts),
        credit_of(typed),
        tolerance_of(typed),
        with_case=typed.with_case and typed.interaction is Interaction.SHORT_TEXT,
        with_marks=typed.with_marks or typed.interaction is not Interaction.SHORT_TEXT,
    )


def english_of(typed: Typed, parts: Parts, rationale: str) -> Translation | None:
    """The English wording, where there is to be one: a place without words of its own has none."""
    if not typed.with_english:
        return None
    places = dict(parts.english_places)
    if typed.interaction is Interaction.HOTTEXT:
        words = dict(marks_in(from_authored(typed.english_stem)))
        places = {id_: words.get(id_, "") for id_ in places}
    return Translation(
        typed.english_stem,
        dict(parts.english_options),
        {id_: text for id_, text in places.items() if text.strip()},
        rationale,
    )


def reading(text: str) -> str:
    """What two texts have in common that read the same, case and spacing aside."""
    return " ".join(nfc(plain_text(from_authored(text))).casefold().split())


def _options_and_places(typed: Typed, draft: _Draft) -> None:
    """Options and places as they stand in their rows."""
    any_number = None if typed.interaction is Interaction.STATEMENTS else 1
    if typed.kind.options[1]:
        for option in typed.options:
            owner = option.place if typed.kind.own_options else None
            name = f"option_{option.id.lower()}"
            draft.add_option(Option(option.id, option.content, owner, any_number), option.english, name)
    if typed.kind.places[1]:
        for place in typed.places:
            if place.id in typed.orphans:
                raise InvalidItem("OPTION_OF_NO_PLACE", field="stem", place=place.id)
            area = _area(place) if typed.interaction is Interaction.HOTSPOT else None
            content = "" if typed.kind.own_options else place.content
            if typed.interaction is Interaction.HOTTEXT:
                content = dict(marks_in(from_authored(typed.stem)))[place.id]
            draft.add_place(Place(place.id, content, area), place.english, f"place_{place.id.lower()}")


def _pairs(typed: Typed, draft: _Draft) -> None:
    """Rows of pairs: whoever writes the same on one side twice means the same thing.

    So an option may belong to several places and a place take several options; then any option and any place
    may, for a limit of one alone would tell the key.
    """
    lefts: dict[str, str] = {}
    rights: dict[str, str] = {}
    several_rights = False
    n_options = _Counted()
    places: list[tuple[str, TypedPlace]] = []
    reused = typed.reuse
    for row in typed.places:
        if row.id in typed.orphans:
            raise InvalidItem("OPTION_OF_NO_PLACE", field="stem", place=row.id)
        left = row.id if typed.kind.in_stem else (reading(row.content) or row.id)
        several_rights = several_rights or left in lefts
        if left not in lefts:
            lefts[left] = row.id
            places.append((row.id, row))
        right = reading(row.pair) or row.id
        reused = reused or right in rights
        rights.setdefault(right, f"pair_{row.id.lower()}")
    seen: set[str] = set()
    limit = None if reused else 1
    for row in typed.places:
        right = reading(row.pair) or row.id
        if right not in seen:
            seen.add(right)
            draft.add_option(Option(n_options(), row.pair, None, limit), row.english_pair, rights[right])
    for option in typed.options:
        name = f"option_{option.id.lower()}"
        draft.add_option(Option(n_options(), option.content, None, limit), option.english, name)
    for id_, row in places:
        content = "" if typed.kind.in_stem else row.content
        place = Place(id_, content, at_most=None if several_rights else 1)
        draft.add_place(place, row.english, f"place_{id_.lower()}")


class _Counted:
    """A, B, C, …, one more each time."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> str:
        self._next += 1
        return letters(self._next - 1)


def _area(place: TypedPlace) -> Area:
    name = place.id.lower()
    texts = place.points.replace(",", " ").split() if place.shape == "poly" else place.numbers
    texts = list(texts)[: _NUMBERS.get(place.shape, len(texts))]
    if not texts or not all(text.strip() for text in texts):
        raise InvalidItem("PLACE_WITHOUT_AREA", field=f"area_{name}")
    try:
        numbers = tuple(int(text) for text in texts)
    except ValueError as error:
        raise InvalidItem("INVALID_AREA", field=f"area_{name}") from error
    try:
        return Area(place.shape, numbers)
    except InvalidItem as error:
        raise InvalidItem("INVALID_AREA", field=f"area_{name}") from error


def _limit(typed: Typed) -> int | None:
    text = typed.at_most.strip()
    if typed.interaction not in LIMITED or not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_LIMIT):
        raise InvalidItem("INVALID_LIMIT", field="at_most", value=text)
    return int(text)


def credit_of(typed: Typed) -> Credit:
    """The rule of credit that was chosen."""
    known = set(Credit) - {Credit.WEIGHTS}  # weights come from files alone
    return Credit(typed.credit) if typed.credit in known else Credit.WHOLE


def tolerance_of(typed: Typed) -> Decimal:
    """Of a number, either way. Raises InvalidItem INVALID_TOLERANCE."""
    text = typed.tolerance.strip().replace(",", ".")
    if typed.interaction is not Interaction.NUMERIC or not text:
        return Decimal(0)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InvalidItem("INVALID_TOLERANCE", field="tolerance", value=typed.tolerance) from error


def rubric_of(typed: Typed) -> tuple[Criterion, ...]:
    """The rows that anything stands in. Raises InvalidItem MISSING_CELL, INVALID_POINTS."""
    found = []
    for number, row in enumerate(typed.rubric, 1):
        if not row.description.strip() and not row.points:
            continue
        if not row.description.strip():
            raise InvalidItem("MISSING_CELL", field=f"criterion_{number}")
        if not (row.points.isascii() and row.points.isdigit() and 1 <= int(row.points) <= 100):
            raise InvalidItem("INVALID_POINTS", field=f"points_{number}", value=row.points)
        found.append(Criterion(plain_text(from_authored(row.description)), int(row.points)))
    return tuple(found)


def _accepted(typed: Typed, parts: Parts) -> tuple[str, ...]:
    if typed.interaction in TYPED_KEYS:
        return tuple(text.strip() for text in typed.accepted if text.strip())
    if typed.interaction is Interaction.ORDER:
        return (" ".join(option.id for option in typed.options),)
    if typed.interaction in RIGHT_OPTIONS:
        return _one_response(option.id for option in typed.options if option.right)
    if typed.interaction is Interaction.INLINE_CHOICE:
        return _one_response(f"{one.id}>{one.place}" for one in typed.options if one.right)
    if typed.interaction is Interaction.STATEMENTS:
        return _one_response(f"{place.said}>{place.id}" for place in typed.places if place.said)
    if typed.interaction in PAIRED_ROWS:
        return _one_response(_pairs_of(typed, parts))
    return _one_response(place.id for place in typed.places if place.right)


def _one_response(named: Sequence[str] | object) -> tuple[str, ...]:
    response = " ".join(named)  # type: ignore[arg-type]
    return (response,) if response else ()


def _pairs_of(typed: Typed, parts: Parts) -> list[str]:
    """Each row's option and place, by the ids they got."""
    options = {reading(option.content): option.id for option in parts.asked.options}
    places = {reading(place.content): place.id for place in parts.asked.places}
    return [
        f"{options[reading(row.pair)]}>{row.id if typed.kind.in_stem else places[reading(row.content)]}"
        for row in typed.places
        if reading(row.pair) in options and (typed.kind.in_stem or reading(row.content) in places)
    ]


_DRAFTED: Final[dict[Interaction, Callable[[Typed, _Draft], None]]] = {
    Interaction.MATCH: _pairs,
    Interaction.GAP_MATCH: _pairs,
}
