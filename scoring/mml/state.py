"""Where the iteration stands: every free parameter, as groups of arrays and as one vector."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.mml.blocks import ItemPlaces
from scoring.mml.curves import Counts, log_curves
from scoring.mml.expectation import Expectation, Tables
from scoring.mml.groups import HIGHEST_G, LOWEST_G, Family, ItemGroup
from scoring.mml.latent import LOWEST_LOG_SD, Populations
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """own[g] (m, n_own) and shared[g] (n_shared,) of item group g; the populations."""

    own: tuple[FloatArray, ...]
    shared: tuple[FloatArray, ...]
    populations: Populations

    def eta(self, groups: Sequence[ItemGroup]) -> list[FloatArray]:
        return [
            group.eta(own, shared) for group, own, shared in zip(groups, self.own, self.shared, strict=True)
        ]

    def vector(self) -> FloatArray:
        """All free parameters: own by group, shared by group, then means and log SDs."""
        return flatten(
            self.own, self.shared, np.stack([self.populations.mean, self.populations.log_sd]), self
        )

    def at(self, vector: FloatArray) -> "State":
        """The state of which this is the vector."""
        place = 0
        own: list[FloatArray] = []
        shared: list[FloatArray] = []
        for values, into in (*((v, own) for v in self.own), *((v, shared) for v in self.shared)):
            into.append(vector[place : place + values.size].reshape(values.shape))
            place += values.size
        free_mean, free_sd = self.populations.free_mean, self.populations.free_sd
        mean, log_sd = self.populations.mean.copy(), self.populations.log_sd.copy()
        n_means = int(free_mean.sum())
        mean[free_mean] = vector[place : place + n_means]
        log_sd[free_sd] = vector[place + n_means :]
        return State(tuple(own), tuple(shared), replace(self.populations, mean=mean, log_sd=log_sd))


def flatten(
    own: Sequence[FloatArray], shared: Sequence[FloatArray], latent: FloatArray, state: State
) -> FloatArray:
    """One vector in the order of `State.vector`; `latent` is (2, n_populations), of which the free count."""
    free = (latent[0][state.populations.free_mean], latent[1][state.populations.free_sd])
    return np.concatenate([*(v.ravel() for v in own), *shared, *free])


def tables_of(
    state: State, groups: Sequence[ItemGroup], places: ItemPlaces, quadrature: Quadrature
) -> Tables:
    """The curves at this state."""
    nodes = quadrature.nodes
    base = np.zeros((places.n_items, nodes.size))
    ratio = np.zeros((places.n_rows, nodes.size))
    slope = np.zeros(places.n_items)
    for group, eta in zip(groups, state.eta(groups), strict=True):
        logs = log_curves(eta, group, nodes)
        base[group.items] = logs[:, 0]
        if group.family is Family.PARTIAL:
            slope[group.items] = eta[:, 0]
        else:
            rows = places.row[group.items][:, None] + np.arange(group.n_steps)
            ratio[rows] = logs[:, 1:] - logs[:, :1]
    return Tables(nodes, base, slope, ratio, state.populations.log_weights(quadrature))


def counts_of(
    group: ItemGroup, places: ItemPlaces, expectation: Expectation, by_category: FloatArray
) -> Counts:
    """A group's share of the E-step."""
    items = group.items
    table = None
    if group.family is not Family.PARTIAL:
        rows = places.row[items][:, None] + np.arange(group.n_steps)
        table = expectation.earned_at_node[rows]
    return Counts(
        by_category[items, : group.n_steps + 1],
        expectation.mark_theta[items],
        expectation.at_node[items],
        table,
    )


def intercepts_share(state: State, groups: Sequence[ItemGroup], by_category: FloatArray) -> float:
    """What slope items' intercepts add to the log likelihood, over all persons."""
    return sum(
        float((by_category[group.items, 1 : group.n_steps + 1] * eta[:, 1:]).sum())
        for group, eta in zip(groups, state.eta(groups), strict=True)
        if group.family is Family.PARTIAL
    )


def is_admissible(state: State, groups: Sequence[ItemGroup], *, positive_slopes: bool) -> bool:
    """Whether curves exist here: graded steps in order, guessing in bounds, slopes as priors want."""
    for group, eta in zip(groups, state.eta(groups), strict=True):
        if not np.isfinite(eta).all() or (np.abs(eta[:, 0]) > _STEEPEST).any():
            return False
        if positive_slopes and group.has_free_slope() and (eta[:, 0] <= 0).any():
            return False
        if group.family is Family.GRADED and (np.diff(eta[:, 1:], axis=1) >= 0).any():
            return False
        within = (eta[:, -1] >= LOWEST_G) & (eta[:, -1] <= HIGHEST_G)
        if group.family is Family.GUESSING and group.n_own and not within.all():
            return False
    log_sd = state.populations.log_sd
    return bool(((log_sd >= LOWEST_LOG_SD) & (log_sd < 3)).all())


_STEEPEST = 60.0
