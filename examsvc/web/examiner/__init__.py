"""The examiner's and the chairman's pages: calibrations, items, reports, results and their release."""

from examsvc.web.examiner import (
    calibration_page,
    calibrations,
    downloads,
    item_history,
    item_page,
    report_page,
    results,
    what_if_page,
)
from examsvc.web.examiner.room import room

__all__ = [
    "calibration_page",
    "calibrations",
    "downloads",
    "item_history",
    "item_page",
    "report_page",
    "results",
    "room",
    "what_if_page",
]
