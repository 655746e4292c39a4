"""Every page of every role, in both languages, wide and narrow: no serious barrier, nothing cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from examsvc.sample.bank import register_acts
from examsvc.sample.exams import TRIAL
from examsvc.sample.staff import STAFF, actor
from examsvc.services import Services, rooms
from examsvc.services.bank import new_version, submit_for_review
from examsvc.services.key_corrections import (
    confirm_key_correction,
    propose_key_correction,
    refuse_key_correction,
)
from examsvc.web.rooms import ROOMS
from item_bank.interactions.marking import Key
from tests.e2e import exam_hall
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import Hall, Seat, open_services, query
from tests.e2e.inspection import Inspection, in_both_languages
from tests.e2e.player_page import Player

pytestmark = pytest.mark.e2e
ITEM = "/items/<int:version_id>"
ASSIGNMENT = "/assignments/<int:assignment_id>"
ACT = "/legal-acts/<int:act_id>"
MORE_ACTS = ("/legal-acts/new", "/legal-acts/cited")
RUN, FORM = "/assembly-runs/<int:run_id>", "/forms/<int:form_id>"
BLUEPRINTS = ("/blueprints", "/blueprints/<int:blueprint_id>", RUN)
CAMPAIGNS = ("/campaigns", "/campaigns/<int:campaign_id>", "/administrations/<int:administration_id>")
ASIDE = ("/administrations/<int:administration_id>/late-events", "/rooms/<int:exam_room_id>/late-events")
EXAM_ROOMS = (
    "/rooms",
    "/rooms/<int:exam_room_id>",
    "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>",
)
CALIBRATIONS = (
    "/calibrations",
    "/calibrations/<int:calibration_id>",
    "/calibrations/<int:calibration_id>/items/<int:version_id>",
    "/calibrations/<int:calibration_id>/what-if",
    "/calibrations/<int:calibration_id>/report",
)
RESULTS = ("/results", "/results/<int:campaign_id>")
POSITIONS = ("/positions", "/positions/<code>")
UNITS = ("/units", "/units/<int:unit_id>", "/officers", "/profiles/<int:officer_id>")

# Who sees which pages, by the rules of the routes. A rule with a parameter is filled in from the first
# link of its shape on the pages before it, so a page that nothing leads to is found out here as well.
# Pages that do not exist or are not for this role are pages, too: the author's tour ends on one.
TOURS: dict[str, tuple[str, ...]] = {
    "": ("/login", "/no-such-page"),
    "ban_de_1": (
        "/",
        "/items",
        ITEM,
        f"{ITEM}/edit",
        "/items/new",
        "/items/import",
        ASSIGNMENT,
        "/bank",
        "/legal-acts",
        "/accounts",
    ),
    "tham_dinh": ("/items", f"{ITEM}/review", "/bank", "/bank/key-corrections"),
    "ngan_hang": (
        "/items",
        ITEM,
        f"{ITEM}/history",
        f"{ITEM}/key",
        "/bank",
        "/bank/key-corrections",
        "/bank/bulk",
        "/bank/rules",
        "/bank/usage",
        "/bank/usage/rules",
        "/bank/near-duplicates",
        "/bank/near-duplicates/decided",
        "/bank/view-limits",
        "/bank/views",
        "/exports",
        "/exports/new",
        "/assignments",
        ASSIGNMENT,
        "/assignments/new",
        "/legal-acts",
        ACT,
        f"{ACT}/edit",
        f"{ACT}/repeal",
        *MORE_ACTS,
    ),
    "thu_ky": ("/", *BLUEPRINTS, FORM, *CAMPAIGNS, *EXAM_ROOMS, *ASIDE, *POSITIONS, "/bank"),
    "chu_tich": ("/", *BLUEPRINTS, FORM, *CAMPAIGNS, *EXAM_ROOMS, *CALIBRATIONS, *RESULTS),
    "giam_thi": ("/", *EXAM_ROOMS),
    "khao_thi": ("/", *BLUEPRINTS, *CAMPAIGNS, *CALIBRATIONS, "/calibrations/new", *RESULTS),
    "nhan_su": ("/", *UNITS, *POSITIONS, "/people/load"),
    "thanh_tra": ("/", "/audit", "/items", "/assignments", *RESULTS, *EXAM_ROOMS, *UNITS),
    "quan_tri": ("/", "/accounts", "/accounts/<int:user_id>", "/operation"),
    "candidate": ("/", "/sittings", "/practice", "/profile"),
}
# Seen by tests of their own below, or nothing that a browser shows.
OTHERWISE = {
    "/service-worker.js",
    "/shell/<version>/<path:name>",
    "/practice/<int:run_id>",
    "/sittings/<int:sitting_id>",
    "/items/import/<report_id>",
    "/items/import/<report_id>/report.xlsx",
    "/items/import/jobs/<int:job_id>",
    "/items/import/template.xlsx",
    "/bank/bulk/<preview_id>",  # these two in tests/e2e/test_bulk.py
    "/bank/bulk/jobs/<int:job_id>",
    "/bank/views/<int:user_id>",
    "/exports/<int:export_id>",
    "/assignments.xlsx",
    "/people/empty.xlsx",
    "/calibrations/<int:calibration_id>/report.pdf",
    "/calibrations/<int:calibration_id>/parameters.csv",
    "/calibrations/<int:calibration_id>/mirt.csv",
    "/calibrations/<int:calibration_id>/responses.csv",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The exams to visit, and pages that the sample alone would not hold."""

    hall: Hall
    registered: Seat
    waiting: Seat
    known: dict[str, str]


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Prepared:
    exam_hall.lay_passwords_and_canaries(served_home)
    hall = exam_hall.lay_running_exam(served_home, "E2E-AXE")
    trial = exam_hall.find_hall(served_home, f"{TRIAL}-GSQL")
    registered, waiting = trial.take_seat(), trial.take_seat()
    [(first,), (second,)] = query(
        served_home,
        "SELECT v.id FROM item_version v JOIN item i ON i.id = v.item_id"
        " JOIN user_account u ON u.id = i.author_id WHERE u.username = 'ban_de_1' ORDER BY v.id LIMIT 2",
    )
    choices = query(
        served_home,
        "SELECT v.id FROM item_version v JOIN item_key k ON k.item_version_id = v.id"
        " WHERE v.interaction = 'single_choice' AND v.state = 'operational' AND k.version = 1"
        " AND k.option_id = 'A' ORDER BY v.id DESC LIMIT 3",
    )
    with open_services(served_home) as deps:
        register_acts(deps)  # a sample made before there was a register holds none
        rooms.check_in(deps, actor(deps, "giam_thi"), waiting.sitting)
        author = actor(deps, "ban_de_1")
        draft, submitted = new_version(deps, author, first), new_version(deps, author, second)
        submit_for_review(deps, author, [submitted])
        lay_key_corrections(deps, *(row[0] for row in choices))
    known = {f"{ITEM}/edit": f"/items/{draft}/edit", f"{ITEM}/review": f"/items/{submitted}/review"}
    return Prepared(hall, registered, waiting, known)


def lay_key_corrections(deps: Services, waiting: int, confirmed: int, refused: int) -> None:
    """One proposal that waits and two that were decided."""
    manager, reviewer = actor(deps, "ngan_hang"), actor(deps, "tham_dinh")
    proposed = [
        propose_key_correction(deps, manager, version_id, Key(1, ("B",)), "Nghị định đã sửa đổi")
        for version_id in (waiting, confirmed, refused)
    ]
    confirm_key_correction(deps, reviewer, proposed[1])
    refuse_key_correction(deps, reviewer, proposed[2], "Điều khoản này chưa có hiệu lực")


def shape(rule: str) -> re.Pattern[str]:
    """What an address of this rule looks like."""
    exact = re.sub(r"<int:\w+>", r"\\d+", rule)
    return re.compile(re.sub(r"<\w+>", r"[^/?#]+", exact))


def filled_in(rule: str, links: list[str], known: dict[str, str]) -> str:
    """The first address of the rule's shape; a plain rule is its own."""
    if "<" not in rule:
        return rule
    if rule in known:
        return known[rule]
    found = next((link for link in links if shape(rule).fullmatch(link)), None)
    assert found, f"no page of this tour leads to {rule}"
    return found


def links_of(page: Page) -> list[str]:
    links: list[str] = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.pathname)")
    return links


@pytest.mark.parametrize("user", TOURS, ids=lambda user: user or "anonymous")
def test_no_page_bars_anybody(user: str, open_page: OpenPage, prepared: Prepared):
    username = prepared.hall.seats[-1].username if user == "candidate" else user
    page = open_page(username or None)
    inspection = Inspection(page)
    links: list[str] = []
    for _language in in_both_languages(page):
        for rule in TOURS[user]:
            page.goto(filled_in(rule, links, prepared.known))
            links += links_of(page)
            inspection.look(rule)
    assert not inspection.findings, "\n".join(inspection.findings)


def test_the_tours_lead_past_every_page_and_every_member_of_staff():
    app = Flask("examsvc")
    for room in ROOMS:
        app.register_blueprint(room)
    pages = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static"
    }
    visited = {rule for tour in TOURS.values() for rule in tour} | OTHERWISE
    assert sorted(pages - visited) == []
    assert {member.role for member in STAFF} == {m.role for m in STAFF if m.username in TOURS}


def test_the_waiting_room_bars_nobody(open_page: OpenPage, prepared: Prepared):
    for seat, view in ((prepared.registered, "registered"), (prepared.waiting, "waiting")):
        page = open_page(seat.username)
        inspection = Inspection(page)
        for _language in in_both_languages(page):
            page.goto(seat.page)
            Player(page).expect_view(view)
            inspection.look(view)
        assert not inspection.findings, "\n".join(inspection.findings)


def test_the_player_bars_nobody_from_the_first_item_to_the_receipt(open_page: OpenPage, prepared: Prepared):
    for locale in ("vi", "en"):
        seat = prepared.hall.take_seat()
        page = open_page(seat.username, locale=locale)
        player, inspection = Player(page).enter(seat.page), Inspection(page)
        player.choose(0)
        player.act("flag")
        player.expect_saved("server")
        inspection.look("player")
        player.strike(1)
        player.write_note("Điều 24")
        inspection.look("player, struck out and noted")
        page.locator('[data-act="contrast"]').click()
        inspection.look("player in high contrast")
        page.locator('[data-act="contrast"]').click()
        page.locator("#side-toggle").click()
        inspection.look("player, list of items open")
        other = Player(page.context.new_page())
        other.page.goto(seat.page)
        other.expect_view("elsewhere")
        elsewhere = Inspection(other.page)
        elsewhere.look("elsewhere")
        other.page.close()
        player.cut_events()
        player.choose(1)
        player.expect_saved("machine")
        inspection.look("player without network")
        player.mend_events()
        player.act("review")
        inspection.look("review")
        player.act("submit")
        expect(page.locator("#confirm")).to_be_visible()
        inspection.look("confirmation")
        player.act("confirm-submit")
        expect(page.locator(".receipt-code")).to_be_visible(timeout=30_000)
        inspection.look("receipt")
        findings = inspection.findings + elsewhere.findings
        assert not findings, "\n".join(findings)


def test_the_proctors_dialog_and_forms_bar_nobody(open_page: OpenPage, prepared: Prepared):
    seat = prepared.hall.seats[-2]
    proctor = open_page("giam_thi")
    inspection = Inspection(proctor)
    for _language in in_both_languages(proctor):
        proctor.goto(seat.room_page)
        # Forms that nobody needs just now are on the page, hidden: the one that ends a pause (a room really
        # paused would stop the seats of the tests beside this one), the one that checks everybody in.
        proctor.locator("details.drop[hidden]").evaluate_all(
            "folds => folds.forEach(fold => { fold.hidden = false })"
        )
        for fold in proctor.locator("details.drop > summary").all():
            fold.click()
        inspection.look("room with open forms")
        exam_hall.seat_dialog(proctor, seat)
        inspection.look("seat dialog")
    assert not inspection.findings, "\n".join(inspection.findings)
