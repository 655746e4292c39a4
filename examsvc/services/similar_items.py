"""Which items of the bank read like one item, and the bank's stems as an import is held against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from examsvc.services.deps import Services
from examsvc.store import Session, fingerprints
from examsvc.store import bank as store
from examsvc.store.bank import ItemLine
from item_bank.item import ItemVersion
from item_bank.near_duplicates import Stems
from item_bank.similarity import Grams, likeness
from item_bank.sketches import largest_distance, sketch, words_of

SIMILAR_FROM: Final = 0.65
SHOWN: Final = 5
LOOKED_AT: Final = 100  # texts of those whose sketches are the nearest
_BEFORE_COUNTING: Final = 40  # of several versions of an item only those that count today are shown


@dataclass(frozen=True, slots=True)
class Alike:
    """An item that reads much like another one: by its stem alone, and with its options."""

    line: ItemLine
    stem_score: float
    whole_score: float


def find_alike(session: Session, item: ItemVersion, item_id: int) -> list[Alike]:
    """Items of the whole bank whose stem or whole wording is alike, most alike first.

    Stateless: 64 bytes an item are read from the database each time, and every worker sees what is there.
    """
    reading = fingerprints.reading_of_item(item)
    stem, whole = reading.stem_grams, reading.whole_grams
    known = fingerprints.get_fingerprints(session)
    by_stem = known.stems.distances(words_of(sketch(stem)))
    by_whole = known.wholes.distances(words_of(sketch(whole)))
    nearest = np.minimum(by_stem, by_whole)
    near = np.flatnonzero(nearest <= largest_distance(SIMILAR_FROM))
    near = near[np.argsort(nearest[near], kind="stable")][:LOOKED_AT]
    scored: list[tuple[float, float, int]] = []
    for id_, other in fingerprints.readings(session, [known.ids[place] for place in near]).items():
        scores = likeness(whole, other.whole_grams), likeness(stem, other.stem_grams)
        if max(scores) >= SIMILAR_FROM:
            scored.append((*scores, id_))
    best = {id_: scores for *scores, id_ in sorted(scored, reverse=True)[:_BEFORE_COUNTING]}
    found: dict[int, Alike] = {}
    for line in store.lines_of(session, list(best), counting=True):
        if line.item_id != item_id and line.item_id not in found:
            found[line.item_id] = Alike(line, best[line.version_id][1], best[line.version_id][0])
    return list(found.values())[:SHOWN]


def stems_of_bank(deps: Services) -> Stems:
    """Every wording's stem with its item's code; the texts that are looked at are read as they are wanted."""
    with deps.store.read() as session:
        known = fingerprints.get_fingerprints(session)
        codes = store.codes_of_versions(session)

    def grams_of(places: Sequence[int]) -> dict[int, Grams]:
        with deps.store.read() as session:
            found = fingerprints.readings(session, [known.ids[place] for place in places])
        return {place: found[known.ids[place]].stem_grams for place in places if known.ids[place] in found}

    return Stems([codes.get(id_, "") for id_ in known.ids], known.stems, grams_of)
