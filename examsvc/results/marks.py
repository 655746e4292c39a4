"""Number-correct marks from responses and keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np

from examsvc.canonical import canonical_sha256
from examsvc.results.errors import KeyMissing
from item_bank.interactions.marking import Key
from scoring.responses import MISSING, ResponseMatrix

Responses: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ItemKey:
    """The option, or options, that earn the mark; of a faulty item everybody earns it."""

    accepted: frozenset[str]
    version: int = 1
    credits_all: bool = False

    @classmethod
    def single(cls, option: str, version: int = 1) -> Self:
        return cls(frozenset({option}), version)

    @classmethod
    def of(cls, key: Key) -> Self:
        """What earns the whole mark by this key."""
        return cls(frozenset(key.accepted), key.version)

    def mark(self, option: str | None) -> int:
        return int(self.credits_all or (option is not None and option in self.accepted))


Keys: TypeAlias = Mapping[str, ItemKey]


def require_keys(item_ids: Sequence[str], keys: Keys) -> None:
    """Refuse a form that would be marked in part."""
    missing = [item_id for item_id in item_ids if item_id not in keys]
    if missing:
        raise KeyMissing(missing)


def keys_checksum(item_ids: Sequence[str], keys: Keys) -> str:
    """One name for the keys that these items are marked by, in this order."""
    return canonical_sha256(
        [[item_id, sorted(keys[item_id].accepted), keys[item_id].version] for item_id in item_ids]
    )


def mark_matrix(item_ids: Sequence[str], sittings: Sequence[Responses], keys: Keys) -> ResponseMatrix:
    """(n_sittings, n_items) of 0 and 1; what was left blank earns nothing, as the candidate was told."""
    require_keys(item_ids, keys)
    marks = np.zeros((len(sittings), len(item_ids)), dtype=np.int8)
    for row, responses in enumerate(sittings):
        marks[row] = [keys[item_id].mark(responses.get(item_id)) for item_id in item_ids]
    return marks


def number_correct(item_ids: Sequence[str], responses: Responses, keys: Keys) -> int:
    """The marks of one sitting."""
    return int(mark_matrix(item_ids, [responses], keys).sum())


def scored_matrix(item_ids: Sequence[str], sittings: Sequence[Responses], keys: Keys) -> ResponseMatrix:
    """Marks as evidence of ability: as `mark_matrix`, but silent where a mark says nothing.

    A faulty item credited to all tells nobody apart; a sitting without any response was not an attempt, and
    its zeros would look like measured inability.
    """
    evidence = mark_matrix(item_ids, sittings, keys)
    for column, item_id in enumerate(item_ids):
        if keys[item_id].credits_all:
            evidence[:, column] = MISSING
    for row, responses in enumerate(sittings):
        if all(responses.get(item_id) is None for item_id in item_ids):
            evidence[row] = MISSING
    return evidence
