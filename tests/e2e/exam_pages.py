"""The exam's screens as a test uses them: blueprint, forms, campaign, room, results, profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.e2e.player_page import Player


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate on the roster, as the administration's page shows him."""

    number: str
    name: str
    officer_code: str


def id_in(url: str) -> int:
    """The last number of an address."""
    return int(re.findall(r"/(\d+)", url)[-1])


def follow_job(page: Page, outcome: Locator) -> None:
    """Wait until a job's panel has brought the outcome, or offers the way to it."""
    link = page.locator(".job-open:visible")
    expect(outcome.or_(link).first).to_be_visible(timeout=60_000)
    if not outcome.count():
        link.click()
    expect(outcome.first).to_be_visible()


def derive_blueprint(manager: Page, position: str) -> int:
    """A new draft from the position's weights."""
    manager.goto("/blueprints")
    manager.locator("form.derive", has=manager.locator(f'input[value="{position}"]')).locator(
        "button"
    ).click()
    expect(manager.locator("form.blueprint")).to_be_visible()
    return id_in(manager.url)


def move_one_item(manager: Page, topic: str, *, source: str, to: str) -> None:
    """Move one of a topic's items from one level to another: the sums stand, before and after saving."""
    total = manager.locator("[data-total]").inner_text()
    cells = manager.locator(f'input.cell-input[data-row="{topic}"]')
    from_cell, to_cell = (cells.and_(manager.locator(f'[data-column="{level}"]')) for level in (source, to))
    counts = [int(cell.input_value()) for cell in (from_cell, to_cell)]
    from_cell.fill(str(counts[0] - 1))
    expect(manager.locator("[data-total]")).to_have_text(str(int(total) - 1))
    to_cell.fill(str(counts[1] + 1))
    expect(manager.locator("[data-total]")).to_have_text(total)
    manager.click("form.blueprint .actions button")
    expect(manager.locator(".alert-success")).to_be_visible()
    expect(from_cell).to_have_value(str(counts[0] - 1))
    expect(to_cell).to_have_value(str(counts[1] + 1))
    expect(manager.locator("[data-total]")).to_have_text(total)


def approve(chairman: Page, address: str) -> None:
    """The second person approves what stands at an address."""
    chairman.goto(address)
    chairman.click('form[action$="/approve"] button')
    expect(chairman.locator(".alert-success")).to_be_visible()


def assemble_forms(manager: Page, blueprint_id: int, n_forms: int) -> int:
    """Order forms, follow the job, read the certificate: every demand holds. Returns the run."""
    manager.goto(f"/blueprints/{blueprint_id}")
    manager.fill("#order-n_forms", str(n_forms))
    manager.fill("#order-seed", "20260701")
    manager.click('form[action$="/assemble"] button')
    follow_job(manager, manager.locator(".form-card"))
    expect(manager.locator(".form-card")).to_have_count(n_forms)
    demands = manager.locator("table.demands tbody tr")
    assert demands.count() > n_forms
    expect(manager.locator("table.demands .holds")).to_have_count(demands.count())
    expect(manager.locator(".missing")).to_have_count(0)
    expect(manager.locator("dl.facts .badge-good")).to_be_visible()  # the checksum fits
    expect(manager.locator('form[action$="/publish"]')).to_have_count(0)  # not by who assembled
    return id_in(manager.url)


def publish_forms(chairman: Page, run_id: int) -> list[str]:
    """The chairman reads the certificate and publishes every form; returns their codes."""
    chairman.goto(f"/assembly-runs/{run_id}")
    n_forms = chairman.locator(".form-card").count()
    for left in range(n_forms, 0, -1):
        expect(chairman.locator('form[action$="/publish"]')).to_have_count(left)
        chairman.locator('form[action$="/publish"] button').first.click()
        expect(chairman.locator(".alert-success")).to_be_visible()
    return [text.split()[0] for text in chairman.locator(".form-card h3").all_inner_texts()]


def open_campaign(manager: Page, code: str, name: str) -> int:
    """A new campaign under the rules of internal assessment."""
    manager.goto("/campaigns")
    manager.click("details:has(#campaign-code) > summary")
    manager.fill("#campaign-code", code)
    manager.fill("#campaign-name_vi", name)
    manager.fill("#campaign-name_en", f"{name} (en)")
    manager.check('input[name="rule_pack"][value="INTERNAL_CA"]')
    manager.click("form:has(#campaign-code) > button")
    expect(manager.locator(".alert-success")).to_be_visible()
    return id_in(manager.url)


def plan_administration(manager: Page, code: str, position: str) -> int:
    """A common start tomorrow, two rooms, everybody of the first region; on the campaign's page."""
    tomorrow = datetime.now() + timedelta(days=1)
    blueprint = manager.locator("#administration-blueprint option", has_text=position)
    manager.select_option("#administration-blueprint", blueprint.get_attribute("value"))
    manager.fill("#administration-code", code)
    manager.fill("#administration-starts_at", f"{tomorrow:%Y-%m-%dT08:00}")
    manager.fill("#administration-rooms", "Phòng 301, 25\nPhòng 302, 25")
    manager.click("form:has(#administration-code) > button")
    expect(manager.locator(".alert-success")).to_be_visible()
    plan = manager.locator("section.plan", has_text=code)
    plan.locator('select[name="region"]').select_option(index=1)
    plan.locator('form[action$="/roster"] button').click()
    expect(manager.locator(".alert-success")).to_be_visible()
    return id_in(str(plan.locator("a.btn").get_attribute("href")))


def read_roster(page: Page, administration_id: int) -> list[Place]:
    """Everybody on the roster, in the order of the numbers."""
    page.goto(f"/administrations/{administration_id}")
    rows = page.locator("table.data tbody tr")
    numbers = rows.locator("td:first-child").all_inner_texts()
    codes = rows.locator("th .text-soft").all_inner_texts()
    officers = rows.locator("th").all_inner_texts()
    return [
        Place(number, officer.split(code)[0].strip(), code)
        for number, officer, code in zip(numbers, officers, codes, strict=True)
    ]


def issue_password(admin: Page, place: Place) -> str:
    """The administrator finds the officer's account and issues a password, shown once."""
    admin.goto("/accounts")
    admin.fill("#q", place.name)
    admin.click("form.search button")
    admin.get_by_role("link", name=place.officer_code.lower(), exact=True).click()
    admin.click('form[action$="/password"] button')
    return admin.locator(".issued code").inner_text()


def open_room(proctor: Page, administration_code: str, name: str) -> None:
    """The proctor goes to a room of an administration."""
    proctor.goto("/rooms")
    proctor.locator(".room-card", has_text=administration_code).filter(has_text=name).locator("a").click()
    expect(proctor.locator("h1")).to_have_text(name)


def check_in(proctor: Page, place: Place) -> None:
    """One candidate gets into the waiting room."""
    proctor.locator("tr.seat", has_text=place.number).locator("form.check-in button").click()
    expect(proctor.locator(".alert-success")).to_be_visible()


def expect_in_room(proctor: Page, place: Place, status: str) -> None:
    """The room's page shows the candidate so, without being loaded anew."""
    row = proctor.locator("tr.seat", has_text=place.number)
    expect(row.locator(".status-cell .status")).to_have_class(re.compile(rf"\bstatus-{status}\b"))


def respond_to_all(player: Player, n_items: int) -> None:
    """Respond by keyboard to every item with options, in turn; other items stay open."""
    responded = []
    for number in range(1, n_items + 1):
        player.expect_item(number)
        n_options = player.item.locator('label.option input[type="radio"]').count()
        if n_options:
            player.page.keyboard.press("abcd"[number % n_options])
            responded.append(number)
        if number < n_items:
            player.page.keyboard.press("n")
    player.expect_responded(*responded)
    player.expect_saved("server")


def close_exam(chairman: Page, administration_id: int, n_absent: int) -> None:
    """Everybody who came has handed in; who never came is absent."""
    chairman.goto(f"/administrations/{administration_id}")
    chairman.click("details:has(#close-reason) > summary")
    chairman.fill("#close-reason", "Thí sinh có mặt đã nộp bài, hết giờ cho vào phòng thi")
    chairman.click('form[action$="/close"] button')
    expect(chairman.locator(".alert-success")).to_contain_text(str(n_absent))
    expect(chairman.locator("table.data .badge-warn")).to_have_count(n_absent)


def score_campaign(examiner: Page, campaign_id: int) -> Locator:
    """Score all sittings; the lines of the results."""
    examiner.goto("/results")
    examiner.click(f'a[href$="/results/{campaign_id}"]')
    examiner.click('form[action$="/score"] button')
    follow_job(examiner, examiner.locator("table.results"))
    expect(examiner.locator('form[action$="/release"]')).to_have_count(0)  # not by who scored
    return examiner.locator("table.results tbody tr")


def release_results(chairman: Page, campaign_id: int) -> None:
    """The chairman releases what was scored."""
    chairman.goto(f"/results/{campaign_id}")
    chairman.click('form[action$="/release"] button')
    expect(chairman.locator(".alert-success")).to_be_visible()
    expect(chairman.locator("table.results tbody .badge-good")).to_have_count(1)


def open_profile(staff: Page, place: Place) -> Locator:
    """HR finds the officer by name; the rows of the profile's history, newest first."""
    staff.goto("/officers")
    staff.fill("#q", place.officer_code)
    staff.click("form.search button")
    staff.get_by_role("link", name=place.name).click()
    expect(staff.locator("h1")).to_have_text(place.name)
    return staff.locator("table:has(#history) tbody tr")
