"""What a cut network, a reload while offline and a browser that dies must not cost."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from examsvc.delivery.sealing import emergency_key, unseal
from tests.browser import FLAGS, find_browser
from tests.e2e import exam_hall
from tests.e2e.conftest import TIMEOUT_MS, OpenPage, Server, log_in
from tests.e2e.exam_hall import Hall, Seat, query
from tests.e2e.player_page import Player

pytestmark = pytest.mark.e2e
CLOCK = re.compile(r"/api/v1/sittings/\d+/clock$")
SHOWN_TIME = re.compile(r"^\d+:\d\d")
SERVER_WORDS = re.compile(r"/api/v1/")
AWAY_S = float(os.environ.get("TEST_AWAY_S", "5"))  # 600: the ten minutes of the promise, lived through

LEFT = """async sitting => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("examsvc-player");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const left = {caches: (await caches.keys()).filter(name => name.endsWith(`-${sitting}`)).length};
  for (const name of database.objectStoreNames) {
    left[name] = await new Promise((resolve, reject) => {
      const request = database.transaction(name).objectStore(name).getAll();
      request.onsuccess = () => resolve(request.result.filter(row => row.sitting === sitting).length);
      request.onerror = () => reject(request.error);
    });
  }
  return left;
}"""


EVERYTHING_LEFT = """async () => {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("examsvc-player");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const left = {caches: (await caches.keys()).filter(name => name.startsWith("examsvc-sitting-")).length};
  for (const name of database.objectStoreNames) {
    left[name] = await new Promise((resolve, reject) => {
      const request = database.transaction(name).objectStore(name).count();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
  database.close();
  return left;
}"""


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Hall:
    exam_hall.lay_passwords_and_canaries(served_home)
    return exam_hall.lay_running_exam(served_home, "E2E-OFFLINE")


@pytest.fixture
def seat(prepared: Hall) -> Seat:
    return prepared.take_seat()


def enter_kept(page: Page, seat: Seat) -> Player:
    """Open the sitting and wait until the page is kept for a reload."""
    player = Player(page).enter(seat.page)
    expect(page.locator("html")).to_have_attribute("data-kept", "true")
    return player


def work(player: Player, first: int, last: int) -> list[str]:
    """Choose in each of these items, some twice; what was chosen, in order."""
    chosen = []
    for number in range(first, last + 1):
        player.jump(number)
        player.expect_item(number)
        chosen.append(player.choose(number % 4))
        if number % 3 == 0:
            chosen.append(player.choose((number + 1) % 4))
    return chosen


def log_of(home: Path, seat: Seat) -> list[tuple[int, int, str, str]]:
    """The log as it stands on the server: epoch, seq, standing, response."""
    rows = query(
        home,
        "SELECT epoch, seq, standing, payload FROM response_event WHERE sitting_id = ? ORDER BY epoch, seq",
        seat.sitting,
    )
    return [(epoch, seq, standing, json.loads(payload)["response"]) for epoch, seq, standing, payload in rows]


def expect_log(home: Path, seat: Seat, chosen: list[str], epoch: int = 1) -> None:
    """Exactly these responses, in this order, without a gap, all of one epoch and all counted."""
    log = log_of(home, seat)
    assert [response for _epoch, _seq, _standing, response in log] == chosen
    assert [entry[:3] for entry in log] == [(epoch, seq, "counted") for seq in range(1, len(chosen) + 1)]


def digest_was_equal(home: Path, seat: Seat) -> bool:
    """Whether the server found its log to be the one that the player handed in."""
    acts = query(home, "SELECT record FROM audit_entry WHERE record LIKE '%sittings.submit%' ORDER BY seq")
    [act] = [act for (act,) in acts if f'"sitting:{seat.sitting}"' in act]
    return '"digest_equal":true' in act


def test_a_reload_while_offline_goes_on_and_every_response_is_replayed_in_order(
    open_page: OpenPage, server: Server, served_home: Path, seat: Seat
):
    page = open_page(seat.username)
    player = enter_kept(page, seat)
    chosen = work(player, 1, 3)
    player.expect_saved("server")
    server.kill()
    chosen += work(player, 4, 9)
    player.act("flag")
    chosen.append(chosen[-1])  # the flag's event says the whole state
    player.expect_saved("machine")
    for _reload in range(2):
        page.reload()
        player.expect_view("player")
        player.expect_responded(*range(1, 10))
        player.expect_flagged(9)
    player.expect_saved("machine")
    chosen += work(player, 10, 12)
    player.jump(2)
    chosen.append(player.choose(3))
    player.expect_saved("machine")
    left = page.evaluate(LEFT, seat.sitting)
    assert left["events"] >= 14
    player.mark()
    server.start()
    player.expect_saved("server", timeout_ms=60_000)

    expect_log(served_home, seat, chosen)
    player.expect_not_reloaded()
    player.hand_in()
    assert digest_was_equal(served_home, seat)
    assert set(page.evaluate(LEFT, seat.sitting).values()) == {0}


def test_a_network_that_stays_away_costs_neither_a_response_nor_the_time(
    open_page: OpenPage, served_home: Path, seat: Seat
):
    page = open_page(seat.username)
    player = enter_kept(page, seat)
    player.mark()
    chosen = work(player, 1, 2)
    player.expect_saved("server")
    page.context.set_offline(True)
    back_at = time.monotonic() + AWAY_S
    for number in range(3, 13):
        chosen += work(player, number, number)
        page.wait_for_timeout(AWAY_S * 100)
    player.expect_saved("machine")
    assert time.monotonic() >= back_at
    page.context.set_offline(False)
    player.expect_saved("server", timeout_ms=60_000)
    expect_log(served_home, seat, chosen)
    player.expect_not_reloaded()
    told = page.request.get(f"/api/v1{seat.page}/clock").json()["remaining_ms"] / 1000
    assert seconds(page.locator("#time").inner_text()) == pytest.approx(told, abs=3)
    player.hand_in()
    assert digest_was_equal(served_home, seat)


def _left_behind(page: Page) -> dict[str, int]:
    expect(page.locator("html")).to_have_attribute("data-forgotten", "true")
    left: dict[str, int] = page.evaluate(EVERYTHING_LEFT)
    return left


def test_who_has_logged_out_leaves_no_exam_that_the_next_one_could_open_offline(
    open_page: OpenPage, server: Server, seat: Seat
):
    page = open_page(seat.username)
    player = enter_kept(page, seat)
    work(player, 1, 2)
    player.expect_saved("server")
    page.goto("/sittings")
    assert _left_behind(page)["opened"] == 1  # his own stays while he is logged in
    page.get_by_role("button", name="Đăng xuất").click()
    assert set(_left_behind(page).values()) == {0}
    server.kill()
    with pytest.raises(PlaywrightError):
        page.goto(seat.page)
    server.start()


def test_another_candidate_at_the_same_browser_finds_no_exam_of_the_one_before(
    open_page: OpenPage, prepared: Hall, seat: Seat
):
    page = open_page(seat.username)
    enter_kept(page, seat)
    page.context.clear_cookies(name="session")  # his login is over, and he did not log out
    log_in(page, prepared.take_seat().username)
    assert set(_left_behind(page).values()) == {0}


def test_the_old_machine_back_on_the_network_hands_over_what_it_holds(
    open_page: OpenPage, served_home: Path, seat: Seat
):
    page = open_page(seat.username)
    player = enter_kept(page, seat)
    counted = work(player, 1, 2)
    player.expect_saved("server")
    page.context.set_offline(True)
    aside = work(player, 3, 5)
    exam_hall.allow_takeover(open_page("giam_thi"), seat, "Máy mất mạng, đã lập biên bản")
    Player(open_page(seat.username)).enter(seat.page)
    page.context.set_offline(False)
    player.expect_view("superseded")
    expect(player.notice).to_contain_text("giữ riêng", timeout=30_000)
    expect(page.locator('[data-act="emergency"]:visible')).to_have_count(0)
    log = [(standing, response) for _epoch, _seq, standing, response in log_of(served_home, seat)]
    assert log == [("counted", one) for one in counted] + [("quarantined", one) for one in aside]


def test_time_that_runs_out_without_a_network_covers_the_items(open_page: OpenPage, seat: Seat):
    page = open_page(seat.username)
    page.clock.install()
    player = Player(page).enter(seat.page)
    player.choose(1)
    player.expect_saved("server")
    expect(page.locator("#time")).to_have_text(SHOWN_TIME)
    page.route(SERVER_WORDS, _abort)
    left_s = seconds(page.locator("#time").inner_text())
    page.clock.fast_forward((left_s - 30) * 1000)
    page.clock.run_for(2_000)
    player.expect_view("player")
    page.clock.run_for(30_000)
    player.expect_view("ending")
    expect(player.notice).to_contain_text("đã hết giờ")
    page.unroute(SERVER_WORDS, _abort)  # in truth there is time left: the server's word replaces the count
    page.clock.run_for(15_000)
    player.expect_view("player")


@dataclass
class Machine:
    """A browser with a profile of its own, that can be killed and started again."""

    browser: BrowserType
    profile: Path
    server: Server
    context: BrowserContext | None = None

    def start(self) -> Page:
        self.context = self.browser.launch_persistent_context(
            self.profile,
            executable_path=find_browser(),
            args=FLAGS,
            base_url=self.server.url,
            locale="vi",
            viewport={"width": 1280, "height": 900},
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        return self.context.new_page()

    def stop(self) -> None:
        assert self.context is not None
        self.context.close()

    def kill(self) -> None:
        """As the power would: every process of this browser, at once."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.profile).encode() in process.joinpath("cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:  # gone in the meantime, or not ours to look at
                continue
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()


@pytest.fixture
def machine(server: Server, browser: Browser, tmp_path: Path) -> Iterator[Machine]:
    started = Machine(browser.browser_type, tmp_path / "profile", server)
    yield started
    started.kill()


def test_a_browser_killed_while_offline_comes_back_offline_with_every_response(
    machine: Machine, open_page: OpenPage, server: Server, served_home: Path, seat: Seat
):
    page = machine.start()
    log_in(page, seat.username)
    page.goto(seat.page)
    machine.stop()  # browsers put cookies on the disk by and by: the one that names this machine is there now
    page = machine.start()
    log_in(page, seat.username)
    player = enter_kept(page, seat)
    chosen = work(player, 1, 3)
    player.expect_saved("server")
    server.kill()
    chosen += work(player, 4, 8)
    player.expect_saved("machine")
    machine.kill()

    page = machine.start()
    page.goto(seat.page)
    player = Player(page)
    player.expect_view("player")
    player.expect_responded(*range(1, 9))
    chosen += work(player, 9, 10)
    player.expect_saved("machine")
    server.start()
    again = page.context.new_page()
    log_in(again, seat.username)
    again.close()
    player.expect_saved("server", timeout_ms=60_000)
    expect_log(served_home, seat, chosen)
    player.hand_in()


def test_a_machine_that_the_server_no_longer_knows_asks_the_proctor_and_offers_the_file(
    open_page: OpenPage, seat: Seat
):
    page = open_page(seat.username)
    player = enter_kept(page, seat)
    player.choose(0)
    player.expect_saved("server")
    page.context.clear_cookies(name="machine")
    player.act("next")
    player.choose(1)
    player.expect_view("asking")
    expect(page.locator('[data-act="emergency"]:visible')).to_have_count(1)
    exam_hall.allow_takeover(open_page("giam_thi"), seat, "Trình duyệt mất dấu của máy, đã lập biên bản")
    player.expect_view("player")
    player.expect_responded(1)


def test_a_long_cut_offers_a_file_that_only_the_server_can_read(
    open_page: OpenPage, served_home: Path, seat: Seat, tmp_path: Path
):
    page = open_page(seat.username)
    page.clock.install()
    player = Player(page).enter(seat.page)
    button = page.locator('[data-act="emergency"]:visible')
    page.route(SERVER_WORDS, _abort)
    chosen = work(player, 1, 4)
    player.expect_saved("machine")
    expect(button).to_have_count(0)
    page.clock.run_for(62_000)
    expect(button).to_have_count(1)
    with page.expect_download() as download:
        button.click()
    saved = tmp_path / "emergency.json"
    download.value.save_as(saved)

    file = json.loads(saved.read_text("utf-8"))
    assert (file["v"], file["sitting"]) == (1, seat.sitting)
    assert set(file) == {"v", "sitting", "iv", "data"}
    [(secret,)] = query(
        served_home, "SELECT form_secret FROM administration WHERE id = ?", seat.administration
    )
    sealed = b64decode(file["iv"]) + b64decode(file["data"])
    bound = f"examsvc-emergency:{seat.sitting}".encode()
    held = json.loads(unseal(emergency_key(bytes.fromhex(secret), seat.sitting), sealed, bound))
    assert held["sitting"] == seat.sitting
    assert [event["payload"]["response"] for event in held["events"]] == chosen
    assert [event["seq"] for event in held["events"]] == list(range(1, len(chosen) + 1))


def test_an_extension_is_seen_within_three_seconds_though_the_live_channel_is_down(
    open_page: OpenPage, seat: Seat
):
    page = open_page(seat.username)
    page.route(re.compile(rf"/sittings/{seat.sitting}$"), _with_a_dead_channel)
    tried = []
    page.on("request", lambda request: tried.append(request.url) if "/live/" in request.url else None)
    page.clock.install()
    player = Player(page).enter(seat.page)
    player.mark()
    expect(page.locator("#time")).to_have_text(SHOWN_TIME)
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 1)  # from here on the page's time is only told
    before = page.locator("#time").inner_text()
    exam_hall.extend(open_page("giam_thi"), seat, 7, "Máy mất điện, đã lập biên bản")
    expect(player.notice).to_be_hidden()
    with page.expect_response(CLOCK):
        page.clock.run_for(3_000)
    expect(player.notice).to_be_visible()
    expect(player.notice).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.clock.run_for(300)  # the shown time is brought up four times a second
    assert minutes(page.locator("#time").inner_text()) - minutes(before) in (6, 7)
    assert tried, "no live channel was tried"
    player.expect_not_reloaded()


def minutes(shown: str) -> int:
    return seconds(shown) // 60


def seconds(shown: str) -> int:
    total = 0
    for part in shown.split(":"):
        total = 60 * total + int(part)
    return total


def test_a_failed_poll_never_reloads_the_page_and_no_reply_of_the_server_is_kept(
    open_page: OpenPage, seat: Seat
):
    page = open_page(seat.username)
    page.clock.install()
    player = enter_kept(page, seat)
    player.mark()
    page.route(CLOCK, _abort)
    page.clock.run_for(30_000)
    expect(player.notice).to_be_visible()
    page.unroute(CLOCK, _abort)
    page.clock.run_for(10_000)
    expect(player.notice).to_be_hidden()
    player.expect_not_reloaded()
    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name =>"
        " (await (await caches.open(name)).keys()).map(request => new URL(request.url).pathname)))).flat()"
    )
    assert seat.page in kept
    assert not [path for path in kept if path.startswith(("/api/", "/live/"))]
    assert {path for path in kept if path.startswith("/sittings")} == {seat.page}


def test_where_the_rules_keep_nothing_nothing_is_kept(open_page: OpenPage, seat: Seat):
    page = open_page(seat.username)
    page.route(re.compile(rf"/sittings/{seat.sitting}$"), _with_a_rule_against_storage)
    player = Player(page).enter(seat.page)
    page.route(SERVER_WORDS, _abort)
    player.choose(1)
    player.expect_saved("unsaved")
    expect(player.notice).to_be_visible()
    expect(page.locator('[data-act="emergency"]:visible')).to_have_count(0)
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert page.evaluate("async () => (await caches.keys()).length") == 0
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    page.unroute(SERVER_WORDS, _abort)
    player.expect_saved("server")


def _with_a_rule_against_storage(route: Route) -> None:
    page = route.fetch()
    text, changed = re.subn(r'"storage": true', '"storage": false', page.text())
    assert changed == 1
    route.fulfill(response=page, body=text)


def _with_a_dead_channel(route: Route) -> None:
    """The page as it is, but told of a live channel where nobody listens."""
    page = route.fetch()
    text = re.sub(r'"live": (null|"[^"]*")', '"live": "/live/nobody"', page.text())
    if '"live"' not in text:
        text = text.replace('"nItems"', '"live": "/live/nobody", "nItems"')
    route.fulfill(response=page, body=text)


def _abort(route: Route) -> None:
    route.abort("connectionrefused")
