"""Which common items still mean the same on both scales."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from scoring.errors import InvalidAnchors
from scoring.linking.curve_loss import CurveOptions
from scoring.linking.link import Link, LinkMethod, check_common_items
from scoring.linking.standard_errors import linker_of
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray

_LEAST_SPREAD: Final = 1e-6
"""Below this, 0.74 IQR is rounding error of exact transforms, not a yardstick."""


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """When an anchor goes, and when no more may go.

    most_z : drop while a robust |z| exceeds this; Huynh & Meyer use 1.645. The yardstick is the spread of the
        other anchors, not an item's own error: at 2.7 some 3 of 30 sound anchors go, at 4 far fewer. See what
        `displacement` and `curve_distance` of a dropped anchor amount to
    only_while_rules_fail : drop only as long as the correlation or the ratio of SDs of b is out of range
    min_correlation, sd_ratio : of the difficulties on the two scales (Huynh & Meyer 2010)
    min_anchors, most_dropped : no item goes that would leave fewer, or a greater share dropped
    """

    most_z: float = 2.7
    only_while_rules_fail: bool = False
    min_correlation: float = 0.95
    sd_ratio: tuple[float, float] = (0.9, 1.1)
    min_anchors: int = 5
    most_dropped: float = 0.2

    def __post_init__(self) -> None:
        if not (self.most_z > 0 and self.min_anchors >= 1 and 0 <= self.most_dropped <= 1):
            raise InvalidAnchors("most_z must be positive, min_anchors at least 1, most_dropped in [0, 1]")


class DropReason(StrEnum):
    ROBUST_Z_A = "ROBUST_Z_A"
    ROBUST_Z_B = "ROBUST_Z_B"
    OPPOSITE_SLOPES = "OPPOSITE_SLOPES"


class ScreeningStatus(StrEnum):
    """CLEAN: no kept anchor exceeds the limit (or the rules hold, where only they were asked). STOPPED: some
    do, but dropping more would break min_anchors or most_dropped."""

    CLEAN = "CLEAN"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class DroppedAnchor:
    """In the order of dropping; z is the value at that step."""

    item: int
    reason: DropReason
    z: float


@dataclass(frozen=True, slots=True, eq=False)
class AnchorScreening:
    """What was kept, and why.

    kept : (n_items,) True for the anchors left
    z_a, z_b : (n_items,) robust z of every item against the median and IQR of the anchors kept
    displacement : (n_items,) b_old minus the new b on the old scale, by the link of the anchors kept
    curve_distance : (n_items,) root mean squared difference of the category curves on the old scale
    correlation, sd_ratio : of b over the anchors kept; the ratio after the slope, 1 when the spreads agree
    link : by the anchors kept
    """

    kept: BoolArray
    dropped: tuple[DroppedAnchor, ...]
    z_a: FloatArray
    z_b: FloatArray
    displacement: FloatArray
    curve_distance: FloatArray
    correlation: float
    sd_ratio: float
    rules_hold: bool
    status: ScreeningStatus
    link: Link


def robust_z(differences: FloatArray, among: BoolArray | None = None) -> FloatArray:
    """(d - median) / (0.74 IQR), with quartiles by linear interpolation (R's type 7).

    Parameters
    ----------
    differences : (n_items,); NaN stays NaN and does not count
    among : (n_items,) the items whose median and IQR are the yardstick; all when None

    An IQR of rounding size is replaced by 1e-6, so that exact transforms give no false alarm.

    References: Huynh & Meyer (2010), "Use of robust z in detecting unstable items in IRT".
    """
    d = np.asarray(differences, dtype=np.float64)
    yardstick = d if among is None else d[among]
    first, median, third = np.nanquantile(yardstick, [0.25, 0.5, 0.75])
    z: FloatArray = (d - median) / max(0.74 * (third - first), _LEAST_SPREAD)
    return z


def robust_z_of_anchors(
    new: ItemParams, old: ItemParams, among: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Robust z of log a_new - log a_old and of b_old - A b_new, each (n_items,).

    A is the exponential of the mean log ratio over the items `among` whose own |z| of the slopes is below
    1.645, as in the paper. A polytomous item's b is the mean of its thresholds. NaN in z of a (and inf in its
    place for screening) where the two slopes differ in sign.

    References: Huynh & Meyer (2010).
    """
    check_common_items(new, old, least=3)
    chosen = np.ones(new.n_items, dtype=np.bool_) if among is None else among
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(new.a / old.a)
    ratio[~np.isfinite(ratio)] = np.nan
    if np.isfinite(ratio[chosen]).sum() < 3:
        raise InvalidAnchors("fewer than 3 anchors whose discriminations have one sign")
    z_a = robust_z(ratio, chosen)
    steady = chosen & (np.abs(z_a) < 1.645)
    slope = float(np.exp(ratio[steady].mean()))
    return z_a, robust_z(old.b - slope * new.b, chosen)


def screen_anchors(
    new: ItemParams,
    old: ItemParams,
    rules: ScreeningRules | None = None,
    method: LinkMethod = LinkMethod.STOCKING_LORD,
    options: CurveOptions | None = None,
) -> AnchorScreening:
    """Drop the worst anchor, look again, and so on, then link by those left.

    Parameters
    ----------
    new, old : the common items, in one order, on the new and on the old scale
    rules : ScreeningRules() when None. An item whose slopes differ in sign goes first, whatever the rules

    Raises
    ------
    InvalidAnchors : not the same items, or fewer than 3 with discriminations of one sign. NotCalibrated.
    """
    rules = rules or ScreeningRules()
    kept = new.a * old.a > 0
    dropped = [DroppedAnchor(j, DropReason.OPPOSITE_SLOPES, np.inf) for j in np.flatnonzero(~kept).tolist()]
    status = ScreeningStatus.CLEAN
    while True:
        z_a, z_b = robust_z_of_anchors(new, old, kept)
        worst = _worst(z_a, z_b, kept)
        rules_hold = _rules_hold(new, old, kept, rules)
        if not abs(worst.z) > rules.most_z or (rules.only_while_rules_fail and rules_hold):
            break
        left = int(kept.sum()) - 1
        if left < max(rules.min_anchors, 3) or new.n_items - left > rules.most_dropped * new.n_items:
            status = ScreeningStatus.STOPPED
            break
        dropped.append(worst)
        kept[worst.item] = False
    link = linker_of(method, options)(new.subset(kept), old.subset(kept))
    correlation, ratio = _agreement(new, old, kept)
    grid = (options or CurveOptions()).quadrature
    return AnchorScreening(
        kept, tuple(dropped), z_a, z_b, old.b - link.apply(new).b, curve_distance(link.apply(new), old, grid),
        correlation, ratio, rules_hold, status, link,
    )  # fmt: skip


def curve_distance(first: ItemParams, second: ItemParams, weights: Quadrature) -> FloatArray:
    """Root of the weighted mean squared difference of each item's category curves, (n_items,).

    Both sets on one scale. Half the sum over categories, so that of a 0/1 item it is the
    difference of the success curves.
    """
    check_common_items(first, second)
    here, there = (category_probabilities(weights.nodes, part) for part in (first, second))
    distance: FloatArray = np.sqrt(np.einsum("q,qjk->j", weights.weights, 0.5 * (here - there) ** 2))
    return distance


def _worst(z_a: FloatArray, z_b: FloatArray, kept: BoolArray) -> DroppedAnchor:
    both = np.where(kept, np.nan_to_num(np.stack([z_a, z_b])), 0.0)
    which, item = np.unravel_index(int(np.abs(both).argmax()), both.shape)
    reason = DropReason.ROBUST_Z_B if which else DropReason.ROBUST_Z_A
    return DroppedAnchor(int(item), reason, float(both[which, item]))


def _agreement(new: ItemParams, old: ItemParams, kept: BoolArray) -> tuple[float, float]:
    """Correlation of the difficulties, and sd(b_old) / sd(b_new) freed of the slope that log a gives."""
    b_new, b_old = new.b[kept], old.b[kept]
    spreads = float(b_new.std()), float(b_old.std())
    if not min(spreads) > 0:
        return np.nan, np.nan
    slope = float(np.exp(np.log(new.a[kept] / old.a[kept]).mean()))
    return float(np.corrcoef(b_new, b_old)[0, 1]), spreads[1] / (slope * spreads[0])


def _rules_hold(new: ItemParams, old: ItemParams, kept: BoolArray, rules: ScreeningRules) -> bool:
    correlation, ratio = _agreement(new, old, kept)
    return correlation >= rules.min_correlation and rules.sd_ratio[0] <= ratio <= rules.sd_ratio[1]
