"""Whether sittings are ended and marked in time: a figure for the page, an alarm for the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import StoreBusy, database_now
from examsvc.store.marking import count_unmarked
from examsvc.store.sittings import count_overdue
from examsvc.store.staff_views import read_for_staff

log = logging.getLogger(__name__)
LATE_AFTER: Final = timedelta(seconds=30)
FRESH_S: Final = 5.0
ALARM_EVERY_S: Final = 30.0


class Health(StrEnum):
    OK = "ok"
    BEHIND = "behind"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the finaliser, and how much of it has waited for longer than it ever should.

    overdue : sittings whose time is over and that are not ended
    unmarked : ended ones without a mark
    """

    overdue: int
    unmarked: int
    late_overdue: int
    late_unmarked: int

    @property
    def is_late(self) -> bool:
        return self.late_overdue + self.late_unmarked > 0


def read_backlog(deps: Services, actor: Actor) -> Backlog:
    """The figures for the exam manager and the administrator."""
    permit(actor, "operation.watch")
    return _backlog(deps)


def read_health(deps: Services) -> Health:
    """One word for whoever asks, without a login: nothing of any exam is in it."""
    try:
        return Health.BEHIND if _backlog(deps).is_late else Health.OK
    except StoreBusy:
        return Health.DOWN


def watch_backlog(deps: Services) -> None:
    """Called every few seconds beside the finaliser: a late backlog goes into the log as an alarm."""
    try:
        _backlog(deps)
    except StoreBusy as error:  # counting must not keep the finaliser from its work
        log.warning("the finaliser's backlog could not be counted: %r", error)


def _backlog(deps: Services) -> Backlog:
    """The figures, at most a few seconds old: asking often costs the database nothing."""
    found, _age_s = deps.views.get("backlog", lambda: _count(deps), lasting_s=FRESH_S)
    if found.is_late:
        deps.views.get("backlog alarm", lambda: _alarm(found), lasting_s=ALARM_EVERY_S)
    return found


def _count(deps: Services) -> Backlog:
    with read_for_staff(deps.store) as session:
        now = database_now(session)
        before = now - LATE_AFTER
        return Backlog(
            overdue=count_overdue(session, now),
            unmarked=count_unmarked(session),
            late_overdue=count_overdue(session, before),
            late_unmarked=count_unmarked(session, before=before),
        )


def _alarm(found: Backlog) -> None:
    log.error(
        "the finaliser is behind: %s sittings not ended and %s not marked after more than %s s",
        found.late_overdue,
        found.late_unmarked,
        int(LATE_AFTER.total_seconds()),
    )
