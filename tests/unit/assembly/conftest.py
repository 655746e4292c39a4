"""A synthetic bank of the sample's size, and the five positions' blueprints over it."""

from __future__ import annotations

import numpy as np
import pytest

from examsvc.assembly.blueprint import Blueprint, derive_blueprint
from examsvc.assembly.eligibility import count_cells
from examsvc.assembly.pool import PoolItem

LEVELS = ("recall", "apply", "situation")
HOLDINGS = {
    "T01": (11, 15, 7),
    "T02": (7, 10, 6),
    "T03": (6, 12, 6),
    "T04": (5, 8, 4),
    "T05": (6, 13, 5),
    "T06": (12, 14, 7),
    "T07": (7, 10, 7),
    "T08": (10, 13, 10),
    "T09": (6, 12, 5),
    "T10": (4, 4, 2),
}
WEIGHTS = {
    "GSQL": (18, 8, 6, 6, 6, 5, 2, 3, 4, 2),
    "THUE": (6, 14, 12, 8, 12, 2, 2, 0, 2, 2),
    "KTSTQ": (5, 8, 10, 6, 8, 4, 13, 1, 3, 2),
    "QLRR": (8, 6, 5, 5, 4, 20, 3, 4, 3, 2),
    "CBL": (8, 3, 2, 2, 2, 7, 2, 20, 12, 2),
}


@pytest.fixture(scope="session")
def weights() -> dict[str, dict[str, int]]:
    return {position: dict(zip(HOLDINGS, shares, strict=True)) for position, shares in WEIGHTS.items()}


@pytest.fixture(scope="session")
def bank() -> tuple[PoolItem, ...]:
    rng = np.random.default_rng(20260101)
    places = [
        (topic, level)
        for topic, numbers in HOLDINGS.items()
        for level, n_items in zip(LEVELS, numbers, strict=True)
        for _ in range(n_items)
    ]
    return tuple(
        PoolItem(
            1000 + i,
            f"{topic}-{i:03d}",
            topic,
            level,
            float(rng.lognormal(0.0, 0.25)),
            float(rng.normal(0, 1)),
        )
        for i, (topic, level) in enumerate(places)
    )


@pytest.fixture(scope="session")
def enemies(bank: tuple[PoolItem, ...]) -> tuple[tuple[int, int], ...]:
    ids = [item.version_id for item in bank]
    return tuple((ids[i], ids[i + 1]) for i in range(0, len(ids) - 1, 17))


@pytest.fixture(scope="session")
def blueprints(bank: tuple[PoolItem, ...], weights: dict[str, dict[str, int]]) -> dict[str, Blueprint]:
    available = count_cells(bank)
    return {
        position: derive_blueprint(position, shares, available=available)
        for position, shares in weights.items()
    }
