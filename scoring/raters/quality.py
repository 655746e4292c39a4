"""How well each rater keeps to the model, and how often raters agree."""

from dataclasses import dataclass

import numpy as np

from scoring.raters._at import Fitted, at_estimates
from scoring.raters._likelihood import expect
from scoring.raters.model import RaterCalibration
from scoring.raters.ratings import Ratings, mean_by
from scoring.responses import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class FacetFit:
    """Mean squares of one facet, a row per rater or task; NaN without ratings that count.

    n_ratings : (n,)
    observed, expected : (n,) mean marks, in categories 0, 1, …
    infit, outfit : (n,) mean squares, 1 under the model: above 1 erratic, below 1 too uniform (a halo, or few
        categories used)
    z_infit, z_outfit : (n,) their Wilson–Hilferty cube-root standardisation, about normal under the model
    """

    n_ratings: IntArray
    observed: FloatArray
    expected: FloatArray
    infit: FloatArray
    outfit: FloatArray
    z_infit: FloatArray
    z_outfit: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Agreement of raters who rated the same person's task.

    n_pairs : (n_raters,) pairs of ratings each rater is part of
    exact, expected : (n_raters,) share of the same category, found and expected by the model
    adjacent : (n_raters,) share at most one category apart
    total_* : of all pairs, each once. All NaN without pairs.

    Much more agreement than expected means that raters did not judge independently.
    """

    n_pairs: IntArray
    exact: FloatArray
    expected: FloatArray
    adjacent: FloatArray
    total_pairs: int
    total_exact: float
    total_expected: float
    total_adjacent: float

    @property
    def kappa(self) -> float:
        """Agreement beyond what the model expects, as a share of what is possible: about 0 if independent.

        References: Linacre (2002), the Rasch kappa.
        """
        return (self.total_exact - self.total_expected) / (1.0 - self.total_expected)


def rater_fit(ratings: Ratings, fit: RaterCalibration) -> FacetFit:
    """Infit and outfit of each rater.

    Residuals are averaged over the posterior of each person's ability instead of taken at a point estimate,
    so that mean squares have expectation 1 at the true parameters with few ratings a person too. Because the
    average over the posterior varies less than a residual at the true ability, z errs to the quiet side.

    Raises
    ------
    InvalidResponses : other tasks or raters than in the fit, or no rating that counts.

    References: Wright & Masters (1982), eq. 5.3.9 to 5.3.12; Adams, Wilson & Wu (1997) for the posterior.
    """
    fitted = at_estimates(ratings, fit)
    return _facet_fit(fitted, fitted.cells.rater, ratings.n_raters)


def task_fit(ratings: Ratings, fit: RaterCalibration) -> FacetFit:
    """Infit and outfit of each task; as rater_fit."""
    fitted = at_estimates(ratings, fit)
    return _facet_fit(fitted, fitted.cells.task, ratings.n_tasks)


def _facet_fit(fitted: Fitted, position: IntArray, size: int) -> FacetFit:
    counts = expect(fitted.full, fitted.model.layout, fitted.cells, fitted.quadrature).counts
    probability = np.exp(fitted.log_probability)
    k = np.arange(counts.shape[1], dtype=np.float64)
    n = counts.sum(axis=1)  # (n_cells, n_nodes)
    mean = np.einsum("ckq,k->cq", probability, k)
    deviation = (k[:, None] - mean[:, None]) ** 2
    variance = np.maximum((probability * deviation).sum(axis=1), 1e-12)
    fourth = (probability * deviation**2).sum(axis=1)
    squares = (counts * deviation).sum(axis=1)

    def total(cells_by_nodes: FloatArray) -> FloatArray:
        sums = np.bincount(position, weights=cells_by_nodes.sum(axis=1), minlength=size)
        return np.where(np.bincount(position, minlength=size) > 0, sums, np.nan)

    n_ratings, information = total(n), total(n * variance)
    infit, outfit = total(squares) / information, total(squares / variance) / n_ratings
    infit_spread = np.sqrt(total(n * (fourth - variance**2))) / information
    outfit_spread = np.sqrt(total(n * (fourth / variance**2 - 1.0))) / n_ratings
    return FacetFit(
        n_ratings=np.nan_to_num(np.round(n_ratings)).astype(np.intp),
        observed=total(np.einsum("ckq,k->cq", counts, k)) / n_ratings,
        expected=total(n * mean) / n_ratings,
        infit=infit,
        outfit=outfit,
        z_infit=_standardised(infit, infit_spread),
        z_outfit=_standardised(outfit, outfit_spread),
    )


def _standardised(mean_square: FloatArray, spread: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        z: FloatArray = (np.cbrt(mean_square) - 1.0) * 3.0 / spread + spread / 3.0
    return z


def agreement(ratings: Ratings, fit: RaterCalibration) -> Agreement:
    """Found and expected agreement of ratings of the same work.

    The expected share is the chance of equal categories given ability, averaged over the posterior. Work
    rated once gives no pair.

    Raises
    ------
    InvalidResponses : other tasks or raters than in the fit, or no rating that counts.

    References: Linacre (2002).
    """
    fitted = at_estimates(ratings, fit)
    cells = fitted.cells
    first, second = _pairs(ratings.person[cells.row], ratings.task[cells.row])
    gap = np.abs(cells.category[first] - cells.category[second])
    chance = _chance_of_agreement(fitted, ratings, first, second)
    raters = np.concatenate([cells.rater[cells.cell[first]], cells.rater[cells.cell[second]]])

    def share(values: FloatArray) -> tuple[FloatArray, float]:
        each = mean_by(raters, np.tile(values, 2), ratings.n_raters)
        return each, float(values.mean()) if values.size else float("nan")

    exact, total_exact = share((gap == 0).astype(np.float64))
    expected, total_expected = share(chance)
    adjacent, total_adjacent = share((gap <= 1).astype(np.float64))
    n_pairs = np.bincount(raters, minlength=ratings.n_raters)
    return Agreement(
        n_pairs, exact, expected, adjacent, first.size, total_exact, total_expected, total_adjacent
    )


def _pairs(person: IntArray, task: IntArray) -> tuple[IntArray, IntArray]:
    """Places of all pairs of ratings of one piece of work, each pair once."""
    order = np.lexsort((task, person))
    work = np.stack([person, task])[:, order]
    first, second = [], []
    for apart in range(1, order.size):
        same: BoolArray = (work[:, apart:] == work[:, :-apart]).all(axis=0)
        if not same.any():
            break
        first.append(order[:-apart][same])
        second.append(order[apart:][same])
    if not first:
        return order[:0], order[:0]
    return np.concatenate(first), np.concatenate(second)


def _chance_of_agreement(fitted: Fitted, ratings: Ratings, first: IntArray, second: IntArray) -> FloatArray:
    """Sum over nodes and categories of posterior times both raters' probabilities."""
    cells, probability = fitted.cells, np.exp(fitted.log_probability)
    chance = np.empty(first.size)
    person = ratings.person[cells.row[first]]
    order = np.argsort(person, kind="stable")
    for where, posterior, _ in fitted.posteriors():
        bounds = np.searchsorted(person[order], [where.start, where.stop])
        pairs = order[bounds[0] : bounds[1]]
        one, other = probability[cells.cell[first[pairs]]], probability[cells.cell[second[pairs]]]
        chance[pairs] = np.einsum("pkq,pkq,pq->p", one, other, posterior[person[pairs] - where.start])
    return chance
