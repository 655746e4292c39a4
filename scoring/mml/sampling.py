"""From the information of the free parameters to the covariances of a, c and thresholds: the delta method."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit

from scoring.calibration import ItemCovariance
from scoring.mml.groups import Family, ItemGroup, guessing_at_bound, step_matrix
from scoring.mml.iteration import Model
from scoring.mml.observed import Layout, layout_of
from scoring.mml.state import State
from scoring.responses import BoolArray, FloatArray, IntArray

_SMALLEST_EIGENVALUE: Final = 1e-4
"""Of the observed information relative to the complete one: several times what the expansion leaves out."""
_POWER_STEPS: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Sampling covariances, in the order a, c, b_1 … b_K of each item; NaN where not estimated.

    items : (n_items, 2 + K, 2 + K)
    between : what gives the covariances between items too; None when items are taken as independent
    mean, sd : (n_populations,) standard errors, 0 where fixed
    """

    items: FloatArray
    between: ItemCovariance | None
    mean: FloatArray
    sd: FloatArray

    def standard_errors(self) -> FloatArray:
        """(n_items, 2 + K) roots of the variances."""
        roots: FloatArray = np.sqrt(np.maximum(np.diagonal(self.items, axis1=1, axis2=2), 0.0))
        return roots


def errors_from_information(
    model: Model, state: State, found: tuple[FloatArray, FloatArray]
) -> Errors | None:
    """None when the information is not positive definite: no maximum, or the data do not hold it."""
    information, complete = found
    covariance = _inverse(information, complete)
    if covariance is None:
        return None
    layout = layout_of(state)
    blocks, rows = [], []
    for number, group in enumerate(model.groups):
        where = _columns(layout, number, group)
        blocks.append(covariance[where[:, :, None], where[:, None, :]])
        rows.append(where)
    between = ItemCovariance(covariance, _whole_jacobian(model, state, rows, len(information)))
    variance = np.append(np.diag(covariance), 0.0)  # position -1: not free
    sd = state.populations.sd * np.sqrt(variance[layout.log_sd])
    return Errors(_item_covariances(model, state, blocks), between, np.sqrt(variance[layout.mean]), sd)


def _inverse(information: FloatArray, complete: FloatArray) -> FloatArray | None:
    """None when what is known of some direction is nothing, or no more than the expansion's error."""
    scale = np.sqrt(np.maximum(complete, 1e-300))
    try:
        scaled = cho_solve(cho_factor(information / np.outer(scale, scale)), np.eye(len(information)))
    except LinAlgError:
        return None
    direction = np.sqrt(np.abs(np.diag(scaled)))
    largest = 0.0
    for _ in range(_POWER_STEPS):  # towards the largest eigenvalue of the inverse
        image = scaled @ direction
        largest = float(np.linalg.norm(image) / np.linalg.norm(direction))
        direction = image / np.linalg.norm(image)
    if largest * _SMALLEST_EIGENVALUE > 1.0:
        return None
    covariance: FloatArray = scaled / np.outer(scale, scale)
    return covariance


def errors_from_items(model: Model, state: State, information: Sequence[FloatArray]) -> Errors | None:
    """From each item's own information (m, n_own, n_own) by group, as if items were independent."""
    if not all(np.linalg.eigvalsh(block).min(initial=1.0) > 0 for block in information):
        return None
    blocks = []
    for group, block in zip(model.groups, information, strict=True):
        covariance = np.zeros((len(block), group.n_own + group.n_shared, group.n_own + group.n_shared))
        covariance[:, : group.n_own, : group.n_own] = np.linalg.inv(block)
        blocks.append(covariance)
    unknown = np.full(model.sample.population_sizes.size, np.nan)
    return Errors(_item_covariances(model, state, blocks), None, unknown, unknown)


def _columns(layout: Layout, number: int, group: ItemGroup) -> IntArray:
    """(m, n_own + n_shared) positions of each item's parameters in the vector."""
    shared = np.tile(layout.shared[number], (group.items.size, 1))
    columns: IntArray = np.concatenate([layout.own[number], shared], axis=1).astype(np.intp)
    return columns


def _item_covariances(model: Model, state: State, blocks: Sequence[FloatArray]) -> FloatArray:
    places = model.sample.places
    size = 2 + int(places.n_steps.max(initial=1))
    found = np.full((places.n_items, size, size), np.nan)
    for group, eta, block in zip(model.groups, state.eta(model.groups), blocks, strict=True):
        if not (group.n_own or group.n_shared):
            continue
        jacobian = _jacobian(group, eta)
        covariance = jacobian @ block @ jacobian.transpose(0, 2, 1)
        fixed: BoolArray = np.logical_not(jacobian.any(axis=2))
        covariance[fixed[:, :, None] | fixed[:, None, :]] = np.nan
        own = slice(0, 2 + group.n_steps)
        found[group.items, own, own] = covariance
    return found


def _jacobian(group: ItemGroup, eta: FloatArray) -> FloatArray:
    """(m, 2 + K, n_own + n_shared) derivatives of a, c and b = L d / a in the group's parameters."""
    a, steps = eta[:, 0], slice(1, 1 + group.n_steps)
    to_b = step_matrix(group.family, group.n_steps)
    b = eta[:, steps] @ to_b.T / a[:, None]
    in_eta = np.zeros((len(eta), 2 + group.n_steps, eta.shape[1]))
    in_eta[:, 0, 0] = 1.0
    in_eta[:, 2:, 0] = -b / a[:, None]
    in_eta[:, 2:, steps] = to_b / a[:, None, None]
    if group.family is Family.GUESSING:
        c = expit(eta[:, -1])
        held = guessing_at_bound(eta)
        in_eta[:, 1, -1] = np.where(held, 0.0, c * (1.0 - c))
    jacobian: FloatArray = in_eta @ np.hstack([group.own_map, group.shared_map])
    return jacobian


def _whole_jacobian(
    model: Model, state: State, rows: Sequence[IntArray], n_parameters: int
) -> sparse.csr_matrix:
    places = model.sample.places
    size = 2 + int(places.n_steps.max(initial=1))
    values, at_row, at_column = [np.zeros(0)], [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
    for group, eta, where in zip(model.groups, state.eta(model.groups), rows, strict=True):
        if not where.shape[1]:
            continue
        of_group = _jacobian(group, eta)
        row = group.items[:, None] * size + np.arange(2 + group.n_steps)
        values.append(of_group.ravel())
        at_row.append(np.broadcast_to(row[:, :, None], of_group.shape).ravel())
        at_column.append(np.broadcast_to(where[:, None, :], of_group.shape).ravel())
    shape = (places.n_items * size, n_parameters)
    places_of = (np.concatenate(at_row), np.concatenate(at_column))
    return sparse.csr_matrix((np.concatenate(values), places_of), shape=shape)
