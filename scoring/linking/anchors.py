"""Which common items still mean the same on both scales."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scoring._options import member
from scoring.errors import InvalidAnchors
from scoring.linking.curve_loss import CurveOptions
from scoring.linking.link import Link, LinkMethod, check_common_items
from scoring.linking.standard_errors import linker_of
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray
from scoring.robust import robust_z


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """When an anchor goes, and when no more may go.

    most_z : drop an anchor whose robust |z| exceeds this; Huynh & Meyer use 1.645. z says that an anchor is
        unlike the others, in units of their spread, not whether that matters
    least_curve_distance : nor does one go whose curve lies closer than this, see `curve_distance`: 0.04 is a
        difference of 4 % in success, root mean square over the weights of the link, some 0.2 in b at a = 1.
        0 leaves it to z alone. Of 30 sound 2PL anchors calibrated on 3,000 persons in either campaign 0.3 %
        are dropped (by z alone 7 %); on 1,000 persons, where chance moves curves that far, 4 %
    only_while_rules_fail : drop only as long as the correlation or the ratio of SDs of b is out of range
    min_correlation, sd_ratio : of the difficulties on the two scales (Huynh & Meyer 2010)
    min_anchors, most_dropped : no item goes that would leave fewer, or a greater share dropped
    """

    most_z: float = 2.7
    least_curve_distance: float = 0.04
    only_while_rules_fail: bool = False
    min_correlation: float = 0.95
    sd_ratio: tuple[float, float] = (0.9, 1.1)
    min_anchors: int = 5
    most_dropped: float = 0.2

    def __post_init__(self) -> None:
        if not (self.most_z > 0 and self.min_anchors >= 1 and 0 <= self.most_dropped <= 1):
            raise InvalidAnchors("most_z must be positive, min_anchors at least 1, most_dropped in [0, 1]")
        if not self.least_curve_distance >= 0:
            raise InvalidAnchors("least_curve_distance must not be negative")


class DropReason(StrEnum):
    ROBUST_Z_A = "ROBUST_Z_A"
    ROBUST_Z_B = "ROBUST_Z_B"
    OPPOSITE_SLOPES = "OPPOSITE_SLOPES"


class ScreeningStatus(StrEnum):
    """CLEAN: no kept anchor exceeds both limits (or the rules hold, where only they were asked). STOPPED:
    some do, but dropping more would break min_anchors or most_dropped."""

    CLEAN = "CLEAN"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class DroppedAnchor:
    """In the order of dropping. distance : from the curve on the old scale, by the link at that step."""

    item: int
    reason: DropReason
    z: float
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class AnchorScreening:
    """What was kept, and why.

    kept : (n_items,) True for the anchors left
    z_a, z_b : (n_items,) robust z of every item against the median and IQR of all anchors of one sign
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
    method: LinkMethod | str = LinkMethod.STOCKING_LORD,
    options: CurveOptions | None = None,
) -> AnchorScreening:
    """Drop the worst anchor, link by those left, look again, and so on.

    The yardstick of z is the median and IQR of all anchors whose slopes have one sign, and stays so: taken
    anew from those left it would shrink with every drop until sound anchors fell out too. Only the distances
    of the curves are taken anew, by the link of the anchors left.

    Parameters
    ----------
    new, old : the common items, in one order, on the new and on the old scale
    rules : ScreeningRules() when None. An item whose slopes differ in sign goes first, whatever the rules
    method, options : of the link; its quadrature weighs the distances of the curves

    Raises
    ------
    InvalidAnchors : not the same items, or fewer than 3 with discriminations of one sign. NotCalibrated.
    InvalidOptions : a method that is none.
    """
    rules, grid = rules or ScreeningRules(), (options or CurveOptions()).quadrature
    linker = linker_of(member(LinkMethod, method, "method"), options)
    kept = new.a * old.a > 0
    z_a, z_b = robust_z_of_anchors(new, old, kept)
    opposite = np.flatnonzero(~kept).tolist()
    dropped = [DroppedAnchor(j, DropReason.OPPOSITE_SLOPES, np.inf, np.nan) for j in opposite]
    status = ScreeningStatus.CLEAN
    while True:
        link = linker(new.subset(kept), old.subset(kept))
        distance = curve_distance(link.apply(new), old, grid)
        rules_hold = _rules_hold(new, old, kept, rules)
        worst = _worst((z_a, z_b), distance, kept & (distance >= rules.least_curve_distance))
        if worst is None or abs(worst.z) <= rules.most_z or (rules.only_while_rules_fail and rules_hold):
            break
        left = int(kept.sum()) - 1
        if left < max(rules.min_anchors, 3) or new.n_items - left > rules.most_dropped * new.n_items:
            status = ScreeningStatus.STOPPED
            break
        dropped.append(worst)
        kept[worst.item] = False
    correlation, ratio = _agreement(new, old, kept)
    return AnchorScreening(
        kept, tuple(dropped), z_a, z_b, old.b - link.apply(new).b, distance,
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


def _worst(z: tuple[FloatArray, FloatArray], distance: FloatArray, among: BoolArray) -> DroppedAnchor | None:
    """The candidate farthest out in either z."""
    if not among.any():
        return None
    both = np.where(among, np.nan_to_num(np.stack(z)), 0.0)
    which, item = np.unravel_index(int(np.abs(both).argmax()), both.shape)
    reason = DropReason.ROBUST_Z_B if which else DropReason.ROBUST_Z_A
    return DroppedAnchor(int(item), reason, float(both[which, item]), float(distance[item]))


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
