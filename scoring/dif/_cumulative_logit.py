"""Proportional-odds regressions of many items at once, by Newton's method on grouped counts.

With P(Y >= t) = sigma(eta_t) and eta_t = alpha_t + x beta, a person of mark y contributes
ln sigma(eta_y) + ln sigma(-eta_(y+1)) + ln(1 - exp(-(eta_y - eta_(y+1)))): every mark counts as passing one
threshold and failing the next, and a term of the gap between the two, free of x. All three are concave, and
for two marks it is plain logistic regression. McCullagh (1980), Pratt (1981).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import log_expit

from scoring.responses import BoolArray, FloatArray, IntArray

_MAX_STEPS: Final = 200
_TOLERANCE: Final = 1e-18  # of the gain still to be had, in units of log-likelihood
_LOST: Final = 1e-7  # share of the starting information, below which a parameter runs away
_COLLINEAR: Final = 1e-10
_LONG: Final = 200  # cells an item from which a matrix product an item beats one pass over all


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Grouped persons of some items with the same number of categories, one item after the other.

    start : (n_items,) first cell of each item; no item is without cells
    x : (n_cells, n_covariates); counts : (n_cells, n_categories), every category met in each item
    """

    start: IntArray
    x: FloatArray
    counts: FloatArray

    @property
    def item(self) -> IntArray:
        sizes = np.diff(np.append(self.start, len(self.x)))
        return np.repeat(np.arange(self.start.size), sizes)

    def sums(self, values: FloatArray) -> FloatArray:
        """Totals of each item over its cells."""
        totals: FloatArray = np.add.reduceat(values, self.start, axis=0)
        return totals

    def products(self, weights: FloatArray) -> FloatArray:
        """(n_items, n_weights, n_covariates) sums of weights (n_cells, n_weights) times x."""
        if len(self.x) < _LONG * self.start.size:
            return self.sums(weights[:, :, None] * self.x[:, None, :])
        parts = zip(np.split(weights, self.start[1:]), np.split(self.x, self.start[1:]), strict=True)
        totals: FloatArray = np.stack([w.T @ x for w, x in parts])
        return totals


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """beta : (n_items, n_covariates), with covariance; log-likelihoods (n_items,) with and without x.

    separated : the likelihood grows without end along some direction; collinear : the covariates do not
    determine beta; unfinished : the limit of steps was reached. In all three the numbers mean nothing.
    """

    beta: FloatArray
    covariance: FloatArray
    log_likelihood: FloatArray
    null_log_likelihood: FloatArray
    separated: BoolArray
    collinear: BoolArray
    unfinished: BoolArray

    @property
    def sound(self) -> BoolArray:
        mask: BoolArray = ~(self.separated | self.collinear | self.unfinished)
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    log_likelihood: FloatArray
    gradient: FloatArray
    information: FloatArray


def fit_cells(cells: Cells) -> Fits:
    """Maximum likelihood for each item by itself, from the model without covariates.

    A step that lowers an item's likelihood is halved for that item. The number of steps is bounded.
    """
    at = _null_parameters(cells)
    n_thresholds = cells.counts.shape[1] - 1
    here = start = _evaluate(cells, at)
    collinear = _smallest_share(start.information, _diagonal(start.information)) < _COLLINEAR
    ridge = 1e-10 * _diagonal(start.information)
    step = _newton(here, ridge)
    done = collinear | (_gain(here, step) <= _TOLERANCE)
    for _ in range(_MAX_STEPS):
        if done.all():
            break
        tried = at + np.where(done[:, None], 0.0, step)
        there = _evaluate(cells, tried)
        better = there.log_likelihood >= here.log_likelihood - 1e-13 * np.abs(here.log_likelihood)
        better &= ~done
        at = np.where(better[:, None], tried, at)
        here = _Point(
            np.where(better, there.log_likelihood, here.log_likelihood),
            np.where(better[:, None], there.gradient, here.gradient),
            np.where(better[:, None, None], there.information, here.information),
        )
        step = np.where(better[:, None], _newton(here, ridge), step / 2.0)
        done |= better & (_gain(here, step) <= _TOLERANCE)
        done |= np.abs(step).max(axis=1) < 1e-14
    separated = ~collinear & (_smallest_share(here.information, start.information, collinear) < _LOST)
    covariance = _inverse(here.information, separated | collinear)
    return Fits(
        at[:, n_thresholds:],
        covariance[:, n_thresholds:, n_thresholds:],
        here.log_likelihood,
        start.log_likelihood,
        separated,
        collinear,
        ~done & ~separated & ~collinear,
    )


def _null_parameters(cells: Cells) -> FloatArray:
    """Thresholds from the shares of marks, which is the exact fit without covariates; beta 0."""
    totals = cells.sums(cells.counts)
    above = np.cumsum(totals[:, ::-1], axis=1)[:, ::-1][:, 1:]
    n = totals.sum(axis=1, keepdims=True)
    alpha = np.log(above) - np.log(n - above)
    return np.hstack([alpha, np.zeros((len(alpha), cells.x.shape[1]))])


def _evaluate(cells: Cells, at: FloatArray) -> _Point:
    n_thresholds = cells.counts.shape[1] - 1
    alpha, beta = at[:, :n_thresholds], at[:, n_thresholds:]
    item, x = cells.item, cells.x
    eta = alpha[item] + np.einsum("cx,cx->c", x, beta[item])[:, None]
    passed, failed = cells.counts[:, 1:], cells.counts[:, :-1]
    both = passed + failed
    log_p = log_expit(eta)
    p = np.exp(log_p)
    log_likelihood = cells.sums((both * log_p - failed * eta).sum(axis=1))  # ln sigma(-z) = ln sigma(z) - z
    score = passed - both * p
    weight = both * p * (1.0 - p)
    gradient = np.hstack([cells.sums(score), cells.products(score.sum(axis=1)[:, None])[:, 0]])
    information = _information(cells, weight)
    if n_thresholds > 1:
        gaps = _gap_terms(cells, alpha)
        log_likelihood = log_likelihood + gaps.log_likelihood
        gradient[:, :n_thresholds] += gaps.gradient
        information[:, :n_thresholds, :n_thresholds] += gaps.information
    return _Point(log_likelihood, gradient, information)


def _information(cells: Cells, weight: FloatArray) -> FloatArray:
    n_thresholds, n_covariates = weight.shape[1], cells.x.shape[1]
    size = n_thresholds + n_covariates
    information = np.zeros((cells.start.size, size, size))
    diagonal = np.arange(n_thresholds)
    information[:, diagonal, diagonal] = cells.sums(weight)
    mixed = cells.products(weight)
    information[:, :n_thresholds, n_thresholds:] = mixed
    information[:, n_thresholds:, :n_thresholds] = mixed.transpose(0, 2, 1)
    information[:, n_thresholds:, n_thresholds:] = cells.products(weight.sum(axis=1)[:, None] * cells.x)
    return information


def _gap_terms(cells: Cells, alpha: FloatArray) -> _Point:
    """n_y ln(1 - exp(-gap)) for each inner mark; -inf where thresholds cross, so that the step is halved."""
    n_inner = cells.sums(cells.counts)[:, 1:-1]
    gap = alpha[:, :-1] - alpha[:, 1:]
    crossed = (gap <= 0).any(axis=1)
    gap = np.where(gap > 0, gap, 1.0)
    log_likelihood = (n_inner * np.log(-np.expm1(-gap))).sum(axis=1)
    slope: FloatArray = n_inner / np.expm1(np.minimum(gap, 700.0))
    curvature: FloatArray = slope / -np.expm1(-gap)
    gradient = np.zeros_like(alpha)
    gradient[:, :-1] += slope
    gradient[:, 1:] -= slope
    n_thresholds = alpha.shape[1]
    information = np.zeros((len(alpha), n_thresholds, n_thresholds))
    first = np.arange(n_thresholds - 1)
    for rows, columns, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -1), (1, 0, -1)):
        information[:, first + rows, first + columns] += sign * curvature
    return _Point(np.where(crossed, -np.inf, log_likelihood), gradient, information)


def _newton(point: _Point, ridge: FloatArray) -> FloatArray:
    """The ridge, far below any information that matters, keeps the system solvable."""
    solved = np.linalg.solve(point.information + ridge, point.gradient[:, :, None])
    step: FloatArray = solved[:, :, 0].astype(np.float64, copy=False)
    return step


def _gain(point: _Point, step: FloatArray) -> FloatArray:
    gain: FloatArray = np.einsum("ip,ip->i", point.gradient, step)
    return gain


def _diagonal(information: FloatArray) -> FloatArray:
    size = information.shape[1]
    diagonal: FloatArray = np.maximum(information * np.eye(size), 1e-30 * np.eye(size))
    return diagonal


def _smallest_share(information: FloatArray, of: FloatArray, without: BoolArray | None = None) -> FloatArray:
    """Smallest eigenvalue of one information relative to another; 1 where the other is not definite."""
    usable = np.ones(len(information), dtype=np.bool_) if without is None else ~without
    share = np.ones(len(information))
    if usable.any():
        whiten = np.linalg.inv(np.linalg.cholesky(of[usable]))
        share[usable] = np.linalg.eigvalsh(whiten @ information[usable] @ whiten.transpose(0, 2, 1))[:, 0]
    return share


def _inverse(information: FloatArray, without: BoolArray) -> FloatArray:
    inverse = np.full_like(information, np.nan)
    if not without.all():
        inverse[~without] = np.linalg.inv(information[~without])
    return inverse
