"""The room that the proctor's views stand in."""

from examsvc.edge.room import Room

room = Room("proctor", __name__)
