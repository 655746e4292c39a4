"""What is believed of an item before anyone has answered it."""

from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidParameters
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal prior of a difficulty, in units of theta."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise InvalidParameters("a prior's sd must be positive")


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Prior of a discrimination whose logarithm is normal with this mean and standard deviation.

    Its density is taken with respect to log a, so that the prior's mode is exp(mean) and not, as with respect
    to a, exp(mean - sd²): a weak prior should not pull every slope down. Mislevy (1986) does the same.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise InvalidParameters("a prior's sd must be positive")


@dataclass(frozen=True, slots=True)
class ItemPriors:
    """Independent priors of every item's discrimination and difficulty."""

    a: LogNormal
    b: Normal


WEAK_PRIORS = ItemPriors(a=LogNormal(0.0, 0.5), b=Normal(0.0, 2.0))
"""Hardly felt at 300 responses an item; they keep an item of 60 responses on the scale."""


@dataclass(frozen=True, slots=True, eq=False)
class PriorTerms:
    """Log density and its derivatives in slope a and intercept d = -a b; each (n_items,).

    The normalising constants are left out of the density. `bound_*` is the curvature without the terms that
    can have the wrong sign (Gauss–Newton): what a Newton step may safely divide by.
    """

    log_density: FloatArray
    gradient_a: FloatArray
    gradient_d: FloatArray
    curvature_aa: FloatArray
    curvature_ad: FloatArray
    curvature_dd: FloatArray
    bound_aa: FloatArray
    bound_ad: FloatArray
    bound_dd: FloatArray


def prior_terms(priors: ItemPriors | None, a: FloatArray, d: FloatArray) -> PriorTerms:
    """The priors' share of an item's log posterior; all zero without priors.

    Curvatures are negative second derivatives (information). With b = -d/a: b_a = -b/a, b_d = -1/a,
    b_aa = 2b/a², b_ad = 1/a², b_dd = 0.
    """
    if priors is None:
        zero = np.zeros_like(a)
        return PriorTerms(*([zero] * 9))
    b = -d / a
    slope = (np.log(a) - priors.a.mean) / priors.a.sd**2
    pull = (b - priors.b.mean) / priors.b.sd**2
    slope_bound = 1.0 / (a * priors.a.sd) ** 2
    b_a, b_d, weight = -b / a, -1.0 / a, 1.0 / priors.b.sd**2
    bound_aa, bound_ad, bound_dd = slope_bound + weight * b_a**2, weight * b_a * b_d, weight * b_d**2
    return PriorTerms(
        log_density=-0.5 * (slope**2 * priors.a.sd**2 + pull**2 * priors.b.sd**2),
        gradient_a=-slope / a - pull * b_a,
        gradient_d=-pull * b_d,
        curvature_aa=bound_aa - slope / a**2 + pull * 2.0 * b / a**2,
        curvature_ad=bound_ad + pull / a**2,
        curvature_dd=bound_dd,
        bound_aa=bound_aa,
        bound_ad=bound_ad,
        bound_dd=bound_dd,
    )
