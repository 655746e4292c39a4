"""Whole numbers near given shares, with exact sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from examsvc.assembly.errors import WeightsInvalid

IntArray = npt.NDArray[np.int64]

# Prices of a step: leaving floor/ceil of the product costs more than any squared deviation inside it,
# and passing what the bank can serve costs more than any departure of the first kind.
OUTSIDE_ROUNDING = 1e3
OUTSIDE_CAP = 1e5
TOUCH = 1e-9  # 10 × 0.3 is 3, whatever floating point says


def largest_remainder(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Share out `total` by the weights (Hamilton); ties go to the larger weight, then by name."""
    whole = sum(weights.values())
    if whole <= 0 or any(weight < 0 for weight in weights.values()):
        raise WeightsInvalid("weights_not_positive", weights=dict(weights))
    quota = {name: weight * total / whole for name, weight in weights.items()}
    shares = {name: floor(value + TOUCH) for name, value in quota.items()}
    order = sorted(quota, key=lambda name: (-round(quota[name] - shares[name], 9), -weights[name], name))
    for name in order[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


@dataclass(frozen=True, slots=True)
class _Step:
    """The k-th item put into a cell, at a price that rises with k."""

    row: int
    column: int
    price: float


def controlled_rounding(rows: IntArray, columns: IntArray, caps: IntArray | None = None) -> IntArray:
    """Round the outer product rows × columns / total with exact row and column sums.

    Parameters
    ----------
    rows, columns : the margins; their sums are equal
    caps : (n_rows, n_columns) how much each cell may hold; exceeded only when the margins leave no choice

    Returns
    -------
    (n_rows, n_columns) counts of least squared deviation from the product, each within floor and ceil of it
    where margins and caps allow. A transportation problem with convex prices, so one unit-capacity variable
    per step is exact (Cox 1987; Ahuja, Magnanti & Orlin 1993, ch. 14).
    """
    if rows.sum() != columns.sum():
        raise WeightsInvalid("margins_differ", rows=int(rows.sum()), columns=int(columns.sum()))
    product = np.outer(rows, columns) / max(int(rows.sum()), 1)
    limits = np.full(product.shape, int(rows.sum())) if caps is None else caps
    steps = [
        step
        for (row, column), value in np.ndenumerate(product)
        for step in _steps(row, column, float(value), (int(rows[row]), int(limits[row, column])))
    ]
    counts = np.zeros(product.shape, dtype=np.int64)
    if steps:
        np.add.at(
            counts, ([s.row for s in steps], [s.column for s in steps]), _transport(steps, rows, columns)
        )
    return counts


def _steps(row: int, column: int, value: float, most: tuple[int, int]) -> list[_Step]:
    row_sum, cap = most
    low, high = floor(value + TOUCH), ceil(value - TOUCH)
    steps = []
    for k in range(1, row_sum + 1):
        price = (k - value) ** 2 - (k - 1 - value) ** 2
        price += -OUTSIDE_ROUNDING if k <= low else OUTSIDE_ROUNDING if k > high else 0.0
        price += OUTSIDE_CAP if k > cap else 0.0
        # Equal optima are told apart by place, so that every solver version picks the same one.
        steps.append(_Step(row, column, price + 1e-5 * ((row + 1) * (column + 2) % 7)))
    return steps


def _transport(steps: list[_Step], rows: IntArray, columns: IntArray) -> IntArray:
    n_rows, index = len(rows), np.arange(len(steps))
    places = np.concatenate([[s.row for s in steps], [n_rows + s.column for s in steps]])
    shape = (n_rows + len(columns), len(steps))
    matrix = csr_array((np.ones(2 * len(steps)), (places, np.tile(index, 2))), shape=shape)
    margins = np.concatenate([rows, columns]).astype(float)
    solution = milp(
        np.array([s.price for s in steps]),
        integrality=np.ones(len(steps)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, margins, margins),
        options={"mip_rel_gap": 0.0},
    )
    # Steps of a cell up to its row sum and equal margins: a solution always exists.
    taken: IntArray = np.rint(solution.x).astype(np.int64)
    return taken
