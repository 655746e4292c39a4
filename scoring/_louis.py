"""The observed information of a 2PL calibration, exactly, and the standard errors it gives."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit

from scoring._em import Block, block_posterior
from scoring.priors import ItemPriors, prior_terms
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray


def observed_information(
    blocks: Sequence[Block],
    items: tuple[FloatArray, FloatArray],
    quadrature: Quadrature,
    priors: ItemPriors | None,
) -> FloatArray:
    """Negative second derivatives of the marginal log posterior in (a_1 … a_J, d_1 … d_J), (2J, 2J).

    Complete information minus, summed over persons, the posterior covariance of the complete-data score.
    With p the item probabilities at a node, an item's score is (y - p) theta for a and y - p for d, so that
    every sum over persons reduces to products of the response matrix with posterior moments.

    References: Louis (1982).
    """
    a, d = items
    n_items, nodes = a.size, quadrature.nodes
    z = np.outer(a, nodes) + d[:, None]
    p, log_wrong = expit(z), -np.logaddexp(0.0, z)
    at_node = np.zeros_like(p)
    information = np.zeros((2 * n_items, 2 * n_items))
    for block in blocks:
        posterior, _ = block_posterior(block, items, log_wrong, quadrature)
        if block.presented is None:
            at_node[block.items] += posterior.sum(axis=0)
            covariance = _score_covariance(block.correct, posterior, p[block.items], nodes)
            information[_pairs(block.items, n_items)] -= covariance
        else:
            at_node[block.items] += block.presented.T @ posterior
            for person, met in enumerate(block.presented > 0):
                where = block.items[met]
                score = block.correct[person, met, None] - p[where]
                information[_pairs(where, n_items)] -= _person_covariance(score, posterior[person], nodes)
    spread = at_node * p * (1.0 - p)
    prior = prior_terms(priors, a, d)
    index = np.arange(n_items)
    information[index, index] += spread @ nodes**2 + prior.curvature_aa
    information[index, n_items + index] += spread @ nodes + prior.curvature_ad
    information[n_items + index, index] += spread @ nodes + prior.curvature_ad
    information[n_items + index, n_items + index] += spread.sum(axis=1) + prior.curvature_dd
    return information


def _pairs(items: IntArray, n_items: int) -> tuple[IntArray, IntArray]:
    """Rows and columns of these items' slopes and intercepts."""
    both = np.concatenate([items, items + n_items])
    return both[:, None], both[None, :]


def _score_covariance(y: FloatArray, posterior: FloatArray, p: FloatArray, nodes: FloatArray) -> FloatArray:
    """(2J, 2J) posterior covariance of the score, summed over persons who met the same J items."""
    n_items = y.shape[1]
    persons_at_node, right_at_node = posterior.sum(axis=0), y.T @ posterior
    mean = np.hstack([y * (posterior @ nodes)[:, None] - posterior @ (p * nodes).T, y - posterior @ p.T])
    covariance = -mean.T @ mean
    slopes, intercepts = slice(0, n_items), slice(n_items, 2 * n_items)
    for rows, columns, power in ((slopes, slopes, 2), (slopes, intercepts, 1), (intercepts, intercepts, 0)):
        moment = nodes**power
        cross = (right_at_node * moment) @ p.T
        second = (y * (posterior @ moment)[:, None]).T @ y + (p * (persons_at_node * moment)) @ p.T
        covariance[rows, columns] += second - cross - cross.T
    covariance[intercepts, slopes] = covariance[slopes, intercepts].T
    return covariance


def _person_covariance(score: FloatArray, posterior: FloatArray, nodes: FloatArray) -> FloatArray:
    """(2J, 2J) posterior covariance of one person's score; `score` is y - p at each node, (J, n_nodes)."""
    both = np.vstack([score * nodes, score])
    centred = (both - (both @ posterior)[:, None]) * np.sqrt(posterior)
    covariance: FloatArray = centred @ centred.T
    return covariance


def standard_errors(
    information: FloatArray, a: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Standard errors of a and of b = -d/a (delta method), each (n_items,).

    None when the information is not positive definite: the point is no maximum, or the data do not hold it.
    """
    try:
        covariance = cho_solve(cho_factor(information), np.eye(len(information)))
    except LinAlgError:
        return None
    n_items = a.size
    var_a = np.diag(covariance)[:n_items]
    var_d = np.diag(covariance)[n_items:]
    cov_ad = np.diag(covariance[:n_items, n_items:])
    b = -d / a
    return np.sqrt(var_a), np.sqrt((b**2 * var_a + 2.0 * b * cov_ad + var_d) / a**2)
