"""What changes when a calibration takes the place of the one in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from examsvc.store.models import ItemParameterRow

CARRIED_OVER = "CARRIED_OVER"


@dataclass(frozen=True, slots=True)
class Change:
    """Items by version: gained and lost ones, and how far those in both have moved.

    Items carried over are in both by definition and do not count as moved.
    """

    gained: tuple[int, ...]
    lost: tuple[int, ...]
    n_carried: int
    n_common: int
    mean_shift: float | None  # of b, signed
    mean_distance: float | None  # of b, absolute
    most_moved: tuple[tuple[int, float, float], ...]  # version, b before, b after


Parameters = Mapping[int, ItemParameterRow]


def change_between(before: Parameters, after: Parameters, most: int = 5) -> Change:
    """Compare two parameter sets by item version."""
    old = {key: row.b for key, row in before.items() if row.b is not None}
    new = {key: row.b for key, row in after.items() if row.b is not None}
    carried = {key for key in new if any(flag["code"] == CARRIED_OVER for flag in after[key].flags)}
    common = sorted((old.keys() & new.keys()) - carried)
    shifts = [new[key] - old[key] for key in common]
    moved = sorted(common, key=lambda key: -abs(new[key] - old[key]))[:most]
    return Change(
        gained=tuple(sorted(new.keys() - old.keys())),
        lost=tuple(sorted(old.keys() - new.keys())),
        n_carried=len(carried),
        n_common=len(common),
        mean_shift=sum(shifts) / len(shifts) if shifts else None,
        mean_distance=sum(map(abs, shifts)) / len(shifts) if shifts else None,
        most_moved=tuple((key, old[key], new[key]) for key in moved),
    )
