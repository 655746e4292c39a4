"""Exact observed information of the marginal likelihood of a many-facet model."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.quadrature import Quadrature
from scoring.raters._cells import Cells
from scoring.raters._likelihood import CellTerms, Curves, Layout, curves, posterior_of
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class MissingInformation:
    """Posterior covariances of complete-data scores, summed over persons (Louis 1982).

    full : (n_full, n_full) of the parameters
    cross : (n_cells, n_full) of an extra severity of each cell with the parameters
    cell : (n_cells,) its variances
    """

    full: FloatArray
    cross: FloatArray
    cell: FloatArray


def missing_information(
    full: FloatArray, layout: Layout, cells: Cells, quadrature: Quadrature, *, by_cell: bool = False
) -> MissingInformation:
    """What not knowing the abilities takes away from the complete-data information.

    The score of a rating in category x is d psi_x - sum_k P_k d psi_k. Scores of a person add up over ratings
    and are summed node by node, so that memory stays at a block of persons times the parameters.
    """
    places = layout.of_cells(cells)
    at = curves(full, places, cells.n_steps, quadrature.nodes)
    n_cells, n_places = places.shape
    columns = np.repeat(places, cells.n_categories, axis=0).ravel()
    ends = np.arange(n_cells * cells.n_categories + 1) * n_places
    cell = np.repeat(np.arange(n_cells), cells.n_categories)
    found = MissingInformation(
        np.zeros((layout.size, layout.size)),
        np.zeros((n_cells if by_cell else 0, layout.size)),
        np.zeros(n_cells if by_cell else 0),
    )
    for _, incidence in cells.blocks():
        posterior, _ = posterior_of(incidence, at.log_probability, quadrature)
        means = np.zeros((incidence.shape[0], layout.size))
        cell_means = sparse.csr_matrix((incidence.shape[0], n_cells))
        for node, weight in enumerate(posterior.T):
            scores = _scores_at(at, node)
            table = sparse.csr_matrix((scores.ravel(), columns, ends), shape=(len(scores), layout.size))
            of_person = (incidence @ table).toarray()
            weighted = weight[:, None] * of_person
            means += weighted
            found.full[:] += of_person.T @ weighted
            if by_cell:
                extra = _extra_scores(incidence, scores[:, 2], cell)
                found.cross[:] += extra.T @ weighted
                found.cell[:] += extra.multiply(extra).T @ weight
                cell_means = cell_means + sparse.diags_array(weight) @ extra
        found.full[:] -= means.T @ means
        if by_cell:
            found.cross[:] -= cell_means.T @ means
            found.cell[:] -= np.asarray(cell_means.multiply(cell_means).sum(axis=0)).ravel()
    return found


def _scores_at(at: Curves, node: int) -> FloatArray:
    """(n_cells * n_categories, n_places) of one rating each."""
    slopes, probability = at.slopes[:, :, :, node], at.probability[:, :, node]
    mean = np.einsum("cpk,ck->cp", slopes, probability)
    scores: FloatArray = (slopes - mean[:, :, None]).transpose(0, 2, 1).reshape(-1, slopes.shape[1])
    return scores


def _extra_scores(incidence: sparse.csr_matrix, scores: FloatArray, cell: IntArray) -> sparse.csr_matrix:
    """(n_persons, n_cells) scores in an extra severity of each cell."""
    table = sparse.csr_matrix((scores, cell, np.arange(cell.size + 1)))
    return (incidence @ table).tocsr()


def observed_information(
    terms: CellTerms, missing: MissingInformation, free: sparse.csr_matrix
) -> FloatArray:
    """Negative second derivatives of the marginal log-likelihood in the free parameters."""
    information: FloatArray = free.T @ (terms.hessian @ free).toarray() - free.T @ missing.full @ free
    return np.asarray((information + information.T) / 2.0)
