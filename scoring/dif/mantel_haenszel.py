"""DIF of right-or-wrong items by the Mantel–Haenszel procedure."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import chi2

from scoring.dif.columns import ItemColumns
from scoring.dif.groups import Classes, DifClass, DifReason, Reasons, TwoGroups, count_reason, two_groups
from scoring.dif.matching import Criterion, DifOptions, MatchOn, candidate_anchors, contingency
from scoring.dif.purification import PurgeRule, Purification, purify
from scoring.multiple_tests import benjamini_hochberg
from scoring.responses import BoolArray, FloatArray, IntArray, SparseResponses

DELTA_PER_LOGIT: Final = -2.35
"""From a log odds ratio to the ETS delta scale; negative is against the focal group."""

N_THETA_STRATA: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class MantelHaenszel:
    """One row per item; NaN where `reasons` names why.

    odds_ratio : common odds ratio alpha, of the reference to the focal group; above 1 against the focal group
    delta : MH D-DIF = -2.35 ln alpha; negative against the focal group
    se_delta : its standard error, Phillips & Holland (1987), the same as Robins, Breslow & Greenland (1986)
    chi_square, p : one degree of freedom, with Yates's correction unless told otherwise
    p_adjusted : Benjamini & Hochberg over the items tested
    classes : ETS A, B, C; see ets_class
    n_reference, n_focal : persons compared; n_strata : strata in which both groups meet and marks differ
    expected_margin : the Mantel & Fleiss (1980) margin: below 5 the chi-square distribution is in doubt
    """

    odds_ratio: FloatArray
    delta: FloatArray
    se_delta: FloatArray
    chi_square: FloatArray
    p: FloatArray
    p_adjusted: FloatArray
    classes: Classes
    n_reference: IntArray
    n_focal: IntArray
    n_strata: IntArray
    expected_margin: FloatArray
    reasons: Reasons
    purification: Purification


@dataclass(frozen=True, slots=True)
class CommonOddsRatio:
    """What one set of 2 × 2 tables says; NaN for what it does not determine."""

    odds_ratio: float
    se_log: float
    chi_square: float
    n_strata: int
    expected_margin: float


def common_odds_ratio(counts: npt.ArrayLike, *, continuity: bool = True) -> CommonOddsRatio:
    """Mantel–Haenszel estimate and test for a set of fourfold tables.

    Parameters
    ----------
    counts : (n_strata, 2, 2) persons by stratum, group (reference, focal) and mark (0, 1)
    continuity : whether |sum A - sum E(A)| is lessened by 1/2 before squaring. As published and as difR does,
        it is so also when the difference is below 1/2.

    Returns
    -------
    CommonOddsRatio. Strata with one group only, or with one mark only, do not count. The ratio is NaN when
    one of its two sums is 0, the chi-square when no stratum counts.

    References: Mantel & Haenszel (1959); Phillips & Holland (1987), eq. 4; Mantel & Fleiss (1980).
    """
    table = np.asarray(counts, dtype=np.float64)
    wrong_ref, right_ref, wrong_foc, right_foc = table.reshape(-1, 4).T
    total = table.sum(axis=(1, 2))
    n_ref, n_foc, n_right = right_ref + wrong_ref, right_foc + wrong_foc, right_ref + right_foc
    informative = (n_ref > 0) & (n_foc > 0) & (n_right > 0) & (n_right < total)
    if not informative.any():
        return CommonOddsRatio(np.nan, np.nan, np.nan, 0, 0.0)
    a, b, c, d = (x[informative] for x in (right_ref, wrong_ref, right_foc, wrong_foc))
    t, n_r, n_f, m = (x[informative] for x in (total, n_ref, n_foc, n_right))
    expected, variance = n_r * m / t, n_r * n_f * m * (t - m) / (t**2 * (t - 1.0))
    gap = abs(a.sum() - expected.sum()) - (0.5 if continuity else 0.0)
    lowest, highest = np.maximum(m - n_f, 0.0), np.minimum(m, n_r)
    margin = min(float((expected - lowest).sum()), float((highest - expected).sum()))
    chi_square = float(gap**2 / variance.sum())
    upper, lower = (a * d / t).sum(), (b * c / t).sum()
    ratio = se = np.nan
    if upper > 0 and lower > 0:
        ratio = float(upper / lower)
        weight = (a * d + ratio * b * c) * (a + d + ratio * (b + c)) / t**2
        se = float(np.sqrt(weight.sum() / 2.0) / upper)
    return CommonOddsRatio(ratio, se, chi_square, int(informative.sum()), margin)


def ets_class(delta: float, se: float, p: float, alpha: float = 0.05) -> DifClass | None:
    """The class of the Educational Testing Service; None where a number is NaN.

    A: |delta| < 1, or the chi-square not significant at alpha. C: |delta| >= 1.5 and significantly above 1,
    that is (|delta| - 1) / se beyond the one-sided normal quantile, 1.645 at 0.05. B: the others.

    References: Zieky (1993); Dorans & Holland (1993); Zwick (2012), ETS RR-12-08.
    """
    if np.isnan(delta) or np.isnan(se) or np.isnan(p):
        return None
    size = abs(delta)
    if size < 1.0 or p >= alpha:
        return DifClass.A
    large = size >= 1.5 and (size - 1.0) > se * float(ndtri(1.0 - alpha))
    return DifClass.C if large else DifClass.B


def mantel_haenszel(
    responses: npt.ArrayLike | SparseResponses,
    groups: Sequence[Hashable] | npt.NDArray[np.generic],
    focal: Hashable,
    *,
    reference: Hashable | None = None,
    options: DifOptions | None = None,
) -> MantelHaenszel:
    """Compare two groups on every dichotomous item among persons of equal score or ability.

    Parameters
    ----------
    responses : (n_persons, n_items) marks with MISSING, or SparseResponses; an item with marks above 1 counts
        in the score, but is not tested (use mantel)
    groups, focal, reference : see two_groups
    options : matching, anchors, purification, significance

    Returns
    -------
    MantelHaenszel. Missing responses: a person counts for an item only if he met it and at least one other
    anchor, and is compared only with those who met the same anchors; so forms are compared within themselves
    and added up. Where everyone has another selection of items, match on THETA.

    Raises
    ------
    InvalidResponses, InvalidGroups, InvalidOptions.

    References: Holland & Thayer (1988); Allen & Donoghue (1996) for adding up over forms.
    """
    chosen = options or DifOptions()
    who = two_groups(groups, focal, reference)
    columns = ItemColumns.of(responses, who.compared)
    return compare_items(columns, who, chosen)


def compare_items(columns: ItemColumns, who: TwoGroups, options: DifOptions) -> MantelHaenszel:
    """The procedure on responses already read; parameters and result as mantel_haenszel."""
    focal = who.focal[who.compared]

    def test(anchors: BoolArray) -> tuple[list[_Row], BoolArray]:
        criterion = Criterion.of(columns, anchors, options.matching, who.compared)
        rows = [_row(criterion, item, focal, options) for item in range(columns.n_items)]
        flagged = np.array([row.flagged(options) for row in rows], dtype=np.bool_)
        return rows, flagged

    rows, purification = purify(test, candidate_anchors(columns, focal, options), options.purification)
    log_ratio = np.log([row.found.odds_ratio for row in rows])
    p = np.array([row.p for row in rows])
    return MantelHaenszel(
        odds_ratio=np.exp(log_ratio),
        delta=DELTA_PER_LOGIT * log_ratio,
        se_delta=abs(DELTA_PER_LOGIT) * np.array([row.found.se_log for row in rows]),
        chi_square=np.array([row.found.chi_square for row in rows]),
        p=p,
        p_adjusted=benjamini_hochberg(p),
        classes=tuple(row.ets(options.alpha) for row in rows),
        n_reference=np.array([row.n_reference for row in rows], dtype=np.intp),
        n_focal=np.array([row.n_focal for row in rows], dtype=np.intp),
        n_strata=np.array([row.found.n_strata for row in rows], dtype=np.intp),
        expected_margin=np.array([row.found.expected_margin for row in rows]),
        reasons=tuple(row.reason for row in rows),
        purification=purification,
    )


def n_strata_of(options: DifOptions) -> int | None:
    """How many strata: what was asked for, deciles of an ability, or None for thin matching."""
    if options.matching.on is MatchOn.THETA:
        return options.matching.n_strata or N_THETA_STRATA
    return options.matching.n_strata


@dataclass(frozen=True, slots=True)
class _Row:
    n_reference: int
    n_focal: int
    found: CommonOddsRatio
    reason: DifReason | None

    @property
    def p(self) -> float:
        return float(chi2.sf(self.found.chi_square, 1))

    def ets(self, alpha: float) -> DifClass | None:
        delta = DELTA_PER_LOGIT * float(np.log(self.found.odds_ratio))
        return ets_class(delta, abs(DELTA_PER_LOGIT) * self.found.se_log, self.p, alpha)

    def flagged(self, options: DifOptions) -> bool:
        if options.purification is not None and options.purification.rule is PurgeRule.NOT_NEGLIGIBLE:
            return self.ets(options.alpha) in (DifClass.B, DifClass.C)
        return self.p < options.alpha


_NOTHING: Final = CommonOddsRatio(np.nan, np.nan, np.nan, 0, np.nan)


def _row(criterion: Criterion, item: int, focal: BoolArray, options: DifOptions) -> _Row:
    matches = criterion.matches(item)
    n_focal = int(focal[matches.person].sum())
    n_reference = matches.person.size - n_focal
    reason = count_reason(n_reference, n_focal, options.min_group)
    if reason is None and matches.mark.max() > 1:
        reason = DifReason.NOT_DICHOTOMOUS
    if reason is None and matches.mark.min() == matches.mark.max():
        reason = DifReason.NO_VARIATION
    if reason is not None:
        return _Row(n_reference, n_focal, _NOTHING, reason)
    counts = contingency(matches, focal, n_strata_of(options))
    found = common_odds_ratio(counts, continuity=options.continuity)
    if not found.n_strata:
        reason = DifReason.NO_COMMON_STRATA
    elif np.isnan(found.odds_ratio):
        reason = DifReason.ODDS_RATIO_UNDEFINED
    return _Row(n_reference, n_focal, found, reason)
