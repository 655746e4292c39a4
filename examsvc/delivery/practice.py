"""Practice: which items a run takes, which comes next, and what a run has shown so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MAX_ITEMS = 50  # of one run


def draw(
    offered: Sequence[int], n_items: int, seen: Mapping[int, int], rng: np.random.Generator
) -> tuple[int, ...]:
    """Items by chance, those first that this officer has met least often (`seen`)."""
    shuffled = [offered[place] for place in rng.permutation(len(offered))]
    least_known = sorted(shuffled, key=lambda item: seen.get(item, 0))
    taken = least_known[: max(0, min(n_items, MAX_ITEMS))]
    return tuple(taken[place] for place in rng.permutation(len(taken)))


def next_ordinal(items: Sequence[int], responded: Collection[int], usable: Collection[int]) -> int | None:
    """The place, from 1, of the first item that waits for a response; withdrawn ones are passed over."""
    waiting = (
        ordinal for ordinal, item in enumerate(items, start=1) if ordinal not in responded and item in usable
    )
    return next(waiting, None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many responses there were, and how many of them were right."""

    n_responses: int = 0
    n_right: int = 0

    @property
    def n_wrong(self) -> int:
        return self.n_responses - self.n_right

    @property
    def share(self) -> float | None:
        """The share right; None before the first response."""
        return self.n_right / self.n_responses if self.n_responses else None
