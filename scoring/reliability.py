"""How much of the differences between persons' scores would come back on a like form."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.stats import f as f_distribution

from scoring.errors import InvalidResponses
from scoring.fit._forms import rows_of
from scoring.information import form_information
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import (
    MOST_CATEGORIES,
    FloatArray,
    ResponseMatrix,
    SparseResponses,
    presented,
    response_matrix,
)

_SMALLEST_UNIQUENESS = 0.005


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha with its confidence interval; NaN for fewer than two items or persons, or no variance.

    n_persons : persons behind it; with pairwise covariances the harmonic mean over pairs of items
    """

    alpha: float
    low: float
    high: float
    n_persons: float
    n_items: int


@dataclass(frozen=True, slots=True, eq=False)
class Omega:
    """McDonald's omega of a one-factor model.

    omega : (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses); NaN where there is no model
    loadings, uniquenesses : (n_items,) in marks, and marks squared
    is_converged : whether the fit did
    heywood : whether an item's uniqueness sank to its bound, which makes omega suspect
    """

    omega: float
    loadings: FloatArray
    uniquenesses: FloatArray
    is_converged: bool
    heywood: bool


def alpha(
    responses: npt.ArrayLike | SparseResponses, *, pairwise: bool = False, confidence: float = 0.95
) -> Alpha:
    """Cronbach's alpha of one form, of 0/1 and polytomous marks, with Feldt's interval.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    pairwise : False counts only persons with every item; True takes every covariance over the persons who
        met both items (all pairs must have been met by two persons or more, else NaN)
    confidence : of the interval

    References: Cronbach (1951); Feldt (1965): (1 - alpha) / (1 - estimate) follows F(n - 1, (n - 1)(J - 1)).
    """
    covariance, n = _covariance(responses, pairwise=pairwise)
    n_items = len(covariance)
    nothing = Alpha(float("nan"), float("nan"), float("nan"), n, n_items)
    if n_items < 2 or not n >= 2 or not np.isfinite(covariance).all():
        return nothing
    total = float(covariance.sum())
    if not total > 1e-12:
        return nothing
    estimate = n_items / (n_items - 1) * (1.0 - float(np.trace(covariance)) / total)
    tail = (1.0 - confidence) / 2.0
    upper, lower = f_distribution.ppf([1.0 - tail, tail], n - 1, (n - 1) * (n_items - 1))
    low, high = (float(1.0 - (1.0 - estimate) * bound) for bound in (upper, lower))
    return Alpha(estimate, low, high, n, n_items)


def omega(responses: npt.ArrayLike | SparseResponses, *, pairwise: bool = False) -> Omega:
    """McDonald's omega (total) from one factor fitted to the covariances by maximum likelihood.

    Parameters and missing data as in alpha; three items or more that vary, else NaN. Product-moment
    covariances of the marks are modelled, not tetrachoric ones: omega is the reliability of the sum of marks.

    References: McDonald (1999), ch. 6; Jöreskog (1967) for the likelihood in the uniquenesses alone.
    """
    covariance, n = _covariance(responses, pairwise=pairwise)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0)) if len(covariance) else np.zeros(0)
    missing = np.full(len(covariance), np.nan)
    if len(covariance) < 3 or not n >= 3 or not np.isfinite(covariance).all() or not (sd > 0).all():
        return Omega(float("nan"), missing, missing, is_converged=False, heywood=False)
    loading, uniqueness, converged = _one_factor(covariance / np.outer(sd, sd))
    common = float((loading * sd).sum()) ** 2
    error = float((uniqueness * sd**2).sum())
    heywood = bool((uniqueness <= _SMALLEST_UNIQUENESS * 1.001).any())
    return Omega(common / (common + error), loading * sd, uniqueness * sd**2, converged, heywood)


def expected_omega(params: ItemParams, quadrature: Quadrature) -> float:
    """Reliability of the sum of marks that item parameters imply: Var E(X | theta) / Var X.

    The nonlinear counterpart of omega, for a form before anybody sat it; NaN without true variance or items.

    References: Lord (1980), eq. 4-4, 4-5; Green & Yang (2009); Kolen, Zeng & Hanson (1996).
    """
    curves = category_probabilities(quadrature.nodes, params)
    marks = np.arange(curves.shape[2], dtype=np.float64)
    expected, square = curves @ marks, curves @ marks**2
    error = float(quadrature.weights @ (square - expected**2).sum(axis=1))
    total = expected.sum(axis=1)
    true = float(quadrature.weights @ (total - quadrature.weights @ total) ** 2)
    return true / (true + error) if true + error > 0 else float("nan")


def marginal_reliability(params: ItemParams, quadrature: Quadrature) -> float:
    """Reliability of theta estimates that item parameters imply, averaged over the population.

    The mean of I(theta) / (I(theta) + 1 / s^2) with s^2 the variance of `quadrature`, in the population of
    `quadrature`. For a standard normal this is R mirt's `marginal_rxx`; where the spread was estimated, mirt
    averages I / (I + s^2) over a standard normal instead, which is the reliability of no population.

    References: Green, Bock, Humphreys, Linn & Reckase (1984); Bechger, Maris, Verstralen & Béguin (2003).
    """
    mean = quadrature.weights @ quadrature.nodes
    variance = quadrature.weights @ (quadrature.nodes - mean) ** 2
    information = form_information(quadrature.nodes, params)
    return float(quadrature.weights @ (information / (information + 1.0 / variance)))


def empirical_reliability(theta: npt.ArrayLike, se: npt.ArrayLike, *, shrunken: bool = True) -> float:
    """Reliability of the theta estimates of these persons.

    Parameters
    ----------
    theta, se : (n_persons,) estimates and standard errors; persons with either not finite are left out
    shrunken : True for EAP and MAP, whose variance is that of true scores: V / (V + mean se^2);
        False for ML and WLE, whose variance holds the error: (V - mean se^2) / V, which may be negative

    Returns
    -------
    NaN for fewer than two persons or no variance.

    References: Thissen & Wainer (2001), ch. 4; R mirt's `empirical_rxx` is the shrunken one.
    """
    estimates, errors = np.asarray(theta, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if estimates.ndim != 1 or estimates.shape != errors.shape:
        raise InvalidResponses("theta and se must be vectors of one length, one entry per person")
    known = np.isfinite(estimates) & np.isfinite(errors)
    if known.sum() < 2:
        return float("nan")
    variance = float(estimates[known].var(ddof=1))
    error = float((errors[known] ** 2).mean())
    if not variance > 0:
        return float("nan")
    return variance / (variance + error) if shrunken else (variance - error) / variance


def _covariance(responses: npt.ArrayLike | SparseResponses, *, pairwise: bool) -> tuple[FloatArray, float]:
    """Covariance matrix of the marks, NaN where fewer than two met both items, and the persons behind it."""
    if not pairwise:
        complete = _complete(responses).astype(np.float64)
        n_persons, n_items = complete.shape
        if n_persons < 2 or not n_items:
            return np.full((n_items, n_items), np.nan), float(n_persons)
        centred = complete - complete.mean(axis=0)
        return centred.T @ centred / (n_persons - 1.0), float(n_persons)
    n_both, sums, products = _pair_sums(responses)
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody met both: NaN is meant
        covariance = (products - sums * sums.T / n_both) / (n_both - 1.0)
        covariance[n_both < 2] = np.nan
        pairs = n_both[np.tril_indices(len(n_both), -1)]
        n = float(pairs.size / (1.0 / pairs).sum()) if pairs.size else 0.0
    return covariance, n


def _complete(responses: npt.ArrayLike | SparseResponses) -> ResponseMatrix:
    """The marks of the persons who met every item."""
    if isinstance(responses, SparseResponses):
        everything = np.flatnonzero(np.diff(responses.start) == responses.n_items)
        return rows_of(responses, everything)
    marks = response_matrix(responses, MOST_CATEGORIES)
    return marks[presented(marks).all(axis=1)]


def _pair_sums(responses: npt.ArrayLike | SparseResponses) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(n_items, n_items) each, over persons who met both: their number, the first's marks, the products."""
    if isinstance(responses, SparseResponses):
        shape = (responses.n_persons, responses.n_items)
        where = (responses.item, responses.start)
        counted = sparse.csr_array((np.ones(responses.mark.size), *where), shape=shape)
        marked = sparse.csr_array((responses.mark.astype(np.float64), *where), shape=shape)
        pairs = (counted.T @ counted, marked.T @ counted, marked.T @ marked)
        return pairs[0].toarray(), pairs[1].toarray(), pairs[2].toarray()
    marks = response_matrix(responses, MOST_CATEGORIES)
    met = presented(marks)
    counts, values = met.astype(np.float64), np.where(met, marks, 0).astype(np.float64)
    return counts.T @ counts, values.T @ counts, values.T @ values


def _one_factor(correlation: FloatArray) -> tuple[FloatArray, FloatArray, bool]:
    """Maximum likelihood loadings and uniquenesses of one factor.

    With S* = u^(-1/2) R u^(-1/2), its eigenvalues e_1 > e_2 … and the first eigenvector v, the loadings are
    u^(1/2) v sqrt(e_1 - 1) and the discrepancy is the sum over j > 1 of e_j - log e_j - 1.
    """

    def scaled(uniqueness: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        root = np.sqrt(uniqueness)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        return root, np.maximum(values, 1e-12), vectors

    def discrepancy(uniqueness: FloatArray) -> tuple[float, FloatArray]:
        _, values, vectors = scaled(uniqueness)
        rest = values[:-1]
        gradient = -((vectors[:, :-1] ** 2) @ (rest - 1.0)) / uniqueness
        return float((rest - np.log(rest) - 1.0).sum()), gradient

    smc = 1.0 / np.diag(np.linalg.pinv(correlation))
    start = np.clip(smc, 0.05, 0.95)
    bounds = [(_SMALLEST_UNIQUENESS, 1.0)] * len(start)
    found = minimize(discrepancy, start, jac=True, method="L-BFGS-B", bounds=bounds,
                     options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9})  # fmt: skip
    root, values, vectors = scaled(found.x)
    first = vectors[:, -1] * (1.0 if vectors[:, -1].sum() >= 0 else -1.0)
    loading = root * first * np.sqrt(max(float(values[-1]) - 1.0, 0.0))
    return loading, np.asarray(found.x, dtype=np.float64), bool(found.success)
