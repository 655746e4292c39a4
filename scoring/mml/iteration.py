"""The EM algorithm, accelerated: from a starting point to where the gradient vanishes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scoring.mml.anderson import Anderson
from scoring.mml.blocks import Sample
from scoring.mml.expectation import Expectation, Summing
from scoring.mml.groups import ItemGroup, rescaled
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
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import FloatArray

Progress = Callable[[int, int, float], None]
ShouldCancel = Callable[[], bool]
_PATIENCE: Final = 2
_SCALE_STEPS: Final = 4
_FINEST_SPACING: Final = 0.02
_MOST_NODES: Final = 1601


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What does not change while iterating."""

    groups: Sequence[ItemGroup]
    priors: Sequence[ItemPriors | None]
    sample: Sample
    quadrature: Quadrature
    expect: Summing
    may_change_nodes: bool = False

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
) -> tuple[Model, Point]:
    """EM with Anderson acceleration; a proposal that lowers the log posterior gives way to the EM step.

    Returns the model too, since its nodes follow the populations where they may.
    """
    progress, should_cancel = hooks
    best: Point | None = None
    accelerator: Anderson | None = None
    attempts = [start]  # the boldest last
    slow = 0  # iterations in a row that hardly helped while the reference population was expanded
    for iteration in range(1, limits.max_iterations + 1):
        if best is not None and should_cancel is not None and should_cancel():
            return model, replace(best, n_iterations=iteration - 1, is_cancelled=True)
        point = evaluate(model, attempts.pop(), iteration)
        if progress is not None:
            progress(iteration, limits.max_iterations, point.log_likelihood)
        if best is not None and accelerator is not None and attempts and _is_worse(point, best):
            accelerator.forget()
            continue
        if point.gradient_norm <= limits.tolerance:
            return model, replace(point, is_converged=True)
        if best is not None and slow < _PATIENCE and best.gradient_norm < 1e-3:
            slow = slow + 1 if point.gradient_norm > 0.5 * best.gradient_norm else 0
            if slow == _PATIENCE and accelerator is not None:
                accelerator.forget()
        best = point
        following = _following(model, point.state)
        if following is not None:  # nothing learned on the other nodes can be compared
            model, best, accelerator, attempts = following, None, None, [point.state]
            continue
        plain = _em_step(model, point)
        expanded = plain if slow == _PATIENCE else _expanded(model, point, plain)
        if accelerator is None:
            accelerator = Anderson(_gradient_and_scale(model, plain, point.expectation, point.slopes)[1])
        proposal = plain.at(accelerator.propose(point.state.vector(), expanded.vector()))
        attempts = [
            plain,
            *(bold for bold in (expanded, proposal) if bold is not plain and _exists(model, bold)),
        ]
    last = best or evaluate(model, attempts[-1])
    return model, replace(last, n_iterations=limits.max_iterations)


def _following(model: Model, state: State) -> Model | None:
    """The model on nodes that suit the populations, where these grew narrow or went beyond the present ones.

    Nodes must lie closer than a population's SD, and reach four SDs to both sides of its mean.
    """
    nodes = model.quadrature.nodes
    lowest, highest, sd = state.populations.reach()
    spacing = float(np.diff(nodes).max())
    if not model.may_change_nodes or (sd > 2.0 * spacing and lowest >= nodes[0] and highest <= nodes[-1]):
        return None
    lower, upper = min(nodes[0], np.floor(lowest - 1.0)), max(nodes[-1], np.ceil(highest + 1.0))
    finer = min(spacing, max(sd / 3.0, _FINEST_SPACING))
    n_nodes = int(np.ceil((upper - lower) / finer)) + 1
    if ((lower, upper) == (nodes[0], nodes[-1]) and n_nodes <= nodes.size) or n_nodes > _MOST_NODES:
        return None
    return replace(model, quadrature=normal_quadrature(n_nodes, lower, upper))


def _exists(model: Model, state: State) -> bool:
    return is_admissible(state, model.groups, positive_slopes=model.wants_positive_slopes)


def _em_step(model: Model, point: Point) -> State:
    improved = [
        maximise(problem, own, shared, slopes)
        for problem, own, shared, slopes in zip(
            point.problems, point.state.own, point.state.shared, point.slopes, strict=True
        )
    ]
    populations = point.state.populations.maximised(point.expectation.population_at_node, model.quadrature)
    return State(tuple(own for own, _ in improved), tuple(shared for _, shared in improved), populations)


def _expanded(model: Model, point: Point, improved: State) -> State:
    """The improved state after freeing the reference population's mean and SD for one step.

    Where that population sets the scale, items and ability creep towards each other; freed and folded into
    the items they jump. Liu, Rubin & Wu (1998), parameter-expanded EM. With priors the log posterior may
    fall, and on a finite grid the fold is not exact: the caller looks, and stops expanding near the end.
    """
    populations = improved.populations
    is_free = populations.free_mean[0] or populations.free_sd[0]
    if is_free or not all(group.has_free_slope() for group in model.groups):
        return improved
    scale = _free_scale(model, point, improved)
    mean, sd = scale
    own, shared = _folded(model, improved, scale)
    others = replace(
        populations,
        mean=np.where(populations.free_mean, (populations.mean - mean) / sd, populations.mean),
        log_sd=np.where(populations.free_sd, populations.log_sd - np.log(sd), populations.log_sd),
    )
    return State(own, shared, others)


def _folded(
    model: Model, state: State, scale: tuple[float, float]
) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """Own and shared parameters of all groups after theta = mean + sd theta*."""
    moved = [
        rescaled(group, own, shared, scale)
        for group, own, shared in zip(model.groups, state.own, state.shared, strict=True)
    ]
    return tuple(own for own, _ in moved), tuple(shared for _, shared in moved)


def _free_scale(model: Model, point: Point, improved: State) -> tuple[float, float]:
    """Mean and SD that maximise the reference population's expected log likelihood plus the folded priors.

    Without priors these are its moments. With them, Newton's method from there: the fold must not pull
    against the priors for ever.
    """
    nodes, at_node = model.quadrature.nodes, point.expectation.population_at_node[0]
    n = float(at_node.sum())
    mean = float(at_node @ nodes) / n
    variance = float(at_node @ (nodes - mean) ** 2) / n
    if all(prior is None for prior in model.priors):
        return mean, float(np.sqrt(variance))

    def log_prior(at: FloatArray) -> float:
        own, shared = _folded(model, improved, (float(at[0]), float(np.exp(at[1]))))
        return sum(
            float(prior_terms(prior, group.eta(of_own, of_shared), group).log_density.sum())
            for prior, group, of_own, of_shared in zip(model.priors, model.groups, own, shared, strict=True)
        )

    at, h = np.zeros(2), 1e-4
    for _ in range(_SCALE_STEPS):
        sd = np.exp(at[1])
        spread = variance + (mean - at[0]) ** 2
        gradient = np.array([n * (mean - at[0]) / sd**2, n * (spread / sd**2 - 1.0)])
        information = np.array([n / sd**2, 2.0 * n])
        centre = log_prior(at)
        for k, step in enumerate(h * np.eye(2)):
            above, below = log_prior(at + step), log_prior(at - step)
            gradient[k] += (above - below) / (2.0 * h)
            information[k] += max(-(above - 2.0 * centre + below) / h**2, 0.0)
        at = at + np.clip(gradient / information, -0.5, 0.5)
    return float(at[0]), float(np.exp(at[1]))


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
