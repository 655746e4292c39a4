"""When a machine fails: the sitting goes on at another one, with the time back that the failure has cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.delivery import sitting as rules
from examsvc.delivery.deadline import AdjustmentKind
from examsvc.services.audit import record_act
from examsvc.services.deps import Services, time_changed
from examsvc.services.incidents import add_minutes, minutes_of_sitting, permit_for
from examsvc.store import Session, database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store
from examsvc.store.sittings import SittingFacts
from proctoring.incidents import Incident, IncidentKind, accepted_incident


@dataclass(frozen=True, slots=True)
class LastSign:
    """When a machine that failed was last heard of, and what its candidate has lost since.

    presence_known : False: only what it sent is known, it may have been alive after that
    """

    at: datetime
    lost_s: int
    presence_known: bool


def read_last_sign(deps: Services, actor: Actor, sitting_id: int) -> LastSign:
    """What a proctor is told before he declares a machine failed. Raises NotOpen, SittingClosed."""
    permit(actor, "rooms.watch")
    heard = deps.presence.last_seen([sitting_id])
    with deps.store.read() as session:
        facts = sitting_store.get_sitting(session, sitting_id)
        rules.require_open(facts.sitting)
        return _last_sign(session, facts, heard, database_now(session))


def allow_takeover(
    deps: Services, actor: Actor, sitting_id: int, reason: str, *, restore: bool = False
) -> LastSign:
    """Let a sitting go on at another machine, once; the old one loses its pen when the new one opens.

    With `restore` the clock stands still from the machine's last sign of life until the new one opens. Where
    it stands still already, for a pause, the pause begins as early as that.
    """
    permit(actor, "rooms.allow_takeover")
    heard = deps.presence.last_seen([sitting_id])  # before the row is locked: Redis may be slow
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        permit_for(actor, "rooms.allow_takeover", facts)
        rules.require_open(facts.sitting)
        now = database_now(session)
        incident = accepted_incident(
            Incident(IncidentKind.MACHINE_FAILURE, reason, actor.username, now, str(sitting_id)), now
        )
        sign = _last_sign(session, facts, heard, now)
        if restore:
            _stop_clock_at(facts, sign.at, actor)
        facts.row.takeover_allowed = True
        add_minutes(
            session, actor, minutes_of_sitting(session, facts, incident.kind.value, incident.note, now)
        )
        record_act(
            session,
            actor,
            "rooms.allow_takeover",
            f"sitting:{sitting_id}",
            reason=incident.note,
            stands_since=sign.at.isoformat() if restore else None,
        )
    time_changed(deps, [sitting_id])
    return sign


def _last_sign(
    session: Session, facts: SittingFacts, heard: Mapping[int, int] | None, now: datetime
) -> LastSign:
    """The latest of all that shows the machine alive; time that was given back once is not lost again."""
    given_back = (
        line.made_at
        for line in facts.sitting.adjustments
        if line.kind in (AdjustmentKind.PAUSE, AdjustmentKind.MACHINE_FAILURE)
    )
    signs = [facts.sitting.started_at, *given_back]
    signs += [at for at in (facts.row.opened_at, store.find_last_event_at(session, facts.row.id)) if at]
    if heard and facts.row.id in heard:
        signs.append(datetime.fromtimestamp(heard[facts.row.id] / 1000, tz=UTC))
    at = min(max(signs), now)
    return LastSign(at, int((now - at).total_seconds()), heard is not None)


def _stop_clock_at(facts: SittingFacts, at: datetime, actor: Actor) -> None:
    """Let the clock stand still since then; in a pause it goes on standing until the pause ends."""
    paused_at = facts.sitting.paused_at
    stopped = rules.pause(
        replace(facts.sitting, paused_at=None), at if paused_at is None else min(at, paused_at)
    )
    sitting_store.store_sitting(facts.row, stopped)
    if paused_at is None:
        facts.row.failed_at, facts.row.failure_by = stopped.paused_at, actor.user_id
