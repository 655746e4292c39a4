"""Anchors held at their old values in a new calibration, and how far they strain against it."""

from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidAnchors
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """Free estimate minus anchored value, each (n_items,); NaN where not estimated.

    a, b : displacements; b of a polytomous item is the mean of its thresholds
    z_a, z_b : displacement / standard error of the difference
    """

    a: FloatArray
    b: FloatArray
    z_a: FloatArray
    z_b: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AnchorErrors:
    """Standard errors (n_items,) of a and b; 0 for values taken as known."""

    a: FloatArray
    b: FloatArray


def displacement(
    free: ItemParams,
    anchored: ItemParams,
    errors: AnchorErrors | None = None,
    anchored_errors: AnchorErrors | None = None,
) -> Displacement:
    """How far each anchor would move if it were estimated freely.

    Parameters
    ----------
    free : estimates of the items without their anchoring, on the anchored scale: a calibration that holds the
        other anchors fixed, or a free one carried over by a link
    anchored : the values they were held at
    errors, anchored_errors : taken as independent; z is NaN without `errors`

    References: Linacre, Winsteps manual, "displacement measures"; Wright & Stone (1979).
    """
    if free.n_items != anchored.n_items:
        raise InvalidAnchors(f"free has {free.n_items} items and anchored {anchored.n_items}")
    moved_a, moved_b = free.a - anchored.a, free.b - anchored.b
    nothing = np.full(free.n_items, np.nan)
    if errors is None:
        return Displacement(moved_a, moved_b, nothing, nothing)
    known = anchored_errors or AnchorErrors(np.zeros(free.n_items), np.zeros(free.n_items))
    spread_a, spread_b = np.hypot(errors.a, known.a), np.hypot(errors.b, known.b)
    z_a = np.divide(moved_a, spread_a, out=nothing.copy(), where=spread_a > 0)
    return Displacement(moved_a, moved_b, z_a, np.divide(moved_b, spread_b, out=nothing, where=spread_b > 0))


def anchors_as_fixed(params_old: ItemParams, positions: IntArray, n_items: int) -> ItemParams:
    """The `fixed` argument of a calibration: old parameters at the anchors' places, NaN elsewhere.

    Parameters
    ----------
    params_old : the anchors, on the old scale
    positions : (n_anchors,) their places among the new calibration's items
    n_items : how many items the new calibration has

    Raises
    ------
    InvalidAnchors : not one position per anchor, a position twice, or one outside 0 … n_items - 1.
    NotCalibrated : an anchor without parameters.
    """
    params_old.require_calibrated()
    places = np.asarray(positions, dtype=np.intp)
    if places.shape != (params_old.n_items,):
        raise InvalidAnchors(f"positions: expected ({params_old.n_items},), got {places.shape}")
    outside = (places < 0) | (places >= n_items)
    if outside.any():
        raise InvalidAnchors(f"positions must lie in 0 to {n_items - 1}", places[outside].tolist())
    if np.unique(places).size != places.size:
        raise InvalidAnchors("each anchor needs a place of its own", places.tolist())
    free = ItemParams.two_pl(np.full(1, np.nan), np.full(1, np.nan))
    both = ItemParams.concat([params_old, free])
    source = np.full(n_items, params_old.n_items)
    source[places] = np.arange(params_old.n_items)
    return both.subset(source)
