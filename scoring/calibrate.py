"""Item parameters from responses: the 2PL by marginal maximum likelihood, with weak priors if wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scoring._anderson import Anderson
from scoring._em import Block, Expectation, Slopes, expect, expected_slopes, maximise, response_blocks
from scoring._louis import observed_information, standard_errors
from scoring.calibration import (
    Calibration,
    CalibrationMessage,
    CalibrationOptions,
    CalibrationStatus,
    CalibrationWarning,
    ExcludedItem,
    ExclusionReason,
)
from scoring.ctt import ItemStatistics, item_statistics
from scoring.design import connected_components
from scoring.errors import DisconnectedDesign, NothingToCalibrate
from scoring.params import ItemParams
from scoring.priors import prior_terms
from scoring.responses import FloatArray, IntArray, ResponseMatrix, response_matrix

Progress = Callable[[int, int, float], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Where the iteration stands: parameters with the E-step taken at them."""

    a: FloatArray
    d: FloatArray
    expectation: Expectation
    slopes: Slopes
    log_posterior: float
    n_iterations: int
    status: CalibrationStatus

    @property
    def gradient_norm(self) -> float:
        s = self.slopes
        scaled = np.abs(np.concatenate([s.gradient_a, s.gradient_d])) / self.scale
        return float(scaled.max())

    @property
    def scale(self) -> FloatArray:
        information = np.concatenate([self.slopes.info_aa, self.slopes.info_dd])
        root: FloatArray = np.sqrt(np.maximum(information, 1e-10))
        return root


_MESSAGES = {
    CalibrationStatus.CONVERGED: CalibrationMessage.GRADIENT_BELOW_TOLERANCE,
    CalibrationStatus.NOT_DETERMINED: CalibrationMessage.INFORMATION_NOT_POSITIVE_DEFINITE,
    CalibrationStatus.MAX_ITERATIONS: CalibrationMessage.ITERATION_LIMIT_REACHED,
    CalibrationStatus.CANCELLED: CalibrationMessage.CANCELLED_BY_CALLER,
}


def calibrate_2pl(
    responses: npt.ArrayLike,
    *,
    options: CalibrationOptions | None = None,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> Calibration:
    """Calibrate items on the scale of a N(0, 1) population by an accelerated EM algorithm.

    Parameters
    ----------
    responses : (n_persons, n_items) of 0, 1 and MISSING; items met by different persons share a scale through
        the persons and items between them
    options : the defaults are for some hundred persons with weak priors
    progress : called as progress(iteration, max_iterations, log_likelihood) after each E-step
    should_cancel : asked before each E-step but the first; True ends the calibration with status CANCELLED

    Returns
    -------
    Calibration; not having converged is a status of the result, not an exception.

    Raises
    ------
    InvalidResponses : not a matrix of 0, 1 and MISSING.
    NothingToCalibrate : every item was excluded.
    DisconnectedDesign : the calibrated items fall into groups no person links: calibrate each by itself, or
        add a link.

    References: Bock & Aitkin (1981); Mislevy (1986) for the priors; Louis (1982) for the errors.
    """
    chosen = options or CalibrationOptions()
    marks = response_matrix(responses)
    statistics = item_statistics(marks)
    excluded = _excluded_items(statistics, chosen.min_responses)
    kept = _linked_items(marks, excluded)
    blocks = response_blocks(marks[:, kept])
    fit = _iterate(blocks, _starting_values(statistics.p[kept]), chosen, (progress, should_cancel))
    errors = None
    if fit.status is not CalibrationStatus.CANCELLED:
        information = observed_information(blocks, (fit.a, fit.d), chosen.quadrature, chosen.priors)
        errors = standard_errors(information, fit.a, fit.d)
    if errors is None and fit.status is CalibrationStatus.CONVERGED:
        fit = replace(fit, status=CalibrationStatus.NOT_DETERMINED)
    n_persons = sum(len(block.correct) for block in blocks)
    se_a, se_b = errors or (None, None)
    n_items = statistics.n.size
    return Calibration(
        params=ItemParams.two_pl(_spread(fit.a, kept, n_items), _spread(-fit.d / fit.a, kept, n_items)),
        se_a=_spread(se_a, kept, n_items),
        se_b=_spread(se_b, kept, n_items),
        log_likelihood=fit.expectation.log_likelihood,
        log_posterior=fit.log_posterior,
        n_iterations=fit.n_iterations,
        gradient_norm=fit.gradient_norm,
        status=fit.status,
        message=_MESSAGES[fit.status],
        n_persons=n_persons,
        n_responses=statistics.n,
        excluded=excluded,
        warnings=_warnings(fit, statistics, kept, unsure=errors is None, empty=n_persons < len(marks)),
    )


def _linked_items(marks: ResponseMatrix, excluded: Sequence[ExcludedItem]) -> IntArray:
    """Positions of the items to calibrate; raises unless there are some, all on one scale."""
    kept = np.setdiff1d(np.arange(marks.shape[1]), [e.item for e in excluded])
    if kept.size == 0:
        raise NothingToCalibrate({e.item: e.reason for e in excluded})
    components = connected_components(marks[:, kept])
    if len(components) > 1:
        raise DisconnectedDesign([kept[component] for component in components])
    return kept


def _spread(values: FloatArray | None, kept: IntArray, n_items: int) -> FloatArray:
    """Values of the kept items back in the place of all items, NaN elsewhere."""
    full = np.full(n_items, np.nan)
    if values is not None:
        full[kept] = values
    return full


def _warnings(
    fit: _Fit, statistics: ItemStatistics, kept: IntArray, *, unsure: bool, empty: bool
) -> tuple[CalibrationWarning, ...]:
    """Codes of the whole calibration first, then of items in order.

    A lognormal prior keeps every slope positive, so a reversed key shows in the classical discrimination.
    """
    found = []
    if unsure and fit.status is not CalibrationStatus.CANCELLED:
        found.append(CalibrationWarning(CalibrationMessage.INFORMATION_NOT_POSITIVE_DEFINITE))
    if empty:
        found.append(CalibrationWarning(CalibrationMessage.PERSONS_WITHOUT_RESPONSES))
    negative = kept[statistics.point_biserial[kept] < 0]
    found += [CalibrationWarning(CalibrationMessage.NEGATIVE_DISCRIMINATION, int(item)) for item in negative]
    return tuple(found)


def _excluded_items(statistics: ItemStatistics, min_responses: int) -> tuple[ExcludedItem, ...]:
    found = []
    for item, (n, p) in enumerate(zip(statistics.n, statistics.p, strict=True)):
        if n < min_responses:
            found.append(ExcludedItem(item, ExclusionReason.TOO_FEW_RESPONSES))
        elif p == 1.0:
            found.append(ExcludedItem(item, ExclusionReason.ALL_CORRECT))
        elif p == 0.0:
            found.append(ExcludedItem(item, ExclusionReason.ALL_WRONG))
    return tuple(found)


def _starting_values(p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slope 1, and the intercept that gives p: E[logistic(z + theta)] is about logistic(z / 1.16)."""
    return np.ones_like(p), np.log(p / (1.0 - p)) * np.sqrt(1.0 + 1.0 / 1.7**2)


def _evaluate(
    blocks: Sequence[Block],
    items: tuple[FloatArray, FloatArray],
    options: CalibrationOptions,
    n_iterations: int,
) -> _Fit:
    a, d = items
    expectation = expect(blocks, a, d, options.quadrature)
    slopes = expected_slopes(expectation, a, d, options.quadrature.nodes, options.priors)
    log_prior = float(prior_terms(options.priors, a, d).log_density.sum())
    log_posterior = expectation.log_likelihood + log_prior
    status = CalibrationStatus.MAX_ITERATIONS
    return _Fit(a, d, expectation, slopes, log_posterior, n_iterations, status)


def _iterate(
    blocks: Sequence[Block],
    start: tuple[FloatArray, FloatArray],
    options: CalibrationOptions,
    hooks: tuple[Progress | None, ShouldCancel | None],
) -> _Fit:
    """EM with Anderson acceleration; a proposal that lowers the log posterior gives way to the EM step."""
    progress, should_cancel = hooks
    best: _Fit | None = None
    accelerator: Anderson | None = None
    items, plain = start, start
    for iteration in range(1, options.max_iterations + 1):
        if best is not None and should_cancel is not None and should_cancel():
            return replace(best, n_iterations=iteration - 1, status=CalibrationStatus.CANCELLED)
        fit = _evaluate(blocks, items, options, iteration)
        if progress is not None:
            progress(iteration, options.max_iterations, fit.expectation.log_likelihood)
        if best is not None and accelerator is not None and items is not plain and _worse(fit, best):
            accelerator.forget()
            items = plain
            continue
        best = fit
        if fit.gradient_norm <= options.tolerance:
            return replace(fit, status=CalibrationStatus.CONVERGED)
        plain = maximise(fit.expectation, fit.a, fit.d, options.quadrature.nodes, options.priors)
        accelerator = accelerator or Anderson(fit.scale)
        proposal = np.split(accelerator.propose(np.concatenate(items), np.concatenate(plain)), 2)
        sound = options.priors is None or (proposal[0] > 0).all()
        items = (proposal[0], proposal[1]) if sound else plain
    assert best is not None  # max_iterations is at least 1
    return replace(best, n_iterations=options.max_iterations)


def _worse(fit: _Fit, best: _Fit) -> bool:
    """Whether the log posterior fell by more than rounding, or is no number."""
    return not fit.log_posterior >= best.log_posterior - 1e-11 * abs(best.log_posterior)
