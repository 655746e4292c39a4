"""From a share of correct responses to a cut on theta, and from theta to a level."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from scoring.errors import InvalidCuts, InvalidParameters, ShareUnreachable
from scoring.information import expected_number_correct
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray

NO_LEVEL: Final = -1
"""The level of a person who was not scored."""

LOWEST_THETA: Final = -6.0
HIGHEST_THETA: Final = 6.0


def theta_at_expected_share(share: float, params: ItemParams) -> float:
    """The ability whose expected share correct on this form is `share`.

    Parameters
    ----------
    share : in (0, 1), of the form's items
    params : the form's n_items rows; with positive discriminations the answer is unique

    Returns
    -------
    theta in [LOWEST_THETA, HIGHEST_THETA] where TCC(theta) / n_items = share.

    Raises
    ------
    ShareUnreachable : no such theta in that range (below the guessing floor, or the form too hard or easy).
    InvalidParameters : a form without items. NotCalibrated : an item has no parameters.

    References: Lord (1980), ch. 13 (true-score equating by the TCC).
    """
    if params.n_items == 0:
        raise InvalidParameters("a form without items has no expected share")

    def excess(theta: float) -> float:
        return float(expected_number_correct([theta], params)[0]) / params.n_items - share

    lowest, highest = excess(LOWEST_THETA), excess(HIGHEST_THETA)
    if not lowest <= 0.0 <= highest:
        raise ShareUnreachable(share, lowest + share, highest + share)
    return float(brentq(excess, LOWEST_THETA, HIGHEST_THETA, xtol=1e-10))


def level_of(theta: npt.ArrayLike, cuts: npt.ArrayLike) -> IntArray:
    """The level reached: the number of cuts at or below theta; NO_LEVEL where theta is NaN.

    Parameters
    ----------
    theta : (n_persons,) estimates
    cuts : (n_levels - 1,) strictly ascending; who stands exactly on a cut has passed it
    """
    estimates = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    levels = np.searchsorted(_checked(cuts), estimates, side="right")
    return np.where(np.isnan(estimates), NO_LEVEL, levels)


def level_probabilities(posterior: FloatArray, nodes: FloatArray, cuts: npt.ArrayLike) -> FloatArray:
    """How probable each level is, given the posterior distribution of ability.

    A node stands for the cell that reaches half-way to its neighbours, with its mass spread evenly: a cut
    between two nodes then divides a cell, where counting whole nodes would let the probability jump as a cut
    moves.

    Parameters
    ----------
    posterior : (n_persons, n_nodes), rows sum to 1; NaN rows (not scored) stay NaN
    nodes : (n_nodes,) ascending
    cuts : (n_levels - 1,) strictly ascending

    Returns
    -------
    (n_persons, n_levels), rows sum to 1.
    """
    thresholds = _checked(cuts)
    middles = (nodes[1:] + nodes[:-1]) / 2.0
    edges = np.concatenate([[2 * nodes[0] - middles[0]], middles, [2 * nodes[-1] - middles[-1]]])
    left, width = edges[:-1, None], np.diff(edges)[:, None]
    share_below = np.clip((thresholds - left) / width, 0.0, 1.0)
    none, whole = np.zeros((nodes.size, 1)), np.ones((nodes.size, 1))
    probabilities: FloatArray = posterior @ np.diff(np.hstack([none, share_below, whole]), axis=1)
    return probabilities


def _checked(cuts: npt.ArrayLike) -> FloatArray:
    thresholds = np.asarray(cuts, dtype=np.float64)
    if thresholds.ndim != 1 or not np.isfinite(thresholds).all() or (np.diff(thresholds) <= 0).any():
        raise InvalidCuts("cuts must be finite and strictly ascending")
    return thresholds
