"""The items a form may be drawn from, joined with their parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from examsvc.assembly.blueprint import Cell
from examsvc.assembly.errors import PoolInvalid
from scoring import ItemModel, ItemParams
from scoring.points import category_shares

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item version with its place in the taxonomy and its parameters (logistic metric, D = 1).

    model, thresholds, worth : of an item whose mark can be earned in part (partial credit): its steps, of
        which b is the mean, and what share of the mark each category stands for; else empty
    """

    version_id: int
    code: str
    topic: str
    cognitive_level: str
    a: float
    b: float
    c: float = 0.0
    model: str = ""
    thresholds: tuple[float, ...] = ()
    worth: tuple[float, ...] = ()

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
    a, b, c = (np.array([getattr(item, name) for item in items], dtype=np.float64) for name in "abc")
    if not any(item.thresholds for item in items):
        return ItemParams(a=a, b=b, c=c)
    steps = np.full((len(items), max(len(item.thresholds) for item in items)), np.nan)
    for place, item in enumerate(items):
        own = item.thresholds or (item.b,)
        steps[place, : len(own)] = own
    return ItemParams(a, b, c, steps, tuple(_model(item) for item in items))


def pool_shares(pool: Iterable[PoolItem]) -> FloatArray:
    """What each category of each item is worth, as `scoring.points` takes it beside `pool_params`."""
    items = tuple(pool)
    return category_shares([item.worth or (0.0, 1.0) for item in items], pool_params(items))


def item_record(item: PoolItem) -> dict[str, Any]:
    """An item as a certificate keeps it: without what an item that is whole or nothing does not have."""
    record = asdict(item)
    if not item.thresholds:
        for name in ("model", "thresholds", "worth"):
            del record[name]
    return record


def item_of(record: Mapping[str, Any]) -> PoolItem:
    """An item as a certificate kept it."""
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
    }
    return PoolItem(**known)


def cell_places(pool: Iterable[PoolItem]) -> Mapping[Cell, list[int]]:
    """Where the items of each cell stand in the pool."""
    places: dict[Cell, list[int]] = {}
    for index, item in enumerate(pool):
        places.setdefault(item.cell, []).append(index)
    return places


def _model(item: PoolItem) -> ItemModel:
    if item.thresholds:
        return ItemModel(item.model)
    return ItemModel.THREE_PL if item.c > 0 else ItemModel.TWO_PL


def _measures(item: PoolItem) -> bool:
    # A negative slope has information too, and a solver would love it: it measures the wrong way round.
    finite = all(isfinite(value) for value in (item.a, item.b, *item.thresholds))
    whole = not item.thresholds or len(item.worth) == len(item.thresholds) + 1
    return finite and whole and item.a > 0 and 0 <= item.c < 1
