"""Whether the bank lets a blueprint draw its items instead of using them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.findings import Problem
from examsvc.assembly.pool import PoolItem


@dataclass(frozen=True, slots=True)
class CellNeed:
    """What a cell needs of the bank (several eligible items for each on the form) and what it has.

    rated : further items that people mark, which no form can hold
    """

    cell: Cell
    n_items: int
    need: int
    have: int
    rated: int = 0

    @property
    def is_met(self) -> bool:
        return self.have >= self.need


def count_cells(pool: Iterable[PoolItem]) -> dict[Cell, int]:
    """How many items the pool holds per cell."""
    return dict(Counter(item.cell for item in pool))


def cell_needs(
    blueprint: Blueprint, eligible: Mapping[Cell, int], rated: Mapping[Cell, int] | None = None
) -> tuple[CellNeed, ...]:
    """Compare each cell's items, times the eligibility factor, with what the bank holds."""
    factor, left_out = blueprint.eligibility_factor, rated or {}
    return tuple(
        CellNeed(cell, n_items, factor * n_items, eligible.get(cell, 0), left_out.get(cell, 0))
        for cell, n_items in blueprint.counts.items()
    )


def rated_findings(blueprint: Blueprint, rated: Mapping[Cell, int]) -> tuple[Problem, ...]:
    """The cells whose items that people mark stay off the forms: a form is marked by the computer alone."""
    return tuple(
        Problem(
            "rated_left_out",
            {"topic": cell.topic, "cognitive_level": cell.cognitive_level, "found": rated[cell]},
        )
        for cell in blueprint.counts
        if rated.get(cell)
    )
