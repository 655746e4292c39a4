"""Queries about long work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models.jobs import JobRow

MOST_ATTEMPTS = 3
UNFINISHED = ("queued", "running")
ASKING = 7_201_401  # the number of the advisory lock under which jobs are asked for


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is, within its stage if it has several."""

    done: int
    total: int
    stage: str | None = None


def claim(session: Session, job_id: int, now: datetime) -> JobRow | None:
    """Take a queued job, once: whoever comes second gets None."""
    taken = session.execute(
        sa.update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == "queued")
        .values(state="running", started_at=now, noted_at=now, attempts=JobRow.attempts + 1)
        .returning(JobRow.id)
    ).scalar_one_or_none()
    return None if taken is None else session.get(JobRow, job_id, populate_existing=True)


def note_progress(session: Session, job_id: int, now: datetime, step: Step) -> bool:
    """Record how far a job is; true when somebody asked to cancel it."""
    return bool(
        session.execute(
            sa.update(JobRow)
            .where(JobRow.id == job_id)
            .values(done=step.done, total=step.total, stage=step.stage, noted_at=now)
            .returning(JobRow.cancel_requested)
        ).scalar_one()
    )


def finish(session: Session, job_id: int, now: datetime, state: str, values: dict[str, Any]) -> None:
    """Close a job with its outcome."""
    session.execute(
        sa.update(JobRow).where(JobRow.id == job_id).values(state=state, finished_at=now, **values)
    )


def list_queued(session: Session, before: datetime) -> list[int]:
    """Jobs that have waited since `before`: their wake-up call may be lost."""
    return list(
        session.scalars(
            sa.select(JobRow.id)
            .where(JobRow.state == "queued", JobRow.created_at < before)
            .order_by(JobRow.id)
        )
    )


def lock_asking(session: Session) -> None:
    """Until the transaction ends nobody else asks for work (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(ASKING)))


def list_open(session: Session) -> list[JobRow]:
    """All jobs that wait or run, oldest first."""
    query = sa.select(JobRow).where(JobRow.state.in_(UNFINISHED)).order_by(JobRow.id)
    return list(session.scalars(query))


def list_alike(session: Session, kind: str, params: dict[str, str]) -> list[JobRow]:
    """The jobs of this kind and these parameters that wait, run or are done, newest first."""
    query = (
        sa.select(JobRow)
        .where(JobRow.kind == kind, JobRow.state.in_((*UNFINISHED, "done")))
        .where(*(JobRow.params[name].as_string() == value for name, value in params.items()))
        .order_by(JobRow.id.desc())
    )
    return list(session.scalars(query))


def count_running(session: Session) -> int:
    """How many jobs are running, or were when their process stopped."""
    query = sa.select(sa.func.count()).select_from(JobRow).where(JobRow.state == "running")
    return int(session.execute(query).scalar_one())


def requeue_interrupted(session: Session, silent_since: datetime) -> int:
    """Put back jobs whose process has not been heard of since then; a third stop makes a job failed."""
    silent = sa.and_(JobRow.state == "running", JobRow.noted_at < silent_since)
    session.execute(
        sa.update(JobRow)
        .where(silent, JobRow.attempts >= MOST_ATTEMPTS)
        .values(state="failed", message={"code": "interrupted"}, finished_at=silent_since)
    )
    put_back = sa.update(JobRow).where(silent).values(state="queued").returning(JobRow.id)
    return len(session.scalars(put_back).all())


def list_latest(session: Session, kind: str, limit: int = 10) -> list[JobRow]:
    """The latest jobs of a kind, newest first."""
    return list(
        session.scalars(sa.select(JobRow).where(JobRow.kind == kind).order_by(JobRow.id.desc()).limit(limit))
    )
