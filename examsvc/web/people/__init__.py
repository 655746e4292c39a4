"""Profiles, units, positions, and loading them from the HR office's workbook."""

from examsvc.web.people import load, profiles, units
from examsvc.web.people.room import room

__all__ = ["load", "profiles", "room", "units"]
