"""What staff do in the exam room: watch, check in, admit, extend, allow another machine, report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.accounts.roles import Role
from examsvc.delivery import sitting as rules
from examsvc.delivery.administration import AdministrationAct, require
from examsvc.delivery.deadline import AdjustmentKind, TimeAdjustment
from examsvc.delivery.errors import NotReady
from examsvc.delivery.sitting import SittingState
from examsvc.services.audit import record_act
from examsvc.services.deps import Services, time_changed
from examsvc.services.incidents import (
    Minutes,
    add_minutes,
    minutes_of_room,
    minutes_of_sitting,
    permit_for,
)
from examsvc.services.room_view import IncidentLine, RoomView, view_room
from examsvc.services.takeovers import LastSign, allow_takeover, read_last_sign
from examsvc.store import NotFound, Session, database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store
from examsvc.store.campaigns import as_administration
from examsvc.store.sittings import SittingFacts
from proctoring.checkin import ChairmanConsent, Entry, Gate, decide_entry
from proctoring.extensions import Extension, Grantor, require_grantable
from proctoring.incidents import Incident, accepted_incident

__all__ = [
    "LastSign",
    "RoomView",
    "accommodate",
    "admit_late",
    "allow_takeover",
    "check_in",
    "check_in_room",
    "extend",
    "extend_administration",
    "extend_room",
    "find_candidate",
    "list_incidents",
    "log_incident",
    "read_last_sign",
    "watch_room",
]


def watch_room(deps: Services, actor: Actor, exam_room_id: int) -> RoomView:
    """Who is waiting, sitting, disconnected, submitted, and how long each still has."""
    permit(actor, "rooms.watch")
    return view_room(deps, exam_room_id)


def find_candidate(deps: Services, actor: Actor, exam_room_id: int, sitting_id: int) -> str:
    """The number of a candidate of this room. Raises NotFound for one of another room."""
    permit(actor, "rooms.watch")
    with deps.store.read() as session:
        number = store.find_number(session, exam_room_id, sitting_id)
    if number is None:
        raise NotFound("sitting", sitting_id)
    return number


def check_in(deps: Services, actor: Actor, sitting_id: int) -> Entry:
    """Let a candidate into the waiting room; after the late gate only the chairman can (admit_late)."""
    permit(actor, "rooms.check_in")
    return _enter(deps, actor, sitting_id, consent=None)


def admit_late(deps: Services, actor: Actor, sitting_id: int, reason: str) -> Entry:
    """The chairman lets a late candidate in; the common end stays."""
    permit(actor, "rooms.admit_late")
    return _enter(deps, actor, sitting_id, consent=ChairmanConsent(actor.username, reason))


def check_in_room(deps: Services, actor: Actor, exam_room_id: int) -> int:
    """Check in everybody of a room who has not been yet, before the start; returns how many."""
    permit(actor, "rooms.check_in")
    with deps.store.read() as session:
        waiting = store.list_sitting_ids(session, exam_room_id, [SittingState.REGISTERED])
        for sitting_id in waiting:  # all of them or, when his own is among them, none
            permit_for(actor, "rooms.check_in", sitting_store.get_sitting(session, sitting_id))
    for sitting_id in waiting:
        _enter(deps, actor, sitting_id, consent=None)
    return len(waiting)


def extend(deps: Services, actor: Actor, sitting_ids: list[int], seconds: int, reason: str) -> int:
    """Give time to one or more sittings; all of them or, when one may not be given it, none.

    Raises ExtensionRefused, ExtensionNeedsChairman, SittingClosed.
    """
    permit(actor, "rooms.extend")
    with deps.store.begin() as session:
        found = store.lock_sittings(session, sitting_ids)
        if len(found) < len(set(sitting_ids)):
            raise NotFound("sitting", sitting_ids)
        extension = Extension(seconds, reason, _grantor(actor))
        times = Counter(sitting_ids)
        _extend(session, actor, "rooms.extend", found, extension, times)
        now = database_now(session)
        for facts in found:
            note = _given(seconds * times[facts.row.id], reason)
            add_minutes(session, actor, minutes_of_sitting(session, facts, "more_time", note, now))
        subject = f"sitting:{sitting_ids[0]}" if len(found) == 1 else "sittings"
        record_act(
            session, actor, "rooms.extend", subject, sittings=sitting_ids, seconds=seconds, reason=reason
        )
    time_changed(deps, sitting_ids)
    return len(found)


def extend_room(deps: Services, actor: Actor, exam_room_id: int, seconds: int, reason: str) -> int:
    """Give everybody in a room who is not done the same time; returns how many."""
    permit(actor, "rooms.extend")
    with deps.store.begin() as session:
        found = store.lock_unfinished(session, exam_room_id=exam_room_id)
        _extend(session, actor, "rooms.extend", found, Extension(seconds, reason, _grantor(actor)))
        note = _given(seconds, reason)
        now = database_now(session)
        add_minutes(session, actor, minutes_of_room(session, exam_room_id, "extension", note, now))
        ids = [facts.row.id for facts in found]
        subject = f"exam_room:{exam_room_id}"
        record_act(session, actor, "rooms.extend", subject, sittings=ids, seconds=seconds, reason=reason)
    time_changed(deps, ids)
    return len(ids)


def extend_administration(
    deps: Services, actor: Actor, administration_id: int, seconds: int, reason: str
) -> int:
    """The chairman gives everybody of an administration who is not done the same time; returns how many."""
    action = "administrations.extend"
    permit(actor, action)
    with deps.store.begin() as session:
        found = store.lock_unfinished(session, administration_id=administration_id)
        _extend(session, actor, action, found, Extension(seconds, reason, Grantor.CHAIRMAN))
        note = _given(seconds, reason)
        add_minutes(session, actor, Minutes("extension", note, database_now(session), administration_id))
        subject = f"administration:{administration_id}"
        record_act(session, actor, action, subject, n=len(found), seconds=seconds, reason=reason)
    time_changed(deps, (), administration_id)
    return len(found)


def accommodate(deps: Services, actor: Actor, sitting_id: int, seconds: int, reason: str) -> None:
    """The chairman gives one candidate more time for good cause, before the exam or in it: minuted.

    Raises ExtensionRefused, SittingClosed.
    """
    permit(actor, "rooms.accommodate")
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        permit_for(actor, "rooms.accommodate", facts)
        require_grantable(Extension(seconds, reason, Grantor.CHAIRMAN), 0)
        now = database_now(session)
        _grant(
            session,
            actor,
            facts,
            TimeAdjustment(seconds, AdjustmentKind.ACCOMMODATION, reason, actor.username, now),
        )
        note = _given(seconds, reason)
        add_minutes(session, actor, minutes_of_sitting(session, facts, "accommodation", note, now))
        subject = f"sitting:{sitting_id}"
        record_act(session, actor, "rooms.accommodate", subject, seconds=seconds, reason=reason.strip())
    time_changed(deps, [sitting_id])


def log_incident(deps: Services, actor: Actor, exam_room_id: int, incident: Incident) -> int:
    """Write an incident into the room's minutes.

    Raises IncidentRefused naming what is missing, NotFound for a candidate of another room.
    """
    permit(actor, "rooms.log_incident")
    with deps.store.begin() as session:
        now = database_now(session)
        accepted = accepted_incident(incident, now)
        sitting_id = int(accepted.sitting_id) if accepted.sitting_id else None
        if sitting_id is not None and store.find_number(session, exam_room_id, sitting_id) is None:
            raise NotFound("sitting", sitting_id)
        line = minutes_of_room(session, exam_room_id, accepted.kind.value, accepted.note, now)
        incident_id = add_minutes(session, actor, replace(line, sitting_id=sitting_id))
        record_act(
            session,
            actor,
            "rooms.log_incident",
            f"incident:{incident_id}",
            kind=accepted.kind.value,
            sitting=accepted.sitting_id,
        )
    deps.views.forget()
    return incident_id


def list_incidents(deps: Services, actor: Actor, exam_room_id: int) -> list[IncidentLine]:
    """The room's incidents, newest first."""
    permit(actor, "rooms.watch")
    with deps.store.read() as session:
        return store.list_incidents(session, exam_room_id)


def _enter(deps: Services, actor: Actor, sitting_id: int, *, consent: ChairmanConsent | None) -> Entry:
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        permit_for(actor, "rooms.admit_late" if consent else "rooms.check_in", facts)
        require(as_administration(facts.administration), AdministrationAct.ENTER)
        now = database_now(session)
        gate = Gate(
            facts.sitting.started_at,
            facts.sitting.deadline_at,
            facts.rules.late_gate.gate_s(facts.sitting.limit_s),
        )
        entry = decide_entry(gate, now, consent)
        sitting_store.store_sitting(facts.row, rules.check_in(facts.sitting, now))
        if consent is not None:
            line = minutes_of_sitting(session, facts, "late_entry", consent.reason, now)
            add_minutes(session, actor, line)
        record_act(
            session,
            actor,
            "rooms.check_in",
            f"sitting:{sitting_id}",
            entry=entry.value,
            reason=consent.reason if consent else None,
        )
    deps.views.forget()
    return entry


def _extend(  # noqa: PLR0913 what is given, to whom, by whom
    session: Session,
    actor: Actor,
    action: str,
    found: Sequence[SittingFacts],
    extension: Extension,
    times: Mapping[int, int] | None = None,
) -> None:
    """Give all of them the time, or none; their rows are locked. Who is named twice is given it twice."""
    if not found:
        raise NotReady("nobody_to_extend")
    given = store.list_extended(session, [facts.row.id for facts in found])
    now = database_now(session)
    for facts in found:
        permit_for(actor, action, facts)
        wanted = replace(extension, seconds=extension.seconds * (times or {}).get(facts.row.id, 1))
        require_grantable(wanted, given.get(facts.row.id, 0), facts.rules.extension_limit_s)
        kind = AdjustmentKind.EXTENSION
        line = TimeAdjustment(wanted.seconds, kind, wanted.reason, actor.username, now)
        _grant(session, actor, facts, line)


def _grant(session: Session, actor: Actor, facts: SittingFacts, line: TimeAdjustment) -> None:
    sitting_store.add_adjustment(session, facts.row, line, actor.user_id)
    sitting_store.store_sitting(facts.row, rules.adjust(facts.sitting, line))


def _given(seconds: int, reason: str) -> str:
    """As the minutes have it."""
    return f"+{seconds // 60} min · {reason.strip()}"


def _grantor(actor: Actor) -> Grantor:
    return Grantor.CHAIRMAN if Role.CHAIRMAN in actor.roles else Grantor.PROCTOR
