"""Person fit: is a person's pattern of marks one the model expects at that ability?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from scoring._options import member
from scoring.errors import InvalidOptions, InvalidParameters
from scoring.fit._pairs import (
    PairCurves,
    Pairs,
    Responses,
    abilities,
    checked_responses,
    n_persons_of,
    pair_blocks,
    pair_curves,
)
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray


class ThetaMethod(StrEnum):
    """How theta was estimated, which decides how estimating it biases the fit of a person.

    WLE solves Warm's equation. JEFFREYS maximises likelihood times sqrt I, which is the same but for guessing
    (3PL), and is what R mirt calls WLE there.
    """

    ML = "ML"
    WLE = "WLE"
    JEFFREYS = "JEFFREYS"
    MAP = "MAP"


@dataclass(frozen=True, slots=True, eq=False)
class PersonFit:
    """One row per person; low values are patterns the model finds unlikely. NaN where not scored.

    lz : (n_persons,) standardised log-likelihood (R mirt's Zh); its spread is below 1 at an estimated theta
    lz_star : (n_persons,) corrected for the estimated theta, about standard normal; NaN when not asked for
    p_lz, p_lz_star : (n_persons,) lower tail of the standard normal
    n : (n_persons,) responses each rests on
    """

    lz: FloatArray
    lz_star: FloatArray
    p_lz: FloatArray
    p_lz_star: FloatArray
    n: IntArray


_ROWS: Final = 8  # sums per person, in the order _contributions gives them


def person_fit(
    responses: Responses,
    params: ItemParams,
    theta: npt.ArrayLike,
    *,
    method: ThetaMethod | str | None = None,
    prior: tuple[float, float] = (0.0, 1.0),
) -> PersonFit:
    """lz and lz* of each person, for dichotomous and polytomous items.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    theta : (n_persons,) abilities; not finite (as ML of an extreme pattern) gives NaN
    method : how theta was estimated; None leaves lz* out, as for the EAP, which solves no estimating equation
    prior : mean and standard deviation of the prior of a MAP estimate

    With w = log P and r_k = P'_k / P_k (the score of a mark), c = sum P' w / sum P' r over the person's items
    and categories, and w~ = w - c r: lz* = (sum (x - P) w + c r0) / sqrt(sum Var w~), where the estimating
    equation is sum (x - P) r + r0 = 0: r0 = 0 for ML, sum(P' P'' / P) / (2 I) for WLE, I' / (2 I) for
    JEFFREYS, (mean - theta) / sd^2 for MAP.

    Missing data: any pattern; a person is judged on the items met.

    Raises
    ------
    InvalidResponses, NotCalibrated; InvalidParameters for a prior without spread; InvalidOptions for a method
    that is none, or has no lz* (EAP).

    References: Drasgow, Levine & Williams (1985) for lz; Snijders (2001), eq. 5-10; Magis, Raîche & Béland
    (2012); Sinharay (2016) for polytomous items and mixed tests; Warm (1989) for the WLE.
    """
    if not prior[1] > 0:
        raise InvalidParameters("prior must have a positive standard deviation")
    known = _theta_method(method)
    given = checked_responses(responses, params)
    n_persons = n_persons_of(given)
    ability = abilities(theta, n_persons)
    sums = np.zeros((_ROWS, n_persons))
    for pairs in pair_blocks(given):
        scored = np.isfinite(ability[pairs.person])
        kept = Pairs(pairs.person[scored], pairs.item[scored], pairs.mark[scored])
        if not kept.person.size:
            continue
        first, last = int(kept.person[0]), int(kept.person[-1]) + 1
        curves = pair_curves(ability[kept.person], kept.item, params)
        for row, values in zip(sums, _contributions(curves, kept.mark), strict=True):
            row[first:last] += np.bincount(kept.person - first, weights=values, minlength=last - first)
    return _summary(sums, ability, known, prior)


def _theta_method(method: ThetaMethod | str | None) -> ThetaMethod | None:
    if method == "EAP":
        raise InvalidOptions("method: an EAP solves no estimating equation and has no lz*; give None for lz, "
                             "or score by WLE, ML or MAP")  # fmt: skip
    return None if method is None else member(ThetaMethod, method, "method")


def _contributions(curves: PairCurves, mark: IntArray) -> tuple[FloatArray, ...]:
    """Of each response: 1, log P of the mark, mean and variance of log P, P'w, I, P'P''/P, dI/dtheta."""
    p, log_p, slope = curves.p, np.where(curves.p > 0, curves.log_p, 0.0), curves.slope
    score = np.divide(slope, p, out=np.zeros_like(p), where=p > 0)
    observed = curves.log_p[np.arange(mark.size), mark]
    mean = (p * log_p).sum(axis=1)
    variance = (p * (log_p - mean[:, None]) ** 2).sum(axis=1)
    with_slope = (slope * log_p).sum(axis=1)
    information = (slope * score).sum(axis=1)
    skew = (score * curves.curvature).sum(axis=1)
    rise = 2.0 * skew - (slope * score**2).sum(axis=1)
    return np.ones(mark.size), observed, mean, variance, with_slope, information, skew, rise


def _summary(
    sums: FloatArray, theta: FloatArray, method: ThetaMethod | None, prior: tuple[float, float]
) -> PersonFit:
    n, observed, mean, variance, with_slope, information, skew, rise = sums
    surplus = observed - mean
    with np.errstate(invalid="ignore", divide="ignore"):  # persons not scored: 0/0 is the NaN that is meant
        lz = np.where(n > 0, surplus / np.sqrt(variance), np.nan)
        lz_star = np.full_like(lz, np.nan)
        if method is not None:
            c = with_slope / information
            shift = {
                ThetaMethod.ML: np.zeros_like(theta),
                ThetaMethod.WLE: skew / (2.0 * information),
                ThetaMethod.JEFFREYS: rise / (2.0 * information),
                ThetaMethod.MAP: (prior[0] - theta) / prior[1] ** 2,
            }[method]
            # Var(w - c r) = Var w - 2 c Cov(w, r) + c^2 Var r, and Cov(w, r) = P'w, Var r = I for one person.
            remaining = variance - c * with_slope
            lz_star = np.where(n > 0, (surplus + c * shift) / np.sqrt(remaining), np.nan)
            # With one item, or equal Rasch items, w is linear in r and nothing is left to judge.
            lz_star[~(remaining > 1e-10 * variance)] = np.nan
    return PersonFit(lz, lz_star, norm.cdf(lz), norm.cdf(lz_star), n.astype(np.intp))
