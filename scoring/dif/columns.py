"""The responses of the compared persons, held item by item."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    BoolArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)


@dataclass(frozen=True, slots=True, eq=False)
class ItemColumns:
    """The responses of chosen persons item by item: 5 bytes for each that was presented.

    start : (n_items + 1,) where each item's responses begin in the two below
    person : (n_responses,) positions among the chosen persons, ascending within an item
    mark : (n_responses,)
    """

    start: npt.NDArray[np.int64]
    person: npt.NDArray[np.int32]
    mark: ResponseMatrix
    n_persons: int

    @classmethod
    def of(cls, responses: npt.ArrayLike | SparseResponses, chosen: BoolArray) -> Self:
        """Raises InvalidResponses for a bad matrix, or one of other persons than `chosen` (n_persons,)."""
        sparse = responses if isinstance(responses, SparseResponses) else None
        marks = None if sparse is not None else response_matrix(responses, MOST_CATEGORIES)  # type: ignore[arg-type]
        n_persons = sparse.n_persons if sparse is not None else len(marks)  # type: ignore[arg-type]
        if chosen.shape != (n_persons,):
            raise InvalidResponses(
                f"groups: expected one label for each of {n_persons} persons, got {chosen.size}"
            )
        return cls._of_sparse(sparse, chosen) if sparse is not None else cls._of_dense(marks, chosen)  # type: ignore[arg-type]

    @classmethod
    def _of_dense(cls, marks: ResponseMatrix, chosen: BoolArray) -> Self:
        columns = np.ascontiguousarray(marks[chosen].T)
        start = np.concatenate([[0], np.cumsum((columns != MISSING).sum(axis=1))]).astype(np.int64)
        person = np.empty(start[-1], dtype=np.int32)
        mark = np.empty(start[-1], dtype=np.int8)
        for item, column in enumerate(columns):
            met = np.flatnonzero(column != MISSING)
            person[start[item] : start[item + 1]] = met
            mark[start[item] : start[item + 1]] = column[met]
        return cls(start, person, mark, int(chosen.sum()))

    @classmethod
    def _of_sparse(cls, responses: SparseResponses, chosen: BoolArray) -> Self:
        place = np.cumsum(chosen, dtype=np.int32) - np.int32(1)
        counts = np.diff(responses.start)
        person = np.repeat(place, counts)
        kept = np.repeat(chosen, counts)
        item, person, mark = responses.item[kept], person[kept], responses.mark[kept]
        order = np.argsort(item, kind="stable")
        per_item = np.bincount(item, minlength=responses.n_items)
        start = np.concatenate([[0], np.cumsum(per_item)]).astype(np.int64)
        return cls(start, person[order], mark[order], int(chosen.sum()))

    @property
    def n_items(self) -> int:
        return int(self.start.size) - 1

    def item(self, item: int) -> tuple[npt.NDArray[np.int32], ResponseMatrix]:
        """Who met the item, and the marks."""
        where = slice(int(self.start[item]), int(self.start[item + 1]))
        return self.person[where], self.mark[where]
