"""Clocks and late entries through the pages: forms without JavaScript, in words, nothing of a response."""

from __future__ import annotations

import pytest
from flask import Flask

from examsvc.services import Services, rooms, sittings
from examsvc.services.finalise import finalise_due
from examsvc.store.models import CandidateRow, SittingRow
from examsvc.store.rows import get_row
from tests.integration.laid import MACHINE, PASSWORD, LaidSitting, lay_sitting, response
from tests.integration.laid_campaign import move_start
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
REASON = "mất điện cả phòng"


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services, n_items=4, password=PASSWORD)


@pytest.fixture
def room_id(services: Services, laid: LaidSitting) -> int:
    with services.store.read() as session:
        candidate_id = get_row(session, SittingRow, laid.sitting_id).candidate_id
        return get_row(session, CandidateRow, candidate_id).exam_room_id


def _english(app: Flask, username: str) -> Browser:
    browser = sign_in(app, username, PASSWORD)
    browser.post_form("/language", locale="en")
    return browser


def _after(browser: Browser, path: str, **fields: object) -> str:
    answer = browser.post_form(path, **fields)
    assert answer.status_code == 302, answer.text
    return browser.get(answer.location).text


def test_a_room_is_stopped_and_runs_on_through_its_page(laid: LaidSitting, room_id: int, app: Flask):
    proctor = _english(app, "proctor")
    page = proctor.get(f"/rooms/{room_id}").text
    assert 'Stop all clocks (<span data-n="to_pause">2</span>)' in page.replace("</button>", "")
    assert "alert-danger" in _after(proctor, f"/rooms/{room_id}/pause", reason=" ")
    page = _after(proctor, f"/rooms/{room_id}/pause", reason=REASON)
    assert "2 clocks stand still." in page
    assert page.count('<span class="detail">clock stands still since') == 2
    assert 'data-n="to_resume">2<' in page
    assert REASON in page  # in the minutes
    assert "The clock stands still already." in _after(
        proctor, f"/rooms/{room_id}/sittings/{laid.sitting_id}/pause", reason=REASON
    )
    page = _after(proctor, f"/rooms/{room_id}/sittings/{laid.sitting_id}/resume", reason="có điện")
    assert "runs on, with the stopped time given back" in page
    assert "1 clock runs on" in _after(proctor, f"/rooms/{room_id}/resume", reason="có điện")
    assert "there is nothing to resume" in _after(proctor, f"/rooms/{room_id}/resume", reason="có điện")


def test_the_chairman_stops_extends_and_accommodates_through_his_pages(
    services: Services, laid: LaidSitting, room_id: int, app: Flask
):
    chairman, page = _english(app, "chairman"), f"/administrations/{laid.administration_id}"
    assert "Stop all clocks (2)" in chairman.get(page).text
    assert "2 clocks stand still." in _after(chairman, f"{page}/pause", reason=REASON)
    proctor = _english(app, "proctor")
    refused = _after(proctor, f"/rooms/{room_id}/resume", reason="có điện")
    assert "only he lets it go on" in refused
    assert "2 candidates have 5 minutes more" in _after(chairman, f"{page}/extend", minutes=5, reason=REASON)
    assert "between one minute and four hours" in _after(chairman, f"{page}/extend", minutes=0, reason=REASON)
    assert "2 clocks run on" in _after(chairman, f"{page}/resume", reason="có điện")
    seat = f"/rooms/{room_id}/sittings/{laid.sitting_id}"
    assert "Grant the accommodation" in chairman.get(seat).text
    given = _after(chairman, f"{seat}/accommodate", minutes=15, reason="khiếm thị")
    assert "15 minutes more as an accommodation" in given
    assert "+15 min · khiếm thị" in given
    assert "Grant the accommodation" not in proctor.get(seat).text
    for path in (f"{seat}/accommodate", f"{page}/pause", f"{page}/resume", f"{page}/extend"):
        assert proctor.post_form(path, minutes=15, reason=REASON).status_code == 403


def test_the_proctor_sees_what_a_failure_has_cost_before_he_declares_it(
    services: Services, laid: LaidSitting, room_id: int, app: Flask
):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    proctor, seat = _english(app, "proctor"), f"/rooms/{room_id}/sittings/{laid.sitting_id}"
    assert "Last sign of life:" in proctor.get(f"{seat}?fragment=1").text
    page = _after(proctor, f"{seat}/takeover", reason="máy hỏng", restore="y")
    assert "The clock stands still since" in page
    assert "machine failed: clock stands still" in page
    assert "The clock stands still until then." in proctor.get(seat).text


def test_who_asks_for_another_machine_stands_first_on_the_page(
    services: Services, laid: LaidSitting, room_id: int, app: Flask
):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    services.presence.ask(laid.sitting_id)
    proctor = _english(app, "proctor")
    [seat] = [
        seat
        for seat in proctor.get(f"/api/v1/rooms/{room_id}/snapshot").json["seats"]
        if seat["sitting"] == laid.sitting_id
    ]
    assert seat["needs_attention"]
    assert "asks to go on at another machine" in seat["detail"]
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "máy hỏng")
    page = proctor.get(f"/rooms/{room_id}").text
    assert "asks to go on at another machine" not in page


def test_late_entries_go_from_proposal_to_decision_through_the_pages(
    services: Services, laid: LaidSitting, room_id: int, app: Flask
):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    move_start(services, laid.administration_id, 2700 + 31)
    finalise_due(services)
    late = [response(1, laid.item_ids[0], "A"), response(2, laid.item_ids[1], "B")]
    sittings.save_events(services, laid.owner, laid.sitting_id, late, device_token=MACHINE)
    proctor, chairman = _english(app, "proctor"), _english(app, "chairman")
    path, page = f"/sittings/{laid.sitting_id}/late-events", f"/rooms/{room_id}/late-events"
    shown = proctor.get(page).text
    assert "2 entries kept aside" in shown
    assert "changed" in shown
    for option in ("A", "B"):
        assert f"<td>{option}" not in shown
        assert f">{option}<" not in shown
    for fields in ({}, {"counts": "yes"}, {"counts": "maybe", "reason": REASON}):
        assert "alert-danger" in _after(proctor, path, event="1:1", back=page, **fields)
    nothing = {"event": "1:1; DROP", "counts": "yes", "reason": REASON, "back": "//evil.example"}
    assert "Choose entries that were kept aside" in _after(proctor, path, **nothing)
    assert "Proposed. The chairman decides." in _after(
        proctor, path, event="1:1", counts="yes", reason=REASON, back=page
    )
    whole = f"/administrations/{laid.administration_id}/late-events"
    shown = chairman.get(whole).text
    assert REASON in shown
    [number] = [part.split('"')[0] for part in shown.split('action="/late-decisions/')[1:]]
    assert proctor.post_form(f"/late-decisions/{number}", decision="confirm").status_code == 403
    shown = _after(chairman, f"/late-decisions/{number}", decision="confirm", back=whole)
    assert "1 entry counts now." in shown
    assert "This has been decided already." in _after(
        chairman, f"/late-decisions/{number}", decision="reject", back=whole
    )


def test_a_form_leads_back_only_to_pages_of_this_house(laid: LaidSitting, app: Flask):
    proctor = _english(app, "proctor")
    for back in ("//evil.example", "https://evil.example/rooms/1/late-events", "/rooms/0/late-events", ""):
        answer = proctor.post_form(f"/sittings/{laid.sitting_id}/late-events", back=back)
        assert answer.location == "/rooms"
