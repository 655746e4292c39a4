"""The author's workshop: writing, importing, appraising and approving items."""

from examsvc.web.author import (
    assigning,
    board,
    desk,
    exporting,
    importing,
    items,
    lateness,
    legal_acts,
    legal_repeals,
    limits,
    moving,
    pictures,
    replying,
    reviewing,
    rules,
    seen,
    showing,
)
from examsvc.web.author.room import room

__all__ = [
    "assigning",
    "board",
    "desk",
    "exporting",
    "importing",
    "items",
    "lateness",
    "legal_acts",
    "legal_repeals",
    "limits",
    "moving",
    "pictures",
    "replying",
    "reviewing",
    "room",
    "rules",
    "seen",
    "showing",
]
