"""From a repealed decree to items that need an update, a new version by the author, and back to review."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.sample.bank import register_acts
from examsvc.services.citations import today
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import open_services, query
from tests.e2e.test_practice import look, press_until

pytestmark = pytest.mark.e2e
DECREE, SUCCESSOR = "08/2015/NĐ-CP", "167/2025/NĐ-CP"
REASON = "Được thay thế toàn bộ; rà lại điều, khoản và thời hạn."


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> str:
    """The sample's acts, also where the sample was made before there was a register; returns yesterday."""
    with open_services(served_home) as deps:
        register_acts(deps)
        with deps.store.read() as session:
            return (today(session) - timedelta(days=1)).isoformat()


def test_a_repealed_decree_leads_to_a_new_version_and_back_to_review(
    open_page: OpenPage, prepared: str, served_home: Path
):
    desk = cache(open_page)  # everybody logs in once
    moving = query(
        served_home,
        "SELECT i.code, u.username FROM item_version v JOIN item i ON i.id = v.item_id"
        " JOIN user_account u ON u.id = i.author_id JOIN citation c ON c.item_version_id = v.id"
        " WHERE c.number = ? ORDER BY i.code",
        DECREE,
    )
    add_successor(desk("ngan_hang"))
    repeal(desk("ngan_hang"), prepared, len(moving))
    code, author = moving[-1]
    revise(desk(author), code)
    expect_in_review(desk("tham_dinh"), code)


def add_successor(manager: Page) -> None:
    """The act that takes the decree's place, typed as people type; a number that is none is told so."""
    manager.goto("/legal-acts")
    look(manager)
    manager.click('a[href$="/legal-acts/new"]')
    manager.fill("#act-number", "Luật Hải quan")
    manager.fill("#act-title", "Nghị định mới về thủ tục hải quan")
    manager.keyboard.press("Enter")
    expect(manager.locator("#act-number-error")).to_contain_text("08/2015/NĐ-CP")
    look(manager)
    manager.fill("#act-number", "nghị định số 167/2025/nd – cp")
    manager.keyboard.press("Enter")
    expect(manager.locator("h1")).to_contain_text(SUCCESSOR)


def repeal(manager: Page, day: str, n_moving: int) -> None:
    """Found by search, looked at before it is done, done by the keyboard alone."""
    manager.goto("/legal-acts")
    manager.fill("input[type=search]", "quy dinh chi tiet va bien phap thi hanh")
    manager.keyboard.press("Enter")
    manager.locator("a.code", has_text=DECREE).click()
    expect(manager.locator("h1")).to_contain_text(DECREE)
    look(manager)
    press_until(manager, "Tab", 'a[href$="/repeal"]')
    manager.keyboard.press("Enter")
    manager.fill("#repeal-effective_to", day)
    manager.fill("#repeal-reason", REASON)
    option = manager.locator("#repeal-successor option", has_text=SUCCESSOR).get_attribute("value")
    manager.select_option("#repeal-successor", option)
    look(manager)
    press_until(manager, "Tab", 'button[value="preview"]')
    manager.keyboard.press("Enter")
    expect(manager.locator(".verdict")).to_contain_text(str(n_moving))
    expect(manager.locator("#moving ~ .table-wrap tbody tr")).to_have_count(n_moving)
    expect(manager.locator("table.uses")).to_contain_text("THI-THU-2026-GSQL")
    look(manager)
    press_until(manager, "Tab", 'button[value="confirm"]')
    manager.keyboard.press("Enter")
    expect(manager.locator(".alert-success")).to_contain_text(str(n_moving))
    expect(manager.locator("h1 .badge-bad")).to_be_visible()
    look(manager)


def revise(author: Page, code: str) -> None:
    """The desk opens with what the law has changed: number, reason, successor; then a new wording."""
    author.goto("/items")
    update = author.locator(".returned .panel", has_text=code)
    for said in (DECREE, REASON, SUCCESSOR):
        expect(update).to_contain_text(said)
    look(author)
    update.locator("button").click()
    expect(author.locator(".alert-warning")).to_contain_text(SUCCESSOR)
    look(author)
    author.fill("#item-legal_basis", f"Nghị định {SUCCESSOR}, Điều 20")
    author.click('button[name="then"][value="submit"]')
    expect(author.locator(".alert-success")).to_be_visible()
    expect(author.locator(".acts")).to_contain_text(SUCCESSOR)
    look(author)
    author.goto("/items?tab=law")
    expect(author.locator(".tabs [aria-current]")).to_be_visible()
    expect(author.locator(".returned .panel", has_text=code)).to_have_count(0)


def expect_in_review(reviewer: Page, code: str) -> None:
    """The reviewer finds the new version, whose act is in force; the old one still waits aside."""
    reviewer.goto("/items?tab=review")
    reviewer.locator("table.items tr", has_text=code).locator('a[href$="/review"]').click()
    expect(reviewer.locator("h1")).to_contain_text(code)
    expect(reviewer.locator(".acts .badge-good")).to_have_count(1)
    expect(reviewer.locator(".acts .badge-bad")).to_have_count(0)
