"""The observed information of a calibration.

Louis (1982): complete information less, summed over persons, the posterior covariance of the complete-data
score. That covariance is expanded in polynomials of ability orthogonal under each person's own posterior,
Cov_i = sum over r of v_ir v_ir' with v_ir the score's coefficient of the r-th polynomial. Scores are smooth
and posteriors narrow, so that a few terms hold all digits that matter; how many is found on the data. The sum
over persons is then one product of a tall matrix with itself, whatever the models and whoever met what.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import sparse
from scipy.special import expit

from scoring.mml.blocks import Block
from scoring.mml.curves import category_scores
from scoring.mml.expectation import Tables, posterior_of
from scoring.mml.groups import Family, ItemGroup, guessing_at_bound
from scoring.mml.iteration import Model, Point
from scoring.mml.maximisation import Problem
from scoring.mml.prior_terms import prior_terms
from scoring.mml.state import State, tables_of
from scoring.responses import FloatArray, IntArray

_MOST_TERMS: Final = 30
_LINES: Final = 12
_NO_WEIGHT: Final = 1e-10
_NEGLIGIBLE: Final = 2e-5


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each group's parameters stand in the vector of `State.vector`.

    own[g] : (m, n_own) positions; shared[g] : (n_shared,); mean, log_sd : (n_populations,), -1 where not free
    """

    own: tuple[IntArray, ...]
    shared: tuple[IntArray, ...]
    mean: IntArray
    log_sd: IntArray
    size: int


def layout_of(state: State) -> Layout:
    """Positions of everything free."""
    place = 0
    found: list[IntArray] = []
    for values in (*state.own, *state.shared):
        found.append(np.arange(place, place + values.size).reshape(values.shape))
        place += values.size
    latent = []
    for free in (state.populations.free_mean, state.populations.free_sd):
        where = np.full(free.shape, -1, dtype=np.intp)
        where[free] = np.arange(place, place + int(free.sum()))
        latent.append(where)
        place += int(free.sum())
    n_groups = len(state.own)
    return Layout(tuple(found[:n_groups]), tuple(found[n_groups:]), latent[0], latent[1], place)


def observed_information(model: Model, point: Point) -> tuple[FloatArray, FloatArray]:
    """Negative second derivatives of the marginal log posterior, and the diagonal had ability been seen.

    (n_parameters, n_parameters) and (n_parameters,).
    """
    state, layout = point.state, layout_of(point.state)
    tables = tables_of(state, model.groups, model.sample.places, model.quadrature)
    information = _complete_information(model, point, layout)
    complete = np.diag(information).copy()
    expansion = _Expansion(model, state, layout, tables)
    for block in model.sample.blocks():
        posterior, _ = posterior_of(block, tables)
        columns, scores = expansion.coefficients(block, posterior, expansion.terms_needed(block, posterior))
        information[np.ix_(columns, columns)] -= scores.T @ scores
    return information, complete


def item_information_blocks(point: Point) -> list[FloatArray]:
    """Per group, (m, n_own, n_own): each item's own complete information, where the whole is too large.

    What other items' uncertainty adds, and what is missing of theta, is left out: standard errors from it are
    somewhat too small.
    """
    return [problem.slopes(own, shared).own_info for problem, own, shared in zip(
        point.problems, point.state.own, point.state.shared, strict=True)]  # fmt: skip


def _complete_information(model: Model, point: Point, layout: Layout) -> FloatArray:
    information = np.zeros((layout.size, layout.size))
    for place, problem in enumerate(point.problems):
        group = problem.group
        if not (group.n_own or group.n_shared):
            continue
        eta = group.eta(point.state.own[place], point.state.shared[place])
        full = _complete_eta_information(problem, eta, point.slopes[place].own.shape[0])
        own, shared = layout.own[place], layout.shared[place]
        own_info = group.own_map.T @ full @ group.own_map
        information[own[:, :, None], own[:, None, :]] += own_info
        if group.n_shared:
            cross = group.own_map.T @ full @ group.shared_map
            for column, where in enumerate(shared.tolist()):
                information[own, where] += cross[:, :, column]
                information[where, own] += cross[:, :, column]
            information[np.ix_(shared, shared)] += group.shared_map.T @ full.sum(axis=0) @ group.shared_map
    _add_latent(information, model, point, layout)
    return information


def _complete_eta_information(problem: Problem, eta: FloatArray, n_items: int) -> FloatArray:
    """(m, P, P) expected negative Hessian of the complete-data log posterior in eta."""
    group, nodes, counts = problem.group, problem.nodes, problem.counts
    probabilities, scores = category_scores(eta, group, nodes)
    size = eta.shape[1]
    if counts.category_at_node is None:
        weighted = scores * (probabilities * counts.at_node[:, None])[:, None]
        information = weighted.reshape(n_items, size, -1) @ scores.reshape(n_items, size, -1).transpose(
            0, 2, 1
        )
    else:
        nobody = counts.at_node - counts.category_at_node.sum(axis=1)
        earned = np.concatenate([nobody[:, None], counts.category_at_node], axis=1)
        weighted = scores * earned[:, None]
        information = weighted.reshape(n_items, size, -1) @ scores.reshape(n_items, size, -1).transpose(
            0, 2, 1
        )
        information -= _bending(eta, group, nodes, earned / np.maximum(probabilities, 1e-300))
    information += prior_terms(problem.priors, eta, group).curvature
    if group.family is Family.GUESSING:
        held = guessing_at_bound(eta)
        information[held, -1, :-1] = information[held, :-1, -1] = 0.0
        information[held, -1, -1] = 1.0
    return information


def _bending(eta: FloatArray, group: ItemGroup, nodes: FloatArray, ratio: FloatArray) -> FloatArray:
    """(m, P, P) sum over categories and nodes of ratio (m, K + 1, n_nodes) times the Hessian of P in eta."""
    steps = group.n_steps
    z = eta[:, :1, None] * nodes + eta[:, 1 : 1 + steps, None]
    knows = expit(z)
    density = knows * expit(-z)
    bend = density * (1.0 - 2.0 * knows)  # second derivative of the cumulative curve
    step_ratio = ratio[:, 1:] - ratio[:, :-1]  # a cumulative curve enters P_k and, negated, P_k-1
    hessian = np.zeros((len(eta), eta.shape[1], eta.shape[1]))
    c = expit(eta[:, -1:]) if group.family is Family.GUESSING else np.zeros((len(eta), 1))
    curved = (1.0 - c)[:, :, None] * step_ratio * bend
    hessian[:, 0, 0] = (curved @ nodes**2).sum(axis=1)
    hessian[:, 0, 1 : 1 + steps] = hessian[:, 1 : 1 + steps, 0] = curved @ nodes
    diagonal = np.arange(1, 1 + steps)
    hessian[:, diagonal, diagonal] = curved.sum(axis=2)
    if group.family is Family.GUESSING:
        slope = -(c * (1.0 - c)) * (step_ratio * density)[:, 0]
        hessian[:, 0, 2] = hessian[:, 2, 0] = slope @ nodes
        hessian[:, 1, 2] = hessian[:, 2, 1] = slope.sum(axis=1)
        flat = c * (1.0 - c) * (1.0 - 2.0 * c)
        hessian[:, 2, 2] = (flat * step_ratio[:, 0] * expit(-z[:, 0])).sum(axis=1)
    return hessian


def _add_latent(information: FloatArray, model: Model, point: Point, layout: Layout) -> None:
    """Persons times the covariance of the populations' scores; their Hessian's other terms vanish here."""
    populations = point.state.populations
    weights = np.exp(populations.log_weights(model.quadrature))
    persons = point.expectation.population_at_node.sum(axis=1)
    scores = populations.scores(model.quadrature)
    for first, of_first in zip((layout.mean, layout.log_sd), scores, strict=True):
        for second, of_second in zip((layout.mean, layout.log_sd), scores, strict=True):
            covariance = persons * (weights * of_first * of_second).sum(axis=1)
            free = (first >= 0) & (second >= 0)
            information[first[free], second[free]] += covariance[free]


class _Expansion:
    """The coefficients of persons' scores in polynomials orthogonal under their posteriors."""

    def __init__(self, model: Model, state: State, layout: Layout, tables: Tables) -> None:
        self._model, self._layout, self._nodes = model, layout, tables.nodes
        self._terms: dict[tuple[int, int, int, bool], int] = {}
        self._etas = state.eta(model.groups)
        self._latent = state.populations.scores(model.quadrature)
        n_items = model.sample.places.n_items
        self._group_of = np.full(n_items, -1, dtype=np.intp)
        self._place_of = np.full(n_items, -1, dtype=np.intp)
        for number, group in enumerate(model.groups):
            self._group_of[group.items] = number
            self._place_of[group.items] = np.arange(group.items.size)
        self._scores = [
            _free_scores(eta, group, self._nodes) for eta, group in zip(self._etas, model.groups, strict=True)
        ]

    def terms_needed(self, block: Block, posterior: FloatArray) -> int:
        """So many that the others would add next to nothing to any of the diagonal.

        Found on some lines of each kind of block, those with the widest posteriors among them: what one
        form's persons need says nothing of another's.
        """
        kind = (block.population, block.items.size, int(block.items[0]), block.met is None)
        if kind not in self._terms:
            spread = posterior @ self._nodes**2 - (posterior @ self._nodes) ** 2
            by_spread = np.argsort(-spread)
            some = np.unique(
                np.concatenate([by_spread[:_LINES], by_spread[:: max(1, len(spread) // _LINES)]])
            )
            part = replace(
                block,
                met=None if block.met is None else block.met[some],
                marks=block.marks[some],
                earned=block.earned[some],
                weights=None,
            )
            _, scores = self.coefficients(part, posterior[some], _MOST_TERMS)
            by_term = (scores.reshape(_MOST_TERMS, -1, scores.shape[1]) ** 2).sum(axis=1)
            total = by_term.sum(axis=0)
            moved = total > 1e-12 * total.max(initial=0.0)
            left_out = 1.0 - np.cumsum(by_term[:, moved] / total[moved], axis=0).min(axis=1, initial=1.0)
            self._terms[kind] = int(np.argmax(left_out < _NEGLIGIBLE)) + 1
        return self._terms[kind]

    def coefficients(self, block: Block, posterior: FloatArray, n_terms: int) -> tuple[IntArray, FloatArray]:
        """Positions of the parameters the block touches, and (n_terms · n, n_positions) coefficients."""
        weighted = np.stack(list(_polynomials(posterior, self._nodes, n_terms)))
        columns: list[IntArray] = []
        parts: list[FloatArray] = []
        for number, group in enumerate(self._model.groups):
            if group.n_own or group.n_shared:
                self._add_group(block, weighted, number, (columns, parts))
        for where, scores in zip((self._layout.mean, self._layout.log_sd), self._latent, strict=True):
            if where[block.population] >= 0:
                columns.append(where[block.population : block.population + 1])
                parts.append((weighted @ scores[block.population])[:, :, None])
        if not columns:
            return np.zeros(0, dtype=np.intp), np.zeros((n_terms * block.n_lines, 0))
        stacked = np.concatenate(parts, axis=2)
        if block.weights is not None:
            stacked *= np.sqrt(block.weights)[:, None]
        return np.concatenate(columns), stacked.reshape(n_terms * block.n_lines, -1)

    def _add_group(
        self,
        block: Block,
        weighted: FloatArray,
        number: int,
        into: tuple[list[IntArray], list[FloatArray]],
    ) -> None:
        group = self._model.groups[number]
        inside = np.flatnonzero(self._group_of[block.items] == number)
        if not inside.size:
            return
        places = self._place_of[block.items[inside]]
        base, ratio, constant = self._scores[number]
        coefficients = _products(weighted, base[places])
        if group.family is Family.PARTIAL:
            marks = _dense(block.marks)[:, np.searchsorted(block.slope_items, block.items[inside])]
            coefficients[..., 0] += (weighted @ self._nodes)[:, :, None] * marks * constant
        else:
            row = self._model.sample.places.row[block.items[inside]]
            earned = _dense(block.earned)
            order = np.argsort(block.rows)
            for k in range(group.n_steps):
                at = order[np.searchsorted(block.rows, row + k, sorter=order)]
                coefficients += _products(weighted, ratio[places, k]) * earned[:, at, None]
        if block.met is not None:
            coefficients *= _dense(block.met)[:, inside, None]
        own = coefficients @ group.own_map
        into[0].append(self._layout.own[number][places].ravel())
        into[1].append(own.reshape(*own.shape[:2], -1))
        if group.n_shared:
            into[0].append(self._layout.shared[number])
            into[1].append(coefficients.sum(axis=2) @ group.shared_map)


def _free_scores(
    eta: FloatArray, group: ItemGroup, nodes: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Scores of mark 0 (m, P, n_nodes) and what marks 1 … K add (m, K, P, n_nodes).

    A partial-credit item's mark adds mark times theta to the score of the slope and a constant, which no
    polynomial beyond the first sees, to those of the intercepts; the last value says so.
    """
    _, scores = category_scores(eta, group, nodes)
    if group.family is Family.GUESSING:
        held = guessing_at_bound(eta)
        scores[held, -1] = 0.0
    base = scores[:, :, 0]
    return base, (scores[:, :, 1:] - base[:, :, None]).transpose(0, 2, 1, 3), 1.0


def _products(weighted: FloatArray, curves: FloatArray) -> FloatArray:
    """(n_terms, n, j, P) of weighted (n_terms, n, n_nodes) with curves (j, P, n_nodes)."""
    j, size, n_nodes = curves.shape
    flat = weighted.reshape(-1, n_nodes) @ curves.reshape(-1, n_nodes).T
    product: FloatArray = flat.reshape(*weighted.shape[:2], j, size)
    return product


def _dense(matrix: FloatArray | sparse.csr_matrix) -> FloatArray:
    return matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix.todense())


def _polynomials(posterior: FloatArray, nodes: FloatArray, n_terms: int) -> Iterator[FloatArray]:
    """Posterior times each orthonormal polynomial of degree 1 … n_terms, (n, n_nodes); Stieltjes.

    A posterior on m nodes carries m - 1 polynomials. Nodes of next to no weight are taken as none, and each
    polynomial is made orthogonal to all before: else, beyond that number, rounding passes for information.
    """
    weights = np.where(posterior < _NO_WEIGHT, 0.0, posterior)
    mean = weights @ nodes
    spread = np.sqrt(np.maximum(weights @ nodes**2 - mean**2, 1e-12))
    x = (nodes - mean[:, None]) / spread[:, None]
    found = [np.ones_like(x)]
    for _ in range(n_terms):
        raw = x * found[-1]
        size = np.sqrt((weights * raw**2).sum(axis=1, keepdims=True))
        for earlier in reversed(found):
            raw -= (weights * raw * earlier).sum(axis=1, keepdims=True) * earlier
        norm = np.sqrt((weights * raw**2).sum(axis=1, keepdims=True))
        sound = norm > 1e-6 * size
        following = np.divide(raw, norm, out=np.zeros_like(raw), where=np.broadcast_to(sound, raw.shape))
        found.append(following)
        yield weights * following
