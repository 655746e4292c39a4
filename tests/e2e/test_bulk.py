"""An agency is renamed: the bank manager replaces its name in several items, by keyboard, at any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.sample.staff import actor
from examsvc.services.bank import add_item, submit_for_review
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.wording import Wording
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look, press_until

pytestmark = pytest.mark.e2e
OLD, NEW = "Tổng cục Hải quan Thử", "Cục Hải quan Thử"


SAME = single_choice("Chi cục trưởng", "Cục trưởng", "Bộ trưởng", "Đội trưởng")


def wording(number: int) -> Wording:
    """The last one names the agency nowhere."""
    named = number < 5
    options = (f"Việc {number} của {OLD}", "Việc của Bộ", "Việc của tỉnh", "Không của ai")
    return Wording(
        code=f"DT-{number}",
        topic="T01",
        level="recall",
        stem=f"Nhiệm vụ thứ {number} của {OLD} là gì?" if named else "Ai quản lý đội kiểm soát số 5?",
        asked=single_choice(*options) if named else SAME,
        key=Key(1, ("A",)),
        legal_basis="Luật Hải quan 54/2014/QH13, Điều 14",
    )


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> None:
    """Three items with the reviewers, one that its author is still writing, one without the name."""
    with open_services(served_home) as deps:
        author = actor(deps, "ban_de_1")
        made = {number: add_item(deps, author, wording(number)) for number in (1, 2, 3, 4, 5)}
        submit_for_review(deps, author, [made[number] for number in (1, 2, 3, 5)])


def test_the_bank_manager_renames_an_agency_in_several_items(open_page: OpenPage, prepared: None):
    page = open_page("ngan_hang")
    page.goto("/items?tab=all&q=DT-")
    look(page)
    for number in (1, 2, 3, 4, 5):
        page.locator("tr", has_text=f"DT-{number}").locator("input[name=version_ids]").check()
    press_until(page, "Shift+Tab", 'button[name="of"]')
    page.keyboard.press("Enter")
    order(page)
    preview(page)
    report(page)


def order(page: Page) -> None:
    """One change, typed; what is missing is said beside its field, what was chosen stays chosen."""
    expect(page.locator(".lead")).to_contain_text("5")
    look(page)
    press_until(page, "Tab", "#bulk-find")
    page.keyboard.type(OLD)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    press_until(page, "Tab", ".bulk-form > button")
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-reason-error")).to_be_visible()
    look(page)
    for act in ("basis", "level", "topic", "move"):  # only what belongs to the act is shown
        page.check(f'input[name="act"][value="{act}"]')
        expect(page.locator(".bulk-of:visible")).to_have_count(1)
    look(page)
    page.check('input[name="act"][value="replace"]')
    expect(page.locator("#bulk-find")).to_have_value(OLD)
    page.fill("#bulk-reason", "Đổi tên cơ quan")
    press_until(page, "Tab", ".bulk-form > button")
    page.keyboard.press("Enter")


def preview(page: Page) -> None:
    """Word by word what changes, and of each that stays why."""
    expect(page.locator(".verdict .lead strong")).to_contain_text("3")
    first = page.locator(".bulk-lines > li", has_text="DT-1")
    expect(first.locator("del")).to_have_count(2)  # stem and option
    expect(first.locator("del").first).to_contain_text("Tổng cục")
    expect(page.locator(".bulk-left")).to_have_count(2)
    drafted, nameless = (page.locator(".bulk-left", has_text=code).locator("p") for code in ("DT-4", "DT-5"))
    expect(drafted).not_to_have_text(nameless.inner_text())
    look(page)
    page.locator(".filter-choice").nth(2).click()
    expect(page.locator(".bulk-lines > li")).to_have_count(2)
    press_until(page, "Tab", ".verdict form button")
    page.keyboard.press("Enter")


def report(page: Page) -> None:
    """What was changed, each with its new version; what stayed and why."""
    expect(page.locator(".verdict-good")).to_contain_text("3", timeout=30_000)
    expect(page.locator("table.items tbody tr")).to_have_count(3)
    expect(page.locator("section[aria-labelledby=left] details")).to_have_count(2)
    look(page)
    page.locator("table.items a", has_text="DT-2").click()
    expect(page.locator("h1")).to_contain_text("DT-2")
    expect(page.locator("main")).to_contain_text(f"Nhiệm vụ thứ 2 của {NEW} là gì?")
    expect(page.locator(".changes-panel del").first).to_be_visible()
