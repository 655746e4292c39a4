"""S-X2: do the persons of each total score earn an item's marks as often as the model says?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from scoring.fit._degrees import free_item_parameters, free_population_parameters
from scoring.fit._forms import form_of_each, rows_of
from scoring.fit._pairs import Responses, checked_responses
from scoring.fit._sparse_cells import collapse
from scoring.models import category_probabilities
from scoring.multiple_tests import benjamini_hochberg
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray, ResponseMatrix


@dataclass(frozen=True, slots=True)
class SX2Options:
    """How S-X2 is computed.

    min_expected : cells that expect fewer persons are merged
    min_persons : forms with fewer persons are left out
    n_free : parameters estimated of each item; None counts them from the models
    population_parameters : estimated parameters of the distribution of ability, taken off every item's df;
        None is 1 where all slopes are fixed at 1, else 0
    """

    min_expected: float = 1.0
    min_persons: int = 10
    n_free: tuple[int, ...] | None = None
    population_parameters: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SX2:
    """One row per item; NaN where no form gave a table, or no degree of freedom is left.

    statistic, df, p : (n_items,) chi-square, its degrees of freedom and upper tail
    p_adjusted : (n_items,) p adjusted for the false discovery rate over the items
    rmsea : (n_items,) sqrt(max(0, statistic - df) / (df (n - 1)))
    n : (n_items,) persons in the tables, those with the lowest and highest score possible included
    n_forms : (n_items,) forms whose tables were summed
    """

    statistic: FloatArray
    df: IntArray
    p: FloatArray
    p_adjusted: FloatArray
    rmsea: FloatArray
    n: IntArray
    n_forms: IntArray


def s_x2(
    responses: Responses, params: ItemParams, quadrature: Quadrature, *, options: SX2Options | None = None
) -> SX2:
    """Orlando and Thissen's S-X2, for dichotomous and polytomous items.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    quadrature : the distribution of ability the items were calibrated with

    Missing data: a total score means the same only among persons who met the same items. Persons are
    therefore grouped by their set of items (their form); an item's chi-squares and its cells less score
    groups are summed over forms, and its parameters are taken off the degrees of freedom once. Forms with
    fewer than `min_persons` persons are left out; a design in which every person has another form gives NaN.

    Persons with the lowest or the highest score possible tell nothing and have no cell.

    Raises
    ------
    InvalidResponses, NotCalibrated

    References: Orlando & Thissen (2000); Kang & Chen (2008) for polytomous items; scoring.fit._sparse_cells
    for the merging of sparse cells.
    """
    chosen = options or SX2Options()
    given = checked_responses(responses, params)
    sums = np.zeros((4, params.n_items))  # chi-square, cells less groups, persons, forms
    number, n_forms = form_of_each(given)
    persons_of = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number, minlength=1))[:-1])
    for persons in persons_of[:n_forms]:
        if persons.size < max(chosen.min_persons, 1):
            continue
        rows = rows_of(given, persons)
        items = np.flatnonzero(rows[0] >= 0)
        if items.size > 1:
            sums[:, items] += _of_form(rows[:, items], params.subset(items), quadrature, chosen.min_expected)
    statistic, cells, n, forms = sums
    free = free_item_parameters(params) if chosen.n_free is None else np.array(chosen.n_free)
    population = chosen.population_parameters
    population = free_population_parameters(params) if population is None else population
    df = np.where(forms > 0, cells - free - population, 0).astype(np.intp)
    usable = (df > 0) & (forms > 0)
    statistic = np.where(forms > 0, statistic, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(usable, chi2.sf(statistic, np.maximum(df, 1)), np.nan)
        rmsea = np.sqrt(np.where(usable, np.maximum(statistic - df, 0.0) / (df * (n - 1)), np.nan))
    counts = n.astype(np.intp), forms.astype(np.intp)
    return SX2(statistic, df, p, benjamini_hochberg(p), rmsea, *counts)


def _of_form(
    marks: ResponseMatrix, params: ItemParams, quadrature: Quadrature, min_expected: float
) -> FloatArray:
    """(4, n_items) chi-square, cells less groups, persons and 1 of one form's items."""
    curves = category_probabilities(quadrature.nodes, params)
    score = marks.sum(axis=1, dtype=np.intp)
    highest = int((params.n_categories - 1).sum())
    persons = np.bincount(score, minlength=highest + 1)
    result = np.zeros((4, params.n_items))
    n_categories = params.n_categories.tolist()
    for item, rest in scores_without_each(curves, n_categories):
        m = n_categories[item]
        joint = np.zeros((highest + 1, m))
        for mark in range(m):
            joint[mark : mark + rest.shape[1], mark] = (curves[:, item, mark] * quadrature.weights) @ rest
        of_score = joint.sum(axis=1, keepdims=True)
        share = np.divide(joint, of_score, out=np.zeros_like(joint), where=of_score > 0)
        observed = np.bincount(score * m + marks[:, item], minlength=(highest + 1) * m).reshape(-1, m)
        between = slice(1, highest)
        table = observed[between].astype(np.float64)
        seen, model = collapse(table, share[between] * persons[between, None], min_expected)
        cells = model > 0
        statistic = ((seen - model)[cells] ** 2 / model[cells]).sum()
        result[:, item] = statistic, cells.sum() - len(seen), len(marks), 1
    return result


def scores_without_each(curves: FloatArray, n_categories: list[int]) -> Iterator[tuple[int, FloatArray]]:
    """The distribution of the score on all other items, of each item in turn.

    Parameters
    ----------
    curves : (n_nodes, n_items, most_categories) category probabilities
    n_categories : of each item

    Yields
    ------
    item, (n_nodes, highest rest score + 1). Items are left out by halves: n log n convolutions, no division.

    References: Lord & Wingersky (1984) for the convolution.
    """

    def split(items: list[int], others: FloatArray) -> Iterator[tuple[int, FloatArray]]:
        if len(items) == 1:
            yield items[0], others
            return
        half = len(items) // 2
        for kept, taken in ((items[:half], items[half:]), (items[half:], items[:half])):
            longer = others
            for item in taken:
                longer = _with_item(longer, curves[:, item, : n_categories[item]])
            yield from split(kept, longer)

    yield from split(list(range(len(n_categories))), np.ones((curves.shape[0], 1)))


def _with_item(scores: FloatArray, curve: FloatArray) -> FloatArray:
    longer = np.zeros((scores.shape[0], scores.shape[1] + curve.shape[1] - 1))
    for mark in range(curve.shape[1]):
        longer[:, mark : mark + scores.shape[1]] += scores * curve[:, mark : mark + 1]
    return longer
