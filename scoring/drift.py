"""How item parameters moved between two campaigns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from scoring.dif.effect_sizes import expected_score_difference, raju_area
from scoring.errors import InvalidOptions, InvalidParameters
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import FloatArray, IntArray

_NORMAL_OF_IQR: Final = 0.74  # the SD of a normal distribution over its interquartile range


class DriftFlag(StrEnum):
    """What moved; stable codes, worded in the user interface."""

    DIFFICULTY = "DIFFICULTY"
    DISCRIMINATION = "DISCRIMINATION"
    CURVE = "CURVE"
    SIGNIFICANT = "SIGNIFICANT"


class DriftReason(StrEnum):
    """Why an item, or one of its figures, is NaN."""

    NOT_CALIBRATED = "NOT_CALIBRATED"
    SLOPE_NOT_POSITIVE = "SLOPE_NOT_POSITIVE"
    NO_SPREAD = "NO_SPREAD"
    NO_ERRORS = "NO_ERRORS"


@dataclass(frozen=True, slots=True, eq=False)
class ParameterErrors:
    """Sampling covariance of item parameters in one campaign.

    covariance : (n_items, 1 + most_steps, 1 + most_steps) of a, b_1 … b_K: `Calibration.item_covariances`
        without the row and column of c, which come second there. A parameter whose variance is NaN or 0 was
        not estimated and is not tested.

    Raises
    ------
    InvalidParameters : not that shape, or a negative variance.
    """

    covariance: FloatArray

    def __post_init__(self) -> None:
        covariance = np.array(self.covariance, dtype=np.float64)
        if covariance.ndim != 3 or covariance.shape[1] != covariance.shape[2]:
            raise InvalidParameters("covariance: expected items by parameters by parameters")
        if (np.diagonal(covariance, axis1=1, axis2=2) < 0).any():
            raise InvalidParameters("covariance: a variance is negative")
        covariance.setflags(write=False)
        object.__setattr__(self, "covariance", covariance)

    @classmethod
    def of(
        cls, se_a: npt.ArrayLike, se_thresholds: npt.ArrayLike, cov_ab: npt.ArrayLike | None = None
    ) -> "ParameterErrors":
        """From standard errors, (n_items,) and (n_items, most_steps); covariances 0 but those of a and b_1.

        With the covariance of a and b left out Lord's test is somewhat off, mostly for easy or hard items.
        """
        slopes, steps = np.asarray(se_a, dtype=np.float64), np.asarray(se_thresholds, dtype=np.float64)
        steps = steps[:, None] if steps.ndim == 1 else steps
        if slopes.ndim != 1 or len(steps) != slopes.size:
            raise InvalidParameters("se_a and se_thresholds must have a row per item")
        errors = np.hstack([slopes[:, None], steps])
        covariance: FloatArray = np.eye(errors.shape[1]) * (errors**2)[:, None, :]
        covariance = np.where(np.eye(errors.shape[1], dtype=np.bool_), covariance, 0.0)
        if cov_ab is not None:
            covariance[:, 0, 1] = covariance[:, 1, 0] = np.asarray(cov_ab, dtype=np.float64)
        return cls(covariance)


@dataclass(frozen=True, slots=True, eq=False)
class DriftOptions:
    """When to flag.

    robust_z : |z| of the difference in b (DIFFICULTY) or ln a (DISCRIMINATION) at or above it. At 1.96 one
        item in 20 is flagged by chance; 1.645 and 2.7 are also in use
    rms_difference : root of D², as a share of the item's highest mark, at or above it (CURVE)
    alpha : of Lord's chi-square (SIGNIFICANT)
    ability : over which D² is taken; N(0, 1) on the common scale unless given
    interval : of theta for the areas; the whole line when None
    """

    robust_z: float = 1.96
    rms_difference: float = 0.05
    alpha: float = 0.01
    ability: Quadrature | None = None
    interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not (self.robust_z > 0 and self.rms_difference > 0 and 0 < self.alpha < 1):
            raise InvalidOptions("robust_z and rms_difference must be positive, alpha between 0 and 1")


@dataclass(frozen=True, slots=True, eq=False)
class ItemDrift:
    """One row per item, new minus old.

    difference_b : of b; difference_log_a : of ln a
    signed_area, unsigned_area : see raju_area; signed is positive where the item became harder
    d_square : mean squared difference of expected marks over ability, in squared marks
    robust_z_b, robust_z_a : (difference - median) / (0.74 interquartile range), over the items compared
    chi_square, df, p : Lord's; NaN and 0 without errors
    flags : of each item; reasons : the first that left it, or one of its figures, NaN
    """

    difference_b: FloatArray
    difference_log_a: FloatArray
    signed_area: FloatArray
    unsigned_area: FloatArray
    d_square: FloatArray
    robust_z_b: FloatArray
    robust_z_a: FloatArray
    chi_square: FloatArray
    df: IntArray
    p: FloatArray
    flags: tuple[tuple[DriftFlag, ...], ...]
    reasons: tuple[DriftReason | None, ...]


def item_drift(
    old: ItemParams,
    new: ItemParams,
    errors: tuple[ParameterErrors, ParameterErrors] | None = None,
    *,
    options: DriftOptions | None = None,
) -> ItemDrift:
    """Compare two calibrations of the same items, already on one scale.

    Parameters
    ----------
    old, new : n_items rows each; an item without parameters on one side is not compared
    errors : of old and new; the two samples are taken as independent
    options : thresholds of the flags, and what to average over

    Raises
    ------
    InvalidParameters : the sets differ in number of items or categories, or errors have another shape.

    References: Raju (1988) for the areas; Lord (1980), ch. 14, for the chi-square; Huynh & Meyer (2010) for
    robust z; Wells, Hambleton, Kirkpatrick & Meng (2014) for D².
    """
    chosen = options or DriftOptions()
    area = raju_area(old, new, chosen.interval)
    gap = expected_score_difference(old, new, chosen.ability or normal_quadrature())
    positive = (old.a > 0) & (new.a > 0)
    difference_b = new.b - old.b
    log_a = np.full(old.n_items, np.nan)
    log_a[positive] = np.log(new.a[positive] / old.a[positive])
    chi_square, df = _lord(old, new, errors)
    p = chi2.sf(chi_square, np.where(df > 0, df, np.nan))
    z_b, z_a = robust_z(difference_b), robust_z(log_a)
    rms = np.sqrt(gap.d_square) / (old.n_categories - 1.0)
    with np.errstate(invalid="ignore"):
        marks = {
            DriftFlag.DIFFICULTY: np.abs(z_b) >= chosen.robust_z,
            DriftFlag.DISCRIMINATION: np.abs(z_a) >= chosen.robust_z,
            DriftFlag.CURVE: rms >= chosen.rms_difference,
            DriftFlag.SIGNIFICANT: p < chosen.alpha,
        }
    reasons = {
        DriftReason.NOT_CALIBRATED: ~(old.calibrated & new.calibrated),
        DriftReason.SLOPE_NOT_POSITIVE: ~positive,
        DriftReason.NO_SPREAD: np.isnan(z_b) | np.isnan(z_a),
        DriftReason.NO_ERRORS: (df == 0) if errors is not None else np.zeros(old.n_items, dtype=np.bool_),
    }
    return ItemDrift(
        difference_b,
        log_a,
        area.signed,
        area.unsigned,
        gap.d_square,
        z_b,
        z_a,
        chi_square,
        df,
        np.asarray(p, dtype=np.float64),
        tuple(tuple(flag for flag, raised in marks.items() if raised[k]) for k in range(old.n_items)),
        tuple(next((why for why, holds in reasons.items() if holds[k]), None) for k in range(old.n_items)),
    )


def robust_z(differences: npt.ArrayLike) -> FloatArray:
    """(difference - median) / (0.74 interquartile range), so that drifting items do not set the yardstick.

    Quartiles by linear interpolation (Hyndman & Fan's type 7). NaN stays NaN and does not count. Where the
    middle half does not differ at all there is no yardstick: 0 for the items at the median, NaN for others.
    """
    values = np.asarray(differences, dtype=np.float64)
    known = np.isfinite(values)
    z = np.full(values.shape, np.nan)
    if not known.any():
        return z
    low, median, high = np.quantile(values[known], [0.25, 0.5, 0.75])
    spread = _NORMAL_OF_IQR * (high - low)
    if spread > 0:
        z[known] = (values[known] - median) / spread
    else:
        z[values == median] = 0.0
    return z


def _lord(
    old: ItemParams, new: ItemParams, errors: tuple[ParameterErrors, ParameterErrors] | None
) -> tuple[FloatArray, IntArray]:
    """v' (S_old + S_new)^-1 v over the parameters estimated on both sides; c is taken as common."""
    n_items = old.n_items
    chi_square, df = np.full(n_items, np.nan), np.zeros(n_items, dtype=np.intp)
    if errors is None:
        return chi_square, df
    width = 1 + max(old.thresholds.shape[1], new.thresholds.shape[1])
    for side, error in zip(("old", "new"), errors, strict=True):
        if error.covariance.shape[0] != n_items or error.covariance.shape[1] > width:
            raise InvalidParameters(
                f"errors of {side}: expected {n_items} items by up to {width} parameters, "
                f"got {error.covariance.shape}"
            )
    values = [np.hstack([side.a[:, None], side.thresholds]) for side in (old, new)]
    for item in range(n_items):
        size = min(*(v.shape[1] for v in values), *(e.covariance.shape[1] for e in errors))
        parts = [error.covariance[item, :size, :size] for error in errors]
        gap = values[1][item, :size] - values[0][item, :size]
        tested = np.isfinite(gap) & np.logical_and.reduce([np.diag(part) > 0 for part in parts])
        total = (parts[0] + parts[1])[np.ix_(tested, tested)]
        if tested.any() and np.isfinite(total).all() and np.linalg.eigvalsh(total)[0] > 0:
            chi_square[item] = gap[tested] @ np.linalg.solve(total, gap[tested])
            df[item] = tested.sum()
    return chi_square, df
