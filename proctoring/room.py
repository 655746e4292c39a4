"""Who is waiting, sitting, disconnected or done in a room at one instant."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MILLISECOND = timedelta(milliseconds=1)


class Status(StrEnum):
    NOT_ARRIVED = "not_arrived"
    WAITING = "waiting"
    SITTING = "sitting"
    DISCONNECTED = "disconnected"
    SUBMITTED = "submitted"
    ANNULLED = "annulled"


# By the word a sitting's state is stored under: this library does not know the delivery stage.
_BY_STATE: Final[Mapping[str, Status]] = {
    "registered": Status.NOT_ARRIVED,
    "absent": Status.NOT_ARRIVED,
    "checked_in": Status.WAITING,
    "open": Status.SITTING,
    "submitted": Status.SUBMITTED,
    "expired": Status.SUBMITTED,
    "annulled": Status.ANNULLED,
}
_PRESENT: Final = frozenset({Status.WAITING, Status.SITTING})


@dataclass(frozen=True, slots=True)
class Seat:
    """What is known of one candidate; nothing here tells an item or a response.

    paused_at : since when the candidate's clock stands still; None while it runs
    """

    sitting_id: str
    sitting_state: str
    deadline_at: datetime
    last_seen_at: datetime | None = None
    label: str = ""
    responded: int = 0
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatStatus:
    seat: Seat
    status: Status
    remaining_ms: int
    silent_s: int | None


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    taken_at: datetime
    seats: tuple[SeatStatus, ...]
    counts: Mapping[Status, int]
    next_deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class Presence:
    """How silence is read; where presence is dark nobody is called disconnected on a guess."""

    silent_after_s: int = 20
    is_known: bool = True


def seat_status(seat: Seat, starts_at: datetime, now: datetime, presence: Presence) -> SeatStatus:
    """The status of one candidate; a state that is not known raises KeyError."""
    status = _BY_STATE[seat.sitting_state]
    silent_s = None if seat.last_seen_at is None else max(0, int((now - seat.last_seen_at).total_seconds()))
    if status in _PRESENT and presence.is_known and _is_lost(status, silent_s, presence):
        status = Status.DISCONNECTED
    working = seat.sitting_state in ("registered", "checked_in", "open")
    clock_time = now if seat.paused_at is None else min(now, seat.paused_at)
    left = (seat.deadline_at - max(clock_time, starts_at)) // MILLISECOND if working else 0
    return SeatStatus(seat, status, max(0, left), silent_s)


def room_snapshot(
    seats: Iterable[Seat], starts_at: datetime, now: datetime, presence: Presence | None = None
) -> RoomSnapshot:
    """The whole room; every status has a count, also when nobody has it."""
    reading = presence or Presence()
    statuses = tuple(seat_status(seat, starts_at, now, reading) for seat in seats)
    counted = Counter(entry.status for entry in statuses)
    ahead = [entry.seat.deadline_at for entry in statuses if entry.remaining_ms > 0]
    return RoomSnapshot(
        now, statuses, {status: counted[status] for status in Status}, min(ahead, default=None)
    )


def _is_lost(status: Status, silent_s: int | None, presence: Presence) -> bool:
    if silent_s is None:
        # Checked in by hand and not yet at the machine is waiting; an open sitting without a sign is not.
        return status is Status.SITTING
    return silent_s > presence.silent_after_s
