"""The candidate's pages: own sittings, the waiting room, the timed player, the receipt."""

from examsvc.web.candidate.views import room

__all__ = ["room"]
