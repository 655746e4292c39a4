"""Whom the groups are matched on: a score on the anchors, or an ability."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring._options import settle
from scoring.dif.columns import ItemColumns
from scoring.dif.purification import PurificationOptions
from scoring.errors import InvalidOptions
from scoring.responses import BoolArray, FloatArray, IntArray, ResponseMatrix

ThetaOf = Callable[[BoolArray], FloatArray]


class MatchOn(StrEnum):
    """TOTAL: the anchors and the item itself; REST: the anchors without it; THETA: a given ability.

    With TOTAL the item counts even when it is no anchor, as Holland & Thayer (1988) show it must.
    """

    TOTAL = "TOTAL"
    REST = "REST"
    THETA = "THETA"


class DifEffect(StrEnum):
    """What logistic regression is asked for: a shift, a change of slope, or either."""

    UNIFORM = "UNIFORM"
    NON_UNIFORM = "NON_UNIFORM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """How persons are matched.

    on : see MatchOn
    n_strata : None for thin matching, each score a stratum; a number for thick matching, at most so many
        strata of about equally many persons (equal scores stay together). For THETA None means deciles.
        Logistic regression takes the score or ability as it is.
    theta : (n_persons,) abilities, NaN where unknown, needed for THETA; or a function that estimates them
        anew from the anchors (n_items,), so that purification reaches them
    """

    on: MatchOn = MatchOn.TOTAL
    n_strata: int | None = None
    theta: FloatArray | ThetaOf | None = None

    def __post_init__(self) -> None:
        settle(self, on=MatchOn)
        if self.n_strata is not None and self.n_strata < 2:
            raise InvalidOptions("matching: n_strata must be 2 or more")
        if (self.on is MatchOn.THETA) != (self.theta is not None):
            raise InvalidOptions("matching: theta is needed for THETA, and for nothing else")


@dataclass(frozen=True, slots=True, eq=False)
class DifOptions:
    """How to test for DIF with an observed criterion.

    anchors : (n_items,) mask of the items that may count in the criterion; all when None. An item that fewer
        than min_group of either group met is none: it would put the groups into different forms
    purification : None for one test
    alpha : level of significance, before adjustment for many items
    min_group : an item met by fewer of a group is not tested
    continuity : whether the Mantel–Haenszel chi-square is corrected
    effect : what logistic regression's classes, adjusted p and purification go by
    """

    matching: Matching = field(default_factory=Matching)
    anchors: BoolArray | None = None
    purification: PurificationOptions | None = None
    alpha: float = 0.05
    min_group: int = 10
    continuity: bool = True
    effect: DifEffect = DifEffect.BOTH

    def __post_init__(self) -> None:
        settle(self, effect=DifEffect)
        if not 0 < self.alpha < 1:
            raise InvalidOptions("alpha must lie between 0 and 1")
        if self.min_group < 1:
            raise InvalidOptions("min_group must be 1 or more")


def anchor_mask(anchors: npt.ArrayLike | None, n_items: int) -> BoolArray:
    """(n_items,) mask of the candidates; raises InvalidOptions for another shape or none at all."""
    mask = np.ones(n_items, dtype=np.bool_) if anchors is None else np.asarray(anchors)
    if mask.dtype != np.bool_ or mask.shape != (n_items,):
        raise InvalidOptions(f"anchors: expected a mask of {n_items} items, got shape {mask.shape}")
    if not mask.any():
        raise InvalidOptions("anchors: no item is left")
    return mask


def candidate_anchors(columns: ItemColumns, focal: BoolArray, options: DifOptions) -> BoolArray:
    """(n_items,) the items that may be anchors; `focal` of the chosen persons."""
    asked = anchor_mask(options.anchors, columns.n_items)
    in_focal = [int(focal[columns.item(item)[0]].sum()) for item in range(columns.n_items)]
    fewest = np.minimum(in_focal, np.diff(columns.start) - in_focal)
    candidates: BoolArray = asked & (fewest >= options.min_group)
    return candidates


@dataclass(frozen=True, slots=True, eq=False)
class ItemMatches:
    """Who can be compared on one item: the mark, the form (who met other anchors has another) and the value.

    `complete` tells who met all anchors; for an ability everyone did.
    """

    person: npt.NDArray[np.int32]
    mark: ResponseMatrix
    form: IntArray
    value: FloatArray
    complete: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """What persons are matched on, for one set of anchors.

    With responses missing by design equal scores on different items are not comparable. So a score is
    compared within a form only: among persons who met the same anchors.
    """

    columns: ItemColumns
    anchors: BoolArray
    on: MatchOn
    score: FloatArray
    form: IntArray
    n_met: IntArray

    @classmethod
    def of(cls, columns: ItemColumns, anchors: BoolArray, matching: Matching, chosen: BoolArray) -> Self:
        """Raises InvalidOptions for abilities that are not one per person."""
        n = columns.n_persons
        if matching.on is MatchOn.THETA:
            given = matching.theta(anchors) if callable(matching.theta) else matching.theta
            theta = np.asarray(given, dtype=np.float64)
            if theta.shape != chosen.shape:
                raise InvalidOptions(
                    f"theta: expected {chosen.size} abilities, one per person, got {theta.shape}"
                )
            nothing = np.zeros(n, dtype=np.intp)
            return cls(columns, anchors, matching.on, theta[chosen], nothing, nothing)
        score, n_met, key = np.zeros(n), np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.uint64)
        item_keys = _keys(columns.n_items)
        for item in np.flatnonzero(anchors).tolist():
            person, mark = columns.item(item)
            score[person] += mark
            n_met[person] += 1
            key[person] += item_keys[item]
        form = np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.intp)
        return cls(columns, anchors, matching.on, score, form, n_met)

    def matches(self, item: int) -> ItemMatches:
        """The persons who met the item and something else to match them on."""
        person, mark = self.columns.item(item)
        value = self.score[person]
        if self.on is MatchOn.THETA:
            usable = np.isfinite(value)
            complete = np.ones(person.size, dtype=np.bool_)
        else:
            own = bool(self.anchors[item])
            met = self.n_met[person]
            usable = met > own
            complete = met == self.anchors.sum()
            value = value + mark * ((self.on is MatchOn.TOTAL) - own)
        return ItemMatches(
            person[usable], mark[usable], self.form[person[usable]], value[usable], complete[usable]
        )


def _keys(n_items: int) -> npt.NDArray[np.uint64]:
    """A 64-bit number per item, so that the sum over a set of items names the set (splitmix64)."""
    z = (np.arange(n_items, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys: npt.NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return keys


def stratum_codes(form: IntArray, value: FloatArray, n_strata: int | None) -> IntArray:
    """(n_persons,) strata: each form and score one, or each form cut into n_strata by its quantiles.

    Some numbers may stand for no person. Without n_strata the values must be whole and not negative.
    """
    if n_strata is None:
        score = value.astype(np.intp)
        code = form * (int(score.max(initial=0)) + 1) + score
    else:
        code = form * n_strata + _quantile_bins(form, value, n_strata)
    if code.max(initial=0) < 4 * code.size:  # few gaps: numbering anew by sorting would cost more
        return code
    renumbered: IntArray = np.unique(code, return_inverse=True)[1].reshape(-1).astype(np.intp)
    return renumbered


def _quantile_bins(form: IntArray, value: FloatArray, n_bins: int) -> IntArray:
    """Bin floor(n_bins F) with F the share of the form's persons below, so that ties stay together."""
    order = np.lexsort((value, form))
    sorted_form, sorted_value = form[order], value[order]
    place = np.arange(order.size)
    new_form = np.r_[True, sorted_form[1:] != sorted_form[:-1]][: order.size]
    new_value = new_form | np.r_[True, sorted_value[1:] != sorted_value[:-1]][: order.size]
    form_start = np.maximum.accumulate(np.where(new_form, place, 0))
    tie_start = np.maximum.accumulate(np.where(new_value, place, 0))
    size = np.bincount(form, minlength=1)[sorted_form]
    bins = np.empty(order.size, dtype=np.intp)
    bins[order] = n_bins * (tie_start - form_start) // np.maximum(size, 1)
    return bins


def contingency(matches: ItemMatches, focal: BoolArray, n_strata: int | None) -> FloatArray:
    """(n_strata, 2, n_categories) persons by stratum, group (reference, focal) and mark.

    focal : of the chosen persons
    """
    stratum = stratum_codes(matches.form, matches.value, n_strata)
    n_categories = max(int(matches.mark.max(initial=1)) + 1, 2)
    cell = (stratum * 2 + focal[matches.person]) * n_categories + matches.mark
    n = int(stratum.max(initial=-1)) + 1
    counts = np.bincount(cell, minlength=n * 2 * n_categories)
    return counts.reshape(n, 2, n_categories).astype(np.float64)
