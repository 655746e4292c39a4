"""The bookmark method: items in order of difficulty, and where judges part them."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from scoring._options import member
from scoring.errors import InvalidRatings
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray, IntArray
from scoring.standard_setting.panel import PanelStatistics


@dataclass(frozen=True, slots=True)
class BookletRule:
    """What counts as mastering a page.

    probability : the response probability (RP), 0.67 (two thirds) or 0.50 by custom
    adjust_guessing : ask the probability of knowing, without guessing, to be RP: P = c + (1 - c) RP
    """

    probability: float = 2.0 / 3.0
    adjust_guessing: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.probability < 1:
            raise InvalidRatings("probability must lie strictly between 0 and 1")


class BookmarkRule(StrEnum):
    """Which location a bookmark stands for, when it lies on the first page not yet mastered."""

    PRECEDING = "PRECEDING"
    BOOKMARKED = "BOOKMARKED"
    MIDPOINT = "MIDPOINT"


@dataclass(frozen=True, slots=True, eq=False)
class Booklet:
    """The ordered item booklet: a page per item, and of an item with several marks one per mark above 0.

    item : (n_pages,) positions of the items
    mark : (n_pages,) the page asks for this mark or more
    location : (n_pages,) theta where its probability is RP; ascending
    without_location : items with a page that no ability masters with RP or that all do (a not positive, or c
        at or above RP); they are left out
    """

    item: IntArray
    mark: IntArray
    location: FloatArray
    without_location: tuple[int, ...]

    @property
    def n_pages(self) -> int:
        return int(self.item.size)


def ordered_item_booklet(params: ItemParams, rule: BookletRule | None = None) -> Booklet:
    """Pages in order of their RP locations.

    Parameters
    ----------
    params : n_items rows of any models
    rule : BookletRule() when None: RP 2/3, guessing counted as success

    Raises NotCalibrated when an item has no parameters.

    References: Mitzel, Lewis, Patz & Green (2001); Huynh (2006) for the choice of RP.
    """
    rule = rule or BookletRule()
    params.require_calibrated()
    pages: list[tuple[float, int, int]] = []
    left_out = []
    for item in range(params.n_items):
        locations = _locations(params, item, rule)
        if np.isfinite(locations).all():
            pages += [(location, item, mark + 1) for mark, location in enumerate(locations)]
        else:
            left_out.append(item)
    pages.sort()
    location, items, marks = (np.array([page[k] for page in pages]) for k in range(3))
    return Booklet(items.astype(np.intp), marks.astype(np.intp), location.astype(np.float64), tuple(left_out))


def _locations(params: ItemParams, item: int, rule: BookletRule) -> list[float]:
    a, c = float(params.a[item]), float(params.c[item])
    steps = params.thresholds[item][np.isfinite(params.thresholds[item])]
    wanted = rule.probability if rule.adjust_guessing else (rule.probability - c) / (1 - c)
    if a <= 0 or wanted <= 0:
        return [math.nan]
    if params.models[item] is ItemModel.GRM or steps.size == 1:
        return [float(step) + math.log(wanted / (1 - wanted)) / a for step in steps]
    one = params.subset([item])

    def short(theta: float, mark: int) -> float:
        return float(category_probabilities([theta], one)[0, 0, mark:].sum()) - wanted

    # Every step's logit is beyond ± reach there, so that P(mark or more) lies on either side of RP.
    reach = (abs(math.log(wanted / (1 - wanted))) + math.log(steps.size + 1.0) + 1.0) / a
    low, high = float(steps.min()) - reach, float(steps.max()) + reach
    return [float(brentq(short, low, high, args=(k + 1,), xtol=1e-12)) for k in range(steps.size)]


@dataclass(frozen=True, slots=True, eq=False)
class BookmarkResult:
    """cuts : (n_judges, n_cuts) on theta, NaN where not placed; panels : statistics of each cut."""

    cuts: FloatArray
    panels: tuple[PanelStatistics, ...]

    @property
    def mean_cuts(self) -> FloatArray:
        return np.array([panel.mean for panel in self.panels])

    @property
    def median_cuts(self) -> FloatArray:
        """The usual choice of the method."""
        return np.array([panel.median for panel in self.panels])


def bookmark(
    placements: npt.ArrayLike, booklet: Booklet, rule: BookmarkRule | str = BookmarkRule.PRECEDING
) -> BookmarkResult:
    """Cuts from the pages on which judges laid their bookmarks.

    Parameters
    ----------
    placements : (n_judges, n_cuts), or (n_judges,) for one cut: the page, counted from 1, of the first item
        that a borderline person does not master; NaN: not placed. Cuts ascend: a judge's pages may not fall.
    rule : PRECEDING (default): the cut is the location of the page before; BOOKMARKED: of that page itself;
        MIDPOINT: half-way between the two

    Raises
    ------
    InvalidRatings : a page that is not whole, falls from cut to cut, or has no location under the rule (page
        1 has none before it, and n_pages + 1, allowed with PRECEDING only, none of its own).
    InvalidOptions : a rule that is none.

    References: Mitzel, Lewis, Patz & Green (2001); Cizek & Bunch (2007), ch. 10.
    """
    pages = np.asarray(placements, dtype=np.float64)
    pages = pages[:, None] if pages.ndim == 1 else pages
    if pages.ndim != 2 or 0 in pages.shape:
        raise InvalidRatings(f"placements: expected judges by cuts, got shape {pages.shape}")
    which = member(BookmarkRule, rule, "rule")
    first = 1 if which is BookmarkRule.BOOKMARKED else 2
    last = booklet.n_pages + (which is BookmarkRule.PRECEDING)
    known = ~np.isnan(pages)
    at_fault = known & ~((pages >= first) & (pages <= last) & (pages == np.floor(pages)))
    at_fault[:, 1:] |= np.diff(pages, axis=1) < 0
    if at_fault.any():
        judge, cut = (int(place) for place in np.argwhere(at_fault)[0])
        raise InvalidRatings(f"placements[{judge}, {cut}] is {pages[judge, cut]:g}: expected a page {first} "
                             f"to {last}, not before the cut below")  # fmt: skip
    page = np.where(known, pages, first).astype(np.intp)
    own = booklet.location[np.minimum(page, booklet.n_pages) - 1]
    before = booklet.location[np.maximum(page - 2, 0)]
    chosen = {
        BookmarkRule.PRECEDING: before,
        BookmarkRule.BOOKMARKED: own,
        BookmarkRule.MIDPOINT: (own + before) / 2.0,
    }
    cuts = np.where(known, chosen[which], np.nan)
    return BookmarkResult(cuts, tuple(PanelStatistics.of(column) for column in cuts.T))
