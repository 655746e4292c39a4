"""What staff do to the clock, as the candidate sees it: more time, a stopped clock, a spare machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import exam_hall
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import Hall, Seat, query
from tests.e2e.player_page import Player

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Hall:
    exam_hall.lay_passwords_and_canaries(served_home)
    return exam_hall.lay_running_exam(served_home, "E2E-CLOCK")


@pytest.fixture
def seat(prepared: Hall) -> Seat:
    """A candidate of his own for each test."""
    return prepared.take_seat()


def _granted(home: Path, seat: Seat) -> list[tuple[str, int, str]]:
    return query(
        home,
        "SELECT kind, seconds, reason FROM time_adjustment WHERE sitting_id = ? ORDER BY id",
        seat.sitting,
    )


def _act_on_room(staff: Page, address: str, act: str, reason: str) -> None:
    """Open the fold of an act for everybody, give the reason, press its button."""
    staff.goto(address)
    fold = staff.locator(f'details.drop:has(form[action$="/{act}"])')
    fold.locator("summary").click()
    fold.locator("[name=reason]").fill(reason)
    fold.locator("form button").click()
    expect(staff.locator(".alert-success")).to_be_visible()


def test_a_stopped_room_covers_the_items_and_gives_the_time_back(
    open_page: OpenPage, seat: Seat, served_home: Path
):
    player = Player(open_page(seat.username)).enter(seat.page)
    chosen = player.choose(1)
    player.expect_saved("server")
    player.mark()
    proctor = open_page("giam_thi")
    _act_on_room(proctor, seat.room_page, "pause", "Mất điện")
    player.expect_view("paused")
    expect(player.item).to_be_hidden()
    expect(proctor.locator(f"#seat-{seat.sitting}.seat-paused")).to_be_visible()
    before = _granted(served_home, seat)
    _act_on_room(proctor, seat.room_page, "resume", "Có điện lại")
    player.expect_view("player")
    player.expect_not_reloaded()
    player.expect_chosen(chosen)
    [(kind, seconds, reason)] = _granted(served_home, seat)[len(before) :]
    assert (kind, reason) == ("pause", "Mất điện")
    assert seconds >= 1
    player.act("next")
    player.choose(0)
    player.expect_saved("server")


def test_the_chairman_stops_everybody_and_only_he_lets_them_go_on(open_page: OpenPage, seat: Seat):
    player = Player(open_page(seat.username)).enter(seat.page)
    chairman, proctor = open_page("chu_tich"), open_page("giam_thi")
    page = f"/administrations/{seat.administration}"
    _act_on_room(chairman, page, "pause", "Báo cháy")
    player.expect_view("paused")
    proctor.goto(seat.room_page)
    fold = proctor.locator('details.drop:has(form[action$="/resume"])')
    fold.locator("summary").click()
    fold.locator("[name=reason]").fill("Hết báo động")
    fold.locator("form button").click()
    expect(proctor.locator(".alert-danger")).to_be_visible()
    player.expect_view("paused")
    _act_on_room(chairman, page, "resume", "An toàn")
    player.expect_view("player")


def test_more_time_is_seen_without_a_reload_by_polling_alone(open_page: OpenPage, seat: Seat):
    player = Player(open_page(seat.username)).enter(seat.page)
    player.mark()
    time_left = player.page.locator("#time")
    expect(time_left).to_have_text(re.compile(r"^\d+:\d\d$"))
    minutes = int(time_left.inner_text().split(":")[0])
    exam_hall.extend(open_page("giam_thi"), seat, 10, "Máy chậm")
    # how soon, on a clock of its own: tests/js/live.test.js
    expect(time_left).to_have_text(re.compile(rf"^({minutes + 9}|{minutes + 10}):\d\d$"))
    player.expect_not_reloaded()


def test_a_spare_machine_goes_on_with_the_time_that_the_failure_cost(
    open_page: OpenPage, seat: Seat, served_home: Path
):
    player = Player(open_page(seat.username)).enter(seat.page)
    chosen = player.choose(2)
    player.expect_saved("server")
    player.page.context.close()  # the machine is dead

    spare = Player(open_page(seat.username))
    spare.page.goto(seat.page)
    spare.expect_view("asking")
    proctor = open_page("giam_thi")
    proctor.goto(seat.room_page)
    expect(proctor.locator(f'#attention-list [data-sitting="{seat.sitting}"]')).to_be_visible()
    exam_hall.seat_dialog(proctor, seat)
    expect(proctor.locator("#seat-dialog [name=restore]")).to_be_checked()
    exam_hall.allow_takeover(proctor, seat, "Máy hỏng ổ cứng")
    spare.expect_view("player")
    spare.jump(1)
    spare.expect_chosen(chosen)
    restored = [seconds for kind, seconds, _why in _granted(served_home, seat) if kind == "machine_failure"]
    assert len(restored) == 1
    assert restored[0] >= 1
    assert query(served_home, "SELECT paused_at FROM sitting WHERE id = ?", seat.sitting) == [(None,)]
