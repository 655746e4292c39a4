"""The proctor's desk: the exam rooms, live."""

from examsvc.web.proctor import acts, views
from examsvc.web.proctor.room import room

__all__ = ["acts", "room", "views"]
