"""Whether the pool lets a blueprint draw its items instead of using them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.pool import PoolItem


@dataclass(frozen=True, slots=True)
class CellEligibility:
    """Whether the pool holds enough items for a cell to be drawn from, not used up."""

    cell: Cell
    need: int
    required: int
    have: int

    @property
    def ok(self) -> bool:
        return self.have >= self.required


def count_cells(pool: Iterable[PoolItem]) -> dict[Cell, int]:
    """How many items the pool holds per cell."""
    return dict(Counter(item.cell for item in pool))


def eligibility(blueprint: Blueprint, pool: Iterable[PoolItem]) -> tuple[CellEligibility, ...]:
    """Compare each cell's need, times the eligibility factor, with what the pool holds."""
    have = count_cells(pool)
    factor = blueprint.eligibility_factor
    return tuple(
        CellEligibility(cell, need, factor * need, have.get(cell, 0))
        for cell, need in blueprint.counts.items()
    )
