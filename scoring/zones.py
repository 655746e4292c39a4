"""Whether a level can be told: a person near a cut stands between two."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from scoring.cuts import NO_LEVEL, checked_cuts, level_of, normal_level_probabilities
from scoring.errors import InvalidParameters
from scoring.responses import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class LevelZones:
    """Each (n_persons,): the level of the estimate, and the lowest and highest within its interval.

    Levels are numbered from 0, below the first cut; NO_LEVEL for who was not scored.
    """

    level: IntArray
    lowest: IntArray
    highest: IntArray

    @property
    def indeterminate(self) -> BoolArray:
        """Whether a cut lies within the interval."""
        mask: BoolArray = self.lowest < self.highest
        return mask

    def label(self, person: int) -> str:
        """In English, for logs and tables; the user interface words it from the numbers."""
        if self.level[person] == NO_LEVEL:
            return "not scored"
        low, high = int(self.lowest[person]), int(self.highest[person])
        return f"level {low}" if low == high else f"indeterminate between {low} and {high}"


def level_zones(
    theta: npt.ArrayLike, se: npt.ArrayLike, cuts: npt.ArrayLike, *, confidence: float = 0.9
) -> LevelZones:
    """The levels that a normal interval around each estimate touches.

    Parameters
    ----------
    theta, se : (n_persons,) estimates and standard errors; NaN: not scored
    cuts : (n_levels - 1,) strictly ascending
    confidence : of the central interval theta ± z se; 0.90 has z = 1.645, so that against one cut the level
        is called determinate at 95 %

    Raises
    ------
    InvalidParameters : a negative or infinite se, or confidence outside (0, 1). InvalidCuts.
    """
    _check(confidence)
    normal_level_probabilities(theta, se, cuts)  # for its checks
    estimates = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    reach = float(ndtri((1 + confidence) / 2)) * np.broadcast_to(
        np.asarray(se, dtype=np.float64), estimates.shape
    )
    known = np.where(np.isnan(reach), np.nan, estimates)
    return LevelZones(level_of(known, cuts), level_of(known - reach, cuts), level_of(known + reach, cuts))


def posterior_level_zones(
    posterior: FloatArray, nodes: FloatArray, cuts: npt.ArrayLike, *, confidence: float = 0.9
) -> LevelZones:
    """The levels that the central interval of each posterior touches.

    Parameters
    ----------
    posterior : (n_persons, n_nodes), rows sum to 1; NaN rows: not scored. Mass is spread evenly over each
        node's cell, as in level_probabilities.
    nodes : (n_nodes,) ascending

    The level itself is that of the posterior mean.

    Raises InvalidParameters when confidence is outside (0, 1), InvalidCuts.
    """
    _check(confidence)
    tail = (1 - confidence) / 2
    below = _below(posterior, nodes, checked_cuts(cuts))
    scored = ~np.isnan(posterior).any(axis=1)
    lowest, highest = (below <= tail).sum(axis=1), (below <= 1 - tail).sum(axis=1)
    level = level_of(posterior @ nodes, cuts)
    return LevelZones(level, np.where(scored, lowest, NO_LEVEL), np.where(scored, highest, NO_LEVEL))


def _below(posterior: FloatArray, nodes: FloatArray, cuts: FloatArray) -> FloatArray:
    """(n_persons, n_cuts) posterior probability below each cut."""
    middles = (nodes[1:] + nodes[:-1]) / 2.0
    edges = np.concatenate([[2 * nodes[0] - middles[0]], middles, [2 * nodes[-1] - middles[-1]]])
    share = np.clip((cuts - edges[:-1, None]) / np.diff(edges)[:, None], 0.0, 1.0)
    below: FloatArray = posterior @ share
    return below


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise InvalidParameters("confidence must lie strictly between 0 and 1")
