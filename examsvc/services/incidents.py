"""Incidents that the system itself notes; people's incidents come through the room."""

from __future__ import annotations

import json
from typing import Any

from examsvc.store import Session, database_now, rooms
from examsvc.store.models import IncidentRow

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
    session.add(
        IncidentRow(
            administration_id=administration_id,
            exam_room_id=None,
            sitting_id=sitting_id,
            kind=kind,
            note=note,
            actor_id=None,
            created_at=database_now(session),
        )
    )
