"""The exam room through its services: the door, the clock, the machines, the minutes."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.delivery.errors import NotCheckedIn, NotReady, PermitRequired, SittingClosed, TransitionRefused
from examsvc.services import Services, campaigns, rooms, sittings
from examsvc.services.audit import verify_chain
from examsvc.store import NotFound
from examsvc.store.models import AuditEntryRow, SittingRow, TimeAdjustmentRow
from examsvc.store.rows import get_row
from proctoring.checkin import Entry
from proctoring.errors import EntryRefused, ExtensionNeedsChairman, ExtensionRefused, IncidentRefused
from proctoring.incidents import Incident, IncidentKind
from proctoring.room import Status
from tests.integration.laid_campaign import (
    Laid,
    approved_room,
    lay_organisation,
    move_start,
    now_of,
    plan_campaign,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_organisation(services)


def _owner(services: Services, laid: Laid, sitting_id: int):
    with services.store.read() as session:
        user_id = get_row(session, SittingRow, sitting_id).user_id
    return next(officer for officer in laid.officers if officer.user_id == user_id)


def _deadlines(services: Services, laid: Laid, room_id: int) -> dict[str, object]:
    snapshot = rooms.watch_room(services, laid.proctor, room_id).snapshot
    return {entry.seat.sitting_id: entry.seat.deadline_at for entry in snapshot.seats}


def _acts(services: Services) -> list[dict[str, object]]:
    with services.store.read() as session:
        return [json.loads(text) for text in session.scalars(sa.select(AuditEntryRow.record).order_by("seq"))]


def test_nobody_is_checked_in_before_the_campaign_is_approved(services: Services, laid: Laid):
    _campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id)
    with services.store.read() as session:
        sitting_id = session.scalar(sa.select(SittingRow.id).limit(1))
    with pytest.raises(NotReady, match="administration_not_ready"):
        rooms.check_in(services, laid.proctor, sitting_id)


def test_before_the_start_everybody_is_on_time_and_once(services: Services, laid: Laid):
    _administration_id, room_id, ids = approved_room(services, laid)
    assert rooms.check_in(services, laid.proctor, ids[0]) is Entry.ON_TIME
    with pytest.raises(TransitionRefused):
        rooms.check_in(services, laid.proctor, ids[0])
    assert rooms.check_in_room(services, laid.proctor, room_id) == len(ids) - 1
    counts = rooms.watch_room(services, laid.proctor, room_id).snapshot.counts
    assert (counts[Status.WAITING], counts[Status.NOT_ARRIVED]) == (8, 0)


def test_after_the_start_of_a_45_minute_exam_only_the_chairman_admits(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    move_start(services, administration_id, ago_s=1)
    with pytest.raises(EntryRefused, match="chairman_decides"):
        rooms.check_in(services, laid.proctor, ids[0])
    with pytest.raises(Forbidden):
        rooms.admit_late(services, laid.proctor, ids[0], "kẹt xe")
    with pytest.raises(EntryRefused, match="consent_without_reason"):
        rooms.admit_late(services, laid.chairman, ids[0], " ")
    before = _deadlines(services, laid, room_id)
    assert rooms.admit_late(services, laid.chairman, ids[0], "kẹt xe") is Entry.BY_CHAIRMAN
    assert _deadlines(services, laid, room_id) == before  # the common end stays


@pytest.mark.parametrize(("limit_s", "gate_s"), [(1800, 300), (3600, 600)])
def test_the_late_gate_closes_after_five_or_ten_minutes(services: Services, limit_s: int, gate_s: int):
    laid = lay_organisation(services, limit_s=limit_s)
    administration_id, _room_id, ids = approved_room(services, laid)
    move_start(services, administration_id, ago_s=gate_s - 20)
    assert rooms.check_in(services, laid.proctor, ids[0]) is Entry.WITHIN_GATE
    move_start(services, administration_id, ago_s=gate_s + 1)
    with pytest.raises(EntryRefused, match="chairman_decides"):
        rooms.check_in(services, laid.proctor, ids[1])


def test_nobody_enters_an_exam_that_is_over(services: Services, laid: Laid):
    administration_id, _room_id, ids = approved_room(services, laid)
    move_start(services, administration_id, ago_s=2701)
    with pytest.raises(EntryRefused, match="exam_over"):
        rooms.admit_late(services, laid.chairman, ids[0], "kẹt xe")


def test_a_proctor_gives_ten_minutes_in_total_and_the_chairman_more(services: Services, laid: Laid):
    _administration_id, room_id, ids = approved_room(services, laid)
    before = _deadlines(services, laid, room_id)[str(ids[0])]
    rooms.extend(services, laid.proctor, [ids[0]], 360, "mất điện")
    with pytest.raises(ExtensionNeedsChairman) as refused:
        rooms.extend(services, laid.proctor, [ids[0]], 241, "mất điện")
    assert (refused.value.wanted_s, refused.value.left_s) == (241, 240)
    rooms.extend(services, laid.proctor, [ids[0]], 240, "mất điện")
    rooms.extend(services, laid.chairman, [ids[0]], 900, "đổi phòng")
    assert _deadlines(services, laid, room_id)[str(ids[0])] - before == timedelta(seconds=1500)


def test_an_extension_needs_a_reason_and_sane_seconds(services: Services, laid: Laid):
    _administration_id, _room_id, ids = approved_room(services, laid)
    for seconds, reason in ((60, "  "), (0, "mất điện"), (-60, "mất điện"), (86_400, "mất điện")):
        with pytest.raises(ExtensionRefused):
            rooms.extend(services, laid.chairman, [ids[0]], seconds, reason)


def test_extending_all_is_all_or_nothing(services: Services, laid: Laid):
    _administration_id, room_id, ids = approved_room(services, laid)
    rooms.extend(services, laid.proctor, [ids[-1]], 600, "máy hỏng")
    acts_before = len(_acts(services))
    with pytest.raises(ExtensionNeedsChairman):
        rooms.extend_room(services, laid.proctor, room_id, 60, "mất mạng")
    with services.store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TimeAdjustmentRow)) == 1
    assert len(_acts(services)) == acts_before
    assert rooms.extend_room(services, laid.chairman, room_id, 60, "mất mạng") == len(ids)


def test_who_has_submitted_is_given_no_more_time(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    rooms.check_in_room(services, laid.proctor, room_id)
    move_start(services, administration_id, ago_s=1)
    owner = _owner(services, laid, ids[0])
    sittings.open_sitting(services, owner, ids[0], "máy-1")
    sittings.submit_sitting(services, owner, ids[0], final_seq=0)
    with pytest.raises(SittingClosed):
        rooms.extend(services, laid.proctor, [ids[0]], 60, "mất điện")
    assert rooms.extend_room(services, laid.proctor, room_id, 60, "mất điện") == len(ids) - 1


def test_another_machine_goes_on_only_when_a_proctor_allows_it_and_once(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    owner = _owner(services, laid, ids[0])
    with pytest.raises(NotCheckedIn):
        rooms.allow_takeover(services, laid.proctor, ids[0], "máy hỏng")
    rooms.check_in_room(services, laid.proctor, room_id)
    move_start(services, administration_id, ago_s=1)
    sittings.open_sitting(services, owner, ids[0], "máy-1")
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, ids[0], "máy-2")
    rooms.allow_takeover(services, laid.proctor, ids[0], "máy hỏng")
    assert sittings.open_sitting(services, owner, ids[0], "máy-2").epoch == 2
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, ids[0], "máy-1")
    kinds = [row.kind for row, _number, _reporter in rooms.list_incidents(services, laid.proctor, room_id)]
    assert sorted(kinds) == ["machine_failure", "machine_refused", "machine_refused"]


def test_another_machine_is_allowed_only_with_a_reason(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    rooms.check_in_room(services, laid.proctor, room_id)
    move_start(services, administration_id, ago_s=1)
    owner = _owner(services, laid, ids[0])
    sittings.open_sitting(services, owner, ids[0], "máy-1")
    for reason, code in ((" ", "note_missing"), ("x" * 2001, "note_too_long")):
        with pytest.raises(IncidentRefused, match=code):
            rooms.allow_takeover(services, laid.proctor, ids[0], reason)
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, ids[0], "máy-2")
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, ids[0], "máy-2")
    [(noted, _number, reporter)] = rooms.list_incidents(services, laid.proctor, room_id)
    assert (noted.kind, reporter) == ("machine_refused", None)  # each machine once


def test_a_room_logs_no_incident_about_another_rooms_candidate(services: Services, laid: Laid):
    _administration_id, _room_id, [stranger, *_rest] = approved_room(services, laid)
    _other_id, other_room_id, _ids = approved_room(services, laid, code="C2")
    incident = Incident(
        IncidentKind.MISCONDUCT, "trao đổi bài", "proctor", now_of(services), sitting_id=str(stranger)
    )
    with pytest.raises(NotFound):
        rooms.log_incident(services, laid.proctor, other_room_id, incident)
    assert rooms.list_incidents(services, laid.proctor, other_room_id) == []


def test_a_machine_that_falls_silent_is_shown_as_disconnected(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    rooms.check_in_room(services, laid.proctor, room_id)
    move_start(services, administration_id, ago_s=60)
    for sitting_id in ids[:2]:
        sittings.open_sitting(services, _owner(services, laid, sitting_id), sitting_id, "máy")
    silent_since = now_of(services) - timedelta(seconds=45)
    services.presence.seen(ids[1], int(silent_since.timestamp() * 1000))
    snapshot = rooms.watch_room(services, laid.auditor, room_id).snapshot
    by_sitting = {entry.seat.sitting_id: entry for entry in snapshot.seats}
    assert by_sitting[str(ids[0])].status is Status.SITTING
    assert by_sitting[str(ids[1])].status is Status.DISCONNECTED
    assert by_sitting[str(ids[1])].silent_s >= 45


@pytest.mark.parametrize(
    ("kind", "note", "sitting", "item", "code"),
    [
        (IncidentKind.OTHER, "   ", False, None, "note_missing"),
        (IncidentKind.OTHER, "x" * 2001, False, None, "note_too_long"),
        (IncidentKind.MISCONDUCT, "trao đổi bài", False, None, "sitting_id_missing"),
        (IncidentKind.MACHINE_FAILURE, "treo máy", False, None, "sitting_id_missing"),
        (IncidentKind.ITEM_CHALLENGE, "hai phương án đúng", True, None, "item_id_missing"),
    ],
)
def test_an_incident_says_what_its_kind_needs(
    services: Services, laid: Laid, kind, note, sitting, item, code
):
    _administration_id, room_id, ids = approved_room(services, laid)
    incident = Incident(kind, note, "proctor", now_of(services), str(ids[0]) if sitting else None, item)
    with pytest.raises(IncidentRefused, match=code):
        rooms.log_incident(services, laid.proctor, room_id, incident)
    assert rooms.list_incidents(services, laid.proctor, room_id) == []


def test_an_incident_in_the_minutes_names_candidate_and_reporter(services: Services, laid: Laid):
    _administration_id, room_id, ids = approved_room(services, laid)
    network = Incident(IncidentKind.NETWORK, " mất mạng 2 phút ", "proctor", now_of(services))
    challenge = Incident(IncidentKind.ITEM_CHALLENGE, "câu 7", "proctor", now_of(services), str(ids[0]), "7")
    rooms.log_incident(services, laid.proctor, room_id, network)
    rooms.log_incident(services, laid.proctor, room_id, challenge)
    lines = rooms.list_incidents(services, laid.auditor, room_id)
    assert [(row.kind, row.note, number, reporter) for row, number, reporter in lines] == [
        ("item_challenge", "câu 7", "GSQL-001", "Proctor"),
        ("network", "mất mạng 2 phút", None, "Proctor"),
    ]


def test_who_only_watches_changes_nothing(services: Services, laid: Laid):
    _administration_id, room_id, ids = approved_room(services, laid)
    incident = Incident(IncidentKind.NETWORK, "mất mạng", "auditor", now_of(services))
    for watcher in (laid.auditor, laid.manager):
        assert rooms.watch_room(services, watcher, room_id).snapshot.seats
        with pytest.raises(Forbidden):
            rooms.check_in(services, watcher, ids[0])
        with pytest.raises(Forbidden):
            rooms.extend(services, watcher, [ids[0]], 60, "mất điện")
        with pytest.raises(Forbidden):
            rooms.log_incident(services, watcher, room_id, incident)
    for stranger in (laid.author, laid.officers[0]):
        with pytest.raises(Forbidden):
            rooms.watch_room(services, stranger, room_id)


def test_every_act_in_the_room_stands_in_the_audit_chain(services: Services, laid: Laid):
    administration_id, room_id, ids = approved_room(services, laid)
    planned = len(_acts(services))
    rooms.check_in(services, laid.proctor, ids[0])
    rooms.extend(services, laid.proctor, [ids[0]], 60, "mất điện")
    rooms.extend_room(services, laid.chairman, room_id, 120, "mất mạng")
    move_start(services, administration_id, ago_s=1)
    rooms.admit_late(services, laid.chairman, ids[1], "kẹt xe")
    sittings.open_sitting(services, _owner(services, laid, ids[0]), ids[0], "máy-1")
    rooms.allow_takeover(services, laid.proctor, ids[0], "máy hỏng")
    rooms.log_incident(
        services,
        laid.proctor,
        room_id,
        Incident(IncidentKind.NETWORK, "mất mạng", "proctor", now_of(services)),
    )
    acts = _acts(services)[planned:]
    assert [(act["action"], act["actor"]) for act in acts] == [
        ("rooms.check_in", laid.proctor.user_id),
        ("rooms.extend", laid.proctor.user_id),
        ("rooms.extend", laid.chairman.user_id),
        ("rooms.check_in", laid.chairman.user_id),
        ("sittings.open", _owner(services, laid, ids[0]).user_id),
        ("rooms.allow_takeover", laid.proctor.user_id),
        ("rooms.log_incident", laid.proctor.user_id),
    ]
    assert acts[3]["detail"] == {"entry": "by_chairman", "reason": "kẹt xe"}
    assert verify_chain(services).first_bad_seq is None
