"""The author's workshop: writing, importing, appraising and approving items."""

from examsvc.web.author import (
    board,
    desk,
    importing,
    items,
    legal_acts,
    legal_repeals,
    moving,
    pictures,
    reviewing,
)
from examsvc.web.author.room import room

__all__ = [
    "board",
    "desk",
    "importing",
    "items",
    "legal_acts",
    "legal_repeals",
    "moving",
    "pictures",
    "reviewing",
    "room",
]
