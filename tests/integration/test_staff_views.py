"""Staff look at an exam without getting in its way: shared readings, a switch, the backlog, the seats."""

from __future__ import annotations

import dataclasses
import logging
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.adapters.redis_presence import RedisPresence
from examsvc.adapters.redis_url import connect
from examsvc.delivery.errors import SeatsExceeded
from examsvc.services import Services, backlog, campaigns, rooms, sittings
from examsvc.services.finalise import finalise_due
from examsvc.services.staff_views import StaffViews
from examsvc.store import Store, StoreBusy
from examsvc.store.models import AdministrationRow, SittingRow
from examsvc.store.rows import get_row
from examsvc.store.staff_views import ViewTooSlow, read_for_staff
from tests.integration.laid import MACHINE, PASSWORD, lay_sitting
from tests.integration.laid_campaign import Laid, approved_room, lay_organisation, move_start, plan_campaign
from tests.integration.signing_in import sign_in

pytestmark = pytest.mark.integration


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _lay(services: Services) -> tuple[Laid, int, list[int]]:
    laid = lay_organisation(services, n_items=3, officers=(2, 0), password=PASSWORD)
    _administration_id, room_id, ids = approved_room(services, laid)
    return laid, room_id, ids


def test_everybody_who_watches_a_room_shares_one_reading(services: Services):
    laid, room_id, ids = _lay(services)
    clock = Seconds()
    shared = dataclasses.replace(services, views=StaffViews(fresh_s=3, clock=clock))
    seen = rooms.watch_room(shared, laid.proctor, room_id)
    rooms.check_in(services, laid.proctor, ids[0])  # in another process: this one is not told
    clock.now = 2.9
    again = rooms.watch_room(shared, laid.auditor, room_id)
    assert again.read_at == seen.read_at
    assert again.snapshot.taken_at - seen.read_at == timedelta(seconds=2.9)  # its clocks go on
    clock.now = 3.1
    assert rooms.watch_room(shared, laid.proctor, room_id).read_at > seen.read_at


def test_who_acts_sees_what_he_has_done(services: Services):
    laid, room_id, ids = _lay(services)
    shared = dataclasses.replace(services, views=StaffViews(fresh_s=3, clock=Seconds()))
    rooms.watch_room(shared, laid.proctor, room_id)
    rooms.check_in(shared, laid.proctor, ids[0])
    rooms.extend(shared, laid.proctor, [ids[1]], 60, "mất điện")
    seats = rooms.watch_room(shared, laid.proctor, room_id).seats
    assert seats[str(ids[0])].sitting.state == "checked_in"
    assert seats[str(ids[1])].granted_s == 60


def test_an_act_in_the_middle_of_a_reading_makes_it_old_at_once():
    views = StaffViews(fresh_s=3, clock=Seconds())

    def read_while_somebody_acts() -> str:
        views.forget()
        return "before the act"

    assert views.get("room", read_while_somebody_acts) == ("before the act", 0.0)
    assert views.get("room", lambda: "after it") == ("after it", 0.0)
    assert views.get("room", lambda: "never asked") == ("after it", 0.0)


def test_of_many_who_ask_at_once_one_reads_and_a_failure_is_not_kept():
    views = StaffViews(fresh_s=3, clock=Seconds())
    reads: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def read() -> int:
        reads.append(1)
        begun.set()
        assert go_on.wait(timeout=30)
        return 7

    came: list[int] = []
    threads = [threading.Thread(target=lambda: came.append(views.get("room", read)[0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(timeout=30)
    go_on.set()
    for thread in threads:
        thread.join()
    assert (came, len(reads)) == ([7] * 8, 1)

    def fail() -> int:
        raise StoreBusy

    with pytest.raises(StoreBusy):
        views.get("other", fail)
    assert views.get("other", lambda: 1) == (1, 0.0)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_query_of_staff_that_takes_too_long_is_given_up(store: Store):
    with pytest.raises(ViewTooSlow), read_for_staff(store, timeout_ms=50) as session:
        session.execute(sa.text("SELECT pg_sleep(20)"))
    with store.read() as session:  # the connection goes back without the limit
        assert session.scalar(sa.text("SHOW statement_timeout")) == "0"


def test_with_the_views_turned_off_the_page_says_so_and_the_acts_go_on(services: Services, app: Flask):
    laid, room_id, ids = _lay(services)
    app.extensions["examsvc"] = dataclasses.replace(services, views=StaffViews(live=False))
    browser = sign_in(app, "proctor", PASSWORD)
    page = browser.get(f"/rooms/{room_id}").text
    assert "room-warnings" in page
    assert "data-snapshot" not in page
    assert "Chế độ xem trực tiếp" in page or "The live view has been turned off" in page
    assert browser.get(f"/api/v1/rooms/{room_id}/snapshot").status_code == 503
    browser.post_form(f"/rooms/{room_id}/sittings/{ids[0]}/check-in")
    assert rooms.watch_room(services, laid.proctor, room_id).seats[str(ids[0])].sitting.state == "checked_in"
    assert not rooms.watch_room(app.extensions["examsvc"], laid.proctor, room_id).presence_known


def test_without_redis_nobody_is_called_disconnected_and_the_page_says_that_nothing_is_known(
    services: Services,
):
    laid = lay_sitting(services, n_items=3)
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    gone = RedisPresence(connect("redis://127.0.0.1:1", socket_connect_timeout=0.2))
    dark = dataclasses.replace(services, presence=gone)
    with services.store.read() as session:
        room_id = session.scalar(sa.text("SELECT id FROM exam_room"))
    view = rooms.watch_room(dark, laid.proctor, room_id)
    assert (view.presence_known, view.live) == (False, True)
    assert {entry.status.value for entry in view.snapshot.seats} == {"sitting", "waiting"}
    assert not rooms.read_last_sign(dark, laid.proctor, laid.sitting_id).presence_known


def test_sittings_that_wait_too_long_for_their_end_or_their_mark_raise_an_alarm(
    services: Services, app: Flask, caplog: pytest.LogCaptureFixture
):
    laid = lay_sitting(services, n_items=3, password=PASSWORD)
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    stranger, manager = app.test_client(), sign_in(app, "manager", PASSWORD)
    assert stranger.get("/api/v1/health").json == {"status": "ok"}
    move_start(services, laid.administration_id, 2700 + 31)  # over since a second
    counted = backlog.read_backlog(services, laid.organisation.manager)
    assert (counted.overdue, counted.is_late) == (2, False)
    move_start(services, laid.administration_id, 2700 + 62)
    with caplog.at_level(logging.ERROR):
        assert stranger.get("/api/v1/health").json == {"status": "behind"}
        assert 'role="alert"' in manager.get("/operation").text
    assert "the finaliser is behind: 2 sittings" in caplog.text
    finalise_due(services)
    assert stranger.get("/api/v1/health").json == {"status": "ok"}
    assert 'role="alert"' not in manager.get("/operation").text


def test_a_closed_sitting_without_a_mark_is_backlog_too(services: Services, monkeypatch: pytest.MonkeyPatch):
    laid = lay_sitting(services, n_items=3)
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    sittings.submit_sitting(services, laid.owner, laid.sitting_id, final_seq=0)
    fresh = backlog.read_backlog(services, laid.organisation.manager)
    assert (fresh.unmarked, fresh.late_unmarked) == (1, 0)
    monkeypatch.setattr(backlog, "LATE_AFTER", timedelta(0))
    assert backlog.read_backlog(services, laid.organisation.manager).is_late


def test_the_alarm_is_said_once_in_a_while_and_counting_never_stops_the_finaliser(
    services: Services, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    laid = lay_sitting(services, n_items=3, started_ago_s=2700 + 62)
    clock = Seconds()
    shared = dataclasses.replace(services, views=StaffViews(fresh_s=3, clock=clock))
    for clock.now in (0.0, 6.0, 12.0, 29.0):
        backlog.watch_backlog(shared)
        rooms.extend(shared, laid.proctor, [laid.sitting_id], 1, "một hành vi khác")
    assert caplog.text.count("the finaliser is behind") == 1
    clock.now = 31.0
    backlog.watch_backlog(shared)
    assert caplog.text.count("the finaliser is behind") == 2

    def busy(_deps: Services) -> None:
        raise ViewTooSlow

    monkeypatch.setattr(backlog, "_count", busy)
    backlog.watch_backlog(services)
    assert backlog.read_health(services) is backlog.Health.DOWN


def test_the_embedded_database_takes_no_more_seats_at_a_time_than_it_can_serve(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("examsvc.store.engine.EMBEDDED_SEATS", 5)
    laid = lay_organisation(services, n_items=3, officers=(2, 2))
    first_id, administration_id = plan_campaign(services, laid, code="C1")
    second_id, other_id = plan_campaign(services, laid, code="C2")
    for one in (administration_id, other_id):
        campaigns.fill_roster(services, laid.manager, one)
    assert campaigns.find_excess(services, laid.manager, administration_id) is None
    campaigns.approve_campaign(services, laid.chairman, first_id)
    excess = campaigns.find_excess(services, laid.manager, other_id)
    if services.store.seat_limit is None:  # PostgreSQL
        assert excess is None
        campaigns.approve_campaign(services, laid.chairman, second_id)
        return
    assert (excess.n_seats, excess.limit) == (8, 5)
    with pytest.raises(SeatsExceeded):
        campaigns.approve_campaign(services, laid.chairman, second_id)
    move_start(services, other_id, ago_s=-86_400)  # a day later there is room
    campaigns.approve_campaign(services, laid.chairman, second_id)
    with services.store.read() as session:
        planned = get_row(session, AdministrationRow, other_id).starts_at
    with pytest.raises(SeatsExceeded):  # but not for starting it beside the first after all
        campaigns.start_now(services, laid.chairman, other_id, "mọi người đã có mặt")
    with services.store.read() as session:
        assert get_row(session, AdministrationRow, other_id).starts_at == planned
    with services.store.begin() as session:  # the first exam is over: its seats are free
        session.execute(
            sa.update(SittingRow)
            .where(SittingRow.administration_id == administration_id)
            .values(state="submitted")
        )
    campaigns.start_now(services, laid.chairman, other_id, "mọi người đã có mặt")
