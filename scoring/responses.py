"""The response matrix: who earned which mark, and what was never presented."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
ResponseMatrix = npt.NDArray[np.int8]

MISSING: Final = -1
"""Not presented to this person, or not to be scored. An item seen and left blank is a 0, not MISSING."""

MOST_CATEGORIES: Final = 100
_CHECKED_AT_ONCE: Final = 65536


def response_matrix(values: npt.ArrayLike, n_categories: npt.ArrayLike = 2) -> ResponseMatrix:
    """Read marks into the library's own form.

    Parameters
    ----------
    values : (n_persons, n_items) of marks 0, 1, … and MISSING; also NaN or masked where missing
    n_categories : one number for all, or (n_items,): an item's marks run from 0 to n_categories - 1

    Returns
    -------
    (n_persons, n_items) int8; the same array when it already has that form.

    Raises
    ------
    InvalidResponses : not a matrix, or a value that is no mark of its item; the first is named by place.
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    try:
        array = np.asarray(values)
    except ValueError:
        raise InvalidResponses("responses: rows of different length") from None
    if array.ndim != 2:
        raise InvalidResponses(f"responses: expected persons by items, got {array.ndim} dimension(s)")
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), MISSING, array)
    if array.dtype.kind not in "fiub":
        raise InvalidResponses(f"responses: a response is a whole number, not {array.dtype}")
    most = np.asarray(n_categories)
    if most.ndim > 1 or (most.ndim == 1 and most.shape != array.shape[1:]):
        raise InvalidResponses(
            f"n_categories: expected one number, or one for each of {array.shape[1]} items"
        )
    if array.dtype.kind == "b":
        return array.astype(np.int8)
    at_fault = (array < MISSING) | (array >= most)
    if array.dtype.kind == "f":
        at_fault |= array != np.floor(array)
    if at_fault.any():
        person, item = (int(place) for place in np.argwhere(at_fault)[0])
        highest = int(np.broadcast_to(most, array.shape[1:])[item]) - 1
        raise InvalidResponses(
            f"responses[{person}, {item}] is {array[person, item]}: a response is 0 to {highest} or missing"
        )
    return array.astype(np.int8, copy=False)


def presented(responses: ResponseMatrix) -> BoolArray:
    """(n_persons, n_items) True where the person met the item and the mark counts."""
    mask: BoolArray = responses != MISSING
    return mask


@dataclass(frozen=True, slots=True, eq=False)
class SparseResponses:
    """Responses of persons who each met few of many items, in memory proportional to what was answered.

    start : (n_persons + 1,) where each person's responses begin in the two arrays below; ascending from 0
    item : (n_responses,) positions of the items, each at most once a person
    mark : (n_responses,) int8 marks 0, 1, …
    n_items : of the whole bank

    The arrays may be memory-mapped files.

    Raises
    ------
    InvalidResponses : lengths that do not agree, or positions or marks out of range.
    """

    start: npt.NDArray[np.int64]
    item: npt.NDArray[np.integer]
    mark: ResponseMatrix
    n_items: int

    def __post_init__(self) -> None:
        for name in ("start", "item", "mark"):
            values = getattr(self, name)
            if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "iu":
                raise InvalidResponses(f"{name} must be a vector of whole numbers")
        if self.start.size < 1 or self.start[0] != 0 or (np.diff(self.start) < 0).any():
            raise InvalidResponses("start must ascend from 0")
        if not self.item.shape == self.mark.shape == (int(self.start[-1]),):
            raise InvalidResponses(f"item and mark must have {int(self.start[-1])} entries, as start says")
        if self.item.size and not (self.item.min() >= 0 and self.item.max() < self.n_items):
            raise InvalidResponses(f"item must hold positions 0 to {self.n_items - 1}")
        in_range = not self.mark.size or (self.mark.min() >= 0 and self.mark.max() < MOST_CATEGORIES)
        if self.mark.dtype != np.int8 or not in_range:
            raise InvalidResponses(f"mark must be int8, 0 to {MOST_CATEGORIES - 1}")
        self._require_items_once()

    def _require_items_once(self) -> None:
        """Items that ascend within each person are seen in one look; others are sorted, some at a time."""
        for first in range(0, self.n_persons, _CHECKED_AT_ONCE):
            last = min(first + _CHECKED_AT_ONCE, self.n_persons)
            where = slice(int(self.start[first]), int(self.start[last]))
            person = np.repeat(np.arange(last - first), np.diff(self.start[first : last + 1]))
            place = person * self.n_items + self.item[where]
            if (np.diff(place) > 0).all():
                continue
            place = np.sort(place)
            twice = np.flatnonzero(np.diff(place) == 0)
            if twice.size:
                who, what = divmod(int(place[twice[0]]), self.n_items)
                raise InvalidResponses(f"person {first + who} has item {what} twice")

    @property
    def n_persons(self) -> int:
        return int(self.start.size) - 1

    @classmethod
    def from_dense(cls, responses: npt.ArrayLike) -> Self:
        """The same responses without the places that were never presented; errors as in response_matrix."""
        responses = response_matrix(responses, MOST_CATEGORIES)
        met = presented(responses)
        start = np.concatenate([[0], np.cumsum(met.sum(axis=1))]).astype(np.int64)
        item = np.nonzero(met)[1].astype(np.int32)
        return cls(start, item, responses[met].astype(np.int8, copy=False), responses.shape[1])

    def persons(self, people: IntArray) -> Self:
        """These persons alone, in this order."""
        if people.size == self.n_persons and (people == np.arange(self.n_persons)).all():
            return self
        counts = np.diff(self.start)[people]
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.repeat(self.start[people] - start[:-1], counts) + np.arange(int(start[-1]))
        return type(self)(start, self.item[places], self.mark[places], self.n_items)

    def dense(self, first: int = 0, last: int | None = None) -> ResponseMatrix:
        """Persons first … last - 1 as a response matrix."""
        last = self.n_persons if last is None else min(last, self.n_persons)
        where = slice(int(self.start[first]), int(self.start[last]))
        counts = np.diff(self.start[first : last + 1])
        matrix = np.full((last - first, self.n_items), MISSING, dtype=np.int8)
        matrix[np.repeat(np.arange(last - first), counts), self.item[where]] = self.mark[where]
        return matrix

    def blocks(self, n_persons: int = 4096) -> Iterator[ResponseMatrix]:
        """The persons in order, some thousand at a time, each block as a response matrix."""
        for first in range(0, self.n_persons, n_persons):
            yield self.dense(first, first + n_persons)
