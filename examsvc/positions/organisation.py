"""Units of the administration and the officers who serve in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    name_en: str = ""
    parent: str | None = None
    kind: str = ""
    region: str = ""
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    number: str
    name: str
    unit: str
    position: str
    appointed_on: date | None = None
    email: str = ""


def units_in_cycles(parents: Mapping[str, str | None]) -> frozenset[str]:
    """Units that would be their own superior."""
    caught: set[str] = set()
    for start in parents:
        path: list[str] = []
        unit: str | None = start
        while unit is not None and unit not in path:
            path.append(unit)
            unit = parents.get(unit)
        if unit is not None:
            caught.update(path[path.index(unit) :])
    return frozenset(caught)
