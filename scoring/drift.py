"""How item parameters moved between two campaigns."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chi2

from scoring.dif.effect_sizes import expected_score_difference, raju_area
from scoring.errors import InvalidOptions, InvalidParameters
from scoring.parameter_errors import ParameterErrors
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import FloatArray, IntArray
from scoring.robust import robust_z

__all__ = [
    "DriftFlag",
    "DriftOptions",
    "DriftReason",
    "ItemDrift",
    "ParameterErrors",
    "item_drift",
    "robust_z",
]


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
    NO_ERRORS = "NO_ERRORS"


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
    robust_z_b, robust_z_a : (difference - median) / (0.74 interquartile range), over the items compared; see
        scoring.robust for where most do not differ at all
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
    errors : of old and new, on that scale (`ParameterErrors.transformed` carries them along with their
        items); the two samples are taken as independent. What either side held fixed is not tested
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


def _lord(
    old: ItemParams, new: ItemParams, errors: tuple[ParameterErrors, ParameterErrors] | None
) -> tuple[FloatArray, IntArray]:
    """v' (S_old + S_new)^-1 v over the parameters estimated on both sides; c is taken as common."""
    n_items = old.n_items
    chi_square, df = np.full(n_items, np.nan), np.zeros(n_items, dtype=np.intp)
    if errors is None:
        return chi_square, df
    blocks = [_own_errors("old", old, errors[0]), _own_errors("new", new, errors[1])]
    values = [np.hstack([side.a[:, None], side.thresholds]) for side in (old, new)]
    size = min(part.shape[1] for part in (*values, *blocks))
    gaps = values[1][:, :size] - values[0][:, :size]
    for item in range(n_items):
        parts = [block[item, :size, :size] for block in blocks]
        tested = np.isfinite(gaps[item]) & np.logical_and.reduce([np.diag(part) > 0 for part in parts])
        total, gap = (parts[0] + parts[1])[np.ix_(tested, tested)], gaps[item][tested]
        if tested.any() and np.linalg.eigvalsh(total)[0] > 0:
            chi_square[item] = gap @ np.linalg.solve(total, gap)
            df[item] = tested.sum()
    return chi_square, df


def _own_errors(side: str, params: ItemParams, errors: ParameterErrors) -> FloatArray:
    """(n_items, 1 + most_steps, 1 + most_steps) of a, b_1 …: without c."""
    try:
        blocks = errors.blocks(params.n_items)
    except InvalidParameters as wrong:
        raise InvalidParameters(f"errors of {side}, {wrong.what}") from None
    width = 2 + params.thresholds.shape[1]
    if blocks.shape[1] != width:
        raise InvalidParameters(f"errors of {side}: expected {width} parameters of an item (a, c, b_1, ...), "
                                f"got {blocks.shape[1]}")  # fmt: skip
    without_c = np.delete(np.arange(blocks.shape[1]), 1)
    return blocks[:, without_c[:, None], without_c]
