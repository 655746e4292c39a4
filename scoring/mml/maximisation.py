"""The M-step: Newton's method on every item at once against the expected counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.mml.curves import Counts, expected_height, slopes
from scoring.mml.groups import HIGHEST_G, LOWEST_G, Family, ItemGroup
from scoring.mml.prior_terms import PriorTerms, prior_terms
from scoring.priors import ItemPriors
from scoring.responses import FloatArray

_NEWTON_STEPS: Final = 2
_LARGEST_STEP: Final = 1.0
_SMALLEST_STEP: Final = 1e-7
_HALVINGS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class GroupSlopes:
    """First derivatives and information of a group's expected log posterior in its own parameters.

    At the E-step's own state, by Fisher's identity, the gradients are those of the observed log posterior.
    own (m, n_own), shared (n_shared,); own_info (m, n_own, n_own), cross_info (m, n_own, n_shared),
    shared_info (n_shared, n_shared), all positive definite.
    """

    own: FloatArray
    shared: FloatArray
    own_info: FloatArray
    cross_info: FloatArray
    shared_info: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A group with what the M-step maximises against; `priors` are the group's own."""

    group: ItemGroup
    counts: Counts
    nodes: FloatArray
    priors: ItemPriors | None

    def height(self, eta: FloatArray) -> FloatArray:
        """(m,) expected log posterior; -inf where eta is impossible."""
        height = expected_height(eta, self.group, self.counts, self.nodes)
        height = height + prior_terms(self.priors, eta, self.group).log_density
        return np.where(np.isnan(height), -np.inf, height)

    def slopes(self, own: FloatArray, shared: FloatArray) -> GroupSlopes:
        group, eta = self.group, self.group.eta(own, shared)
        gradient, information = slopes(eta, group, self.counts, self.nodes)
        prior = prior_terms(self.priors, eta, group)
        gradient, information = gradient + prior.gradient, _with_prior(information, prior)
        if group.family is Family.GUESSING:
            _hold_at_bounds(eta[:, -1], gradient, information)
        if group.n_own == group.own_map.shape[0]:  # every eta is free: nothing to map
            none = np.zeros((len(eta), group.n_own, 0))
            return GroupSlopes(gradient, np.zeros(0), information, none, np.zeros((0, 0)))
        own_map, shared_map = group.own_map, group.shared_map
        return GroupSlopes(
            gradient @ own_map,
            gradient.sum(axis=0) @ shared_map,
            own_map.T @ information @ own_map,
            own_map.T @ information @ shared_map,
            shared_map.T @ information.sum(axis=0) @ shared_map,
        )


def _with_prior(information: FloatArray, prior: PriorTerms) -> FloatArray:
    """The prior's exact curvature makes Newton's method fast; where it has the wrong sign, its safe part."""
    exact, safe = information + prior.curvature, information + prior.bound
    if exact.shape[1] == 2:
        product = np.abs(exact[:, 0, 0]) * exact[:, 1, 1]
        determinant = exact[:, 0, 0] * exact[:, 1, 1] - exact[:, 0, 1] ** 2
        sound = (exact[:, 0, 0] > 0) & (determinant > 0.05 * product)
    else:
        scale = np.sqrt(np.diagonal(safe, axis1=1, axis2=2))
        scaled = exact / (scale[:, :, None] * scale[:, None, :])
        sound = np.linalg.eigvalsh(scaled)[:, 0] > 0.02
    return np.where(sound[:, None, None], exact, safe)


def _hold_at_bounds(g: FloatArray, gradient: FloatArray, information: FloatArray) -> None:
    """A logit of guessing that stands at its bound and would go beyond stays where it is."""
    held = ((g <= LOWEST_G) & (gradient[:, -1] < 0)) | ((g >= HIGHEST_G) & (gradient[:, -1] > 0))
    gradient[held, -1] = 0.0
    information[held, -1, :-1] = information[held, :-1, -1] = 0.0
    information[held, -1, -1] = np.maximum(information[held, -1, -1], 1.0)


def maximise(
    problem: Problem, own: FloatArray, shared: FloatArray, slopes_here: GroupSlopes | None = None
) -> tuple[FloatArray, FloatArray]:
    """Improved (own, shared); no item ends lower than it began, and with shared parameters not their sum.

    `slopes_here` are those at the beginning, where they are known already.
    """
    group = problem.group
    if not (group.n_own or group.n_shared):
        return own, shared
    reached = problem.height(group.eta(own, shared))
    for _ in range(_NEWTON_STEPS):
        step_own, step_shared = newton_step(slopes_here or problem.slopes(own, shared))
        slopes_here = None
        length = _first_length(step_own, step_shared, own, problem)
        lower = np.ones(len(own), dtype=np.bool_)
        for _ in range(_HALVINGS):
            new_shared = shared + float(length.min(initial=1.0)) * step_shared
            new_own = _within(own + length[:, None] * step_own, group)
            proposed = problem.height(group.eta(new_own, new_shared))
            lower = proposed < reached - 1e-12 * np.abs(reached)
            if group.n_shared:
                lower[:] = not proposed.sum() >= reached.sum() - 1e-12 * abs(reached.sum())
            if not lower.any():
                break
            length = np.where(lower, length / 2.0, length)
        if lower.any():
            if group.n_shared:
                break
            new_own, proposed = np.where(lower[:, None], own, new_own), np.where(lower, reached, proposed)
        change = max(np.abs(new_own - own).max(initial=0.0), np.abs(new_shared - shared).max(initial=0.0))
        own, shared, reached = new_own, new_shared, proposed
        if change < _SMALLEST_STEP:
            break
    return own, shared


def newton_step(s: GroupSlopes) -> tuple[FloatArray, FloatArray]:
    """Solve the arrow-shaped system: each item's own block, bordered by what is shared."""
    step_own = _solve(s.own_info, s.own[:, :, None])[:, :, 0]
    if not s.shared.size:
        return step_own, np.zeros(0)
    through = _solve(s.own_info, s.cross_info)
    schur = s.shared_info - np.einsum("mps,mpt->st", s.cross_info, through)
    step_shared = np.linalg.solve(schur, s.shared - np.einsum("mps,mp->s", s.cross_info, step_own))
    return step_own - through @ step_shared, step_shared


def _solve(matrices: FloatArray, right: FloatArray) -> FloatArray:
    """Many small systems; those of two unknowns in closed form, which saves a call an item."""
    size = matrices.shape[1]
    if size == 0:
        return right
    if size == 1:
        return right / matrices
    if size == 2:
        (p, q), (_, r) = matrices.transpose(1, 2, 0)
        determinant = p * r - q * q
        upper = (r[:, None] * right[:, 0] - q[:, None] * right[:, 1]) / determinant[:, None]
        lower = (p[:, None] * right[:, 1] - q[:, None] * right[:, 0]) / determinant[:, None]
        return np.stack([upper, lower], axis=1)
    solution: FloatArray = np.asarray(np.linalg.solve(matrices, right), dtype=np.float64)
    return solution


def _first_length(
    step_own: FloatArray, step_shared: FloatArray, own: FloatArray, problem: Problem
) -> FloatArray:
    """(m,) how much of the step to try: no parameter moves by more than 1, no positive slope by half."""
    longest = np.abs(step_own).max(axis=1, initial=0.0) / _LARGEST_STEP
    group = problem.group
    if problem.priors is not None and problem.priors.a is not None and group.n_own and group.own_map[0, 0]:
        longest = np.maximum(longest, -2.0 * step_own[:, 0] / np.where(own[:, 0] > 0, own[:, 0], 1.0))
    if step_shared.size:
        longest[:] = max(longest.max(initial=0.0), float(np.abs(step_shared).max()) / _LARGEST_STEP)
    length: FloatArray = 1.0 / np.maximum(longest, 1.0)
    return length


def _within(own: FloatArray, group: ItemGroup) -> FloatArray:
    if group.family is Family.GUESSING and group.n_own:
        own[:, -1] = np.clip(own[:, -1], LOWEST_G, HIGHEST_G)
    return own


def group_priors(priors: ItemPriors | None, groups: Sequence[ItemGroup]) -> list[ItemPriors | None]:
    """Each group's own priors, as arrays."""
    return [None if priors is None else priors.of(group.items) for group in groups]
