"""What a calibration reports, from where its iteration ended."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from scoring.calibration import (
    Calibration,
    CalibrationMessage,
    CalibrationStatus,
    CalibrationWarning,
    GroupDistribution,
    StandardErrorMethod,
)
from scoring.mml.blocks import Sample
from scoring.mml.groups import Family, guessing_at_bound, thresholds_of
from scoring.mml.iteration import Model, Point
from scoring.mml.latent import LOWEST_LOG_SD
from scoring.mml.observed import item_information_blocks, observed_information
from scoring.mml.prepared import Prepared
from scoring.mml.sampling import Errors, errors_from_information, errors_from_items
from scoring.mml.set_up import SetUp
from scoring.mml.state import State
from scoring.params import ItemParams

_MESSAGES: Final = {
    CalibrationStatus.CONVERGED: CalibrationMessage.GRADIENT_BELOW_TOLERANCE,
    CalibrationStatus.NOT_DETERMINED: CalibrationMessage.INFORMATION_NOT_POSITIVE_DEFINITE,
    CalibrationStatus.MAX_ITERATIONS: CalibrationMessage.ITERATION_LIMIT_REACHED,
    CalibrationStatus.CANCELLED: CalibrationMessage.CANCELLED_BY_CALLER,
}
_STEEPEST_STEP: Final = 5.0
_OBSERVED_FLOPS: Final = 1e12  # about a minute of one core


def report(ready: SetUp, point: Point, wanted: StandardErrorMethod) -> Calibration:
    """Parameters with their errors, populations, status and warnings."""
    errors, method = None, StandardErrorMethod.NONE
    point = replace(point, state=replace(point.state, populations=point.state.populations.settled()))
    if not point.is_cancelled:
        errors, method = _errors(ready.model, point, wanted)
        if _has_runaway_slope(ready.model, point.state):
            errors = None
    is_unsure = errors is None and method is not StandardErrorMethod.NONE
    return _result(ready, point, errors, (method, _status(point, is_unsure=is_unsure)))


def _status(point: Point, *, is_unsure: bool) -> CalibrationStatus:
    if point.is_cancelled:
        return CalibrationStatus.CANCELLED
    if not point.is_converged:
        return CalibrationStatus.MAX_ITERATIONS
    return CalibrationStatus.NOT_DETERMINED if is_unsure else CalibrationStatus.CONVERGED


def _has_runaway_slope(model: Model, state: State) -> bool:
    """Whether a free slope rises from 0 to 1 between two nodes: no data could tell it from a steeper one."""
    spacing = float(np.diff(model.quadrature.nodes).max())
    return any(
        bool((np.abs(eta[:, 0]) * spacing > _STEEPEST_STEP).any())
        for group, eta in zip(model.groups, state.eta(model.groups), strict=True)
        if group.has_free_slope()
    )


def _errors(
    model: Model, point: Point, wanted: StandardErrorMethod
) -> tuple[Errors | None, StandardErrorMethod]:
    method = wanted
    if wanted is StandardErrorMethod.AUTO:
        cheap = _observed_flops(model.sample, point.state) < _OBSERVED_FLOPS
        method = StandardErrorMethod.OBSERVED if cheap else StandardErrorMethod.ITEM
    if method is StandardErrorMethod.NONE:
        return None, method
    if method is StandardErrorMethod.OBSERVED:
        return errors_from_information(model, point.state, observed_information(model, point)), method
    return errors_from_items(model, point.state, item_information_blocks(point)), method


def _observed_flops(sample: Sample, state: State) -> float:
    """Of the tall matrix times itself, at four terms a person."""
    size = state.vector().size
    share = [
        1.0 if kind.items is None else kind.items.size / sample.places.n_items for kind in sample.persons
    ]
    lines = sum(kind.n_persons * part**2 for kind, part in zip(sample.persons, share, strict=True))
    return 4.0 * 2.0 * lines * size**2 + size**3


def _result(
    ready: SetUp,
    point: Point,
    errors: Errors | None,
    ended: tuple[StandardErrorMethod, CalibrationStatus],
) -> Calibration:
    prepared, model, (method, status) = ready.prepared, ready.model, ended
    n_items, most = prepared.n_items, int(model.sample.places.n_steps.max(initial=1))
    n_items, most = prepared.n_items, int(model.sample.places.n_steps.max(initial=1))
    no_items = np.full((n_items, 2 + most, 2 + most), np.nan)
    se = np.full((n_items, 2 + most), np.nan) if errors is None else errors.standard_errors()
    return Calibration(
        params=_params(prepared, model, point.state, most),
        se_a=se[:, 0],
        se_b=np.where(prepared.n_steps > 1, np.nan, se[:, 2]),
        se_c=se[:, 1],
        se_thresholds=se[:, 2:],
        item_covariances=no_items if errors is None else errors.items,
        between_items=None if errors is None else errors.between,
        groups=_distributions(ready.labels, point.state, model.sample, errors),
        log_likelihood=point.log_likelihood,
        log_posterior=point.log_posterior,
        n_parameters=point.state.vector().size,
        n_iterations=point.n_iterations,
        gradient_norm=point.gradient_norm,
        status=status,
        message=_MESSAGES[status],
        n_persons=prepared.n_answered,
        n_extreme_persons=prepared.n_extreme,
        n_responses=prepared.counts.sum(axis=1),
        excluded=prepared.excluded,
        recoded=prepared.recoded,
        warnings=_warnings(
            prepared,
            model,
            point,
            unsure=errors is None and method is not StandardErrorMethod.NONE,
            is_unchecked=point.is_converged and method is not StandardErrorMethod.OBSERVED,
        ),
        standard_errors=method,
        quadrature=model.quadrature,
    )


def _params(prepared: Prepared, model: Model, state: State, most: int) -> ItemParams:
    a, c = np.full(prepared.n_items, np.nan), np.zeros(prepared.n_items)
    steps = np.full((prepared.n_items, most), np.nan)
    for group, eta in zip(model.groups, state.eta(model.groups), strict=True):
        if not (group.n_own or group.n_shared):
            continue
        a[group.items] = eta[:, 0]
        steps[group.items, : group.n_steps] = thresholds_of(eta, group.family, group.n_steps)
        if group.family is Family.GUESSING:
            c[group.items] = 1.0 / (1.0 + np.exp(-eta[:, -1]))
    fixed = prepared.fixed
    if fixed is not None:
        held = np.flatnonzero(fixed.calibrated)
        width = min(most, fixed.thresholds.shape[1])
        a[held], c[held], steps[held, :width] = fixed.a[held], fixed.c[held], fixed.thresholds[held, :width]
    return ItemParams(a, steps[:, 0], c, steps, prepared.models)


def _distributions(
    labels: Sequence[Hashable], state: State, sample: Sample, errors: Errors | None
) -> tuple[GroupDistribution, ...]:
    unknown = np.full(len(labels), np.nan)
    se_mean, se_sd = (unknown, unknown) if errors is None else (errors.mean, errors.sd)
    rows = zip(
        labels,
        state.populations.mean,
        state.populations.sd,
        se_mean,
        se_sd,
        sample.population_sizes,
        strict=True,
    )
    return tuple(GroupDistribution(name, *map(float, figures)) for name, *figures in rows)


def _warnings(
    prepared: Prepared, model: Model, point: Point, *, unsure: bool, is_unchecked: bool
) -> tuple[CalibrationWarning, ...]:
    """Codes of the whole calibration first, then of items in order."""
    whole = []
    if unsure:
        whole.append(CalibrationMessage.INFORMATION_NOT_POSITIVE_DEFINITE)
    if prepared.n_answered < prepared.n_persons:
        whole.append(CalibrationMessage.PERSONS_WITHOUT_RESPONSES)
    populations, nodes = point.state.populations, model.quadrature.nodes
    lowest, highest, sd = populations.reach()
    if lowest < nodes[0] or highest > nodes[-1]:
        whole.append(CalibrationMessage.POPULATION_BEYOND_NODES)
    if sd < 1.5 * np.diff(nodes).max():
        whole.append(CalibrationMessage.POPULATION_FINER_THAN_NODES)
    if (populations.log_sd <= LOWEST_LOG_SD).any():
        whole.append(CalibrationMessage.POPULATION_WITHOUT_SPREAD)
    if prepared.is_unlinked:
        whole.append(CalibrationMessage.UNLINKED_FORMS)
    if is_unchecked:
        whole.append(CalibrationMessage.MAXIMUM_NOT_VERIFIED)
    of_items = [
        *((item.item, CalibrationMessage.EMPTY_CATEGORIES) for item in prepared.recoded),
        *((item, CalibrationMessage.NEGATIVE_DISCRIMINATION) for item in _reversed(model, point)),
        *((item, CalibrationMessage.GUESSING_AT_BOUND) for item in _at_bound(model, point.state)),
    ]
    found = [CalibrationWarning(code) for code in whole]
    return (*found, *(CalibrationWarning(code, item) for item, code in sorted(of_items)))


def _reversed(model: Model, point: Point) -> list[int]:
    """Items with a negative slope, or, where a lognormal prior allows none, marks that fall with ability."""
    nodes, expectation, places = model.quadrature.nodes, point.expectation, model.sample.places
    found = []
    for group, eta in zip(model.groups, point.state.eta(model.groups), strict=True):
        counts = model.sample.by_category[group.items]
        n = np.maximum(counts.sum(axis=1), 1.0)
        mean_mark = counts @ np.arange(counts.shape[1]) / n
        if group.family is Family.PARTIAL:
            together = expectation.mark_theta[group.items]
        else:
            rows = places.row[group.items][:, None] + np.arange(group.n_steps)
            earned = expectation.earned_at_node[rows] @ nodes
            together = earned @ np.arange(1.0, group.n_steps + 1)
        covariance = together / n - mean_mark * (expectation.at_node[group.items] @ nodes) / n
        found += group.items[(covariance < 0) | (eta[:, 0] < 0)].tolist()
    return found


def _at_bound(model: Model, state: State) -> list[int]:
    found: list[int] = []
    for group, eta in zip(model.groups, state.eta(model.groups), strict=True):
        if group.family is Family.GUESSING and group.n_own:
            found += group.items[guessing_at_bound(eta)].tolist()
    return found
