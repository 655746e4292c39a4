"""Marks that raters gave to persons' work on tasks, one row a rating."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.responses import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """A long table of ratings. A rating that was not made has no row: nothing else means missing.

    person, task, rater : (n_ratings,) positions
    mark : (n_ratings,) whole numbers from 0, as given; only their order matters to the model, their values to
        averages of marks
    persons, tasks, raters : labels, one for each position

    Raises
    ------
    InvalidResponses : lengths that do not agree, a position without a label, a mark that is not a whole
        number from 0, or the same rater twice on one person's task; the first row at fault is named.
    """

    person: IntArray
    task: IntArray
    rater: IntArray
    mark: IntArray
    persons: tuple[Hashable, ...]
    tasks: tuple[Hashable, ...]
    raters: tuple[Hashable, ...]

    def __post_init__(self) -> None:
        size = np.shape(self.mark)
        if len(size) != 1:
            raise InvalidResponses("mark: expected one mark a rating")
        for name, labels in (("person", self.persons), ("task", self.tasks), ("rater", self.raters)):
            values = np.array(getattr(self, name))
            if values.shape != size or (values.size and values.dtype.kind not in "iu"):
                raise InvalidResponses(f"{name}: expected {size[0]} positions, one a rating")
            _refuse(f"{name}: has no label", (values < 0) | (values >= len(labels)))
            self._keep(name, values)
        marks = np.array(self.mark, dtype=np.float64)
        _refuse("mark: expected a whole number from 0", ~(np.isfinite(marks) & (marks >= 0)))
        _refuse("mark: expected a whole number from 0", marks != np.floor(marks))
        self._keep("mark", marks)
        self._refuse_repetition()

    def _keep(self, name: str, values: npt.NDArray[np.generic]) -> None:
        kept = values.astype(np.intp)
        kept.setflags(write=False)
        object.__setattr__(self, name, kept)

    def _refuse_repetition(self) -> None:
        who = (self.person * max(len(self.tasks), 1) + self.task) * max(len(self.raters), 1) + self.rater
        again = np.ones(who.size, dtype=np.bool_)
        again[np.unique(who, return_index=True)[1]] = False
        _refuse("rating: this rater already rated this person's task", again)

    @classmethod
    def from_labels(
        cls,
        person: Sequence[Hashable],
        task: Sequence[Hashable],
        rater: Sequence[Hashable],
        mark: npt.ArrayLike,
    ) -> Self:
        """From four columns of a table; labels get positions in order of appearance."""
        columns = [_positions(labels) for labels in (person, task, rater)]
        (persons, who), (tasks, what), (raters, by) = columns
        return cls(who, what, by, np.asarray(mark), persons, tasks, raters)

    def subset(self, mask: BoolArray) -> Self:
        """The ratings where the mask is True, with all labels."""
        columns = (column[mask] for column in (self.person, self.task, self.rater, self.mark))
        person, task, rater, mark = columns
        return type(self)(person, task, rater, mark, self.persons, self.tasks, self.raters)

    @property
    def n_ratings(self) -> int:
        return int(self.mark.size)

    @property
    def n_persons(self) -> int:
        return len(self.persons)

    @property
    def n_tasks(self) -> int:
        return len(self.tasks)

    @property
    def n_raters(self) -> int:
        return len(self.raters)


def band_marks(marks: npt.ArrayLike, n_categories: int, highest: float = 100.0) -> IntArray:
    """Marks on a fine scale put into equally wide bands, 0 … n_categories - 1.

    A model with a step for each of 101 marks would ask more of the data than they hold; 5 to 10 bands keep
    nearly all of what the marks say about ability (Linacre 2002).

    Parameters
    ----------
    marks : (n,) numbers from 0 to `highest`
    n_categories : how many bands, 2 or more; `highest` itself falls into the last

    Raises
    ------
    InvalidResponses : fewer than two bands, or a mark outside the scale (named by place).
    """
    values = np.asarray(marks, dtype=np.float64)
    if n_categories < 2 or not highest > 0:
        raise InvalidResponses("n_categories: expected 2 or more, on a scale longer than 0")
    _refuse(f"mark: expected 0 to {highest:g}", ~((values >= 0) & (values <= highest)))
    bands: IntArray = np.minimum((values / highest * n_categories).astype(np.intp), n_categories - 1)
    return bands


def _positions(labels: Sequence[Hashable]) -> tuple[tuple[Hashable, ...], IntArray]:
    """The labels in order of appearance, and the position of each entry among them."""
    found: dict[Hashable, int] = {}
    positions = [found.setdefault(label, len(found)) for label in labels]
    return tuple(found), np.array(positions, dtype=np.intp)


def _refuse(what: str, at_fault: npt.NDArray[np.bool_]) -> None:
    if at_fault.any():
        raise InvalidResponses(f"{what} (row {int(np.argmax(at_fault))})")


def mean_by(position: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Mean of the values at each position, NaN where there is none."""
    count = np.bincount(position, minlength=size)
    total = np.bincount(position, weights=values, minlength=size)
    mean: FloatArray = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return mean
