"""The proctor's desk: the exam rooms, live."""

from examsvc.web.proctor import acts, clock_acts, emergency, late_events, views
from examsvc.web.proctor.room import room

__all__ = ["acts", "clock_acts", "emergency", "late_events", "room", "views"]
