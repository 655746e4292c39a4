"""Responses cut into blocks of persons, so that the E-step works in the processor's cache."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from scipy import sparse

from scoring.mml.groups import Family, ItemGroup
from scoring.responses import MISSING, BoolArray, FloatArray, IntArray, ResponseMatrix, SparseResponses

Matrix: TypeAlias = FloatArray | sparse.csr_matrix

BLOCK_PERSONS: Final = 1024  # posterior weights of a block, 61 nodes wide, stay in the second-level cache
_RARE_PATTERN: Final = 8  # below so many persons a pattern of its own costs more in overhead than it saves
_SPARSE_SHARE: Final = 0.2  # below this share of items met, compressed rows beat a masked product
_CACHED_BYTES: Final = 64 * 2**20
_SHORT_TEST: Final = 16  # up to so many items, equal response vectors are worth counting once


@dataclass(frozen=True, slots=True, eq=False)
class ItemPlaces:
    """Where each item's figures stand.

    slope_items : (n_items,) True where a response enters the likelihood through mark times slope alone
    row : (n_items,) first of the rows that a table item's marks 1 … K have; -1 elsewhere
    n_rows : of all table items
    n_steps : (n_items,)
    """

    slope_items: BoolArray
    row: IntArray
    n_rows: int
    n_steps: IntArray

    @property
    def n_items(self) -> int:
        return int(self.row.size)


def item_places(groups: Sequence[ItemGroup], n_items: int) -> ItemPlaces:
    """Partial-credit items need no table of their marks; graded and guessing items do."""
    slope_items, row = np.zeros(n_items, dtype=np.bool_), np.full(n_items, -1, dtype=np.intp)
    n_steps = np.zeros(n_items, dtype=np.intp)
    n_rows = 0
    for group in groups:
        n_steps[group.items] = group.n_steps
        if group.family is Family.PARTIAL:
            slope_items[group.items] = True
            continue
        row[group.items] = n_rows + group.n_steps * np.arange(group.items.size)
        n_rows += group.n_steps * group.items.size
    return ItemPlaces(slope_items, row, n_rows, n_steps)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Persons of one population who met the same items, or, with `met`, some of the same items.

    items : (j,) positions
    met : (n, j) 1.0 where met; None when all were
    slope_items, marks : (j_s,) positions of the slope items among all, and (n, j_s) marks, 0 where not met
    rows, earned : (r,) rows of the table items' marks, and (n, r) 1.0 where that mark was earned
    weights : (n,) how many persons each line stands for; None when one
    """

    items: IntArray
    met: Matrix | None
    slope_items: IntArray
    marks: Matrix
    rows: IntArray
    earned: Matrix
    population: int
    weights: FloatArray | None

    @property
    def n_lines(self) -> int:
        return int(self.marks.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """Persons who belong into blocks of one kind: raw responses, cut and widened when asked for.

    items : (j,) positions that all of them met, or None: some of all items
    responses : dense (n, j) or sparse
    """

    items: IntArray | None
    responses: ResponseMatrix | SparseResponses
    population: int
    weights: FloatArray | None

    @property
    def n_persons(self) -> int:
        held = self.responses
        return held.n_persons if isinstance(held, SparseResponses) else len(held)

    def longest(self) -> int:
        """Most items that one of them met."""
        if self.items is not None:
            return int(self.items.size)
        if isinstance(self.responses, SparseResponses):
            return int(np.diff(self.responses.start).max(initial=0))
        return int((self.responses != MISSING).sum(axis=1).max(initial=0))

    def cut(self, size: int) -> Iterator["Persons"]:
        """The same persons in pieces of this size."""
        if self.n_persons <= size:
            yield self
            return
        for first in range(0, self.n_persons, size):
            last = min(first + size, self.n_persons)
            held = self.responses
            piece = (
                held.persons(np.arange(first, last))
                if isinstance(held, SparseResponses)
                else held[first:last]
            )
            weights = None if self.weights is None else self.weights[first:last]
            yield Persons(self.items, piece, self.population, weights)

    def blocks(self, places: ItemPlaces) -> Iterator[Block]:
        for first in range(0, self.n_persons, BLOCK_PERSONS):
            last = min(first + BLOCK_PERSONS, self.n_persons)
            weights = None if self.weights is None else self.weights[first:last]
            if isinstance(self.responses, SparseResponses):
                yield _sparse_block(self.responses, (first, last), places, (self.population, weights))
            else:
                yield self._dense_block(self.responses[first:last], places, weights)

    def _dense_block(self, marks: ResponseMatrix, places: ItemPlaces, weights: FloatArray | None) -> Block:
        items = np.arange(places.n_items) if self.items is None else self.items
        met = (marks != MISSING).astype(np.float64) if self.items is None else None
        is_slope = places.slope_items[items]
        of_slope = marks[:, is_slope] if not is_slope.all() else marks
        clean = of_slope.astype(np.float64)
        if self.items is None:
            np.maximum(clean, 0.0, out=clean)
        rows, earned = _earned(marks[:, ~is_slope], items[~is_slope], places)
        return Block(items, met, items[is_slope], clean, rows, earned, self.population, weights)


def _earned(marks: ResponseMatrix, items: IntArray, places: ItemPlaces) -> tuple[IntArray, FloatArray]:
    """Rows of the table items' marks 1 … K, and who earned which."""
    steps = places.n_steps[items]
    column = np.repeat(np.arange(items.size), steps)
    mark = np.arange(column.size) - np.repeat(np.cumsum(steps) - steps, steps) + 1
    rows = places.row[items][column] + mark - 1
    return rows, (marks[:, column] == mark.astype(np.int8)).astype(np.float64)


def _sparse_block(
    responses: SparseResponses,
    which: tuple[int, int],
    places: ItemPlaces,
    rest: tuple[int, FloatArray | None],
) -> Block:
    first, last = which
    where = slice(int(responses.start[first]), int(responses.start[last]))
    start = (responses.start[first : last + 1] - responses.start[first]).astype(np.int32)
    item, mark = responses.item[where].astype(np.int32), responses.mark[where]
    shape = (last - first, places.n_items)
    met = sparse.csr_matrix((np.ones(item.size), item, start), shape=shape)
    slope_mark = np.where(places.slope_items[item], mark, 0).astype(np.float64)
    marks = sparse.csr_matrix((slope_mark, item, start), shape=shape)
    hit = (places.row[item] >= 0) & (mark > 0)
    person = np.repeat(np.arange(shape[0]), np.diff(start))[hit]
    row = places.row[item[hit]] + mark[hit] - 1
    earned = sparse.csr_matrix((np.ones(row.size), (person, row)), shape=(shape[0], places.n_rows))
    every = np.arange(places.n_items)
    return Block(every, met, every, marks, np.arange(places.n_rows), earned, *rest)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """All persons, with their blocks kept when there is room.

    by_category : (n_items, most_categories) weighted counts of each mark
    population_sizes : (n_populations,) weighted persons
    """

    persons: tuple[Persons, ...]
    places: ItemPlaces
    by_category: FloatArray
    population_sizes: FloatArray
    kept: tuple[Block, ...] | None

    def blocks(self) -> Iterator[Block]:
        if self.kept is not None:
            yield from self.kept
            return
        for persons in self.persons:
            yield from persons.blocks(self.places)

    @property
    def is_complete(self) -> bool:
        """Whether every block's persons met the same items."""
        return all(persons.items is not None for persons in self.persons)


def sample_of(
    responses: ResponseMatrix | SparseResponses,
    places: ItemPlaces,
    population: IntArray,
    weights: FloatArray | None,
) -> Sample:
    """Sort persons by population and by which items they met; persons without any response are left out."""
    if isinstance(responses, SparseResponses):
        persons = _sorted_sparse(responses, population, weights)
        n_cells = responses.item.size
    else:
        persons = _sorted_dense(responses, population, weights)
        n_cells = responses.size
    by_category = _category_counts(persons, places)
    sizes = np.zeros(int(population.max(initial=0)) + 1)
    for part in persons:
        sizes[part.population] += part.n_persons if part.weights is None else part.weights.sum()
    sample = Sample(tuple(persons), places, by_category, sizes, None)
    if n_cells * 16 > _CACHED_BYTES:
        return sample
    return Sample(sample.persons, places, by_category, sizes, tuple(sample.blocks()))


def _sorted_dense(
    responses: ResponseMatrix, population: IntArray, weights: FloatArray | None
) -> list[Persons]:
    met = responses != MISSING
    if met.all():
        pattern, n_patterns = np.zeros(len(responses), dtype=np.intp), 1
        first = np.zeros(1, dtype=np.intp)
    else:
        packed = np.packbits(met, axis=1)
        _, first, pattern = np.unique(_as_void(packed), return_index=True, return_inverse=True)
        n_patterns = first.size
    kind = population * n_patterns + pattern.ravel()
    order = np.argsort(kind, kind="stable")
    order = order[met.any(axis=1)[order]]
    size = np.bincount(kind[order], minlength=int(kind.max(initial=0)) + 1)
    is_rare = size < (_RARE_PATTERN if n_patterns > 1 else 1)
    found: list[Persons] = []
    for which in np.flatnonzero(~is_rare).tolist():
        group, members = which // n_patterns, np.flatnonzero(met[first[which % n_patterns]])
        people = order[slice(*np.searchsorted(kind[order], [which, which + 1]))]
        everything = people.size == len(responses) and members.size == responses.shape[1]
        marks = responses if everything else responses[np.ix_(people, members)]
        found.append(_counted_once(members, marks, group, None if weights is None else weights[people]))
    rare = order[is_rare[kind[order]]]
    for group in np.unique(population[rare]).tolist():
        people = rare[population[rare] == group]
        marks = responses[people]
        held = SparseResponses.from_dense(marks) if (marks != MISSING).mean() < _SPARSE_SHARE else marks
        found.append(Persons(None, held, group, None if weights is None else weights[people]))
    return found


def _as_void(rows: ResponseMatrix | np.ndarray) -> np.ndarray:
    """Each row as one opaque value, which sorts faster than a row of numbers."""
    rows = np.ascontiguousarray(rows)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()


def _counted_once(
    members: IntArray, marks: ResponseMatrix, group: int, weights: FloatArray | None
) -> Persons:
    """Of a short test, equal response vectors as one line that stands for several persons."""
    if members.size <= _SHORT_TEST and len(marks) > 2 * members.size:
        lines, which = np.unique(_as_void(marks), return_inverse=True)
        if lines.size < 0.7 * len(marks):
            times = np.bincount(which.ravel(), weights=weights, minlength=lines.size).astype(np.float64)
            distinct = lines.view(np.int8).reshape(lines.size, -1)
            return Persons(members, distinct, group, times)
    return Persons(members, marks, group, weights)


def _sorted_sparse(
    responses: SparseResponses, population: IntArray, weights: FloatArray | None
) -> list[Persons]:
    """By item pattern where a pattern is shared by many, else as they come."""
    counts = np.diff(responses.start)
    kind = _pattern_kinds(responses, population)
    _, which, size = np.unique(kind, return_inverse=True, return_counts=True)
    which = which.ravel()
    common = (size >= max(_RARE_PATTERN, 64))[which] & (counts > 0)
    found: list[Persons] = []
    if common.any():
        order = np.flatnonzero(common)
        order = order[np.argsort(which[order], kind="stable")]
        begin = np.flatnonzero(np.diff(which[order], prepend=-1))
        for people in np.split(order, begin[1:]):
            found.append(_one_pattern(responses, people, population, weights))
    rest = np.flatnonzero(~common & (counts > 0))
    for group in np.unique(population[rest]).tolist():
        people = rest[population[rest] == group]
        found.append(
            Persons(None, responses.persons(people), group, None if weights is None else weights[people])
        )
    return found


def _pattern_kinds(responses: SparseResponses, population: IntArray) -> np.ndarray:
    """A number per person, equal for those of one population who met the same items.

    Sums of random 64-bit numbers of the items: two of a million patterns fall together with probability 1e-7;
    `_one_pattern` would notice, since it compares the items themselves.
    """
    rng = np.random.default_rng(20261127)
    code = rng.integers(0, 2**63, responses.n_items, dtype=np.uint64)
    total = np.zeros(responses.n_persons, dtype=np.uint64)
    for first in range(0, responses.n_persons, 65536):
        last = min(first + 65536, responses.n_persons)
        where = slice(int(responses.start[first]), int(responses.start[last]))
        sums = np.concatenate(
            [np.zeros(1, np.uint64), np.cumsum(code[responses.item[where]], dtype=np.uint64)]
        )
        offsets = responses.start[first : last + 1] - responses.start[first]
        total[first:last] = sums[offsets[1:]] - sums[offsets[:-1]]
    populations = rng.integers(0, 2**63, int(population.max(initial=0)) + 1, dtype=np.uint64)
    return total + populations[population]


def _one_pattern(
    responses: SparseResponses, people: IntArray, population: IntArray, weights: FloatArray | None
) -> Persons:
    length = int(responses.start[people[0] + 1] - responses.start[people[0]])
    places = responses.start[people][:, None] + np.arange(length)
    item, mark = responses.item[places], responses.mark[places]
    order = np.argsort(item, axis=1, kind="stable")
    item, mark = np.take_along_axis(item, order, axis=1), np.take_along_axis(mark, order, axis=1)
    group, own = int(population[people[0]]), None if weights is None else weights[people]
    if not (item == item[0]).all():
        return Persons(None, responses.persons(people), group, own)
    return _counted_once(item[0].astype(np.intp), np.ascontiguousarray(mark), group, own)


def _category_counts(persons: Sequence[Persons], places: ItemPlaces) -> FloatArray:
    most = int(places.n_steps.max(initial=1)) + 1
    counts = np.zeros((places.n_items, most))
    for part in persons:
        held = part.responses
        if isinstance(held, SparseResponses):
            weights = None if part.weights is None else np.repeat(part.weights, np.diff(held.start))
            cell = held.item.astype(np.intp) * most + held.mark
            counts += np.bincount(cell, weights, minlength=counts.size).reshape(counts.shape)
            continue
        items = np.arange(places.n_items) if part.items is None else part.items
        for mark in range(most):
            hit = held == mark
            counts[items, mark] += hit.sum(axis=0) if part.weights is None else part.weights @ hit
    return counts
