"""The time of a sitting as its player is told it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from examsvc.delivery.deadline import until_start_ms
from examsvc.delivery.sitting import Sitting


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the player needs to show the time; the server alone decides that it is up.

    section_remaining_ms : None where sections have no limits of their own
    """

    server_time: datetime
    starts_at: datetime
    deadline_at: datetime
    window_ends_at: datetime
    until_start_ms: int
    remaining_ms: int
    phase: str
    state: str
    epoch: int
    paused: bool
    section: int
    section_remaining_ms: int | None


def clock_reading(sitting: Sitting, now: datetime) -> ClockReading:
    """The sitting's time at `now`."""
    return ClockReading(
        server_time=now,
        starts_at=sitting.started_at,
        deadline_at=sitting.deadline_at,
        window_ends_at=sitting.clock.window_ends_at,
        until_start_ms=until_start_ms(sitting.clock, now),
        remaining_ms=sitting.remaining_ms(now),
        phase=sitting.phase(now).value,
        state=sitting.state.value,
        epoch=sitting.epoch,
        paused=sitting.paused_at is not None,
        section=sitting.section(now),
        section_remaining_ms=sitting.section_remaining_ms(now),
    )
