"""A second marking of a response, by other code: written from the rules' words, sharing none of the first's.

The first is `item_bank.interactions.marking.share`. This one reads what a response says by itself and takes
from the item library the facts alone: what the item asks for, and its key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from examsvc.results.categories import Categories
from examsvc.results.marks import ItemKey
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Credit, Key, Weights

NONE: Final = Fraction(0)
ALL: Final = Fraction(1)
FOR_STATEMENTS: Final = {0: NONE, 1: Fraction(10, 100), 2: Fraction(25, 100), 3: Fraction(50, 100), 4: ALL}
MOST_DIGITS: Final = 30
_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u202f"), " ")
_MINUSES: Final = dict.fromkeys(map(ord, "\u2212\u2013"), "-")
_PLAIN: Final = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED: Final = re.compile(
    r"([0-9]{1,3}(?P<mark>[ .,])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:(?P<point>[.,])(?P<rest>[0-9]+))?"
)


def remark(known: ItemKey, response: str | None) -> Fraction:
    """The share of the item's mark that the response earns."""
    if known.credits_all:
        return ALL
    if response is None:
        return NONE
    form = known.asked.kind.form
    if form is Form.NUMBER:
        return _number(known.asked, known.key, response)
    if form is Form.TEXT:
        return _text(known.asked, known.key, response)
    parts = response.split(" ")
    if form is Form.NOTHING or not _is_allowed(known.asked, parts):
        return NONE
    if known.key.weights is not None:
        return _sum(known.key.weights, [known.key.weights.of.get(part) for part in parts])
    return max(
        _by_parts(known.asked, known.key.credit, parts, right.split(" ")) for right in known.key.accepted
    )


def category_of(categories: Categories, share: Fraction) -> int:
    """How many of the categories above the lowest the share reaches."""
    if share is NONE or share is ALL:  # most are, and fractions are slow to compare
        return 0 if share is NONE else len(categories.bounds) - 1
    reached = 0
    for bound in categories.bounds[1:]:
        reached += share >= bound
    return reached


def _by_parts(asked: Asked, credit: Credit, given: Sequence[str], right: Sequence[str]) -> Fraction:
    in_order = asked.kind.form is Form.ORDERED
    if credit is Credit.WHOLE:
        same = list(given) == list(right) if in_order else sorted(given) == sorted(right)
        return ALL if same else NONE
    hits = 0
    for place, part in enumerate(given):
        hits += part == right[place] if in_order else part in right
    if credit is Credit.STATEMENTS:
        return FOR_STATEMENTS[hits]
    if asked.kind.form is Form.SOME or any(
        place.at_most is None or place.at_most > 1 for place in asked.places
    ):
        hits -= sum(part not in right for part in given)
    return Fraction(hits, len(right)) if hits > 0 else NONE


def _sum(weights: Weights, of_parts: Collection[Fraction | None]) -> Fraction:
    total = NONE
    for weight in of_parts:
        total += weights.otherwise if weight is None else weight
    if weights.low is not None and total < weights.low:
        total = weights.low
    if weights.high is not None and total > weights.high:
        total = weights.high
    earned = total / weights.best
    return NONE if earned < 0 else ALL if earned > 1 else earned


def _is_allowed(asked: Asked, parts: Sequence[str]) -> bool:
    """Whether the item lets anybody respond so."""
    if len(set(parts)) != len(parts):
        return False
    if asked.kind.form is Form.PAIRED:
        return _are_pairs(asked, parts)
    known = [option.id for option in asked.options] or [place.id for place in asked.places]
    if any(part not in known for part in parts):
        return False
    if asked.kind.form is Form.ORDERED:
        return len(parts) == len(known)
    if asked.kind.form is Form.ONE:
        return len(parts) == 1
    return asked.at_most is None or len(parts) <= asked.at_most


def _are_pairs(asked: Asked, parts: Sequence[str]) -> bool:
    options = {option.id: option for option in asked.options}
    places = {place.id: place for place in asked.places}
    used: list[str] = []
    filled: list[str] = []
    for part in parts:
        option, arrow, place = part.partition(">")
        if not arrow or option not in options or place not in places:
            return False
        if options[option].place is not None and options[option].place != place:
            return False
        used.append(option)
        filled.append(place)
    return all(_fits(used.count(one.id), one.at_most) for one in asked.options) and all(
        _fits(filled.count(one.id), one.at_most) for one in asked.places
    )


def _fits(times: int, most: int | None) -> bool:
    return most is None or times <= most


def _number(asked: Asked, key: Key, response: str) -> Fraction:
    given = _numbers(response)
    if len(_cut(response)) > asked.kind.most_characters:
        return NONE
    for accepted in key.accepted:
        for wanted in _numbers(accepted):
            if any(wanted - key.tolerance <= number <= wanted + key.tolerance for number in given):
                return ALL
    return NONE


def _numbers(text: str) -> list[Decimal]:
    """Everything the text may mean as a number: with decimals alone, or with groups of three digits."""
    typed = _cut(text).translate(_SPACES).translate(_MINUSES)
    sign, digits = ("-", typed[1:]) if typed[:1] == "-" else ("", typed[1:] if typed[:1] == "+" else typed)
    if sum(letter in "0123456789" for letter in digits) > MOST_DIGITS:
        return []
    found = []
    plain = _PLAIN.fullmatch(digits)
    if plain:
        found.append(Decimal(f"{sign}{plain[1]}.{plain[2] or 0}"))
    grouped = _GROUPED.fullmatch(digits)
    if grouped and grouped["point"] != grouped["mark"]:
        whole = grouped[1].replace(grouped["mark"], "")
        found.append(Decimal(f"{sign}{whole}.{grouped['rest'] or 0}"))
    return found


def _text(asked: Asked, key: Key, response: str) -> Fraction:
    typed = _cut(response)
    if asked.kind.rated or not typed or len(typed) > asked.kind.most_characters:
        return NONE
    if key.weights is not None:
        weight = None
        for text, worth in key.weights.of.items():  # of two texts that read alike the last is the one
            weight = worth if _alike(text, typed, key) else weight
        return _sum(key.weights, [weight])
    return ALL if any(_alike(accepted, typed, key) for accepted in key.accepted) else NONE


def _alike(one: str, other: str, key: Key) -> bool:
    return _reading(one, key) == _reading(other, key)


def _reading(text: str, key: Key) -> str:
    words = unicodedata.normalize("NFC", text).split()
    if not key.with_case:
        words = [word.casefold() for word in words]
    if not key.with_marks:
        words = [_without_marks(word) for word in words]
    return unicodedata.normalize("NFC", " ".join(words))


def _without_marks(word: str) -> str:
    bare = ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in "đĐ":
            bare += "d" if letter == "đ" else "D"
        elif not unicodedata.combining(letter):
            bare += letter
    return bare


def _cut(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
