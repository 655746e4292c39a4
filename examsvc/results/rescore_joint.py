"""The second estimate of competencies that go together: one Gaussian factor after the other, in plain Python.

Independent of `scoring.multidim` in code, data layout, grid (twice as fine) and order of work: there all
persons and factors move at once, damped, and a matrix is inverted at each step; here one factor of one
person at a time, undamped, the joint distribution following by rank-one corrections. Both end where the
factors no longer move (expectation propagation, Minka 2001): the approximation itself is shared, with its
rule that a factor may widen the joint distribution only so far, which guessing on a few items can ask for.
The tests hold both against exact integration in three dimensions: 0.002 in theta, 0.005 in the error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from examsvc.results.dimensions import Dimensions
from examsvc.results.second_curves import Logs

POINTS: Final = 121
STEP: Final = 0.1
MOST_SWEEPS: Final = 60
STILL: Final = 1e-6
WIDENING: Final = 0.8
_Z: Final = tuple(
    STEP * (place - POINTS // 2) for place in range(POINTS)
)  # standard deviations from the mean


@dataclass(frozen=True, slots=True)
class JointTable:
    """Logs of each item's categories, at every point of its own competency's ability.

    lowest : precision that a factor may have, see the module's docstring
    """

    dimensions: Dimensions
    lowest: float
    logs: Mapping[str, Logs]


@dataclass(slots=True)
class _Joint:
    """A normal distribution that one factor after the other reshapes; precision and shift of each factor."""

    mean: list[float]
    covariance: list[list[float]]
    precision: list[float]
    shift: list[float]
    lowest: float

    def replace_factor(self, place: int, precision: float, shift: float) -> None:
        more, moved = precision - self.precision[place], shift - self.shift[place]
        column = [row[place] for row in self.covariance]
        spread, centre = column[place], self.mean[place]
        divisor = 1.0 + more * spread
        for row, one in enumerate(column):
            self.mean[row] += one * (moved - more * centre) / divisor
            for other, value in enumerate(column):
                self.covariance[row][other] -= more / divisor * one * value
        self.precision[place], self.shift[place] = precision, shift


def lowest_precision(dimensions: Dimensions) -> float:
    """How negative a factor's precision may be."""
    return -WIDENING / _largest_eigenvalue(dimensions.correlations)


def abilities_of(place: int, dimensions: Dimensions) -> list[float]:
    """The points of one competency's grid."""
    return [dimensions.means[place] + dimensions.sds[place] * z for z in _Z]


def joint_means(
    table: JointTable, category: Mapping[str, int], counted: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, float] | None]:
    """Posterior mean and standard deviation of each competency; None where no item of it counts.

    Parameters
    ----------
    category : by item
    counted : the items that count, by competency code
    """
    known = table.dimensions
    likelihoods = {
        place: _log_likelihood(table, category, counted[code])
        for place, code in enumerate(known.codes)
        if counted[code]
    }
    n = len(known.codes)
    joint = _Joint([0.0] * n, [list(row) for row in known.correlations], [0.0] * n, [0.0] * n, table.lowest)
    found: dict[int, tuple[float, float]] = {}
    for _sweep in range(MOST_SWEEPS):
        moved = 0.0
        for place, logs in likelihoods.items():
            found[place], change = _refine(joint, place, logs)
            moved = max(moved, change)
        if moved < STILL:
            break
    return {
        code: None
        if place not in found
        else (known.means[place] + known.sds[place] * found[place][0], known.sds[place] * found[place][1])
        for place, code in enumerate(known.codes)
    }


def _refine(joint: _Joint, place: int, logs: Sequence[float]) -> tuple[tuple[float, float], float]:
    """Give the factor the moments that likelihood and all other factors have together; how far it moved."""
    spread, centre = joint.covariance[place][place], joint.mean[place]
    precision = 1.0 / spread - joint.precision[place]
    shift = centre / spread - joint.shift[place]
    mean, variance = _moments(
        [log - 0.5 * precision * z * z + shift * z for log, z in zip(logs, _Z, strict=True)]
    )
    own = max(1.0 / variance - precision, joint.lowest)
    joint.replace_factor(place, own, mean * (own + precision) - shift)
    moved_mean = abs(joint.mean[place] - centre)
    moved_sd = abs(math.sqrt(joint.covariance[place][place]) - math.sqrt(spread))
    return (mean, math.sqrt(variance)), max(moved_mean, moved_sd)


def _largest_eigenvalue(matrix: Sequence[Sequence[float]]) -> float:
    """Of a positive matrix, by the power method."""
    vector, length = [1.0] * len(matrix), 1.0
    for _step in range(200):
        vector = [sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix]
        length = math.sqrt(sum(one * one for one in vector))
        vector = [one / length for one in vector]
    return length


def _moments(logs: Sequence[float]) -> tuple[float, float]:
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    mass = sum(weights)
    mean = sum(weight * z for weight, z in zip(weights, _Z, strict=True)) / mass
    return mean, sum(weight * (z - mean) ** 2 for weight, z in zip(weights, _Z, strict=True)) / mass


def _log_likelihood(table: JointTable, category: Mapping[str, int], items: Sequence[str]) -> list[float]:
    logs = [0.0] * POINTS
    for item in items:
        curve = table.logs[item][category[item]]
        for point in range(POINTS):
            logs[point] += curve[point]
    return logs
