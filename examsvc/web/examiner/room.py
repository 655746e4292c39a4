"""The room that every page of the examiner stands in."""

from examsvc.edge.room import Room

room = Room("examiner", __name__)
