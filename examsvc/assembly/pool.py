"""The items a form may be drawn from, joined with their parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from examsvc.assembly.blueprint import Cell
from examsvc.assembly.errors import PoolInvalid
from scoring import ItemParams

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item version with its place in the taxonomy and its parameters (logistic metric, D = 1)."""

    version_id: int
    code: str
    topic: str
    cognitive_level: str
    a: float
    b: float
    c: float = 0.0

    @property
    def cell(self) -> Cell:
        return Cell(self.topic, self.cognitive_level)


def ordered_pool(pool: Iterable[PoolItem], cells: Iterable[Cell]) -> tuple[PoolItem, ...]:
    """The items of these cells by version id, so that the order they came in decides nothing."""
    wanted = set(cells)
    items = tuple(sorted((item for item in pool if item.cell in wanted), key=lambda item: item.version_id))
    repeated = tuple(
        version_id for version_id, n in Counter(item.version_id for item in items).items() if n > 1
    )
    if repeated:
        raise PoolInvalid("version_repeated", repeated)
    unusable = tuple(item.version_id for item in items if not _measures(item))
    if unusable:
        raise PoolInvalid("parameters_unusable", unusable)
    return items


def pool_params(pool: Iterable[PoolItem]) -> ItemParams:
    """The items' parameters as the arrays `scoring` works on."""
    items = tuple(pool)
    return ItemParams(
        a=np.array([item.a for item in items], dtype=np.float64),
        b=np.array([item.b for item in items], dtype=np.float64),
        c=np.array([item.c for item in items], dtype=np.float64),
    )


def cell_places(pool: Iterable[PoolItem]) -> Mapping[Cell, list[int]]:
    """Where the items of each cell stand in the pool."""
    places: dict[Cell, list[int]] = {}
    for index, item in enumerate(pool):
        places.setdefault(item.cell, []).append(index)
    return places


def _measures(item: PoolItem) -> bool:
    # A negative slope has information too, and a solver would love it: it measures the wrong way round.
    return isfinite(item.a) and isfinite(item.b) and item.a > 0 and 0 <= item.c < 1
