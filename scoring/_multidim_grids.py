"""Items of several competencies, and each person's likelihood in every one of them on a grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.ability import ResponseBlock, Responses, log_likelihood_table, response_blocks
from scoring.errors import InvalidDimensions
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray, SparseResponses

_BLOCK_PERSONS: Final = 1024  # (persons, dimensions, nodes) of float64: some megabytes
_REACH: Final = 6.0  # of the grid, in standard deviations of the population


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
        return np.linspace(-_REACH, _REACH, self.n_nodes)

    @property
    def nodes(self) -> FloatArray:
        """(n_dims, n_nodes) in units of theta, as `level_probabilities` wants them with a posterior."""
        return np.asarray(self.mean[:, None] + self.sd[:, None] * self.standard_nodes)


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
