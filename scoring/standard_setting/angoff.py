"""The modified Angoff method: what judges expect of a borderline person, round by round."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring.cuts import most_marks, theta_at_expected_marks
from scoring.errors import InvalidRatings
from scoring.information import category_slopes
from scoring.models import expected_marks
from scoring.params import ItemParams
from scoring.responses import FloatArray
from scoring.standard_setting.panel import Agreement, PanelStatistics, agreement


class PanelFlag(StrEnum):
    """What a reader of the result should know; worded in the user interface."""

    TOO_FEW_JUDGES = "TOO_FEW_JUDGES"
    MISSING_RATINGS = "MISSING_RATINGS"
    CUT_NOT_ON_THETA = "CUT_NOT_ON_THETA"


@dataclass(frozen=True, slots=True, eq=False)
class AngoffContext:
    """What is known beside the ratings.

    params : of the rated items in the same order; without them there is no cut on theta
    empirical : (n_items,) mean marks in a reference group; NaN where unknown
    most : (n_items,) highest mark of each item; from params when None, 1 without them
    min_judges : a smaller panel is flagged. 10 to 15 are advised: Hurtz & Hertz (1999)
    """

    params: ItemParams | None = None
    empirical: npt.ArrayLike | None = None
    most: npt.ArrayLike | None = None
    min_judges: int = 10


@dataclass(frozen=True, slots=True, eq=False)
class JudgeStatistics:
    """Each (n_judges,); NaN for an absent judge, and where there is nothing to compare with.

    raw_cut : sum of the ratings, in marks; unrated items as described in `angoff`
    theta_cut : where the test characteristic curve reaches raw_cut
    severity : raw_cut minus the panel's mean
    agreement : correlation of the ratings with the mean of the other judges, over items
    with_empirical : correlation of the ratings with the empirical mean marks
    inconsistency : root mean square of rating / most - P at the judge's own theta_cut: how far the ratings
        are from those of any one borderline person (van der Linden 1982)
    """

    raw_cut: FloatArray
    theta_cut: FloatArray
    severity: FloatArray
    agreement: FloatArray
    with_empirical: FloatArray
    inconsistency: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ItemRatings:
    """Each (n_items,): mean and SD (n - 1) of the ratings; `minus_empirical` mean minus empirical mean marks;
    `minus_expected` mean minus the marks that the model expects at the panel's cut."""

    mean: FloatArray
    sd: FloatArray
    minus_empirical: FloatArray
    minus_expected: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AngoffRound:
    """One round.

    panel : of the judges' raw cuts, in marks; `panel.mean` is the cut
    theta_cut, theta_se : the mean raw cut and its standard error carried through the TCC (see params)
    with_empirical : correlation over items of the mean ratings with the empirical mean marks
    """

    panel: PanelStatistics
    theta_cut: float
    theta_se: float
    judges: JudgeStatistics
    items: ItemRatings
    agreement: Agreement
    with_empirical: float


@dataclass(frozen=True, slots=True, eq=False)
class RoundChange:
    """From one round to the next, over judges present in both.

    raw_change : (n_judges,) in marks; NaN for a judge absent in either
    sd_ratio : SD of the cuts after / before: below 1 the panel drew together
    share_changed : of the ratings given in both rounds
    """

    raw_change: FloatArray
    mean_change: float
    sd_ratio: float
    share_changed: float


@dataclass(frozen=True, slots=True, eq=False)
class AngoffResult:
    """Every round, the changes between them, and what to be careful about."""

    rounds: tuple[AngoffRound, ...]
    changes: tuple[RoundChange, ...]
    flags: tuple[PanelFlag, ...]

    @property
    def final(self) -> AngoffRound:
        return self.rounds[-1]


def angoff(ratings: npt.ArrayLike, context: AngoffContext | None = None) -> AngoffResult:
    """Cuts and panel statistics of a modified Angoff study, for one cut.

    Parameters
    ----------
    ratings : (n_rounds, n_judges, n_items), or (n_judges, n_items) for one round: the marks that a borderline
        person is expected to earn, of a 0/1 item the probability. NaN: not rated; a judge with NaN throughout
        was absent from that round.
    context : AngoffContext() when None

    Missing ratings: in a judge's raw cut an unrated item counts with its mean over the judges who rated it
    plus the judge's own mean deviation from such means, within the item's marks; flagged.

    Raises
    ------
    InvalidRatings : another shape, a rating outside 0 … most, an item nobody rated in a round, or a context
        of another length.

    References: Angoff (1971); Cizek & Bunch (2007), ch. 6; Hambleton & Plake (1995) for several marks.
    """
    context = context or AngoffContext()
    table = np.asarray(ratings, dtype=np.float64)
    table = table[None] if table.ndim == 2 else table
    if table.ndim != 3 or 0 in table.shape:
        raise InvalidRatings(f"ratings: expected rounds by judges by items, got shape {table.shape}")
    most = _most(context, table.shape[2])
    _check(table, most)
    empirical = _empirical(context, table.shape[2])
    rounds = tuple(_round(one, most, empirical, context.params) for one in table)
    raw = np.stack([one.judges.raw_cut for one in rounds])
    changes = tuple(_change(table[k : k + 2], raw[k : k + 2]) for k in range(len(rounds) - 1))
    absent = np.isnan(table).all(axis=2, keepdims=True)
    found = {
        PanelFlag.TOO_FEW_JUDGES: rounds[-1].panel.n_judges < context.min_judges,
        PanelFlag.MISSING_RATINGS: bool((np.isnan(table) & ~absent).any()),
        PanelFlag.CUT_NOT_ON_THETA: context.params is not None and not np.isfinite(rounds[-1].theta_cut),
    }
    return AngoffResult(rounds, changes, tuple(flag for flag, holds in found.items() if holds))


def _most(context: AngoffContext, n_items: int) -> FloatArray:
    if context.params is not None and context.params.n_items != n_items:
        raise InvalidRatings(f"params: expected {n_items} items as rated, got {context.params.n_items}")
    if context.most is not None:
        most = np.broadcast_to(np.asarray(context.most, dtype=np.float64), (n_items,))
    elif context.params is not None:
        most = (context.params.n_categories - 1).astype(np.float64)
    else:
        most = np.ones(n_items)
    if not (most > 0).all():
        raise InvalidRatings("most must be positive")
    return most


def _empirical(context: AngoffContext, n_items: int) -> FloatArray:
    if context.empirical is None:
        return np.full(n_items, np.nan)
    values = np.asarray(context.empirical, dtype=np.float64)
    if values.shape != (n_items,):
        raise InvalidRatings(f"empirical: expected ({n_items},), got {values.shape}")
    return values


def _check(table: FloatArray, most: FloatArray) -> None:
    outside = (table < 0) | (table > most) | np.isinf(table)
    if outside.any():
        turn, judge, item = (int(place) for place in np.argwhere(outside)[0])
        raise InvalidRatings(
            f"ratings[{turn}, {judge}, {item}] is {table[turn, judge, item]}: a rating is 0 to {most[item]:g}"
        )
    unrated = np.isnan(table).all(axis=1)
    if unrated.any():
        turn, item = (int(place) for place in np.argwhere(unrated)[0])
        raise InvalidRatings(f"ratings[{turn}, :, {item}]: nobody rated this item in this round")


def _round(
    table: FloatArray, most: FloatArray, empirical: FloatArray, params: ItemParams | None
) -> AngoffRound:
    means = np.nanmean(table, axis=0)
    raw = _completed(table, means, most).sum(axis=1)
    panel = PanelStatistics.of(raw)
    theta = np.full(raw.size, np.nan)
    theta_cut, theta_se = np.nan, np.nan
    expected = np.full(means.size, np.nan)
    inconsistency = np.full(raw.size, np.nan)
    if params is not None:
        theta = _on_theta(raw, params)
        theta_cut = float(_on_theta(np.array([panel.mean]), params)[0])
        if np.isfinite(theta_cut):
            expected = expected_marks([theta_cut], params)[0]
            theta_se = panel.se / _curve_slope(theta_cut, params)
        known = np.isfinite(theta)
        if known.any():
            away = (table[known] - expected_marks(theta[known], params)) / most
            inconsistency[known] = np.sqrt(np.nanmean(away**2, axis=1))
    others = _means_of_others(table)
    judges = JudgeStatistics(
        raw, theta, raw - panel.mean, _correlations(table, others),
        _correlations(table, np.broadcast_to(empirical, table.shape)), inconsistency,
    )  # fmt: skip
    items = ItemRatings(means, _spread(table), means - empirical, means - expected)
    overall = float(_correlations(means[None], empirical[None])[0])
    return AngoffRound(panel, theta_cut, theta_se, judges, items, agreement(table), overall)


def _completed(table: FloatArray, means: FloatArray, most: FloatArray) -> FloatArray:
    """The ratings with unrated items filled in additively; a judge without any stays NaN."""
    away = table - means
    given = (~np.isnan(table)).sum(axis=1, keepdims=True)
    total = np.nansum(away, axis=1, keepdims=True)
    leaning = np.divide(total, given, out=np.full(total.shape, np.nan), where=given > 0)
    filled: FloatArray = np.where(np.isnan(table), np.clip(means + leaning, 0.0, most), table)
    return filled


def _on_theta(raw: FloatArray, params: ItemParams) -> FloatArray:
    """NaN where the test characteristic curve does not reach the raw cut."""
    theta = np.full(raw.shape, np.nan)
    reached = (raw > params.c.sum()) & (raw < most_marks(params))
    if reached.any():
        theta[reached] = theta_at_expected_marks(raw[reached], params)
    return theta


def _curve_slope(theta: float, params: ItemParams) -> float:
    _, slopes = category_slopes(np.array([theta]), params)
    return float((slopes @ np.arange(slopes.shape[2], dtype=np.float64)).sum())


def _means_of_others(table: FloatArray) -> FloatArray:
    """(n_judges, n_items) the mean of the other judges' ratings, NaN where there is none."""
    known = ~np.isnan(table)
    total, count = np.nansum(table, axis=0), known.sum(axis=0)
    left = count - known
    others: FloatArray = np.divide(total - np.nan_to_num(table), left,
                                   out=np.full(table.shape, np.nan), where=left > 0)  # fmt: skip
    return others


def _correlations(first: FloatArray, second: FloatArray) -> FloatArray:
    """Row by row over the columns known to both; NaN with fewer than three, or without spread."""
    found = np.full(len(first), np.nan)
    for row, (x, y) in enumerate(zip(first, second, strict=True)):
        both = ~(np.isnan(x) | np.isnan(y))
        if both.sum() >= 3 and min(np.ptp(x[both]), np.ptp(y[both])) > 1e-12:
            found[row] = np.corrcoef(x[both], y[both])[0, 1]
    return found


def _spread(table: FloatArray) -> FloatArray:
    """SD of each item's ratings with n - 1; NaN where fewer than two judges rated it."""
    count = (~np.isnan(table)).sum(axis=0)
    squares = np.nansum((table - np.nanmean(table, axis=0)) ** 2, axis=0)
    variance = np.divide(squares, count - 1, out=np.full(count.shape, np.nan), where=count > 1)
    spread: FloatArray = np.sqrt(variance)
    return spread


def _change(tables: FloatArray, raw: FloatArray) -> RoundChange:
    change = raw[1] - raw[0]
    both = ~np.isnan(change)
    rated = ~np.isnan(tables).any(axis=0)
    mean = float(change[both].mean()) if both.any() else np.nan
    spreads = raw[:, both].std(axis=1, ddof=1) if both.sum() > 1 else np.full(2, np.nan)
    ratio = float(spreads[1] / spreads[0]) if spreads[0] > 0 else np.nan
    moved = np.abs(tables[1] - tables[0])[rated] > 1e-12
    return RoundChange(change, mean, ratio, float(moved.mean()) if moved.size else np.nan)
