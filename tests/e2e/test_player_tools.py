"""What the player gives a candidate: striking out, notes, size, contrast, keys, sections, one way only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import exam_hall, with_packs
from tests.e2e.conftest import OpenPage, Server, free_port
from tests.e2e.exam_hall import Hall, Seat, query
from tests.e2e.inspection import WIDE, Inspection
from tests.e2e.player_page import Player
from tests.integration.laid_campaign import move_start

pytestmark = pytest.mark.e2e
LIMIT_S = 900
PARTS = ((1, "Thủ tục", "Procedures"), (11, "Phân loại", "Classification"), (21, "Đạo đức", "Ethics"))
RICH = 3  # the item with everything that a stem may hold
RICH_STEM = (
    r"<p>Thuế phải nộp là \(T = Q \times \frac{G \cdot t}{100}\); theo bảng và hình sau, chọn số đúng.</p>"
    r"<p>\[\sum_{i=1}^{n} Q_i \times G_i\]</p>"
    "<table><caption>Biểu thuế</caption><tbody><tr><th>Mã HS</th><th>Thuế suất</th></tr>"
    "<tr><td>8703.23.61</td><td>50 %</td></tr></tbody></table>"
    '<p><img src="media:PICTURE" alt="Ký mã hiệu trên cửa container"></p>'
)


@dataclass(frozen=True, slots=True)
class Halls:
    """One exam for each way to move, and one whose rules keep nothing on the machine."""

    free: Hall
    forward: Hall
    walled: Hall
    timed: Hall
    waiting: Hall
    nothing_kept: Hall


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Halls:
    with_packs.add_packs()
    exam_hall.lay_passwords_and_canaries(served_home)
    open_ended = [(*part, None) for part in PARTS]
    timed = [(*part, LIMIT_S) for part in PARTS]
    lay = exam_hall.lay_running_exam
    free = lay(served_home, "E2E-TOOLS")
    [(picture,)] = exam_hall.query(served_home, "SELECT sha256 FROM media ORDER BY sha256 LIMIT 1")
    exam_hall.lay_stem(served_home, free.administration, RICH, RICH_STEM.replace("PICTURE", picture))
    return Halls(
        free,
        lay(served_home, "E2E-FORWARD", pack=with_packs.FORWARD),
        lay(served_home, "E2E-WALLED", pack=with_packs.SECTION, sections=open_ended),
        lay(served_home, "E2E-TIMED", sections=timed),
        lay(served_home, "E2E-WAITING", started_ago_s=-1800, sections=timed),
        lay(served_home, "E2E-NOTHING", pack=with_packs.NOTHING_KEPT),
    )


@pytest.fixture(scope="module")
def server(served_home: Path, prepared: Halls) -> Iterator[Server]:
    """A server that knows the packs of these tests."""
    running = Server(served_home, free_port(), module="tests.e2e.with_packs")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def seat(prepared: Halls) -> Seat:
    return prepared.free.take_seat()


@pytest.fixture
def player(open_page: OpenPage, seat: Seat) -> Player:
    return Player(open_page(seat.username)).enter(seat.page)


def held(home: Path, sitting: int) -> list[tuple[str | None, int, list[str], str]]:
    """What the server holds of each item that was touched, in the order of the form."""
    rows = query(
        home,
        "SELECT c.response, c.flagged, c.struck, c.note FROM current_response c"
        " JOIN sitting s ON s.id = c.sitting_id JOIN form_item f ON f.form_id = s.form_id"
        " AND f.item_version_id = c.item_version_id WHERE c.sitting_id = ? ORDER BY f.ordinal",
        sitting,
    )
    return [(response, flagged, json.loads(struck), note) for response, flagged, struck, note in rows]


def text_px(page: Page, selector: str) -> float:
    size: str = page.locator(selector).first.evaluate("element => getComputedStyle(element).fontSize")
    return float(size.removesuffix("px"))


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the wanted thing has the focus."""
    for _ in range(90):
        if target.evaluate("element => document.activeElement === element"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {target}")


def test_options_struck_out_and_notes_outlast_a_reload(player: Player, seat: Seat, served_home: Path):
    first = player.options.nth(0).locator("input").input_value()
    player.strike(0)
    player.strike(2)
    player.choose(1)
    player.write_note("Xem lại Điều 24, khoản 2")
    player.act("next")  # leaving the item hands the note on at once
    player.expect_saved("server")
    [(response, _flagged, struck, note)] = held(served_home, seat.sitting)
    assert (len(struck), note) == (2, "Xem lại Điều 24, khoản 2")
    assert first in struck
    assert response not in struck

    player.page.reload()
    player.expect_view("player")
    player.jump(1)
    player.expect_struck(0, 2)
    expect(player.note).to_have_value("Xem lại Điều 24, khoản 2")
    player.strike(0)
    player.expect_struck(2)
    player.note.fill("")
    player.act("next")
    player.expect_saved("server")
    [(_response, _flagged, struck, note)] = held(served_home, seat.sitting)
    assert (len(struck), note) == (1, "")


def test_what_is_struck_out_is_no_response_and_what_is_chosen_is_not_struck_out(player: Player):
    player.choose(1)
    player.strike(1)
    player.expect_struck(1)
    player.expect_responded()
    expect(player.page.locator("#announcer")).not_to_be_empty()
    player.choose(1)
    player.expect_struck()
    player.expect_responded(1)


def test_a_note_is_one_entry_in_the_log_and_not_one_a_key(player: Player, seat: Seat, served_home: Path):
    player.write_note("Hàng quá cảnh")
    player.note.blur()
    player.expect_saved("server")
    expect(player.item.locator(".item-save")).to_have_attribute("data-state", "server")
    events = query(served_home, "SELECT payload FROM response_event WHERE sitting_id = ?", seat.sitting)
    assert [json.loads(payload)["note"] for (payload,) in events] == ["Hàng quá cảnh"]


def test_a_syllable_that_is_still_put_together_is_not_taken_apart(
    player: Player, seat: Seat, served_home: Path
):
    player.item.locator(".note summary").click()
    player.note.focus()
    session = player.page.context.new_cdp_session(player.page)
    for text in ("D", "Du", "Duo", "Đương", "Đường"):
        session.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    player.expect_item(1)  # neither d nor f nor n was a shortcut
    session.send("Input.insertText", {"text": "Đường"})
    player.page.keyboard.type(" fn1x")
    player.act("next")
    player.expect_saved("server")
    [(response, flagged, struck, note)] = held(served_home, seat.sitting)
    assert (response, flagged, struck, note) == (None, 0, [], "Đường fn1x")


def test_text_grows_to_twice_its_size_without_scrolling_sideways_and_is_remembered(player: Player):
    page = player.page
    plain = text_px(page, ".stem")
    expect(page.locator('[data-act="zoom-out"]')).to_be_disabled()
    for _step in range(4):
        page.keyboard.press("+")
    expect(page.locator("#zoom-percent")).to_contain_text("200")
    expect(page.locator('[data-act="zoom-in"]')).to_be_disabled()
    assert text_px(page, ".stem") == pytest.approx(2 * plain, rel=0.12)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    width: float = player.options.first.locator(".content").evaluate("element => element.clientWidth")
    assert width > 200  # words keep to their lines
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    player.expect_view("player")
    expect(page.locator("#zoom-percent")).to_contain_text("200")
    page.keyboard.press("-")
    expect(page.locator("#zoom-percent")).to_contain_text("175")


def test_high_contrast_turns_the_page_dark_and_is_remembered(player: Player):
    page = player.page
    page.locator('[data-act="contrast"]').click()
    expect(page.locator('[data-act="contrast"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    page.reload()
    player.expect_view("player")
    expect(page.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    page.locator('[data-act="contrast"]').click()
    expect(page.locator("body")).not_to_have_css("background-color", "rgb(0, 0, 0)")


def test_the_time_can_be_hidden_and_stays_hidden(player: Player):
    page = player.page
    expect(page.locator("#time")).to_be_visible()
    page.locator("#time-toggle").click()
    expect(page.locator("#time")).to_be_hidden()
    page.reload()
    player.expect_view("player")
    expect(page.locator("#time")).to_be_hidden()
    expect(page.locator("#time-toggle")).to_have_attribute("aria-pressed", "true")


def test_where_the_rules_keep_nothing_not_even_the_size_of_the_text_is_kept(
    open_page: OpenPage, prepared: Halls
):
    seat = prepared.nothing_kept.take_seat()
    player = Player(open_page(seat.username)).enter(seat.page)
    player.page.keyboard.press("+")
    expect(player.page.locator("#zoom-percent")).to_contain_text("125")
    assert player.page.evaluate("sessionStorage.length + localStorage.length") == 0
    player.page.reload()
    player.expect_view("player")
    expect(player.page.locator("#zoom-percent")).to_contain_text("100")


def test_the_keyboard_strikes_out_flags_and_moves(player: Player):
    page = player.page
    page.keyboard.press("Shift+Digit2")
    page.keyboard.press("Shift+Digit4")
    player.expect_struck(1, 3)
    page.keyboard.press("Shift+Digit4")
    player.expect_struck(1)
    page.keyboard.press("3")
    page.keyboard.press("x")  # the option that has the focus is the chosen one
    player.expect_struck(1, 2)
    player.expect_responded()
    tab_to(page, player.strike_button(0))
    page.keyboard.press("Enter")
    player.expect_struck(0, 1, 2)
    page.keyboard.press("f")
    player.expect_flagged(1)
    page.keyboard.press("n")
    player.expect_item(2)


def test_by_keyboard_alone_from_the_waiting_room_to_the_receipt(
    open_page: OpenPage, prepared: Halls, server: Server
):
    seat = prepared.waiting.take_seat()
    page = open_page(seat.username)
    player = Player(page)
    page.goto(seat.page)
    player.expect_view("waiting")
    for name in ("server", "clock", "storage", "address", "screen"):
        expect(page.locator(f"#check-{name}")).to_have_attribute("data-ok", "yes")
    expect(page.locator(".sections tbody tr")).to_have_count(3)
    tab_to(page, page.locator("#vietnamese"))
    page.keyboard.insert_text("Duong")
    expect(page.locator("#vietnamese-verdict")).to_have_attribute("data-ok", "no")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("Đường")
    expect(page.locator("#vietnamese-verdict")).to_have_attribute("data-ok", "yes")
    expect(page.locator("#check-keyboard")).to_have_attribute("data-ok", "yes")

    practice = page.locator("#tutorial-item > article:not([hidden])")
    tab_to(page, practice.locator("input").first)
    page.keyboard.press("2")
    page.keyboard.press("Shift+Digit3")
    page.keyboard.press("f")
    page.keyboard.press("+")
    tab_to(page, practice.locator(".note summary"))
    page.keyboard.press("Enter")
    tab_to(page, practice.locator("textarea"))
    page.keyboard.type("thử")
    page.keyboard.press("Tab")
    expect(page.locator('#tutorial-steps [data-done="true"]')).to_have_count(5)
    expect(page.locator("#tutorial-done")).to_be_hidden()
    try_every_example(page)
    expect(page.locator('#tutorial-steps [data-done="true"]')).to_have_count(6)
    expect(page.locator("#tutorial-done")).to_be_visible()

    start_now(server, prepared.waiting)
    player.expect_view("player", timeout_ms=30_000)
    page.keyboard.press("1")
    player.expect_saved("server")
    tab_to(page, page.locator('[data-act="review"]'))
    page.keyboard.press("Enter")
    player.expect_view("review")
    tab_to(page, page.locator('[data-act="submit"]'))
    page.keyboard.press("Enter")
    tab_to(page, page.locator('[data-act="confirm-submit"]'))
    page.keyboard.press("Enter")
    expect(page.locator(".receipt-code")).to_be_visible()
    assert not query(
        server.home, "SELECT 1 FROM response_event WHERE sitting_id = ? AND seq > 1", seat.sitting
    )
    tab_to(page, page.locator("#verify"))
    page.keyboard.press("Enter")
    expect(page.locator("#verify-verdict")).to_have_attribute("data-ok", "yes")


def try_every_example(page: Page) -> None:
    """By keyboard alone, what the first example of the waiting room did not show."""
    examples = page.locator("#tutorial-examples")
    shown = page.locator("#tutorial-item > article:not([hidden])")
    acts = {
        1: (shown.locator("input").first, "Space"),
        2: (shown.locator("input").first, "Space"),
        3: (shown.locator(".typed-field"), "6"),
        4: (shown.locator(".order-down").first, "Enter"),
        5: (shown.locator("select").first, "ArrowDown"),
    }
    for at, (target, key) in acts.items():
        tab_to(page, examples.locator("button").nth(at))
        page.keyboard.press("Enter")
        tab_to(page, target)
        page.keyboard.press(key)
        page.keyboard.press("Tab")
        expect(examples.locator("li").nth(at)).to_have_attribute("data-done", "true")


def start_now(server: Server, hall: Hall) -> None:
    """The common start comes while the server is away for a moment."""
    server.kill()
    with exam_hall.open_services(server.home) as deps:
        move_start(deps, hall.administration, 1)
    server.start()


def test_a_receipt_that_differs_from_the_log_is_told(player: Player):
    player.choose(0)
    player.hand_in()
    page = player.page
    page.locator("#verify").click()
    expect(page.locator("#verify-verdict")).to_have_attribute("data-ok", "yes")
    page.route(
        re.compile(r"/log$"), lambda route: route.fulfill(body="1:1:forged:forged", content_type="text/plain")
    )
    page.locator("#verify").click()
    expect(page.locator("#verify-verdict")).to_have_attribute("data-ok", "no")


def test_forward_navigation_never_goes_back(open_page: OpenPage, prepared: Halls, served_home: Path):
    seat = prepared.forward.take_seat()
    player = Player(open_page(seat.username)).enter(seat.page)
    page = player.page
    player.choose(0)
    player.act("next")
    player.expect_item(2)
    expect(page.locator('[data-act="previous"]')).to_be_disabled()
    expect(player.jump_button(1)).to_have_attribute("aria-disabled", "true")
    expect(player.jump_button(5)).to_have_attribute("aria-disabled", "true")
    expect(player.jump_button(3)).to_have_attribute("aria-disabled", "false")
    player.jump_button(1).click(force=True)
    expect(page.locator("#move-hint")).to_be_visible()
    page.keyboard.press("p")
    player.expect_item(2)

    player.act("next")  # no response yet: told once, obeyed the second time
    player.expect_item(2)
    player.act("next")
    player.expect_item(3)
    player.expect_saved("server")
    page.reload()
    player.expect_view("player")
    player.expect_item(3)
    expect(player.jump_button(2)).to_have_attribute("aria-disabled", "true")
    kept_aside = query(
        served_home,
        "SELECT 1 FROM response_event WHERE sitting_id = ? AND standing != 'counted'",
        seat.sitting,
    )
    assert not kept_aside


def test_a_section_that_was_left_stays_closed(open_page: OpenPage, prepared: Halls):
    seat = prepared.walled.take_seat()
    player = Player(open_page(seat.username, locale="en")).enter(seat.page)
    page = player.page
    expect(page.locator("#section-name")).to_have_text("Section 1 of 3: Procedures")
    expect(page.locator("#section-time")).to_be_hidden()
    player.jump(10)
    player.choose(1)
    player.jump(4)
    player.expect_item(4)
    expect(player.jump_button(11)).to_have_attribute("aria-disabled", "true")
    player.jump(10)
    player.act("next")  # behind the last item of a section stands a question
    expect(page.locator("#confirm-section")).to_be_visible()
    player.act("cancel-leave-section")
    player.expect_item(10)
    player.act("leave-section")
    player.act("confirm-leave-section")
    player.expect_item(11)
    expect(page.locator("#section-name")).to_have_text("Section 2 of 3: Classification")
    expect(player.jump_button(10)).to_have_attribute("aria-disabled", "true")
    expect(page.locator('[data-act="previous"]')).to_be_disabled()
    player.choose(0)
    player.expect_saved("server")
    page.reload()
    player.expect_view("player")
    expect(page.locator("#section-name")).to_have_text("Section 2 of 3: Classification")


def test_sections_and_forward_navigation_bar_nobody(open_page: OpenPage, prepared: Halls):
    for hall in (prepared.walled, prepared.forward):
        seat = hall.take_seat()
        page = open_page(seat.username)
        player, inspection = Player(page).enter(seat.page), Inspection(page)
        player.choose(0)
        player.act("next")
        inspection.look(f"{seat.page} with closed items")
        page.set_viewport_size({"width": WIDE, "height": 900})
        if hall is prepared.walled:
            player.act("leave-section")
            inspection.look("the question before leaving a section")
        assert not inspection.findings, "\n".join(inspection.findings)


def test_a_section_whose_time_is_up_gives_way_to_the_next(
    open_page: OpenPage, prepared: Halls, server: Server
):
    seat = prepared.timed.take_seat()
    player = Player(open_page(seat.username)).enter(seat.page)
    page = player.page
    expect(page.locator("#section-time")).to_have_text(re.compile(r"\d:\d\d"))
    player.choose(0)
    player.expect_saved("server")
    server.kill()
    with exam_hall.open_services(server.home) as deps:
        move_start(deps, prepared.timed.administration, LIMIT_S + 5)
    server.start()
    player.expect_item(11)
    expect(page.locator("#section-name")).to_have_text(re.compile(r"\b2\b.*\b3\b"))
    player.choose(1)
    player.expect_saved("server")
    standings = query(
        server.home, "SELECT DISTINCT standing FROM response_event WHERE sitting_id = ?", seat.sitting
    )
    assert standings == [("counted",)]


def test_while_the_clock_is_stopped_the_items_are_covered(
    open_page: OpenPage, prepared: Halls, server: Server
):
    seat = prepared.free.take_seat()
    player = Player(open_page(seat.username)).enter(seat.page)
    player.mark()
    server.kill()
    exam_hall.stop_clock(server.home, seat.sitting)
    server.start()
    player.expect_view("paused")
    expect(player.item).to_be_hidden()
    expect(player.page.locator("#time")).to_be_visible()
    player.page.keyboard.press("1")
    player.expect_not_reloaded()
    assert not held(server.home, seat.sitting)


def test_a_stem_shows_its_formula_its_table_and_its_picture_without_asking_for_anything(
    player: Player, seat: Seat, served_home: Path
):
    page = player.page
    expect(page.locator("html")).to_have_attribute("data-kept", "true")  # what is kept has been fetched
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    player.jump(RICH)
    stem = player.item.locator(".stem")
    expect(stem.locator("math mfrac")).to_be_visible()
    assert stem.locator("math").count() == 2
    assert "\\(" not in stem.inner_text()
    expect(stem.get_by_role("group", name="Biểu thuế").locator("td").first).to_have_text("8703.23.61")
    picture = stem.get_by_role("img", name="Ký mã hiệu trên cửa container")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    inspection = Inspection(page)
    inspection.look("an item with a formula, a table and a picture")
    assert not inspection.findings, "\n".join(inspection.findings)
    player.choose(1)
    player.expect_saved("server")
    assert held(served_home, seat.sitting)[-1][0] is not None
    assert [url for url in asked if "/api/" not in url] == []
