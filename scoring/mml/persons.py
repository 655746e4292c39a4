"""Who counts: persons with a weight, the populations they come from, and what their responses can tell."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    BoolArray,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)

Groups = Sequence[Hashable] | npt.NDArray[Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Persons of weight above 0; weights None when everybody counts once."""

    responses: npt.ArrayLike | SparseResponses
    weights: FloatArray | None
    groups: list[Hashable] | None


def counted_persons(
    responses: npt.ArrayLike | SparseResponses, weights: npt.ArrayLike | None, groups: Groups
) -> Counted:
    """Check weights and groups; a person of weight 0 is no person, so that nothing is counted from him."""
    held = (
        responses if isinstance(responses, SparseResponses) else response_matrix(responses, MOST_CATEGORIES)
    )
    n_persons = held.n_persons if isinstance(held, SparseResponses) else len(held)
    labels = _labels(groups, n_persons)
    values = _weights(weights, n_persons)
    if values is None or (values > 0).all():
        return Counted(held, values, labels)
    people = np.flatnonzero(values > 0)
    if not people.size:
        raise InvalidResponses("weights: every weight is 0")
    rest = held.persons(people) if isinstance(held, SparseResponses) else held[people]
    return Counted(
        rest, values[people], None if labels is None else [labels[place] for place in people.tolist()]
    )


def populations_of(
    groups: list[Hashable] | None, answered: BoolArray, reference: Hashable
) -> tuple[list[Hashable], IntArray]:
    """Labels of the populations, the reference first, and (n_persons,) which each person belongs to.

    Raises InvalidResponses when nobody of a group has a response: nothing could be said of it.
    """
    if groups is None:
        if reference is not None:
            raise InvalidResponses(f"options.reference: {reference!r}, but there are no groups")
        return ["all"], np.zeros(answered.size, dtype=np.intp)
    labels = list(dict.fromkeys(groups))
    if reference is not None:
        if reference not in labels:
            raise InvalidResponses(f"options.reference: nobody belongs to group {reference!r}")
        labels.remove(reference)
        labels.insert(0, reference)
    place = {label: number for number, label in enumerate(labels)}
    population = np.array([place[label] for label in groups], dtype=np.intp)
    present = np.bincount(population[answered], minlength=len(labels))
    for label, number in zip(labels, present.tolist(), strict=True):
        if not number:
            raise InvalidResponses(f"groups: nobody of group {label!r} has a response")
    return labels, population


def answered_and_extreme(marks: ResponseMatrix | SparseResponses, n_steps: IntArray) -> tuple[BoolArray, int]:
    """(n_persons,) who has any response, and of how many every mark is lowest or every mark highest."""
    if isinstance(marks, SparseResponses):
        some = np.diff(marks.start) > 0
        where = marks.start[:-1][some]
        if not where.size:
            return some, 0
        lowest = np.logical_and.reduceat(marks.mark == 0, where)
        highest = np.logical_and.reduceat(marks.mark == n_steps[marks.item], where)
        return some, int((lowest | highest).sum())
    met = marks != MISSING
    answered = np.asarray(met.any(axis=1), dtype=np.bool_)
    above, below = (marks > 0).any(axis=1), (met & (marks < n_steps)).any(axis=1)
    return answered, int((answered & ~(above & below)).sum())


def _labels(groups: Groups, n_persons: int) -> list[Hashable] | None:
    if groups is None:
        return None
    members: list[Hashable] = groups.tolist() if isinstance(groups, np.ndarray) else list(groups)
    if len(members) != n_persons:
        raise InvalidResponses(f"groups: expected {n_persons} labels, got {len(members)}")
    for place, label in enumerate(members):
        if not isinstance(label, Hashable) or label is None or label != label:
            raise InvalidResponses(f"groups[{place}] is {label!r}: a label is a name or a number")
    return members


def _weights(weights: npt.ArrayLike | None, n_persons: int) -> FloatArray | None:
    if weights is None:
        return None
    values = np.asarray(weights)
    if values.shape != (n_persons,) or values.dtype.kind not in "fiub":
        raise InvalidResponses(
            f"weights: expected numbers of shape ({n_persons},), got {values.dtype} of shape {values.shape}"
        )
    values = values.astype(np.float64)
    at_fault = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if at_fault.size:
        raise InvalidResponses(f"weights[{at_fault[0]}] is {values[at_fault[0]]}: a weight is 0 or more")
    return values
