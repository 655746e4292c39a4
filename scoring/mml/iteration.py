"""The EM algorithm, accelerated: from a starting point to where the gradient vanishes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.mml.anderson import Anderson
from scoring.mml.blocks import Sample
from scoring.mml.expectation import Expectation, Summing
from scoring.mml.groups import ItemGroup
from scoring.mml.maximisation import GroupSlopes, Problem, maximise
from scoring.mml.prior_terms import prior_terms
from scoring.mml.state import (
    State,
    counts_of,
    flatten,
    intercepts_share,
    is_admissible,
    tables_of,
)
from scoring.priors import ItemPriors, LogNormal
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray

Progress = Callable[[int, int, float], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What does not change while iterating."""

    groups: Sequence[ItemGroup]
    priors: Sequence[ItemPriors | None]
    sample: Sample
    quadrature: Quadrature
    expect: Summing

    @property
    def wants_positive_slopes(self) -> bool:
        return any(prior is not None and isinstance(prior.a, LogNormal) for prior in self.priors)


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A state with the E-step taken at it."""

    state: State
    expectation: Expectation
    problems: Sequence[Problem]
    slopes: Sequence[GroupSlopes]
    log_likelihood: float
    log_posterior: float
    gradient_norm: float
    n_iterations: int
    is_converged: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    max_iterations: int
    tolerance: float


def evaluate(model: Model, state: State, n_iterations: int = 0) -> Point:
    """One E-step, and the gradient it gives of the observed log posterior."""
    groups, places, by_category = model.groups, model.sample.places, model.sample.by_category
    expectation = model.expect(tables_of(state, groups, places, model.quadrature))
    problems = [
        Problem(group, counts_of(group, places, expectation, by_category), model.quadrature.nodes, priors)
        for group, priors in zip(groups, model.priors, strict=True)
    ]
    slopes = [
        problem.slopes(own, shared)
        for problem, own, shared in zip(problems, state.own, state.shared, strict=True)
    ]
    log_likelihood = expectation.log_likelihood + intercepts_share(state, groups, by_category)
    log_prior = sum(
        float(prior_terms(prior, eta, group).log_density.sum())
        for prior, eta, group in zip(model.priors, state.eta(groups), groups, strict=True)
    )
    gradient, scale = _gradient_and_scale(model, state, expectation, slopes)
    norm = float(np.abs(gradient / scale).max(initial=0.0))
    return Point(
        state, expectation, problems, slopes, log_likelihood, log_likelihood + log_prior, norm, n_iterations
    )


def iterate(
    model: Model, start: State, limits: Limits, hooks: tuple[Progress | None, ShouldCancel | None]
) -> Point:
    """EM with Anderson acceleration; a proposal that lowers the log posterior gives way to the EM step."""
    progress, should_cancel = hooks
    best: Point | None = None
    accelerator: Anderson | None = None
    state, plain = start, start
    for iteration in range(1, limits.max_iterations + 1):
        if best is not None and should_cancel is not None and should_cancel():
            return replace(best, n_iterations=iteration - 1, is_cancelled=True)
        point = evaluate(model, state, iteration)
        if progress is not None:
            progress(iteration, limits.max_iterations, point.log_likelihood)
        if best is not None and accelerator is not None and state is not plain and _is_worse(point, best):
            accelerator.forget()
            state = plain
            continue
        best = point
        if point.gradient_norm <= limits.tolerance:
            return replace(point, is_converged=True)
        plain = _em_step(model, point)
        if accelerator is None:
            accelerator = Anderson(_gradient_and_scale(model, state, point.expectation, point.slopes)[1])
        proposal = state.at(accelerator.propose(state.vector(), plain.vector()))
        sound = is_admissible(proposal, model.groups, positive_slopes=model.wants_positive_slopes)
        state = proposal if sound else plain
    assert best is not None  # max_iterations is at least 1
    return replace(best, n_iterations=limits.max_iterations)


def _em_step(model: Model, point: Point) -> State:
    improved = [
        maximise(problem, own, shared)
        for problem, own, shared in zip(point.problems, point.state.own, point.state.shared, strict=True)
    ]
    populations = point.state.populations.maximised(point.expectation.population_at_node, model.quadrature)
    return State(tuple(own for own, _ in improved), tuple(shared for _, shared in improved), populations)


def _gradient_and_scale(
    model: Model, state: State, expectation: Expectation, slopes: Sequence[GroupSlopes]
) -> tuple[FloatArray, FloatArray]:
    """The gradient as one vector, and the root of each parameter's complete-data information."""
    latent, information = state.populations.slopes(expectation.population_at_node, model.quadrature)
    gradient = flatten([s.own for s in slopes], [s.shared for s in slopes], latent, state)
    own_info = [np.diagonal(s.own_info, axis1=1, axis2=2) for s in slopes]
    scale = flatten(own_info, [np.diagonal(s.shared_info) for s in slopes], information, state)
    return gradient, np.sqrt(np.maximum(scale, 1e-10))


def _is_worse(point: Point, best: Point) -> bool:
    """Whether the log posterior fell by more than rounding, or is no number."""
    return not point.log_posterior >= best.log_posterior - 1e-11 * abs(best.log_posterior)
