"""Persons who met the same items, found without comparing them pair by pair."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from scoring.fit._pairs import dense_blocks, n_persons_of
from scoring.responses import IntArray, ResponseMatrix, SparseResponses


def form_of_each(responses: ResponseMatrix | SparseResponses) -> tuple[IntArray, int]:
    """(n_persons,) number of the set of items each person met, and how many such sets there are."""
    return _numbered(responses, with_marks=False)


def vector_of_each(responses: ResponseMatrix | SparseResponses) -> tuple[IntArray, int]:
    """(n_persons,) number of each person's whole response vector, and how many different ones there are."""
    return _numbered(responses, with_marks=True)


def _numbered(responses: ResponseMatrix | SparseResponses, *, with_marks: bool) -> tuple[IntArray, int]:
    """By a hash of 16 bytes: two different vectors collide with a chance below 1e-24 in a million persons."""
    rng = np.random.default_rng(20_000)  # a fixed table of codes, not randomness
    n_items = responses.n_items if isinstance(responses, SparseResponses) else responses.shape[1]
    codes = rng.integers(0, 1 << 63, (n_items, 2), dtype=np.int64)
    keys = np.empty((n_persons_of(responses), 2), dtype=np.int64)
    for first, block in dense_blocks(responses):
        person, item = np.nonzero(block >= 0)
        own = codes[item]
        if with_marks:
            own = own * (2 * block[person, item].astype(np.int64) + 1)[:, None]
        total = np.vstack([np.zeros((1, 2), np.int64), np.cumsum(own, axis=0)])  # wraps, as meant
        edges = np.searchsorted(person, np.arange(len(block) + 1))
        keys[first : first + len(block)] = total[edges[1:]] - total[edges[:-1]]
    _, number = np.unique(keys, axis=0, return_inverse=True)
    number = number.reshape(-1).astype(np.intp)
    return number, int(number.max(initial=-1)) + 1


def rows_of(responses: ResponseMatrix | SparseResponses, persons: IntArray) -> ResponseMatrix:
    """These persons' responses as a matrix of all items."""
    if not isinstance(responses, SparseResponses):
        return responses[persons]
    counts = np.diff(responses.start)[persons]
    matrix = np.full((persons.size, responses.n_items), -1, dtype=np.int8)
    row = np.repeat(np.arange(persons.size), counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    source = np.repeat(np.asarray(responses.start[:-1])[persons], counts) + offset
    matrix[row, np.asarray(responses.item)[source]] = np.asarray(responses.mark)[source]
    return matrix


def form_blocks(
    responses: ResponseMatrix | SparseResponses, at_once: int = 2048
) -> Iterator[tuple[IntArray, IntArray, ResponseMatrix]]:
    """Persons in the order of their forms, some at a time: persons, items any of them met, their responses.

    With fixed forms a block is a dense matrix of one form's items; with a form per person it has them all.
    """
    number, _ = form_of_each(responses)
    order = np.argsort(number, kind="stable")
    edges = np.flatnonzero(np.diff(number[order])) + 1
    cuts = _cuts(np.concatenate([[0], edges, [order.size]]), at_once)
    for low, high in pairwise(cuts):
        persons = order[low:high]
        rows = rows_of(responses, persons)
        items = np.flatnonzero((rows >= 0).any(axis=0))
        if items.size:
            yield persons, items, rows[:, items]


def _cuts(edges: IntArray, at_once: int) -> list[int]:
    """Where blocks end: at a form's end where the form is large, and never longer than `at_once`."""
    cuts = [0]
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if high - low >= at_once // 16 and cuts[-1] < low:
            cuts.append(low)
        while high - cuts[-1] >= at_once:
            cuts.append(cuts[-1] + at_once)
        if high - low >= at_once // 16 and cuts[-1] < high:
            cuts.append(high)
    if cuts[-1] < edges[-1]:
        cuts.append(int(edges[-1]))
    return cuts
