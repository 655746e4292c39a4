"""Two like items are found by the bank manager's search and declared enemies, by keyboard, at any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.sample.staff import actor
from examsvc.services.bank import add_item
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.wording import Wording
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look

pytestmark = pytest.mark.e2e

STEM = "Doanh nghiệp chế xuất thuê kho ngoài khu chế xuất phải thông báo cho cơ quan hải quan trước bao lâu?"
OPTIONS = ("03 ngày làm việc", "05 ngày làm việc", "Trước khi đưa hàng vào kho", "Không phải thông báo")


def wording(code: str, stem: str, options: tuple[str, ...]) -> Wording:
    return Wording(
        code=code,
        topic="T01",
        level="apply",
        stem=stem,
        asked=single_choice(*options),
        key=Key(1, ("C",)),
        legal_basis="Luật Hải quan 54/2014/QH13",
    )


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> None:
    """An item, the same typed without diacritics with an option changed, and its stem with other options."""
    bare = (
        "Doanh nghiep che xuat thue kho ngoai khu che xuat phai thong bao cho co quan hai quan truoc bao lau?"
    )
    others = ("Chi cục trưởng", "Cục trưởng", "Không ai cả", "Người đại diện theo pháp luật")
    with open_services(served_home) as deps:
        author = actor(deps, "ban_de_1")
        add_item(deps, author, wording("ND-1", STEM, OPTIONS))
        add_item(deps, author, wording("ND-2", bare, (*OPTIONS[:3], "Chậm nhất 10 ngày")))
        add_item(deps, author, wording("ND-3", STEM, others))


def test_the_bank_manager_finds_two_like_items_and_declares_them_enemies(open_page: OpenPage, prepared: None):
    page = open_page("ngan_hang")
    page.goto("/bank")
    page.click('a[href$="/bank/near-duplicates"]')
    look(page)
    search(page, "whole")
    pair = page.locator('article[aria-label="ND-1 – ND-2"]')
    expect(pair).to_be_visible()
    expect(page.locator('article[aria-label="ND-1 – ND-3"]')).to_have_count(0)
    # what differs is marked, and diacritics are no difference
    expect(pair.locator(".twin-options mark")).to_have_text(["Không phải thông báo", "Chậm nhất 10 ngày"])
    expect(pair.locator(".twin-stem mark")).to_have_count(0)
    look(page)
    pair.locator('input[name="reason"]').fill("Cùng một quy định")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(pair).to_have_count(0)
    pair_of_item(page)
    search(page, "stem")
    expect(page.locator("article.twin-pair")).to_have_count(2)  # the third with each of the two enemies
    page.goto("/bank/near-duplicates/decided")
    look(page)
    expect(page.locator("tbody")).to_contain_text("Cùng một quy định")


def search(page: Page, basis: str) -> None:
    """Start a search, and see what it found once its job is over."""
    page.goto("/bank/near-duplicates")
    page.select_option('select[name="basis"]', basis)
    page.locator('form[action$="/search"] button').click()
    expect(page.locator(".job-done")).to_be_visible()


def pair_of_item(page: Page) -> None:
    """The item's own page names its enemy."""
    page.goto("/items?tab=all&q=ND-1")
    page.click("a.stem-link >> nth=0")
    expect(page.locator("main")).to_contain_text("ND-2")
    look(page)
