"""One common start for a roster of candidates, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from examsvc.delivery.deadline import ExamClock
from examsvc.delivery.errors import AdministrationRefused, NotDue, NotStarted


class AdministrationState(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    STARTED = "started"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AdministrationAct(StrEnum):
    MAKE_READY = "make_ready"
    REPLAN = "replan"
    START = "start"
    CLOSE = "close"
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[tuple[AdministrationState, AdministrationAct], AdministrationState]] = {
    (AdministrationState.PLANNED, AdministrationAct.MAKE_READY): AdministrationState.READY,
    (AdministrationState.READY, AdministrationAct.REPLAN): AdministrationState.PLANNED,
    (AdministrationState.READY, AdministrationAct.START): AdministrationState.STARTED,
    (AdministrationState.STARTED, AdministrationAct.CLOSE): AdministrationState.CLOSED,
    (AdministrationState.PLANNED, AdministrationAct.CANCEL): AdministrationState.CANCELLED,
    (AdministrationState.READY, AdministrationAct.CANCEL): AdministrationState.CANCELLED,
    (AdministrationState.STARTED, AdministrationAct.CANCEL): AdministrationState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Administration:
    """`starts_at`, `limit_s` and `window_ends_at` live in the clock that all its sittings share."""

    id: str
    clock: ExamClock
    state: AdministrationState = AdministrationState.PLANNED

    @property
    def starts_at(self) -> datetime:
        return self.clock.starts_at

    @property
    def limit_s(self) -> int:
        return self.clock.limit_s

    @property
    def window_ends_at(self) -> datetime:
        return self.clock.window_ends_at


def make_ready(administration: Administration) -> Administration:
    """Forms, roster and rooms are complete; two persons have looked at the times."""
    return _moved(administration, AdministrationAct.MAKE_READY)


def replan(administration: Administration, clock: ExamClock | None = None) -> Administration:
    """Back to planning, the only state in which the times may change."""
    moved = _moved(administration, AdministrationAct.REPLAN)
    return moved if clock is None else replace(moved, clock=clock)


def start(administration: Administration, now: datetime) -> Administration:
    moved = _moved(administration, AdministrationAct.START)
    if now < administration.starts_at:
        raise NotStarted(administration.id, administration.starts_at)
    return moved


def close(
    administration: Administration, *, open_sittings: int, last_deadline_at: datetime
) -> Administration:
    """Close once nobody writes any more."""
    moved = _moved(administration, AdministrationAct.CLOSE)
    if open_sittings:
        raise NotDue(administration.id, last_deadline_at)
    return moved


def cancel(administration: Administration) -> Administration:
    return _moved(administration, AdministrationAct.CANCEL)


def _moved(administration: Administration, act: AdministrationAct) -> Administration:
    target = TRANSITIONS.get((administration.state, act))
    if target is None:
        raise AdministrationRefused(administration.id, administration.state, act)
    return replace(administration, state=target)
