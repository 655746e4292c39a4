"""Classical statistics of items and forms: difficulty, discrimination, distractors, reliability.

Which rest score. Each person saw only one form, and forms differ in difficulty, so a plain number-correct
would compare persons across forms by the form's difficulty rather than by ability. The rest score used here
is the mean, over the other items the person met, of mark minus that item's p. On complete data it is a
linear function of the usual rest score (total without the item), so the corrected point-biserial is then the
textbook one.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring._criterion import outside_criterion, rest_score, share_of
from scoring._ctt_sparse import sparse_sums
from scoring.errors import InvalidResponses
from scoring.fit._forms import rows_of
from scoring.responses import (
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    presented,
    response_matrix,
)

_PERSONS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class ItemStatistics:
    """One row per item; NaN where the responses cannot tell.

    n : (n_items,) scored responses
    p : (n_items,) share correct; of an item with more than two marks the mean mark over the highest
    point_biserial : (n_items,) correlation of the mark with the criterion, the rest score unless given
    """

    n: IntArray
    p: FloatArray
    point_biserial: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DistractorStatistics:
    """One row per item, one column per option; NaN beyond an item's own options.

    keys : (n_items,) the key's column
    count, share : (n_items, n_options) who chose the option, and as a share of those who met the item
    point_biserial : (n_items, n_options) correlation of choosing the option with the criterion
    """

    keys: IntArray
    count: FloatArray
    share: FloatArray
    point_biserial: FloatArray


class ItemFlagCode(StrEnum):
    """What a classical flag says; stable codes, worded in the user interface."""

    FEW_RESPONSES = "FEW_RESPONSES"
    TOO_EASY = "TOO_EASY"
    TOO_HARD = "TOO_HARD"
    LOW_DISCRIMINATION = "LOW_DISCRIMINATION"
    NEGATIVE_DISCRIMINATION = "NEGATIVE_DISCRIMINATION"
    DISTRACTOR_NOT_WORKING = "DISTRACTOR_NOT_WORKING"
    DISTRACTOR_BEATS_KEY = "DISTRACTOR_BEATS_KEY"


@dataclass(frozen=True, slots=True)
class ItemFlag:
    """A flag on the item at this position; `option` is the column at fault, for distractors."""

    item: int
    code: ItemFlagCode
    option: int | None = None


@dataclass(frozen=True, slots=True)
class FlagThresholds:
    """Where a statistic becomes a flag: conventions of practice, which an organisation may set anew."""

    few_responses: int = 50
    too_easy: float = 0.95
    too_hard: float = 0.20
    low_discrimination: float = 0.15
    distractor_share: float = 0.05


def item_statistics(
    responses: npt.ArrayLike | SparseResponses,
    *,
    criterion: npt.ArrayLike | None = None,
    n_categories: npt.ArrayLike = 2,
) -> ItemStatistics:
    """Difficulty and discrimination of each item.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks 0 … n_categories - 1 and MISSING, or SparseResponses
    n_categories : one number for all items, or (n_items,)
    criterion : (n_persons,) an outside measure, such as theta; NaN persons are left out. Without it, the
        rest score of the module's first paragraphs.

    References: Lord & Novick (1968), ch. 15; Henrysson (1963) on leaving the item out of its own criterion.
    """
    if isinstance(responses, SparseResponses):
        highest = np.asarray(n_categories) - 1
        n, mean, sums, cross = sparse_sums(responses, highest, criterion)
        return ItemStatistics(n, mean / highest, _correlation(sums, cross))
    marks = response_matrix(responses, n_categories)
    if (np.asarray(n_categories) > 2).any():
        return _polytomous_statistics(marks, np.asarray(n_categories) - 1, criterion)
    met = presented(marks)
    right = marks == 1
    against = rest_score(right, met) if criterion is None else outside_criterion(criterion, met)
    return ItemStatistics(met.sum(axis=0), share_of(right, met), against.correlation(right, right, met))


def distractor_statistics(
    choices: npt.ArrayLike,
    keys: npt.ArrayLike,
    n_options: npt.ArrayLike,
    *,
    criterion: npt.ArrayLike | None = None,
) -> DistractorStatistics:
    """How often each option is chosen, and by whom.

    Parameters
    ----------
    choices : (n_persons, n_items) int, the option's column 0 … n_options - 1; MISSING (-1) where the item
        was not presented; any value of n_options or more for presented but left blank, which counts as wrong
    keys : (n_items,) the key's column
    n_options : (n_items,) or one number for all
    criterion : as in item_statistics

    Raises
    ------
    InvalidResponses : shapes that do not agree, a choice below MISSING, or a key that is no option.
    """
    chosen, key = np.asarray(choices, dtype=np.intp), np.asarray(keys, dtype=np.intp)
    if chosen.ndim != 2 or key.shape != (chosen.shape[1],) or (chosen < -1).any():
        raise InvalidResponses(
            "choices must be persons by items of option columns or MISSING, with a key per item"
        )
    options = np.broadcast_to(np.asarray(n_options, dtype=np.intp), key.shape)
    if ((key < 0) | (key >= options)).any():
        raise InvalidResponses("a key must be one of its item's options")
    met = chosen >= 0
    right = chosen == key
    against = rest_score(right, met) if criterion is None else outside_criterion(criterion, met)
    shape = (key.size, int(options.max(initial=0)))
    count, share, correlation = (np.full(shape, np.nan) for _ in range(3))
    for option in range(shape[1]):
        has = options > option
        chose = chosen == option
        count[has, option] = chose.sum(axis=0)[has]
        share[has, option] = share_of(chose, met)[has]
        correlation[has, option] = against.correlation(chose, right, met)[has]
    return DistractorStatistics(key, count, share, correlation)


def flags(
    statistics: ItemStatistics,
    distractors: DistractorStatistics | None = None,
    *,
    thresholds: FlagThresholds | None = None,
) -> tuple[ItemFlag, ...]:
    """What a reviewer should look at, in item order.

    An item with few responses gets FEW_RESPONSES alone: its other statistics are mostly noise.
    """
    limits = thresholds or FlagThresholds()
    found: list[ItemFlag] = []
    for item in range(statistics.n.size):
        if statistics.n[item] < limits.few_responses:
            found.append(ItemFlag(item, ItemFlagCode.FEW_RESPONSES))
            continue
        found.extend(ItemFlag(item, code) for code in _item_codes(statistics, item, limits))
        if distractors is not None:
            found.extend(_distractor_flags(distractors, item, limits))
    return tuple(found)


def cronbach_alpha(responses: npt.ArrayLike | SparseResponses, *, n_categories: npt.ArrayLike = 2) -> float:
    """Internal consistency of one form, J/(J-1) (1 - sum of item variances / variance of the total).

    Only persons with every item scored count, so pass one form's columns at a time. NaN for fewer than two
    items or persons, or where all totals are equal. scoring.reliability has its interval, and pairwise data.

    References: Cronbach (1951).
    """
    if isinstance(responses, SparseResponses):
        responses = rows_of(responses, np.flatnonzero(np.diff(responses.start) == responses.n_items))
    marks = response_matrix(responses, n_categories)
    complete = marks[presented(marks).all(axis=1)].astype(np.float64)
    n_persons, n_items = complete.shape
    if n_items < 2 or n_persons < 2:
        return float("nan")
    total = float(complete.sum(axis=1).var(ddof=1))
    if total == 0.0:
        return float("nan")
    share_of_items = float(complete.var(axis=0, ddof=1).sum()) / total
    return float(n_items / (n_items - 1) * (1.0 - share_of_items))


def _polytomous_statistics(
    marks: ResponseMatrix, highest: IntArray, criterion: npt.ArrayLike | None
) -> ItemStatistics:
    """As for 0/1 items; y_ij = level_i - leave_out_i (x_ij - mean_j) as in scoring._criterion."""
    met = presented(marks)
    n = met.sum(axis=0)
    total = np.where(met, marks, 0).sum(axis=0, dtype=np.float64)
    mean = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
    centre = np.nan_to_num(mean)
    if criterion is None:
        level, leave_out, counts = _rest_of_marks(marks, centre)
    else:
        outside = outside_criterion(criterion, met)
        level, leave_out, counts = outside.level, outside.leave_out, outside.counts
    # Centred, so that no digits are lost: u = mark - mean, y = level - leave_out u, over those who count.
    sums = np.zeros((5, n.size))  # persons, u, u^2, y, y^2
    cross = np.zeros(n.size)
    for first in range(0, len(marks), _PERSONS_AT_ONCE):
        part = slice(first, first + _PERSONS_AT_ONCE)
        use = met[part] & (counts[part, None] > 0)
        u = np.where(use, marks[part] - centre, 0.0)
        y = np.where(use, level[part, None] - leave_out[part, None] * u, 0.0)
        sums += np.stack(
            [use.sum(axis=0), u.sum(axis=0), (u**2).sum(axis=0), y.sum(axis=0), (y**2).sum(axis=0)]
        )
        cross += (u * y).sum(axis=0)
    return ItemStatistics(n, mean / highest, _correlation(sums, cross))


def _correlation(sums: FloatArray, cross: FloatArray) -> FloatArray:
    """(n_items,) from sums of persons, u, u^2, y, y^2 and of u y; NaN without variation."""
    persons = np.maximum(sums[0], 1.0)
    var_x, var_y = sums[2] - sums[1] ** 2 / persons, sums[4] - sums[3] ** 2 / persons
    varies = (var_x > 1e-9) & (var_y > 1e-12 * persons)
    scale = np.sqrt(np.where(varies, var_x * var_y, 1.0))
    correlation = np.where(varies, (cross - sums[1] * sums[3] / persons) / scale, np.nan)
    return np.clip(correlation, -1.0, 1.0)


def _rest_of_marks(marks: ResponseMatrix, mean: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """level, leave_out and counts, (n_persons,): the mean of mark less mean mark over the other items met."""
    met = presented(marks)
    n_others = met.sum(axis=1) - 1
    counts = n_others > 0
    leave_out = np.where(counts, 1.0 / np.maximum(n_others, 1), 0.0)
    surplus = np.where(met, marks, 0).sum(axis=1, dtype=np.float64) - met @ mean
    return surplus * leave_out, leave_out, counts.astype(np.float64)


def _item_codes(statistics: ItemStatistics, item: int, limits: FlagThresholds) -> list[ItemFlagCode]:
    p, discrimination = statistics.p[item], statistics.point_biserial[item]
    codes = []
    if p > limits.too_easy:
        codes.append(ItemFlagCode.TOO_EASY)
    if p < limits.too_hard:
        codes.append(ItemFlagCode.TOO_HARD)
    if discrimination < 0:
        codes.append(ItemFlagCode.NEGATIVE_DISCRIMINATION)
    elif discrimination < limits.low_discrimination:
        codes.append(ItemFlagCode.LOW_DISCRIMINATION)
    return codes


def _distractor_flags(distractors: DistractorStatistics, item: int, limits: FlagThresholds) -> list[ItemFlag]:
    key = int(distractors.keys[item])
    key_correlation = distractors.point_biserial[item, key]
    found = []
    for option in range(distractors.share.shape[1]):
        share, correlation = distractors.share[item, option], distractors.point_biserial[item, option]
        if option == key or np.isnan(share):
            continue
        if share < limits.distractor_share:
            found.append(ItemFlag(item, ItemFlagCode.DISTRACTOR_NOT_WORKING, option))
        # The abler prefer this option, and more so than the key: the mark of a wrong or second key.
        elif correlation > 0 and not correlation <= key_correlation:
            found.append(ItemFlag(item, ItemFlagCode.DISTRACTOR_BEATS_KEY, option))
    return found
