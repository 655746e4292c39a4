"""What a human reports from the room, and what each kind of report must contain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from proctoring.errors import IncidentRefused

NOTE_LIMIT: Final = 2000


class IncidentKind(StrEnum):
    MACHINE_FAILURE = "machine_failure"
    LATE_ARRIVAL = "late_arrival"
    MISCONDUCT = "misconduct"
    ITEM_CHALLENGE = "item_challenge"
    NETWORK = "network"
    OTHER = "other"


# A power cut strikes a room, misconduct a person: the minutes must name whom they are about.
_NEEDS: Final[Mapping[IncidentKind, tuple[str, ...]]] = {
    IncidentKind.MACHINE_FAILURE: ("sitting_id",),
    IncidentKind.LATE_ARRIVAL: ("sitting_id",),
    IncidentKind.MISCONDUCT: ("sitting_id",),
    IncidentKind.ITEM_CHALLENGE: ("sitting_id", "item_id"),
    IncidentKind.NETWORK: (),
    IncidentKind.OTHER: (),
}


@dataclass(frozen=True, slots=True)
class Incident:
    kind: IncidentKind
    note: str
    reporter: str
    occurred_at: datetime
    sitting_id: str | None = None
    item_id: str | None = None


def accepted_incident(incident: Incident, now: datetime) -> Incident:
    """The incident with its note trimmed, or a refusal that names what is missing."""
    note = incident.note.strip()
    if not note:
        raise IncidentRefused("note_missing")
    if len(note) > NOTE_LIMIT:
        raise IncidentRefused("note_too_long")
    if not incident.reporter:
        raise IncidentRefused("reporter_missing")
    if incident.occurred_at > now + timedelta(minutes=1):
        raise IncidentRefused("in_the_future")
    for fact in _NEEDS[incident.kind]:
        if not getattr(incident, fact):
            raise IncidentRefused(f"{fact}_missing")
    return Incident(
        incident.kind, note, incident.reporter, incident.occurred_at, incident.sitting_id, incident.item_id
    )
