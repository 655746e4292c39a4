"""The priors' share of the log posterior, with its derivatives in slope, intercepts and logit of guessing."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from scoring.mml.groups import Family, ItemGroup, step_matrix
from scoring.priors import Beta, ItemPriors, LogNormal, Normal
from scoring.responses import FloatArray

_FLATTEST: Final = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class PriorTerms:
    """log_density (m,) without constants, gradient (m, P), curvatures (m, P, P): negative second derivatives.

    `bound` leaves out the terms that can have the wrong sign (Gauss-Newton): what a Newton step may safely
    divide by.
    """

    log_density: FloatArray
    gradient: FloatArray
    curvature: FloatArray
    bound: FloatArray

    @classmethod
    def none(cls, eta: FloatArray) -> "PriorTerms":
        m, size = eta.shape
        return cls(np.zeros(m), np.zeros((m, size)), np.zeros((m, size, size)), np.zeros((m, size, size)))


def prior_terms(priors: ItemPriors | None, eta: FloatArray, group: ItemGroup) -> PriorTerms:
    """Terms of a group's items at eta (m, P); `priors` are those of the group's items, as arrays."""
    terms = PriorTerms.none(eta)
    if priors is None or not (group.n_own or group.n_shared):
        return terms
    if priors.a is not None and group.has_free_slope():
        _add_slope(terms, priors.a, eta[:, 0], 1.0 / len(eta) if group.shared_map[0].any() else 1.0)
    if priors.b is not None:
        _add_thresholds(terms, priors.b, eta, group)
    if priors.c is not None and group.family is Family.GUESSING:
        _add_guessing(terms, priors.c, eta[:, -1])
    return terms


def _add_slope(terms: PriorTerms, prior: LogNormal | Normal, a: FloatArray, share: float) -> None:
    mean, precision = np.asarray(prior.mean), share / np.asarray(prior.sd) ** 2
    if isinstance(prior, Normal):
        pull = (a - mean) * precision
        terms.log_density[:] += -0.5 * pull * (a - mean)
        terms.gradient[:, 0] -= pull
        terms.curvature[:, 0, 0] += precision
        terms.bound[:, 0, 0] += precision
        return
    with np.errstate(invalid="ignore", divide="ignore"):  # a slope that is not positive has no density: NaN
        pull = (np.log(a) - mean) * precision
        terms.log_density[:] += -0.5 * pull * (np.log(a) - mean)
    terms.gradient[:, 0] -= pull / a
    terms.curvature[:, 0, 0] += (precision - pull) / a**2
    terms.bound[:, 0, 0] += precision / a**2


def _add_thresholds(terms: PriorTerms, prior: Normal, eta: FloatArray, group: ItemGroup) -> None:
    """With b = L d / a: b_a = -b / a, b_d = L / a, b_aa = 2 b / a², b_ad = -L / a²."""
    steps, to_b = slice(1, 1 + group.n_steps), step_matrix(group.family, group.n_steps)
    a = np.where(np.abs(eta[:, :1]) < _FLATTEST, np.copysign(_FLATTEST, eta[:, :1]), eta[:, :1])
    b = eta[:, steps] @ to_b.T / a
    mean, precision = np.asarray(prior.mean)[:, None], np.asarray(prior.sd)[:, None] ** -2.0
    pull = (b - mean) * precision
    terms.log_density[:] += -0.5 * (pull * (b - mean)).sum(axis=1)
    jacobian = np.concatenate([(-b / a)[:, :, None], to_b / a[:, :, None]], axis=2)  # (m, K, 1 + K)
    both = slice(0, 1 + group.n_steps)
    terms.gradient[:, both] -= np.einsum("mk,mkp->mp", pull, jacobian)
    square = precision[:, :, None] * np.einsum("mkp,mkr->mpr", jacobian, jacobian)
    terms.bound[:, both, both] += square
    terms.curvature[:, both, both] += square
    terms.curvature[:, 0, 0] += (pull * 2.0 * b / a**2).sum(axis=1)
    cross = -(pull @ to_b) / a**2
    terms.curvature[:, 0, steps] += cross
    terms.curvature[:, steps, 0] += cross


def _add_guessing(terms: PriorTerms, prior: object, g: FloatArray) -> None:
    if isinstance(prior, Beta):
        c = expit(g)
        alpha, beta = np.asarray(prior.alpha) - 1.0, np.asarray(prior.beta) - 1.0
        # d log density / dc dc/dg = alpha (1 - c) - beta c
        terms.log_density[:] += alpha * np.log(c) + beta * np.log1p(-c)
        terms.gradient[:, -1] += alpha * (1.0 - c) - beta * c
        curvature = (alpha + beta) * c * (1.0 - c)
        terms.curvature[:, -1, -1] += curvature
        terms.bound[:, -1, -1] += np.maximum(curvature, 0.0)
        return
    mean, precision = np.asarray(prior.mean), np.asarray(prior.sd) ** -2.0  # type: ignore[attr-defined]
    terms.log_density[:] += -0.5 * (g - mean) ** 2 * precision
    terms.gradient[:, -1] -= (g - mean) * precision
    terms.curvature[:, -1, -1] += precision
    terms.bound[:, -1, -1] += precision
