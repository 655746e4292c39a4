"""Marks: free choices of a format, made by a secret key an export, and weighed when a file turns up.

A format leaves some choices open that change nothing that is read or shown: the order of attributes,
the quotes around them, spaces at the end of a line, how black is written, a hair's breadth of space. Each
such place has so many ways; which is taken is drawn from the export's key and the item's own words, so that
one item copied out of a file still bears its share. docs/adr/0020-what-an-export-bears.md says what this
proves and what it does not.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST_BITS: Final = 20.0  # of evidence beyond what the number of exports takes away
_ERROR: Final = 0.02  # share of places that some tool on the way may have changed
_WORDS_KEPT: Final = 400  # characters of an item's longest text


class Channel(StrEnum):
    """A kind of place; a tool that writes the file anew usually wipes out a whole kind or none of it."""

    ORDER = "order"  # of attributes
    QUOTES = "quotes"
    SPACES = "spaces"  # at the end of a line
    LETTERS = "letters"  # "A." or "A)"
    BLACK = "black"  # how a cell or a run says that it is black
    SPACING = "spacing"  # twentieths of a point below a paragraph and to its right


@dataclass(frozen=True, slots=True)
class Place:
    """One free choice: of which kind, and among how many ways (at least 2)."""

    channel: Channel
    n_ways: int


@dataclass(frozen=True, slots=True)
class Imprint:
    """An item as a file bears it: its own words' digest, its places in order, and the way found at each."""

    words: str
    places: tuple[Place, ...]
    ways: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How well a file's marks agree with one export's key.

    bits : of evidence that the file is of this export, from the kinds of places that speak for it
    agreeing, n_places : over those kinds; n_items : items that have any place
    """

    bits: float
    agreeing: int
    n_places: int
    n_items: int

    def is_of(self, n_exports: int) -> bool:
        """Whether the file is of this export beyond doubt, one among so many that it is held against."""
        return self.bits >= LEAST_BITS + math.log2(max(1, n_exports))


def digest_of(texts: Iterable[str]) -> str:
    """What an item is known by in a file: letters and digits of its longest text with a space in it.

    Neither its code, its key nor its other texts enter, so that it is known again without them.
    """
    bare = [text.strip() for text in texts]
    longest = max(bare, key=lambda text: (" " in text, len(text)), default="")
    words = "".join(sign for sign in longest.casefold() if sign.isalnum())[:_WORDS_KEPT]
    return hashlib.sha256(words.encode()).hexdigest()


def draw(key: bytes, words: str, places: Sequence[Place]) -> tuple[int, ...]:
    """The way to take at each place of this item, in this export: HMAC of its words, drawn out by SHAKE."""
    drawn = hashlib.shake_256(hmac.digest(key, words.encode(), "sha256")).digest(8 * len(places))
    return tuple(
        int.from_bytes(drawn[8 * number : 8 * number + 8]) % place.n_ways
        for number, place in enumerate(places)
    )


def weigh(found: Sequence[Imprint], key: bytes) -> Weighed:
    """The evidence that these imprints were drawn from this key, against their having come by chance.

    Log-likelihood ratio in bits by kind of place: a place agrees by chance once in its number of ways; drawn
    from the key it differs once in 50. Kinds that speak against the key were written anew on the way, and are
    left out.
    """
    bits: dict[Channel, float] = defaultdict(float)
    agreed: dict[Channel, list[bool]] = defaultdict(list)
    for imprint in found:
        drawn = draw(key, imprint.words, imprint.places)
        for place, wanted, way in zip(imprint.places, drawn, imprint.ways, strict=True):
            by_chance = 1 / place.n_ways
            agreed[place.channel].append(wanted == way)
            if wanted == way:
                bits[place.channel] += math.log2((1 - _ERROR + _ERROR * by_chance) / by_chance)
            else:
                bits[place.channel] += math.log2(_ERROR)
    speaking = [channel for channel in bits if bits[channel] > 0]
    return Weighed(
        bits=sum(bits[channel] for channel in speaking),
        agreeing=sum(sum(agreed[channel]) for channel in speaking),
        n_places=sum(len(agreed[channel]) for channel in speaking),
        n_items=sum(bool(imprint.places) for imprint in found),
    )
