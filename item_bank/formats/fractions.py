"""Moodle's percentages, read as the exact shares that they round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem

MOST_PARTS: Final = 26
FEW_PARTS: Final = 12
_PERCENT: Final = re.compile(r"(-?)([0-9]{1,4})(?:\.([0-9]{1,20}))?")
_EXACT: Final = 12  # decimals: behind them stands what a machine could not tell any more


@dataclass(frozen=True, slots=True)
class Percent:
    """A share as written and as meant: 33.33333 is written for a third."""

    written: Fraction
    meant: Fraction


def read_percent(text: str) -> Percent:
    """The share that a percentage says; raises InvalidItem BAD_FRACTION.

    What is a fraction of up to 26 parts, rounded or cut off at three decimals or more (at two: of up to 12),
    means that fraction: Moodle offers thirds, sixths, sevenths and ninths, and stores them rounded.
    """
    typed = text.strip()
    found = _PERCENT.fullmatch(typed)
    if found is None:
        raise InvalidItem("BAD_FRACTION", value=typed[:40])
    sign, whole, decimals = found.groups(default="")
    written = Fraction(f"{whole}.{decimals or 0}") / 100
    if len(decimals) > _EXACT:
        written, decimals = round(written, _EXACT + 2), decimals[:_EXACT]
    meant = _meant(written, len(decimals)) if len(decimals.rstrip("0")) >= 2 else written
    return Percent(-written, -meant) if sign else Percent(written, meant)


def _meant(written: Fraction, digits: int) -> Fraction:
    scale = 100 * 10**digits
    for parts in range(2, (MOST_PARTS if digits > 2 else FEW_PARTS) + 1):
        near = Fraction(round(written * parts), parts)
        if written in {Fraction(round(near * scale), scale), Fraction(int(near * scale), scale)}:
            return near
    return written


def write_percent(share: Fraction) -> str:
    """The percentage with as many decimals as Moodle stores: 33.33333."""
    text = f"{float(round(share * 100, 5)):.5f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def is_written_exactly(share: Fraction) -> bool:
    """Whether the share is read back from its percentage."""
    return read_percent(write_percent(share)).meant == share


def adding_up(percents: Sequence[Percent]) -> list[Fraction]:
    """The shares of which the positive ones make a whole, as meant or else as written.

    Raises InvalidItem FRACTIONS_DO_NOT_ADD_UP.
    """
    for shares in ([one.meant for one in percents], [one.written for one in percents]):
        if sum(share for share in shares if share > 0) == 1:
            return shares
    total = sum(one.meant for one in percents if one.meant > 0)
    raise InvalidItem("FRACTIONS_DO_NOT_ADD_UP", total=write_percent(Fraction(total)))
