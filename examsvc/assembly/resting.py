"""Items that rest: kept off new forms, counted by cell, and named where they explain a shortage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.explain import Clash, Repair
from examsvc.assembly.findings import Problem
from examsvc.assembly.pool import PoolItem


@dataclass(frozen=True, slots=True)
class RestingItem:
    """An operational item version that no new form may take before `until_on`."""

    version_id: int
    cell: Cell
    until_on: date


@dataclass(frozen=True, slots=True)
class CellRest:
    """How many items of a cell rest, and the days on which the first and the last of them are back."""

    n_items: int
    first_on: date
    last_on: date

    @property
    def facts(self) -> dict[str, str | int]:
        """As findings and certificates carry it."""
        return {
            "resting": self.n_items,
            "back_from": self.first_on.isoformat(),
            "back_by": self.last_on.isoformat(),
        }


def count_resting(resting: Iterable[RestingItem]) -> dict[Cell, CellRest]:
    """The items that rest, cell by cell."""
    days: dict[Cell, list[date]] = {}
    for item in resting:
        days.setdefault(item.cell, []).append(item.until_on)
    return {cell: CellRest(len(found), min(found), max(found)) for cell, found in days.items()}


def awake(pool: Iterable[PoolItem], resting: Iterable[RestingItem]) -> tuple[PoolItem, ...]:
    """The items of a pool that do not rest."""
    left_out = {item.version_id for item in resting}
    return tuple(item for item in pool if item.version_id not in left_out)


def count_available(eligible: Mapping[Cell, int], resting: Mapping[Cell, CellRest]) -> dict[Cell, int]:
    """What a new form may draw from: the eligible items of each cell without those that rest."""
    return {
        cell: max(0, n_items - resting[cell].n_items) if cell in resting else n_items
        for cell, n_items in eligible.items()
    }


def resting_findings(blueprint: Blueprint, resting: Mapping[Cell, CellRest]) -> tuple[Problem, ...]:
    """The cells of a blueprint that items stay out of because they rest."""
    return tuple(
        Problem(
            "items_resting",
            {"topic": cell.topic, "cognitive_level": cell.cognitive_level, **resting[cell].facts},
        )
        for cell in blueprint.counts
        if cell in resting
    )


def name_resting(clashes: Iterable[Clash], resting: Mapping[Cell, CellRest]) -> tuple[Clash, ...]:
    """The clashes, their repairs told how many items of the cell rest and when these are back."""
    return tuple(
        replace(clash, repairs=tuple(_told(repair, resting) for repair in clash.repairs)) for clash in clashes
    )


def _told(repair: Repair, resting: Mapping[Cell, CellRest]) -> Repair:
    found = resting.get(_cell_of(repair.params))
    return repair if found is None else replace(repair, params={**repair.params, **found.facts})


def _cell_of(params: Mapping[str, Any]) -> Cell:
    return Cell(str(params.get("topic", "")), str(params.get("cognitive_level", "")))
