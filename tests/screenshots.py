"""Takes the README's pictures from a running server over the sample: `python -m tests.screenshots`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from examsvc.sample.exams import CAMPAIGN
from examsvc.sample.player import HttpPlayer
from examsvc.sample.sittings import issue_passwords, list_candidates
from examsvc.sample.staff import PASSWORD, actor
from examsvc.services import Services, rooms
from examsvc.services.sittings import open_sitting
from proctoring.incidents import Incident, IncidentKind
from tests.browser import FLAGS, find_browser
from tests.e2e.conftest import Server, free_port, log_in
from tests.e2e.exam_hall import Seat, find_hall, open_services, plan_exam, query
from tests.e2e.player_page import Player
from tests.integration.laid_campaign import move_start, now_of

PICTURES = Path(__file__).resolve().parents[1] / "examsvc" / "docs" / "pictures"
LIMIT_BYTES = 250_000
CODE = "DGNL-2026-2"
RUNNING_S = 14 * 60
ABSENT, WAITING, LOST, DONE = (6, 19), (11,), 8, (2, 14, 21)  # seats of the first room, by their place
ON_DESK, ON_PHONE = 0, 3
WIDE, TALL, PHONE = (1280, 860), (1280, 1000), (390, 844)


@dataclass(frozen=True, slots=True)
class Camera:
    """A browser that photographs pages of one server, in Vietnamese."""

    server: Server
    browser: Browser

    @contextmanager
    def page(self, username: str, size: tuple[int, int] = WIDE, scale: int = 1) -> Iterator[Page]:
        """A page of a user who has logged in."""
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            locale="vi",
            reduced_motion="reduce",
        )
        page = context.new_page()
        log_in(page, username)
        yield page
        context.close()

    def take(self, page: Page, name: str) -> None:
        """Keep what the viewport shows."""
        path = PICTURES / name
        page.screenshot(path=path, animations="disabled", caret="hide")
        n_bytes = path.stat().st_size
        if n_bytes > LIMIT_BYTES:
            raise ValueError(f"{name} has {n_bytes} bytes, more than {LIMIT_BYTES}")
        print(f"{path.name}: {n_bytes // 1000} kB", flush=True)


def lay_exam(home: Path) -> list[Seat]:
    """An exam of the first region that began a quarter of an hour ago; returns the first room's seats."""
    names = (CODE, "Kỳ đánh giá năng lực 2026, đợt 2", "Competency assessment 2026, round 2")
    with open_services(home) as deps:
        halls = (("Phòng 201", 25), ("Phòng 202", 25))
        campaign_id, administration_id = plan_exam(home, deps, names, halls)
        seats = find_hall(home, f"{CODE}-GSQL").seats
        seats = [seat for seat in seats if seat.room == seats[0].room]
        _let_it_happen(deps, administration_id, seats)
        issue_passwords(deps, list_candidates(deps, campaign_id)[: len(seats)])
    return seats


def _let_it_happen(deps: Services, administration_id: int, seats: list[Seat]) -> None:
    """Check-in, start, one machine that breaks down, more time for it, and a late candidate."""
    proctor = actor(deps, "giam_thi")
    for place, seat in enumerate(seats):
        if place not in ABSENT:
            rooms.check_in(deps, proctor, seat.sitting)
    move_start(deps, administration_id, RUNNING_S)
    lost = seats[LOST]
    open_sitting(deps, actor(deps, lost.username), lost.sitting, "broken")
    rooms.allow_takeover(deps, proctor, lost.sitting, "Máy treo, chuyển sang máy dự phòng số 26")
    rooms.extend(deps, proctor, [lost.sitting], 300, "Bù thời gian chuyển máy")
    late = Incident(
        IncidentKind.LATE_ARRIVAL,
        "Đến muộn 6 phút, có giấy xác nhận của đơn vị; chờ Chủ tịch quyết định",
        proctor.username,
        now_of(deps),
        sitting_id=str(seats[ABSENT[0]].sitting),
    )
    rooms.log_incident(deps, proctor, lost.room, late)


def fill_room(server: Server, seats: list[Seat]) -> None:
    """Everybody but those in front of a camera sits at a machine of his own, each as far as he is."""
    elsewhere = {*ABSENT, *WAITING, LOST, ON_DESK, ON_PHONE}
    for place, seat in enumerate(seats):
        if place in elsewhere:
            continue
        items = query(
            server.home,
            "SELECT fi.item_version_id FROM form_item fi JOIN sitting s ON s.form_id = fi.form_id"
            " WHERE s.id = ? ORDER BY fi.ordinal",
            seat.sitting,
        )
        n_done = len(items) if place in DONE else 7 + 5 * place % 13
        responses = [(item_id, "ABCD"[(item_id + place) % 4]) for (item_id,) in items[:n_done]]
        machine = HttpPlayer("127.0.0.1", server.port)
        machine.log_in(seat.username, PASSWORD)
        (machine.sit if place in DONE else machine.begin)(seat.sitting, responses)
        machine.close()


def photograph_player(camera: Camera, seat: Seat, name: str, *, phone: bool = False) -> None:
    """In the middle of an exam: some items done, two flagged, one open."""
    with camera.page(seat.username, PHONE if phone else WIDE, 2 if phone else 1) as page:
        player = Player(page).enter(seat.page)
        done = [1, 2, 3, 4, 5, 6, 8, 9, 10]
        for number in done:
            page.keyboard.press("abcd"[number % 4])
            if number in (3, 9):
                page.keyboard.press("f")
            page.keyboard.press("n")
            if number == 6:
                page.keyboard.press("n")
        lengths = [len(text) for text in page.locator("#items > article").all_text_contents()]
        shown = (
            lengths.index(min(lengths[10:20]), 10) + 1 if phone else 11
        )  # a small screen holds a short item
        for _step in range(shown - 11):
            page.keyboard.press("n")
        player.expect_item(shown)
        page.keyboard.press("b")
        player.expect_responded(*done, shown)
        player.expect_saved("server")
        camera.take(page, name)


def photograph_proctor(camera: Camera, seats: list[Seat]) -> None:
    """The room while the exam runs: where somebody is needed stands first."""
    with camera.page("giam_thi", TALL) as page:
        page.goto(seats[0].room_page)
        expect(page.locator("#attention")).to_be_visible()
        camera.take(page, "proctor.png")


def photograph_office(camera: Camera, home: Path) -> None:
    """What staff look at before and after an exam."""
    [(run_id,)] = query(home, "SELECT min(assembly_run_id) FROM form")
    [(calibration_id,)] = query(
        home,
        "SELECT cal.id FROM calibration cal JOIN campaign c ON c.id = cal.campaign_id WHERE c.code = ?",
        CAMPAIGN,
    )
    [(officer_id,)] = query(
        home, "SELECT id FROM officer WHERE position_code = 'GSQL' ORDER BY code LIMIT 1 OFFSET 4"
    )
    shots: tuple[tuple[str, str, str, Callable[[Page], None]], ...] = (
        ("nhan_su", f"/profiles/{officer_id}", "profile.png", lambda page: None),
        ("thu_ky", f"/assembly-runs/{run_id}", "form.png", _to_curves),
        ("khao_thi", f"/calibrations/{calibration_id}", "calibration.png", lambda page: None),
    )
    for username, address, name, prepare in shots:
        with camera.page(username, TALL) as page:
            page.goto(address)
            prepare(page)
            camera.take(page, name)


def _to_curves(page: Page) -> None:
    page.locator("h2:has(+ .curve-row)").evaluate("heading => heading.scrollIntoView()")


@contextmanager
def sample_copy() -> Iterator[Path]:
    """A copy of the sample to take pictures in: the given one, or one that the demo command makes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        given = os.environ.get("EXAMSVC_SAMPLE_HOME")
        if given:
            shutil.copytree(given, home, ignore=shutil.ignore_patterns("*.sock*", "*.pid", "writer.lock"))
        else:
            environment = {**os.environ, "EXAMSVC_HOME": str(home)}
            subprocess.run([sys.executable, "-m", "examsvc", "demo"], env=environment, check=True)
        yield home


def main() -> int:
    """Take all pictures anew."""
    path = find_browser()
    if path is None:
        print("No browser found: install chromium or set EXAMSVC_BROWSER.", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sample_copy() as home, sync_playwright() as playwright:
        seats = lay_exam(home)
        server = Server(home, free_port())
        server.start()
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            camera = Camera(server, browser)
            photograph_player(camera, seats[ON_DESK], "player.png")
            photograph_player(camera, seats[ON_PHONE], "player-390.png", phone=True)
            fill_room(server, seats)
            photograph_proctor(camera, seats)
            photograph_office(camera, home)
        finally:
            browser.close()
            server.kill()  # its folder is thrown away
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
