"""Near-duplicates of one item, or all pairs of a bank: a sketch says who may be alike, the n-grams who is.

Every pair that is found carries its exact score. Pairs are missed by the sketch alone, with the probability
that `item_bank.sketches` states; a whole bank is held against itself in time that grows with its square, but
by a few nanoseconds a pair, whatever its items have in common (50,000 items of one template would stop an
index by rare n-grams, as in Bayardo, Ma & Srikant 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from item_bank.similarity import Grams, Reading, likeness, reading_of
from item_bank.sketches import Sketches, Words, largest_distance, sketch, words_of

AT_ONCE: Final = 64  # candidates whose texts are looked at in one step
ROWS_BETWEEN_STEPS: Final = 256

Progress = Callable[[int, int], None]
Indices = NDArray[np.intp]


class Pair(NamedTuple):
    """Two texts by their places, `earlier` < `later`, and the Dice coefficient of their n-grams."""

    earlier: int
    later: int
    score: float


class Corpus:
    """Texts that are held against each other, as sketches and as numbered n-grams.

    Memory: 4 bytes for each n-gram of each text (about 1 kB an item) and 32 for its sketch.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._texts: list[NDArray[np.uint32]] = []
        self._sketches: list[bytes] = []

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def n_numbers(self) -> int:
        """How many different n-grams there are."""
        return len(self._numbers)

    def add(self, grams: Grams, known: bytes | None = None) -> None:
        """One text more; its sketch is made, unless it is `known`."""
        numbers = self._numbers
        self._texts.append(
            np.array([numbers.setdefault(gram, len(numbers)) for gram in grams.tolist()], dtype=np.uint32)
        )
        self._sketches.append(sketch(grams) if known is None else known)

    def ordered(self) -> _Ordered:
        """The texts by the number of their n-grams."""
        sizes = np.array([text.size for text in self._texts], dtype=np.int64)
        order = np.argsort(sizes, kind="stable")
        ends = np.concatenate(([0], np.cumsum(sizes[order])))
        numbers = (
            np.concatenate([self._texts[place] for place in order]) if len(self) else np.empty(0, np.uint32)
        )
        return _Ordered(order, sizes[order], ends, numbers, Sketches(self._sketches).taken(order))


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Texts in the order of their size, their n-grams one after another."""

    places: Indices
    sizes: NDArray[np.int64]
    ends: NDArray[np.int64]
    numbers: NDArray[np.uint32]
    sketches: Sketches

    def shared(self, marks: NDArray[np.bool_], rows: Indices) -> NDArray[np.int64]:
        """How many marked n-grams each of these rows has."""
        sizes = self.sizes[rows]
        starts = np.cumsum(sizes) - sizes
        at = np.arange(sizes.sum()) + np.repeat(self.ends[rows] - starts, sizes)
        return np.add.reduceat(marks[self.numbers[at]], starts, dtype=np.int64)


def find_pairs(corpus: Corpus, threshold: float, progress: Progress | None = None) -> Iterator[Pair]:
    """All pairs of at least this Dice coefficient, in no order, as they are found.

    Parameters
    ----------
    corpus : the texts; all of them must have an n-gram
    threshold : over 0 to 1
    progress : told every `ROWS_BETWEEN_STEPS` texts how many pairs of how many are done; whoever raises in it
        stops the search

    What is yielded is complete but for what the sketches miss (see `item_bank.sketches`): texts whose sizes
    alone keep them below the threshold are left out exactly (|a| ≥ J |b| where Jaccard's J is reached).
    """
    ordered = corpus.ordered()
    limit = largest_distance(threshold)
    marks = np.zeros(corpus.n_numbers, dtype=np.bool_)
    # the smallest text that can reach the threshold; its floor is lowered against rounding
    smallest = np.searchsorted(ordered.sizes, ordered.sizes * (threshold / (2.0 - threshold)) - 1e-6)
    before = np.concatenate(([0], np.cumsum(np.arange(len(corpus)) - smallest)))
    for row in range(len(corpus)):
        if progress is not None and row % ROWS_BETWEEN_STEPS == 0:
            progress(int(before[row]), int(before[-1]))
        start = int(smallest[row])
        distances = ordered.sketches.distances(ordered.sketches.words(row), start, row)
        near = np.flatnonzero(distances <= limit) + start
        for part in _parts(near):
            yield from _exact(ordered, marks, row, part, threshold)
    if progress is not None:
        progress(int(before[-1]), int(before[-1]))


def _parts(rows: Indices) -> Iterator[Indices]:
    for start in range(0, rows.size, 4096):
        yield rows[start : start + 4096]


def _exact(
    ordered: _Ordered, marks: NDArray[np.bool_], row: int, rows: Indices, threshold: float
) -> Iterator[Pair]:
    own = ordered.numbers[ordered.ends[row] : ordered.ends[row + 1]]
    marks[own] = True
    scores = 2.0 * ordered.shared(marks, rows) / (ordered.sizes[rows] + own.size)
    marks[own] = False
    for at in np.flatnonzero(scores >= threshold):
        one, other = int(ordered.places[row]), int(ordered.places[rows[at]])
        yield Pair(min(one, other), max(one, other), float(scores[at]))


GramsOf = Callable[[Sequence[int]], Mapping[int, Grams]]


def nearest(
    grams: Grams, sketches: Sketches, grams_of: GramsOf, threshold: float, first: int | None = None
) -> tuple[int, float] | None:
    """The most alike of many texts, and its score, if one reaches the threshold.

    Parameters
    ----------
    grams, sketches : of the one text, and of the many
    grams_of : the n-grams of some of the many by their places; those it leaves out are passed over
    first : how many of the many count, from the first; all without it

    The nearest sketches are looked at first, `AT_ONCE`, and no further once one reaches the threshold.
    """
    for found in _candidates(words_of(sketch(grams)), sketches, threshold, first):
        known = grams_of(found)
        scores = [(likeness(grams, known[place]), -place) for place in found if place in known]
        if scores and max(scores)[0] >= threshold:
            score, place = max(scores)
            return -place, score
    return None


def _candidates(words: Words, sketches: Sketches, threshold: float, first: int | None) -> Iterator[list[int]]:
    distances = sketches.distances(words, 0, first)
    near = np.flatnonzero(distances <= largest_distance(threshold))
    by_distance = near[np.argsort(distances[near], kind="stable")]
    for start in range(0, by_distance.size, AT_ONCE):
        yield by_distance[start : start + AT_ONCE].tolist()


def near_duplicates(texts: Sequence[str], threshold: float = 0.85) -> list[Pair]:
    """All pairs of these stems, which may carry markup, in their order."""
    corpus = Corpus()
    for text in texts:
        corpus.add(reading_of(text).stem_grams)
    return sorted(find_pairs(corpus, threshold))


def nearest_earlier(texts: Sequence[str], threshold: float = 0.85) -> list[Pair]:
    """For each text that has one, an earlier text that is the most like it.

    One pair a text at most, and equal texts are held against others but once: a file of equal lines takes
    neither the memory nor the time of its pairs.
    """
    first: dict[str, int] = {}
    found: list[Pair] = []
    own: list[int] = []
    for place, text in enumerate(texts):
        folded = reading_of(text).stem
        if folded in first:
            found.append(Pair(first[folded], place, 1.0))
        else:
            first[folded] = place
            own.append(place)
    grams = [Reading(folded).stem_grams for folded in first]
    sketches = Sketches([sketch(one) for one in grams])
    for later in range(1, len(own)):
        like = nearest(grams[later], sketches, lambda places: {p: grams[p] for p in places}, threshold, later)
        if like is not None:
            found.append(Pair(own[like[0]], own[later], like[1]))
    return sorted(found, key=lambda pair: pair.later)


def groups(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """What hangs together by pairs: each group in ascending order, the groups by their first."""
    head: dict[int, int] = {}

    def find(one: int) -> int:
        while head.setdefault(one, one) != one:
            head[one] = head[head[one]]
            one = head[one]
        return one

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        head[high] = low
    found: dict[int, list[int]] = {}
    for one in sorted(head):
        found.setdefault(find(one), []).append(one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Stems:
    """The stems of a bank as an import is held against them: who they are, and how to get at their texts.

    `labels[i]` names the item whose stem has the i-th sketch; `grams_of` is asked for a few of them.
    """

    labels: Sequence[str]
    sketches: Sketches
    grams_of: GramsOf

    def nearest(self, grams: Grams, threshold: float) -> tuple[str, float] | None:
        """The item whose stem is the most like these n-grams, and how much, if it reaches the threshold."""
        found = nearest(grams, self.sketches, self.grams_of, threshold)
        return None if found is None else (self.labels[found[0]], found[1])

    @classmethod
    def of(cls, stems: Mapping[str, str]) -> Stems:
        """Of stems at hand, by what they are called."""
        grams = [reading_of(stem).stem_grams for stem in stems.values()]
        sketches = Sketches([sketch(one) for one in grams])
        return cls(list(stems), sketches, lambda places: {place: grams[place] for place in places})
