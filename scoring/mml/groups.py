"""Items that share a family of curves, and how their free parameters make up slope and intercepts.

Every item is held in slope-intercept form, eta = (a, d_1 … d_K, g):
    partial credit (2PL, Rasch, GPCM …)   log P_k = a k theta + d_k + constant, d_0 = 0
    graded                                 logit P(Y >= k) = a theta + d_k
    guessing (3PL)                         P = c + (1 - c) / (1 + exp(-a theta - d_1)), logit c = g
A group's eta are linear in its parameters, eta_j = offset_j + own_j A' + shared B', so that a slope common
to all items (1PL), the steps common to all items (RSM), a slope of 1 (Rasch) and items held fixed need no
code of their own further on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np

from scoring.params import ItemModel, ItemParams
from scoring.responses import BoolArray, FloatArray, IntArray

LOWEST_G: Final = -9.0
HIGHEST_G: Final = 4.0
"""Bounds of logit c: without a prior c may run to 0, where its logit has no maximum."""

_STEEPEST_START: Final = 6.0
_FLATTEST_START: Final = 0.1  # the slope 0 is a saddle: nothing leads away from it
_FARTHEST_START: Final = 6.0


class Family(Enum):
    PARTIAL = auto()
    GRADED = auto()
    GUESSING = auto()


@dataclass(frozen=True, slots=True, eq=False)
class ItemGroup:
    """m items of one family, number of steps K and kind of constraint; P = 1 + K, one more when guessing.

    items : (m,) positions among all items
    offset : (m, P)
    own_map : (P, n_own); shared_map : (P, n_shared)
    """

    items: IntArray
    family: Family
    n_steps: int
    offset: FloatArray
    own_map: FloatArray
    shared_map: FloatArray

    @property
    def n_own(self) -> int:
        return int(self.own_map.shape[1])

    @property
    def n_shared(self) -> int:
        return int(self.shared_map.shape[1])

    def eta(self, own: FloatArray, shared: FloatArray) -> FloatArray:
        """(m, P) slopes, intercepts and logits of guessing."""
        if self.n_own == len(self.own_map):
            return own
        values: FloatArray = self.offset + own @ self.own_map.T
        return values + self.shared_map @ shared if self.n_shared else values

    def has_free_slope(self) -> bool:
        return bool(self.own_map[0].any() or self.shared_map[0].any())


def item_groups(
    models: Sequence[ItemModel], n_steps: IntArray, items: IntArray, fixed: ItemParams | None
) -> list[ItemGroup]:
    """Sort the items to calibrate (at these positions) into groups; `fixed` rows with numbers are held."""
    held = np.zeros(len(models), dtype=np.bool_) if fixed is None else fixed.calibrated
    sorted_items: dict[tuple[ItemModel, int, bool], list[int]] = {}
    for item in items.tolist():
        key = (models[item], int(n_steps[item]), bool(held[item]))
        sorted_items.setdefault(key, []).append(item)
    groups = []
    for (model, steps, is_held), members in sorted_items.items():
        where = np.array(members, dtype=np.intp)
        if is_held and fixed is not None:
            values = slope_intercept(fixed.subset(where))
            own_map, shared_map = np.zeros((values.shape[1], 0)), np.zeros((values.shape[1], 0))
        else:
            own_map, shared_map, constant = _maps(model, steps)
            values = np.tile(constant, (where.size, 1))
        groups.append(ItemGroup(where, family_of(model), steps, values, own_map, shared_map))
    return groups


def family_of(model: ItemModel) -> Family:
    if model is ItemModel.GRM:
        return Family.GRADED
    return Family.GUESSING if model is ItemModel.THREE_PL else Family.PARTIAL


def _maps(model: ItemModel, steps: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """own_map, shared_map and the constant part of eta."""
    size = 2 + steps if model is ItemModel.THREE_PL else 1 + steps
    identity, none, zero = np.eye(size), np.zeros((size, 0)), np.zeros(size)
    unit = np.concatenate([[1.0], np.zeros(size - 1)])
    if model is ItemModel.ONE_PL:
        return identity[:, 1:], identity[:, :1], zero
    if model is ItemModel.RSM:
        # d_k = -k b - (tau_1 + … + tau_k), where the taus of all items sum to 0
        location = np.arange(size, dtype=np.float64)[:, None]
        return location, identity[:, 1:-1], unit
    if model.has_unit_slope:
        return identity[:, 1:], none, unit
    return identity, none, zero


def slope_intercept(params: ItemParams) -> FloatArray:
    """(n_items, P) eta of items of one model and one number of steps."""
    model, n_steps = params.models[0], int(params.n_categories[0]) - 1
    b = params.thresholds[:, :n_steps]
    steps = -params.a[:, None] * b
    if model.is_partial_credit:
        steps = np.cumsum(steps, axis=1)
    eta = np.column_stack([params.a, steps])
    if model is ItemModel.THREE_PL:
        with np.errstate(divide="ignore"):  # an item held fixed may have c = 0
            eta = np.column_stack([eta, np.log(params.c) - np.log1p(-params.c)])
    return eta


def thresholds_of(eta: FloatArray, family: Family, n_steps: int) -> FloatArray:
    """(m, K) thresholds b = L d / a."""
    thresholds: FloatArray = eta[:, 1 : 1 + n_steps] @ step_matrix(family, n_steps).T / eta[:, :1]
    return thresholds


def step_matrix(family: Family, n_steps: int) -> FloatArray:
    """(K, K) L with b = L d / a: b_k = -d_k / a, or, of cumulated intercepts, (d_{k-1} - d_k) / a."""
    matrix = -np.eye(n_steps)
    if family is Family.PARTIAL:
        matrix += np.eye(n_steps, k=-1)
    return matrix


def starting_eta(
    group: ItemGroup, counts: FloatArray, start: ItemParams | None, *, positive_slopes: bool
) -> tuple[FloatArray, FloatArray]:
    """(own, shared) near the observed shares of each category, or near `start` where it has numbers.

    With slope 1 and theta ~ N(0, 1), E[logistic(z + theta)] is about logistic(z / 1.16).
    """
    stretch = np.sqrt(1.0 + 1.0 / 1.7**2)
    shares = counts[group.items, : group.n_steps + 1] + 0.5
    if group.family is Family.PARTIAL:
        steps = (np.log(shares[:, 1:]) - np.log(shares[:, :1])) * stretch
    else:
        beyond = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1] / shares.sum(axis=1, keepdims=True)
        steps = np.log(beyond[:, 1:] / (1.0 - beyond[:, 1:])) * stretch
    eta = np.column_stack([np.ones(len(steps)), steps])
    if group.family is Family.GUESSING:
        # A guessing floor of 0.15 takes its share of the right responses.
        share = np.clip((beyond[:, 1:] - 0.15) / 0.85, 0.02, 0.98)
        eta = np.column_stack(
            [eta[:, :1], np.log(share / (1.0 - share)) * stretch, np.full(len(steps), -1.7)]
        )
    if start is not None:
        _begin_at(eta, group, start, positive_slopes=positive_slopes)
    return _least_squares(group, eta)


def guessing_at_bound(eta: FloatArray) -> BoolArray:
    """(m,) guessing items whose logit of c stands at a bound, where it is no free parameter any more."""
    held: BoolArray = (eta[:, -1] <= LOWEST_G) | (eta[:, -1] >= HIGHEST_G)
    return held


def _begin_at(eta: FloatArray, group: ItemGroup, start: ItemParams, *, positive_slopes: bool) -> None:
    """Put in place the starting values of items with as many steps, within what can be iterated from."""
    for row, item in enumerate(group.items.tolist()):
        a = float(start.a[item])
        steps = start.thresholds[item, : group.n_steps]
        if np.isnan(a) or start.n_categories[item] != group.n_steps + 1:
            continue
        a = np.clip(a, 0.1 if positive_slopes else -_STEEPEST_START, _STEEPEST_START)
        a = a if abs(a) >= _FLATTEST_START else _FLATTEST_START
        d = -a * np.clip(steps, -_FARTHEST_START, _FARTHEST_START)
        if group.family is Family.PARTIAL:
            d = np.cumsum(d)
        elif (np.diff(d) > -1e-3).any():  # steps of another model, out of order here
            continue
        eta[row, : 1 + group.n_steps] = np.concatenate([[a], d])
        if group.family is Family.GUESSING and start.c[item] > 0:
            c = float(start.c[item])
            eta[row, -1] = np.clip(np.log(c / (1.0 - c)), LOWEST_G + 1.0, HIGHEST_G - 1.0)


def _least_squares(group: ItemGroup, eta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The parameters whose eta come nearest; exact where every eta is free."""
    if group.n_own == eta.shape[1]:
        return eta - group.offset, np.zeros(0)
    target = eta - group.offset
    shared = np.zeros(0)
    if group.n_shared:
        both = np.hstack([group.own_map, group.shared_map])
        shared = (np.linalg.pinv(both) @ target.mean(axis=0))[group.n_own :]
        target = target - group.shared_map @ shared
    if not group.n_own:
        return np.zeros((len(eta), 0)), shared
    own: FloatArray = target @ np.linalg.pinv(group.own_map).T
    return own, shared


def rescaled(
    group: ItemGroup, own: FloatArray, shared: FloatArray, scale: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """(own, shared) after theta = mean + sd theta*: a* = a sd, d* = d + k a mean; slopes must be free."""
    mean, sd = scale
    slopes = group.eta(own, shared)[:, :1]
    times = np.arange(1.0, group.n_steps + 1) if group.family is Family.PARTIAL else np.ones(group.n_steps)
    if group.n_shared:  # 1PL: the intercepts are own, the slope is shared
        return own + slopes * mean * times, shared * sd
    steps = own[:, 1 : 1 + group.n_steps] + slopes * mean * times
    return np.column_stack([slopes * sd, steps, own[:, 1 + group.n_steps :]]), shared
