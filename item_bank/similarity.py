"""How alike two items read: shares of common character n-grams, with or without Vietnamese diacritics.

A score depends on the two texts alone, never on what else the bank holds: a pair that somebody has looked at
keeps the score he saw. How alike pairs are found among many items is `item_bank.near_duplicates`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from item_bank.stem import plain_text

N_GRAM: Final = 4
MAX_CHARACTERS: Final = 1_000  # of a stem or an option: what follows adds time and no doubt
MAX_OPTIONS: Final = 40

Grams = NDArray[np.uint64]

_NOT_WORD = re.compile(r"[\W_]+")
_LINE = "\n"  # none is left in a folded text


class _Bare(dict[int, str]):
    """Code point → the letters without their marks, worked out as they come up."""

    def __missing__(self, point: int) -> str:
        decomposed = unicodedata.normalize("NFKD", "d" if chr(point) == "đ" else chr(point))
        bare = "".join(character for character in decomposed if not unicodedata.combining(character))
        if point < _KEPT_BELOW:
            self[point] = bare
        return bare


_KEPT_BELOW = 0x2000  # the letters of Europe, Vietnam's among them: no text fills the memory with others
_BARE = _Bare()


def fold(text: str) -> str:
    """Lower case, no diacritics (đ becomes d), no punctuation: "Trị giá" and "tri gia" are one text."""
    text = text.casefold()
    return _NOT_WORD.sub(" ", text if text.isascii() else text.translate(_BARE)).strip()


@dataclass(frozen=True, slots=True)
class Reading:
    """An item's texts as they are compared and searched: folded, without markup."""

    stem: str
    options: tuple[str, ...] = ()

    @property
    def stem_grams(self) -> Grams:
        """What the stem alone is compared by."""
        return grams([self.stem])

    @property
    def whole_grams(self) -> Grams:
        """What the item is compared by: stem and options, in whatever order these stand."""
        return grams([self.stem, *self.options])

    def as_lines(self) -> str:
        """One text, a line for each part; `from_lines` reads it again."""
        return _LINE.join([self.stem, *self.options])

    @classmethod
    def from_lines(cls, lines: str) -> Reading:
        """The reading that was written by `as_lines`."""
        stem, *options = lines.split(_LINE)
        return cls(stem, tuple(options))


def reading_of(stem: str, options: Iterable[str] = ()) -> Reading:
    """The reading of authored texts, which may carry markup.

    Parameters
    ----------
    stem : sanitised HTML or plain text
    options : of the same kind, at most `MAX_OPTIONS` of them are read
    """
    return Reading(_folded(stem), tuple(_folded(option) for option in list(options)[:MAX_OPTIONS]))


def _folded(markup: str) -> str:
    return fold(plain_text(markup))[:MAX_CHARACTERS]


def grams(parts: Sequence[str]) -> Grams:
    """The distinct n-grams of folded texts, each between two spaces.

    Returns
    -------
    (n_grams,) sorted 64-bit numbers, scattered evenly over their range and one for each n-gram: four
    characters of the basic multilingual plane are 64 bits, and the scattering (Steele, Lea & Flood 2014,
    SplitMix64) is a bijection.
    """
    padded = [f" {part} ".ljust(N_GRAM) for part in parts]
    found = np.concatenate([_packed(part) for part in padded])
    return np.unique(_scattered(found))


def likeness(one: Grams, other: Grams) -> float:
    """Sørensen-Dice coefficient of two sets of n-grams, 0 to 1: twice what they share by what they have."""
    shared = np.intersect1d(one, other, assume_unique=True).size
    return 2.0 * shared / (one.size + other.size)


def _packed(text: str) -> Grams:
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(
        np.uint64
    ) & np.uint64(0xFFFF)
    n = points.size - N_GRAM + 1
    packed = points[:n].copy()
    for place in range(1, N_GRAM):
        packed = (packed << np.uint64(16)) | points[place : place + n]
    return packed


def _scattered(values: Grams) -> Grams:
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scattered: Grams = mixed ^ (mixed >> np.uint64(31))
    return scattered
