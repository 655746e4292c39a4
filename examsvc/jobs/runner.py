"""Runs one job from its row: claims it, follows its progress, records its end."""

from __future__ import annotations

import logging
import time
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.jobs.handlers import HANDLERS
from examsvc.services import Services
from examsvc.services.failures import failure_of
from examsvc.store import accounts, database_now, jobs
from examsvc.store.jobs import Step
from examsvc.store.models import UserRow
from examsvc.store.rows import get_row

log = logging.getLogger(__name__)
_NOTE_EVERY_S = 0.5


class Cancelled(Exception):
    """Somebody asked this job to stop."""


class JobProgress:
    """Fulfils ports.Progress and StagedProgress: writes the row, and stops a cancelled job.

    At most twice a second, but at every change of stage: before a stage begins it is known whether to stop.
    """

    def __init__(self, deps: Services, job_id: int) -> None:
        self._deps = deps
        self._job_id = job_id
        self._noted_at = 0.0
        self._stage = ""

    def __call__(self, done: int, total: int, stage: str = "") -> None:
        lately = time.monotonic() - self._noted_at < _NOTE_EVERY_S
        if lately and done < total and stage == self._stage:
            return
        self._noted_at, self._stage = time.monotonic(), stage
        with self._deps.store.begin() as session:
            now = database_now(session)
            cancel = jobs.note_progress(session, self._job_id, now, Step(done, total, stage or None))
        if cancel and done < total:  # what is complete is not called cancelled
            raise Cancelled


def run_job(deps: Services, job_id: int) -> None:
    """Run the job if nobody else has taken it."""
    with deps.store.begin() as session:
        row = jobs.claim(session, job_id, database_now(session))
        if row is None:
            return
        kind, params = row.kind, dict(row.params)
        actor = accounts.actor_of(session, get_row(session, UserRow, row.created_by))
    state, values = _outcome(deps, actor, job_id, kind, params)
    with deps.store.begin() as session:
        jobs.finish(session, job_id, database_now(session), state, values)


def _outcome(
    deps: Services, actor: Actor, job_id: int, kind: str, params: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    try:
        outcome = HANDLERS[kind](deps, actor, params, JobProgress(deps, job_id))
    except Cancelled:
        return "cancelled", {"message": {"code": "cancelled"}}
    except Exception as error:  # the row must say that the job failed, whatever it was
        refusal = failure_of(error)
        if refusal is not None:
            log.info("job %s (%s) refused: %s", job_id, kind, refusal["code"])
            return "failed", {"message": refusal}
        log.exception("job %s (%s) failed", job_id, kind)
        return "failed", {"message": {"code": "failed", "error": type(error).__name__}}
    return "done", {"outcome": outcome, "message": {"code": "done"}}
