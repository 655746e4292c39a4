"""The curves of a group of items at every node: logarithms, gradients and information of the M-step."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit, log_expit

from scoring.mml.groups import Family, ItemGroup
from scoring.responses import FloatArray

_TINY: Final = 1e-300
_RIDGE: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What the E-step knows of a group's items.

    by_category : (m, K + 1) how often each mark was earned
    mark_theta : (m,) sum of mark times E[theta]; all that a partial-credit item needs beside the next
    at_node : (m, n_nodes) expected number of persons at the node who met the item
    category_at_node : (m, K, n_nodes) of whom earned mark 1 … K; None for partial credit
    """

    by_category: FloatArray
    mark_theta: FloatArray
    at_node: FloatArray
    category_at_node: FloatArray | None


def log_curves(eta: FloatArray, group: ItemGroup, nodes: FloatArray) -> FloatArray:
    """(m, K + 1, n_nodes) log probabilities."""
    a, d = eta[:, :1, None], eta[:, 1 : 1 + group.n_steps, None]
    if group.family is Family.PARTIAL:
        return partial_logs(a * nodes, d)
    z = a * nodes + d
    if group.family is Family.GUESSING:
        return _guessing_logs(z[:, 0], eta[:, -1:])
    first, last = log_expit(-z[:, :1]), log_expit(z[:, -1:])
    upper, lower = z[:, :-1], z[:, 1:]
    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # steps out of order have no logarithm: the NaN is meant
        between = log_expit(upper) + log_expit(-lower) + np.log(-np.expm1(lower - upper))
    return np.concatenate([first, between, last], axis=1)


def partial_logs(slope_theta: FloatArray, d: FloatArray) -> FloatArray:
    """log P_0 … log P_K from a theta, (m, 1, n_nodes), and d, (m, K, 1)."""
    if d.shape[1] == 1:
        z = slope_theta + d
        wrong = log_expit(-z)
        return np.concatenate([wrong, wrong + z], axis=1)
    marks = np.arange(1, d.shape[1] + 1)[:, None]
    odds = slope_theta * marks + d
    top = np.maximum(odds.max(axis=1, keepdims=True), 0.0)
    total = np.exp(-top) + np.exp(odds - top).sum(axis=1, keepdims=True)
    base = -(top + np.log(total))
    return np.concatenate([base, odds + base], axis=1)


def _guessing_logs(z: FloatArray, g: FloatArray) -> FloatArray:
    wrong = log_expit(-z)
    right = np.logaddexp(log_expit(g), z) + wrong  # c + (1 - c) e^z / (1 + e^z) = (c + e^z) / (1 + e^z)
    return np.stack([wrong + log_expit(-g), right], axis=1)


def expected_height(eta: FloatArray, group: ItemGroup, counts: Counts, nodes: FloatArray) -> FloatArray:
    """(m,) expected log likelihood of each item; NaN where eta is impossible."""
    logs = log_curves(eta, group, nodes)
    if counts.category_at_node is None:
        base = (counts.at_node * logs[:, 0]).sum(axis=1)
        steps = (counts.by_category[:, 1:] * eta[:, 1:]).sum(axis=1)
        height: FloatArray = base + steps + eta[:, 0] * counts.mark_theta
        return height
    nobody = counts.at_node - counts.category_at_node.sum(axis=1)
    earned = (counts.category_at_node * logs[:, 1:]).sum(axis=(1, 2))
    of_table: FloatArray = earned + (nobody * logs[:, 0]).sum(axis=1)
    return of_table


def slopes(
    eta: FloatArray, group: ItemGroup, counts: Counts, nodes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gradient (m, P) and expected information (m, P, P) of each item's expected log likelihood in eta."""
    if counts.category_at_node is None:
        return _partial_slopes(eta, group, counts, nodes)
    probabilities, scores = category_scores(eta, group, nodes)
    nobody = counts.at_node - counts.category_at_node.sum(axis=1)
    earned = np.concatenate([nobody[:, None], counts.category_at_node], axis=1)
    gradient = (scores * earned[:, None]).sum(axis=(2, 3))
    weighted = scores * (probabilities * counts.at_node[:, None])[:, None]
    size = scores.shape[1]
    flat, flat_weighted = scores.reshape(len(eta), size, -1), weighted.reshape(len(eta), size, -1)
    return gradient, _ridged(flat_weighted @ flat.transpose(0, 2, 1))


def _partial_slopes(
    eta: FloatArray, group: ItemGroup, counts: Counts, nodes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    n, steps = counts.at_node, group.n_steps
    if steps == 1:
        p = expit(eta[:, :1] * nodes + eta[:, 1:2])
        expected = n * p
        spread = expected * (1.0 - p)
        weights = np.stack([spread @ nodes**2, spread @ nodes, spread.sum(axis=1)], axis=1)
        gradient = np.stack(
            [counts.mark_theta - expected @ nodes, counts.by_category[:, 1] - expected.sum(axis=1)], axis=1
        )
        return gradient, _ridged(weights[:, [0, 1, 1, 2]].reshape(-1, 2, 2))
    p = np.exp(partial_logs(eta[:, :1, None] * nodes, eta[:, 1:, None]))[:, 1:]
    marks = np.arange(1.0, steps + 1)
    mean = np.tensordot(p, marks, axes=(1, 0))
    expected = n[:, None] * p
    gradient = np.column_stack(
        [counts.mark_theta - (n * mean) @ nodes, counts.by_category[:, 1:] - expected.sum(axis=2)]
    )
    information = np.empty((len(eta), 1 + steps, 1 + steps))
    variance = np.tensordot(p, marks**2, axes=(1, 0)) - mean**2
    information[:, 0, 0] = (n * variance) @ nodes**2
    cross = (expected * (marks[:, None] - mean[:, None])) @ nodes
    information[:, 0, 1:] = information[:, 1:, 0] = cross
    information[:, 1:, 1:] = -expected @ p.transpose(0, 2, 1)
    diagonal = np.arange(1, steps + 1)
    information[:, diagonal, diagonal] += expected.sum(axis=2)
    return gradient, _ridged(information)


def category_scores(eta: FloatArray, group: ItemGroup, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probabilities (m, K + 1, n_nodes), and d log P / d eta, (m, P, K + 1, n_nodes)."""
    steps = group.n_steps
    probabilities = np.exp(log_curves(eta, group, nodes))
    size = eta.shape[1]
    scores = np.zeros((len(eta), size, steps + 1, nodes.size))
    if group.family is Family.PARTIAL:
        marks = np.arange(steps + 1.0)
        mean = np.tensordot(probabilities, marks, axes=(1, 0))
        scores[:, 0] = (marks[:, None] - mean[:, None]) * nodes
        scores[:, 1:] = -probabilities[:, 1:, None]
        for k in range(1, steps + 1):
            scores[:, k, k] += 1.0
        return probabilities, scores
    z = eta[:, :1, None] * nodes + eta[:, 1 : 1 + steps, None]
    knows = expit(z)
    density = knows * expit(-z)
    if group.family is Family.GUESSING:
        c = expit(eta[:, -1:])
        density *= (1.0 - c)[:, None]
        scores[:, 2, 1] = c * (1.0 - c) * expit(-z[:, 0])
    edges = np.zeros((len(eta), 1, nodes.size))
    scores[:, 0] = (
        np.concatenate([edges, density], axis=1) - np.concatenate([density, edges], axis=1)
    ) * nodes
    for k in range(1, steps + 1):
        scores[:, k, k] = density[:, k - 1]
        scores[:, k, k - 1] = -density[:, k - 1]
    if group.family is Family.GUESSING:
        scores[:, 2, 0] = -scores[:, 2, 1]
    scores /= np.maximum(probabilities, _TINY)[:, None]
    return probabilities, scores


def _ridged(information: FloatArray) -> FloatArray:
    """A trace of a ridge: an item whose persons have all but left the grid must not divide by zero."""
    index = np.arange(information.shape[1])
    information[:, index, index] *= 1.0 + _RIDGE
    information[:, index, index] += _RIDGE
    return information
