"""From judges to cuts: modified Angoff, bookmark, Hofstee. Percentage cuts are in scoring/cuts.py."""

from scoring.standard_setting.angoff import (
    AngoffContext,
    AngoffResult,
    AngoffRound,
    ItemRatings,
    JudgeStatistics,
    PanelFlag,
    RoundChange,
    angoff,
)
from scoring.standard_setting.bookmark import (
    Booklet,
    BookletRule,
    BookmarkResult,
    BookmarkRule,
    bookmark,
    ordered_item_booklet,
)
from scoring.standard_setting.compromise import HofsteeBounds, hofstee
from scoring.standard_setting.panel import Agreement, PanelStatistics, agreement, required_judges

__all__ = [
    "Agreement",
    "AngoffContext",
    "AngoffResult",
    "AngoffRound",
    "Booklet",
    "BookletRule",
    "BookmarkResult",
    "BookmarkRule",
    "HofsteeBounds",
    "ItemRatings",
    "JudgeStatistics",
    "PanelFlag",
    "PanelStatistics",
    "RoundChange",
    "agreement",
    "angoff",
    "bookmark",
    "hofstee",
    "ordered_item_booklet",
    "required_judges",
]
