"""The bank manager puts items to rest by keyboard and wakes them; reviewer and examiner read a history."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.services.office_calendar import today
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import open_services, query
from tests.e2e.test_practice import look, press_until

pytestmark = pytest.mark.e2e
REASON = "Để dành cho nửa cuối năm."


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> str:
    """A day in a hundred days."""
    with open_services(served_home) as deps, deps.store.read() as session:
        return (today(session) + timedelta(days=100)).isoformat()


def test_items_rest_until_they_are_woken_and_tell_their_history(
    open_page: OpenPage, prepared: str, served_home: Path
):
    manager = open_page("ngan_hang")
    manager.goto("/bank")
    look(manager)
    manager.locator('nav a[href$="/bank/usage"]').first.click()
    expect(manager.locator("table.usage tbody tr")).to_have_count(50)
    look(manager)
    codes = put_to_rest(manager, prepared)
    wake(manager, codes)
    set_rule(manager)
    read_history(manager, codes)
    [(version_id,)] = query(served_home, CALIBRATED_TWICE)
    for username in ("tham_dinh", "khao_thi"):
        reader = open_page(username, locale="en")
        reader.goto(f"/items/{version_id}/history")
        expect(reader.locator("#figures table").first).to_be_visible()
        expect(reader.locator(".portrait svg.plot").first).to_be_visible()
        look(reader)


CALIBRATED_TWICE = (
    "SELECT p.item_version_id FROM item_parameter p JOIN calibration c ON c.id = p.calibration_id"
    " WHERE c.state = 'adopted' AND p.curve IS NOT NULL ORDER BY p.item_version_id LIMIT 1"
)


def put_to_rest(manager: Page, day: str) -> list[str]:
    """Two items ticked, looked at, put to rest: the keyboard alone. Returns their codes."""
    rows = manager.locator("table.usage tbody tr")
    codes = [rows.nth(place).locator("a.code").inner_text() for place in (0, 1)]
    press_until(manager, "Tab", "[data-tick-all]")
    for _ in codes:
        manager.keyboard.press("Tab")
        press_until(manager, "Tab", "input[name=version_ids]")
        manager.keyboard.press("Space")
    manager.locator('button[value="rest"]').focus()
    manager.keyboard.press("Enter")
    expect(manager.locator("main .code").first).to_have_text(codes[0])
    look(manager)
    manager.fill("#order-until_on", day)
    manager.fill("#order-reason", REASON)
    press_until(manager, "Tab", 'button[value="preview"]')
    manager.keyboard.press("Enter")
    expect(manager.locator("#effect")).to_be_visible()
    expect(manager.locator("#order-until_on")).to_have_value(day)
    look(manager)
    manager.locator('button[value="confirm"]').focus()
    manager.keyboard.press("Enter")
    expect(manager.locator(".alert-success")).to_contain_text(str(len(codes)))
    expect(rows).to_have_count(len(codes))
    expect(manager.locator("table.usage")).to_contain_text(REASON)
    look(manager)
    return codes


def wake(manager: Page, codes: list[str]) -> None:
    """One of them is woken; the other rests on."""
    manager.locator("table.usage tr", has_text=codes[0]).locator("input").check()
    manager.click('button[value="wake"]')
    manager.fill("#order-reason", "Cần cho kỳ này.")
    manager.click('button[value="preview"]')
    expect(manager.locator("#effect ~ ul")).to_contain_text(REASON)  # why it rested
    manager.click('button[value="confirm"]')
    expect(manager.locator(".alert-success")).to_be_visible()
    manager.goto("/bank/usage?show=resting")
    expect(manager.locator("table.usage a.code")).to_have_text([codes[1]])


def set_rule(manager: Page) -> None:
    """A rule out of range is refused at its field; a right one is in force."""
    manager.goto("/bank/usage/rules")
    look(manager)
    manager.fill("#rule-most_sittings", "1000")
    manager.fill("#rule-months", "500")
    manager.fill("#rule-reason", REASON)
    manager.keyboard.press("Enter")
    expect(manager.locator("#rule-months-error")).to_be_visible()
    manager.fill("#rule-months", "6")
    manager.keyboard.press("Enter")
    expect(manager.locator("#in-force ~ ul")).to_contain_text("1000")


def read_history(manager: Page, codes: list[str]) -> None:
    """From the list to the histories of both: figures with their tables, use by campaign, what happened."""
    for code, said in zip(codes, ("Cần cho kỳ này.", REASON), strict=True):
        manager.goto("/bank/usage")
        manager.locator("table.usage a.code", has_text=code).click()
        manager.wait_for_url(re.compile(r"/items/\d+/history$"))
        expect(manager.locator("#use tbody tr").first).to_be_visible()
        expect(manager.locator("#events .timeline")).to_contain_text(said)
        expect_pictures_beside_tables(manager)


def expect_pictures_beside_tables(manager: Page) -> None:
    """Whoever cannot see a picture reads its figures."""
    pictures = manager.locator(".picture-row")
    assert pictures.count() == manager.locator(".picture-row table").count() > 0
    look(manager)
