"""What a server that dies in the middle of a sitting, and an end that nobody is there for, must not cost."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Response, expect

from tests.e2e import exam_hall
from tests.e2e.conftest import OpenPage, Server
from tests.e2e.exam_hall import Hall, open_services, query
from tests.e2e.player_page import EVENTS, Player
from tests.integration.laid_campaign import move_start

pytestmark = pytest.mark.e2e
LIMIT_S, GRACE_S = 2700, 30


@dataclass(frozen=True, slots=True)
class Halls:
    """One exam for each test: both end at different times."""

    killed: Hall
    ended: Hall


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Halls:
    exam_hall.lay_passwords_and_canaries(served_home)
    return Halls(
        exam_hall.lay_running_exam(served_home, "E2E-KILL"),
        exam_hall.lay_running_exam(served_home, "E2E-END"),
    )


class Acknowledged:
    """What the server told this page to be durable; the killer waits for a number of such answers."""

    def __init__(self, page: Page) -> None:
        self.event_ids: set[str] = set()
        self.through: dict[int, int] = {}
        self.due = threading.Event()
        self._due_at = 0
        page.on("response", self._hear)

    def await_more(self, answers: int) -> None:
        """Set `due` after so many further events."""
        self._due_at = len(self.event_ids) + answers
        self.due.clear()

    def _hear(self, response: Response) -> None:
        if not EVENTS.search(response.url) or response.status != 200:
            return
        try:
            said = response.json()
        except (Error, json.JSONDecodeError):  # the server died in the middle of it
            return
        epoch = said["clock"]["epoch"]
        self.through[epoch] = max(self.through.get(epoch, 0), said["durable_through"])
        self.event_ids |= {one for one, fate in said["outcomes"].items() if fate in ("accepted", "duplicate")}
        if len(self.event_ids) >= self._due_at:
            self.due.set()


def on_disk(home: Path, into: Path) -> Path:
    """The database's files as the dead server left them, copied so that looking changes nothing."""
    into.mkdir()
    for name in ("examsvc.db", "examsvc.db-wal"):
        if home.joinpath(name).exists():
            shutil.copy(home / name, into / name)
    return into


def missing_on(home: Path, sitting: int, acknowledged: Acknowledged) -> list[str]:
    """Acknowledged events that this copy of the database does not hold."""
    rows = query(home, "SELECT event_id, epoch, seq FROM response_event WHERE sitting_id = ?", sitting)
    held = {event_id for event_id, _epoch, _seq in rows}
    places = {(epoch, seq) for _event_id, epoch, seq in rows}
    gaps = [
        f"epoch {epoch}, seq {seq}"
        for epoch, through in acknowledged.through.items()
        for seq in range(1, through + 1)
        if (epoch, seq) not in places
    ]
    return [*sorted(acknowledged.event_ids - held), *gaps]


def replayed(home: Path, sitting: int) -> dict[int, str | None]:
    """The responses that the counted log amounts to."""
    rows = query(
        home,
        "SELECT item_version_id, payload FROM response_event"
        " WHERE sitting_id = ? AND standing = 'counted' ORDER BY epoch, seq",
        sitting,
    )
    return {item_id: json.loads(payload)["response"] for item_id, payload in rows}


def projected(home: Path, sitting: int) -> dict[int, str | None]:
    """The responses that marking will read."""
    rows = query(home, "SELECT item_version_id, response FROM current_response WHERE sitting_id = ?", sitting)
    return dict(rows)


def test_a_server_killed_while_the_player_saves_loses_nothing_it_acknowledged(
    open_page: OpenPage, server: Server, served_home: Path, prepared: Halls, tmp_path: Path
):
    seat = prepared.killed.take_seat()
    page = open_page(seat.username)
    acknowledged = Acknowledged(page)
    player = Player(page).enter(seat.page)
    player.mark()
    number = 1
    for blow in (1, 2):
        acknowledged.await_more(4)
        killer = threading.Thread(target=lambda: acknowledged.due.wait(60) and server.kill())
        killer.start()
        pressed = 0
        while killer.is_alive():
            page.keyboard.press("abcd"[pressed % 4])
            pressed += 1
            if pressed % 5 == 0 and number < 14 * blow:
                page.keyboard.press("n")
                number += 1
        assert acknowledged.due.is_set(), "the server acknowledged nothing"
        page.keyboard.press("b")
        player.expect_saved("machine")
        dead = on_disk(served_home, tmp_path / f"blow-{blow}")
        assert not missing_on(dead, seat.sitting, acknowledged)
        server.start()
        player.expect_saved("server", timeout_ms=60_000)
        expect(player.notice).to_be_hidden()
    player.expect_not_reloaded()

    assert not missing_on(served_home, seat.sitting, acknowledged)
    epochs = query(
        served_home,
        "SELECT epoch, count(*), max(seq) FROM response_event WHERE sitting_id = ? GROUP BY epoch",
        seat.sitting,
    )
    assert [(epoch, n == top) for epoch, n, top in epochs] == [(1, True)]
    assert projected(served_home, seat.sitting) == replayed(served_home, seat.sitting)
    assert len(acknowledged.event_ids) >= 8
    page.reload()
    player.expect_view("player")
    player.expect_responded(*range(1, number + 1))
    player.hand_in()


def test_the_end_comes_without_the_client_and_what_arrives_in_the_grace_still_counts(
    open_page: OpenPage, server: Server, served_home: Path, prepared: Halls
):
    gone, there = prepared.ended.take_seat(), prepared.ended.take_seat()
    leaver = Player(open_page(gone.username)).enter(gone.page)
    leaver.choose(1)
    leaver.act("next")
    leaver.choose(2)
    leaver.expect_saved("server")
    leaver.page.close()
    stayer = Player(open_page(there.username)).enter(there.page)
    stayer.choose(0)
    stayer.expect_saved("server")
    server.kill()
    stayer.act("next")
    stayer.choose(3)
    stayer.expect_saved("machine")
    with open_services(served_home) as deps:
        move_start(deps, prepared.ended.administration, LIMIT_S + GRACE_S / 2)
    server.start()

    stayer.expect_view("ending", timeout_ms=60_000)
    expect(stayer.page.locator(".receipt-code")).to_be_visible(timeout=60_000)
    expect(stayer.page.locator('[aria-labelledby="receipt-title"]')).to_contain_text("2 / 30")
    sittings = query(
        served_home,
        "SELECT state, receipt IS NOT NULL, finalised_at IS NOT NULL FROM sitting WHERE id IN (?, ?)",
        gone.sitting,
        there.sitting,
    )
    assert sittings == [("expired", 1, 1)] * 2
    assert len(projected(served_home, there.sitting)) == 2
    assert len(projected(served_home, gone.sitting)) == 2

    back = open_page(gone.username)
    back.goto(gone.page)
    expect(back.locator(".receipt-code")).to_be_visible()
    expect(back.locator(".receipt-score .score")).to_be_visible()
