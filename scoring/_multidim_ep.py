"""Expectation propagation: joint posteriors of correlated abilities from one likelihood per dimension.

With between-item dimensions a person's likelihood is a product of functions of one ability each. Every one
is replaced by a Gaussian factor (a site: precision tau, precision times mean nu), chosen so that the product
with all the others has the right mean and variance, worked out on a grid. The grid is one-dimensional,
whatever the number of dimensions. All abilities are standardised here. Two dimensions need no such thing:
their sums over a grid of pairs are matrix products.
References: Minka (2001); Rasmussen & Williams (2006), section 3.6.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.responses import BoolArray, FloatArray

_DAMPING: Final = 0.9  # undamped parallel updates may swing where correlations are near 1
REACH: Final = 6.0  # of the grid, in standard deviations of the population
_FAR: Final = 3.0  # SDs between what all responses and what a dimension's own say of an ability
CLOSEST: Final = 0.9999  # correlation: closer to 1, a grid of pairs would have to be finer than it is worth
_LOWEST_PRECISION: Final = -0.8  # times the prior precision of its weakest direction: the sum stays positive


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Gaussian factors in place of the likelihoods: tau, nu (n_persons, n_dims), 0 where nothing was met."""

    tau: FloatArray
    nu: FloatArray

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> "Sites":
        return cls(np.zeros(shape), np.zeros(shape))


@dataclass(frozen=True, slots=True, eq=False)
class JointPosterior:
    """mean (n_persons, n_dims), covariance (n_persons, n_dims, n_dims), and each dimension's on the grid.

    marginal : (n_persons, n_dims, n_nodes), rows sum to 1: likelihood times what all other dimensions say
    log_evidence : (n_persons,) log of the marginal likelihood, as expectation propagation approximates it
    settled : (n_persons,) whether propagation came to rest, and far from no dimension's own estimate
    """

    mean: FloatArray
    covariance: FloatArray
    marginal: FloatArray
    log_evidence: FloatArray
    settled: BoolArray


def gaussian_posterior(sites: Sites, inverse: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, covariance and log evidence (up to the sites' own constants) under N(0, inverse^-1)."""
    precision = np.repeat(inverse[None], len(sites.tau), axis=0)
    at = np.arange(len(inverse))
    precision[:, at, at] += sites.tau
    covariance = inverted(precision)
    mean: FloatArray = np.einsum("nij,nj->ni", covariance, sites.nu)
    log_determinants = np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(precision)[1]
    log_evidence: FloatArray = 0.5 * (log_determinants + (mean * sites.nu).sum(axis=1))
    return mean, covariance, log_evidence


def inverted(matrices: FloatArray) -> FloatArray:
    """Inverses of (…, n, n) matrices."""
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def propagate(
    log_likelihood: FloatArray,
    nodes: FloatArray,
    correlations: FloatArray,
    sites: Sites | None = None,
    limits: tuple[int, float] = (50, 1e-7),
) -> tuple[Sites, JointPosterior]:
    """Find the sites of every person at given correlations.

    Parameters
    ----------
    log_likelihood : (n_persons, n_dims, n_nodes), all 0 in a dimension without responses
    nodes : (n_nodes,) evenly spaced, of standardised abilities
    correlations : (n_dims, n_dims) positive definite
    sites : where to start
    limits : most sweeps, and the largest change of a mean or sd to stop at
    """
    met: BoolArray = np.asarray(log_likelihood.any(axis=2))
    sites = Sites.none(met.shape) if sites is None else sites
    inverse = inverted(correlations)
    lowest = _LOWEST_PRECISION * float(np.linalg.eigvalsh(inverse)[0])
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=2, keepdims=True))
    mean, covariance, _ = gaussian_posterior(sites, inverse)
    unsettled: BoolArray = np.ones(len(met), dtype=np.bool_)
    for _ in range(limits[0]):
        cavity = _cavity(sites, mean, covariance)
        tilted_mean, tilted_variance = _moments(likelihood * _density(nodes, *cavity), nodes)
        new = _new_sites(met, cavity, (tilted_mean, tilted_variance), lowest)
        sites = Sites(sites.tau + _DAMPING * (new.tau - sites.tau), sites.nu + _DAMPING * (new.nu - sites.nu))
        mean, covariance, _ = gaussian_posterior(sites, inverse)
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        change = np.maximum(np.abs(mean - tilted_mean), np.abs(np.sqrt(variance) - np.sqrt(tilted_variance)))
        unsettled = np.asarray((np.where(met, change, 0.0) >= limits[1]).any(axis=1))
        if not unsettled.any():
            break
    own_mean, own_variance = _moments(likelihood * np.exp(-0.5 * nodes**2), nodes)
    is_far = (met & (np.abs(mean - own_mean) > _FAR * np.sqrt(own_variance))).any(axis=1)
    return sites, _joint(log_likelihood, nodes, sites, inverse, ~(unsettled | is_far))


def _cavity(sites: Sites, mean: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Precision, and precision times mean, of each ability without its own site; (n_persons, n_dims)."""
    marginal = 1.0 / np.diagonal(covariance, axis1=1, axis2=2)
    return marginal - sites.tau, mean * marginal - sites.nu


def _density(nodes: FloatArray, precision: FloatArray, shift: FloatArray) -> FloatArray:
    """exp(-precision (z - mean)^2 / 2) at the nodes, (n_persons, n_dims, n_nodes)."""
    off = nodes - (shift / precision)[:, :, None]
    return np.asarray(np.exp(-0.5 * precision[:, :, None] * off * off))


def _moments(weights: FloatArray, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    total = weights.sum(axis=2)
    mean = weights @ nodes / total
    return mean, weights @ nodes**2 / total - mean**2


def _new_sites(
    met: BoolArray,
    cavity: tuple[FloatArray, FloatArray],
    moments: tuple[FloatArray, FloatArray],
    lowest: float,
) -> Sites:
    precision, shift = cavity
    mean, variance = moments
    # A 3PL likelihood may widen a posterior: a site may have negative precision, but not break the joint one.
    tau = np.maximum(1.0 / variance - precision, lowest)
    return Sites(np.where(met, tau, 0.0), np.where(met, mean * (tau + precision) - shift, 0.0))


def _joint(
    log_likelihood: FloatArray, nodes: FloatArray, sites: Sites, inverse: FloatArray, settled: BoolArray
) -> JointPosterior:
    mean, covariance, log_evidence = gaussian_posterior(sites, inverse)
    precision, shift = _cavity(sites, mean, covariance)
    peak = log_likelihood.max(axis=2)
    marginal = np.exp(log_likelihood - peak[:, :, None]) * _density(nodes, precision, shift)
    total = marginal.sum(axis=2)
    met = np.asarray(log_likelihood.any(axis=2))
    spacing = nodes[1] - nodes[0]
    # Evidence: the Gaussian's, and per site what it lacks of the true likelihood under its cavity.
    own = peak + np.log(total * spacing * np.sqrt(precision / (2.0 * np.pi)))
    own += 0.5 * (shift**2 / precision - np.log(precision))
    full = precision + sites.tau
    own -= 0.5 * ((shift + sites.nu) ** 2 / full - np.log(full))
    log_evidence = log_evidence + np.where(met, own, 0.0).sum(axis=1)
    return JointPosterior(mean, covariance, marginal / total[:, :, None], log_evidence, settled)


def exact_pair(log_likelihood: FloatArray, nodes: FloatArray, correlation: float) -> JointPosterior:
    """The joint posterior of two abilities, by the trapezoidal rule over pairs of nodes.

    log_likelihood : (n_persons, 2, n_nodes). A correlation beyond CLOSEST is taken as that.
    """
    r = float(np.clip(correlation, -CLOSEST, CLOSEST))
    x, y = nodes[:, None], nodes[None]
    log_kernel = -((x - y) ** 2 + 2.0 * (1.0 - r) * x * y) / (2.0 * (1.0 - r * r))
    kernel, peak = np.exp(log_kernel), log_likelihood.max(axis=2)
    first, second = np.moveaxis(np.exp(log_likelihood - peak[:, :, None]), 1, 0)
    marginal = np.stack([first * (second @ kernel), second * (first @ kernel)], axis=1)
    product = np.einsum("ni,ni->n", (first * nodes) @ kernel, second * nodes)
    total, log_scale = marginal[:, 0].sum(axis=1), np.zeros(len(first))
    # Likelihoods and prior that contradict each other: every product underflows unless their logs are added.
    for person in np.flatnonzero(total < 1e-200):
        logs = log_likelihood[person, 0][:, None] + log_likelihood[person, 1] + log_kernel
        log_scale[person] = logs.max() - peak[person].sum()
        weights = np.exp(logs - logs.max())
        marginal[person] = weights.sum(axis=1), weights.sum(axis=0)
        total[person], product[person] = weights.sum(), nodes @ weights @ nodes
    marginal /= total[:, None, None]
    mean = marginal @ nodes
    covariance = np.empty((len(first), 2, 2))
    at = np.arange(2)
    covariance[:, at, at] = ((nodes - mean[:, :, None]) ** 2 * marginal).sum(axis=2)
    covariance[:, 0, 1] = covariance[:, 1, 0] = product / total - mean.prod(axis=1)
    cell = np.log((nodes[1] - nodes[0]) ** 2 / (2.0 * np.pi * np.sqrt(1.0 - r * r)))
    log_evidence = np.log(total) + log_scale + peak.sum(axis=1) + cell
    return JointPosterior(mean, covariance, marginal, log_evidence, np.ones(len(first), dtype=np.bool_))


def agree(joint: JointPosterior, exact: JointPosterior) -> BoolArray:
    """(n_persons,) whether means agree to 0.005 and SDs, both of the grid, to 2 %."""
    (mean, sd), (exact_mean, exact_sd) = _grid_moments(joint), _grid_moments(exact)
    apart = np.maximum(np.abs(mean - exact_mean) / 0.005, np.abs(sd / exact_sd - 1.0) / 0.02)
    return np.asarray((apart <= 1.0).all(axis=1))


def _grid_moments(joint: JointPosterior) -> tuple[FloatArray, FloatArray]:
    nodes = np.linspace(-1.0, 1.0, joint.marginal.shape[2]) * REACH
    mean = joint.marginal @ nodes
    return mean, np.sqrt(np.maximum(joint.marginal @ nodes**2 - mean**2, 0.0))
