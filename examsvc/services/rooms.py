"""What staff do in the exam room: watch, check in, admit, extend, allow another machine, report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.delivery import sitting as rules
from examsvc.delivery.administration import AdministrationAct, require
from examsvc.delivery.deadline import AdjustmentKind, TimeAdjustment
from examsvc.delivery.errors import NotReady
from examsvc.delivery.sitting import UNFINISHED_STATES, SittingState
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import NotFound, Session, database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store
from examsvc.store.campaigns import as_administration
from examsvc.store.models import (
    AdministrationRow,
    CandidateRow,
    ExamRoomRow,
    IncidentRow,
)
from examsvc.store.rooms import SeatFacts
from examsvc.store.rows import get_row
from examsvc.store.sittings import SittingFacts
from proctoring.checkin import ChairmanConsent, Entry, Gate, decide_entry
from proctoring.extensions import Extension, Grantor, require_grantable
from proctoring.incidents import Incident, IncidentKind, accepted_incident
from proctoring.room import RoomSnapshot, Seat, room_snapshot


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room at one instant: the snapshot and, by sitting, what stands behind each seat."""

    room: ExamRoomRow
    administration: AdministrationRow
    snapshot: RoomSnapshot
    seats: dict[str, SeatFacts]


def watch_room(deps: Services, actor: Actor, exam_room_id: int) -> RoomView:
    """Who is waiting, sitting, disconnected, submitted, and how long each still has."""
    permit(actor, "rooms.watch")
    with deps.store.read() as session:
        room = get_row(session, ExamRoomRow, exam_room_id)
        administration = get_row(session, AdministrationRow, room.administration_id)
        facts = store.list_seats(session, exam_room_id)
        now = database_now(session)
        ids = [seat.sitting.id for seat in facts]
        sittings = {one.row.id: one.sitting for one in sitting_store.list_sittings(session, ids)}
    heard = deps.presence.last_seen(ids)
    seats = [
        Seat(
            sitting_id=str(fact.sitting.id),
            sitting_state=fact.sitting.state,
            deadline_at=sittings[fact.sitting.id].deadline_at,
            last_seen_at=_instant(heard.get(fact.sitting.id)),
            label=fact.candidate.number,
            responded=fact.n_responses,
        )
        for fact in facts
    ]
    snapshot = room_snapshot(seats, administration.starts_at, now)
    return RoomView(room, administration, snapshot, {str(fact.sitting.id): fact for fact in facts})


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
            _permit_for(actor, "rooms.check_in", sitting_store.get_sitting(session, sitting_id))
    for sitting_id in waiting:
        _enter(deps, actor, sitting_id, consent=None)
    return len(waiting)


def allow_takeover(deps: Services, actor: Actor, sitting_id: int, reason: str) -> None:
    """Let a sitting go on at another machine, once; the old one loses its pen when the new one opens."""
    permit(actor, "rooms.allow_takeover")
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        _permit_for(actor, "rooms.allow_takeover", facts)
        rules.require_open(facts.sitting)
        now = database_now(session)
        incident = accepted_incident(
            Incident(IncidentKind.MACHINE_FAILURE, reason, actor.username, now, str(sitting_id)), now
        )
        facts.row.takeover_allowed = True
        _add_incident(session, incident, actor, _room_of(session, sitting_id))
        record_act(session, actor, "rooms.allow_takeover", f"sitting:{sitting_id}", reason=incident.note)


def extend(deps: Services, actor: Actor, sitting_ids: list[int], seconds: int, reason: str) -> int:
    """Give time to one or more sittings; all of them or, when one may not be given it, none.

    Raises ExtensionRefused, ExtensionNeedsChairman, SittingClosed.
    """
    permit(actor, "rooms.extend")
    grantor = Grantor.CHAIRMAN if Role.CHAIRMAN in actor.roles else Grantor.PROCTOR
    with deps.store.begin() as session:
        for sitting_id in sorted(sitting_ids):
            facts = sitting_store.get_sitting(session, sitting_id, lock=True)
            _permit_for(actor, "rooms.extend", facts)
            require_grantable(
                Extension(seconds, reason, grantor),
                store.granted_by_staff(session, sitting_id),
                facts.rules.extension_limit_s,
            )
            now = database_now(session)
            line = TimeAdjustment(seconds, AdjustmentKind.EXTENSION, reason, actor.username, now)
            sitting_store.add_adjustment(session, facts.row, line, actor.user_id)
            sitting_store.store_sitting(facts.row, rules.adjust(facts.sitting, line))
        record_act(
            session,
            actor,
            "rooms.extend",
            f"sitting:{sitting_ids[0]}" if len(sitting_ids) == 1 else "sittings",
            sittings=sitting_ids,
            seconds=seconds,
            reason=reason,
        )
    return len(sitting_ids)


def extend_room(deps: Services, actor: Actor, exam_room_id: int, seconds: int, reason: str) -> int:
    """Give everybody in a room who is not done the same time; returns how many."""
    permit(actor, "rooms.extend")
    with deps.store.read() as session:
        sitting_ids = store.list_sitting_ids(session, exam_room_id, UNFINISHED_STATES)
    if not sitting_ids:
        raise NotReady("nobody_to_extend")
    return extend(deps, actor, sitting_ids, seconds, reason)


def log_incident(deps: Services, actor: Actor, exam_room_id: int, incident: Incident) -> int:
    """Write an incident into the room's minutes.

    Raises IncidentRefused naming what is missing, NotFound for a candidate of another room.
    """
    permit(actor, "rooms.log_incident")
    with deps.store.begin() as session:
        accepted = accepted_incident(incident, database_now(session))
        if accepted.sitting_id and _room_of(session, int(accepted.sitting_id)) != exam_room_id:
            raise NotFound("sitting", accepted.sitting_id)
        incident_id = _add_incident(session, accepted, actor, exam_room_id)
        record_act(
            session,
            actor,
            "rooms.log_incident",
            f"incident:{incident_id}",
            kind=accepted.kind.value,
            sitting=accepted.sitting_id,
        )
        return incident_id


def list_incidents(
    deps: Services, actor: Actor, exam_room_id: int
) -> list[tuple[IncidentRow, str | None, str | None]]:
    """The room's incidents, newest first."""
    permit(actor, "rooms.watch")
    with deps.store.read() as session:
        return store.list_incidents(session, exam_room_id)


def _enter(deps: Services, actor: Actor, sitting_id: int, *, consent: ChairmanConsent | None) -> Entry:
    with deps.store.begin() as session:
        facts = sitting_store.get_sitting(session, sitting_id, lock=True)
        _permit_for(actor, "rooms.admit_late" if consent else "rooms.check_in", facts)
        require(as_administration(facts.administration), AdministrationAct.ENTER)
        now = database_now(session)
        gate = Gate(
            facts.sitting.started_at,
            facts.sitting.deadline_at,
            facts.rules.late_gate.gate_s(facts.sitting.limit_s),
        )
        entry = decide_entry(gate, now, consent)
        sitting_store.store_sitting(facts.row, rules.check_in(facts.sitting, now))
        record_act(
            session,
            actor,
            "rooms.check_in",
            f"sitting:{sitting_id}",
            entry=entry.value,
            reason=consent.reason if consent else None,
        )
    return entry


def _permit_for(actor: Actor, action: str, facts: SittingFacts) -> None:
    permit(actor, action, Facts(owner_user_id=facts.row.user_id))


def _room_of(session: Session, sitting_id: int) -> int:
    facts = sitting_store.get_sitting(session, sitting_id)
    return get_row(session, CandidateRow, facts.row.candidate_id).exam_room_id


def _add_incident(session: Session, incident: Incident, actor: Actor, exam_room_id: int) -> int:
    room = get_row(session, ExamRoomRow, exam_room_id)
    row = IncidentRow(
        administration_id=room.administration_id,
        exam_room_id=room.id,
        sitting_id=int(incident.sitting_id) if incident.sitting_id else None,
        kind=incident.kind.value,
        note=incident.note,
        actor_id=actor.user_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row.id


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
