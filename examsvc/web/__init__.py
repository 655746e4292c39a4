"""The pages: a room per audience."""

from examsvc.edge.room import Room
from examsvc.web import account, candidate, exam, proctor

ROOMS: tuple[Room, ...] = (account.room, candidate.room, exam.room, proctor.room)
