"""The minutes of an exam: what the system itself notes, and what stands behind an act in a room."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.store import Session, database_now, rooms
from examsvc.store.models import CandidateRow, ExamRoomRow, IncidentRow
from examsvc.store.rows import get_row
from examsvc.store.sittings import SittingFacts

MOST_NOTES = 50  # of a kind for a sitting: a machine gone mad must not bury the room's minutes


def note_incident(
    session: Session, administration_id: int, sitting_id: int, kind: str, content: dict[str, Any]
) -> None:
    """Keep what happened with everything that was sent, in the transaction in which it happened.

    What comes a second time, or after the most notes of its kind, is not noted again.
    """
    note = json.dumps(content, ensure_ascii=False, sort_keys=True)
    noted = rooms.list_system_notes(session, sitting_id, kind)
    if note in noted or len(noted) >= MOST_NOTES:
        return
    line = Minutes(kind, note, database_now(session), administration_id, sitting_id=sitting_id)
    add_minutes(session, None, line)


@dataclass(frozen=True, slots=True)
class Minutes:
    """A line of the minutes: about one sitting, a room, or (neither) the whole administration."""

    kind: str
    note: str
    at: datetime
    administration_id: int
    exam_room_id: int | None = None
    sitting_id: int | None = None


def add_minutes(session: Session, actor: Actor | None, line: Minutes) -> int:
    """Write what somebody did or saw (None: the system itself) into the minutes, in the act's transaction."""
    row = IncidentRow(
        administration_id=line.administration_id,
        exam_room_id=line.exam_room_id,
        sitting_id=line.sitting_id,
        kind=line.kind,
        note=line.note.strip(),
        actor_id=actor.user_id if actor else None,
        created_at=line.at,
    )
    session.add(row)
    session.flush()
    return row.id


def minutes_of_sitting(session: Session, facts: SittingFacts, kind: str, note: str, at: datetime) -> Minutes:
    """A line about one sitting, in the minutes of its room."""
    exam_room_id = get_row(session, CandidateRow, facts.row.candidate_id).exam_room_id
    return Minutes(kind, note, at, facts.row.administration_id, exam_room_id, facts.row.id)


def minutes_of_room(session: Session, exam_room_id: int, kind: str, note: str, at: datetime) -> Minutes:
    """A line about a room."""
    room = get_row(session, ExamRoomRow, exam_room_id)
    return Minutes(kind, note, at, room.administration_id, room.id)


def permit_for(actor: Actor, action: str, facts: SittingFacts) -> None:
    """Ask the permission table with the sitting's owner: nobody acts for himself."""
    permit(actor, action, Facts(owner_user_id=facts.row.user_id))
