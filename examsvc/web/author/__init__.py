"""The author's workshop: writing, importing, appraising and approving items."""

from examsvc.web.author import (
    assigning,
    board,
    correcting,
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
    writing,
)
from examsvc.web.author.room import room

__all__ = [
    "assigning",
    "board",
    "correcting",
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
    "writing",
]
