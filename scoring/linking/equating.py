"""Which score on one form says the same as a score on another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring.cuts import most_marks, theta_at_expected_marks
from scoring.errors import InvalidParameters, InvalidQuadrature
from scoring.information import expected_number_correct
from scoring.number_correct import score_distributions
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray


class EquatingMethod(StrEnum):
    """TRUE_SCORE through the test characteristic curves; OBSERVED_SCORE equipercentile in a population."""

    TRUE_SCORE = "TRUE_SCORE"
    OBSERVED_SCORE = "OBSERVED_SCORE"


@dataclass(frozen=True, slots=True, eq=False)
class EquatingTable:
    """Every raw score of the new form and its equivalent on the old form.

    raw : (n_scores,) 0 … most marks of the new form
    equated : (n_scores,) equivalents on the old form, in marks, not rounded
    theta : (n_scores,) the ability at which the raw score is the true score (-inf at or below the sum of the
        lower asymptotes, inf at the top); NaN for observed-score equating, which passes through no theta
    se : (n_scores,) standard errors, NaN unless asked for (equating_errors)
    """

    raw: IntArray
    equated: FloatArray
    theta: FloatArray
    se: FloatArray
    method: EquatingMethod

    @property
    def rounded(self) -> IntArray:
        """Whole equivalents; a half goes up, as in published conversion tables."""
        return np.floor(self.equated + 0.5).astype(np.intp)


def true_score_equating(new: ItemParams, old: ItemParams) -> EquatingTable:
    """IRT true-score equating table of two forms.

    Parameters
    ----------
    new, old : all items of each form, both on one scale (link first), every discrimination positive

    Returns
    -------
    EquatingTable. Up to the sum of the lower asymptotes, where no ability has that true score, the line from
    (0, 0) to (sum of c new, sum of c old) is used (Kolen 1981); the highest score is equal to the highest.

    Raises
    ------
    InvalidParameters : a form without items, or a discrimination that is not positive. NotCalibrated.

    References: Lord (1980), ch. 13; Kolen & Brennan (2014), sect. 6.5.
    """
    raw = _raw_scores(new)
    _raw_scores(old)
    theta = theta_at_expected_marks(raw, new)
    equated = _true_score_equivalents(raw.astype(np.float64), theta, (new, old))
    return EquatingTable(raw, equated, theta, np.full(raw.size, np.nan), EquatingMethod.TRUE_SCORE)


def true_score_equivalents(scores: npt.ArrayLike, new: ItemParams, old: ItemParams) -> FloatArray:
    """Equivalents on the old form of any scores on the new one, whole or not, (n_scores,).

    NaN where a score lies outside 0 … most marks.
    """
    _raw_scores(old)
    wanted = np.atleast_1d(np.asarray(scores, dtype=np.float64))
    return _true_score_equivalents(wanted, theta_at_expected_marks(wanted, new), (new, old))


def _true_score_equivalents(
    wanted: FloatArray, theta: FloatArray, forms: tuple[ItemParams, ItemParams]
) -> FloatArray:
    new, old = forms
    floor, old_floor, top = float(new.c.sum()), float(old.c.sum()), most_marks(new)
    between = np.isfinite(theta)
    found = np.full(wanted.shape, np.nan)
    if between.any():
        found[between] = expected_number_correct(theta[between], old)
    low = (wanted >= 0) & (wanted <= floor)
    found[low] = wanted[low] * (old_floor / floor if floor > 0 else 1.0)
    found[wanted == top] = most_marks(old)
    return found


def observed_score_equating(new: ItemParams, old: ItemParams, population: Quadrature) -> EquatingTable:
    """IRT observed-score equating table: equipercentile equivalents of the two forms' score distributions.

    Parameters
    ----------
    new, old : all items of each form, both on one scale
    population : the synthetic population in which the score distributions are taken, on that scale; of two
        groups, mixed_population

    Raises
    ------
    InvalidParameters : a form without items. NotCalibrated : an item without parameters.

    References: Kolen & Brennan (2014), sect. 6.6, and eq. 2.17–2.18 for percentile ranks and their inverse.
    """
    raw = _raw_scores(new)
    _raw_scores(old)
    of_new, of_old = (population.weights @ score_distributions(population.nodes, form) for form in (new, old))
    equated = equipercentile_equivalents(raw, of_new, of_old)
    nothing = np.full(raw.size, np.nan)
    return EquatingTable(raw, equated, nothing, nothing, EquatingMethod.OBSERVED_SCORE)


def mixed_population(populations: Sequence[Quadrature], shares: Sequence[float]) -> Quadrature:
    """The synthetic population of several groups on one scale, weighted by `shares` (summing to 1).

    Raises InvalidQuadrature when shares are negative, do not sum to 1, or are not one per group.
    """
    parts = np.asarray(shares, dtype=np.float64)
    if parts.shape != (len(populations),) or (parts < 0).any() or abs(parts.sum() - 1) > 1e-9:
        raise InvalidQuadrature("shares must be one per population, not negative, and sum to 1")
    nodes = np.concatenate([part.nodes for part in populations])
    weights = np.concatenate([share * part.weights for share, part in zip(parts, populations, strict=True)])
    distinct, place = np.unique(nodes, return_inverse=True)
    return Quadrature(distinct, np.bincount(place, weights=weights).astype(np.float64))


def equipercentile_equivalents(scores: npt.ArrayLike, new: FloatArray, old: FloatArray) -> FloatArray:
    """The scores with the same percentile rank in another distribution.

    Parameters
    ----------
    scores : (n_scores,) within -0.5 … highest + 0.5 of the new form; each whole score spreads evenly over the
        unit around it
    new, old : (most_marks + 1,) probabilities of the scores 0, 1, … of each form

    Returns
    -------
    (n_scores,) equivalents, between -0.5 and the old form's highest score + 0.5; NaN outside the range. Each
    half of the distribution is counted from its own end, so that tails of 1e-12 keep their digits.

    References: Kolen & Brennan (2014), eq. 2.14, 2.17, 2.18.
    """
    wanted = np.atleast_1d(np.asarray(scores, dtype=np.float64))
    below = _rank(wanted, new)
    above = _rank(new.size - 1 - wanted, new[::-1])
    from_below = _score_at_rank(below, old)
    from_above = old.size - 1 - _score_at_rank(above, old[::-1])
    found = np.where(below <= above, from_below, from_above)
    outside = ~((wanted >= -0.5) & (wanted <= new.size - 0.5))
    return np.where(outside, np.nan, found)


def _rank(scores: FloatArray, probabilities: FloatArray) -> FloatArray:
    """The share of the spread-out distribution below each score."""
    edges = np.arange(probabilities.size + 1) - 0.5
    rank: FloatArray = np.interp(scores, edges, np.concatenate([[0.0], np.cumsum(probabilities)]))
    return rank


def _score_at_rank(ranks: FloatArray, probabilities: FloatArray) -> FloatArray:
    """Inverse of _rank: the middle of the stretch where the rank stands still between two scores."""
    cumulated = np.concatenate([[0.0], np.cumsum(probabilities)])
    ends = []
    for side in (-1, 1):
        cell = np.searchsorted(cumulated, ranks, side="left" if side < 0 else "right") - 1
        cell = np.clip(cell, 0, probabilities.size - 1)
        share = np.divide(ranks - cumulated[cell], probabilities[cell],
                          out=np.zeros_like(ranks), where=probabilities[cell] > 0)  # fmt: skip
        ends.append(cell - 0.5 + np.clip(share, 0.0, 1.0))
    middle: FloatArray = (ends[0] + ends[1]) / 2.0
    return middle


def symmetry_gap(
    there: Callable[[FloatArray], FloatArray], back: Callable[[FloatArray], FloatArray], scores: npt.ArrayLike
) -> float:
    """The largest change of a score carried to the other form and back; an equating has none.

    Scores whose equivalent lies outside the other form's range are NaN there and not counted.
    """
    wanted = np.atleast_1d(np.asarray(scores, dtype=np.float64))
    returned = np.abs(back(there(wanted)) - wanted)
    return float(np.nanmax(returned)) if np.isfinite(returned).any() else np.nan


def _raw_scores(params: ItemParams) -> IntArray:
    params.require_calibrated()
    if params.n_items == 0:
        raise InvalidParameters("a form without items has no scores")
    return np.arange(most_marks(params) + 1)
