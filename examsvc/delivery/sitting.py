"""One candidate's timed run of one form: its states and the only ways between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from examsvc.delivery import deadline
from examsvc.delivery.deadline import ExamClock, Phase, TimeAdjustment
from examsvc.delivery.errors import (
    NotCheckedIn,
    NotDue,
    NotOpen,
    NotStarted,
    PermitRequired,
    SittingClosed,
    TransitionRefused,
    WindowOver,
)


class SittingState(StrEnum):
    REGISTERED = "registered"
    CHECKED_IN = "checked_in"
    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    ABSENT = "absent"
    ANNULLED = "annulled"


class SittingAct(StrEnum):
    CHECK_IN = "check_in"
    OPEN = "open"
    TAKE_OVER = "take_over"
    ADJUST = "adjust"
    SUBMIT = "submit"
    EXPIRE = "expire"
    MARK_ABSENT = "mark_absent"
    ANNUL = "annul"


UNFINISHED_STATES: Final = frozenset({SittingState.REGISTERED, SittingState.CHECKED_IN, SittingState.OPEN})
MARKED_STATES: Final = frozenset({SittingState.SUBMITTED, SittingState.EXPIRED})  # its responses earn marks
CLOSED_STATES: Final = frozenset(
    {SittingState.SUBMITTED, SittingState.EXPIRED, SittingState.ABSENT, SittingState.ANNULLED}
)

TRANSITIONS: Final[Mapping[tuple[SittingState, SittingAct], SittingState]] = {
    (SittingState.REGISTERED, SittingAct.CHECK_IN): SittingState.CHECKED_IN,
    (SittingState.REGISTERED, SittingAct.ADJUST): SittingState.REGISTERED,
    (SittingState.REGISTERED, SittingAct.MARK_ABSENT): SittingState.ABSENT,
    (SittingState.CHECKED_IN, SittingAct.OPEN): SittingState.OPEN,
    (SittingState.CHECKED_IN, SittingAct.ADJUST): SittingState.CHECKED_IN,
    (SittingState.CHECKED_IN, SittingAct.EXPIRE): SittingState.EXPIRED,
    (SittingState.OPEN, SittingAct.TAKE_OVER): SittingState.OPEN,
    (SittingState.OPEN, SittingAct.ADJUST): SittingState.OPEN,
    (SittingState.OPEN, SittingAct.SUBMIT): SittingState.SUBMITTED,
    (SittingState.OPEN, SittingAct.EXPIRE): SittingState.EXPIRED,
    (SittingState.REGISTERED, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.CHECKED_IN, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.OPEN, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.SUBMITTED, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.EXPIRED, SittingAct.ANNUL): SittingState.ANNULLED,
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """The clock is the administration's: `started_at` is the common start, whenever the candidate came."""

    id: str
    clock: ExamClock
    state: SittingState = SittingState.REGISTERED
    adjustments: tuple[TimeAdjustment, ...] = ()
    epoch: int = 0
    device_id: str | None = None
    checked_in_at: datetime | None = None
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    finalised_at: datetime | None = None

    @property
    def started_at(self) -> datetime:
        return self.clock.starts_at

    @property
    def limit_s(self) -> int:
        return self.clock.limit_s

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_STATES

    @property
    def deadline_at(self) -> datetime:
        return deadline.deadline_at(self.clock, self.adjustments)

    @property
    def counts_until(self) -> datetime:
        return deadline.counts_until(self.clock, self.adjustments)

    def remaining_ms(self, now: datetime) -> int:
        return deadline.remaining_ms(self.clock, self.adjustments, now)

    def phase(self, now: datetime) -> Phase:
        return deadline.phase(self.clock, self.adjustments, now)


def check_in(sitting: Sitting, now: datetime) -> Sitting:
    """Let the candidate into the waiting room; how late that may be, the room's gate has decided before."""
    state = _target(sitting, SittingAct.CHECK_IN)
    if now >= sitting.deadline_at:
        raise WindowOver(sitting.id, sitting.deadline_at)
    return replace(sitting, state=state, checked_in_at=now)


def open_sitting(sitting: Sitting, now: datetime, device_id: str) -> Sitting:
    """Show the form: not before the common start, and without moving the common end."""
    state = _target(sitting, SittingAct.OPEN)
    if now < sitting.started_at:
        raise NotStarted(sitting.id, sitting.started_at)
    if now >= sitting.deadline_at:
        raise WindowOver(sitting.id, sitting.deadline_at)
    return replace(sitting, state=state, epoch=sitting.epoch + 1, device_id=device_id, opened_at=now)


def take_over(sitting: Sitting, now: datetime, device_id: str, *, permitted: bool = False) -> Sitting:
    """Go on in a second tab, or on another device by a proctor's permit: the old epoch loses its pen."""
    state = _target(sitting, SittingAct.TAKE_OVER)
    if now > sitting.counts_until:
        raise WindowOver(sitting.id, sitting.counts_until)
    if device_id != sitting.device_id and not permitted:
        raise PermitRequired(sitting.id, device_id)
    return replace(sitting, state=state, epoch=sitting.epoch + 1, device_id=device_id)


def adjust(sitting: Sitting, adjustment: TimeAdjustment) -> Sitting:
    """Append an adjustment; one that is granted after the deadline opens the time again until finalised."""
    state = _target(sitting, SittingAct.ADJUST)
    return replace(sitting, state=state, adjustments=(*sitting.adjustments, adjustment))


def submit(sitting: Sitting, now: datetime) -> Sitting:
    state = _target(sitting, SittingAct.SUBMIT)
    if now > sitting.counts_until:
        raise WindowOver(sitting.id, sitting.counts_until)
    return replace(sitting, state=state, submitted_at=now, finalised_at=now)


def expire(sitting: Sitting, now: datetime) -> Sitting:
    """End the sitting for the candidate once nothing more can count."""
    state = _target(sitting, SittingAct.EXPIRE)
    _require_due(sitting, now)
    return replace(sitting, state=state, finalised_at=now)


def mark_absent(sitting: Sitting, now: datetime, *, entry_closed: bool = False) -> Sitting:
    """Note that the candidate never came: once the time is over, or no one is let in any more."""
    state = _target(sitting, SittingAct.MARK_ABSENT)
    if not entry_closed:
        _require_due(sitting, now)
    return replace(sitting, state=state, finalised_at=now)


def annul(sitting: Sitting, now: datetime) -> Sitting:
    """By the chairman's decision; events and results stay, they count no more."""
    state = _target(sitting, SittingAct.ANNUL)
    return replace(sitting, state=state, finalised_at=sitting.finalised_at or now)


def require_holder(sitting: Sitting, device_id: str) -> None:
    """Raise PermitRequired unless this device holds the sitting; one that nobody opened is held by none."""
    if sitting.device_id not in (None, device_id):
        raise PermitRequired(sitting.id, device_id)


def require_open(sitting: Sitting) -> None:
    """Raise what stands in the way of writing into this sitting."""
    if sitting.state is not SittingState.OPEN:
        raise _refusal(sitting, SittingAct.SUBMIT)


def _require_due(sitting: Sitting, now: datetime) -> None:
    if now <= sitting.counts_until:
        raise NotDue(sitting.id, sitting.counts_until)


def _target(sitting: Sitting, act: SittingAct) -> SittingState:
    target = TRANSITIONS.get((sitting.state, act))
    if target is None:
        raise _refusal(sitting, act)
    return target


def _refusal(sitting: Sitting, act: SittingAct) -> TransitionRefused:
    if sitting.is_closed:
        return SittingClosed(sitting.id, sitting.state, act)
    if sitting.state is SittingState.REGISTERED:
        return NotCheckedIn(sitting.id, sitting.state, act)
    if sitting.state is SittingState.CHECKED_IN and act is not SittingAct.CHECK_IN:
        return NotOpen(sitting.id, sitting.state, act)
    return TransitionRefused(sitting.id, sitting.state, act)
