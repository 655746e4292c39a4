"""What the parts of an item are called in a Word file: letters, numbers, and the marks in a stem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from item_bank.errors import InvalidItem
from item_bank.formats.moodle_keys import LETTERS, says_true
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.stem import plain_text


@dataclass(frozen=True, slots=True)
class Names:
    """
    options, places : the names in the file by the item's identifiers
    offered : labels with the content behind them, in the order in which they are written
    """

    asked: Asked
    options: Mapping[str, str]
    places: Mapping[str, str]
    offered: tuple[tuple[str, str], ...]

    def response(self, response: str) -> str:
        """A response, or a part of one, by these names."""
        form = self.asked.kind.form
        if form in {Form.NUMBER, Form.TEXT}:
            return response
        parts = response.split(" ")
        if form is Form.PAIRED:
            pairs = (part.partition(">") for part in parts)
            return ", ".join(
                f"{self.places[place]}-{self.options[option]}" for option, _arrow, place in pairs
            )
        names = {**self.places, **self.options}
        return ", ".join(names[part] for part in parts)


def names_of(asked: Asked) -> Names:
    """Raises InvalidItem KEY_NOT_CARRIED: statements whose options are not plainly true and false."""
    if asked.interaction is Interaction.STATEMENTS:
        return _statements(asked)
    if asked.kind.own_options:
        return _own(asked)
    options = {one.id: _letter(place) for place, one in enumerate(asked.options)}
    places = {one.id: one.id for one in asked.places}
    if not asked.kind.in_stem:
        places = {one.id: str(place) for place, one in enumerate(asked.places, start=1)}
    offered = [] if asked.kind.in_stem else [(f"{places[one.id]}.", one.content) for one in asked.places]
    offered += [(f"{options[one.id]}.", one.content) for one in asked.options]
    return Names(asked, options, places, tuple(offered))


def _statements(asked: Asked) -> Names:
    truths = {one.id: says_true(plain_text(one.content)) for one in asked.options}
    if set(truths.values()) != {True, False}:
        raise InvalidItem("KEY_NOT_CARRIED")
    places = {one.id: "abcdefgh"[place] for place, one in enumerate(asked.places)}
    options = {id_: "Đ" if truth else "S" for id_, truth in truths.items()}
    return Names(asked, options, places, tuple((f"{places[one.id]})", one.content) for one in asked.places))


def _own(asked: Asked) -> Names:
    """Options of a place are lettered in each place anew."""
    places = {one.id: one.id for one in asked.places}
    options: dict[str, str] = {}
    offered: list[tuple[str, str]] = []
    for place in asked.place_ids:
        for number, one in enumerate(one for one in asked.options if one.place == place):
            options[one.id] = _letter(number)
            offered.append((f"[{place}] {options[one.id]}.", one.content))
    return Names(asked, options, places, tuple(offered))


def _letter(place: int) -> str:
    first, second = divmod(place, len(LETTERS))
    return f"{LETTERS[first - 1]}{LETTERS[second]}" if first else LETTERS[second]
