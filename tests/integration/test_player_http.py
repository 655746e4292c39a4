"""The player's interface over HTTP: statuses, machines, and not one byte of a key."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.api.v1.quick_clock import QuickClock
from examsvc.services import Services, rooms
from examsvc.services.finalise import finalise_due
from examsvc.store import database_now
from examsvc.store.audit import find_act
from examsvc.store.models import ItemVersionRow, StimulusRow
from tests.integration.laid import CANARY, PASSWORD, LaidSitting, lay_sitting, response, stored, wire
from tests.integration.laid_campaign import move_start
from tests.integration.signing_in import Browser, sign_in

pytestmark = pytest.mark.integration


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services, password=PASSWORD)


@pytest.fixture
def browser(app: Flask, laid: LaidSitting) -> Browser:
    return sign_in(app, laid.owner.username, PASSWORD)


def api(laid: LaidSitting, act: str) -> str:
    return f"/api/v1/sittings/{laid.sitting_id}/{act}"


def test_a_candidate_sits_from_the_waiting_room_to_the_receipt(laid: LaidSitting, browser: Browser):
    assert browser.get(f"/sittings/{laid.sitting_id}").status_code == 200
    opened = browser.post_json(api(laid, "open"), {})
    assert opened.status_code == 200
    assert (opened.json["epoch"], opened.json["responses"]) == (1, {})
    paper = browser.get(api(laid, "paper")).json["items"]
    assert [item["item_id"] for item in paper] == list(laid.item_ids)
    events = [wire(response(seq, item["item_id"], "A")) for seq, item in enumerate(paper, start=1)]
    saved = browser.post_json(api(laid, "events"), {"events": events})
    assert (saved.status_code, saved.json["durable_through"]) == (200, 5)
    assert set(saved.json["outcomes"].values()) == {"accepted"}
    receipt = browser.post_json(api(laid, "submit"), {"final_seq": 5, "epoch": 1})
    assert receipt.status_code == 200
    assert browser.post_json(api(laid, "submit"), {"final_seq": 5}).json == receipt.json
    page = browser.get(f"/sittings/{laid.sitting_id}").text
    assert receipt.json["code"] in page
    assert "<strong>5</strong> / 5" in page


def test_the_quick_way_to_the_time_answers_as_the_ordinary_one(
    app: Flask, services: Services, laid: LaidSitting, browser: Browser
):
    quick = app.wsgi_app
    assert isinstance(quick, QuickClock)
    stranger = sign_in(app, laid.stranger.username, PASSWORD)
    clock = api(laid, "clock")
    asked = [
        (browser, clock, 200),
        (stranger, clock, 403),
        (browser, "/api/v1/sittings/99999/clock", 404),
        (Browser(app.test_client(), ""), clock, 401),
    ]
    for who, path, status in asked:
        ways = []
        for way in (quick, quick._ordinary):
            app.wsgi_app = way
            answer = who.get(path)
            assert answer.status_code == status, path
            shape = {name: type(value) for name, value in answer.json.items()}
            headers = sorted(
                line for line in answer.headers if line[0] not in ("Content-Length", "Set-Cookie")
            )
            ways.append((shape, headers))
        app.wsgi_app = quick
        assert ways[0] == ways[1]
    assert services.presence.last_seen([laid.sitting_id])[laid.sitting_id] is not None


def test_no_byte_of_a_key_reaches_a_candidate(
    services: Services, laid: LaidSitting, app: Flask, browser: Browser
):
    received = [browser.get(f"/sittings/{laid.sitting_id}"), browser.get(api(laid, "clock"))]
    received.append(browser.post_json(api(laid, "open"), {}))
    paper = browser.get(api(laid, "paper"))
    for item in paper.json["items"]:
        told = {"item_id", "number", "section", "interaction", "stem", "options", "places", "at_most"}
        assert set(item) == told | {"most_characters", "stimulus", "english"}
        assert all(set(option) == {"id", "content", "place", "at_most"} for option in item["options"])
    events = {"events": [wire(response(1, laid.item_ids[0]))]}
    received += [paper, browser.post_json(api(laid, "events"), events)]
    received.append(browser.post_json(api(laid, "submit"), {"final_seq": 1}))
    received += [browser.get(f"/sittings/{laid.sitting_id}"), browser.get("/sittings")]
    for answer in received:
        assert answer.status_code == 200
        for word in (CANARY, "rationale", '"key"', "cognitive", "T01-0", "form_secret"):
            assert word not in answer.text, word


def test_what_items_share_comes_once_in_both_languages_with_nothing_that_runs(
    services: Services, laid: LaidSitting, browser: Browser
):
    with services.store.begin() as session:
        owner = session.scalars(sa.select(ItemVersionRow.created_by)).first()
        rows = [
            StimulusRow(
                code=code,
                version=1,
                content="<p>Tờ khai</p>",
                english=english,
                content_hash=code,
                created_by=owner,
                created_at=database_now(session),
            )
            for code, english in (("TL-1", '<p onclick="x">Form</p><script>x</script>'), ("TL-2", ""))
        ]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
        for id_, stimulus in zip(laid.item_ids, (ids[0], ids[0], ids[1]), strict=False):
            session.get_one(ItemVersionRow, int(id_)).stimulus_id = stimulus
    browser.post_json(api(laid, "open"), {})
    by_id = {item["item_id"]: item["stimulus"] for item in browser.get(api(laid, "paper")).json["items"]}
    both = {"id": str(ids[0]), "content": "<p>Tờ khai</p>", "english": "<p>Form</p>"}
    alone = {"id": str(ids[1]), "content": "<p>Tờ khai</p>", "english": ""}
    assert [by_id[id_] for id_ in laid.item_ids[:4]] == [both, both, alone, None]


def test_nothing_of_an_item_is_sent_before_the_start(services: Services, app: Flask):
    early = lay_sitting(services, started_ago_s=None, password=PASSWORD)
    browser = sign_in(app, early.owner.username, PASSWORD)
    page = browser.get(f"/sittings/{early.sitting_id}")
    opening = browser.post_json(api(early, "open"), {})
    paper = browser.get(api(early, "paper"))
    assert (page.status_code, opening.status_code, paper.status_code) == (200, 409, 409)
    assert (opening.json["error"], paper.json["error"]) == ("not_started", "not_open")
    for answer in (page, opening, paper):
        assert "Câu hỏi thử" not in answer.text
        assert "Phương án" not in answer.text


def test_the_order_of_options_is_the_sittings_own_and_the_same_after_a_reload(
    laid: LaidSitting, browser: Browser
):
    browser.post_json(api(laid, "open"), {})
    first = browser.get(api(laid, "paper")).json
    browser.post_json(api(laid, "open"), {})
    assert browser.get(api(laid, "paper")).json == first
    orders = {tuple(option["id"] for option in item["options"]) for item in first["items"]}
    assert len(orders) > 1


def test_another_candidates_sitting_is_forbidden(app: Flask, laid: LaidSitting):
    stranger = sign_in(app, laid.stranger.username, PASSWORD)
    assert stranger.get(api(laid, "clock")).status_code == 403
    assert stranger.get(api(laid, "paper")).status_code == 403
    assert stranger.get(f"/sittings/{laid.sitting_id}").status_code == 403
    for act, body in (("open", {}), ("events", {"events": []}), ("submit", {"final_seq": 0})):
        assert stranger.post_json(api(laid, act), body).status_code == 403


def test_who_is_not_logged_in_gets_401_and_a_post_without_token_400(app: Flask, laid: LaidSitting):
    assert app.test_client().get(api(laid, "clock")).status_code == 401
    browser = sign_in(app, laid.owner.username, PASSWORD)
    bare = browser.client.post(api(laid, "open"), json={})
    assert (bare.status_code, bare.json["error"]) == (400, "csrf")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"events": 3}',
        b'{"events": [{}]}',
        b'{"events": [{"epoch": 1, "seq": 1, "event_id": "x", "item_id": "1", "payload": {}}]}',
        b'{"events": [' + b",".join([b"{}"] * 51) + b"]}",
    ],
)
def test_malformed_events_are_refused_with_their_faults(laid: LaidSitting, browser: Browser, body: bytes):
    browser.post_json(api(laid, "open"), {})
    answer = browser.client.post(api(laid, "events"), data=body, headers={"X-CSRFToken": browser.token})
    assert answer.status_code == 422
    assert answer.json["faults"]


def test_each_contradiction_has_its_own_status(services: Services, laid: LaidSitting, browser: Browser):
    browser.post_json(api(laid, "open"), {})
    item = laid.item_ids[0]
    first = response(1, item, "A")

    def send(*events: object) -> tuple[int, str | None, int]:
        answer = browser.post_json(api(laid, "events"), {"events": [wire(event) for event in events]})
        return answer.status_code, answer.json.get("error"), answer.json.get("durable_through")

    assert send(first) == (200, None, 1)
    assert send(first) == (200, None, 1)
    altered = response(1, item, "B", event_id=first.event_id)
    assert send(altered, response(2, item, "C")) == (409, "event_altered", 2)
    assert send(response(1, item, "D")) == (409, "seq_conflict", 2)
    assert send(response(3, item, "Z")) == (422, "events_refused", None)
    browser.post_json(api(laid, "open"), {})
    assert send(response(3, item, "D")) == (409, "epoch_superseded", 0)
    move_start(services, laid.administration_id, 2700 + 31)
    assert send(response(1, item, "D", epoch=2)) == (409, "late", 1)  # durable, and counts for nothing
    assert stored(services, laid.sitting_id, "counted") == [(1, 1), (1, 2)]


def test_a_superseded_window_cannot_hand_in(laid: LaidSitting, browser: Browser):
    browser.post_json(api(laid, "open"), {})
    browser.post_json(api(laid, "open"), {})
    refused = browser.post_json(api(laid, "submit"), {"final_seq": 0, "epoch": 1})
    assert (refused.status_code, refused.json["error"]) == (409, "epoch_superseded")
    missing = browser.post_json(api(laid, "submit"), {"final_seq": 2, "epoch": 2})
    assert (missing.status_code, missing.json["error"]) == (409, "events_missing")
    assert missing.json["seqs"] == [1, 2]


def test_what_the_server_refused_holds_up_no_handing_in_and_stands_in_the_chain(
    services: Services, laid: LaidSitting, browser: Browser
):
    browser.post_json(api(laid, "open"), {})
    events = [wire(response(1, laid.item_ids[0], "A")), wire(response(3, laid.item_ids[1], "B"))]
    assert browser.post_json(api(laid, "events"), {"events": events}).status_code == 200
    whole = {"final_seq": 4, "epoch": 1}
    assert browser.post_json(api(laid, "submit"), whole).json["seqs"] == [2, 4]
    assert browser.post_json(api(laid, "submit"), {**whole, "without": [2]}).json["seqs"] == [4]
    sealed = browser.post_json(api(laid, "submit"), {**whole, "without": [2, 4]})
    assert (sealed.status_code, sealed.json["events"]) == (200, 2)
    with services.store.read() as session:
        entry = find_act(session, "sittings.submit", f"sitting:{laid.sitting_id}")
    assert entry is not None
    assert json.loads(entry.record)["detail"]["without"] == [2, 4]


def test_a_second_machine_waits_for_the_proctor(
    services: Services, app: Flask, laid: LaidSitting, browser: Browser
):
    browser.post_json(api(laid, "open"), {})
    second = sign_in(app, laid.owner.username, PASSWORD)
    refused = second.post_json(api(laid, "open"), {})
    assert (refused.status_code, refused.json["error"]) == (409, "permit_required")
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "Máy hỏng")
    assert second.post_json(api(laid, "open"), {}).json["epoch"] == 2
    assert browser.get(api(laid, "paper")).status_code == 409


def test_a_machines_token_is_out_of_reach_of_scripts(laid: LaidSitting, browser: Browser):
    first, again = (
        next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("machine="))
        for answer in (browser.get(f"/sittings/{laid.sitting_id}") for _visit in range(2))
    )
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert again.split(";")[0] == first.split(";")[0]  # renewed, never changed: the token holds the sitting


def test_after_the_end_the_page_is_the_receipt(services: Services, laid: LaidSitting, browser: Browser):
    browser.post_json(api(laid, "open"), {})
    move_start(services, laid.administration_id, 2700 + 31)
    finalise_due(services)
    clock = browser.get(api(laid, "clock")).json
    assert (clock["state"], clock["phase"], clock["remaining_ms"]) == ("expired", "over", 0)
    assert browser.post_json(api(laid, "open"), {}).json["error"] == "closed"
    assert "receipt-code" in browser.get(f"/sittings/{laid.sitting_id}").text


def test_a_number_beyond_any_sitting_is_not_found(browser: Browser):
    assert browser.get("/api/v1/sittings/99999999999999999999/clock").status_code == 404
    assert browser.get("/api/v1/sittings/2147483647/clock").status_code == 404
