"""Classical item statistics from the responses given alone, for persons who each met few of many items."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring._criterion import outside_criterion
from scoring.errors import InvalidResponses
from scoring.responses import FloatArray, IntArray, SparseResponses

_PERSONS_AT_ONCE: Final = 1 << 16


def sparse_sums(
    responses: SparseResponses, highest: npt.ArrayLike, criterion: npt.ArrayLike | None
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Numbers of responses, mean marks, and (5, n_items) sums and (n_items,) cross sums for the correlation.

    The sums are of persons, u, u^2, y and y^2, and of u y: u is the mark less its item's mean, y the
    criterion, or the mean u over the person's other items. Who has no y counts in the first two only.

    Raises InvalidResponses for a mark above its item's highest, or a criterion not one per person.
    """
    _refuse_marks(responses, np.asarray(highest))
    n_items = responses.n_items
    n = np.bincount(responses.item, minlength=n_items).astype(np.intp)
    total = np.zeros(n_items)
    for _, _, item, mark in _pieces(responses):
        total += np.bincount(item, weights=mark, minlength=n_items)
    mean = np.divide(total, n, out=np.full(n_items, np.nan), where=n > 0)
    everyone = np.broadcast_to(np.True_, (responses.n_persons, n_items))
    outside = None if criterion is None else outside_criterion(criterion, everyone)
    sums, cross = np.zeros((5, n_items)), np.zeros(n_items)
    for persons, person, item, mark in _pieces(responses):
        u = mark - mean[item]
        if outside is None:
            n_others = np.bincount(person, minlength=persons.stop - persons.start) - 1
            surplus = np.bincount(person, weights=u, minlength=n_others.size)
            y = (surplus[person] - u) / np.maximum(n_others, 1)[person]
            use = n_others[person] > 0
        else:
            y, use = outside.level[persons][person], outside.counts[persons][person] > 0
        for row, values in zip(sums, (np.ones_like(u), u, u * u, y, y * y), strict=True):
            row += np.bincount(item[use], weights=values[use], minlength=n_items)
        cross += np.bincount(item[use], weights=(u * y)[use], minlength=n_items)
    return n, mean, sums, cross


def _pieces(responses: SparseResponses) -> Iterator[tuple[slice, IntArray, IntArray, FloatArray]]:
    """Some persons at a time: which, and of each of their responses the person (from 0), item and mark."""
    for first in range(0, responses.n_persons, _PERSONS_AT_ONCE):
        last = min(first + _PERSONS_AT_ONCE, responses.n_persons)
        where = slice(int(responses.start[first]), int(responses.start[last]))
        person = np.repeat(np.arange(last - first), np.diff(responses.start[first : last + 1]))
        yield (
            slice(first, last),
            person,
            np.asarray(responses.item[where], dtype=np.intp),
            np.asarray(responses.mark[where], dtype=np.float64),
        )


def _refuse_marks(responses: SparseResponses, highest: npt.NDArray[np.generic]) -> None:
    if highest.ndim > 1 or (highest.ndim == 1 and highest.shape != (responses.n_items,)):
        raise InvalidResponses(
            f"n_categories: expected one number, or one for each of {responses.n_items} items"
        )
    above = responses.mark > np.broadcast_to(highest, (responses.n_items,))[responses.item]
    if above.any():
        place = int(above.argmax())
        item = int(responses.item[place])
        raise InvalidResponses(f"responses: mark {int(responses.mark[place])} is beyond those of item {item}")
