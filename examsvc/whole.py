"""All rooms in one process, with the jobs: what a small installation and the tests run."""

from __future__ import annotations

from flask import Flask

from examsvc.app import create_app
from examsvc.bootstrap import House
from examsvc.jobs.runner import run_job
from examsvc.services.exports import clear_exports
from examsvc.services.fingerprints import RefreshChore
from examsvc.services.legal_repeals import carry_out_due_repeals
from examsvc.serving import serve_rooms
from examsvc.web.rooms import ROOMS


def serve() -> Flask:
    """All rooms over a house open for the life of this process, which also does the jobs and the chores."""
    chores = (carry_out_due_repeals, clear_exports, RefreshChore())
    return serve_rooms(ROOMS, run_job, chores=chores)


def whole_app(house: House) -> Flask:
    """The application with all rooms over a house that somebody else has opened."""
    return create_app(house, ROOMS)
