"""All rooms of pages, in one list."""

from examsvc.edge.room import Room
from examsvc.web import account, admin, author, candidate, exam, examiner, people, proctor

ROOMS: tuple[Room, ...] = (
    account.room,
    author.room,
    candidate.room,
    exam.room,
    examiner.room,
    proctor.room,
    people.room,
    admin.room,
)
