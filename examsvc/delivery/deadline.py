"""When a sitting ends: start + limit + adjustments, never beyond the window's hard end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from examsvc.delivery.errors import TimeInvalid

MILLISECOND = timedelta(milliseconds=1)


class AdjustmentKind(StrEnum):
    EXTENSION = "extension"
    PAUSE = "pause"
    MACHINE_FAILURE = "machine_failure"
    ACCOMMODATION = "accommodation"
    LATE_ENTRY = "late_entry"
    CORRECTION = "correction"


class Phase(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    GRACE = "grace"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class TimeAdjustment:
    """Seconds that a person granted, or took back: never edited, only followed by another."""

    seconds: int
    kind: AdjustmentKind
    reason: str
    actor: str
    made_at: datetime

    def __post_init__(self) -> None:
        if self.seconds == 0:
            raise TimeInvalid("adjustment_without_seconds")
        # Taking time away is only ever the repair of a mistaken grant, and says so by its kind.
        if self.seconds < 0 and self.kind is not AdjustmentKind.CORRECTION:
            raise TimeInvalid("only_a_correction_removes_time")
        if not self.reason.strip():
            raise TimeInvalid("adjustment_without_reason")
        if not self.actor.strip():
            raise TimeInvalid("adjustment_without_actor")
        require_utc(self.made_at)


@dataclass(frozen=True, slots=True)
class ExamClock:
    """The common time facts of an administration; logging in changes none of them."""

    starts_at: datetime
    limit_s: int
    window_ends_at: datetime
    grace_s: int = 30

    def __post_init__(self) -> None:
        require_utc(self.starts_at)
        require_utc(self.window_ends_at)
        if self.limit_s <= 0:
            raise TimeInvalid("limit_not_positive")
        if self.grace_s < 0:
            raise TimeInvalid("grace_negative")
        if self.window_ends_at < self.starts_at + timedelta(seconds=self.limit_s):
            raise TimeInvalid("window_shorter_than_limit")


@dataclass(frozen=True, slots=True)
class TimeAccount:
    """Every second of a sitting, accounted for: limit + granted - removed - cut = total."""

    limit_s: int
    granted_s: int
    removed_s: int
    cut_s: int
    total_s: int
    lines: tuple[TimeAdjustment, ...]


def require_utc(at: datetime) -> None:
    if at.utcoffset() != timedelta(0):
        raise TimeInvalid("instant_not_utc")


def total_s(adjustments: Iterable[TimeAdjustment]) -> int:
    """What all adjustments together add to the limit; a sitting carries it, so that a save need not ask."""
    return sum(line.seconds for line in adjustments)


def deadline_at(clock: ExamClock, added_s: int) -> datetime:
    """The instant at which the candidate's time is up; `added_s` is the `total_s` of his adjustments."""
    wanted = clock.starts_at + timedelta(seconds=max(0, clock.limit_s + added_s))
    return min(wanted, clock.window_ends_at)


def until_start_ms(clock: ExamClock, now: datetime) -> int:
    return max(0, (clock.starts_at - now) // MILLISECOND)


def time_account(clock: ExamClock, adjustments: Iterable[TimeAdjustment]) -> TimeAccount:
    """What was granted and removed, and what the bounds of the window cut off."""
    lines = tuple(adjustments)
    granted = sum(line.seconds for line in lines if line.seconds > 0)
    removed = -sum(line.seconds for line in lines if line.seconds < 0)
    total = int((deadline_at(clock, total_s(lines)) - clock.starts_at).total_seconds())
    cut = clock.limit_s + granted - removed - total
    return TimeAccount(clock.limit_s, granted, removed, cut, total, lines)
