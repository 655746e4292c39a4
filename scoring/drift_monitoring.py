"""Drift watched over many campaigns: control charts, and change against exposure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr, t

from scoring.errors import InvalidOptions, InvalidParameters, InvalidResponses
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.responses import (
    MISSING,
    BoolArray,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)

_BLOCK: Final = 1024
_FEWEST_ITEMS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """harder, easier : (n_campaigns, n_items) cumulative sums.

    first_alarm : (n_items,) campaign, -1 for none
    direction : (n_items,) +1 where the alarm says harder, -1 easier, 0 no alarm.
    """

    harder: FloatArray
    easier: FloatArray
    first_alarm: IntArray
    direction: IntArray


def cusum(
    difficulty: npt.ArrayLike,
    se: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    reference: float = 0.5,
    threshold: float = 4.0,
) -> Cusum:
    """Cumulative sum charts of difficulty over campaigns, that see a slow drift no single comparison shows.

    Parameters
    ----------
    difficulty : (n_campaigns, n_items) estimates in order of time on one scale, NaN where not used: the sums
        then stay as they are
    se : the same shape; an estimate without a positive error counts as not used
    target : (n_items,) the bank's difficulty; its own error is not taken into account
    reference : half the shift, in standard errors, to be found quickly
    threshold : of the alarm; with 0.5 and 4 an item that does not drift raises one in about 168 campaigns

    Raises
    ------
    InvalidParameters : shapes that do not agree. InvalidOptions : reference or threshold not positive.

    References: Page (1954); Veerkamp & Glas (2000).
    """
    b, errors = np.asarray(difficulty, dtype=np.float64), np.asarray(se, dtype=np.float64)
    aim = np.asarray(target, dtype=np.float64)
    if b.ndim != 2 or errors.shape != b.shape or aim.shape != b.shape[1:]:
        raise InvalidParameters(
            f"difficulty, se: expected campaigns by items, target one per item, got {b.shape}, "
            f"{errors.shape} and {aim.shape}"
        )
    if not (reference > 0 and threshold > 0):
        raise InvalidOptions("cusum: reference and threshold must be positive")
    usable = np.isfinite(b) & (errors > 0) & np.isfinite(aim)
    z = np.where(usable, (b - aim) / np.where(usable, errors, 1.0), 0.0)
    harder, easier = np.zeros(b.shape), np.zeros(b.shape)
    up, down = np.zeros(b.shape[1]), np.zeros(b.shape[1])
    for campaign in range(len(b)):
        used = usable[campaign]
        up = np.where(used, np.maximum(up + z[campaign] - reference, 0.0), up)
        down = np.where(used, np.maximum(down - z[campaign] - reference, 0.0), down)
        harder[campaign], easier[campaign] = up, down
    alarm = np.maximum(harder, easier) > threshold
    some = alarm.any(axis=0)
    first = np.where(some, alarm.argmax(axis=0) if len(b) else -1, -1).astype(np.intp)
    columns = np.arange(b.shape[1])
    upward = (
        harder[first, columns] > easier[first, columns] if len(b) else np.zeros(b.shape[1], dtype=np.bool_)
    )
    direction = np.where(some, np.where(upward, 1, -1), 0).astype(np.intp)
    return Cusum(harder, easier, first, direction)


@dataclass(frozen=True, slots=True)
class ExposureOptions:
    """Who is suspected of having leaked.

    easier : an item is suspect from this fall of difficulty on, in units of theta as `change` is
    exposure_quantile : and only if its exposure is at or above this quantile of all items'
    z : and, when standard errors are given, change / se is at or below -z
    confidence : of the interval of the slope
    """

    easier: float = 0.3
    exposure_quantile: float = 0.75
    z: float = 1.645
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not (self.easier > 0 and self.z >= 0):
            raise InvalidOptions("easier must be positive, z not negative")
        if not (0 <= self.exposure_quantile <= 1 and 0 < self.confidence < 1):
            raise InvalidOptions("exposure_quantile and confidence are shares")


class ExposureReason(StrEnum):
    """Why exposure cannot be related to change."""

    TOO_FEW_ITEMS = "TOO_FEW_ITEMS"
    NO_VARIATION = "NO_VARIATION"


@dataclass(frozen=True, slots=True, eq=False)
class ExposureDrift:
    """rank_correlation, p : Spearman's, two-sided; negative when exposed items become easier.

    slope, lower, upper : least squares change for each further exposure, with its confidence interval
    n_items : with both known; exposure_cut : from which an item counts as highly exposed
    suspects : (n_items,) easier AND highly exposed
    reason : why the first five are NaN
    """

    rank_correlation: float
    p: float
    slope: float
    lower: float
    upper: float
    n_items: int
    exposure_cut: float
    suspects: BoolArray
    reason: ExposureReason | None


def exposure_drift(
    change: npt.ArrayLike,
    exposure: npt.ArrayLike,
    se: npt.ArrayLike | None = None,
    *,
    options: ExposureOptions | None = None,
) -> ExposureDrift:
    """Relate each item's change of difficulty to how often it has been seen.

    Parameters
    ----------
    change : (n_items,) new minus old difficulty in units of theta, negative where easier: a difference of b,
        or `change_b` of residual_change; NaN where unknown
    exposure : (n_items,) cumulated exposures, of any count
    se : (n_items,) standard errors of the change. Items then weigh by 1 / se² in the slope, and those without
        a positive error are left out.

    Raises
    ------
    InvalidParameters : other shapes, or a negative exposure.
    """
    chosen = options or ExposureOptions()
    y, x = np.asarray(change, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    errors = np.ones_like(y) if se is None else np.asarray(se, dtype=np.float64)
    if y.ndim != 1 or x.shape != y.shape or errors.shape != y.shape:
        raise InvalidParameters("change, exposure and se must be vectors of one length")
    if (x < 0).any():
        raise InvalidParameters("exposure is negative", np.flatnonzero(x < 0).tolist())
    known = np.isfinite(y) & np.isfinite(x) & (errors > 0) & np.isfinite(errors)
    n_items = int(known.sum())
    cut = float(np.quantile(x[known], chosen.exposure_quantile)) if n_items else float("nan")
    suspects = known & (y <= -chosen.easier) & (x >= cut)
    if se is not None:
        suspects &= y <= -chosen.z * errors
    reason = None
    if n_items < _FEWEST_ITEMS:
        reason = ExposureReason.TOO_FEW_ITEMS
    elif np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        reason = ExposureReason.NO_VARIATION
    figures = (float("nan"),) * 5
    if reason is None:
        ranks = spearmanr(x[known], y[known])
        line = _line(x[known], y[known], errors[known] ** -2.0, chosen.confidence)
        figures = (float(ranks.statistic), float(ranks.pvalue), *line)
    return ExposureDrift(*figures, n_items, cut, suspects, reason)


def _line(x: FloatArray, y: FloatArray, weight: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Weighted least squares: slope and interval, with the residual variance from the data."""
    x0, y0 = x - weight @ x / weight.sum(), y - weight @ y / weight.sum()
    spread = weight @ x0**2
    slope = float(weight @ (x0 * y0) / spread)
    variance = weight @ (y0 - slope * x0) ** 2 / (x.size - 2)
    half = float(t.ppf(0.5 + confidence / 2.0, x.size - 2) * np.sqrt(variance / spread))
    return slope, slope - half, slope + half


@dataclass(frozen=True, slots=True, eq=False)
class ResidualChange:
    """change_b, se_b : (n_items,) of the difficulty, in units of theta as a difference of b is.

    change, se : (n_items,) the same in logits, a times change_b: how much lower than the parameters say the
        logit of a mark is
    n : (n_items,) persons

    All negative where easier than the parameters say; exposure_drift asks for change_b and se_b.
    """

    change: FloatArray
    se: FloatArray
    change_b: FloatArray
    se_b: FloatArray
    n: IntArray


def residual_change(
    responses: npt.ArrayLike | SparseResponses, theta: npt.ArrayLike, params: ItemParams
) -> ResidualChange:
    """Change of difficulty from one campaign's residuals alone, without a new calibration.

    One step of the score method: minus the sum of mark minus expected mark, over the sum of the marks'
    variances; se is one over the root of the latter. Exact to first order where the model's slope is all of a
    mark's (Rasch to GPCM); for the 3PL and GRM roughly so.

    Parameters
    ----------
    responses : (n_persons, n_items) marks with MISSING, or SparseResponses; only what was met counts
    theta : (n_persons,) abilities, best from other items; a person without one (NaN) is left out
    params : n_items rows of the bank; items without parameters have NaN

    Raises
    ------
    InvalidResponses : another number of persons or items, or marks beyond an item's categories.
    """
    abilities = np.asarray(theta, dtype=np.float64)
    sparse = responses if isinstance(responses, SparseResponses) else None
    dense = None if sparse is not None else response_matrix(responses, params.n_categories)  # type: ignore[arg-type]
    known = np.flatnonzero(params.calibrated)
    items = params.subset(known)
    sums = np.zeros((3, known.size))
    first = 0
    for block in _blocks(sparse, dense, (abilities.size, params.n_items)):
        here = abilities[first : first + len(block)]
        first += len(block)
        sums += _sums(block[np.isfinite(here)][:, known], here[np.isfinite(here)], items)
    change, se = np.full(params.n_items, np.nan), np.full(params.n_items, np.nan)
    n = np.zeros(params.n_items, dtype=np.intp)
    n[known] = sums[2]
    sure = sums[1] > 0
    change[known[sure]] = -sums[0, sure] / sums[1, sure]
    se[known[sure]] = 1.0 / np.sqrt(sums[1, sure])
    slope = np.where(params.a == 0, np.nan, params.a)
    return ResidualChange(change, se, change / slope, se / np.abs(slope), n)


def _blocks(
    sparse: SparseResponses | None, dense: ResponseMatrix | None, expected: tuple[int, int]
) -> Iterator[ResponseMatrix]:
    shape = (0, 0)
    if sparse is not None:
        shape = (sparse.n_persons, sparse.n_items)
    elif dense is not None:
        shape = dense.shape
    if shape != expected:
        raise InvalidResponses(
            f"responses: expected {expected[0]} persons by {expected[1]} items, got {shape}"
        )
    if sparse is not None:
        yield from sparse.blocks(_BLOCK)
    elif dense is not None:
        for first in range(0, len(dense), _BLOCK):
            yield dense[first : first + _BLOCK]


def _sums(marks: ResponseMatrix, theta: FloatArray, items: ItemParams) -> FloatArray:
    """(3, n_items) sums of residuals, of variances, and numbers of responses."""
    if (marks >= items.n_categories).any():
        raise InvalidResponses("responses: a mark is beyond its item's categories")
    p = category_probabilities(theta, items)
    scale = np.arange(p.shape[2], dtype=np.float64)
    expected = p @ scale
    met = marks != MISSING
    residual = np.where(met, marks - expected, 0.0).sum(axis=0)
    variance = np.where(met, p @ scale**2 - expected**2, 0.0).sum(axis=0)
    return np.stack([residual, variance, met.sum(axis=0)])
