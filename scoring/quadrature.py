"""A distribution of ability, held as weights on a grid."""

import operator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.interpolate import CubicSpline

from scoring.errors import InvalidQuadrature
from scoring.responses import FloatArray

_FEWEST_OF_A_CURVE: Final = 11  # fewer nodes are taken for classes of ability, not for points of a curve
_NO_WEIGHT: Final = 1e-290  # below, a weight has lost digits, and its logarithm would bend the spline


@dataclass(frozen=True, slots=True, eq=False)
class Quadrature:
    """Nodes (n_nodes,) in ascending order, in units of theta, and weights (n_nodes,) that sum to 1.

    Raises
    ------
    InvalidQuadrature : fewer than two nodes, nodes not ascending, weights negative or not summing to 1.
    """

    nodes: FloatArray
    weights: FloatArray

    def __post_init__(self) -> None:
        for name in ("nodes", "weights"):
            try:
                values = np.array(getattr(self, name), dtype=np.float64)
            except (TypeError, ValueError):
                raise InvalidQuadrature(f"{name} must be a vector of numbers") from None
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.nodes.ndim != 1 or self.nodes.size < 2 or self.nodes.shape != self.weights.shape:
            raise InvalidQuadrature("nodes and weights must be vectors of one length, two or more")
        if not (np.isfinite(self.nodes).all() and (np.diff(self.nodes) > 0).all()):
            raise InvalidQuadrature("nodes must be finite and ascend")
        if not ((self.weights >= 0).all() and abs(self.weights.sum() - 1.0) < 1e-9):
            raise InvalidQuadrature("weights must be non-negative and sum to 1")

    @property
    def n_nodes(self) -> int:
        return int(self.nodes.size)

    @property
    def log_weights(self) -> FloatArray:
        with np.errstate(divide="ignore"):  # a node without weight is impossible: log 0 = -inf is meant
            logs: FloatArray = np.log(self.weights)
        return logs

    @property
    def spacing(self) -> float:
        """Distance of neighbouring nodes where they are points of a curve, else inf: see `finer`.

        A curve has 11 or more nodes, evenly spaced, and no node without weight between two that have some.
        """
        steps = np.diff(self.nodes)
        weighty = np.flatnonzero(self.weights > _NO_WEIGHT)
        is_curve = (
            weighty.size >= _FEWEST_OF_A_CURVE
            and np.ptp(steps) < 1e-6 * steps[0]
            and weighty[-1] - weighty[0] + 1 == weighty.size
        )
        return float(steps.mean()) if is_curve else np.inf

    def finer(self, factor: int) -> Self:
        """The same curve on nodes `factor` times as close; every factor-th node is a given one.

        Log weights are interpolated by a cubic spline, which is exact for a normal distribution.

        Raises InvalidQuadrature where the nodes are no points of a curve (spacing inf).
        """
        if not np.isfinite(self.spacing):
            raise InvalidQuadrature("nodes: only evenly spaced ones with weights on all can be made finer")
        place = np.arange((self.n_nodes - 1) * factor + 1) / factor
        nodes = np.interp(place, np.arange(self.n_nodes), self.nodes)
        weighty = np.flatnonzero(self.weights > _NO_WEIGHT)
        logs = CubicSpline(weighty, np.log(self.weights[weighty]))(place)
        inside = (place >= weighty[0]) & (place <= weighty[-1])
        weights = np.where(inside, np.exp(np.where(inside, logs - logs[inside].max(), 0.0)), 0.0)
        return type(self)(nodes, weights / weights.sum())


def coarsened(weights: FloatArray, factor: int) -> FloatArray:
    """Mass on nodes as of `Quadrature.finer` gathered on the given ones, each the middle of its cell.

    weights : (…, (n_nodes - 1) * factor + 1). What lies half-way between two nodes is divided between them.
    Returns (…, n_nodes) with the same sum.
    """
    n_nodes = (weights.shape[-1] - 1) // factor + 1
    place = np.arange(weights.shape[-1]) / factor
    share = np.zeros((place.size, n_nodes))
    rows = np.arange(place.size)
    for node in (np.ceil(place - 0.5), np.floor(place + 0.5)):
        share[rows, node.astype(np.intp)] += 0.5
    gathered: FloatArray = weights @ share
    return gathered


def normal_quadrature(
    n_nodes: int = 61, lower: float = -6.0, upper: float = 6.0, mean: float = 0.0, sd: float = 1.0
) -> Quadrature:
    """A normal distribution on equally spaced nodes.

    Equal spacing beats Gauss–Hermite for long tests: what matters is that the spacing stays below the
    posterior's standard deviation. 61 nodes on [-6, 6] (0.2 apart) do so for about 40 items near a person's
    ability with a = 1.5, 100 with a = 1; beyond, `eap`, `eap_scores`, `plausible_values` and
    `sum_score_table` work on a finer grid of their own, other uses need more nodes.

    Raises
    ------
    InvalidQuadrature : n_nodes no whole number of 2 or more, lower not below upper, a mean not finite, an sd
        not positive, or a range so far from the mean that all weights vanish.
    """
    try:
        n_nodes = operator.index(n_nodes)
        lower, upper, mean, sd = (float(value) for value in (lower, upper, mean, sd))
    except (TypeError, ValueError):
        raise InvalidQuadrature("n_nodes must be a whole number; lower, upper, mean and sd numbers") from None
    if n_nodes < 2:
        raise InvalidQuadrature(f"n_nodes must be 2 or more, not {n_nodes}")
    if not (np.isfinite([lower, upper, mean]).all() and lower < upper):
        raise InvalidQuadrature("lower, upper and mean must be finite, and lower below upper")
    if not sd > 0:
        raise InvalidQuadrature("sd must be positive")
    nodes = np.linspace(lower, upper, n_nodes)
    density = np.exp(-0.5 * ((nodes - mean) / sd) ** 2)
    if not density.sum() > 0:
        raise InvalidQuadrature("the nodes lie too far from the mean")
    return Quadrature(nodes, density / density.sum())
