"""Incidents that the system itself notes; people's incidents come through the room."""

from __future__ import annotations

import json
from typing import Any

from examsvc.store import Session, database_now
from examsvc.store.models import IncidentRow
from examsvc.store.sittings import SittingFacts


def note_incident(session: Session, facts: SittingFacts, kind: str, content: dict[str, Any]) -> None:
    """Keep what happened with everything that was sent, in the transaction in which it happened."""
    session.add(
        IncidentRow(
            administration_id=facts.administration.id,
            exam_room_id=None,
            sitting_id=facts.row.id,
            kind=kind,
            note=json.dumps(content, ensure_ascii=False, sort_keys=True),
            actor_id=None,
            created_at=database_now(session),
        )
    )
