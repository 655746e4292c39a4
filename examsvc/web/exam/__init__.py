"""The exam manager's desk: campaigns, administrations, rosters."""

from examsvc.web.exam import administrations, campaigns
from examsvc.web.exam.room import room

__all__ = ["administrations", "campaigns", "room"]
