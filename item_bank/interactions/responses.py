"""A response as one line of text: the same response is always written the same way.

    one option        B
    several           A C           in the order of the item
    an order          C A B D
    put to places     A>1 C>2       option and place, in the order of the places, then of the options
    a number, a text  as typed, in one Unicode form, without white space around it

So the log of a sitting, its receipt and the marks all see one spelling, and an item can be re-marked from the
log for as long as the log is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from item_bank.errors import InvalidResponse
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.stem import nfc

_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9.,\u00a0\u202f ]*")
_GROUPED: Final = re.compile(r"[0-9]{1,3}([.,\u00a0\u202f ][0-9]{3})+")
_SPACES: Final = re.compile(r"[\u00a0\u202f ]")
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2013": "-"})
MOST_DIGITS: Final = 30


def read_response(asked: Asked, text: str) -> str:
    """The response in its one spelling.

    Raises InvalidResponse: UNKNOWN_PART, PART_TWICE, TOO_MANY, NOT_ALL, NOT_A_NUMBER, TOO_LONG, EMPTY,
    NOTHING_EXPECTED. What is legal to have chosen half way (a place still empty) is a response.
    """
    form = asked.kind.form
    if form is Form.NOTHING:
        raise InvalidResponse("NOTHING_EXPECTED")
    if form in {Form.NUMBER, Form.TEXT}:
        return _typed(asked, text)
    parts = text.split(" ")
    if parts == [""]:
        raise InvalidResponse("EMPTY")
    if form is Form.PAIRED:
        return " ".join(_pairs(asked, parts))
    _all_known(parts, asked.choosable_ids)
    if form is Form.ORDERED:
        if len(parts) != len(asked.options):
            raise InvalidResponse("NOT_ALL", count=len(parts), expected=len(asked.options))
        return " ".join(parts)
    most = 1 if form is Form.ONE else asked.at_most
    if most is not None and len(parts) > most:
        raise InvalidResponse("TOO_MANY", count=len(parts), most=most)
    return " ".join(id_ for id_ in asked.choosable_ids if id_ in parts)


def is_storable(asked: Asked, response: str) -> bool:
    """Whether a candidate may have this on the screen, half done or mistyped: a log of responses keeps it.

    What is typed is kept as it is, as long as it fits; of everything else the item must know every part.
    """
    form = asked.kind.form
    if form is Form.ONE:
        return response in asked.option_ids
    if form in {Form.NUMBER, Form.TEXT}:
        return 0 < len(response) <= asked.kind.most_characters
    try:
        return bool(read_response(asked, response))
    except InvalidResponse:
        return False


def parts_of(response: str) -> tuple[str, ...]:
    """The options, places or pairs that a response is made of."""
    return tuple(response.split(" "))


def readings(number: str) -> frozenset[Decimal]:
    """What a typed number may mean: with a comma or a point for the decimals, and groups of three digits.

    "1.234" is one and a bit to some and more than a thousand to others; nobody loses a mark by it, both
    readings are compared with the key. Empty where it is no number.
    """
    typed = number.strip().translate(_MINUS)
    if not _NUMBER.fullmatch(typed) or sum(sign.isdigit() for sign in typed) > MOST_DIGITS:
        return frozenset()
    negative, digits = typed.startswith("-"), typed.lstrip("+-")
    found = {text for text in (_plain(digits), _ungrouped(digits)) if text is not None}
    return frozenset(-Decimal(text) if negative else Decimal(text) for text in found)


def _plain(digits: str) -> str | None:
    """Without groups: at most one mark, for the decimals."""
    marks = [sign for sign in digits if not sign.isdigit()]
    if len(marks) > 1 or _SPACES.search(digits) or not digits[-1:].isdigit():
        return None
    return digits.replace(",", ".")


def _ungrouped(digits: str) -> str | None:
    """With groups of three, all marked alike, and perhaps decimals marked otherwise."""
    for decimal in (",", "."):
        whole, mark, rest = digits.rpartition(decimal)
        if mark and rest.isdigit() and _GROUPED.fullmatch(whole) and _one_mark(whole) not in {None, decimal}:
            return f"{_only_digits(whole)}.{rest}"
    if _GROUPED.fullmatch(digits) and _one_mark(digits) is not None:
        return _only_digits(digits)
    return None


def _one_mark(grouped: str) -> str | None:
    marks = {" " if _SPACES.fullmatch(sign) else sign for sign in grouped if not sign.isdigit()}
    return marks.pop() if len(marks) == 1 else None


def _only_digits(grouped: str) -> str:
    return "".join(sign for sign in grouped if sign.isdigit())


def _typed(asked: Asked, text: str) -> str:
    typed = nfc(text).strip()
    if not typed:
        raise InvalidResponse("EMPTY")
    if len(typed) > asked.kind.most_characters:
        raise InvalidResponse("TOO_LONG", length=len(typed), most=asked.kind.most_characters)
    if asked.kind.form is Form.NUMBER and not readings(typed):
        raise InvalidResponse("NOT_A_NUMBER", value=typed)
    return typed


def _pairs(asked: Asked, parts: Sequence[str]) -> list[str]:
    split = [part.partition(">") for part in parts]
    pairs = [(option, place) for option, _arrow, place in split]
    owners = {option.id: option.place for option in asked.options}
    for option, place in pairs:
        if option not in owners or place not in asked.place_ids or owners[option] not in {None, place}:
            raise InvalidResponse("UNKNOWN_PART", value=f"{option}>{place}"[:40])
    if len(set(pairs)) < len(pairs):
        raise InvalidResponse("PART_TWICE")
    _within_limits((place for _option, place in pairs), {one.id: one.at_most for one in asked.places})
    _within_limits((option for option, _place in pairs), {one.id: one.at_most for one in asked.options})
    by_place = sorted(
        pairs, key=lambda pair: (asked.place_ids.index(pair[1]), asked.option_ids.index(pair[0]))
    )
    return [f"{option}>{place}" for option, place in by_place]


def _within_limits(used: Iterable[str], limits: dict[str, int | None]) -> None:
    for id_, times in Counter(used).items():
        most = limits[id_]
        if most is not None and times > most:
            raise InvalidResponse("TOO_MANY", value=id_, count=times, most=most)


def _all_known(parts: Sequence[str], known: Sequence[str]) -> None:
    for part in parts:
        if part not in known:
            raise InvalidResponse("UNKNOWN_PART", value=part[:40])
    if len(set(parts)) < len(parts):
        raise InvalidResponse("PART_TWICE")
