"""Everything an examiner looks at after a calibration: items, persons, forms, pairs, and their flags."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from scoring.ability import PersonScores, wle_scores
from scoring.analysis_results import (
    Analysis,
    AnalysisFlag,
    AnalysisOptions,
    DependentPair,
    FormFit,
    FormReliability,
    ItemQuality,
    PersonQuality,
    Populations,
)
from scoring.calibration import Calibration
from scoring.errors import InvalidGroups, InvalidResponses
from scoring.fit.curves import item_curve
from scoring.fit.flags import misfit_flags
from scoring.fit.m2 import M2Options, m2
from scoring.fit.mean_squares import item_mean_squares, person_mean_squares
from scoring.fit.persons import ThetaMethod, person_fit
from scoring.fit.residuals import ResidualCorrelations, q3
from scoring.fit.s_x2 import s_x2
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.reliability import alpha, empirical_reliability, marginal_reliability, omega
from scoring.responses import (
    MOST_CATEGORIES,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)
from scoring.screening import identical_responses

__all__ = [
    "Analysis",
    "AnalysisFlag",
    "AnalysisOptions",
    "DependentPair",
    "FormFit",
    "FormReliability",
    "ItemQuality",
    "PersonQuality",
    "analyse",
]


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Responses to calibrated items: `place` tells the position of each column among all items."""

    marks: ResponseMatrix
    params: ItemParams
    populations: Populations
    population: Quadrature
    place: IntArray
    n_items: int
    forms: IntArray
    scores: PersonScores

    def columns_of(self, form: int) -> IntArray:
        return np.flatnonzero((self.marks[self.forms == form] >= 0).any(axis=0))

    def spread(self, values: npt.ArrayLike) -> FloatArray:
        """One value a column as one value an item, NaN where the item has no parameters."""
        full = np.full(self.n_items, np.nan)
        full[self.place] = values
        return full


def analyse(  # noqa: PLR0913 - a calibration and its data, who sat what and belongs where
    calibration: Calibration,
    responses: npt.ArrayLike | SparseResponses,
    *,
    forms: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    options: AnalysisOptions | None = None,
    progress: Callable[[str], None] | None = None,
) -> Analysis:
    """Judge a calibration by the responses it was made from.

    Parameters
    ----------
    calibration : of one population or several
    responses : (n_persons, n_items) of marks and MISSING, as they were calibrated, or SparseResponses, which
        become such a matrix of int8
    forms : (n_persons,) whole numbers 0, 1, … of the form each sat; one form when None
    groups : (n_persons,) names as in `calibration.groups`: each person's prior is his group's distribution.
        Figures of items and forms rest on the groups' mixture there. None: the mixture is everybody's prior
    progress : called with "items", "persons", "forms" as each stage begins, the last before each form; what
        it raises passes through

    Missing data: each statistic's own rule. Items are judged by who met them, S-X² by persons who met exactly
    the same items, M2, alpha and omega by who responded to all items of the form. Items without
    parameters take no part. Infit, outfit, Q3 and curves rest on EAP, lz* on WLE.

    Raises
    ------
    InvalidResponses : no matrix of marks of n_items columns. InvalidGroups : forms or groups of another
        length or name.
    """
    chosen = options or AnalysisOptions()
    tell = progress or (lambda _stage: None)
    data = _data(calibration, responses, forms, groups)
    tell("items")
    residual = _residual_correlations(data, chosen)
    pairs = _dependent_pairs(data, residual, chosen)
    items = _items(data, residual, pairs, chosen)
    tell("persons")
    persons = _persons(data, chosen)
    copies = identical_responses(
        data.marks, chosen.duplicate_items, params=data.params, quadrature=data.population
    )
    reliabilities, model_fit = [], []
    present = [form for form in np.unique(data.forms).tolist() if data.columns_of(form).size]
    for form in present:
        tell("forms")
        reliabilities.append(_reliability(data, form))
        model_fit.append(_model_fit(data, form, chosen))
    return Analysis(
        items,
        persons,
        _marginal(data, present),
        empirical_reliability(data.scores.theta, data.scores.se),
        tuple(reliabilities),
        tuple(model_fit),
        tuple(pairs),
        tuple(group for group in copies if group.p <= chosen.duplicate_p),
    )


def _data(
    calibration: Calibration,
    responses: npt.ArrayLike | SparseResponses,
    forms: npt.ArrayLike | None,
    groups: npt.ArrayLike | None,
) -> _Data:
    given = responses.dense() if isinstance(responses, SparseResponses) else responses
    marks = response_matrix(given, MOST_CATEGORIES)
    n_items = calibration.params.n_items
    if marks.shape[1] != n_items:
        raise InvalidResponses(f"responses: expected {n_items} columns, got {marks.shape[1]}")
    number = np.zeros(len(marks), dtype=np.intp) if forms is None else np.asarray(forms)
    if number.shape != (len(marks),) or number.dtype.kind not in "iu":
        raise InvalidGroups(f"forms: expected {len(marks)} whole numbers")
    populations = Populations.read(calibration, groups, len(marks))
    params = calibration.params.subset(place := np.flatnonzero(calibration.params.calibrated))
    part = np.ascontiguousarray(np.asarray(calibration.recode(marks))[:, place])
    scores, everybody = populations.scores(part, params), populations.among(np.ones(len(marks), dtype=bool))
    return _Data(part, params, populations, everybody, place, n_items, number.astype(np.intp), scores)


def _residual_correlations(data: _Data, options: AnalysisOptions) -> ResidualCorrelations:
    """Q3 of the pairs where enough persons who met both earned another mark than most, on either item.

    Of two very easy items missed by the same two persons the residuals correlate by 0.6, and Fisher's z,
    which is of normal residuals, finds that impossible.
    """
    found = q3(data.marks, data.params, data.scores.theta, min_persons=max(4, options.q3_persons))
    met = data.marks >= 0
    usual = np.array([np.bincount(column[column >= 0], minlength=1).argmax() for column in data.marks.T])
    counts = (met & (data.marks != usual)).astype(np.float32).T @ met.astype(np.float32)
    enough = np.minimum(counts, counts.T) >= options.q3_unusual
    return ResidualCorrelations(np.where(enough, found.q3, np.nan), found.n)


def _dependent_pairs(
    data: _Data, residual: ResidualCorrelations, options: AnalysisOptions
) -> list[DependentPair]:
    """Pairs whose Q3 is both far from the mean and not to be had by chance, worst first.

    Fisher's z of a correlation of n persons has standard error 1/sqrt(n - 3): with 60 persons a pair, as in
    a campaign of many forms, every eighth sound pair is 0.2 away.
    """
    first, second = np.triu_indices(data.params.n_items, 1)
    values, n = residual.q3[first, second], residual.n[first, second]
    away = values - residual.mean
    fisher = np.arctanh(np.clip(values, -0.999999, 0.999999)) - np.arctanh(residual.mean)
    p = 2.0 * norm.sf(np.abs(fisher) * np.sqrt(np.maximum(n - 3.0, 1.0)))
    p[np.isnan(away)] = np.nan
    flagged = np.nan_to_num(np.abs(away)) > options.q3_limit
    flagged &= misfit_flags(p, options.false_discoveries)
    where = np.flatnonzero(flagged)
    where = where[np.argsort(-np.abs(away[where]), kind="stable")]
    return [
        DependentPair(int(data.place[first[k]]), int(data.place[second[k]]), float(values[k]), int(n[k]))
        for k in where.tolist()
    ]


def _items(
    data: _Data, residual: ResidualCorrelations, pairs: list[DependentPair], options: AnalysisOptions
) -> ItemQuality:
    theta = data.scores.theta
    table = s_x2(data.marks, data.params, data.population)
    squares = item_mean_squares(data.marks, data.params, theta)
    q3_max, q3_with = _farthest(data, residual)
    curves = [
        item_curve(data.marks[:, [j]], data.params.subset([j]), theta, 0, n_bins=options.n_bins)
        for j in range(data.params.n_items)
    ]
    of_item = dict(zip(data.place.tolist(), curves, strict=True))
    quality = ItemQuality(
        s_x2=data.spread(table.statistic),
        df=data.spread(table.df),
        p=data.spread(table.p),
        p_adjusted=data.spread(table.p_adjusted),
        rmsea=data.spread(table.rmsea),
        infit=data.spread(squares.infit),
        infit_z=data.spread(squares.z_infit),
        outfit=data.spread(squares.outfit),
        outfit_z=data.spread(squares.z_outfit),
        q3_max=q3_max,
        q3_with=q3_with,
        curves=tuple(of_item.get(item) for item in range(data.n_items)),
        flags=(),
    )
    return replace(quality, flags=_flags(quality, pairs, options))


def _farthest(data: _Data, residual: ResidualCorrelations) -> tuple[FloatArray, IntArray]:
    """Each item's Q3 farthest from the mean of all pairs, and with which item; -1 where none is known."""
    matrix = residual.q3.copy()
    np.fill_diagonal(matrix, np.nan)
    away = np.nan_to_num(np.abs(matrix - residual.mean), nan=-1.0)
    other = away.argmax(axis=1) if away.size else np.zeros(0, dtype=np.intp)
    row = np.arange(len(matrix))
    known = away[row, other] >= 0
    partner = np.full(data.n_items, -1, dtype=np.intp)
    partner[data.place[known]] = data.place[other[known]]
    return data.spread(np.where(known, matrix[row, other], np.nan)), partner


def _flags(
    quality: ItemQuality, pairs: list[DependentPair], options: AnalysisOptions
) -> tuple[tuple[AnalysisFlag, ...], ...]:
    low, high = options.mean_square
    with np.errstate(invalid="ignore"):  # NaN: not judged, so not flagged
        misfit = (quality.p_adjusted <= options.false_discoveries) & (quality.rmsea > options.misfit_rmsea)
        overfit = np.zeros_like(misfit)
        for square, z in ((quality.infit, quality.infit_z), (quality.outfit, quality.outfit_z)):
            misfit |= (square > high) & (z > options.mean_square_z)
            overfit |= (square < low) & (z < -options.mean_square_z)
    dependent = {item for pair in pairs for item in (pair.first, pair.second)}
    raised = {
        AnalysisFlag.MISFIT: misfit,
        AnalysisFlag.OVERFIT: overfit,
        AnalysisFlag.LOCAL_DEPENDENCE: np.isin(np.arange(misfit.size), list(dependent)),
    }
    return tuple(tuple(flag for flag, where in raised.items() if where[k]) for k in range(misfit.size))


def _persons(data: _Data, options: AnalysisOptions) -> PersonQuality:
    wle = wle_scores(data.marks, data.params)
    fit = person_fit(data.marks, data.params, wle.theta, method=ThetaMethod.WLE)
    squares = person_mean_squares(data.marks, data.params, data.scores.theta)
    flagged = np.nan_to_num(fit.lz_star, nan=0.0) < options.person_threshold
    return PersonQuality(
        eap=data.scores.theta,
        eap_se=data.scores.se,
        wle=wle.theta,
        lz_star=fit.lz_star,
        outfit=squares.outfit,
        n=fit.n,
        flagged=flagged,
        threshold=options.person_threshold,
    )


def _marginal(data: _Data, forms: list[int]) -> float:
    """Marginal reliability of each form, averaged over the persons."""
    sitters = [data.forms == form for form in forms]
    found = [
        marginal_reliability(data.params.subset(data.columns_of(form)), data.populations.among(sat))
        for form, sat in zip(forms, sitters, strict=True)
    ]
    persons = [int(sat.sum()) for sat in sitters]
    return float(np.average(found, weights=persons)) if found else float("nan")


def _reliability(data: _Data, form: int) -> FormReliability:
    part = data.marks[data.forms == form][:, data.columns_of(form)]
    one = alpha(part)
    return FormReliability(form, int((part >= 0).all(axis=1).sum()), one.alpha, omega(part).omega)


def _model_fit(data: _Data, form: int, options: AnalysisOptions) -> FormFit:
    columns = data.columns_of(form)
    sat, chosen = data.forms == form, M2Options(min_persons=options.m2_persons)
    part, population = data.marks[sat][:, columns], data.populations.among(sat)
    return FormFit(form, m2(part, data.params.subset(columns), population, options=chosen))
