"""M2: does the whole model reproduce how single items and pairs of items were marked?"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from scoring.fit._degrees import free_population_parameters
from scoring.fit._forms import form_of_each, rows_of
from scoring.fit._moments import Moments, curve_derivatives, moments_of
from scoring.fit._pairs import Responses, checked_responses, dense_blocks
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray, ResponseMatrix


class M2Status(StrEnum):
    """Whether the statistic could be computed."""

    COMPUTED = "COMPUTED"
    NO_DEGREES_OF_FREEDOM = "NO_DEGREES_OF_FREEDOM"
    TOO_FEW_PERSONS = "TOO_FEW_PERSONS"
    TOO_MANY_MOMENTS = "TOO_MANY_MOMENTS"
    SINGULAR = "SINGULAR"


@dataclass(frozen=True, slots=True)
class M2Options:
    """How M2 is computed.

    collapse_single : False takes every category of single items beside the products of pairs of marks (C2,
        Cai & Monroe 2014; what R mirt prints for polytomous items); True takes their means only (M2*, Cai &
        Hansen 2013). Of dichotomous items both are M2.
    population_parameters : estimated parameters of the distribution of ability, taken off the df; None is 1
        where all slopes are fixed at 1, else 0
    project_population : also project out the derivative in the spread of ability, as theory has it. R mirt
        takes it off the df only, which at the maximum makes the statistic larger by some 1e-5 of itself.
    min_persons : forms with fewer complete persons give no statistic
    most_moments : more would need more than some 300 MB
    """

    collapse_single: bool = False
    population_parameters: int | None = None
    project_population: bool = False
    min_persons: int = 10
    most_moments: int = 6000


@dataclass(frozen=True, slots=True)
class M2:
    """Limited-information fit of one form; NaN beside a status other than COMPUTED.

    statistic, df, p : chi-square, its degrees of freedom and upper tail
    rmsea : sqrt(max(0, statistic - df) / (df (n - 1)))
    rmsea_low, rmsea_high : its 90 % interval, from noncentralities over df n, as R mirt has them
    srmsr : root mean squared difference of observed and expected correlations
    tli, cfi : against independent items
    n : persons with all items
    """

    status: M2Status
    statistic: float
    df: int
    p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmsr: float
    tli: float
    cfi: float
    n: int


def m2(
    responses: Responses, params: ItemParams, quadrature: Quadrature, *, options: M2Options | None = None
) -> M2:
    """M2 of one form, from persons who met all its items.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models, at their estimates
    quadrature : the distribution of ability estimated with them

    Missing data: persons without all n_items responses are left out; `n` says how many counted.

    Raises
    ------
    InvalidResponses, NotCalibrated

    References: Maydeu-Olivares & Joe (2005, 2006); Cai & Hansen (2013); Cai & Monroe (2014).
    """
    given = checked_responses(responses, params)
    complete = [block[(block >= 0).all(axis=1)] for _, block in dense_blocks(given)]
    marks = np.concatenate(complete) if complete else np.zeros((0, params.n_items), np.int8)
    return _of_complete(marks, params, quadrature, options or M2Options())


def m2_by_form(
    responses: Responses, params: ItemParams, quadrature: Quadrature, *, options: M2Options | None = None
) -> tuple[tuple[IntArray, M2], ...]:
    """M2 of every form (set of items met), with the positions of its items; the largest form first.

    Forms with fewer than `min_persons` persons, or of one item, are left out. Otherwise as m2.
    """
    chosen = options or M2Options()
    given = checked_responses(responses, params)
    number, _ = form_of_each(given)
    sizes = np.bincount(number)
    found = []
    for form in np.argsort(-sizes, kind="stable").tolist():
        if sizes[form] < max(chosen.min_persons, 1):
            break
        rows = rows_of(given, np.flatnonzero(number == form))
        items = np.flatnonzero(rows[0] >= 0)
        if items.size > 1:
            fit = _of_complete(rows[:, items], params.subset(items), quadrature, chosen)
            found.append((items, fit))
    return tuple(found)


def _of_complete(
    responses: ResponseMatrix, params: ItemParams, quadrature: Quadrature, options: M2Options
) -> M2:
    n = len(responses)
    if n < max(options.min_persons, 2):
        return _without(M2Status.TOO_FEW_PERSONS, n)
    moments = moments_of(params, quadrature, collapse_single=options.collapse_single)
    if moments.n_moments > options.most_moments:
        return _without(M2Status.TOO_MANY_MOMENTS, n)
    population = options.population_parameters
    population = free_population_parameters(params) if population is None else population
    marks = responses.astype(np.float64)
    residual = moments.observed(marks) - quadrature.weights @ moments.given_theta()
    try:
        root = cholesky(moments.covariance(), lower=True, overwrite_a=True)
    except LinAlgError:
        return _without(M2Status.SINGULAR, n)
    columns = _free_columns(moments, params, quadrature)
    basis, rank = _column_space(solve_triangular(root, columns, lower=True))
    if options.project_population:
        spread = quadrature.nodes - quadrature.weights @ quadrature.nodes
        score = quadrature.weights * (spread**2 - quadrature.weights @ spread**2)
        extra = solve_triangular(root, (score @ moments.given_theta())[:, None], lower=True)
        basis, _ = _column_space(np.column_stack([basis, extra]))
    df = moments.n_moments - rank - population
    if df < 1:
        return _without(M2Status.NO_DEGREES_OF_FREEDOM, n, df)
    scaled = solve_triangular(root, residual, lower=True)
    scaled -= basis @ (basis.T @ scaled)
    return _summary(float(n * scaled @ scaled), df, marks, moments)


def _free_columns(moments: Moments, params: ItemParams, quadrature: Quadrature) -> FloatArray:
    """(n_moments, n_free) derivatives in the free parameters; shared ones are sums over their items."""
    own: list[FloatArray] = []
    shared: dict[tuple[ItemModel, int], FloatArray] = {}
    for item, model in enumerate(params.models):
        columns = moments.derivative(item, curve_derivatives(quadrature.nodes, params, item))
        slope, rest = columns[:, :1], columns[:, 1:]
        if model is ItemModel.RSM:
            own.append(rest.sum(axis=1, keepdims=True))
            key = (model, rest.shape[1])
            shared[key] = shared.get(key, 0.0) + rest
        elif model is ItemModel.ONE_PL:
            own.append(rest)
            shared[(model, 1)] = shared.get((model, 1), 0.0) + slope
        else:
            own.append(rest if model.has_unit_slope else columns)
    return np.concatenate([*own, *shared.values()], axis=1)


def _column_space(columns: FloatArray) -> tuple[FloatArray, int]:
    """An orthonormal basis and its rank; redundant columns, as of shared steps, do not count twice."""
    length = np.sqrt((columns**2).sum(axis=0))
    left, singular, _ = np.linalg.svd(columns / np.where(length > 0, length, 1.0), full_matrices=False)
    rank = int((singular > 1e-9 * singular[0]).sum())
    return left[:, :rank], rank


def _summary(statistic: float, df: int, marks: FloatArray, moments: Moments) -> M2:
    n = len(marks)
    null, null_df = _independence(marks)
    excess, null_excess = max(statistic - df, 0.0), max(null - null_df, statistic - df, 0.0)
    null_ratio = null / null_df
    low, high = (_noncentrality(statistic, df, share) for share in (0.95, 0.05))
    return M2(
        M2Status.COMPUTED,
        statistic,
        df,
        float(chi2.sf(statistic, df)),
        float(np.sqrt(excess / (df * (n - 1)))),
        float(np.sqrt(low / (df * n))),
        float(np.sqrt(high / (df * n))),
        _srmsr(marks, moments),
        (null_ratio - statistic / df) / (null_ratio - 1.0) if null_ratio != 1.0 else float("nan"),
        1.0 - excess / null_excess if null_excess > 0 else 1.0,
        n,
    )


def _noncentrality(statistic: float, df: int, share: float) -> float:
    """The noncentrality with this share of its distribution below the statistic; 0 when none has."""
    if chi2.cdf(statistic, df) <= share:
        return 0.0
    upper = max(statistic, 1.0) * 2.0
    while ncx2.cdf(statistic, df, upper) > share:
        upper *= 2.0
    return float(brentq(lambda lam: ncx2.cdf(statistic, df, lam) - share, 1e-12, upper, xtol=1e-10))


def _independence(marks: FloatArray) -> tuple[float, int]:
    """M2 of the model that items are independent, at its maximum: n times the sum of squared correlations.

    Given independence the products' residuals, with single items projected out, are those of the centred
    marks, which are uncorrelated with variances s_i^2 s_j^2.
    """
    centred = marks - marks.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(spread > 0, spread, 1.0)
    pairs = (scaled.T @ scaled)[np.tril_indices(marks.shape[1], -1)]
    return float(len(marks) * (pairs**2).sum()), int(pairs.size)


def _srmsr(marks: FloatArray, moments: Moments) -> float:
    """Over pairs of items whose observed marks vary."""
    categories = np.arange(moments.curves.shape[2], dtype=np.float64)
    mark = moments.expected_marks
    mean = moments.weights @ mark
    covariance = (mark * moments.weights[:, None]).T @ mark
    np.fill_diagonal(covariance, moments.weights @ (moments.curves @ categories**2))
    covariance -= np.outer(mean, mean)
    spread = np.sqrt(covariance.diagonal())
    with np.errstate(invalid="ignore", divide="ignore"):  # an item all marked alike has no correlation
        observed = np.corrcoef(marks, rowvar=False)
    difference = (observed - covariance / np.outer(spread, spread))[np.tril_indices(mark.shape[1], -1)]
    return float(np.sqrt(np.nanmean(difference**2))) if np.isfinite(difference).any() else float("nan")


def _without(status: M2Status, n: int, df: int = 0) -> M2:
    nan = float("nan")
    return M2(status, nan, df, nan, nan, nan, nan, nan, nan, nan, n)
