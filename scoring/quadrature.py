"""A distribution of ability, held as weights on a grid."""

from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidQuadrature
from scoring.responses import FloatArray


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
            values = np.array(getattr(self, name), dtype=np.float64)
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


def normal_quadrature(
    n_nodes: int = 61, lower: float = -6.0, upper: float = 6.0, mean: float = 0.0, sd: float = 1.0
) -> Quadrature:
    """A normal distribution on equally spaced nodes.

    Equal spacing beats Gauss–Hermite for long tests: what matters is that the spacing stays below the
    posterior's standard deviation. 61 nodes on [-6, 6] (0.2 apart) serve up to about 200 items a person.

    Raises
    ------
    InvalidQuadrature : sd not positive, or a range so far from the mean that all weights vanish.
    """
    if not sd > 0:
        raise InvalidQuadrature("sd must be positive")
    nodes = np.linspace(lower, upper, n_nodes)
    density = np.exp(-0.5 * ((nodes - mean) / sd) ** 2)
    if not density.sum() > 0:
        raise InvalidQuadrature("the nodes lie too far from the mean")
    return Quadrature(nodes, density / density.sum())
