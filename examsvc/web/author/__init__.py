"""The author's workshop: writing, importing, appraising and approving items."""

from examsvc.web.author import (
    assigning,
    board,
    desk,
    importing,
    items,
    lateness,
    legal_acts,
    legal_repeals,
    moving,
    pictures,
    replying,
    reviewing,
    rules,
    usage,
)
from examsvc.web.author.room import room

__all__ = [
    "assigning",
    "board",
    "desk",
    "importing",
    "items",
    "lateness",
    "legal_acts",
    "legal_repeals",
    "moving",
    "pictures",
    "replying",
    "reviewing",
    "room",
    "rules",
    "usage",
]
