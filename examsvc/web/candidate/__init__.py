"""The candidate's pages: own sittings, the waiting room, the timed player, the receipt, practice."""

from examsvc.web.candidate import practice
from examsvc.web.candidate.views import room

__all__ = ["practice", "room"]
