"""An anchor as the tables show it: both calibrations on one scale, every change as new minus old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scoring import ItemParams
from scoring.linking import CurveOptions, ScreeningRules, curve_distance

RULES: Final = ScreeningRules()


@dataclass(frozen=True, slots=True)
class LinkedAnchor:
    """An item that both calibrations share, `now` carried onto the scale before by the link."""

    version_id: int
    a_before: float
    a_now: float
    b_before: float
    b_now: float
    robust_z: float | None
    distance: float
    kept: bool

    @property
    def change(self) -> float:
        """Of the difficulty: positive when the item has become harder."""
        return self.b_now - self.b_before


def linked_anchor(anchor: Mapping[str, Any], link: Mapping[str, Any], guessing: float = 0.0) -> LinkedAnchor:
    """From the stored line, whose figures now are on the campaign's own scale."""
    slope, intercept = float(link["slope"]), float(link["intercept"])
    a_now, b_now = anchor["a_new"] / slope, slope * anchor["b_new"] + intercept
    stored = anchor.get("curve_distance")
    z = anchor.get("robust_z")
    before = (anchor["a_old"], anchor["b_old"])
    return LinkedAnchor(
        version_id=int(anchor["version_id"]),
        a_before=before[0],
        a_now=a_now,
        b_before=before[1],
        b_now=b_now,
        robust_z=None if z is None else abs(z),
        distance=_distance(before, (a_now, b_now), guessing) if stored is None else float(stored),
        kept=bool(anchor["kept"]),
    )


def _distance(before: tuple[float, float], now: tuple[float, float], guessing: float) -> float:
    """For calibrations that did not store it: the same measure, from the figures that they did."""
    old, new = (_item(a, b, guessing) for a, b in (before, now))
    return float(curve_distance(new, old, CurveOptions().quadrature)[0])


def _item(a: float, b: float, c: float) -> ItemParams:
    return ItemParams(np.array([a]), np.array([b]), np.array([c]))
