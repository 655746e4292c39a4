"""The SQL of a save: one read that locks, one write; several sittings at a time, on either database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.admission import Decision, Outcome
from examsvc.delivery.deadline import ExamClock
from examsvc.delivery.events import CurrentResponse
from examsvc.delivery.outline import Navigation, Outline, are_timed
from examsvc.delivery.sections import Span, schedule
from examsvc.delivery.sitting import Sitting, SittingState
from examsvc.rulepacks.registry import get_pack
from examsvc.store import saving_postgresql, saving_sqlite
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


@dataclass(frozen=True, slots=True)
class LockedSitting:
    """What a save must know of its sitting, true until the commit, and who holds the login it came with.

    actor_id : None where the login is not known, or over
    now : the database's clock, read after the row was locked
    """

    id: int
    owner_id: int | None
    administration_id: int
    sitting: Sitting
    outline: Outline
    durable_through: int
    max_seq: int
    actor_id: int | None
    roles: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Writing:
    """What a save adds to one sitting: rows of its log, and what they change."""

    locked: LockedSitting
    stored: Sequence[Decision]
    current: Iterable[CurrentResponse]
    durable_through: int
    max_seq: int
    reached: int


def lock_for_saving(
    session: Session, logins: Mapping[int, str | None], *, skip_locked: bool = False
) -> dict[int, LockedSitting]:
    """Lock these sittings, in the order of their ids; `logins` has the digest of each one's login token.

    With `skip_locked` those that somebody else holds are left out: one of them must not hold up the others.
    """
    if session.get_bind().dialect.name == "postgresql":
        rows = saving_postgresql.lock(session, logins, skip_locked=skip_locked)
    else:
        rows = saving_sqlite.lock(session, logins)
    return {row["id"]: _locked(session, row) for row in rows}


def write_saves(session: Session, writings: Sequence[Writing]) -> None:
    """Append the events and bring projections and sittings up to them.

    Raises EventIdTaken when an id is in the sitting's log already: the transaction is lost.
    """
    events = [_event_row(writing, decision) for writing in writings for decision in writing.stored]
    if not events:
        return
    current = [_current_row(writing.locked.id, one) for writing in writings for one in writing.current]
    moved = [
        {"id": w.locked.id, "durable_through": w.durable_through, "max_seq": w.max_seq, "reached": w.reached}
        for w in writings
    ]
    if session.get_bind().dialect.name == "postgresql":
        n_stored = saving_postgresql.write(session, events, current, moved)
    else:
        n_stored = saving_sqlite.write(session, events, current, moved)
    if n_stored != len(events):
        raise EventIdTaken


def find_durable_through(session: Session, locked: LockedSitting) -> int:
    """The highest number below which nothing of the epoch is missing, found from the log and kept."""
    through = locked.durable_through
    held = set(list_seqs(session, locked.id, locked.sitting.epoch, after=through))
    while through + 1 in held:
        through += 1
    session.execute(sa.update(SittingRow).where(SittingRow.id == locked.id).values(durable_through=through))
    return through


def _locked(session: Session, row: Mapping[str, Any]) -> LockedSitting:
    rules = get_pack(row["rule_pack_code"], row["rule_pack_version"])
    clock = ExamClock(
        _utc(row["starts_at"]), row["limit_s"], _utc(row["window_ends_at"]), grace_s=rules.grace_s
    )
    outline = get_outline(session, row["form_id"])
    left = row["left_sections"]
    left_at = tuple(map(datetime.fromisoformat, json.loads(left) if isinstance(left, str) else left or ()))
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
    return LockedSitting(
        id=row["id"],
        owner_id=row["user_id"],
        administration_id=row["administration_id"],
        sitting=sitting,
        outline=outline,
        durable_through=row["durable_through"],
        max_seq=row["max_seq"],
        actor_id=row["actor_id"],
        roles=frozenset(filter(None, (row["roles"] or "").split(","))),
        now=_utc(row["now"]),
    )


def _utc(at: datetime | str) -> datetime:
    """PostgreSQL's instants are aware; SQLite keeps naive UTC as text."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _event_row(writing: Writing, decision: Decision) -> dict[str, Any]:
    event = decision.event
    return {
        "sitting_id": writing.locked.id,
        "epoch": event.epoch,
        "seq": event.seq,
        "event_id": event.event_id,
        "item_version_id": int(event.item_id),
        "payload": json.dumps(dict(event.payload), ensure_ascii=False),
        "payload_hash": event.payload_hash,
        "client_ms": event.client_ms,
        "received_at": writing.locked.now,
        "standing": STANDING[decision.outcome],
    }


def _current_row(sitting_id: int, current: CurrentResponse) -> dict[str, Any]:
    return {
        "sitting_id": sitting_id,
        "item_version_id": int(current.item_id),
        "response": current.response,
        "flagged": current.flagged,
        "struck": json.dumps(current.struck),
        "note": current.note,
        "epoch": current.position[0],
        "seq": current.position[1],
    }
