"""Which items may be used for what, and how many there are in each cell of a blueprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from item_bank.lifecycle import State
from item_bank.taxonomy import CognitiveLevel

Cell = tuple[str, CognitiveLevel]


class Use(StrEnum):
    """Marked items are operational; pilot items are delivered beside them, unscored."""

    EXAM = "exam"
    PILOT = "pilot"


_STATE_FOR: dict[Use, State] = {Use.EXAM: State.OPERATIONAL, Use.PILOT: State.PILOT}


@dataclass(frozen=True, slots=True)
class PoolItem:
    """What choosing needs to know of an item version, and no more."""

    code: str
    version: int
    topic: str
    cognitive_level: CognitiveLevel
    state: State


def eligible(items: Iterable[PoolItem], use: Use = Use.EXAM) -> list[PoolItem]:
    """The items that may be used so, by code; of one item only its newest version in that state."""
    newest: dict[str, PoolItem] = {}
    for item in items:
        if item.state is not _STATE_FOR[use]:
            continue
        if item.code not in newest or item.version > newest[item.code].version:
            newest[item.code] = item
    return [newest[code] for code in sorted(newest)]


def count_by_cell(items: Iterable[PoolItem]) -> dict[Cell, int]:
    return dict(Counter((item.topic, item.cognitive_level) for item in items))


def shortfall(available: Mapping[Cell, int], needed: Mapping[Cell, int], factor: int = 3) -> dict[Cell, int]:
    """How many items each cell lacks, where the bank must hold `factor` times what a form takes."""
    lacking = {cell: factor * count - available.get(cell, 0) for cell, count in needed.items()}
    return {cell: count for cell, count in lacking.items() if count > 0}
