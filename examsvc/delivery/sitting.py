"""One candidate's timed run of one form: its states and the only ways between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from examsvc.delivery.deadline import MILLISECOND, ExamClock, Phase, TimeAdjustment, deadline_at
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
from examsvc.delivery.outline import Navigation
from examsvc.delivery.sections import Span, section_at


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
    LEAVE_SECTION = "leave_section"
    PAUSE = "pause"
    RESUME = "resume"
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
    (SittingState.OPEN, SittingAct.LEAVE_SECTION): SittingState.OPEN,
    (SittingState.OPEN, SittingAct.ADJUST): SittingState.OPEN,
    (SittingState.OPEN, SittingAct.SUBMIT): SittingState.SUBMITTED,
    (SittingState.OPEN, SittingAct.EXPIRE): SittingState.EXPIRED,
    (SittingState.REGISTERED, SittingAct.PAUSE): SittingState.REGISTERED,
    (SittingState.REGISTERED, SittingAct.RESUME): SittingState.REGISTERED,
    (SittingState.CHECKED_IN, SittingAct.PAUSE): SittingState.CHECKED_IN,
    (SittingState.CHECKED_IN, SittingAct.RESUME): SittingState.CHECKED_IN,
    (SittingState.OPEN, SittingAct.PAUSE): SittingState.OPEN,
    (SittingState.OPEN, SittingAct.RESUME): SittingState.OPEN,
    (SittingState.REGISTERED, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.CHECKED_IN, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.OPEN, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.SUBMITTED, SittingAct.ANNUL): SittingState.ANNULLED,
    (SittingState.EXPIRED, SittingAct.ANNUL): SittingState.ANNULLED,
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """The clock is the administration's: `started_at` is the common start, whenever the candidate came.

    added_s : the seconds of all adjustments together, granted less removed
    adjustments : the lines behind it where they were asked for; a save does without them
    spans : the times of sections with limits of their own; empty for a form without
    left_at : when the candidate left sections early, from the first on
    reached : the highest item number that a counted event was made for
    paused_at : since when the clock stands still; None while it runs
    """

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
    added_s: int = 0
    paused_at: datetime | None = None
    navigation: Navigation = Navigation.FREE
    spans: tuple[Span, ...] = ()
    n_sections: int = 1
    left_at: tuple[datetime, ...] = ()
    reached: int = 0

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
        """When the time is up as things stand: a running pause moves it on, by itself, at its end."""
        if self.spans:
            return self.spans[-1].ends_at
        return deadline_at(self.clock, self.added_s)

    @property
    def counts_until(self) -> datetime:
        """The last instant at which an event received still counts: the deadline and the network's grace.

        While the clock stands still only the window's end can be one.
        """
        end = self.deadline_at if self.paused_at is None else self.clock.window_ends_at
        return end + timedelta(seconds=self.clock.grace_s)

    def clock_time(self, now: datetime) -> datetime:
        """The instant that the sitting's clock shows: it stands still in a pause."""
        return now if self.paused_at is None else min(now, self.paused_at)

    def is_time_up(self, now: datetime) -> bool:
        """Whether no working time is left: by its own clock, or because the window is over."""
        return self.clock_time(now) >= self.deadline_at or now >= self.clock.window_ends_at

    def remaining_ms(self, now: datetime) -> int:
        """Milliseconds of working time left; before the start the whole of it, never below zero."""
        left = self.deadline_at - max(self.clock_time(now), self.clock.starts_at)
        if self.paused_at is not None:  # a pause cannot carry the time beyond the window
            left = min(left, self.clock.window_ends_at - max(now, self.clock.starts_at))
        return max(0, left // MILLISECOND)

    def phase(self, now: datetime) -> Phase:
        if now < self.clock.starts_at:
            return Phase.WAITING
        if now > self.counts_until:
            return Phase.OVER
        if self.paused_at is not None:
            return Phase.OPEN if now < self.clock.window_ends_at else Phase.GRACE
        return Phase.OPEN if now < self.deadline_at else Phase.GRACE

    def section(self, now: datetime) -> int:
        """The current section, from 1."""
        if self.spans:
            return section_at(self.spans, self.clock_time(now))
        return min(len(self.left_at) + 1, self.n_sections)

    def section_remaining_ms(self, now: datetime) -> int | None:
        """Milliseconds left of the current section; None where sections have no limits of their own."""
        if not self.spans:
            return None
        at = max(self.clock_time(now), self.clock.starts_at)
        left = (self.spans[self.section(now) - 1].ends_at - at) // MILLISECOND
        return max(0, min(left, self.remaining_ms(now)))


def check_in(sitting: Sitting, now: datetime) -> Sitting:
    """Let the candidate into the waiting room; how late that may be, the room's gate has decided before."""
    state = _target(sitting, SittingAct.CHECK_IN)
    if sitting.is_time_up(now):
        raise WindowOver(sitting.id, sitting.deadline_at)
    return replace(sitting, state=state, checked_in_at=now)


def open_sitting(sitting: Sitting, now: datetime, device_id: str) -> Sitting:
    """Show the form: not before the common start, and without moving the common end."""
    state = _target(sitting, SittingAct.OPEN)
    if now < sitting.started_at:
        raise NotStarted(sitting.id, sitting.started_at)
    if sitting.is_time_up(now):
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
    """Append an adjustment; one that is granted after the deadline opens the time again until finalised.

    Of a form with timed sections the spans are found anew by whoever knows them (see sections.schedule).
    """
    state = _target(sitting, SittingAct.ADJUST)
    return replace(
        sitting,
        state=state,
        adjustments=(*sitting.adjustments, adjustment),
        added_s=sitting.added_s + adjustment.seconds,
    )


def pause(sitting: Sitting, now: datetime) -> Sitting:
    """Stop the clock; stopping it twice changes nothing. Before the start there is nothing to stop."""
    state = _target(sitting, SittingAct.PAUSE)
    if now < sitting.started_at:
        raise NotStarted(sitting.id, sitting.started_at)
    if now >= sitting.deadline_at and sitting.paused_at is None:
        raise WindowOver(sitting.id, sitting.deadline_at)
    return replace(sitting, state=state, paused_at=sitting.paused_at or now)


def paused_s(sitting: Sitting, now: datetime) -> int:
    """Whole seconds that a running pause has lasted; a begun one is the candidate's."""
    if sitting.paused_at is None:
        return 0
    return -((sitting.paused_at - now) // timedelta(seconds=1))


def resume(sitting: Sitting, pause_line: TimeAdjustment | None) -> Sitting:
    """Let the clock run on; `pause_line` gives back what `paused_s` found, None when that was nothing."""
    state = _target(sitting, SittingAct.RESUME)
    running = replace(sitting, state=state, paused_at=None)
    return running if pause_line is None else adjust(running, pause_line)


def leave_section(sitting: Sitting, now: datetime, ordinal: int) -> Sitting:
    """Leave a section before its time is up, for good; leaving one that is behind changes nothing.

    Raises TransitionRefused for the last section (one hands in instead) and for one that lies ahead.
    """
    state = _target(sitting, SittingAct.LEAVE_SECTION)
    current = sitting.section(now)
    if ordinal < current:
        return sitting
    if ordinal > current or current >= sitting.n_sections or now > sitting.counts_until:
        raise TransitionRefused(sitting.id, sitting.state, SittingAct.LEAVE_SECTION)
    # sections whose time ran out were left then, by the clock
    by_clock = tuple(span.ends_at for span in sitting.spans[len(sitting.left_at) : current - 1])
    return replace(sitting, state=state, left_at=(*sitting.left_at, *by_clock, sitting.clock_time(now)))


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
