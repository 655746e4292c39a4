"""Version 1 of the JSON interface."""

from examsvc.api.v1 import errors, health, jobs, rooms, sittings
from examsvc.api.v1.room import room

__all__ = ["errors", "health", "jobs", "room", "rooms", "sittings"]
