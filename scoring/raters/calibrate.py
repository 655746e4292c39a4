"""Severities, difficulties and steps from ratings, by marginal maximum likelihood."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from scoring.errors import DisconnectedRatings, InvalidResponses
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.raters._cells import Cells, cells_of, observed_marks, usable
from scoring.raters._information import missing_information, observed_information
from scoring.raters._layout import PackedModel, pack, starting_values, unpack
from scoring.raters._likelihood import CellTerms, Expected, cell_terms, expect, log_curves, posterior_of
from scoring.raters.links import RaterLinks, rater_links
from scoring.raters.model import (
    Facet,
    FacetOptions,
    FacetParams,
    RaterCalibration,
    RaterMessage,
    RaterStatus,
    RaterWarning,
)
from scoring.raters.ratings import Ratings
from scoring.responses import BoolArray, FloatArray

Progress = Callable[[int, int, float], None]
ShouldCancel = Callable[[], bool]

_EM_STEPS = 6  # before second derivatives are worth their price
_HALVINGS = 12
_FINEST = 481


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    free: FloatArray
    expected: Expected
    terms: CellTerms
    gradient: FloatArray
    fisher: FloatArray
    n_iterations: int
    status: RaterStatus

    @property
    def gradient_norm(self) -> float:
        scale = np.sqrt(np.maximum(np.diag(self.fisher), 1e-10))
        return float(np.max(np.abs(self.gradient) / scale, initial=0.0))


_MESSAGES = {
    RaterStatus.CONVERGED: RaterMessage.GRADIENT_BELOW_TOLERANCE,
    RaterStatus.NOT_DETERMINED: RaterMessage.INFORMATION_NOT_POSITIVE_DEFINITE,
    RaterStatus.MAX_ITERATIONS: RaterMessage.ITERATION_LIMIT_REACHED,
    RaterStatus.NO_IMPROVEMENT: RaterMessage.STEP_CANNOT_IMPROVE,
    RaterStatus.CANCELLED: RaterMessage.CANCELLED_BY_CALLER,
}


def calibrate_raters(
    ratings: Ratings,
    options: FacetOptions | None = None,
    *,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> RaterCalibration:
    """Fit a many-facet rating-scale or partial credit model.

    Ratings of a person are taken as independent given ability, also two ratings of one piece of work: where
    raters agree about the work more than about the person, standard errors of abilities come out too small
    (Patz et al. 2002).

    Parameters
    ----------
    ratings : who rated what with which mark; ratings that were not made have no row, and nothing is assumed
        about why
    options : the model, see FacetOptions
    progress : called as progress(iteration, max_iterations, log_likelihood) after each E-step
    should_cancel : asked before each iteration but the first; True ends the fit with status CANCELLED

    Returns
    -------
    RaterCalibration; not having converged is a status of the result, not an exception. Raters with too few
    ratings, or with extreme marks only, and tasks with extreme marks only are excluded, their ratings unused.

    Raises
    ------
    InvalidResponses : no rater or no task is left.
    DisconnectedRatings : severities are not comparable, see RaterLinks; the groups are named.

    References: Linacre (1989); Andrich (1978); Muraki (1992) for the slopes; Lange (1995) for the EM gradient
    steps the iteration starts with, Louis (1982) for the second derivatives it ends with.
    """
    chosen = options or FacetOptions()
    used, excluded = usable(ratings, chosen)
    category_marks = observed_marks(ratings, used, chosen.steps)
    cells = cells_of(ratings, category_marks, used)
    if not cells.n_cells:
        raise InvalidResponses("ratings: no rater and task with enough varied ratings")
    links = _checked_links(ratings, used, chosen)
    model = pack(cells, category_marks, chosen, ratings.n_raters)
    fit, quadrature = _fit(cells, model, chosen, (progress, should_cancel))
    covariance = None
    if fit.status is not RaterStatus.CANCELLED:
        covariance = _inverse(_information(fit, model, cells, quadrature))
    if covariance is None and fit.status is RaterStatus.CONVERGED:
        fit = replace(fit, status=RaterStatus.NOT_DETERMINED)
    params = unpack(model, model.full(fit.free), category_marks)
    return RaterCalibration(
        params=params,
        se=unpack(model, model.errors(covariance), category_marks),
        covariance=_severity_covariance(model, covariance),
        log_likelihood=fit.expected.log_likelihood,
        n_parameters=fit.free.size,
        n_iterations=fit.n_iterations,
        gradient_norm=fit.gradient_norm,
        status=fit.status,
        message=_MESSAGES[fit.status],
        quadrature=quadrature,
        options=chosen,
        n_ratings=np.bincount(ratings.rater[cells.row], minlength=ratings.n_raters),
        rater_groups=links.rater_groups,
        excluded=excluded,
        warnings=_warnings(params, links, coarse=_too_coarse(fit, model, cells, quadrature)),
    )


def _checked_links(ratings: Ratings, used: BoolArray, options: FacetOptions) -> RaterLinks:
    """Only the ratings that are used can link."""
    links = rater_links(ratings.subset(used))
    if links.confounded or (options.require_links and not links.connected):
        names = [tuple(ratings.raters[r] for r in group.tolist()) for group in links.rater_groups]
        raise DisconnectedRatings(names, confounded=links.confounded)
    return links


def _fit(
    cells: Cells,
    model: PackedModel,
    options: FacetOptions,
    hooks: tuple[Progress | None, ShouldCancel | None],
) -> tuple[_Fit, Quadrature]:
    """Iterate, anew on finer nodes where posteriors are narrower than the nodes' distance.

    Coarse nodes make maxima of their own, so that estimates on them are no good place to go on from.
    """
    quadrature = options.quadrature or normal_quadrature()
    start = starting_values(model, cells)
    while True:
        fit = _iterate(_evaluate(start, cells, model, quadrature), cells, model, (options, quadrature, hooks))
        if (
            options.quadrature is not None
            or fit.status is RaterStatus.CANCELLED
            or quadrature.n_nodes >= _FINEST
            or not _too_coarse(fit, model, cells, quadrature)
        ):
            return fit, quadrature
        quadrature = normal_quadrature(2 * quadrature.n_nodes - 1)


def _too_coarse(fit: _Fit, model: PackedModel, cells: Cells, quadrature: Quadrature) -> bool:
    """Whether one posterior in a hundred is narrower than the nodes are apart."""
    logs = log_curves(model.full(fit.free), model.layout.of_cells(cells), cells.n_steps, quadrature.nodes)
    widths = []
    for _, incidence in cells.blocks():
        posterior, _ = posterior_of(incidence, logs, quadrature)
        mean = posterior @ quadrature.nodes
        width = np.sqrt(np.maximum(posterior @ quadrature.nodes**2 - mean**2, 0.0))
        widths.append(width[np.diff(incidence.indptr) > 0])
    return bool(np.quantile(np.concatenate(widths), 0.01) < np.diff(quadrature.nodes).max())


def _evaluate(free: FloatArray, cells: Cells, model: PackedModel, quadrature: Quadrature) -> _Fit:
    full = model.full(free)
    expected = expect(full, model.layout, cells, quadrature)
    terms = cell_terms(full, model.layout, cells, expected, quadrature.nodes)
    fisher = np.asarray((model.free.T @ terms.fisher @ model.free).toarray())
    gradient = model.free.T @ terms.gradient
    return _Fit(free, expected, terms, gradient, fisher, 1, RaterStatus.MAX_ITERATIONS)


def _iterate(
    fit: _Fit,
    cells: Cells,
    model: PackedModel,
    how: tuple[FacetOptions, Quadrature, tuple[Progress | None, ShouldCancel | None]],
) -> _Fit:
    """EM gradient steps, then Newton steps with the exact information; no step lowers the log-likelihood."""
    options, quadrature, (progress, should_cancel) = how
    while fit.n_iterations < options.max_iterations:
        if progress is not None:
            progress(fit.n_iterations, options.max_iterations, fit.expected.log_likelihood)
        if fit.gradient_norm <= options.tolerance:
            return replace(fit, status=RaterStatus.CONVERGED)
        if should_cancel is not None and should_cancel():
            return replace(fit, status=RaterStatus.CANCELLED)
        newton = fit.n_iterations > _EM_STEPS
        step = _newton_step(fit, model, cells, quadrature) if newton else None
        if step is None:
            step = np.asarray(np.linalg.lstsq(fit.fisher, fit.gradient, rcond=None)[0], dtype=np.float64)
        better = _improved(fit, step, cells, model, quadrature)
        if better is None:
            return replace(fit, status=RaterStatus.NO_IMPROVEMENT)
        fit = replace(better, n_iterations=fit.n_iterations + 1)
    done = fit.gradient_norm <= options.tolerance
    return replace(fit, status=RaterStatus.CONVERGED) if done else fit


def _improved(
    fit: _Fit, step: FloatArray, cells: Cells, model: PackedModel, quadrature: Quadrature
) -> _Fit | None:
    """The point at the end of the step, or nearer when the log-likelihood falls there beyond rounding."""
    rounding = 1e-12 * abs(fit.expected.log_likelihood)
    for _ in range(_HALVINGS):
        proposed = _evaluate(fit.free + step, cells, model, quadrature)
        gain = proposed.expected.log_likelihood - fit.expected.log_likelihood
        if gain >= -rounding and model.allowed(proposed.free):
            return proposed
        step = step / 2.0
    return None


def _information(fit: _Fit, model: PackedModel, cells: Cells, quadrature: Quadrature) -> FloatArray:
    missing = missing_information(model.full(fit.free), model.layout, cells, quadrature)
    return observed_information(fit.terms, missing, model.free)


def _newton_step(fit: _Fit, model: PackedModel, cells: Cells, quadrature: Quadrature) -> FloatArray | None:
    """None where the log-likelihood is not concave."""
    try:
        factor = cho_factor(_information(fit, model, cells, quadrature))
    except LinAlgError:
        return None
    return np.asarray(cho_solve(factor, fit.gradient))


def _inverse(information: FloatArray) -> FloatArray | None:
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / np.outer(scale, scale)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled).min(initial=1.0) < 1e-9:
        return None
    return np.asarray(np.linalg.inv(scaled) / np.outer(scale, scale))


def _severity_covariance(model: PackedModel, covariance: FloatArray | None) -> FloatArray:
    n_raters = model.layout.n_raters
    table = np.full((n_raters, n_raters), np.nan)
    if covariance is not None:
        rows = model.free[model.layout.severities(model.raters)]
        table[np.ix_(model.raters, model.raters)] = (rows @ sparse.csr_matrix(covariance) @ rows.T).toarray()
    return table


def _warnings(params: FacetParams, links: RaterLinks, *, coarse: bool) -> tuple[RaterWarning, ...]:
    found = []
    if not links.connected:
        found.append(RaterWarning(RaterMessage.LINKED_BY_POPULATION_ONLY))
    if coarse:
        found.append(RaterWarning(RaterMessage.QUADRATURE_TOO_COARSE))
    with np.errstate(invalid="ignore"):
        gaps = (np.diff(params.category_marks, axis=1) != 1.0) & np.isfinite(params.category_marks[:, 1:])
        skipped = gaps.any(axis=1) | (params.category_marks[:, 0] > 0)
        disordered = (np.diff(params.steps, axis=1) < 0).any(axis=1)
        codes = (
            (RaterMessage.CATEGORIES_RECODED, skipped),
            (RaterMessage.STEPS_DISORDERED, disordered),
            (RaterMessage.NEGATIVE_SLOPE, params.slope < 0),
        )
    for code, at in codes:
        found += [RaterWarning(code, Facet.TASK, int(task)) for task in np.flatnonzero(at)]
    return tuple(found)
