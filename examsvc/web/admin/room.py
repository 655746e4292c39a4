"""The room of the administrator and the auditor."""

from examsvc.edge.room import Room

room = Room("admin", __name__)
