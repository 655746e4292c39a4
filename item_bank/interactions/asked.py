"""What an item asks for: its interaction with the options and places that a response may name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.interactions.kinds import KINDS, Interaction, Kind

_ID: Final = re.compile(r"[A-Za-z0-9_]{1,16}")
# a tag is passed over whole: what looks like a mark in the words of a picture is none
_MARK: Final = re.compile(r"<[^<>]*>|\[\[(?P<id>[A-Za-z0-9_]{1,16})(?::(?P<words>[^\[\]]{1,500}))?\]\]")
_COORDS: Final = {"rect": 4, "circle": 3}


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things a candidate may choose, order or put somewhere.

    content : sanitised HTML
    place : the place whose own option it is, where places have their own
    at_most : to how many places it may be put; None: to any number
    """

    id: str
    content: str
    place: str | None = None
    at_most: int | None = 1


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture in its own pixels: rect left top right bottom, circle x y radius, poly x y …"""

    shape: str
    coords: tuple[int, ...]

    def __post_init__(self) -> None:
        wanted = _COORDS.get(self.shape)
        enough = (
            len(self.coords) == wanted
            if wanted
            else self.shape == "poly" and len(self.coords) >= 6 and len(self.coords) % 2 == 0
        )
        if not enough or min(self.coords, default=-1) < 0 or self._is_flat:
            raise InvalidItem("INVALID_AREA", shape=self.shape, coords=self.coords)

    @property
    def _is_flat(self) -> bool:
        if self.shape == "rect":
            left, top, right, bottom = self.coords
            return left >= right or top >= bottom
        return self.shape == "circle" and self.coords[2] == 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an option may be put, or what is chosen itself.

    content : sanitised HTML; the words of a hottext; what a screen reader says of an area
    area : of the item's picture, for a hotspot
    at_most : how many options it takes; None: any number
    """

    id: str
    content: str = ""
    area: Area | None = None
    at_most: int | None = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """An interaction with its parts, checked against the table of kinds.

    at_most : how many options or places may be chosen where several may; None: any number

    Raises InvalidItem: WRONG_NUMBER_OF_OPTIONS, WRONG_NUMBER_OF_PLACES, INVALID_ID, OPTION_ID_TWICE,
    PLACE_ID_TWICE, OPTION_OF_NO_PLACE, PLACE_WITHOUT_OPTIONS, PLACE_WITHOUT_AREA, INVALID_LIMIT.
    """

    interaction: Interaction
    options: tuple[Option, ...] = ()
    places: tuple[Place, ...] = ()
    at_most: int | None = None

    def __post_init__(self) -> None:
        self._check_numbers()
        for code, parts in (("OPTION_ID_TWICE", self.options), ("PLACE_ID_TWICE", self.places)):
            for id_, times in Counter(part.id for part in parts).items():
                if not _ID.fullmatch(id_):
                    raise InvalidItem("INVALID_ID", value=id_)
                if times > 1:
                    raise InvalidItem(code, value=id_)
        limits = [self.at_most, *(one.at_most for one in self.options), *(one.at_most for one in self.places)]
        if any(limit is not None and limit < 1 for limit in limits):
            raise InvalidItem("INVALID_LIMIT")
        self._check_owners()
        if self.interaction is Interaction.HOTSPOT and any(place.area is None for place in self.places):
            raise InvalidItem("PLACE_WITHOUT_AREA")

    @property
    def kind(self) -> Kind:
        return KINDS[self.interaction]

    @property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @property
    def place_ids(self) -> tuple[str, ...]:
        return tuple(place.id for place in self.places)

    @property
    def choosable_ids(self) -> tuple[str, ...]:
        """What can be chosen by itself: the options, or the places of an item that has none."""
        return self.option_ids or self.place_ids

    def _check_numbers(self) -> None:
        for name, parts, (least, most) in (
            ("OPTIONS", self.options, self.kind.options),
            ("PLACES", self.places, self.kind.places),
        ):
            if not least <= len(parts) <= most:
                raise InvalidItem(f"WRONG_NUMBER_OF_{name}", count=len(parts), least=least, most=most)

    def _check_owners(self) -> None:
        owned = Counter(option.place for option in self.options)
        if not self.kind.own_options:
            if owned.keys() - {None}:
                raise InvalidItem("OPTION_OF_NO_PLACE", place=next(iter(owned.keys() - {None})))
            return
        for place in owned.keys() - set(self.place_ids):
            raise InvalidItem("OPTION_OF_NO_PLACE", place=place)
        for id_ in self.place_ids:
            if owned[id_] < 2:
                raise InvalidItem("PLACE_WITHOUT_OPTIONS", place=id_)


def single_choice(*contents: str) -> Asked:
    """One right option of several, by letters."""
    options = tuple(Option(chr(ord("A") + place), content) for place, content in enumerate(contents))
    return Asked(Interaction.SINGLE_CHOICE, options)


def marks_in(stem: str) -> list[tuple[str, str]]:
    """The places marked in a stem, in order: (id, words), the words empty where the mark is a gap."""
    return [(mark["id"], mark["words"] or "") for mark in _MARK.finditer(stem) if mark["id"]]


def replace_marks(stem: str, written: Callable[[str, str], str]) -> str:
    """The stem with `written(id, words)` in the place of each mark."""
    return _MARK.sub(lambda mark: written(mark["id"], mark["words"] or "") if mark["id"] else mark[0], stem)


def check_stem(asked: Asked, stem: str) -> None:
    """Each place stands in the stem once, where its kind asks for that, and nowhere else is a mark.

    Raises InvalidItem: MARK_OF_NO_PLACE, MARK_TWICE, PLACE_NOT_IN_STEM.
    """
    places = set(asked.place_ids) if asked.kind.in_stem else set()
    marked = Counter(id_ for id_, _words in marks_in(stem))
    for id_, times in marked.items():
        if id_ not in places:
            raise InvalidItem("MARK_OF_NO_PLACE", value=id_)
        if times > 1:
            raise InvalidItem("MARK_TWICE", value=id_)
    for id_ in sorted(places - marked.keys()):
        raise InvalidItem("PLACE_NOT_IN_STEM", value=id_)
