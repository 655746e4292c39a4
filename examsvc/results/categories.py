"""The ordered categories that an item's marks fall into as evidence of ability."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Self

from examsvc.results.errors import PlanMalformed
from item_bank.interactions.asked import Asked
from item_bank.interactions.attainable import attainable_shares
from item_bank.interactions.marking import Key

MOST_CATEGORIES: Final = 8


@dataclass(frozen=True, slots=True)
class Categories:
    """From a share of the item's mark to the category that the model knows, and back to what it is worth.

    bounds : the lowest share of each category, the first 0, ascending; a share between two belongs to the
        lower
    worth : what share of the mark each category stands for: of one share that share itself, of several their
        mean over the responses that the calibration rests on

    Raises PlanMalformed "categories".
    """

    bounds: tuple[Fraction, ...]
    worth: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in zip(self.bounds, self.bounds[1:], strict=False))
        growing = all(low <= high for low, high in zip(self.worth, self.worth[1:], strict=False))
        if (
            len(self.bounds) < 2
            or len(self.bounds) != len(self.worth)
            or self.bounds[0] != 0
            or self.bounds[-1] > 1
            or not rising
            or not growing
            or not 0 <= self.worth[0] <= self.worth[-1] <= 1
        ):
            raise PlanMalformed("categories")

    def __len__(self) -> int:
        return len(self.bounds)

    def place(self, share: Fraction) -> int:
        """The category of a share: 0, 1, …"""
        return bisect_right(self.bounds, share) - 1

    def merged(self, found: Mapping[Fraction, int]) -> Self:
        """Without the categories that no response fell into: each goes to the next lower one that is left.

        found : how many responses earned each share. Where fewer than two categories would be left, nothing
        is merged: such an item cannot be calibrated anyway.
        """
        counts: dict[int, int] = {}
        totals: dict[int, Fraction] = {}
        for share, n in found.items():
            place = self.place(share)
            counts[place] = counts.get(place, 0) + n
            totals[place] = totals.get(place, Fraction(0)) + n * share
        left = sorted(place for place, n in counts.items() if n)
        if len(left) < 2:
            return self
        bounds = (Fraction(0), *(self.bounds[place] for place in left[1:]))
        return type(self)(bounds, tuple(float(totals[place] / counts[place]) for place in left))

    def as_json(self) -> list[list[Any]] | None:
        """As a row keeps it; None for right and wrong, which most items are."""
        if self == WHOLE_MARK:
            return None
        return [[str(bound), worth] for bound, worth in zip(self.bounds, self.worth, strict=True)]

    @classmethod
    def from_json(cls, kept: Sequence[Sequence[Any]] | None) -> Self:
        """From a row. Raises PlanMalformed."""
        if kept is None:
            return cls(WHOLE_MARK.bounds, WHOLE_MARK.worth)
        return cls(tuple(Fraction(bound) for bound, _ in kept), tuple(float(worth) for _, worth in kept))


WHOLE_MARK: Final = Categories((Fraction(0), Fraction(1)), (0.0, 1.0))
"""Right or not: less than the whole mark says as much as nothing."""


def possible_categories(asked: Asked, key: Key) -> Categories:
    """The categories of an item that nobody has responded to: one for each share that its key can give.

    Where these are more than MOST_CATEGORIES, the whole mark is one category and what lies below is divided
    into equal parts, each worth its middle until responses tell.
    """
    shares = attainable_shares(asked, key, MOST_CATEGORIES)
    if shares is not None:
        return Categories(shares, tuple(map(float, shares)))
    n = MOST_CATEGORIES - 1
    bounds = tuple(Fraction(place, n) for place in range(MOST_CATEGORIES))
    return Categories(bounds, (*((place + 0.5) / n for place in range(n)), 1.0))


def all_whole(categories: Iterable[Categories]) -> bool:
    """Whether each of these items is right or not, so that their points are a number of items."""
    return all(one == WHOLE_MARK for one in categories)
