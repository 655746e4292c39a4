"""Sum scores: how they are distributed, and what each says about ability."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring._ability_blocks import finer_by
from scoring.errors import InvalidCuts, InvalidParameters, InvalidResponses
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, coarsened
from scoring.responses import FloatArray, IntArray, presented, response_matrix

_BLOCK_POINTS = 512  # (points, items, categories) probabilities of some hundred items stay below 10 MB


@dataclass(frozen=True, slots=True, eq=False)
class SumScoreTable:
    """From the sum score on one form to ability; one row per possible score.

    score : (n_scores,) 0 … the most marks of the form
    theta : (n_scores,) posterior mean given the sum score; NaN for a score of no probability under the prior
    se : (n_scores,) posterior standard deviation
    probability : (n_scores,) of the score in the population; times the number of persons, the expected count
    posterior : (n_scores, n_nodes), rows sum to 1, as `scoring.cuts.level_probabilities` takes them
    """

    score: IntArray
    theta: FloatArray
    se: FloatArray
    probability: FloatArray
    posterior: FloatArray

    def of(self, scores: IntArray) -> tuple[FloatArray, FloatArray]:
        """(n_persons,) theta and se of these sum scores, NaN where a score is negative (see sum_scores).

        Raises InvalidResponses for a score above the form's most.
        """
        if scores.size and scores.max() >= self.score.size:
            raise InvalidResponses(f"scores: the form has {self.score.size - 1} marks, not {scores.max()}")
        known = scores >= 0
        where = np.where(known, scores, 0)
        return np.where(known, self.theta[where], np.nan), np.where(known, self.se[where], np.nan)


def score_distributions(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """How probable each sum score is at a given ability, items independent given theta.

    Parameters
    ----------
    theta : (n_points,) abilities
    params : the form's n_items rows of any models

    Returns
    -------
    (n_points, n_scores) for the scores 0 … sum(n_categories - 1); rows sum to 1. Every term added is
    positive, so that rare scores keep their relative precision.

    Raises
    ------
    NotCalibrated : an item has no parameters. InvalidParameters : a form without items.

    References: Lord & Wingersky (1984); for more than two categories Thissen, Pommerich, Billeaud & Williams
    (1995), Hanson (1994).
    """
    if params.n_items == 0:
        raise InvalidParameters("a form without items has no sum score")
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    n_steps = params.n_categories - 1
    found = np.zeros(
        (int(n_steps.sum()) + 1, points.size)
    )  # scores first: the recursion then adds whole rows
    for first in range(0, points.size, _BLOCK_POINTS):
        part = slice(first, first + _BLOCK_POINTS)
        probabilities = np.ascontiguousarray(category_probabilities(points[part], params).transpose(1, 2, 0))
        found[:, part] = _recursion(probabilities, n_steps)
    distributions: FloatArray = found.T
    return distributions


def _recursion(probabilities: FloatArray, n_steps: IntArray) -> FloatArray:
    """(n_scores, n_points) from (n_items, n_categories, n_points)."""
    so_far = np.ones((1, probabilities.shape[2]))
    for chances, steps in zip(probabilities, n_steps.tolist(), strict=True):
        with_item = np.zeros((len(so_far) + steps, so_far.shape[1]))
        for mark in range(steps + 1):
            with_item[mark : mark + len(so_far)] += so_far * chances[mark]
        so_far = with_item
    return so_far


def sum_score_table(params: ItemParams, quadrature: Quadrature) -> SumScoreTable:
    """EAP estimates from the sum score alone, for a form everybody answered in full.

    Parameters
    ----------
    params : the form's n_items rows, `params.subset(form)`
    quadrature : the population's distribution of ability

    Where a score's posterior is narrower than the spacing of the nodes, a finer grid takes their place, as in
    `scoring.ability.eap`; `posterior` is then its mass gathered on the given nodes.

    Raises
    ------
    NotCalibrated, InvalidParameters : as score_distributions.

    References: Thissen, Pommerich, Billeaud & Williams (1995), eq. 3-6.
    """
    joint = score_distributions(quadrature.nodes, params).T * quadrature.weights
    factor = finer_by(params, quadrature, joint)
    grid = quadrature if factor == 1 else quadrature.finer(factor)
    if factor > 1:
        joint = score_distributions(grid.nodes, params).T * grid.weights
    probability = joint.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        posterior = joint / probability[:, None]
    theta = posterior @ grid.nodes
    variance = (posterior * (grid.nodes - theta[:, None]) ** 2).sum(axis=1)
    if factor > 1:
        posterior = coarsened(posterior, factor)
    return SumScoreTable(np.arange(probability.size), theta, np.sqrt(variance), probability, posterior)


def sum_scores(responses: npt.ArrayLike, params: ItemParams) -> IntArray:
    """(n_persons,) sums of marks; -1 for a person who missed an item, whose sum means something else.

    Give one form at a time: `responses[:, form]` and `params.subset(form)`.
    """
    marks = response_matrix(responses, params.n_categories)
    complete = presented(marks).all(axis=1)
    return np.where(complete, marks.sum(axis=1, dtype=np.intp), -1)


def shares_at_or_above(distributions: FloatArray, cut_scores: npt.ArrayLike) -> FloatArray:
    """How probable it is to reach each cut, from distributions of the sum score.

    Parameters
    ----------
    distributions : (n_points, n_scores)
    cut_scores : (n_cuts,) sum scores; a score equal to the cut has reached it, and between two scores the
        higher one counts

    Returns
    -------
    (n_points, n_cuts) probabilities: 1 for a cut of 0 or less, 0 for one above the most marks.
    """
    beyond = np.cumsum(distributions[:, ::-1], axis=1)[:, ::-1]  # from the top: small tails stay exact
    beyond = np.hstack([beyond, np.zeros((len(beyond), 1))])
    cuts = np.atleast_1d(np.asarray(cut_scores, dtype=np.float64))
    if not np.isfinite(cuts).all():
        raise InvalidCuts("cut_scores must be finite")
    lowest = np.clip(np.ceil(cuts), 0, distributions.shape[1]).astype(np.intp)
    shares: FloatArray = np.where(cuts <= 0, 1.0, beyond[:, lowest])
    return shares


def level_shares(distributions: FloatArray, cut_scores: npt.ArrayLike) -> FloatArray:
    """(n_points, n_cuts + 1) probability of each level; `cut_scores` ascend strictly. Rows sum to 1."""
    cuts = np.atleast_1d(np.asarray(cut_scores, dtype=np.float64))
    if cuts.ndim != 1 or (np.diff(cuts) <= 0).any():
        raise InvalidCuts("cut_scores must ascend strictly")
    edges = np.concatenate([[0.0], cuts, [distributions.shape[1]]])
    # a difference of two sums near 1 may end a hair below 0
    shares: FloatArray = np.maximum(-np.diff(shares_at_or_above(distributions, edges), axis=1), 0.0)
    return shares
