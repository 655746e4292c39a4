"""The room that the exam manager's views stand in."""

from examsvc.edge.room import Room

room = Room("exam", __name__)
