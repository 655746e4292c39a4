"""Marks from responses and keys: the share of each item's mark that is earned, and the points of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any, Final, Self, TypeAlias

import numpy as np

from examsvc.canonical import canonical_sha256
from examsvc.results.categories import MOST_CATEGORIES, WHOLE_MARK, Categories
from examsvc.results.errors import KeyMissing
from item_bank.interactions import marking
from item_bank.interactions.asked import Asked, single_choice
from item_bank.interactions.attainable import attainable_shares
from item_bank.interactions.marking import NOTHING, WHOLE, Key
from scoring.responses import MISSING, IntArray, ResponseMatrix

Responses: TypeAlias = Mapping[str, str | None]
MOST_KEPT: Final = 4096  # shares kept of one item: what is typed may differ from everybody else's
LARGEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class ItemKey:
    """What an item asks for and what earns its mark; of a faulty item everybody earns it."""

    asked: Asked
    key: Key
    credits_all: bool = False
    _kept: dict[str, Fraction] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def single(cls, option: str, version: int = 1) -> Self:
        """Of an item with four options, one of them right."""
        return cls(single_choice("a", "b", "c", "d"), Key(version, (option,)))

    @property
    def version(self) -> int:
        return self.key.version

    @property
    def is_whole(self) -> bool:
        """Whether the mark is earned whole or not at all."""
        return attainable_shares(self.asked, self.key, MOST_CATEGORIES) == WHOLE_MARK.bounds

    def share(self, response: str | None) -> Fraction:
        """The share of the mark that the response earns."""
        if self.credits_all:
            return WHOLE
        if response is None:
            return NOTHING
        found = self._kept.get(response)
        if found is None:
            found = marking.share(self.asked, self.key, response)
            found = WHOLE if found == WHOLE else found or NOTHING  # one object each: see `tally`
            if len(self._kept) < MOST_KEPT:
                self._kept[response] = found
        return found


Keys: TypeAlias = Mapping[str, ItemKey]


@dataclass(frozen=True, slots=True, eq=False)
class MarkTable:
    """Exact marks of many sittings: the distinct shares once, and which of them each response earned.

    shares : ascending
    places : (n_sittings, n_items) positions among the shares
    """

    shares: tuple[Fraction, ...]
    places: IntArray

    def points(self) -> list[Fraction]:
        """The sum of each sitting's marks."""
        unit = lcm(*(share.denominator for share in self.shares))
        parts = [int(share * unit) for share in self.shares]
        small = unit * max(1, self.places.shape[1]) < LARGEST
        table = np.array(parts, dtype=np.int64 if small else object)
        return [Fraction(int(total), unit) for total in table[self.places].sum(axis=1)]

    def numbers_correct(self) -> list[int]:
        """How many items of each sitting earned their whole mark."""
        right = np.array([share == WHOLE for share in self.shares], dtype=np.bool_)
        return [int(total) for total in right[self.places].sum(axis=1)]

    def categories(self, of_items: Sequence[Categories]) -> ResponseMatrix:
        """(n_sittings, n_items) of the category that each mark falls into."""
        found = np.empty(self.places.shape, dtype=np.int8)
        for column, known in enumerate(of_items):
            table = np.array([known.place(share) for share in self.shares], dtype=np.int8)
            found[:, column] = table[self.places[:, column]]
        return found


def require_keys(item_ids: Sequence[str], keys: Keys) -> None:
    """Refuse a form that would be marked in part."""
    missing = [item_id for item_id in item_ids if item_id not in keys]
    if missing:
        raise KeyMissing(missing)


def keys_checksum(item_ids: Sequence[str], keys: Keys) -> str:
    """One name for the keys that these items are marked by, in this order.

    A key that is its accepted responses and nothing else goes in by these and its version, as all did before
    there were others: the names of old results hold.
    """
    return canonical_sha256([key_facts(item_id, keys[item_id]) for item_id in item_ids])


def key_facts(item_id: str, known: ItemKey) -> list[Any]:
    """Everything that an item's marks rest on besides its wording, which never changes."""
    key = known.key
    facts: list[Any] = [item_id, sorted(key.accepted), key.version]
    if known.credits_all:
        return [*facts, "credits_all"]
    return facts if key == Key(key.version, key.accepted) else [*facts, _rule(key)]


def _rule(key: Key) -> dict[str, Any]:
    weights = key.weights
    return {
        "credit": key.credit.value,
        "tolerance": str(key.tolerance.normalize()),
        "with_case": key.with_case,
        "with_marks": key.with_marks,
        "weights": None
        if weights is None
        else {
            "of": {part: str(weight) for part, weight in weights.of.items()},
            "best": str(weights.best),
            "otherwise": str(weights.otherwise),
            "low": None if weights.low is None else str(weights.low),
            "high": None if weights.high is None else str(weights.high),
        },
    }


class _Places(dict[str | None, int]):
    """From a response to one item to the place of its share: each response is marked once."""

    def __init__(self, known: ItemKey, places: dict[Fraction, int]) -> None:
        super().__init__()
        self.known, self.places = known, places

    def __missing__(self, response: str | None) -> int:
        place = self.places.setdefault(self.known.share(response), len(self.places))
        self[response] = place
        return place


def mark_table(item_ids: Sequence[str], sittings: Sequence[Responses], keys: Keys) -> MarkTable:
    """The marks of all sittings; what was left blank earns nothing, as the candidate was told."""
    require_keys(item_ids, keys)
    met: dict[Fraction, int] = {NOTHING: 0}
    places = np.zeros((len(sittings), len(item_ids)), dtype=np.intp)
    for column, item_id in enumerate(item_ids):
        of_response = _Places(keys[item_id], met)
        places[:, column] = [of_response[responses.get(item_id)] for responses in sittings]
    shares = sorted(met)
    renumbered = np.empty(len(shares), dtype=np.intp)
    renumbered[[met[share] for share in shares]] = np.arange(len(shares))
    return MarkTable(tuple(shares), renumbered[places])


def tally(item_ids: Sequence[str], responses: Responses, keys: Keys) -> tuple[Fraction, int]:
    """One sitting's points, and how many items earned their whole mark."""
    require_keys(item_ids, keys)
    right, in_part = 0, NOTHING
    for item_id in item_ids:
        share = keys[item_id].share(responses.get(item_id))
        if share is WHOLE:
            right += 1
        elif share is not NOTHING:
            in_part += share
    return right + in_part, right


def points(item_ids: Sequence[str], responses: Responses, keys: Keys) -> Fraction:
    """The sum of one sitting's marks."""
    return tally(item_ids, responses, keys)[0]


def number_correct(item_ids: Sequence[str], responses: Responses, keys: Keys) -> int:
    """How many items of one sitting earned their whole mark."""
    return tally(item_ids, responses, keys)[1]


def scored_matrix(
    item_ids: Sequence[str],
    sittings: Sequence[Responses],
    keys: Keys,
    categories: Sequence[Categories] | None = None,
) -> ResponseMatrix:
    """Marks as evidence of ability, (n_sittings, n_items): categories, and MISSING where a mark says nothing.

    categories : of each item; right or not when None
    """
    return evidence_of(mark_table(item_ids, sittings, keys), (item_ids, sittings, keys), categories)


def evidence_of(
    table: MarkTable,
    of: tuple[Sequence[str], Sequence[Responses], Keys],
    categories: Sequence[Categories] | None = None,
) -> ResponseMatrix:
    """As `scored_matrix`, from marks that are known already.

    A faulty item credited to all tells nobody apart; a sitting without any response was not an attempt, and
    its zeros would look like measured inability.
    """
    item_ids, sittings, keys = of
    evidence = table.categories(categories or [WHOLE_MARK] * len(item_ids))
    for column, item_id in enumerate(item_ids):
        if keys[item_id].credits_all:
            evidence[:, column] = MISSING
    for row, responses in enumerate(sittings):
        if all(responses.get(item_id) is None for item_id in item_ids):
            evidence[row] = MISSING
    return evidence
