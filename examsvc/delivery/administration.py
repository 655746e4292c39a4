"""One common start for a roster of candidates: planned, made ready by a second person, closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from examsvc.delivery.errors import NotReady, StillSitting

WINDOW_AFTER: Final = timedelta(minutes=60)  # how far extensions may carry the end, shown beforehand
START_NOTICE: Final = timedelta(seconds=10)


class AdministrationState(StrEnum):
    """That an exam is running is no state: its clock says so."""

    PLANNED = "planned"
    READY = "ready"
    CLOSED = "closed"


class AdministrationAct(StrEnum):
    FILL_ROSTER = "fill_roster"
    MAKE_READY = "make_ready"
    START_NOW = "start_now"
    ENTER = "enter"
    CLOSE = "close"


TRANSITIONS: Final[Mapping[tuple[AdministrationState, AdministrationAct], AdministrationState]] = {
    (AdministrationState.PLANNED, AdministrationAct.FILL_ROSTER): AdministrationState.PLANNED,
    (AdministrationState.PLANNED, AdministrationAct.MAKE_READY): AdministrationState.READY,
    (AdministrationState.READY, AdministrationAct.START_NOW): AdministrationState.READY,
    (AdministrationState.READY, AdministrationAct.ENTER): AdministrationState.READY,
    (AdministrationState.READY, AdministrationAct.CLOSE): AdministrationState.CLOSED,
}
_WHILE_PLANNED: Final = frozenset({AdministrationAct.FILL_ROSTER, AdministrationAct.MAKE_READY})


@dataclass(frozen=True, slots=True)
class Administration:
    """What its acts depend on; the whole clock of its sittings is `deadline.ExamClock`."""

    starts_at: datetime
    limit_s: int
    state: AdministrationState = AdministrationState.PLANNED

    @property
    def window_ends_at(self) -> datetime:
        return self.starts_at + timedelta(seconds=self.limit_s) + WINDOW_AFTER


def require(administration: Administration, act: AdministrationAct) -> None:
    """Raise NotReady when the administration's state does not allow the act."""
    _target(administration, act)


def make_ready(administration: Administration) -> Administration:
    """A second person has looked at times, rooms and roster."""
    return replace(administration, state=_target(administration, AdministrationAct.MAKE_READY))


def start_now(administration: Administration, now: datetime) -> Administration:
    """Bring the common start forward, for everybody at once and never once it has passed."""
    state = _target(administration, AdministrationAct.START_NOW)
    if administration.starts_at <= now:
        raise NotReady("already_started")
    return replace(administration, state=state, starts_at=now + START_NOTICE)


def most_at_once(exams: Iterable[tuple[datetime, datetime, int]]) -> int:
    """The largest number of candidates whose exams run at one instant.

    Parameters
    ----------
    exams : start, end (which may be the start of the next) and number of candidates of each
    """
    known = tuple(exams)
    return max(
        (sum(n for begins, ends, n in known if begins <= start < ends) for start, _end, _n in known),
        default=0,
    )


def close(
    administration: Administration, now: datetime, *, gate_s: int | None, n_still_here: int
) -> Administration:
    """End an exam before its window does, once nobody writes and nobody may come any more.

    Parameters
    ----------
    gate_s : seconds after the start in which a late candidate may enter; None: the chairman decides, and
        he closes
    n_still_here : candidates who have checked in and not handed in
    """
    state = _target(administration, AdministrationAct.CLOSE)
    if now < administration.starts_at:
        raise NotReady("not_started")
    if now < administration.starts_at + timedelta(seconds=gate_s or 0):
        raise NotReady("gate_open")
    if n_still_here:
        raise StillSitting(n_still_here)
    return replace(administration, state=state)


def _target(administration: Administration, act: AdministrationAct) -> AdministrationState:
    target = TRANSITIONS.get((administration.state, act))
    if target is not None:
        return target
    if act in _WHILE_PLANNED:
        raise NotReady("administration_not_planned")
    if administration.state is AdministrationState.CLOSED:
        raise NotReady("administration_closed")
    raise NotReady("administration_not_ready")
