"""Whether a candidate may still enter the room."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from proctoring.errors import EntryRefused


class Entry(StrEnum):
    ON_TIME = "on_time"
    WITHIN_GATE = "within_gate"
    BY_CHAIRMAN = "by_chairman"


@dataclass(frozen=True, slots=True)
class Gate:
    """`gate_s` after the start the door closes; None: no text names a figure, the chairman decides."""

    starts_at: datetime
    ends_at: datetime
    gate_s: int | None

    @property
    def closes_at(self) -> datetime | None:
        return None if self.gate_s is None else self.starts_at + timedelta(seconds=self.gate_s)


@dataclass(frozen=True, slots=True)
class ChairmanConsent:
    chairman: str
    reason: str


def decide_entry(gate: Gate, arrived_at: datetime, consent: ChairmanConsent | None = None) -> Entry:
    """How the candidate enters; a late one keeps the common end, whoever let them in."""
    if arrived_at <= gate.starts_at:
        return Entry.ON_TIME
    if arrived_at >= gate.ends_at:
        raise EntryRefused("exam_over", arrived_at, gate.closes_at)
    if gate.closes_at is not None and arrived_at <= gate.closes_at:
        return Entry.WITHIN_GATE
    if consent is None:
        raise EntryRefused("chairman_decides", arrived_at, gate.closes_at)
    if not consent.reason.strip() or not consent.chairman.strip():
        raise EntryRefused("consent_without_reason", arrived_at, gate.closes_at)
    return Entry.BY_CHAIRMAN
