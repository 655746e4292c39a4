"""Several competencies at once: each borrows strength from the others through their correlations."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring._multidim_ep import Sites, agree, exact_pair, propagate
from scoring._multidim_fit import best_correlations, equicorrelation, standard_errors
from scoring._multidim_grids import (
    MOST_OF_PROPAGATION,
    CompetencyModel,
    JointStatus,
    MultidimensionalScores,
    every_kth,
    fineness,
    likelihood_grids,
    scores_of,
)
from scoring.ability import Responses
from scoring.errors import InvalidDimensions, InvalidOptions
from scoring.responses import BoolArray, FloatArray, IntArray

__all__ = [
    "BorrowingGain",
    "CompetencyModel",
    "CorrelationEstimate",
    "CorrelationOptions",
    "CorrelationStatus",
    "JointStatus",
    "MultidimensionalScores",
    "borrowing_gain",
    "estimate_correlations",
    "multidimensional_blocks",
    "multidimensional_eap",
]

_WEAK_SE: Final = 0.1


class CorrelationStatus(IntEnum):
    """How well a correlation is supported by data."""

    ESTIMATED = 0
    WEAK = 1
    """Standard error above 0.1: the prior still has a say."""
    NOT_OBSERVED = 2
    """No person responded in both dimensions: prior and the other correlations decide."""


@dataclass(frozen=True, slots=True)
class CorrelationOptions:
    """How correlations are estimated.

    prior_persons, prior_correlation : the prior weighs as much as so many persons whose abilities are known
        and correlate so; it fades in large samples, and keeps the matrix positive definite in small ones
    tolerance : largest change of a correlation in the last round
    most_persons : of more, every k-th is used; at 10,000 the sampling error is about 0.01
    """

    prior_persons: float = 1.0
    prior_correlation: float = 0.5
    tolerance: float = 1e-4
    max_iterations: int = 50
    most_persons: int = 10_000

    def __post_init__(self) -> None:
        if not (self.prior_persons > 0 and self.tolerance > 0):
            raise InvalidOptions("prior_persons and tolerance must be positive")
        if not (self.max_iterations >= 1 and self.most_persons >= 1):
            raise InvalidOptions("max_iterations and most_persons must be 1 or more")


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationEstimate:
    """Correlations of the abilities themselves, free of measurement error.

    correlations, se : (n_dims, n_dims); se 0 on the diagonal
    status : (n_dims, n_dims) int8 CorrelationStatus
    n_common : (n_dims, n_dims) persons with responses in both dimensions
    log_likelihood : of the responses of the n_persons used
    """

    correlations: FloatArray
    se: FloatArray
    status: npt.NDArray[np.int8]
    n_common: IntArray
    log_likelihood: float
    n_persons: int
    n_iterations: int
    is_converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class BorrowingGain:
    """What the other competencies add, per dimension, over persons with responses in it; (n_dims,) each.

    reliability_alone, reliability_joint : 1 - mean posterior variance / variance of the ability
    se_ratio : mean SE with borrowing over mean SE without
    n_items : mean number of responses a person
    extra_items : so many more items of the same kind would, alone, have brought the same reliability
    n_persons : counted
    """

    reliability_alone: FloatArray
    reliability_joint: FloatArray
    se_ratio: FloatArray
    n_items: FloatArray
    extra_items: FloatArray
    n_persons: IntArray


def estimate_correlations(
    responses: Responses, model: CompetencyModel, options: CorrelationOptions | None = None
) -> CorrelationEstimate:
    """Marginal maximum likelihood for the correlations, item parameters fixed.

    Rounds of two steps: expectation propagation replaces each person's likelihoods by Gaussian factors, and
    the correlations maximise the likelihood those give. Against exact quadrature in 2 and 3 dimensions the
    correlations agree to 0.01, see multidimensional_eap.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING (left out), or SparseResponses; persons with
        responses in one dimension only say nothing here and do no harm
    model : items, their dimensions and the marginal distributions

    Raises
    ------
    InvalidResponses, NotCalibrated : as `scoring.ability.eap`. InvalidDimensions : a prior correlation too
        negative for so many dimensions.

    References: Adams, Wilson & Wang (1997) for the model; Minka (2001).
    """
    options = options or CorrelationOptions()
    grids = [grid for _, grid, _ in likelihood_grids(every_kth(responses, options.most_persons), model)]
    target = _checked(equicorrelation(model.n_dims, options.prior_correlation), model.n_dims)
    correlations, sites = target, [Sites.none(grid.shape[:2]) for grid in grids]
    met = np.concatenate([grid.any(axis=2) for grid in grids]) if grids else np.zeros((0, model.n_dims), bool)
    log_likelihood, change, iteration = 0.0, np.inf, 0
    stacked = Sites.none((0, model.n_dims))
    while iteration < options.max_iterations and change > options.tolerance:
        iteration += 1
        found = [
            propagate(grid, model.standard_nodes, correlations, start, limits=(4, 1e-6))
            for grid, start in zip(grids, sites, strict=True)
        ]
        sites = [one for one, _ in found]
        log_likelihood = float(sum(joint.log_evidence.sum() for _, joint in found))
        if sites:
            stacked = Sites(
                *(np.concatenate([getattr(one, name) for one in sites]) for name in ("tau", "nu"))
            )
        new = best_correlations(stacked, correlations, target, options.prior_persons)
        change, correlations = float(np.abs(new - correlations).max(initial=0.0)), new
    se = standard_errors(stacked, correlations, options.prior_persons)
    n_common = met.T.astype(np.intp) @ met.astype(np.intp)
    status = np.where(se > _WEAK_SE, CorrelationStatus.WEAK, CorrelationStatus.ESTIMATED)
    status = np.where(n_common == 0, CorrelationStatus.NOT_OBSERVED, status).astype(np.int8)
    converged = change <= options.tolerance
    return CorrelationEstimate(
        correlations, se, status, n_common, log_likelihood, len(met), iteration, converged
    )


def multidimensional_eap(
    responses: Responses,
    model: CompetencyModel,
    correlations: npt.ArrayLike,
    *,
    keep_posterior: bool = False,
    exact: bool = False,
) -> MultidimensionalScores:
    """EAP of all competencies together: abilities are normal with these correlations.

    By expectation propagation. Against brute-force quadrature: means within 0.001 and covariances within 0.01
    for items without guessing, 0.01 and 0.05 with c = 0.25 and correlations up to 0.9. Closer to 1 and with
    guessing, or where correlations and responses contradict each other, errors grow: such persons have status
    APPROXIMATE. In two dimensions that is found by comparing with quadrature (means to 0.005, SEs to 2 %), in
    more by signs only, see JointStatus. `exact` asks for the quadrature itself: right to 1e-5, a correlation
    beyond ±0.9999 taken as that. With the identity matrix the estimates are those of `eap`, one dimension at
    a time. A person without items of a competency gets an estimate from the others, with n_responses 0.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING (left out), or SparseResponses
    model : items, their dimensions and the marginal distributions
    correlations : (n_dims, n_dims), as of estimate_correlations
    keep_posterior : hold n_persons x n_dims x n_nodes numbers; `multidimensional_blocks` never does
    exact : by quadrature over pairs of nodes, two dimensions at most

    Raises
    ------
    InvalidDimensions : correlations that are no positive definite correlation matrix of n_dims, or exact in
        more than two. InvalidResponses, NotCalibrated : as `scoring.ability.eap`.

    References: Segall (1996); Adams, Wilson & Wang (1997); Minka (2001).
    """
    parts = []
    for _, part in multidimensional_blocks(responses, model, correlations, exact=exact):
        posterior = part.posterior if keep_posterior else None
        parts.append((part.theta, part.se, part.covariance, part.n_responses, part.status, posterior))
    n_dims, n_nodes = model.n_dims, model.n_nodes
    if not parts:
        none = np.zeros((0, n_dims))
        kept = np.zeros((0, n_dims, n_nodes)) if keep_posterior else None
        none_met, empty = none.astype(np.intp), np.zeros((0, n_dims, n_dims))
        return MultidimensionalScores(
            none, none, empty, none_met, model.nodes, kept, np.zeros(0, dtype=np.int8)
        )
    theta, se, covariance, n_responses, status = (
        np.concatenate([part[column] for part in parts]) for column in range(5)
    )
    kept = np.concatenate([part[5] for part in parts]) if keep_posterior else None
    return MultidimensionalScores(theta, se, covariance, n_responses, model.nodes, kept, status)


def multidimensional_blocks(
    responses: Responses, model: CompetencyModel, correlations: npt.ArrayLike, *, exact: bool = False
) -> Iterator[tuple[slice, MultidimensionalScores]]:
    """The scores of multidimensional_eap, posterior included, a block of persons at a time."""
    matrix = _checked(correlations, model.n_dims)
    if exact and model.n_dims > 2:
        raise InvalidDimensions(f"exact: two dimensions at most, not {model.n_dims}")
    factor, is_fine = fineness(responses, model, matrix)
    finer = replace(model, n_nodes=(model.n_nodes - 1) * factor + 1)
    for persons, grid, n_responses in likelihood_grids(responses, finer):
        pair = exact_pair(grid, finer.standard_nodes, float(matrix[0, 1])) if model.n_dims == 2 else None
        if exact and pair is not None:
            joint, of_joint = pair, factor
        else:
            every = 1 if model.n_dims == 1 else max(1, factor // MOST_OF_PROPAGATION)
            nodes, of_joint = finer.standard_nodes[::every], factor // every
            joint = propagate(np.ascontiguousarray(grid[:, :, ::every]), nodes, matrix)[1]
        trusted = joint.settled & is_fine if pair is None else agree(joint, pair)
        yield persons, scores_of(joint, n_responses, model, (of_joint, trusted))


def borrowing_gain(
    joint: MultidimensionalScores, alone: MultidimensionalScores, sd: FloatArray
) -> BorrowingGain:
    """Compare scores of the same persons with and without correlations.

    Parameters
    ----------
    joint : multidimensional_eap at the estimated correlations
    alone : multidimensional_eap at `np.eye(n_dims)`, which borrows nothing
    sd : (n_dims,) of the abilities in the population, `model.sd`

    A reliability odds reliability / (1 - reliability) grows in proportion to the number of items (Spearman,
    1910; Brown, 1910): the ratio of the odds is what the borrowed information counts in items.

    Raises
    ------
    InvalidDimensions : scores of different persons or dimensions.
    """
    if not joint.theta.shape == alone.theta.shape or sd.shape != joint.theta.shape[1:]:
        raise InvalidDimensions("joint, alone and sd must be of the same persons and dimensions")
    met = joint.n_responses > 0
    n_persons = met.sum(axis=0)
    n_items = joint.n_responses.sum(axis=0) / np.where(n_persons > 0, n_persons, np.nan)
    se_joint, se_alone = _mean(joint.se, met), _mean(alone.se, met)
    reliability_joint = 1.0 - _mean(joint.se**2, met) / sd**2
    reliability_alone = 1.0 - _mean(alone.se**2, met) / sd**2
    odds_joint = reliability_joint / (1.0 - reliability_joint)
    odds_alone = reliability_alone / (1.0 - reliability_alone)
    extra = n_items * (odds_joint / odds_alone - 1.0)
    return BorrowingGain(reliability_alone, reliability_joint, se_joint / se_alone, n_items, extra, n_persons)


def _mean(values: FloatArray, where: BoolArray) -> FloatArray:
    """Column means over `where`; NaN of none."""
    counts = where.sum(axis=0)
    return np.asarray(np.where(where, values, 0.0).sum(axis=0) / np.where(counts > 0, counts, np.nan))


def _checked(correlations: npt.ArrayLike, n_dims: int) -> FloatArray:
    matrix = np.asarray(correlations, dtype=np.float64)
    if matrix.shape != (n_dims, n_dims):
        raise InvalidDimensions(f"correlations: expected ({n_dims}, {n_dims}), got {matrix.shape}")
    if not np.allclose(matrix, matrix.T, atol=1e-10) or not np.allclose(np.diag(matrix), 1.0, atol=1e-10):
        raise InvalidDimensions("correlations must be symmetric with ones on the diagonal")
    if not np.linalg.eigvalsh(matrix)[0] > 0:
        raise InvalidDimensions("correlations must be positive definite")
    return matrix
