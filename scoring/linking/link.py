"""The change of scale that carries a new calibration onto an old one, and which common items may found it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring._options import settle
from scoring.errors import InvalidAnchors
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray


class LinkMethod(StrEnum):
    """How slope and intercept are found; see moments.py and characteristic.py."""

    MEAN_MEAN = "MEAN_MEAN"
    MEAN_SIGMA = "MEAN_SIGMA"
    GEOMETRIC_MEAN = "GEOMETRIC_MEAN"
    HAEBARA = "HAEBARA"
    STOCKING_LORD = "STOCKING_LORD"


class LinkStatus(StrEnum):
    """NOT_CONVERGED: the minimisation ran out of steps, or the curves do not determine the scale."""

    CONVERGED = "CONVERGED"
    NOT_CONVERGED = "NOT_CONVERGED"


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """theta_old = slope theta_new + intercept; so a_old = a_new / slope, b_old = slope b_new + intercept.

    n_items : common items it rests on
    criterion : the minimised loss of Haebara or Stocking–Lord; NaN for the methods by moments
    covariance : (2, 2) of slope and intercept, NaN until standard errors were asked for (standard_errors.py)
    """

    slope: float
    intercept: float
    method: LinkMethod
    n_items: int
    criterion: float = np.nan
    status: LinkStatus = LinkStatus.CONVERGED
    covariance: FloatArray | None = None

    def __post_init__(self) -> None:
        settle(self, method=LinkMethod, status=LinkStatus)

    @property
    def is_converged(self) -> bool:
        return self.status is LinkStatus.CONVERGED

    @property
    def se_slope(self) -> float:
        return np.nan if self.covariance is None else float(np.sqrt(self.covariance[0, 0]))

    @property
    def se_intercept(self) -> float:
        return np.nan if self.covariance is None else float(np.sqrt(self.covariance[1, 1]))

    def apply(self, params: ItemParams) -> ItemParams:
        """Items of the new scale on the old one."""
        return params.transformed(self.slope, self.intercept)

    def apply_theta(self, theta: npt.ArrayLike) -> FloatArray:
        """Abilities of the new scale on the old one; NaN (not scored) stays NaN."""
        moved: FloatArray = self.slope * np.asarray(theta, dtype=np.float64) + self.intercept
        return moved

    def linking_error(self, theta_new: npt.ArrayLike) -> FloatArray:
        """Standard error that the link alone adds to an ability, on the old scale; NaN if not known."""
        theta = np.asarray(theta_new, dtype=np.float64)
        if self.covariance is None:
            return np.full(theta.shape, np.nan)
        v = self.covariance
        error: FloatArray = np.sqrt(v[0, 0] * theta**2 + 2 * v[0, 1] * theta + v[1, 1])
        return error

    def with_covariance(self, covariance: FloatArray) -> Self:
        return replace(self, covariance=covariance)

    def inverse(self) -> Self:
        """The link from the old scale to the new one; its covariance by the delta method."""
        jacobian = np.array([[-1.0, 0.0], [self.intercept, -self.slope]]) / self.slope**2
        covariance = None if self.covariance is None else jacobian @ self.covariance @ jacobian.T
        back = replace(self, slope=1.0 / self.slope, intercept=-self.intercept / self.slope)
        return replace(back, covariance=covariance)

    def then(self, onward: Self) -> Self:
        """This link followed by `onward` (new → old → older). Covariances add as of independent links."""
        slope = onward.slope * self.slope
        intercept = onward.slope * self.intercept + onward.intercept
        covariance = None
        if self.covariance is not None and onward.covariance is not None:
            by_first = onward.slope * np.eye(2)
            by_second = np.array([[self.slope, 0.0], [self.intercept, 1.0]])
            covariance = by_first @ self.covariance @ by_first + by_second @ onward.covariance @ by_second.T
        joined = replace(self, slope=slope, intercept=intercept, criterion=np.nan, covariance=covariance)
        worst = self.status if onward.is_converged else onward.status
        return replace(joined, n_items=min(self.n_items, onward.n_items), status=worst)


def check_common_items(new: ItemParams, old: ItemParams, least: int = 1) -> None:
    """Refuse two parameter sets that are not the same items in the same order.

    Raises
    ------
    InvalidAnchors : different numbers of items, fewer than `least`, or an item whose categories or family of
        models (dichotomous, graded, partial credit) differ. NotCalibrated : an item without parameters.
    """
    if new.n_items != old.n_items:
        raise InvalidAnchors(f"new has {new.n_items} items and old {old.n_items}: expected the same items")
    if new.n_items < least:
        raise InvalidAnchors(f"{new.n_items} common items: at least {least} needed")
    new.require_calibrated()
    old.require_calibrated()
    differ = new.n_categories != old.n_categories
    differ |= np.array(
        [family(x) != family(y) for x, y in zip(new.models, old.models, strict=True)], dtype=bool
    )
    if differ.any():
        raise InvalidAnchors("an item must follow one model in both sets", np.flatnonzero(differ).tolist())


def family(model: ItemModel) -> str:
    """Models that differ only in what they hold equal can be linked with each other."""
    if model.is_dichotomous:
        return "dichotomous"
    return "graded" if model is ItemModel.GRM else "partial credit"
