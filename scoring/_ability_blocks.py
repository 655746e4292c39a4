"""Responses in blocks that stay in cache, sums of tables over each person's marks, and how fine a grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from scoring.errors import InvalidResponses
from scoring.models import log_category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import (
    BoolArray,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    presented,
    response_matrix,
)

_BLOCK_RESPONSES: Final = 60_000  # a handful of float64 vectors of this length stay in the second-level cache
_BLOCK_PERSONS: Final = 8192
_MOST_CELLS: Final = 2_000_000  # persons times nodes of a fine grid
_MOST_FACTOR: Final = 64
_STEEPEST: Final = 1.2  # slope times spacing: a logistic's poles, pi / a off the axis, add exp(-2 pi^2 / 1.2)
_NEGLIGIBLE: Final = -14.0  # log of a density, of its peak's: curvature there does not matter
Responses = npt.ArrayLike | SparseResponses


@dataclass(frozen=True, slots=True, eq=False)
class ResponseBlock:
    """The responses of some persons, one after the other, in whatever form they came.

    persons : which these are
    n_responses : (n_block_persons,)
    item, mark : (n_block_responses,) person by person
    n_items, n_categories : of the bank; most categories of any item
    """

    persons: slice
    n_responses: IntArray
    item: npt.NDArray[np.integer]
    mark: npt.NDArray[np.int8]
    n_items: int
    n_categories: int

    def sums(self, table: FloatArray) -> FloatArray:
        """Add up the entries of (n_items, n_categories, n_columns) that each person's marks point at.

        Returns (n_block_persons, n_columns). A sparse product is as fast as a dense one here, even for
        complete data, and needs neither masks nor one product per category.
        """
        flat = table.reshape(self.n_items * self.n_categories, -1)
        start = np.concatenate([[0], np.cumsum(self.n_responses)])
        where = self.item.astype(np.int64) * self.n_categories + self.mark
        shape = (self.n_responses.size, len(flat))
        totals: FloatArray = sparse.csr_array((np.ones(where.size), where, start), shape=shape) @ flat
        return totals

    @property
    def person(self) -> IntArray:
        """(n_block_responses,) whose response, counted within the block."""
        return np.repeat(np.arange(self.n_responses.size), self.n_responses)

    def of(self, persons: BoolArray) -> "ResponseBlock":
        """The responses of some of the block's persons; `persons` of the result stays the whole block's."""
        where = np.repeat(persons, self.n_responses)
        return ResponseBlock(
            self.persons,
            self.n_responses[persons],
            self.item[where],
            self.mark[where],
            self.n_items,
            self.n_categories,
        )


def response_blocks(
    responses: Responses, params: ItemParams, most_persons: int = _BLOCK_PERSONS
) -> Iterator[ResponseBlock]:
    """Cut responses into blocks that stay in cache.

    Raises NotCalibrated, and InvalidResponses where marks or columns do not fit `params`.
    """
    params.require_calibrated()
    checked = _checked(responses, params)
    most = int(params.n_categories.max(initial=2))
    if isinstance(checked, SparseResponses):
        yield from _sparse_blocks(checked, params, most_persons)
        return
    size = max(1, min(most_persons, _BLOCK_RESPONSES // max(1, params.n_items)))
    for first in range(0, len(checked), size):
        part = checked[first : first + size]
        met = presented(part)
        persons = slice(first, first + len(part))
        yield ResponseBlock(persons, met.sum(axis=1), np.nonzero(met)[1], part[met], params.n_items, most)


def count_persons(responses: Responses) -> int:
    """Raises InvalidResponses for what has no rows."""
    return responses.n_persons if isinstance(responses, SparseResponses) else len(_array(responses))


def _array(responses: npt.ArrayLike) -> npt.NDArray[np.generic]:
    try:
        array = np.asarray(responses)
    except ValueError:
        raise InvalidResponses("responses: rows of different lengths") from None
    if array.ndim == 0:
        raise InvalidResponses("responses: expected persons by items or SparseResponses, not one value")
    return array


def _checked(responses: Responses, params: ItemParams) -> ResponseMatrix | SparseResponses:
    n_categories = params.n_categories
    if not isinstance(responses, SparseResponses):
        array = _array(responses)
        if array.ndim == 2 and array.shape[1] != params.n_items:
            raise InvalidResponses(f"{array.shape[1]} columns for {params.n_items} items")
        return response_matrix(array, n_categories)
    if responses.n_items != params.n_items:
        raise InvalidResponses(f"{responses.n_items} columns for {params.n_items} items")
    return responses


def _sparse_blocks(
    responses: SparseResponses, params: ItemParams, most_persons: int
) -> Iterator[ResponseBlock]:
    n_categories, start, first = params.n_categories, responses.start, 0
    most = int(n_categories.max(initial=2))
    while first < responses.n_persons:
        last = int(np.searchsorted(start, start[first] + _BLOCK_RESPONSES, side="right")) - 1
        last = min(max(last, first + 1), first + most_persons, responses.n_persons)
        where = slice(int(start[first]), int(start[last]))
        item, mark = np.asarray(responses.item[where]), np.asarray(responses.mark[where])
        if (mark >= n_categories[item]).any():
            place = int(np.argmax(mark >= n_categories[item]))
            highest = int(n_categories[item[place]]) - 1
            raise InvalidResponses(
                f"mark[{where.start + place}] is {mark[place]}: a response is 0 to {highest}"
            )
        counts = np.diff(start[first : last + 1]).astype(np.intp)
        yield ResponseBlock(slice(first, last), counts, item, mark, responses.n_items, most)
        first = last


def log_likelihood_table(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """(n_items, most_categories, n_points) log probabilities, for ResponseBlock.sums."""
    return np.ascontiguousarray(np.moveaxis(log_category_probabilities(theta, params), 0, 2))


def sharpness(params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """(n_items,) what the information of a response never exceeds, and the slope of the steepest logistic.

    The information is at most a^2 / 4 for right or wrong, a^2 / 2 for the GRM, and a^2 times the largest
    variance of the mark, (most marks)^2 / 4, for the PCM, GPCM and RSM.
    """
    steps = params.n_categories - 1.0
    graded = np.array([model is ItemModel.GRM for model in params.models], dtype=np.bool_)
    variance = np.where(graded, 0.5, steps**2 / 4.0)
    return params.a**2 * variance, np.abs(params.a) * np.where(graded, 1.0, (steps + 1.0) / 2.0)


def factor_for(spacing: float, information: FloatArray, slope: FloatArray) -> IntArray:
    """By which power of two a grid must become finer, for posteriors of this information and steepest slope.

    The trapezoidal rule is right to 1e-7 while the spacing is no more than the posterior's SD, and the
    likelihood's poles are far enough from the axis. At most 64.
    References: Trefethen & Weideman (2014), theorem 5.1.
    """
    wanted = spacing * np.maximum(np.sqrt(information), slope / _STEEPEST)
    factors = 2.0 ** np.ceil(np.log2(np.clip(wanted, 1.0, _MOST_FACTOR)))
    return np.asarray(factors.astype(np.intp))


class FineGrids:
    """For persons whose posterior is too narrow for the nodes given: finer ones, see Quadrature.finer."""

    def __init__(self, params: ItemParams, quadrature: Quadrature, precision: float | None = None) -> None:
        """precision : of the prior, when it is not the weights' own."""
        self.params, self.quadrature, self.spacing = params, quadrature, quadrature.spacing
        self.information, self.slope = sharpness(params)
        self.precision = _precision(quadrature) if precision is None else precision
        self.finer: dict[int, tuple[Quadrature, FloatArray]] = {}

    def factors(self, block: ResponseBlock, log_posterior: FloatArray) -> IntArray:
        """(n_block_persons,) how many times finer; 1 where the nodes given will do, as for usual tests."""
        n = block.n_responses.size
        if not np.isfinite(self.spacing):
            return np.ones(n, dtype=np.intp)
        sums = np.bincount(block.person, self.information[block.item], n)
        information = np.asarray(sums + self.precision, dtype=np.float64)
        slope = np.zeros(n)
        if (self.slope * self.spacing > _STEEPEST).any():
            np.maximum.at(slope, block.person, self.slope[block.item])
        factors = factor_for(self.spacing, information, slope)
        doubtful = (factors > 1) & (slope * self.spacing <= _STEEPEST)
        if doubtful.any():  # the bounds are loose: look
            factors[doubtful] = np.where(_is_sharp(log_posterior[doubtful]), factors[doubtful], 1)
        factors[block.n_responses == 0] = 1
        return factors

    def parts(
        self, block: ResponseBlock, factors: IntArray
    ) -> Iterator[tuple[IntArray, int, Quadrature, FloatArray]]:
        """Those with a factor above 1: their rows, the factor, its grid and their log likelihoods on it."""
        for factor in np.unique(factors[factors > 1]).tolist():
            if factor not in self.finer:
                grid = self.quadrature.finer(factor)
                self.finer[factor] = grid, log_likelihood_table(grid.nodes, self.params)
            grid, logs = self.finer[factor]
            rows = np.flatnonzero(factors == factor)
            for part in np.array_split(rows, -(-rows.size * grid.n_nodes // _MOST_CELLS)):
                here = np.zeros(factors.size, dtype=np.bool_)
                here[part] = True
                yield part, factor, grid, block.of(here).sums(logs)


def finer_by(params: ItemParams, quadrature: Quadrature, joint: FloatArray) -> int:
    """By which factor the nodes must become finer, for (n_rows, n_nodes) densities given sums."""
    if not np.isfinite(quadrature.spacing):
        return 1
    information, slope = sharpness(params)
    total = information.sum() + _precision(quadrature)
    factor = int(factor_for(quadrature.spacing, np.asarray(total), slope.max(initial=0.0)))
    with np.errstate(divide="ignore"):
        is_sharp = factor > 1 and bool(_is_sharp(np.log(joint[joint.any(axis=1)])).any())
    return factor if is_sharp or slope.max(initial=0.0) * quadrature.spacing > _STEEPEST else 1


def _precision(quadrature: Quadrature) -> float:
    """The largest curvature of the log weights, 1 / SD^2 of a normal distribution."""
    logs = np.log(quadrature.weights[quadrature.weights > 0])
    return float(-np.diff(logs, 2).min(initial=0.0)) / quadrature.spacing**2


def _is_sharp(log_posterior: FloatArray) -> BoolArray:
    """(n_persons,) whether the posterior's SD is somewhere below the spacing, as its curvature says."""
    with np.errstate(invalid="ignore"):  # -inf, a node without weight
        bend = -np.diff(log_posterior, 2, axis=1)
    height = log_posterior - log_posterior.max(axis=1, keepdims=True)
    return np.asarray(((bend > 1.0) & (height[:, 1:-1] > _NEGLIGIBLE)).any(axis=1))
