"""Maximum likelihood for a correlation matrix, given Gaussian factors that stand for the likelihoods."""

from typing import Final

import numpy as np
from scipy.optimize import minimize

from scoring._multidim_ep import Sites, gaussian_posterior, inverted
from scoring.responses import FloatArray

_BLOCK: Final = 4096


def equicorrelation(n_dims: int, correlation: float) -> FloatArray:
    """(n_dims, n_dims) with one number off the diagonal."""
    matrix = np.full((n_dims, n_dims), correlation)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def best_correlations(sites: Sites, start: FloatArray, target: FloatArray, n_pseudo: float) -> FloatArray:
    """The correlation matrix of highest marginal likelihood times prior, sites fixed.

    The prior counts n_pseudo further persons whose abilities are known and correlate as `target`; its density
    falls to 0 where the matrix becomes singular, so that the maximum is positive definite.

    sites : (n_persons, n_dims) factors; start, target : (n_dims, n_dims) positive definite
    """
    n_dims = len(start)
    if n_dims == 1:
        return start
    lower = np.tril_indices(n_dims, -1)

    def loss(free: FloatArray) -> tuple[float, FloatArray]:
        rows, factor = _factor(free, n_dims)
        correlations = factor @ factor.T
        value, gradient = _log_posterior(sites, correlations, target, n_pseudo)
        along = 2.0 * gradient @ factor
        along -= (along * factor).sum(axis=1, keepdims=True) * factor  # rows keep their length
        scale = len(sites.tau) + n_pseudo
        return -value / scale, -(along / np.linalg.norm(rows, axis=1, keepdims=True))[lower] / scale

    found = minimize(loss, _free(start), jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 200})
    factor = _factor(found.x, n_dims)[1]
    return np.asarray(factor @ factor.T)


def _factor(free: FloatArray, n_dims: int) -> tuple[FloatArray, FloatArray]:
    """A unit lower triangle, and the same with rows of length 1: a Cholesky factor of correlations."""
    rows = np.eye(n_dims)
    rows[np.tril_indices(n_dims, -1)] = free
    return rows, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _free(correlations: FloatArray) -> FloatArray:
    factor = np.linalg.cholesky(correlations)
    rows = factor / np.diag(factor)[:, None]
    return np.asarray(rows[np.tril_indices(len(correlations), -1)])


def _log_posterior(
    sites: Sites, correlations: FloatArray, target: FloatArray, n_pseudo: float
) -> tuple[float, FloatArray]:
    """Value and (n_dims, n_dims) gradient R^-1 (sum E[z z'] - N R) R^-1 / 2 (Fisher's identity)."""
    inverse = inverted(correlations)
    value = -0.5 * n_pseudo * (np.linalg.slogdet(correlations)[1] + float((inverse * target).sum()))
    moments = n_pseudo * (target - correlations)
    for first in range(0, len(sites.tau), _BLOCK):
        part = Sites(sites.tau[first : first + _BLOCK], sites.nu[first : first + _BLOCK])
        mean, covariance, log_evidence = gaussian_posterior(part, inverse)
        value += float(log_evidence.sum())
        moments += covariance.sum(axis=0) + mean.T @ mean - len(mean) * correlations
    return value, 0.5 * inverse @ moments @ inverse


def standard_errors(sites: Sites, correlations: FloatArray, n_pseudo: float) -> FloatArray:
    """(n_dims, n_dims) standard errors, from the persons' squared scores plus the prior's information.

    References: Berndt, Hall, Hall & Hausman (1974); Louis (1982) for the scores.
    """
    n_dims, inverse = len(correlations), inverted(correlations)
    j, k = np.tril_indices(n_dims, -1)
    # The information of one person whose abilities are known: tr(R^-1 E_a R^-1 E_b) / 2.
    of_one = inverse[np.ix_(j, j)] * inverse[np.ix_(k, k)] + inverse[np.ix_(j, k)] * inverse[np.ix_(k, j)]
    information = n_pseudo * of_one
    for first in range(0, len(sites.tau), _BLOCK):
        part = Sites(sites.tau[first : first + _BLOCK], sites.nu[first : first + _BLOCK])
        mean, covariance, _ = gaussian_posterior(part, inverse)
        off = covariance + mean[:, :, None] * mean[:, None, :] - correlations
        scores = (inverse @ off @ inverse)[:, j, k]
        information += scores.T @ scores
    se = np.zeros((n_dims, n_dims))
    se[j, k] = se[k, j] = np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    return se
