"""The room of HR, leaders and each officer's own profile."""

from examsvc.edge.room import Room

room = Room("people", __name__)
