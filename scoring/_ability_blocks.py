"""Responses in blocks that stay in cache, and sums of tables over each person's marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from scoring.errors import InvalidResponses
from scoring.models import log_category_probabilities
from scoring.params import ItemParams
from scoring.responses import (
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    presented,
    response_matrix,
)

_BLOCK_RESPONSES: Final = 60_000  # a handful of float64 vectors of this length stay in the second-level cache
_BLOCK_PERSONS: Final = 8192
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
    return responses.n_persons if isinstance(responses, SparseResponses) else len(np.asarray(responses))


def _checked(responses: Responses, params: ItemParams) -> ResponseMatrix | SparseResponses:
    n_categories = params.n_categories
    if not isinstance(responses, SparseResponses):
        array = np.asarray(responses)
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
