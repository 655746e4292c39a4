"""The examiner's and the chairman's pages: calibrations, item flags, results and their release."""

from examsvc.web.examiner import calibrations, results
from examsvc.web.examiner.room import room

__all__ = ["calibrations", "results", "room"]
