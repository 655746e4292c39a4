"""What stands in the form of an item, part by part, exactly as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.interactions.asked import marks_in, replace_marks
from item_bank.interactions.kinds import KINDS, Interaction, Kind
from item_bank.stem import from_authored

Fields = Mapping[str, Sequence[str]]  # the values of each field in the order of the form

SHAPES: Final = ("rect", "circle", "poly")
PAIRED_ROWS: Final = frozenset({Interaction.MATCH, Interaction.GAP_MATCH})
RIGHT_OPTIONS: Final = frozenset(
    {Interaction.SINGLE_CHOICE, Interaction.TRUE_FALSE, Interaction.MULTIPLE_RESPONSE}
)
LIMITED: Final = frozenset({Interaction.MULTIPLE_RESPONSE, Interaction.HOTSPOT, Interaction.HOTTEXT})
TYPED_KEYS: Final = frozenset({Interaction.NUMERIC, Interaction.SHORT_TEXT})
# how many rows a new item begins with
FIRST_OPTIONS: Final[dict[Interaction, int]] = {
    Interaction.SINGLE_CHOICE: 4,
    Interaction.MULTIPLE_RESPONSE: 4,
    Interaction.ORDER: 4,
}
FIRST_PLACES: Final[dict[Interaction, int]] = {
    Interaction.STATEMENTS: 4,
    Interaction.MATCH: 3,
    Interaction.HOTSPOT: 2,
}


@dataclass(frozen=True, slots=True)
class TypedOption:
    """id : by which the form's fields are called; place : the gap whose own option it is."""

    id: str
    content: str = ""
    english: str = ""
    right: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """A statement, a pair's left side, a gap, marked words or an area.

    said : of a statement, the option that is right
    right : of words or an area
    pair, english_pair : what belongs to it, where pairs are written side by side
    numbers, points : an area's coordinates
    """

    id: str
    content: str = ""
    english: str = ""
    said: str = ""
    right: bool = False
    pair: str = ""
    english_pair: str = ""
    shape: str = "rect"
    numbers: tuple[str, ...] = ("", "", "", "")
    points: str = ""


@dataclass(frozen=True, slots=True)
class TypedCriterion:
    description: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The parts of an item that depend on its interaction, with the stems that hold its gaps."""

    interaction: Interaction
    stem: str = ""
    english_stem: str = ""
    options: tuple[TypedOption, ...] = ()
    places: tuple[TypedPlace, ...] = ()
    accepted: tuple[str, ...] = ("",)
    tolerance: str = ""
    with_case: bool = False
    with_marks: bool = True
    reuse: bool = False  # an option may be put to any number of places
    at_most: str = ""
    credit: str = ""
    rubric: tuple[TypedCriterion, ...] = field(default=())
    with_english: bool = False

    @property
    def kind(self) -> Kind:
        return KINDS[self.interaction]

    @property
    def marked_ids(self) -> tuple[str, ...]:
        """The places that the stem marks, in order, each once."""
        return tuple(dict.fromkeys(id_ for id_, _words in marks_in(from_authored(self.stem))))

    @property
    def points(self) -> list[int]:
        """Of the rubric's rows, as far as they are numbers."""
        return [int(row.points) for row in self.rubric if row.points.isascii() and row.points.isdigit()]

    def options_of(self, place: str) -> tuple[TypedOption, ...]:
        return tuple(option for option in self.options if option.place == place)

    @property
    def orphans(self) -> tuple[str, ...]:
        """Places whose gap has gone from the stem, while something is still typed for them."""
        if not self.kind.in_stem:
            return ()
        marked = set(self.marked_ids)
        return tuple(place.id for place in self.places if place.id not in marked)


def letters(number: int) -> str:
    """A to Z, then AA, AB, …"""
    first, last = divmod(number, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


_BARE_MARK: Final = re.compile(r"\[\[(\d{1,3})(?=[\]:])")


def with_place_names(stem: str) -> str:
    """`[[1]]`, as some write it, is `[[P1]]`."""
    return _BARE_MARK.sub(r"[[P\1", stem)


def without_marks(stem: str) -> str:
    """The stem with the words of its marks alone, for an interaction that has no places in it."""
    return replace_marks(stem, lambda _id, words: words or "…")


def settled(typed: Typed) -> Typed:
    """The rows called A, B, … and P1, P2, … in their order, and a row for each place that the stem marks."""
    named = {option.id: letters(place) for place, option in enumerate(typed.options)}
    options = tuple(replace(option, id=letters(place)) for place, option in enumerate(typed.options))
    if typed.kind.in_stem:
        return _with_marked_places(replace(typed, options=options, places=_said_of(typed.places, named)))
    places = tuple(
        replace(place, id=f"P{number}") for number, place in enumerate(_said_of(typed.places, named), 1)
    )
    return replace(typed, options=options, places=places)


def _said_of(places: Sequence[TypedPlace], named: Mapping[str, str]) -> tuple[TypedPlace, ...]:
    return tuple(replace(place, said=named.get(place.said, "")) for place in places)


def _with_marked_places(typed: Typed) -> Typed:
    known = {place.id: place for place in typed.places}
    marked = typed.marked_ids
    kept = [known.get(id_, TypedPlace(id_)) for id_ in marked]
    kept += [place for place in typed.places if place.id not in marked and _is_worth_keeping(typed, place)]
    options = typed.options
    if typed.kind.own_options:
        owners = {option.place for option in options}
        fresh = [TypedOption("", place=place.id) for place in kept if place.id not in owners for _ in "AB"]
        options = tuple(
            replace(option, id=letters(number)) for number, option in enumerate([*options, *fresh])
        )
    return replace(typed, options=options, places=tuple(kept))


def _is_worth_keeping(typed: Typed, place: TypedPlace) -> bool:
    """Whether a place that no mark stands for any more has something typed for it."""
    own = any(option.content.strip() or option.english.strip() for option in typed.options_of(place.id))
    return own or bool(place.pair.strip() or place.english_pair.strip())
