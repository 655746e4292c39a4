"""Stopping the clock of one candidate, a room or a whole administration, and giving the time back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.accounts.roles import Role
from examsvc.delivery import sitting as rules
from examsvc.delivery.deadline import AdjustmentKind, TimeAdjustment
from examsvc.delivery.errors import NotReady
from examsvc.services.audit import record_act
from examsvc.services.deps import Services, time_changed
from examsvc.services.incidents import (
    Minutes,
    add_minutes,
    minutes_of_room,
    minutes_of_sitting,
    permit_for,
)
from examsvc.services.standing_clock import forget_failure
from examsvc.store import Session, database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import IncidentRow
from examsvc.store.sittings import SittingFacts

ONE: Final = "rooms.pause"  # of one candidate and of a room, pausing and letting go on
ALL: Final = "administrations.pause"


def pause(deps: Services, actor: Actor, sitting_id: int, reason: str) -> None:
    """Stop one candidate's clock. Raises NotStarted, WindowOver, SittingClosed, NotReady."""
    permit(actor, ONE)
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        permit_for(actor, ONE, facts)
        now = database_now(session)
        if _is_stopped(facts):
            raise NotReady("already_paused")
        _stop(facts, now)
        line = minutes_of_sitting(session, facts, store.PAUSED, _reason(reason), now)
        _write(session, actor, ONE, line, [facts])
    time_changed(deps, [sitting_id])


def pause_room(deps: Services, actor: Actor, exam_room_id: int, reason: str) -> int:
    """Stop the clock of everybody in a room who has time left; returns how many."""
    return _pause_many(deps, actor, _Where(exam_room_id=exam_room_id), reason)


def pause_administration(deps: Services, actor: Actor, administration_id: int, reason: str) -> int:
    """The chairman stops every clock of an administration; returns how many."""
    return _pause_many(deps, actor, _Where(administration_id=administration_id), reason)


def resume(deps: Services, actor: Actor, sitting_id: int, reason: str) -> None:
    """Let one candidate's clock run on, with the paused time back; also when a failed machine works again.

    Raises NotReady when it does not stand still, or when the chairman stopped everybody's.
    """
    permit(actor, ONE)
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        permit_for(actor, ONE, facts)
        now = database_now(session)
        if facts.sitting.paused_at is None or facts.sitting.is_closed:
            raise NotReady("not_paused")
        _go_on(session, actor, [facts], now, reason)
        line = minutes_of_sitting(session, facts, "resume", _reason(reason), now)
        _write(session, actor, ONE, line, [facts])
    time_changed(deps, [sitting_id])


def resume_room(deps: Services, actor: Actor, exam_room_id: int, reason: str) -> int:
    """Let the clocks of a room run on; who waits for a spare machine goes on when it opens the exam."""
    return _resume_many(deps, actor, _Where(exam_room_id=exam_room_id), reason)


def resume_administration(deps: Services, actor: Actor, administration_id: int, reason: str) -> int:
    """The chairman lets every clock of an administration run on; returns how many."""
    return _resume_many(deps, actor, _Where(administration_id=administration_id), reason)


@dataclass(frozen=True, slots=True)
class _Where:
    """A room, or a whole administration."""

    exam_room_id: int | None = None
    administration_id: int | None = None

    @property
    def action(self) -> str:
        return ONE if self.administration_id is None else ALL

    def lock(self, session: Session) -> list[SittingFacts]:
        return store.lock_unfinished(
            session, exam_room_id=self.exam_room_id, administration_id=self.administration_id
        )

    def line(self, session: Session, kind: str, reason: str, now: datetime) -> Minutes:
        if self.administration_id is not None:
            return Minutes(kind, reason, now, self.administration_id)
        return minutes_of_room(session, self.exam_room_id or 0, kind, reason, now)

    def tell(self, deps: Services, sitting_ids: list[int]) -> None:
        """Whoever sits there; of an administration all are told by one word."""
        time_changed(deps, () if self.administration_id else sitting_ids, self.administration_id)


def _pause_many(deps: Services, actor: Actor, where: _Where, reason: str) -> int:
    permit(actor, where.action)
    with deps.store.begin() as session:
        found = where.lock(session)
        now = database_now(session)
        stopped = _stop_all(actor, where.action, found, now)
        line = where.line(session, store.PAUSED, _reason(reason), now)
        _write(session, actor, where.action, line, stopped)
        ids = [facts.row.id for facts in stopped]
    where.tell(deps, ids)
    return len(ids)


def _resume_many(deps: Services, actor: Actor, where: _Where, reason: str) -> int:
    permit(actor, where.action)
    with deps.store.begin() as session:
        found = _stopped(where.lock(session))
        now = database_now(session)
        _permit_all(actor, where.action, found)
        _go_on(session, actor, found, now, reason)
        line = where.line(session, "resume", _reason(reason), now)
        _write(session, actor, where.action, line, found)
        ids = [facts.row.id for facts in found]
    where.tell(deps, ids)
    return len(ids)


def _stop_all(actor: Actor, action: str, found: Sequence[SittingFacts], now: datetime) -> list[SittingFacts]:
    """Stop all of them or none; whose time is up, or stands still already, is none of them."""
    stopped = [facts for facts in found if not _is_stopped(facts) and facts.sitting.remaining_ms(now) > 0]
    _permit_all(actor, action, stopped)
    if not stopped:
        raise NotReady("nobody_to_pause")
    for facts in stopped:
        _stop(facts, now)
    return stopped


def _stop(facts: SittingFacts, now: datetime) -> None:
    """The pause takes over from a machine's failure, whose earlier beginning it keeps."""
    sitting_store.store_sitting(facts.row, rules.pause(facts.sitting, now))
    facts.row.failed_at = facts.row.failure_by = None


def _go_on(session: Session, actor: Actor, found: Sequence[SittingFacts], now: datetime, reason: str) -> None:
    """Give every one of them the stretch back in which the clock stood still."""
    if not found:
        raise NotReady("nobody_paused")
    pauses = store.list_pauses(session, found[0].row.administration_id)
    exam_rooms = store.list_exam_room_ids(session, [facts.row.id for facts in found])
    for facts in found:
        began = _pauses_of(facts, exam_rooms[facts.row.id], pauses)
        if Role.CHAIRMAN not in actor.roles and any(_is_of_all(row) for row in began):
            raise NotReady("paused_by_chairman")
        failed = facts.row.failed_at is not None
        kind = AdjustmentKind.MACHINE_FAILURE if failed else AdjustmentKind.PAUSE
        why = began[0].note if began and not failed else _reason(reason)
        lost_s = rules.paused_s(facts.sitting, now)
        line = TimeAdjustment(lost_s, kind, why, actor.username, now) if lost_s else None
        if line is not None:
            sitting_store.add_adjustment(session, facts.row, line, actor.user_id)
        sitting_store.store_sitting(facts.row, rules.resume(facts.sitting, line))
        if failed:
            forget_failure(facts.row)


def _pauses_of(facts: SittingFacts, exam_room_id: int, pauses: Sequence[IncidentRow]) -> list[IncidentRow]:
    """The minutes of what has stopped this clock, or would have, since it stands still; in order."""
    since = facts.sitting.paused_at
    return [
        row
        for row in pauses
        if since is not None
        and row.created_at >= since
        and (row.sitting_id == facts.row.id if row.sitting_id else row.exam_room_id in (None, exam_room_id))
    ]


def _is_of_all(row: IncidentRow) -> bool:
    return row.sitting_id is None and row.exam_room_id is None


def _is_stopped(facts: SittingFacts) -> bool:
    """Whether the clock stands still until a person lets it go on (and not until a spare machine does)."""
    return facts.sitting.paused_at is not None and facts.row.failed_at is None


def _stopped(found: Sequence[SittingFacts]) -> list[SittingFacts]:
    return [facts for facts in found if _is_stopped(facts)]


def _permit_all(actor: Actor, action: str, found: Sequence[SittingFacts]) -> None:
    for facts in found:
        permit_for(actor, action, facts)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise NotReady("reason_missing")
    return reason.strip()


def _write(session: Session, actor: Actor, action: str, line: Minutes, found: Sequence[SittingFacts]) -> None:
    """Into the minutes and into the chain, last of all."""
    add_minutes(session, actor, line)
    verb = "pause" if line.kind == store.PAUSED else line.kind
    subject = (
        f"sitting:{line.sitting_id}"
        if line.sitting_id
        else f"exam_room:{line.exam_room_id}"
        if line.exam_room_id
        else f"administration:{line.administration_id}"
    )
    record_act(
        session,
        actor,
        action.replace("pause", verb),
        subject,
        reason=line.note,
        sittings=[facts.row.id for facts in found],
    )
