"""The timed player in a real browser: what a candidate sees, does and is promised."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from examsvc.delivery.sealing import unseal
from examsvc.sample.exams import TRIAL
from examsvc.sample.staff import PASSWORD
from tests.e2e import exam_hall
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import CANARY, Hall, Seat, query
from tests.e2e.player_page import EVENTS, Player

pytestmark = pytest.mark.e2e
READ_OF_AN_ITEM = {
    *("item_id", "number", "section", "interaction", "stem", "options", "places", "at_most"),
    *("most_characters", "stimulus", "english"),
}
SECRET_WORDS = (CANARY, '"key"', "rationale", "legal_basis", "cognitive", "form_secret", "is_correct")


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Hall:
    exam_hall.lay_passwords_and_canaries(served_home)
    return exam_hall.lay_running_exam(served_home, "E2E-PLAYER")


@pytest.fixture
def seat(prepared: Hall) -> Seat:
    """A candidate of his own for each test, in an exam that has just begun."""
    return prepared.take_seat()


@pytest.fixture
def player(open_page: OpenPage, seat: Seat) -> Player:
    return Player(open_page(seat.username)).enter(seat.page)


class Received:
    """Every byte that a browser is given, whatever becomes of its pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.texts: list[tuple[str, str]] = []
        self.sealed: list[bytes] = []
        context.route("**/*", self._pass_on)

    def _pass_on(self, route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        if route.request.url.endswith("/sealed"):
            self.sealed.append(answer.body())
        text = answer.body().decode("utf-8", errors="replace")
        self.texts.append((route.request.url, re.sub(r"\\u([0-9a-f]{4})", _character, text)))
        route.fulfill(response=answer)

    def stop(self) -> None:
        self.context.unroute_all(behavior="ignoreErrors")

    def holding(self, words: str) -> list[str]:
        return [url for url, text in self.texts if words in text]


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def words_of(home: Path, sitting: int, column: str) -> list[str]:
    """How each item's stem or rationale begins, as far as it bears no markup."""
    rows = query(
        home,
        f"SELECT v.{column} FROM sitting s JOIN form_item f ON f.form_id = s.form_id"
        " JOIN item_version v ON v.id = f.item_version_id WHERE s.id = ?",
        sitting,
    )
    return [re.sub(r"^(<[^>]+>)+", "", words).split("<")[0][:30] for (words,) in rows]


def choices_of(home: Path, sitting: int) -> list[int]:
    """The numbers of the form's items in which one of some options is chosen."""
    rows = query(
        home,
        "SELECT f.ordinal FROM sitting s JOIN form_item f ON f.form_id = s.form_id"
        " JOIN item_version v ON v.id = f.item_version_id"
        " WHERE s.id = ? AND v.interaction = 'single_choice' ORDER BY f.ordinal",
        sitting,
    )
    return [ordinal for (ordinal,) in rows]


def keys_of(home: Path, sitting: int) -> dict[str, str]:
    """The keys of the sitting's form: item id to option id."""
    rows = query(
        home,
        "SELECT f.item_version_id, k.option_id FROM sitting s JOIN form_item f ON f.form_id = s.form_id"
        " JOIN item_key k ON k.item_version_id = f.item_version_id WHERE s.id = ? ORDER BY k.version",
        sitting,
    )
    return {str(item_id): option_id for item_id, option_id in rows}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the wanted thing has the focus."""
    for _ in range(80):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


def test_from_the_door_to_the_receipt_without_a_reload_and_without_a_byte_of_a_key(
    open_page: OpenPage, served_home: Path
):
    hall = exam_hall.find_hall(served_home, f"{TRIAL}-GSQL")
    seat = hall.take_seat()
    page = open_page(seat.username)
    received = Received(page.context)
    player = Player(page)
    page.goto("/sittings")
    page.locator(f'a[href="{seat.page}"]').click()
    player.expect_view("registered")
    player.mark()

    exam_hall.check_in(open_page("giam_thi"), seat)
    player.expect_view("waiting")
    waiting = page.locator(".waiting")
    expect(waiting.locator(".rules li")).to_have_count(8)
    expect(waiting.locator("table.levels tbody tr")).to_have_count(4)
    for cut in ("50", "66", "83"):
        expect(waiting.locator("table.levels")).to_contain_text(cut)
    for check in ("server", "storage", "clock"):
        expect(page.locator(f"#check-{check}")).to_have_attribute("data-ok", "yes")
    page.keyboard.press("Shift")
    expect(page.locator("#check-keyboard")).to_have_attribute("data-ok", "yes")
    stems = words_of(served_home, seat.sitting, "stem")
    assert len(stems) == 30
    assert not [stem for stem in stems if received.holding(stem)], "an item was sent before the start"

    exam_hall.start_in_ten_seconds(open_page("chu_tich"), seat.administration)
    player.expect_view("player", timeout_ms=30_000)
    player.expect_item(1)
    expect(page.locator("#time")).to_have_text(re.compile(r"^4[45]:\d\d$"))
    shown = player.item.locator(".stem").inner_text()
    assert any(shown.startswith(stem) for stem in stems)

    player.act("next")
    player.expect_item(2)
    # any interaction may come: this path is walked on the choices of one
    first, second, *_others, last = choices_of(served_home, seat.sitting)
    player.jump(first)
    chosen = player.choose(1)
    player.expect_chosen(chosen)
    player.jump(second)
    player.choose(0)
    player.act("flag")
    player.expect_flagged(second)
    player.jump(last)
    player.expect_item(last)
    player.choose(3)
    player.choose(2)
    player.expect_responded(first, second, last)
    player.expect_saved("server")
    player.expect_not_reloaded()
    player.hand_in()
    received.stop()

    [sealed] = received.sealed
    [key] = [json.loads(text)["content_key"] for url, text in received.texts if url.endswith("/open")]
    received.texts.append(("what the seal held", unseal(b64decode(key), sealed).decode()))
    assert not [url for url, _text in received.texts if url.endswith("/paper")]
    for word in (*SECRET_WORDS, *words_of(served_home, seat.sitting, "rationale")):
        assert not received.holding(word), word
    form = json.loads(received.texts[-1][1])
    assert all(received.holding(stem) for stem in stems)
    for item in form["items"]:
        assert set(item) == READ_OF_AN_ITEM
        assert all(set(option) == {"id", "content", "place", "at_most"} for option in item["options"])


def test_the_keyboard_alone_leads_from_the_login_to_the_receipt(open_page: OpenPage, seat: Seat):
    page = open_page()
    page.goto("/login")
    tab_to(page, "#username")
    page.keyboard.type(seat.username)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto(seat.page)
    player = Player(page)
    player.expect_view("player")
    page.keyboard.press("2")
    expect(player.options.nth(1).locator("input")).to_be_checked()
    expect(player.options.nth(1).locator("input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(player.options.nth(2).locator("input")).to_be_checked()
    page.keyboard.press("f")
    player.expect_flagged(1)
    page.keyboard.press("n")
    player.expect_item(2)
    expect(player.item.locator("h1")).to_be_focused()
    page.keyboard.press("d")
    expect(player.options.nth(3).locator("input")).to_be_checked()
    page.keyboard.press("p")
    player.expect_item(1)
    page.keyboard.press("n")
    tab_to(page, '[data-act="clear"]')
    page.keyboard.press("Enter")
    player.expect_responded(1)
    tab_to(page, '#navigator-list [data-jump="29"]')
    page.keyboard.press("Enter")
    player.expect_item(30)
    page.keyboard.press("n")
    player.expect_view("review")
    tab_to(page, '[data-act="submit"]')
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    page.keyboard.press("Enter")
    tab_to(page, '[data-act="confirm-submit"]')
    page.keyboard.press("Enter")
    expect(page.locator(".receipt-code")).to_be_visible()


def test_single_keys_do_nothing_when_the_candidate_turned_them_off(player: Player):
    player.page.locator(".player .keys summary").click()
    player.page.locator("#shortcuts").uncheck()
    player.page.locator(".player .keys summary").focus()
    player.page.keyboard.press("1")
    player.page.keyboard.press("n")
    player.expect_item(1)
    player.expect_responded()


def test_a_response_says_where_it_is_kept_and_never_more(player: Player):
    player.choose(0)
    player.expect_saved("server")
    player.cut_events()
    player.choose(1)
    player.expect_saved("machine")
    expect(player.item.locator(".item-save")).to_have_attribute("data-state", "machine")
    expect(player.notice).to_be_visible()
    player.mend_events()
    player.expect_saved("server")
    expect(player.item.locator(".item-save")).to_have_attribute("data-state", "server")
    expect(player.notice).to_be_hidden()


def test_work_goes_on_without_a_network_and_arrives_when_it_is_back(
    player: Player, seat: Seat, served_home: Path
):
    player.mark()
    player.page.context.set_offline(True)
    for number in (1, 2, 3):
        player.jump(number)
        player.choose(number - 1)
    player.act("flag")
    expect(player.notice).to_be_visible()
    player.expect_saved("machine")
    assert not query(served_home, "SELECT 1 FROM response_event WHERE sitting_id = ?", seat.sitting)
    player.page.context.set_offline(False)
    player.expect_saved("server")
    expect(player.notice).to_be_hidden()
    stored = query(
        served_home,
        "SELECT count(response), sum(flagged) FROM current_response WHERE sitting_id = ?",
        seat.sitting,
    )
    assert stored == [(3, 1)]
    player.expect_not_reloaded()


def test_where_the_browser_keeps_nothing_the_player_says_unsaved(open_page: OpenPage, seat: Seat):
    page = open_page(seat.username)
    page.add_init_script("delete globalThis.indexedDB; delete Window.prototype.indexedDB;")
    player = Player(page).enter(seat.page)
    expect(player.notice).to_be_visible()
    player.cut_events()
    player.choose(0)
    player.expect_saved("unsaved")
    player.mend_events()
    player.expect_saved("server")


def test_a_reload_keeps_responses_flags_and_what_the_server_had_not_yet(player: Player, seat: Seat):
    first = player.choose(2)
    player.act("flag")
    player.jump(4)
    second = player.choose(1)
    player.expect_saved("server")
    player.cut_events()
    player.jump(5)
    third = player.choose(3)
    player.expect_saved("machine")
    player.page.reload()
    player.mend_events()
    player.expect_view("player")
    player.expect_responded(1, 4, 5)
    player.expect_flagged(1)
    for number, option in ((1, first), (4, second), (5, third)):
        player.jump(number)
        player.expect_chosen(option)
    player.expect_saved("server")


def test_an_extension_is_seen_without_a_reload(player: Player, open_page: OpenPage, seat: Seat):
    player.mark()
    expect(player.page.locator("#time")).to_have_text(re.compile(r"^4[0-4]:\d\d$"))
    exam_hall.extend(open_page("giam_thi"), seat, 7, "Máy trạm khởi động lại")
    expect(player.page.locator("#time")).to_have_text(re.compile(r"^(4[7-9]|5[01]):\d\d$"))
    expect(player.notice).to_have_attribute("data-tone", "info")
    expect(player.notice).to_be_visible()
    player.choose(0)
    player.expect_saved("server")
    player.expect_not_reloaded()


def test_a_second_window_writes_only_after_it_has_taken_over(player: Player, seat: Seat):
    chosen = player.choose(1)
    other = Player(player.page.context.new_page())
    other.page.goto(seat.page)
    other.expect_view("elsewhere")
    player.act("next")
    player.expect_item(2)
    other.act("continue-here")
    other.expect_view("player")
    player.expect_view("superseded")
    other.expect_responded(1)
    other.jump(1)
    other.expect_chosen(chosen)
    other.jump(3)
    other.choose(0)
    other.expect_saved("server")
    player.act("continue-here")
    player.expect_view("player")
    player.expect_responded(1, 3)
    other.expect_view("superseded")


def test_another_machine_goes_on_only_with_the_proctors_permit(
    player: Player, open_page: OpenPage, seat: Seat
):
    chosen = player.choose(2)
    player.act("next")
    player.choose(0)
    player.expect_saved("server")
    spare = Player(open_page(seat.username))
    spare.page.goto(seat.page)
    spare.expect_view("asking")
    spare.mark()
    expect(spare.page.locator("#items > article")).to_have_count(0)
    player.jump(3)
    player.choose(1)
    player.expect_saved("server")

    exam_hall.allow_takeover(open_page("giam_thi"), seat, "Màn hình hỏng, chuyển máy dự phòng")
    spare.expect_view("player")
    spare.expect_not_reloaded()
    spare.expect_responded(1, 2, 3)
    spare.jump(1)
    spare.expect_chosen(chosen)
    player.expect_view("superseded")
    expect(player.item).to_be_hidden()
    spare.jump(4)
    spare.choose(3)
    spare.expect_saved("server")
    player.act("continue-here")
    player.expect_view("asking")  # the permit was for once


def test_what_the_old_machine_still_sends_is_kept_apart_and_does_not_win(
    player: Player, open_page: OpenPage, seat: Seat, served_home: Path
):
    player.choose(0)
    player.expect_saved("server")
    player.page.context.set_offline(True)
    player.choose(3)
    player.expect_saved("machine")
    exam_hall.allow_takeover(open_page("giam_thi"), seat, "Đứt cáp mạng")
    spare = Player(open_page(seat.username)).enter(seat.page)
    spare.jump(1)
    kept = spare.choose(1)
    spare.expect_saved("server")
    player.page.context.set_offline(False)
    player.expect_view("superseded")
    current = query(served_home, "SELECT response FROM current_response WHERE sitting_id = ?", seat.sitting)
    assert current == [(kept,)]
    assert not query(
        served_home,
        "SELECT 1 FROM response_event"
        " WHERE sitting_id = ? AND epoch = 1 AND seq > 1 AND standing = 'counted'",
        seat.sitting,
    )


def test_handing_in_names_what_is_open_and_the_receipt_shows_the_number_correct(
    player: Player, seat: Seat, served_home: Path
):
    page, keys = player.page, keys_of(served_home, seat.sitting)
    for number in range(1, 4):
        player.jump(number)
        name = player.item.locator("input").first.get_attribute("name") or ""
        right = keys[name.removeprefix("item-")]
        options = [option.locator("input").input_value() for option in player.options.all()]
        player.choose(options.index(right) if number < 3 else (options.index(right) + 1) % 4)
    player.act("flag")
    player.act("review")
    player.expect_view("review")
    expect(page.locator("#review-counts")).to_contain_text("27")
    expect(page.locator('#review-list [data-state="responded"]')).to_have_count(3)
    player.act("submit")
    expect(page.locator("#confirm-open")).to_contain_text("27")
    player.act("cancel-submit")
    page.locator('#review-list [data-jump="9"]').click()
    player.expect_item(10)
    player.hand_in()

    expect(page.locator(".receipt-score .score")).to_have_text(re.compile(r"^\s*2\s*/\s*30\s*$"))
    expect(page.locator('[aria-labelledby="receipt-title"]')).to_contain_text("3 / 30")
    [(state, receipt)] = query(served_home, "SELECT state, receipt FROM sitting WHERE id = ?", seat.sitting)
    assert state == "submitted"
    expect(page.locator(".hash")).to_have_text(receipt)
    page.goto(seat.page)
    expect(page.locator(".hash")).to_have_text(receipt)
    page.goto("/sittings")
    expect(page.locator(f'a[href="{seat.page}"]')).to_be_visible()


def test_a_lost_answer_to_the_handing_in_brings_the_same_receipt(player: Player, seat: Seat):
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.json()["code"])
            route.abort("connectionreset")

    player.choose(0)
    player.page.route(re.compile(r"/submit$"), lose_once)
    player.hand_in()
    expect(player.page.locator(".receipt-code")).to_have_text(lost[0])


def test_the_player_speaks_vietnamese_and_english(open_page: OpenPage, prepared: Hall):
    said: dict[str, list[str]] = {}
    for locale, saved in (("vi", "đã lưu trên máy chủ"), ("en", "saved on the server")):
        seat = prepared.take_seat()
        player = Player(open_page(seat.username, locale=locale)).enter(seat.page)
        expect(player.page.locator("html")).to_have_attribute("lang", locale)
        player.choose(0)
        expect(player.page.locator("#save-text")).to_have_text(re.compile(saved, re.IGNORECASE))
        places = ("#progress", "legend >> nth=0", '[data-act="next"]', '[data-act="flag"]', "h1:visible")
        said[locale] = [player.page.locator(place).first.inner_text() for place in places]
    assert not set(said["vi"]) & set(said["en"])


def test_events_travel_to_the_events_address_only(player: Player):
    """Guards the cut of the tests above: they block nothing when the address changes."""
    with player.page.expect_request(EVENTS) as sent:
        player.choose(0)
    assert sent.value.method == "POST"
