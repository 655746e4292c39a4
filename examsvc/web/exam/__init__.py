"""The exam manager's desk: blueprints and forms, campaigns, administrations, rosters."""

from examsvc.web.exam import administrations, blueprints, campaigns, clock_acts, forms
from examsvc.web.exam.room import room

__all__ = ["administrations", "blueprints", "campaigns", "clock_acts", "forms", "room"]
