"""From responses to what is iterated: items in groups, persons in blocks, populations, a starting point."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scoring.calibration import CalibrationOptions
from scoring.mml.blocks import Sample, item_places, sample_of
from scoring.mml.groups import item_groups, starting_eta
from scoring.mml.iteration import Model
from scoring.mml.latent import Populations
from scoring.mml.maximisation import group_priors
from scoring.mml.persons import counted_persons, populations_of
from scoring.mml.prepared import Prepared, prepare
from scoring.mml.spread import Workers, in_this_process
from scoring.mml.state import State
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import SparseResponses

_LONG_TEST: Final = 200  # items up to which 61 nodes on [-6, 6] are close enough


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What was asked of `calibrate`."""

    responses: npt.ArrayLike | SparseResponses
    models: ItemModel | str | Sequence[ItemModel | str] = ItemModel.TWO_PL
    groups: Sequence[Hashable] | npt.NDArray[Any] | None = None
    weights: npt.ArrayLike | None = None
    fixed: ItemParams | None = None
    start: ItemParams | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SetUp:
    """Ready to be iterated; `labels` name the populations, the reference first."""

    prepared: Prepared
    model: Model
    start: State
    labels: Sequence[Hashable]


def set_up(request: Request, options: CalibrationOptions, workers: Workers | None = None) -> SetUp:
    """Check the request and lay it out; errors as in `calibrate`."""
    counted = counted_persons(request.responses, request.weights, request.groups)
    prepared = prepare(counted.responses, request.models, (request.fixed, request.start), options)
    labels, population = populations_of(counted.groups, prepared.answered, options.reference)
    weights = counted.weights
    groups = item_groups(prepared.models, prepared.n_steps, prepared.kept, request.fixed)
    sample = sample_of(prepared.responses, item_places(groups, prepared.n_items), population, weights)
    summing = in_this_process(sample) if workers is None else workers.summing(sample)
    model = Model(
        groups,
        group_priors(options.priors, groups),
        sample,
        _suited(options.quadrature, sample),
        summing,
        may_change_nodes=_is_default(options.quadrature),
    )
    return SetUp(prepared, model, _start(model, request.start, len(labels)), labels)


def _suited(quadrature: Quadrature, sample: Sample) -> Quadrature:
    """Nodes no farther apart than the posterior's SD of who met most items; a caller's own are left alone."""
    longest = max((kind.longest() for kind in sample.persons), default=0)
    if longest <= _LONG_TEST or not _is_default(quadrature):
        return quadrature
    return normal_quadrature(
        2 * int(np.ceil((quadrature.n_nodes - 1) / 2 * np.sqrt(longest / _LONG_TEST))) + 1
    )


def _is_default(quadrature: Quadrature) -> bool:
    """Whether the nodes are nobody's choice, so that others may take their place."""
    default = normal_quadrature()
    return quadrature.n_nodes == default.n_nodes and bool(
        (quadrature.nodes == default.nodes).all() and (quadrature.weights == default.weights).all()
    )


def _start(model: Model, start: ItemParams | None, n_populations: int) -> State:
    """Items near the observed shares; what identifies the scale decides which means and SDs are free."""
    groups = model.groups
    anchored = any(not (group.n_own or group.n_shared) for group in groups)
    unit = any(not group.has_free_slope() for group in groups if group.n_own)
    free_mean = np.ones(n_populations, dtype=np.bool_)
    free_sd = np.ones(n_populations, dtype=np.bool_)
    free_mean[0], free_sd[0] = anchored, anchored or unit
    pairs = [
        starting_eta(group, model.sample.by_category, start, positive_slopes=model.wants_positive_slopes)
        for group in groups
    ]
    zero = np.zeros(n_populations)
    populations = Populations(zero, zero.copy(), free_mean, free_sd)
    return State(tuple(own for own, _ in pairs), tuple(shared for _, shared in pairs), populations)
