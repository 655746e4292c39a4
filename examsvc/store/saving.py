"""The SQL of a save: one read, one write, several sittings at a time, on either database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.admission import Decision, Outcome
from examsvc.delivery.deadline import ExamClock
from examsvc.delivery.events import CurrentResponse, durable_through
from examsvc.delivery.outline import Navigation, Outline, are_timed
from examsvc.delivery.sections import Span, schedule
from examsvc.delivery.sitting import Sitting, SittingState
from examsvc.rulepacks.registry import get_pack
from examsvc.store import saving_postgresql, saving_sqlite
from examsvc.store.engine import Store
from examsvc.store.errors import EventIdTaken
from examsvc.store.models import SittingRow
from examsvc.store.outlines import get_outline
from examsvc.store.sittings import list_adjustments, list_seqs

STANDING: Final = {
    Outcome.ACCEPTED: "counted",
    Outcome.QUARANTINED: "quarantined",
    Outcome.LATE: "late",
    Outcome.OUT_OF_TURN: "out_of_turn",
}
SEQS_AT_ONCE: Final = 200
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SavingFacts:
    """What a save must know of its sitting, and who holds the login it came with.

    actor_id : None where the login is not known, or over
    now : the database's clock, read with the rest
    left : the sections left, as the database keeps them
    """

    id: int
    owner_id: int | None
    administration_id: int
    form_id: int
    sitting: Sitting
    outline: Outline
    durable_through: int
    max_seq: int
    actor_id: int | None
    roles: frozenset[str]
    now: datetime
    left: str | None


@dataclass(frozen=True, slots=True)
class Writing:
    """What a save adds to one sitting: rows of its log, and what they change."""

    facts: SavingFacts
    decisions: tuple[Decision, ...]
    current: Iterable[CurrentResponse]
    durable_through: int
    max_seq: int
    reached: int

    @property
    def stored(self) -> list[Decision]:
        return [decision for decision in self.decisions if decision.is_stored]


def lock_for_saving(session: Session, logins: Mapping[int, str | None]) -> dict[int, SavingFacts]:
    """Lock these sittings, in the order of their ids: what is read holds until the transaction ends.

    `logins` has the digest of the login token that came with each.
    """
    backend = saving_postgresql if _is_postgresql(session) else saving_sqlite
    return {row["id"]: _facts(session, row) for row in backend.lock(session.connection(), logins)}


def write_saves(session: Session, writings: Sequence[Writing]) -> None:
    """Append the events and bring projections and sittings up to them, under their locks.

    Raises EventIdTaken when an id is in the sitting's log already: the transaction is lost.
    """
    if not writings:
        return
    backend = saving_postgresql if _is_postgresql(session) else saving_sqlite
    try:
        backend.write(session.connection(), *_rows(writings))
    except (sqlite3.IntegrityError, psycopg.IntegrityError) as error:
        raise EventIdTaken from error


def glance(store: Store, logins: Mapping[int, str | None]) -> dict[int, SavingFacts]:
    """The facts without a lock: to tell the time by, or for `write_unchanged` to compare."""
    if not store.is_quick:
        with store.read() as session:
            rows = saving_sqlite.lock(session.connection(), logins)
            return {row["id"]: _facts(session, row) for row in rows}
    with store.quick_cursor() as cursor:
        rows = saving_postgresql.glance(cursor, logins)
    with store.read() as session:  # asks the database only for a form it has not seen
        return {row["id"]: _facts(session, row) for row in rows}


def write_unchanged(store: Store, writings: Sequence[Writing]) -> set[int]:
    """Write, in one statement, what concerns sittings that are as they were when glanced at; returns which.

    Raises EventIdTaken: then nothing was written.
    """
    if not writings:
        return set()
    try:
        with store.quick_cursor() as cursor:
            return saving_postgresql.write_unchanged(cursor, *_rows(writings))
    except psycopg.IntegrityError as error:
        raise EventIdTaken from error


def find_durable_through(session: Session, facts: SavingFacts) -> int:
    """The highest number below which nothing of the epoch is missing, found from the log and kept."""
    through = facts.durable_through
    while True:  # by steps: above a hole, however much has come, nothing is read
        seqs = list_seqs(session, facts.id, facts.sitting.epoch, after=through, most=SEQS_AT_ONCE)
        reached = durable_through(seqs, after=through)
        ended = len(seqs) < SEQS_AT_ONCE or reached < max(seqs)
        through = reached
        if ended:
            break
    session.execute(sa.update(SittingRow).where(SittingRow.id == facts.id).values(durable_through=through))
    return through


def _facts(session: Session, row: Mapping[str, Any]) -> SavingFacts:
    rules = get_pack(row["rule_pack_code"], row["rule_pack_version"])
    clock = ExamClock(
        _utc(row["starts_at"]), row["limit_s"], _utc(row["window_ends_at"]), grace_s=rules.grace_s
    )
    outline = get_outline(session, row["form_id"])
    left = row["left_sections"]
    left_at = tuple(map(datetime.fromisoformat, json.loads(left) if left else ()))
    spans: tuple[Span, ...] = ()
    if are_timed(outline.sections):
        adjustments = list_adjustments(session, [row["id"]]).get(row["id"], ())
        spans = schedule(clock, outline.sections, adjustments, left_at)
    sitting = Sitting(
        id=str(row["id"]),
        clock=clock,
        state=SittingState(row["state"]),
        epoch=row["epoch"],
        device_id=row["device_hash"],
        added_s=row["added_s"],
        paused_at=None if row["paused_at"] is None else _utc(row["paused_at"]),
        navigation=Navigation(rules.navigation),
        spans=spans,
        n_sections=max(1, len(outline.sections)),
        left_at=left_at,
        reached=row["reached"],
    )
    return SavingFacts(
        id=row["id"],
        owner_id=row["user_id"],
        administration_id=row["administration_id"],
        form_id=row["form_id"],
        sitting=sitting,
        outline=outline,
        durable_through=row["durable_through"],
        max_seq=row["max_seq"],
        actor_id=row["actor_id"],
        roles=frozenset(filter(None, (row["roles"] or "").split(","))),
        now=_utc(row["now"]),
        left=left,
    )


def _utc(at: datetime | str) -> datetime:
    """PostgreSQL's instants are aware; SQLite keeps naive UTC as text."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _rows(writings: Sequence[Writing]) -> tuple[Rows, Rows, Rows]:
    """What goes into the log, the projection and the sittings."""
    events = [_event_row(writing.facts, decision) for writing in writings for decision in writing.stored]
    current = [current_row(writing.facts.id, one) for writing in writings for one in writing.current]
    return events, current, [_moved_row(writing) for writing in writings]


def _event_row(facts: SavingFacts, decision: Decision) -> dict[str, Any]:
    event = decision.event
    return {
        "sitting_id": facts.id,
        "epoch": event.epoch,
        "seq": event.seq,
        "event_id": event.event_id,
        "item_version_id": int(event.item_id),
        "payload": event.payload,
        "payload_hash": event.payload_hash,
        "client_ms": event.client_ms,
        "received_at": facts.now,
        "standing": STANDING[decision.outcome],
    }


def current_row(sitting_id: int, current: CurrentResponse) -> dict[str, Any]:
    """The row of the projection that says so."""
    return {
        "sitting_id": sitting_id,
        "item_version_id": int(current.item_id),
        "response": current.response,
        "flagged": current.flagged,
        "struck": current.struck,
        "note": current.note,
        "epoch": current.position[0],
        "seq": current.position[1],
    }


def _moved_row(writing: Writing) -> dict[str, Any]:
    """What the sitting's row becomes, and what it must have been for that."""
    facts = writing.facts
    return {
        "id": facts.id,
        "durable_through": writing.durable_through,
        "max_seq": writing.max_seq,
        "reached": writing.reached,
        "epoch": facts.sitting.epoch,
        "was_max_seq": facts.max_seq,
        "was_durable": facts.durable_through,
        "was_reached": facts.sitting.reached,
        "was_added_s": facts.sitting.added_s,
        "left_sections": facts.left,
    }


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
