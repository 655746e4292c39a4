"""Which export a file is that turned up somewhere: by what it says, and by the marks that it bears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from examsvc.store import Store
from examsvc.store import exports as store
from examsvc.store.exports import ExportLine
from item_bank.watermark.files import borne
from item_bank.watermark.marks import Weighed, weigh

_SCREENED: Final = 300  # items that every export is held against; those that it looks like, against all
_LOOKS_LIKE: Final = 10.0  # bits


@dataclass(frozen=True, slots=True)
class Suspect:
    """An export that the file is of, or may be of."""

    line: ExportLine
    weighed: Weighed
    certain: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """What the file says of itself, and the exports that its marks speak for, the likeliest first.

    named : exports that anybody can read in it; it may have been written there by anybody
    """

    named: list[int]
    n_items: int
    n_exports: int
    suspects: list[Suspect]


def trace_file(kept: Store, data: bytes) -> Traced:
    """Hold the file against every export that there was. Raises ImportRefused of what cannot be read."""
    found = borne(data)
    with kept.read_as_one() as session:
        lines = store.list_traceable(session)
    sample, suspects = found.imprints[:_SCREENED], []
    for line in lines:
        key = bytes.fromhex(line.row.trace_key)
        if weigh(sample, key).bits < _LOOKS_LIKE:
            continue
        weighed = weigh(found.imprints, key)
        suspects.append(Suspect(line, weighed, weighed.is_of(len(lines))))
    suspects.sort(key=lambda one: -one.weighed.bits)
    return Traced(sorted(found.numbers), len(found.imprints), len(lines), suspects)
