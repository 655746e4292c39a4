"""From a share of correct responses to a cut on theta, and from theta to a level."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

from scoring.errors import InvalidCuts, InvalidParameters, InvalidQuadrature, ShareUnreachable
from scoring.information import category_slopes, expected_number_correct
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
    share : in (0, 1), of the form's marks; of 0/1 items, of its items
    params : the form's n_items rows of any models; with positive discriminations the answer is unique

    Returns
    -------
    theta in [LOWEST_THETA, HIGHEST_THETA] where TCC(theta) / most marks = share.

    Raises
    ------
    ShareUnreachable : no such theta in that range (below the guessing floor, or the form too hard or easy).
    InvalidParameters : a form without items. NotCalibrated : an item has no parameters.

    References: Lord (1980), ch. 13 (true-score equating by the TCC).
    """
    if params.n_items == 0:
        raise InvalidParameters("a form without items has no expected share")

    def excess(theta: float) -> float:
        return float(expected_number_correct([theta], params)[0]) / most_marks(params) - share

    lowest, highest = excess(LOWEST_THETA), excess(HIGHEST_THETA)
    if not lowest <= 0.0 <= highest:
        raise ShareUnreachable(share, lowest + share, highest + share)
    return float(brentq(excess, LOWEST_THETA, HIGHEST_THETA, xtol=1e-10))


def most_marks(params: ItemParams) -> int:
    """The highest raw score of a form; of 0/1 items, their number."""
    return int((params.n_categories - 1).sum())


def theta_at_expected_marks(marks: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """The inverse of the test characteristic curve, anywhere on the real line.

    Parameters
    ----------
    marks : (n_scores,) true scores, in marks; NaN stays NaN
    params : the form's rows of any models, every discrimination positive

    Returns
    -------
    (n_scores,) thetas where TCC(theta) = marks, to about 1e-12; -inf at or below the sum of the lower
    asymptotes, inf at or above the highest score.

    Raises
    ------
    InvalidParameters : an item whose discrimination is not positive: the curve need not have an inverse.
    NotCalibrated : an item has no parameters.

    References: Kolen & Brennan (2014), sect. 6.5.
    """
    params.require_calibrated()
    if (params.a <= 0).any():
        raise InvalidParameters("the test characteristic curve needs positive discriminations",
                                np.flatnonzero(params.a <= 0).tolist())  # fmt: skip
    wanted = np.atleast_1d(np.asarray(marks, dtype=np.float64))
    theta = np.where(wanted <= params.c.sum(), -np.inf, np.inf)
    theta[np.isnan(wanted)] = np.nan
    inside = (wanted > params.c.sum()) & (wanted < most_marks(params))
    if inside.any():
        theta[inside] = _inverted(wanted[inside], params)
    return theta


def _inverted(wanted: FloatArray, params: ItemParams) -> FloatArray:
    """Newton steps kept inside a bracket that each step narrows."""
    low, high = _bracketed(wanted, params)
    theta: FloatArray = (low + high) / 2.0
    rounding = 1e-15 * most_marks(params)
    for _ in range(200):
        probabilities, slopes = category_slopes(theta, params)
        scores = np.arange(probabilities.shape[2], dtype=np.float64)
        excess = (probabilities @ scores).sum(axis=1) - wanted
        low, high = np.where(excess < 0, theta, low), np.where(excess < 0, high, theta)
        slope = (slopes @ scores).sum(axis=1)
        step = np.divide(excess, slope, out=np.full_like(excess, np.inf), where=slope > 0)
        newton = theta - step
        following = np.where((newton > low) & (newton < high), newton, (low + high) / 2.0)
        unsettled = (np.abs(excess) > rounding) & (np.abs(following - theta) > 1e-14 * np.abs(theta))
        if not unsettled.any():
            break
        theta = np.where(unsettled, following, theta)
    return theta


def _bracketed(wanted: FloatArray, params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Two thetas on either side of each true score, close together unless it lies far out."""
    grid = np.linspace(LOWEST_THETA, HIGHEST_THETA, 61)
    place = np.searchsorted(expected_number_correct(grid, params), wanted)
    low, high = grid[np.maximum(place - 1, 0)], grid[np.minimum(place, grid.size - 1)]
    for edge, sign in ((low, 1.0), (high, -1.0)):
        for _ in range(20):
            short = sign * (expected_number_correct(edge, params) - wanted) > 0
            if not short.any():
                break
            edge[short] *= 2.0
    return low, high


def cuts_from_shares(shares: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Cuts on theta from shares of a form's marks, such as 0.5, 0.66 and 0.83.

    Raises ShareUnreachable as theta_at_expected_share, InvalidCuts unless the shares ascend strictly.
    """
    wanted = checked_cuts(np.atleast_1d(np.asarray(shares, dtype=np.float64)))
    return np.array([theta_at_expected_share(share, params) for share in wanted.tolist()])


def marks_at_cuts(cuts: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """(n_cuts,) the marks that a person standing on each cut is expected to earn on this form."""
    return expected_number_correct(checked_cuts(cuts), params)


def level_of(theta: npt.ArrayLike, cuts: npt.ArrayLike) -> IntArray:
    """The level reached: the number of cuts at or below theta; NO_LEVEL where theta is NaN.

    Parameters
    ----------
    theta : (n_persons,) estimates
    cuts : (n_levels - 1,) strictly ascending; who stands exactly on a cut has passed it
    """
    estimates = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    levels = np.searchsorted(checked_cuts(cuts), estimates, side="right")
    return np.where(np.isnan(estimates), NO_LEVEL, levels)


def level_probabilities(posterior: npt.ArrayLike, nodes: npt.ArrayLike, cuts: npt.ArrayLike) -> FloatArray:
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

    Raises
    ------
    InvalidQuadrature : fewer than two nodes, nodes that do not ascend, or a posterior without a column for
        each. InvalidCuts.
    """
    thresholds = checked_cuts(cuts)
    of_node, places = np.asarray(posterior, dtype=np.float64), np.asarray(nodes, dtype=np.float64)
    if places.ndim != 1 or places.size < 2 or not (np.diff(places) > 0).all():
        raise InvalidQuadrature("nodes: expected two or more, ascending")
    if of_node.ndim != 2 or of_node.shape[1] != places.size:
        raise InvalidQuadrature(f"posterior: expected (n_persons, {places.size}), a column for each node, "
                                f"got {of_node.shape}")  # fmt: skip
    middles = (places[1:] + places[:-1]) / 2.0
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    left, width = edges[:-1, None], np.diff(edges)[:, None]
    share_below = np.clip((thresholds - left) / width, 0.0, 1.0)
    none, whole = np.zeros((places.size, 1)), np.ones((places.size, 1))
    probabilities: FloatArray = of_node @ np.diff(np.hstack([none, share_below, whole]), axis=1)
    return probabilities


def normal_level_probabilities(theta: npt.ArrayLike, se: npt.ArrayLike, cuts: npt.ArrayLike) -> FloatArray:
    """How probable each level is when ability is normal around the estimate.

    Parameters
    ----------
    theta, se : (n_persons,) estimates and standard errors, or one se for all; NaN (not scored) gives NaN
        rows, se = 0 certainty
    cuts : (n_levels - 1,) strictly ascending

    Returns
    -------
    (n_persons, n_levels), rows sum to 1.

    Raises
    ------
    InvalidParameters : a negative or infinite se. InvalidCuts : cuts that do not ascend.

    References: Rudner (2001), eq. 1.
    """
    thresholds = checked_cuts(cuts)
    estimates = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    errors = np.broadcast_to(np.asarray(se, dtype=np.float64), estimates.shape)
    at_fault = (errors < 0) | np.isinf(errors)
    if at_fault.any():
        raise InvalidParameters("se must be finite and not negative", np.flatnonzero(at_fault).tolist())
    away = thresholds - estimates[:, None]
    certain = np.where(away > 0, np.inf, -np.inf)  # on the cut is above it
    with np.errstate(over="ignore"):  # a tiny se puts the cut at infinity: so it is meant
        z = np.divide(away, errors[:, None], out=certain, where=errors[:, None] != 0)
    edge = np.full((estimates.size, 1), np.inf)
    low, high = np.hstack([-edge, z]), np.hstack([z, edge])
    # Differences of the nearer tail keep their digits.
    flip = low > 0
    probabilities: FloatArray = np.where(flip, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    probabilities[np.isnan(estimates) | np.isnan(errors)] = np.nan
    return probabilities


def checked_cuts(cuts: npt.ArrayLike) -> FloatArray:
    """The cuts as a vector; InvalidCuts unless finite and strictly ascending."""
    thresholds = np.asarray(cuts, dtype=np.float64)
    if thresholds.ndim != 1 or not np.isfinite(thresholds).all() or (np.diff(thresholds) <= 0).any():
        raise InvalidCuts("cuts must be finite and strictly ascending")
    return thresholds
