"""An officer practises by keyboard alone; an author puts a picture and a formula into an item."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD
from examsvc.services.accounts import NewUser, add_user
from tests.e2e.conftest import ROOT, OpenPage
from tests.e2e.exam_hall import open_services

pytestmark = pytest.mark.e2e
PICTURE = ROOT / "examsvc" / "sample" / "data" / "container_door.png"
INSERTED = re.compile(r'theo hình: <img src="media:[0-9a-f]{64}" alt="Ký mã hiệu trên cửa container">$')
GRAVE = """async () => (await axe.run(document, {iframes: false})).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3)}`)"""


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> str:
    """An officer who sits no exam; returns his user name."""
    with open_services(served_home) as deps:
        add_user(deps, None, NewUser("e2e_luyen", "Lê Luyện", frozenset({Role.OFFICER}), PASSWORD))
    return "e2e_luyen"


def look(page: Page) -> None:
    """No serious barrier, nothing cut off, wide and narrow."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(GRAVE) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{page.url} at {width}"
    page.set_viewport_size({"width": 1280, "height": 900})


def press_until(page: Page, key: str, selector: str) -> None:
    """Press a key until the focus has come to the element."""
    for _ in range(80):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the focus never comes to {selector}")


def test_an_officer_practises_by_keyboard_alone(open_page: OpenPage, prepared: str):
    page = open_page(prepared, locale="en")
    page.goto("/practice")
    look(page)
    press_until(page, "Tab", "#practice-n")
    page.keyboard.press("ArrowUp")  # five items
    press_until(page, "Tab", ".practice-start button")
    page.keyboard.press("Enter")
    for number in range(1, 6):
        expect(page.locator("#item-title")).to_contain_text(f"Item {number} of 5")
        expect(page.locator("#item-title")).to_be_focused()
        expect(page.get_by_text("Legal basis")).to_have_count(0)
        press_until(page, "Tab", "input[name=response]")
        page.keyboard.press("Space")
        press_until(page, "Tab", ".practice-actions .btn-primary")
        page.keyboard.press("Enter")
        expect(page.locator("#feedback")).to_be_focused()
        expect(page.locator(".option-right")).to_have_count(1)
        expect(page.get_by_text("Legal basis", exact=True)).to_be_visible()
        if number == 1:
            look(page)
        press_until(page, "Tab", ".practice-actions .btn-primary")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Summary")).to_be_focused()
    expect(page.locator(".summary-line")).to_have_count(5)
    look(page)


def test_only_the_wrong_ones_are_repeated(open_page: OpenPage, prepared: str):
    page = open_page(prepared, locale="en")
    page.goto("/practice")
    page.select_option("#practice-n", "5")
    page.get_by_role("button", name="Start practising").click()
    for _ in range(2):
        page.get_by_role("button", name="I do not know").click()
        expect(page.locator("#feedback")).to_have_text("Not known this time")
        page.get_by_role("link", name="Next item").click()
    page.get_by_role("button", name="End here").click()
    page.get_by_role("button", name="Repeat 2 items that went wrong").click()
    expect(page.locator("#item-title")).to_contain_text("Item 1 of 2")


def test_an_author_puts_a_picture_and_a_formula_where_the_cursor_stands(open_page: OpenPage):
    page = open_page("ban_de_1", locale="en")
    page.goto("/items/new?kind=single_choice")
    stem = page.locator("#item-stem")
    stem.fill("Tính \\(\\frac{P}{1 + t}\\) theo hình: ")
    expect(page.locator("#preview math mfrac")).to_be_visible()
    page.set_input_files("#picture-file", PICTURE)
    page.fill("#picture-alt", "Ký mã hiệu trên cửa container")
    page.get_by_role("button", name="Upload and insert").click()
    expect(stem).to_have_value(INSERTED)
    expect(page.locator("#preview img")).to_have_js_property("naturalWidth", 640)
    page.locator("#item-option_a").fill("\\(\\thue\\)")
    expect(page.locator("#preview .findings")).to_contain_text("\\thue is not known here")
    look(page)
