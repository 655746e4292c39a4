"""Items of several competencies, each person's likelihood in every one on a grid, and scores from those."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring._ability_blocks import factor_for, sharpness
from scoring._multidim_ep import CLOSEST, REACH, JointPosterior
from scoring.ability import ResponseBlock, Responses, log_likelihood_table, response_blocks
from scoring.errors import InvalidDimensions
from scoring.params import ItemParams
from scoring.quadrature import coarsened
from scoring.responses import BoolArray, FloatArray, IntArray, SparseResponses

_BLOCK_PERSONS: Final = 1024  # (persons, dimensions, nodes) of float64: some megabytes
_MOST_NODES: Final = 1921
MOST_OF_PROPAGATION: Final = 4  # times finer: it sweeps over the grid some dozen times


@dataclass(frozen=True, slots=True, eq=False)
class CompetencyModel:
    """Items that each measure one competency, and how the competencies are distributed one by one.

    params : n_items rows, each on its own dimension's scale
    dimension : (n_items,) which dimension, 0 … n_dims - 1
    mean, sd : (n_dims,) of each ability in the population, 0 and 1 when None
    n_nodes : of the grid from -6 to 6 sd; more than 61 where a competency has more than some 100 items

    Raises
    ------
    InvalidDimensions : lengths that do not agree, dimensions out of order, or an sd not positive.
    """

    params: ItemParams
    dimension: IntArray
    mean: FloatArray = None  # type: ignore[assignment]  # filled in below
    sd: FloatArray = None  # type: ignore[assignment]
    n_nodes: int = 61

    def __post_init__(self) -> None:
        dimension = np.array(self.dimension)
        if dimension.shape != (self.params.n_items,) or dimension.dtype.kind not in "iu":
            raise InvalidDimensions(f"dimension: expected {self.params.n_items} whole numbers")
        if not dimension.size or dimension.min() < 0:
            raise InvalidDimensions("dimension: expected numbers 0 to n_dims - 1, of at least one item")
        object.__setattr__(self, "dimension", dimension.astype(np.intp))
        n_dims = int(dimension.max()) + 1 if self.mean is None else int(np.size(self.mean))
        for name, default in (("mean", 0.0), ("sd", 1.0)):
            given = getattr(self, name)
            values = np.full(n_dims, default) if given is None else np.array(given, dtype=np.float64)
            if values.shape != (n_dims,) or not np.isfinite(values).all():
                raise InvalidDimensions(f"{name}: expected {n_dims} finite numbers, one a dimension")
            object.__setattr__(self, name, values)
        if dimension.max() >= n_dims or (self.sd <= 0).any() or self.n_nodes < 3:
            raise InvalidDimensions("dimension beyond mean and sd, an sd not positive, or n_nodes below 3")

    @property
    def n_dims(self) -> int:
        return int(self.mean.size)

    @property
    def standard_nodes(self) -> FloatArray:
        """(n_nodes,) in standard deviations from the mean."""
        return np.linspace(-REACH, REACH, self.n_nodes)

    @property
    def nodes(self) -> FloatArray:
        """(n_dims, n_nodes) in units of theta, as `level_probabilities` wants them with a posterior."""
        return np.asarray(self.mean[:, None] + self.sd[:, None] * self.standard_nodes)


class JointStatus(IntEnum):
    """How far joint scores can be trusted."""

    NOT_SCORED = 0
    """No response at all: NaN throughout."""
    CONVERGED = 1
    APPROXIMATE = 2
    """Theta or SE may be off by more than multidimensional_eap states. In two dimensions quadrature found so.
    In more, an estimate lies more than 3 SDs from what the dimension's own responses say, propagation did not
    settle, or the correlations are too close to 1 for the grid; errors without such signs go unnoticed."""


@dataclass(frozen=True, slots=True, eq=False)
class MultidimensionalScores:
    """One row per person; NaN throughout for a person without any response.

    theta, se : (n_persons, n_dims) posterior means and standard deviations, each on its dimension's scale
    covariance : (n_persons, n_dims, n_dims) of the posterior
    n_responses : (n_persons, n_dims); 0 marks an estimate that rests on the other dimensions alone
    nodes : (n_dims, n_nodes)
    posterior : (n_persons, n_dims, n_nodes) each dimension's own, or None; for dimension d take
        `level_probabilities(scores.posterior[:, d], scores.nodes[d], cuts)`
    status : (n_persons,) int8 JointStatus
    """

    theta: FloatArray
    se: FloatArray
    covariance: FloatArray
    n_responses: IntArray
    nodes: FloatArray
    posterior: FloatArray | None
    status: npt.NDArray[np.int8]

    @property
    def scored(self) -> BoolArray:
        """(n_persons,) whether the person responded to anything."""
        return np.asarray(self.n_responses.any(axis=1))

    @property
    def borrowed(self) -> BoolArray:
        """(n_persons, n_dims) estimates without a response of their own."""
        return np.asarray(self.scored[:, None] & (self.n_responses == 0))


def likelihood_grids(
    responses: Responses, model: CompetencyModel
) -> Iterator[tuple[slice, FloatArray, IntArray]]:
    """Blocks: log likelihoods (n_block_persons, n_dims, n_nodes), numbers of responses (…, n_dims)."""
    n_dims, params = model.n_dims, model.params
    most = int(params.n_categories.max(initial=2))
    table = np.full((params.n_items, most, model.n_nodes), -np.inf)
    params.require_calibrated()
    for dim in range(n_dims):
        here = model.dimension == dim
        logs = log_likelihood_table(model.nodes[dim], params.subset(here))
        table[here, : logs.shape[1]] = logs
    for block in response_blocks(responses, params, _BLOCK_PERSONS):
        n = block.n_responses.size
        # A row for every person and dimension instead of one for every person.
        row = np.repeat(np.arange(n), block.n_responses) * n_dims + model.dimension[block.item]
        order, counts = np.argsort(row, kind="stable"), np.bincount(row, minlength=n * n_dims)
        rows = ResponseBlock(
            block.persons, counts, block.item[order], block.mark[order], params.n_items, most
        )
        yield block.persons, rows.sums(table).reshape(n, n_dims, -1), counts.reshape(n, n_dims)


def fineness(responses: Responses, model: CompetencyModel, correlations: FloatArray) -> tuple[int, bool]:
    """How many times finer than the model's the grid must be, and whether it is then fine enough.

    In two dimensions sums over a grid are exact while its spacing is below the posterior SDs of both
    abilities, of their sum and of their difference: the shortest vectors of the dual lattice.
    """
    information, slope = sharpness(model.params)
    sd = model.sd[model.dimension]
    information, slope = information * sd**2, slope * sd
    most = np.zeros(model.n_dims)
    for block in response_blocks(responses, model.params):
        n = block.n_responses.size
        cell = block.person * model.n_dims + model.dimension[block.item]
        sums = np.bincount(cell, information[block.item], n * model.n_dims).reshape(n, -1)
        most = np.maximum(most, sums.max(axis=0, initial=0.0))
    if model.n_dims == 2:
        r = float(np.clip(correlations[0, 1], -CLOSEST, CLOSEST))
        covariance = np.linalg.inv(np.linalg.inv(np.array([[1.0, r], [r, 1.0]])) + np.diag(most))
        variances = np.diag(covariance)
        both = variances.sum() - 2.0 * abs(covariance[0, 1])
        precision = 1.0 / min(variances.min(), both)
    else:
        precision = float((np.diag(np.linalg.inv(correlations)) + most).max())
    spacing = 2.0 * REACH / (model.n_nodes - 1)
    wanted = int(factor_for(spacing, np.asarray(precision), slope.max(initial=0.0)))
    allowed = max(1, (_MOST_NODES - 1) // (model.n_nodes - 1))
    if model.n_dims > 2:
        allowed = min(allowed, MOST_OF_PROPAGATION)
    return min(wanted, 1 << (allowed.bit_length() - 1)), wanted <= allowed


def scores_of(
    joint: JointPosterior, n_responses: IntArray, model: CompetencyModel, grid: tuple[int, BoolArray]
) -> MultidimensionalScores:
    """Scores on the scale of theta; grid : how many times finer than the model's, and who can be trusted."""
    factor, trusted = grid
    nodes = np.linspace(-REACH, REACH, joint.marginal.shape[2])
    mean = joint.marginal @ nodes
    # The grid knows the skewness of a dimension's own likelihood, which the Gaussian factor has lost.
    se = np.sqrt(np.maximum(joint.marginal @ nodes**2 - mean**2, 0.0))
    covariance = joint.covariance * model.sd[:, None] * model.sd
    theta, se = model.mean + model.sd * mean, model.sd * se
    posterior = joint.marginal if factor == 1 else coarsened(joint.marginal, factor)
    status = np.where(trusted, JointStatus.CONVERGED, JointStatus.APPROXIMATE).astype(np.int8)
    empty = ~n_responses.any(axis=1)  # the population's mean would look like a result
    for array in (theta, se, covariance, posterior):
        array[empty] = np.nan
    status[empty] = JointStatus.NOT_SCORED
    return MultidimensionalScores(theta, se, covariance, n_responses, model.nodes, posterior, status)


def every_kth(responses: Responses, most_persons: int) -> Responses:
    """Every k-th person, so that no more than most_persons remain."""
    if not isinstance(responses, SparseResponses):
        array = np.asarray(responses)
        return array[:: max(1, -(-len(array) // most_persons))]
    step = max(1, -(-responses.n_persons // most_persons))
    if step == 1:
        return responses
    counts = np.diff(responses.start)[::step]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    where = np.repeat(responses.start[:-1][::step] - start[:-1], counts) + np.arange(start[-1])
    return SparseResponses(start, responses.item[where], responses.mark[where], responses.n_items)
