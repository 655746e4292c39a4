"""Planning and proctoring through the pages: forms without JavaScript, and what a snapshot may say."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examsvc.adapters.memory import InlineQueue
from examsvc.bootstrap import House
from examsvc.services import Services, rooms
from examsvc.services.incidents import note_incident
from examsvc.settings import Settings
from examsvc.store import campaigns as campaign_store
from examsvc.store import rooms as room_store
from examsvc.store import sittings as sitting_store
from examsvc.whole import whole_app
from tests.integration.laid_campaign import Laid, approved_room, lay_organisation, move_start, plan_campaign

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "mật khẩu thử 1"


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_organisation(services, password=PASSWORD)


@pytest.fixture
def browse(services: Services, laid: Laid, tmp_path: Path):
    """A function that logs a user in and returns his browser."""
    settings = Settings.from_environ({"EXAMSVC_HOME": str(tmp_path), "EXAMSVC_SECRET_KEY": "s" * 32})
    app = whole_app(House(settings, services, InlineQueue(), "memory://"))
    app.config["WTF_CSRF_ENABLED"] = False

    def log_in(username: str | None) -> FlaskClient:
        client = app.test_client()
        if username:
            answer = client.post("/login", data={"username": username, "password": PASSWORD})
            assert answer.status_code == 302
            client.post("/language", data={"locale": "en"})
        return client

    return log_in


def test_a_campaign_is_planned_approved_and_started_through_the_pages(services: Services, laid: Laid, browse):
    manager, chairman, proctor = browse("manager"), browse("chairman"), browse("proctor")
    answer = manager.post(
        "/campaigns",
        data={
            "code": "K1",
            "name_vi": "Kỳ 1",
            "name_en": "Campaign 1",
            "rule_pack": "INTERNAL_CA",
            "level_scale": laid.level_scale_id,
        },
    )
    page = answer.headers["Location"]
    assert "Waiting for the chairman" in manager.get(page).text
    answer = manager.post(
        f"{page}/administrations",
        data={
            "code": "K1-GSQL",
            "blueprint": laid.blueprint_id,
            "starts_at": "2037-03-02T08:00",
            "rooms": "Phòng 201, 6\n\nPhòng 202 , 6\n",
        },
    )
    assert answer.status_code == 302
    with services.store.read() as session:
        administration, _position = campaign_store.list_administrations(session, int(page.rsplit("/", 1)[1]))[
            0
        ]
        found = [
            (room.name, room.n_stations) for room, _n in campaign_store.list_rooms(session, administration.id)
        ]
    assert administration.starts_at.isoformat() == "2037-03-02T01:00:00+00:00"  # eight o'clock in Hà Nội
    assert found == [("Phòng 201", 6), ("Phòng 202", 6)]

    manager.post(f"/administrations/{administration.id}/roster", data={"region": ""})
    assert manager.post(f"{page}/approve").status_code == 403
    assert "The campaign is approved" in chairman.post(f"{page}/approve", follow_redirects=True).text
    answer = chairman.post(
        f"/administrations/{administration.id}/start", data={"reason": "đủ nhân chứng"}, follow_redirects=True
    )
    assert "starts in ten seconds" in answer.text
    assert "Phòng 201" in proctor.get("/rooms").text


def test_wrong_lines_of_rooms_are_told_together_and_nothing_is_planned(
    services: Services, laid: Laid, browse
):
    campaign_id, _administration_id = plan_campaign(services, laid)
    answer = browse("manager").post(
        f"/campaigns/{campaign_id}/administrations",
        data={
            "code": "X",
            "blueprint": laid.blueprint_id,
            "starts_at": "2037-03-02T08:00",
            "rooms": "Phòng 201\nPhòng 202, 0\nPhòng 203, 5\nphòng 203, 5",
        },
    )
    assert answer.status_code == 400
    for said in ("Line 1:", "Line 2: 1 to 200", "Line 4: this room is named twice"):
        assert said in answer.text
    assert "Line 3" not in answer.text
    with services.store.read() as session:
        assert len(campaign_store.list_administrations(session, campaign_id)) == 1


def test_a_code_in_use_is_refused_in_words_and_what_was_typed_stays(services: Services, laid: Laid, browse):
    plan_campaign(services, laid)
    answer = browse("manager").post(
        "/campaigns",
        data={
            "code": "C1",
            "name_vi": "Kỳ trùng mã",
            "name_en": "Same code",
            "rule_pack": "PRACTICE",
            "level_scale": laid.level_scale_id,
        },
    )
    assert answer.status_code == 409
    assert "This code is already in use" in answer.text
    assert "Kỳ trùng mã" in answer.text


def test_a_room_is_run_through_its_forms(services: Services, laid: Laid, browse):
    _administration_id, room_id, ids = approved_room(services, laid)
    proctor = browse("proctor")
    answer = proctor.post(f"/rooms/{room_id}/sittings/{ids[0]}/check-in", follow_redirects=True)
    assert "GSQL-001 is checked in" in answer.text
    answer = proctor.post(f"/rooms/{room_id}/check-in", follow_redirects=True)
    assert "7 candidates are checked in" in answer.text
    extension = {"minutes": "8", "reason": "mất điện"}
    answer = proctor.post(f"/rooms/{room_id}/sittings/{ids[0]}/extend", data=extension, follow_redirects=True)
    assert "GSQL-001 has 8 minutes more" in answer.text
    answer = proctor.post(f"/rooms/{room_id}/extend", data=extension, follow_redirects=True)
    assert "can give this candidate 2 more minutes" in answer.text
    answer = proctor.post(f"/rooms/{room_id}/extend", data={"minutes": "8"}, follow_redirects=True)
    assert "Reason" in answer.text
    assert "alert-danger" in answer.text
    assert {seat.granted_s for seat in _seats(services, room_id)} == {0, 480}


def test_a_late_candidate_meets_a_closed_door_and_the_chairman_opens_it(
    services: Services, laid: Laid, browse
):
    administration_id, room_id, ids = approved_room(services, laid)
    move_start(services, administration_id, ago_s=5)
    proctor, chairman = browse("proctor"), browse("chairman")
    seat = f"/rooms/{room_id}/sittings/{ids[0]}"
    assert "only the chairman may admit" in proctor.get(seat).text
    assert "only the chairman may admit" in proctor.post(f"{seat}/check-in", follow_redirects=True).text
    assert proctor.post(f"{seat}/admit-late", data={"reason": "kẹt xe"}).status_code == 403
    answer = chairman.post(f"{seat}/admit-late", data={"reason": "kẹt xe"}, follow_redirects=True)
    assert "GSQL-001 is admitted late" in answer.text


def test_a_challenged_item_is_known_by_its_number_alone(services: Services, laid: Laid, browse):
    _administration_id, room_id, ids = approved_room(services, laid)
    proctor = browse("proctor")
    incident = {"kind": "item_challenge", "sitting": ids[0], "note": "hai phương án đúng", "item_number": ""}
    refused = proctor.post(f"/rooms/{room_id}/incidents", data=incident)
    assert refused.status_code == 409
    assert "Give the number of the item" in refused.text
    assert "hai phương án đúng" in refused.text  # nobody types minutes twice
    proctor.post(f"/rooms/{room_id}/incidents", data={**incident, "item_number": "7"})
    [(row, number, _reporter)] = rooms.list_incidents(services, laid.proctor, room_id)
    assert (row.note, number) == ("Item 7: hai phương án đúng", "GSQL-001")


def test_a_snapshot_tells_statuses_and_no_item_or_response(services: Services, laid: Laid, browse):
    _administration_id, room_id, ids = approved_room(services, laid)
    with services.store.begin() as session:
        facts = sitting_store.get_sitting(session, ids[0])
        sent = {"epoch": 1, "seq": 4, "item": "17", "payload": {"response": "C"}}
        note_incident(session, facts.administration.id, facts.row.id, "event_contradiction", sent)
    snapshot = browse("auditor").get(f"/api/v1/rooms/{room_id}/snapshot").json
    assert {count["status"]: count["n"] for count in snapshot["counts"]}["not_arrived"] == 8
    assert set(snapshot["seats"][0]) == {
        *("sitting", "station", "number", "name", "status", "label", "icon", "detail", "needs_attention"),
        *("responded", "n_items", "remaining_ms", "runs", "granted_s", "can_check_in", "paused"),
    }
    [incident] = snapshot["incidents"]
    assert incident["by_system"]
    assert "Message 4" in incident["note"]
    assert "payload" not in incident["note"]
    assert "17" not in incident["note"]


def test_only_staff_of_the_room_may_look(services: Services, laid: Laid, browse):
    _administration_id, room_id, _ids = approved_room(services, laid)
    url = f"/api/v1/rooms/{room_id}/snapshot"
    assert browse(None).get(url).status_code == 401
    assert browse("author").get(url).status_code == 403
    assert browse("officer-i-001").get(f"/rooms/{room_id}").status_code == 403


def test_a_sitting_is_not_found_in_another_room(services: Services, laid: Laid, browse):
    administration_id, room_id, _ids = approved_room(services, laid, rooms=(("P1", 4), ("P2", 4)))
    with services.store.read() as session:
        other = campaign_store.list_rooms(session, administration_id)[1][0]
        stranger = room_store.list_seats(session, other.id)[0].sitting.id
    proctor = browse("proctor")
    assert proctor.get(f"/rooms/{room_id}/sittings/{stranger}").status_code == 404
    assert proctor.post(f"/rooms/{room_id}/sittings/{stranger}/check-in").status_code == 404


def test_the_room_page_names_who_needs_help(services: Services, laid: Laid, browse):
    administration_id, room_id, _ids = approved_room(services, laid)
    rooms.check_in_room(services, laid.proctor, room_id)
    move_start(services, administration_id, ago_s=120)
    text = browse("proctor").get(f"/rooms/{room_id}").text
    assert "Needs you now" in text
    assert "has not opened the exam yet" in text


def test_the_start_before_witnesses_is_offered_to_the_chairman_alone(services: Services, laid: Laid, browse):
    administration_id, _room_id, _ids = approved_room(services, laid)
    page = f"/administrations/{administration_id}"
    assert "Start in ten seconds" in browse("chairman").get(page).text
    assert "Start in ten seconds" not in browse("manager").get(page).text


def _seats(services: Services, room_id: int):
    with services.store.read() as session:
        return room_store.list_seats(session, room_id)
