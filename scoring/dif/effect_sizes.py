"""How far two curves of one item lie apart."""

from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidOptions, InvalidParameters
from scoring.models import expected_marks
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray

_N_GRID = 801
_REACH = 40.0  # logits beyond the outermost threshold, where a curve is flat to double precision
_N_BISECTIONS = 60


@dataclass(frozen=True, slots=True, eq=False)
class AreaBetween:
    """signed, unsigned : (n_items,) area between two curves, in marks times theta.

    signed is positive where the second curve lies lower, that is where the item is harder for the second.
    """

    signed: FloatArray
    unsigned: FloatArray


def raju_area(
    first: ItemParams, second: ItemParams, interval: tuple[float, float] | None = None
) -> AreaBetween:
    """Signed and unsigned area between the curves of expected marks of the same items.

    Parameters
    ----------
    first, second : n_items rows each, as of the reference and the focal group, on one scale
    interval : of theta; the whole line when None

    Returns
    -------
    AreaBetween, NaN where an item has no parameters on one side. Over the whole line the area is infinite
    where asymptotes differ (unequal c, or slopes of opposite sign).

    The 2PL, and the 3PL with equal c, on the whole line follow Raju's closed form. Everything else is
    integrated exactly: each curve has an antiderivative, taken between the points where the curves cross.

    Raises
    ------
    InvalidParameters : the sets differ in number of items, or an item in number of categories.
    InvalidOptions : an interval that does not ascend.

    References: Raju (1988), eq. 9 and 14; Cohen, Kim & Baker (1993) for graded items.
    """
    known = _comparable(first, second)
    signed, unsigned = np.full(known.size, np.nan), np.full(known.size, np.nan)
    if interval is not None and not interval[0] < interval[1]:
        raise InvalidOptions("interval: expected lower < upper")
    where = np.flatnonzero(known)
    if where.size:
        one, two = first.subset(where), second.subset(where)
        found = _whole_line(one, two) if interval is None else _between(one, two, *_bounds(interval, one))
        signed[where], unsigned[where] = found
    return AreaBetween(signed, unsigned)


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedScoreDifference:
    """One row per item; NaN where a side has no parameters.

    sids : mean of second minus first expected mark over the weights; negative against the second group
    uids : mean of the absolute difference: the weighted area between the curves, wABC
    d_square : mean of the squared difference, in squared marks
    essd : sids over the pooled standard deviation of the two expected marks, like Cohen's d
    """

    sids: FloatArray
    uids: FloatArray
    d_square: FloatArray
    essd: FloatArray


def expected_score_difference(
    first: ItemParams, second: ItemParams, ability: Quadrature
) -> ExpectedScoreDifference:
    """Effect sizes in marks, averaged over a distribution of ability.

    Parameters
    ----------
    first, second : n_items rows each, as of the reference and the focal group, on one scale
    ability : as of the focal group (Meade); of all persons for drift

    Raises
    ------
    InvalidParameters : the sets differ in number of items, or an item in number of categories.

    References: Meade (2010), SIDS, UIDS, ESSD; Edelen, Stucky & Chandra (2015), wABC.
    """
    known = _comparable(first, second)
    where = np.flatnonzero(known)
    one = expected_marks(ability.nodes, first.subset(where))
    two = expected_marks(ability.nodes, second.subset(where))
    w = ability.weights
    variance = [w @ (curve - w @ curve) ** 2 for curve in (one, two)]
    pooled = np.sqrt((variance[0] + variance[1]) / 2.0)
    sids = w @ (two - one)
    with np.errstate(divide="ignore", invalid="ignore"):  # flat curves have no spread to measure by
        essd = np.where(pooled > 0, sids / pooled, np.nan)
    columns = (sids, w @ np.abs(two - one), w @ (two - one) ** 2, essd)
    full = [np.full(known.size, np.nan) for _ in columns]
    for target, values in zip(full, columns, strict=True):
        target[where] = values
    return ExpectedScoreDifference(*full)


def _comparable(first: ItemParams, second: ItemParams) -> BoolArray:
    if first.n_items != second.n_items:
        raise InvalidParameters(
            f"expected the same items on both sides, got {first.n_items} and {second.n_items}"
        )
    known: BoolArray = first.calibrated & second.calibrated
    differ = known & (first.n_categories != second.n_categories)
    if differ.any():
        raise InvalidParameters("the sides differ in categories", np.flatnonzero(differ).tolist())
    return known


def _whole_line(one: ItemParams, two: ItemParams) -> tuple[FloatArray, FloatArray]:
    closed = (one.n_categories == 2) & (one.a > 0) & (two.a > 0) & (one.c == two.c)
    signed, unsigned = np.empty(one.n_items), np.empty(one.n_items)
    gap = two.b - one.b
    twist = two.a - one.a
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # ln(1 + e^x) by logaddexp: x overflows as the slopes come together, where the area is |gap|
        bent = 2.0 * twist / (one.a * two.a) * np.logaddexp(0.0, one.a * two.a * gap / twist) - gap
    limit = np.where(np.isfinite(bent), np.abs(bent), np.abs(gap))
    signed[closed], unsigned[closed] = ((1.0 - one.c) * gap)[closed], ((1.0 - one.c) * limit)[closed]
    rest = np.flatnonzero(~closed)
    if rest.size:
        signed[rest], unsigned[rest] = _between(
            one.subset(rest), two.subset(rest), *_reach(one.subset(rest), two.subset(rest))
        )
        endless = (one.c != two.c) | (one.a * two.a <= 0)
        signed[endless], unsigned[endless] = np.nan, np.inf
    return signed, unsigned


def _bounds(interval: tuple[float, float], items: ItemParams) -> tuple[FloatArray, FloatArray]:
    return np.full(items.n_items, interval[0]), np.full(items.n_items, interval[1])


def _reach(one: ItemParams, two: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Where both curves have become flat."""
    steps = np.hstack([one.thresholds, two.thresholds])
    slope = np.minimum(np.abs(one.a), np.abs(two.a))
    margin = _REACH / np.where(slope > 0, slope, 1.0)
    return np.nanmin(steps, axis=1) - margin, np.nanmax(steps, axis=1) + margin


def _between(
    one: ItemParams, two: ItemParams, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cut each item's interval at the crossings and add up the signed pieces."""
    n = one.n_items
    signed, unsigned = np.empty(n), np.empty(n)
    for item in range(n):
        pair = one.subset([item]), two.subset([item])
        cuts = _crossings(*pair, lower[item], upper[item])
        steps = np.diff(_antiderivative(cuts, pair[0]) - _antiderivative(cuts, pair[1]))
        signed[item], unsigned[item] = steps.sum(), np.abs(steps).sum()
    return signed, unsigned


def _crossings(one: ItemParams, two: ItemParams, lower: float, upper: float) -> FloatArray:
    """The interval's ends and every crossing between, by bisection from a grid."""
    middle = np.concatenate([one.thresholds.ravel(), two.thresholds.ravel()])
    low, high = max(lower, float(np.nanmin(middle)) - 12.0), min(upper, float(np.nanmax(middle)) + 12.0)
    dense = np.linspace(low, high, _N_GRID) if low < high else np.empty(0)
    grid = np.unique(np.concatenate([np.linspace(lower, upper, _N_GRID), dense]))
    gap = _gap(grid, one, two)
    change = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    left, right, sign = grid[change], grid[change + 1], np.sign(gap[change])
    for _ in range(_N_BISECTIONS):
        half = (left + right) / 2.0
        same = np.sign(_gap(half, one, two)) == sign
        left, right = np.where(same, half, left), np.where(same, right, half)
    touching = grid[1:-1][gap[1:-1] == 0]
    return np.unique(np.concatenate([[lower, upper], (left + right) / 2.0, touching]))


def _gap(theta: FloatArray, one: ItemParams, two: ItemParams) -> FloatArray:
    if not theta.size:
        return theta
    difference: FloatArray = (expected_marks(theta, one) - expected_marks(theta, two))[:, 0]
    return difference


def _antiderivative(theta: FloatArray, item: ItemParams) -> FloatArray:
    """Of the expected mark of one item: softplus, or of partial credit the log of the sum of exponentials."""
    a, c = float(item.a[0]), float(item.c[0])
    steps = item.thresholds[0][np.isfinite(item.thresholds[0])]
    if a == 0.0:
        flat: FloatArray = theta * float(expected_marks([0.0], item)[0, 0])
        return flat
    z = a * (theta[:, None] - steps)
    if item.models[0].is_partial_credit:
        cumulated = np.concatenate([np.zeros((theta.size, 1)), np.cumsum(z, axis=1)], axis=1)
        total: FloatArray = np.logaddexp.reduce(cumulated, axis=1) / a
        return total
    area: FloatArray = c * theta + (1.0 - c) * np.logaddexp(0.0, z).sum(axis=1) / a
    return area
