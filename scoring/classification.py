"""How often persons are put into the right level, and into the same one again."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.cuts import (
    checked_cuts,
    level_of,
    most_marks,
    normal_level_probabilities,
    theta_at_expected_marks,
)
from scoring.errors import InvalidCuts, InvalidParameters
from scoring.information import expected_number_correct, form_information
from scoring.number_correct import score_distributions
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class CutQuality:
    """One cut by itself, who is above against who is below; false positive: passed without being there."""

    accuracy: float
    consistency: float
    kappa: float
    false_positive: float
    false_negative: float


@dataclass(frozen=True, slots=True, eq=False)
class DecisionQuality:
    """Classification accuracy and consistency over all levels, and of every cut.

    accuracy : probability that the level given is the true one
    consistency : probability that two independent parallel measurements give the same level
    kappa : (consistency - chance) / (1 - chance), chance from the levels' overall shares; NaN where one level
        holds everybody
    false_positive, false_negative : probabilities of a level above, below the true one
    accuracy_table : (n_levels, n_levels) joint probabilities, true level by given level
    consistency_table : (n_levels, n_levels) joint probabilities of the levels of two measurements
    cuts : of each cut, lowest first
    theta, weights : (n_points,) where the following hold, and each point's share
    conditional_accuracy, conditional_consistency : (n_points,)
    """

    accuracy: float
    consistency: float
    kappa: float
    false_positive: float
    false_negative: float
    accuracy_table: FloatArray
    consistency_table: FloatArray
    cuts: tuple[CutQuality, ...]
    theta: FloatArray
    weights: FloatArray
    conditional_accuracy: FloatArray
    conditional_consistency: FloatArray


def rudner(
    theta: npt.ArrayLike, se: npt.ArrayLike, cuts: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> DecisionQuality:
    """Rudner's accuracy and consistency of estimates that are on record.

    Parameters
    ----------
    theta, se : (n_persons,) estimates and their standard errors; persons with NaN (not scored) do not count
    cuts : (n_levels - 1,) on theta
    weights : (n_persons,) of the persons; equal when None

    The given level is that of the estimate; ability is normal around it. For consistency a second estimate is
    normal around the first with the same standard error.

    Raises
    ------
    InvalidCuts : cuts that do not ascend. InvalidParameters : a negative se, weights of another length, or
        nobody scored.

    References: Rudner (2001), (2005); Guo (2006).
    """
    given = normal_level_probabilities(theta, se, cuts)
    estimates = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    shares = _shares(weights, np.isfinite(given.sum(axis=1)))
    scored = shares > 0
    levels = level_of(estimates[scored], cuts)
    points = _Points(estimates[scored], shares[scored], levels, given[scored])
    return _quality(points, truth_is_random=True)


def rudner_in_population(params: ItemParams, population: Quadrature, cuts: npt.ArrayLike) -> DecisionQuality:
    """Rudner's accuracy and consistency of a form in a population, before anyone has taken it.

    Parameters
    ----------
    params : all items of the form
    population : distribution of true ability, spread evenly over the cells around its nodes; a cell that a
        cut divides is evaluated on either side. For distinct abilities use `rudner` with 1/sqrt(information).
    cuts : (n_levels - 1,) on theta

    An estimate is normal around the true theta with SE 1 / sqrt(information at theta).

    Raises
    ------
    InvalidCuts, NotCalibrated. InvalidParameters : a form without information at some ability.

    References: Rudner (2005); Wyse & Hao (2012).
    """
    theta, weights = _pieces(population, checked_cuts(cuts))
    information = form_information(theta, params)
    if not (information > 0).all():
        raise InvalidParameters("the form has no information at some ability of the population")
    given = normal_level_probabilities(theta, 1.0 / np.sqrt(information), cuts)
    return _quality(_Points(theta, weights, level_of(theta, cuts), given), truth_is_random=False)


def lee(
    theta: npt.ArrayLike, params: ItemParams, raw_cuts: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> DecisionQuality:
    """Lee's accuracy and consistency of raw-score levels for given abilities.

    Parameters
    ----------
    theta : (n_points,) abilities taken as true, such as estimates; NaN does not count
    params : all items of the form, which every person takes in full
    raw_cuts : (n_levels - 1,) in marks, not necessarily whole; who reaches a cut has passed it. The true
        level is where the true score TCC(theta) stands among them.
    weights : (n_points,); equal when None

    Raises
    ------
    InvalidCuts : cuts that do not ascend. InvalidParameters : weights of another length. NotCalibrated.

    References: Lee (2010); Lee, Hanson & Brennan (2002).
    """
    cuts = checked_cuts(raw_cuts)
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    shares = _shares(weights, ~np.isnan(points))
    known, weight = points[shares > 0], shares[shares > 0]
    levels = level_of(expected_number_correct(known, params), cuts)
    return _quality(_Points(known, weight, levels, _raw_levels(known, params, cuts)), truth_is_random=False)


def lee_in_population(
    params: ItemParams,
    population: Quadrature,
    raw_cuts: npt.ArrayLike,
    theta_cuts: npt.ArrayLike | None = None,
) -> DecisionQuality:
    """Lee's accuracy and consistency of raw-score levels in a population.

    Parameters
    ----------
    params : all items of the form
    population : distribution of true ability, treated as in rudner_in_population
    raw_cuts : (n_levels - 1,) in marks
    theta_cuts : (n_levels - 1,) that part the true levels; when None, where the TCC reaches the raw cuts

    Raises
    ------
    InvalidCuts : cuts that do not ascend, or not as many of either kind. InvalidParameters : without
        theta_cuts, an item whose discrimination is not positive. NotCalibrated.

    References: Lee (2010).
    """
    cuts = checked_cuts(raw_cuts)
    if theta_cuts is None:
        true_cuts = theta_at_expected_marks(cuts, params)
    else:
        true_cuts = checked_cuts(theta_cuts)
        if true_cuts.shape != cuts.shape:
            raise InvalidCuts(f"theta_cuts: expected {cuts.size} as raw_cuts, got {true_cuts.size}")
    theta, weights = _pieces(population, true_cuts)
    levels = np.searchsorted(true_cuts, theta, side="right")
    return _quality(_Points(theta, weights, levels, _raw_levels(theta, params, cuts)), truth_is_random=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Abilities with their shares, their levels, and the probabilities of a measurement's level at each."""

    theta: FloatArray
    weights: FloatArray
    levels: IntArray
    given: FloatArray


def _shares(weights: npt.ArrayLike | None, known: npt.NDArray[np.bool_]) -> FloatArray:
    shares = np.ones(known.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if shares.shape != known.shape or not (shares >= 0).all():
        raise InvalidParameters(f"weights: expected {known.size} numbers, none negative")
    shares = np.where(known, shares, 0.0)
    if not shares.sum() > 0:
        raise InvalidParameters("theta: nobody is scored")
    normed: FloatArray = shares / shares.sum()
    return normed


def _pieces(population: Quadrature, cuts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights, a node whose cell holds a cut replaced by the centres of the cell's parts.

    Otherwise a node on a cut would count wholly as above it.
    """
    nodes = population.nodes
    middles = (nodes[1:] + nodes[:-1]) / 2.0
    edges = np.concatenate([[2 * nodes[0] - middles[0]], middles, [2 * nodes[-1] - middles[-1]]])
    within = cuts[(cuts > edges[0]) & (cuts < edges[-1])]
    ends = np.unique(np.concatenate([edges, within]))
    cell = np.searchsorted(edges, ends[:-1], side="right") - 1
    share = np.diff(ends) / np.diff(edges)[cell]
    centres = np.where(share < 1.0, (ends[1:] + ends[:-1]) / 2.0, nodes[cell])
    return centres, population.weights[cell] * share


def _raw_levels(theta: FloatArray, params: ItemParams, cuts: FloatArray) -> FloatArray:
    """(n_points, n_levels) from the distribution of the raw score at each ability."""
    level = np.searchsorted(cuts, np.arange(most_marks(params) + 1), side="right")
    member = (level[:, None] == np.arange(cuts.size + 1)).astype(np.float64)
    given = np.empty((theta.size, cuts.size + 1))
    for first in range(0, theta.size, 2048):
        block = slice(first, first + 2048)
        given[block] = score_distributions(theta[block], params) @ member
    return given


def _quality(points: _Points, *, truth_is_random: bool) -> DecisionQuality:
    """`truth_is_random`: the points are estimates and `given` speaks of the truth behind them."""
    n_levels = points.given.shape[1]
    fixed = (points.levels[:, None] == np.arange(n_levels)).astype(np.float64)
    table = (points.weights[:, None] * fixed).T @ points.given
    table = table.T if truth_is_random else table
    twice = (points.weights[:, None] * points.given).T @ points.given
    overall = _cut_quality(table, twice)
    cuts = []
    for cut in range(1, n_levels):
        above = (np.arange(n_levels) >= cut).astype(np.intp)
        sides = np.eye(2)[above]
        cuts.append(_cut_quality(sides.T @ table @ sides, sides.T @ twice @ sides))
    return DecisionQuality(
        overall.accuracy, overall.consistency, overall.kappa, overall.false_positive, overall.false_negative,
        table, twice, tuple(cuts), points.theta, points.weights,
        conditional_accuracy=(fixed * points.given).sum(axis=1),
        conditional_consistency=(points.given**2).sum(axis=1),
    )  # fmt: skip


def _cut_quality(table: FloatArray, twice: FloatArray) -> CutQuality:
    consistency, chance = float(np.trace(twice)), float((twice.sum(axis=0) ** 2).sum())
    kappa = (consistency - chance) / (1.0 - chance) if chance < 1.0 - 1e-12 else float("nan")
    above, below = float(np.triu(table, 1).sum()), float(np.tril(table, -1).sum())
    return CutQuality(float(np.trace(table)), consistency, kappa, above, below)
