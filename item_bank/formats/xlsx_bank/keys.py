"""A key as an author types it, and as it is written: no key is ever guessed.

    one option          B            or its number, or the option's whole text
    several             A, C         or AC
    an order            C A B D      or CABD
    put to places       1-B; 2-A
    statements          Đ S S Đ      in the order of the statements, or 1-Đ; 2-S
    a number            12,5 ± 0,1
    a text              tờ khai tạm

Several responses that are each right stand in a list: A | C. Where an item names its options and places
itself, the key uses these names and the spelling of `item_bank.interactions.responses`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.formats.cells import column_letter
from item_bank.formats.xlsx_bank.notation import join_list, read_number, split_list, write_number
from item_bank.formats.xlsx_bank.words import truth, upright
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.responses import parts_of, read_response
from item_bank.stem import plain_line, plain_text

_BETWEEN: Final = re.compile(r"[\s,;/&+>→–—-]+")
_AND: Final = re.compile(r"(?<=\W)(?:và|and)(?=\W)", re.IGNORECASE)
_ROUND: Final = "()[].:"
_PLUS_MINUS: Final = re.compile(r"±|\+/-|\+-")
_PAIR: Final = re.compile(r"\s*(\w{1,24})\s*(->|[-–—:=.)→>])\s*(\w{1,24})(?:\s*[;,]\s*|\s+|$)")
_TRUTHS: Final = frozenset({Interaction.TRUE_FALSE, Interaction.STATEMENTS})
_NUMBERED: Final = frozenset({Interaction.SINGLE_CHOICE, Interaction.MULTIPLE_RESPONSE})


@dataclass(frozen=True, slots=True)
class Naming:
    """How a key may name the parts of an item.

    named : the item names its parts itself, and the key uses these names alone
    numbered : the options may be named by their numbers, from 1
    """

    asked: Asked
    named: bool = False
    numbered: bool = True

    def option(self, token: str, place: str | None = None) -> str:
        """The id of the option that a token names; raises InvalidItem INVALID_KEY, KEY_TWO_MEANINGS."""
        options = [one for one in self.asked.options if one.place in {None, place}]
        found = _by_id(token, [one.id for one in options])
        if self.named:
            return _only({found} - {None}, token)
        meant = {found, self._by_truth(token, options), _by_letter(token, options)}
        if meant - {None}:
            return _only(meant - {None}, token)
        number = self._by_number(token, options)
        # of several options no text is searched: its words could be those of others
        whole = self.asked.kind.form is Form.ONE or number is not None
        return _only({number, _by_content(token, options) if whole else None} - {None}, token)

    def _by_truth(self, token: str, options: Sequence[Option]) -> str | None:
        if self.asked.interaction not in _TRUTHS or (said := truth(token)) is None:
            return None
        found = [one.id for one in options if truth(plain_text(one.content)) is said]
        return found[0] if len(found) == 1 else None

    def _by_number(self, token: str, options: Sequence[Option]) -> str | None:
        typed = upright(token)
        if not (self.numbered and self.asked.interaction in _NUMBERED and typed.isascii()):
            return None
        if not (typed.isdigit() and len(typed) < 3 and 1 <= int(typed) <= len(options)):
            return None
        return options[int(typed) - 1].id

    def chosen(self, token: str) -> str:
        """The id of what is chosen by itself: an option, or a place of an item that has none."""
        if self.asked.options:
            return self.option(token)
        return _only({_by_id(token, self.asked.place_ids)} - {None}, token)

    def place(self, token: str) -> str:
        """A statement may be named by its letter."""
        ids = self.asked.place_ids
        found = _by_id(token, ids)
        if found is None and not self.named and not self.asked.kind.in_stem:
            letters = {column_letter(number): id_ for number, id_ in enumerate(ids, start=1)}
            found = letters.get(upright(token).upper())
        return _only({found} - {None}, token)


def _by_id(token: str, ids: Sequence[str]) -> str | None:
    typed = upright(token)
    if typed in ids:
        return typed
    alike = [id_ for id_ in ids if id_.casefold() == typed.casefold()]
    return alike[0] if len(alike) == 1 else None


def _by_letter(token: str, options: Sequence[Option]) -> str | None:
    typed = upright(token).upper()
    found = [one.id for number, one in enumerate(options, start=1) if column_letter(number) == typed]
    return found[0] if found else None


def _by_content(token: str, options: Sequence[Option]) -> str | None:
    typed = plain_line(token).strip(_ROUND)
    found = [one.id for one in options if plain_text(one.content).strip(_ROUND) == typed]
    return found[0] if len(found) == 1 else None


def _only(meant: set[str | None] | set[str], token: str) -> str:
    found = [id_ for id_ in meant if id_ is not None]
    if len(found) > 1:
        raise InvalidItem("KEY_TWO_MEANINGS", value=token[:40])
    if not found:
        raise InvalidItem("INVALID_KEY", value=token[:40])
    return found[0]


def read_key(naming: Naming, text: str) -> tuple[tuple[str, ...], Decimal]:
    """The accepted responses in their one spelling, and the tolerance of a number.

    Raises InvalidItem: INVALID_KEY (value), KEY_TWO_MEANINGS (a number that is the place of one option and
    the text of another; value), NUMBER_UNCLEAR (a tolerance).
    """
    form = naming.asked.kind.form
    typed, tolerance = split_list(text), Decimal(0)
    if form is Form.NUMBER:
        last, sign, width = _PLUS_MINUS.sub("±", typed[-1]).partition("±")
        typed[-1] = last.strip()
        tolerance = read_number(width) if sign else tolerance
    elif form is not Form.TEXT:
        typed = [_response(naming, one) for one in typed]
    try:
        return tuple(read_response(naming.asked, one) for one in typed), tolerance
    except InvalidResponse as fault:
        raise InvalidItem("INVALID_KEY", value=text[:40], fault=fault.code) from fault


def _response(naming: Naming, typed: str) -> str:
    match naming.asked.kind.form:
        case Form.ONE:
            return naming.option(typed.strip(_ROUND + " ") or typed)
        case Form.PAIRED:
            return _paired(naming, typed)
    tokens = _tokens(naming, _AND.sub(" ", typed))
    return " ".join(naming.chosen(token) for token in tokens)


def _tokens(naming: Naming, typed: str) -> list[str]:
    """The names in a row; letters written together are as many names."""
    tokens = [one for one in (part.strip(_ROUND) for part in _BETWEEN.split(typed)) if one]
    if len(tokens) == 1 and not naming.named:
        ids = naming.asked.choosable_ids
        together = upright(tokens[0]).upper()
        if together not in ids and len(together) > 1 and set(together) <= set(ids):
            return list(together)
    return tokens


def _paired(naming: Naming, typed: str) -> str:
    pairs = _pairs(upright(typed))
    if pairs is None:
        pairs = _in_order(naming, typed)
    found = []
    for place, option in pairs:
        place_id = naming.place(place)
        found.append(f"{naming.option(option, place_id)}>{place_id}")
    return " ".join(found)


def _pairs(typed: str) -> list[tuple[str, str]] | None:
    """(place, option) of each pair; None where the text is not made of pairs alone."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(typed):
        pair = _PAIR.match(typed, at)
        if pair is None:
            return None
        one, sign, other = pair.groups()
        pairs.append((other, one) if sign == ">" else (one, other))
        at = pair.end()
    return pairs


def _in_order(naming: Naming, typed: str) -> list[tuple[str, str]]:
    """One option for each place, in the order of the places: Đ S S Đ."""
    tokens = [one for one in _BETWEEN.split(typed.strip()) if one]
    places = naming.asked.place_ids
    if len(tokens) == 1 and len(tokens[0]) == len(places):
        tokens = list(tokens[0])
    if len(tokens) != len(places) or naming.asked.interaction is not Interaction.STATEMENTS:
        raise InvalidItem("INVALID_KEY", value=typed[:40])
    return list(zip(places, tokens, strict=True))


def write_key(naming: Naming, accepted: Sequence[str], tolerance: Decimal) -> str:
    """What `read_key` reads back."""
    form = naming.asked.kind.form
    if form in {Form.TEXT, Form.NUMBER}:
        text = join_list(accepted)
        return f"{text} ± {write_number(tolerance)}" if form is Form.NUMBER and tolerance else text
    return join_list(_written(naming, response) for response in accepted)


def _written(naming: Naming, response: str) -> str:
    asked, parts = naming.asked, parts_of(response)
    if naming.named or asked.kind.form is Form.ORDERED:
        return response
    if asked.kind.form is Form.ONE:
        return _said(asked, response)
    if asked.kind.form is Form.SOME:
        return ", ".join(parts)
    pairs = [(option, place) for option, _arrow, place in (part.partition(">") for part in parts)]
    if asked.interaction is Interaction.STATEMENTS and [place for _, place in pairs] == list(asked.place_ids):
        return " ".join(_said(asked, option) for option, _place in pairs)
    return "; ".join(f"{place}-{_letter(asked, option, place)}" for option, place in pairs)


def _said(asked: Asked, option_id: str) -> str:
    """Đ or S where the options are called Đúng and Sai, else the option's name."""
    contents = {one.id: one.content for one in asked.options}
    if asked.interaction in _TRUTHS and sorted(contents.values()) == ["Sai", "Đúng"]:
        return contents.get(option_id, "?")[0]
    return option_id


def _letter(asked: Asked, option_id: str, place: str) -> str:
    own = [one.id for one in asked.options if one.place == place]
    return column_letter(own.index(option_id) + 1) if option_id in own else _said(asked, option_id)
