"""Asking for long work, following it, cancelling it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.results.errors import JobRefused
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import Session, database_now, jobs
from examsvc.store.models import JobRow
from examsvc.store.rows import get_row

UNFINISHED: Final = jobs.UNFINISHED
MOST_OPEN: Final = 3  # jobs of one person that wait or run
WAKE_AGAIN_AFTER = timedelta(seconds=5)
SILENT_AFTER = timedelta(minutes=3)


# kind of job → the action of the permission table that it carries out
ACTIONS: Final = {
    "assemble": "forms.assemble",
    "replay": "forms.read_certificate",
    "calibrate": "calibrations.run",
    "score": "results.score",
    "near_duplicates": "near_duplicates.search",
    "check_import": "items.write",
    "import_items": "items.write",
    "bulk_preview": "bulk.order",
    "bulk_change": "bulk.order",
    "export_check": "exports.ask",
    "export_write": "exports.decide",
}


def ask(deps: Services, actor: Actor, kind: str, params: dict[str, Any]) -> int:
    """Write the job's row and wake a worker, which checks the same permission again.

    Raises JobRefused "too_many_open".
    """
    permit(actor, ACTIONS[kind])
    with deps.store.begin() as session:
        jobs.lock_asking(session)
        job_id = _write(session, actor, kind, params)
    deps.queue.wake(job_id)
    return job_id


def ask_once(deps: Services, actor: Actor, kind: str, params: dict[str, Any]) -> int:
    """The job that is waiting or running for the same work, or a new one; found and written in one breath.

    Raises JobRefused "too_many_open".
    """
    permit(actor, ACTIONS[kind])
    with deps.store.begin() as session:
        jobs.lock_asking(session)
        same = (row.id for row in jobs.list_open(session) if (row.kind, row.params) == (kind, params))
        under_way = next(same, None)
        if under_way is not None:
            return under_way
        job_id = _write(session, actor, kind, params)
    deps.queue.wake(job_id)
    return job_id


def _write(session: Session, actor: Actor, kind: str, params: dict[str, Any]) -> int:
    if sum(row.created_by == actor.user_id for row in jobs.list_open(session)) >= MOST_OPEN:
        raise JobRefused("too_many_open", n=MOST_OPEN)
    row = JobRow(
        kind=kind,
        params=params,
        state="queued",
        message={},
        outcome={},
        created_by=actor.user_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    record_act(session, actor, f"jobs.ask.{kind}", f"job:{row.id}", params=params)
    return row.id


def read_job(deps: Services, actor: Actor, job_id: int) -> JobRow:
    """The job as it stands. Raises NotFound."""
    permit(actor, "jobs.read", Facts(owner_user_id=actor.user_id))  # a stranger learns not what exists
    with deps.store.read() as session:
        row = get_row(session, JobRow, job_id)
    permit(actor, "jobs.read", Facts(owner_user_id=row.created_by))
    return row


def cancel(deps: Services, actor: Actor, job_id: int) -> None:
    """Ask a job to stop at its next step: whoever asked for it, an examiner, or an administrator.

    Raises JobRefused "finished".
    """
    with deps.store.begin() as session:
        row = get_row(session, JobRow, job_id, lock=True)
        permit(actor, "jobs.cancel", Facts(owner_user_id=row.created_by))
        if row.state not in UNFINISHED:
            raise JobRefused("finished")
        if row.state == "queued":
            row.state = "cancelled"
            row.finished_at = database_now(session)
        row.cancel_requested = True
        record_act(session, actor, "jobs.cancel", f"job:{job_id}")


def wake_waiting(deps: Services) -> int:
    """Wake workers for rows whose message was lost; returns how many."""
    with deps.store.read() as session:
        waiting = jobs.list_queued(session, database_now(session) - WAKE_AGAIN_AFTER)
    for job_id in waiting:
        deps.queue.wake(job_id)
    return len(waiting)


def put_back_interrupted(deps: Services, *, alone: bool = False) -> int:
    """Queue again what a stopped process left running; `alone`: no other process can be running any."""
    with deps.store.read() as session:
        if not jobs.count_running(session):  # the usual case costs no writing transaction
            return 0
    with deps.store.begin() as session:
        now = database_now(session)
        return jobs.requeue_interrupted(session, now if alone else now - SILENT_AFTER)
