"""The exam hall's workers: `gunicorn 'examsvc.hall:serve()'` for candidates and proctors, without the jobs.

They load nothing of what measures and assembles, so that many fit on a host, and whatever the staff's other
pages cost, they cost it elsewhere (see docs/scaling.md).
"""

from __future__ import annotations

from flask import Flask

from examsvc.serving import serve_rooms
from examsvc.web import account, candidate, proctor


def serve() -> Flask:
    """The rooms of an exam day over a house that is open for the life of this process.

    There are as many of these as cores, so one hash at a time is enough for each: it holds 9 MiB.
    """
    return serve_rooms((account.room, candidate.room, proctor.room), hashing_slots=1)
