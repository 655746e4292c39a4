"""DIF by logistic regression on an observed score or ability, of two or more marks."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from scoring.dif._cumulative_logit import Cells, Fits, fit_cells
from scoring.dif.columns import ItemColumns
from scoring.dif.groups import Classes, DifClass, DifReason, Reasons, count_reason, two_groups
from scoring.dif.matching import Criterion, DifEffect, DifOptions, ItemMatches, MatchOn, candidate_anchors
from scoring.dif.purification import PurgeRule, Purification, purify
from scoring.multiple_tests import benjamini_hochberg
from scoring.responses import BoolArray, FloatArray, IntArray, SparseResponses

JODOIN_GIERL: Final = (0.035, 0.070)
ZUMBO_THOMAS: Final = (0.13, 0.26)
_CELLS_AT_ONCE: Final = 400_000
_EFFECTS: Final = {DifEffect.UNIFORM: (0, 1), DifEffect.NON_UNIFORM: (1, 2), DifEffect.BOTH: (0, 2)}


@dataclass(frozen=True, slots=True, eq=False)
class LogisticDif:
    """One row per item; NaN where `reasons` names why.

    chi_square, p : (n_items, 3) likelihood ratio tests of a uniform DIF (1 df), of a non-uniform one beyond
        it (1 df), and of both (2 df), in the order of DifEffect
    r_square : (n_items, 3) Nagelkerke's, of criterion; criterion and group; and their product too
    r_square_change : (n_items,) of the effect asked for; p_adjusted, Benjamini & Hochberg, likewise
    log_odds_ratio, se_log_odds_ratio : (n_items,) of focal to reference given the criterion (second
        model); negative against the focal group. Times 2.35 it is on the scale of MH D-DIF.
    coefficients : (n_items, 3) of criterion, group (focal 1) and product in the full model, per unit of the
        criterion as it is
    jodoin_gierl, zumbo_thomas : A where not significant; else by the change of R²: below 0.035 A, below 0.070
        B, else C; and below 0.13 A, below 0.26 B, else C
    """

    chi_square: FloatArray
    p: FloatArray
    r_square: FloatArray
    r_square_change: FloatArray
    p_adjusted: FloatArray
    log_odds_ratio: FloatArray
    se_log_odds_ratio: FloatArray
    coefficients: FloatArray
    jodoin_gierl: Classes
    zumbo_thomas: Classes
    n_reference: IntArray
    n_focal: IntArray
    reasons: Reasons
    purification: Purification


def logistic_dif(
    responses: npt.ArrayLike | SparseResponses,
    groups: Sequence[Hashable] | npt.NDArray[np.generic],
    focal: Hashable,
    *,
    reference: Hashable | None = None,
    options: DifOptions | None = None,
) -> LogisticDif:
    """Regress every item on criterion, group and their product; cumulative logits for several marks.

    Parameters
    ----------
    responses : (n_persons, n_items) marks with MISSING, or SparseResponses
    groups, focal, reference : see two_groups
    options : matching (strata have no part here), anchors, purification, significance, the effect asked for

    Returns
    -------
    LogisticDif. Missing responses: with a score as criterion a person counts only if he met the item and
    every anchor; with THETA, if he met the item and his ability is known, which is the way for designs with
    missing responses. A mark nobody compared has earned is left out of the order of marks. Separated data,
    covariates that do not vary, or no convergence give NaN and a reason.

    Raises
    ------
    InvalidResponses, InvalidGroups, InvalidOptions.

    References: Swaminathan & Rogers (1990); Zumbo (1999); Jodoin & Gierl (2001); Nagelkerke (1991).
    """
    chosen = options or DifOptions()
    who = two_groups(groups, focal, reference)
    columns = ItemColumns.of(responses, who.compared)
    in_focal = who.focal[who.compared]

    def test(anchors: BoolArray) -> tuple[_Found, BoolArray]:
        found = _test_all(Criterion.of(columns, anchors, chosen.matching, who.compared), in_focal, chosen)
        if chosen.purification is not None and chosen.purification.rule is PurgeRule.NOT_NEGLIGIBLE:
            classes = _classes(found, chosen, JODOIN_GIERL)
            return found, np.array([size in (DifClass.B, DifClass.C) for size in classes], dtype=np.bool_)
        flagged: BoolArray = found.p_of(chosen.effect) < chosen.alpha
        return found, flagged

    found, purification = purify(test, candidate_anchors(columns, in_focal, chosen), chosen.purification)
    return LogisticDif(
        chi_square=found.chi_square,
        p=found.p,
        r_square=found.r_square,
        r_square_change=found.change_of(chosen.effect),
        p_adjusted=benjamini_hochberg(found.p_of(chosen.effect)),
        log_odds_ratio=found.log_odds_ratio,
        se_log_odds_ratio=found.se_log_odds_ratio,
        coefficients=found.coefficients,
        jodoin_gierl=_classes(found, chosen, JODOIN_GIERL),
        zumbo_thomas=_classes(found, chosen, ZUMBO_THOMAS),
        n_reference=found.n_reference,
        n_focal=found.n_focal,
        reasons=tuple(found.reasons),
        purification=purification,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Rows of all items, filled as the items are fitted."""

    n_reference: IntArray
    n_focal: IntArray
    chi_square: FloatArray
    p: FloatArray
    r_square: FloatArray
    log_odds_ratio: FloatArray
    se_log_odds_ratio: FloatArray
    coefficients: FloatArray
    reasons: list[DifReason | None]

    def p_of(self, effect: DifEffect) -> FloatArray:
        values: FloatArray = self.p[:, list(DifEffect).index(effect)]
        return values

    def change_of(self, effect: DifEffect) -> FloatArray:
        small, large = _EFFECTS[effect]
        change: FloatArray = self.r_square[:, large] - self.r_square[:, small]
        return change


def _classes(found: _Found, options: DifOptions, cuts: tuple[float, float]) -> Classes:
    sizes, p = found.change_of(options.effect), found.p_of(options.effect)

    def of(size: float, chance: float) -> DifClass | None:
        if np.isnan(size):
            return None
        if chance >= options.alpha or size < cuts[0]:
            return DifClass.A
        return DifClass.B if size < cuts[1] else DifClass.C

    return tuple(of(float(size), float(chance)) for size, chance in zip(sizes, p, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _ItemCells:
    """One item's grouped persons; z is the criterion, `mean` and `sd` those that standardised it."""

    item: int
    z: FloatArray
    group: FloatArray
    counts: FloatArray
    mean: float
    sd: float


def _test_all(criterion: Criterion, focal: BoolArray, options: DifOptions) -> _Found:
    n = criterion.columns.n_items
    shape = {"chi_square": (n, 3), "p": (n, 3), "r_square": (n, 3), "coefficients": (n, 3)}
    empty = {
        f.name: np.full(shape.get(f.name, (n,)), np.nan)
        for f in fields(_Found)
        if f.name not in ("n_reference", "n_focal", "reasons")
    }
    found = _Found(np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.intp), reasons=[None] * n, **empty)
    waiting: dict[int, list[_ItemCells]] = {}
    for item in range(n):
        matches = criterion.matches(item)
        cells = _prepare(item, matches, focal, (found, options.min_group, criterion.on is MatchOn.THETA))
        if cells is None:
            continue
        batch = waiting.setdefault(cells.counts.shape[1], [])
        batch.append(cells)
        if sum(c.z.size for c in batch) > _CELLS_AT_ONCE:
            _fit_batch(waiting.pop(cells.counts.shape[1]), found)
    for batch in waiting.values():
        _fit_batch(batch, found)
    return found


def _prepare(
    item: int, matches: ItemMatches, focal: BoolArray, into: tuple[_Found, int, bool]
) -> _ItemCells | None:
    """Group an item's persons; None, and the reason noted, where there is nothing to fit."""
    found, min_group, continuous = into
    keep = matches.complete
    value, mark = matches.value[keep], matches.mark[keep].astype(np.intp)
    in_focal = focal[matches.person[keep]]
    found.n_focal[item] = int(in_focal.sum())
    found.n_reference[item] = in_focal.size - int(in_focal.sum())
    reason = count_reason(int(found.n_reference[item]), int(found.n_focal[item]), min_group)
    if reason is None and mark.min() == mark.max():
        reason = DifReason.NO_VARIATION
    if reason is None and np.ptp(value) == 0:
        reason = DifReason.NOT_ESTIMABLE
    if reason is not None:
        found.reasons[item] = reason
        return None
    levels, mark = np.unique(mark, return_inverse=True)
    mean, sd = float(value.mean()), float(value.std())
    if continuous:
        counts = np.eye(levels.size)[mark.reshape(-1)]
        return _ItemCells(item, (value - mean) / sd, in_focal.astype(np.float64), counts, mean, sd)
    score = value.astype(np.intp)
    code = (score * 2 + in_focal) * levels.size + mark.reshape(-1)
    n_codes = (int(score.max()) + 1) * 2 * levels.size
    counts = np.bincount(code, minlength=n_codes).reshape(-1, levels.size).astype(np.float64)
    used = np.flatnonzero(counts.sum(axis=1))
    z = ((used // 2).astype(np.float64) - mean) / np.float64(sd)
    group = (used % 2).astype(np.float64)
    return _ItemCells(item, z, group, counts[used], mean, sd)


def _fit_batch(batch: list[_ItemCells], found: _Found) -> None:
    sizes = [cells.z.size for cells in batch]
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    z = np.concatenate([cells.z for cells in batch])
    group = np.concatenate([cells.group for cells in batch])
    counts = np.vstack([cells.counts for cells in batch])
    x = np.column_stack([z, group, z * group])
    fits = [fit_cells(Cells(start, x[:, : k + 1], counts)) for k in range(3)]
    where = np.array([cells.item for cells in batch])
    n = np.add.reduceat(counts.sum(axis=1), start)
    for column, (small, large) in enumerate(_EFFECTS.values()):
        gain = 2.0 * (fits[large].log_likelihood - fits[small].log_likelihood)
        gain = np.where(fits[small].sound & fits[large].sound, np.maximum(gain, 0.0), np.nan)
        found.chi_square[where, column] = gain
        found.p[where, column] = chi2.sf(gain, large - small)
    for column, fit in enumerate(fits):
        found.r_square[where, column] = np.where(fit.sound, _nagelkerke(fit, n), np.nan)
    uniform, full = fits[1], fits[2]
    found.log_odds_ratio[where] = np.where(uniform.sound, uniform.beta[:, 1], np.nan)
    found.se_log_odds_ratio[where] = np.where(uniform.sound, np.sqrt(uniform.covariance[:, 1, 1]), np.nan)
    found.coefficients[where] = np.where(full.sound[:, None], _in_own_units(full.beta, batch), np.nan)
    for place, item in enumerate(where.tolist()):
        found.reasons[item] = next(_reasons(fits, place), None)


def _reasons(fits: list[Fits], place: int) -> Iterator[DifReason]:
    for fit in fits:
        if fit.collinear[place]:
            yield DifReason.NOT_ESTIMABLE
        if fit.separated[place]:
            yield DifReason.SEPARATION
        if fit.unfinished[place]:
            yield DifReason.NOT_CONVERGED


def _nagelkerke(fit: Fits, n: FloatArray) -> FloatArray:
    """Cox & Snell's R² over its greatest possible value."""
    share: FloatArray = -np.expm1(2.0 * (fit.null_log_likelihood - fit.log_likelihood) / n)
    share /= -np.expm1(2.0 * fit.null_log_likelihood / n)
    return share


def _in_own_units(beta: FloatArray, batch: list[_ItemCells]) -> FloatArray:
    """From the standardised criterion back to its own units."""
    mean = np.array([cells.mean for cells in batch])
    sd = np.array([cells.sd for cells in batch])
    product = beta[:, 2] / sd
    return np.column_stack([beta[:, 0] / sd, beta[:, 1] - product * mean, product])
