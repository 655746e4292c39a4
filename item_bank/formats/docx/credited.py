"""How a question's parts are limited and credited, as lines behind it say."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.docx.keys import pairs_in, responses_in
from item_bank.formats.docx.layout import ANY, CREDIT_NAMES, Fact
from item_bank.formats.docx.opened import Open
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Credit, Key, Weights
from item_bank.similarity import fold

_CREDITS: Final = {fold(name): credit for credit, name in CREDIT_NAMES.items()}
_LIMIT: Final = re.compile(rf"([A-Za-z0-9_]{{1,16}})\s?=\s?(\d{{1,4}}|{ANY})")
_FRACTION: Final = re.compile(r"-?\d{1,40}(?:/\d{1,40})?")


def limited(opened: Open, asked: Asked) -> Asked:
    for value in opened.values(Fact.AT_MOST):
        if not re.fullmatch(r"\d{1,3}", value):
            raise InvalidItem("INVALID_LIMIT")
        asked = replace(asked, at_most=int(value))
    for value in opened.values(Fact.OPTION_LIMITS):
        limits = _limits(value)
        asked = replace(asked, options=tuple(
            replace(one, at_most=limits.get(one.id, one.at_most)) for one in asked.options
        ))  # fmt: skip
    for value in opened.values(Fact.PLACE_LIMITS):
        limits = _limits(value)
        asked = replace(asked, places=tuple(
            replace(one, at_most=limits.get(one.id, one.at_most)) for one in asked.places
        ))  # fmt: skip
    return asked


def _limits(value: str) -> dict[str, int | None]:
    return {id_: None if said == ANY else int(said) for id_, said in _LIMIT.findall(value)}


def credited(opened: Open, asked: Asked, key: Key) -> Key:
    for value in opened.values(Fact.CREDIT):
        credit = _CREDITS.get(fold(value))
        if credit is None:
            raise InvalidItem("CREDIT_UNFIT", credit=value[:40])
        key = replace(key, credit=credit)
    if key.credit is not Credit.WEIGHTS:
        return key
    return replace(key, weights=_weights(opened, asked))


def _weights(opened: Open, asked: Asked) -> Weights:
    worth: dict[str, Fraction] = {}
    for value in opened.values(Fact.WEIGHT):
        share, _bar, name = value.partition("|")
        part = _part(opened, asked, responses_in(name.strip())[0] if name.strip() else "")
        worth[part] = _fraction(share)
    bounds = {fact: opened.values(fact) for fact in (Fact.WEIGHT_LOW, Fact.WEIGHT_HIGH)}
    low, high = ([_bound(one) for one in values] for values in bounds.values())
    best = opened.values(Fact.WEIGHT_BEST)
    otherwise = opened.values(Fact.WEIGHT_OTHERWISE)
    return Weights(
        worth,
        best=_fraction(best[0] if best else "1"),
        otherwise=_fraction(otherwise[0] if otherwise else "0"),
        low=low[0] if low else Fraction(0),
        high=high[0] if high else None,
    )


def _part(opened: Open, asked: Asked, name: str) -> str:
    """A part of a response by its name in the file: a letter, a pair "1-A", a text."""
    if asked.kind.form is not Form.PAIRED:
        return name
    pairs = pairs_in(name)
    if not pairs:
        raise InvalidItem("INVALID_WEIGHTS")
    place, option = pairs[0]
    if asked.kind.own_options:
        ids = {(one.owner, one.label.upper()): f"o{at}" for at, one in enumerate(opened.options, start=1)}
        option = ids.get((place, option), option)
    return f"{option}>{place}"


def _fraction(text: str) -> Fraction:
    typed = text.strip()
    if not _FRACTION.fullmatch(typed) or typed.endswith("/0"):
        raise InvalidItem("INVALID_WEIGHTS")
    try:
        return Fraction(typed)
    except ZeroDivisionError as error:
        raise InvalidItem("INVALID_WEIGHTS") from error


def _bound(text: str) -> Fraction | None:
    return None if text.strip() == ANY else _fraction(text)
