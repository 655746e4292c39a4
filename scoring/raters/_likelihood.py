"""The marginal likelihood of a many-facet model, its gradient and its exact information.

A full parameter vector holds, one after the other, slopes and difficulties of tasks, severities of raters,
steps of each rating scale, and the standard deviation of ability. At a node z of the standardised ability a
cell's category k has the log odds against category 0

    psi_k = slope (k (sd z - difficulty - severity) - (step_1 + … + step_k)).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.quadrature import Quadrature
from scoring.raters._cells import Cells
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a full parameter vector; `common` steps fill one rating scale for all tasks."""

    n_tasks: int
    n_raters: int
    n_scales: int
    most_steps: int
    common: bool

    @property
    def size(self) -> int:
        return 2 * self.n_tasks + self.n_raters + self.n_scales * self.most_steps + 1

    def slopes(self, task: IntArray) -> IntArray:
        return task

    def difficulties(self, task: IntArray) -> IntArray:
        return self.n_tasks + task

    def severities(self, rater: IntArray) -> IntArray:
        return 2 * self.n_tasks + rater

    def steps(self, task: IntArray) -> IntArray:
        """(n, most_steps)."""
        scale = np.zeros_like(task) if self.common else task
        first = 2 * self.n_tasks + self.n_raters + scale * self.most_steps
        places: IntArray = first[:, None] + np.arange(self.most_steps)
        return places

    def of_cells(self, cells: Cells) -> IntArray:
        """(n_cells, most_steps + 4) slope, difficulty, severity, steps and sd of each cell."""
        ends = np.full((cells.n_cells, 1), self.size - 1)
        task, rater = cells.task, cells.rater
        heads = [self.slopes(task), self.difficulties(task), self.severities(rater)]
        return np.concatenate([np.stack(heads, axis=1), self.steps(task), ends], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Category curves of some cells at the nodes, and their derivatives.

    probability : (n_cells, n_categories, n_nodes); 0 beyond a cell's own categories
    slopes : (n_cells, n_places, n_categories, n_nodes) of psi in the places of Layout.of_cells
    """

    probability: FloatArray
    log_probability: FloatArray
    slopes: FloatArray


def log_curves(full: FloatArray, places: IntArray, n_steps: IntArray, nodes: FloatArray) -> FloatArray:
    """(n_cells, n_categories, n_nodes) log probabilities; -inf beyond a cell's own categories."""
    slope, distance, cumulated, k = _parts(full, places, nodes)
    psi = slope[:, None, None] * (k[:, None] * distance[:, None, :] - cumulated[:, :, None])
    psi[np.arange(k.size) > n_steps[:, None]] = -np.inf
    top = psi.max(axis=1, keepdims=True)
    logs: FloatArray = psi - top - np.log(np.exp(psi - top).sum(axis=1, keepdims=True))
    return logs


def curves(full: FloatArray, places: IntArray, n_steps: IntArray, nodes: FloatArray) -> Curves:
    """The curves with their derivatives, for cells at `places` of the full vector."""
    slope, distance, cumulated, k = _parts(full, places, nodes)
    logs = log_curves(full, places, n_steps, nodes)
    n_cells, n_places = places.shape
    slopes = np.zeros((n_cells, n_places, k.size, nodes.size))
    slopes[:, 0] = k[:, None] * distance[:, None, :] - cumulated[:, :, None]
    slopes[:, 1] = slopes[:, 2] = (-slope[:, None] * k)[:, :, None]
    reached = np.arange(1, n_places - 3)[:, None] <= k  # (n_steps, n_categories)
    slopes[:, 3:-1] = (-slope[:, None, None] * reached)[:, :, :, None]
    slopes[:, -1] = slope[:, None, None] * k[:, None] * nodes
    return Curves(np.exp(logs), logs, slopes)


def _parts(
    full: FloatArray, places: IntArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Slope, theta - difficulty - severity, cumulated steps, category numbers."""
    values = full[places]
    steps = np.nan_to_num(values[:, 3:-1])
    cumulated = np.concatenate([np.zeros((len(values), 1)), np.cumsum(steps, axis=1)], axis=1)
    distance = values[:, -1:] * nodes - (values[:, 1] + values[:, 2])[:, None]
    return values[:, 0], distance, cumulated, np.arange(cumulated.shape[1], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What an E-step leaves: counts (n_cells, n_categories, n_nodes) and the marginal log-likelihood."""

    counts: FloatArray
    log_likelihood: float


def posterior_of(
    incidence: sparse.csr_matrix, log_probability: FloatArray, quadrature: Quadrature
) -> tuple[FloatArray, FloatArray]:
    """Posterior (n_persons, n_nodes) and marginal log-likelihood (n_persons,) of a block of persons."""
    finite = np.where(
        np.isfinite(log_probability), log_probability, 0.0
    )  # such categories are never incident
    logs = incidence @ finite.reshape(-1, quadrature.n_nodes) + quadrature.log_weights
    top = logs.max(axis=1, keepdims=True)
    posterior = np.exp(logs - top)
    total = posterior.sum(axis=1, keepdims=True)
    return posterior / total, (top + np.log(total))[:, 0]


def expect(full: FloatArray, layout: Layout, cells: Cells, quadrature: Quadrature) -> Expected:
    """Expected counts of every category at every node; persons without usable ratings add nothing."""
    logs = log_curves(full, layout.of_cells(cells), cells.n_steps, quadrature.nodes)
    counts = np.zeros((logs.shape[0] * logs.shape[1], quadrature.n_nodes))
    log_likelihood = 0.0
    for _, incidence in cells.blocks():
        posterior, marginal = posterior_of(incidence, logs, quadrature)
        counts += incidence.T @ posterior
        log_likelihood += float(marginal[np.diff(incidence.indptr) > 0].sum())
    return Expected(counts.reshape(logs.shape), log_likelihood)


@dataclass(frozen=True, slots=True, eq=False)
class CellTerms:
    """Sums over cells of the complete-data log-likelihood's derivatives.

    gradient : (n_full,)
    fisher : sparse (n_full, n_full), the expected information of the complete data
    hessian : sparse, its observed counterpart (negative second derivatives)
    location_gradient, location_information : (n_cells,) in an extra severity of that cell alone
    cell_hessian : sparse (n_cells, n_full), of that severity with the parameters
    """

    gradient: FloatArray
    fisher: sparse.csr_matrix
    hessian: sparse.csr_matrix
    location_gradient: FloatArray
    location_information: FloatArray
    cell_hessian: sparse.csr_matrix


def cell_terms(
    full: FloatArray, layout: Layout, cells: Cells, expected: Expected, nodes: FloatArray
) -> CellTerms:
    """Derivatives from expected counts, some cells at a time to bound the memory."""
    places = layout.of_cells(cells)
    n_cells, n_places = places.shape
    local = np.empty((n_cells, n_places))
    fisher, hessian = np.empty((2, n_cells, n_places, n_places))
    chunk = max(1, 4_000_000 // (n_places * cells.n_categories * nodes.size))
    for first in range(0, n_cells, chunk):
        part = slice(first, first + chunk)
        local[part], fisher[part], hessian[part] = _local_terms(
            curves(full, places[part], cells.n_steps[part], nodes), expected.counts[part], nodes
        )
    gradient = np.zeros(layout.size)
    np.add.at(gradient, places, local)
    rows = np.repeat(places, n_places, axis=1).ravel()
    columns = np.tile(places, (1, n_places)).ravel()
    shape = (layout.size, layout.size)
    fisher_full, hessian_full = (
        sparse.csr_matrix((values.ravel(), (rows, columns)), shape=shape) for values in (fisher, hessian)
    )
    of_location = sparse.csr_matrix(
        (hessian[:, 2].ravel(), (np.repeat(np.arange(n_cells), n_places), places.ravel())),
        shape=(n_cells, layout.size),
    )
    return CellTerms(gradient, fisher_full, hessian_full, local[:, 2], fisher[:, 2, 2], of_location)


def _local_terms(
    at: Curves, counts: FloatArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    total = counts.sum(axis=1)
    residual = counts - total[:, None] * at.probability
    gradient = np.einsum("cpkq,ckq->cp", at.slopes, residual, optimize=True)
    weighted = at.slopes * np.sqrt(total[:, None] * at.probability)[:, None]
    flat = weighted.reshape(*weighted.shape[:2], -1)
    mean = np.einsum("cpkq,ckq->cpq", at.slopes, at.probability, optimize=True) * np.sqrt(total)[:, None]
    fisher = flat @ flat.transpose(0, 2, 1) - mean @ mean.transpose(0, 2, 1)
    # psi is not linear in slope and the rest together: its second derivatives meet the residuals.
    curvature = np.zeros_like(fisher)
    k = np.arange(residual.shape[1], dtype=np.float64)
    of_k = residual.sum(axis=2)
    curvature[:, 0, 1] = curvature[:, 0, 2] = -(of_k @ k)
    curvature[:, 0, 3:-1] = -(np.cumsum(of_k[:, ::-1], axis=1)[:, ::-1][:, 1:])
    curvature[:, 0, -1] = np.einsum("ckq,k,q->c", residual, k, nodes, optimize=True)
    curvature += curvature.transpose(0, 2, 1)
    return gradient, fisher, fisher - curvature
