"""What a job's panel asks every second, and its cancel button."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, jsonify

from examsvc.api.v1.room import room
from examsvc.edge.job_picture import picture_job
from examsvc.edge.room import current_actor, deps
from examsvc.services import jobs
from examsvc.store.models import JobRow


@room.view("/jobs/<int:job_id>", permission="jobs.read")
def read_job(job_id: int) -> Response:
    """State, progress and outcome, worded in the reader's language."""
    return _answer(jobs.read_job(deps(), current_actor(), job_id))


@room.view("/jobs/<int:job_id>/cancel", permission="jobs.cancel", methods=("POST",))
def cancel_job(job_id: int) -> Response:
    """Ask it to stop at its next step; a job that is over stays as it is."""
    jobs.cancel(deps(), current_actor(), job_id)
    return _answer(jobs.read_job(deps(), current_actor(), job_id))


def _answer(row: JobRow) -> Response:
    return jsonify(
        {**asdict(picture_job(row)), "kind": row.kind, "message": row.message, "outcome": row.outcome}
    )
