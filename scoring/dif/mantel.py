"""DIF of items with several marks: Mantel's test, the standardised mean difference, cumulative odds."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from scoring.dif.columns import ItemColumns
from scoring.dif.groups import Classes, DifClass, DifReason, Reasons, count_reason, two_groups
from scoring.dif.mantel_haenszel import n_strata_of
from scoring.dif.matching import Criterion, DifOptions, candidate_anchors, contingency
from scoring.dif.purification import PurgeRule, Purification, purify
from scoring.multiple_tests import benjamini_hochberg
from scoring.responses import BoolArray, FloatArray, IntArray, SparseResponses

MODERATE: Final = 0.17
LARGE: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Mantel:
    """One row per item; NaN where `reasons` names why.

    chi_square, p : Mantel's (1963), one degree of freedom, without correction for continuity
    p_adjusted : Benjamini & Hochberg over the items tested
    smd : standardised mean difference, focal minus reference, in marks, weighted by the focal group (Dorans &
        Schmitt 1991); negative against the focal group; se_smd after Zwick & Thayer (1996), hypergeometric
    standardised : smd over the item's standard deviation among all compared
    odds_ratio : common cumulative odds ratio of Liu & Agresti (1996), of the reference to the focal group;
        for two marks the Mantel–Haenszel ratio
    classes : A not significant or |standardised| at most 0.17, C above 0.25, else B (NAEP's AA, BB, CC)
    """

    chi_square: FloatArray
    p: FloatArray
    p_adjusted: FloatArray
    smd: FloatArray
    se_smd: FloatArray
    standardised: FloatArray
    odds_ratio: FloatArray
    classes: Classes
    n_reference: IntArray
    n_focal: IntArray
    reasons: Reasons
    purification: Purification


@dataclass(frozen=True, slots=True)
class OrdinalTable:
    """What one set of 2 × n_categories tables says; NaN for what it does not determine."""

    chi_square: float
    smd: float
    se_smd: float
    sd: float
    odds_ratio: float


def ordinal_table(counts: npt.ArrayLike) -> OrdinalTable:
    """Mantel's test, the standardised mean difference and the cumulative odds ratio.

    Parameters
    ----------
    counts : (n_strata, 2, n_categories) persons by stratum, group (reference, focal) and mark. Only strata
        where both groups meet count, so the focal group's weights are those of the focal persons compared.

    References: Mantel (1963); Zwick, Donoghue & Grima (1993), eq. 1-3; Zwick & Thayer (1996), eq. 3;
    Liu & Agresti (1996), eq. 3.
    """
    table = np.asarray(counts, dtype=np.float64)
    sizes = table.sum(axis=2)
    sd = _standard_deviation(table.sum(axis=(0, 1)))
    both = (sizes > 0).all(axis=1)
    if not both.any():
        return OrdinalTable(np.nan, np.nan, np.nan, sd, np.nan)
    table, sizes = table[both], sizes[both]
    marks = np.arange(table.shape[2])
    n_ref, n_foc = sizes.T
    total = n_ref + n_foc
    sums = table @ marks
    of_all, squares = sums.sum(axis=1), table.sum(axis=1) @ marks**2
    variance = n_ref * n_foc * (total * squares - of_all**2) / (total**2 * (total - 1.0))
    gap = sums[:, 1] - n_foc * of_all / total
    weight = n_foc / n_foc.sum()
    means = sums / sizes
    chi_square = float(gap.sum() ** 2 / variance.sum()) if variance.sum() > 0 else np.nan
    spread = weight**2 * (1.0 / n_foc + 1.0 / n_ref) ** 2 * variance
    return OrdinalTable(
        chi_square,
        float(weight @ (means[:, 1] - means[:, 0])),
        float(np.sqrt(spread.sum())),
        sd,
        _cumulative_odds_ratio(table, total),
    )


def mantel(
    responses: npt.ArrayLike | SparseResponses,
    groups: Sequence[Hashable] | npt.NDArray[np.generic],
    focal: Hashable,
    *,
    reference: Hashable | None = None,
    options: DifOptions | None = None,
) -> Mantel:
    """Compare two groups on every item, of two or more marks, among persons of equal score or ability.

    Parameters, missing responses and errors as in mantel_haenszel; `options.continuity` has no part here.
    """
    chosen = options or DifOptions()
    who = two_groups(groups, focal, reference)
    columns = ItemColumns.of(responses, who.compared)
    in_focal = who.focal[who.compared]

    def test(anchors: BoolArray) -> tuple[list[_Row], BoolArray]:
        criterion = Criterion.of(columns, anchors, chosen.matching, who.compared)
        rows = [_row(criterion, item, in_focal, chosen) for item in range(columns.n_items)]
        return rows, np.array([row.flagged(chosen) for row in rows], dtype=np.bool_)

    rows, purification = purify(test, candidate_anchors(columns, in_focal, chosen), chosen.purification)
    p = np.array([row.p for row in rows])
    return Mantel(
        chi_square=np.array([row.found.chi_square for row in rows]),
        p=p,
        p_adjusted=benjamini_hochberg(p),
        smd=np.array([row.found.smd for row in rows]),
        se_smd=np.array([row.found.se_smd for row in rows]),
        standardised=np.array([row.standardised for row in rows]),
        odds_ratio=np.array([row.found.odds_ratio for row in rows]),
        classes=tuple(row.size_class(chosen.alpha) for row in rows),
        n_reference=np.array([row.n_reference for row in rows], dtype=np.intp),
        n_focal=np.array([row.n_focal for row in rows], dtype=np.intp),
        reasons=tuple(row.reason for row in rows),
        purification=purification,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    n_reference: int
    n_focal: int
    found: OrdinalTable
    reason: DifReason | None

    @property
    def p(self) -> float:
        return float(chi2.sf(self.found.chi_square, 1))

    @property
    def standardised(self) -> float:
        return self.found.smd / self.found.sd if self.found.sd > 0 else np.nan

    def size_class(self, alpha: float) -> DifClass | None:
        size = abs(self.standardised)
        if np.isnan(size) or np.isnan(self.p):
            return None
        if self.p >= alpha or size <= MODERATE:
            return DifClass.A
        return DifClass.C if size > LARGE else DifClass.B

    def flagged(self, options: DifOptions) -> bool:
        if options.purification is not None and options.purification.rule is PurgeRule.NOT_NEGLIGIBLE:
            return self.size_class(options.alpha) in (DifClass.B, DifClass.C)
        return self.p < options.alpha


_NOTHING: Final = OrdinalTable(np.nan, np.nan, np.nan, np.nan, np.nan)


def _row(criterion: Criterion, item: int, focal: BoolArray, options: DifOptions) -> _Row:
    matches = criterion.matches(item)
    n_focal = int(focal[matches.person].sum())
    n_reference = matches.person.size - n_focal
    reason = count_reason(n_reference, n_focal, options.min_group)
    if reason is None and matches.mark.min() == matches.mark.max():
        reason = DifReason.NO_VARIATION
    if reason is not None:
        return _Row(n_reference, n_focal, _NOTHING, reason)
    found = ordinal_table(contingency(matches, focal, n_strata_of(options)))
    reason = DifReason.NO_COMMON_STRATA if np.isnan(found.chi_square) else None
    return _Row(n_reference, n_focal, found if reason is None else _NOTHING, reason)


def _standard_deviation(counts: FloatArray) -> float:
    n, marks = counts.sum(), np.arange(counts.size)
    if n < 2:
        return float("nan")
    mean = counts @ marks / n
    return float(np.sqrt(counts @ (marks - mean) ** 2 / (n - 1.0)))


def _cumulative_odds_ratio(table: FloatArray, total: FloatArray) -> float:
    """NaN when one of the two sums over strata and cuts is 0."""
    at_most = np.cumsum(table, axis=2)[:, :, :-1]
    above = table.sum(axis=2)[:, :, None] - at_most
    upper = (above[:, 0] * at_most[:, 1] / total[:, None]).sum()
    lower = (at_most[:, 0] * above[:, 1] / total[:, None]).sum()
    return float(upper / lower) if upper > 0 and lower > 0 else float("nan")
