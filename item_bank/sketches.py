"""Sketches: 256 bits of a set of n-grams, from which it is known which sets are too unlike to be looked at.

Each bit is one bit of the smallest value that a hash function takes on the set. Two sets share a smallest
value with the probability of their Jaccard similarity J (Broder 1997), hence agree in a bit with (1 + J)/2
(Li & König 2010, b-bit minwise hashing with b = 1). The number of differing bits is binomial: where it is
greater than `largest_distance(threshold)`, a pair at the threshold is missed with the stated probability and
a pair above it with a smaller one. Equal sets are never missed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from item_bank.similarity import Grams

BITS: Final = 256
BYTES: Final = BITS // 8
MISSED: Final = 0.001  # of pairs exactly at the threshold
METHOD: Final = 1  # counts changes of what a sketch is: sketches of two methods must not be compared

_WORDS = BITS // 64
_SEED = 20260101
_BIT = np.uint32(15)

Words = NDArray[np.uint64]
Distances = NDArray[np.uint16]


def _hash_functions() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors (odd) and summands; of PCG64, whose numbers NumPy keeps the same for ever."""
    bits = (np.random.PCG64(_SEED).random_raw(2 * BITS) >> np.uint64(32)).astype(np.uint32)
    return bits[:BITS] | np.uint32(1), bits[BITS:]


_FACTORS, _SUMMANDS = _hash_functions()


def sketch(grams: Grams) -> bytes:
    """The `BYTES` bytes of a set of n-grams, which must not be empty."""
    values = (grams >> np.uint64(32)).astype(np.uint32)[:, None] * _FACTORS
    values += _SUMMANDS
    smallest = values.min(axis=0)
    return np.packbits((smallest >> _BIT).astype(np.uint8) & np.uint8(1)).tobytes()


@lru_cache(maxsize=64)
def largest_distance(threshold: float, missed: float = MISSED) -> int:
    """The least number of differing bits beyond which a pair may be left out.

    Parameters
    ----------
    threshold : Dice coefficient, over 0 to 1
    missed : the share of pairs exactly at the threshold that may be left out

    Returns
    -------
    d such that P(Binomial(BITS, (1 - J)/2) > d) ≤ missed, where J = threshold/(2 - threshold).
    """
    differs = (1.0 - threshold / (2.0 - threshold)) / 2.0
    beyond = 1.0
    for distance in range(BITS):
        beyond -= math.comb(BITS, distance) * differs**distance * (1.0 - differs) ** (BITS - distance)
        if beyond <= missed:
            return distance
    return BITS


class Sketches:
    """Many sketches, each held against all others in a few steps over whole columns."""

    def __init__(self, sketches: Sequence[bytes] | bytes) -> None:
        """`sketches`: one after another, or already joined."""
        joined = sketches if isinstance(sketches, bytes) else b"".join(sketches)
        rows = np.frombuffer(joined, dtype="<u8").reshape(-1, _WORDS)
        self._columns = np.ascontiguousarray(rows.T)

    @classmethod
    def side_by_side(cls, joined: bytes, n: int) -> list[Sketches]:
        """`n` collections, of which each row of `joined` holds one sketch each."""
        rows = np.frombuffer(joined, dtype="<u8").reshape(-1, n * _WORDS)
        found = [cls(b"") for _ in range(n)]
        for place, one in enumerate(found):
            one._columns = np.ascontiguousarray(rows[:, place * _WORDS : (place + 1) * _WORDS].T)
        return found

    def __len__(self) -> int:
        return int(self._columns.shape[1])

    def taken(self, order: NDArray[np.intp]) -> Sketches:
        """These of them, in this order."""
        chosen = Sketches(b"")
        chosen._columns = np.ascontiguousarray(self._columns[:, order])
        return chosen

    def words(self, row: int) -> Words:
        """One of them, as `distances` wants it."""
        return self._columns[:, row]

    def distances(self, words: Words, start: int = 0, stop: int | None = None) -> Distances:
        """How many bits of one sketch differ from each of those in [start, stop).

        Returns
        -------
        (stop - start,) counts, 0 to BITS
        """
        columns = self._columns[:, start:stop]
        counted = np.zeros(columns.shape[1], dtype=np.uint16)
        for column, word in zip(columns, words, strict=True):
            counted += np.bitwise_count(column ^ word)
        return counted


def words_of(one: bytes) -> Words:
    """A single sketch, as `Sketches.distances` wants it."""
    return np.frombuffer(one, dtype="<u8")
