"""From an assignment to its delivery: written from the desk, returned, replied to, accepted by two."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD
from examsvc.services.accounts import NewUser, add_user
from tests.e2e import bank_pages
from tests.e2e.bank_pages import SUBMISSION_TIME, Draft
from tests.e2e.conftest import OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look

pytestmark = pytest.mark.e2e
AUTHOR_NAME = "Nguyễn Thị Phương Thảo"
COMMENT = "Ghi rõ số hiệu luật, điều và khoản."
REPLY = "Đã ghi rõ Điều 25 khoản 1."
BASIS = "Luật Hải quan 54/2014/QH13, Điều 25"


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> None:
    """An author who owes nothing yet, and a second reviewer."""
    with open_services(served_home) as deps:
        add_user(deps, None, NewUser("e2e_tac_gia", AUTHOR_NAME, frozenset({Role.AUTHOR}), PASSWORD))
        add_user(deps, None, NewUser("e2e_tham_dinh", "Tổ thẩm định 2", frozenset({Role.REVIEWER}), PASSWORD))


def test_an_assignment_is_delivered_when_two_reviewers_have_accepted_what_was_returned(open_page: OpenPage):
    desk = cache(partial(open_page, locale="en"))  # everybody logs in once
    manager, author = desk("ngan_hang"), desk("e2e_tac_gia")
    reviewer, second = desk("tham_dinh"), desk("e2e_tham_dinh")
    ask_for_two_reviewers(manager)
    assign(manager)
    write_from_the_desk(author, SUBMISSION_TIME)
    bank_pages.return_item(reviewer, SUBMISSION_TIME.code, COMMENT)
    expect_card(author, "0 of 1 delivered", "1 returned")
    look(author)
    reply_and_hand_in_again(author, SUBMISSION_TIME)
    bank_pages.accept_item(reviewer, SUBMISSION_TIME.code)
    accept_as_the_second(second, SUBMISSION_TIME.code)
    expect_delivered(manager)


def ask_for_two_reviewers(manager: Page) -> None:
    """A new version of the rule, with its reason."""
    manager.goto("/bank/rules")
    manager.fill("#rule-min_reviewers", "2")
    manager.fill("#rule-reason", "Ngân hàng dùng cho kỳ thi tuyển")
    manager.click("#rule-form button")
    expect(manager.locator(".alert-success")).to_be_visible()
    look(manager)


def assign(manager: Page) -> None:
    """First with a gap, which the form names; then to one author, one item."""
    manager.goto("/assignments")
    manager.click('a[href="/assignments/new"]')
    manager.locator(".authors label", has_text=AUTHOR_NAME).click()
    manager.select_option("#assign-topic", SUBMISSION_TIME.topic)
    manager.select_option("#assign-level", SUBMISSION_TIME.level)
    manager.fill("#assign-n_items", "1")
    manager.fill("#assign-legal_basis", BASIS)
    manager.click("#assign-form .btn-primary")
    expect(manager.locator("#assign-due_on-error")).to_be_visible()
    look(manager)
    manager.fill("#assign-due_on", (date.today() + timedelta(days=20)).isoformat())
    manager.click("#assign-form .btn-primary")
    expect(manager.locator(".alert-success")).to_be_visible()
    expect(row_of(manager)).to_contain_text("Open")


def write_from_the_desk(author: Page, draft: Draft) -> None:
    """The desk leads to a form that knows topic, cognitive level and legal basis."""
    author.goto("/items")
    expect_card(author, "0 of 1 delivered", "0 written")
    author.click(".assignment .btn-primary")
    author.click('.kinds a[href*="single_choice"]')
    expect(author.locator("#item-topic")).to_have_value(draft.topic)
    expect(author.locator("#item-level")).to_have_value(draft.level)
    expect(author.locator("#item-legal_basis")).to_have_value(BASIS)
    author.fill("#item-code", draft.code)
    author.fill("#item-stem", draft.stem)
    for letter, content in zip(bank_pages.OPTIONS, draft.options, strict=True):
        author.fill(f"#item-option_{letter.lower()}", content)
    author.locator(f'label.key-choice:has([value="{draft.key}"])').click()
    author.click('button[name="then"][value="submit"]')
    expect(author.locator(".alert-success")).to_be_visible()
    expect_card(author, "1 of 1 delivered", "1 in review")


def expect_card(author: Page, *words: str) -> None:
    """What the desk says of the one assignment, settled or not."""
    author.goto("/items")
    card = author.locator(".assignment")
    for word in words:
        expect(card).to_contain_text(word)


def reply_and_hand_in_again(author: Page, draft: Draft) -> None:
    """Without a reply the item goes nowhere; with one the author revises it and hands it in."""
    bank_pages.expect_returned(author, draft.code, COMMENT)
    author.locator(".returned .panel", has_text=draft.code).locator(
        'form[action$="/versions"] button'
    ).click()
    author.fill("#item-rationale", "Khoản 1 Điều 25.")
    author.click('button[name="then"][value="submit"]')
    expect(author.locator(".alert-warning")).to_contain_text("Reply to whoever returned")
    author.fill(".reply-form textarea", REPLY)
    author.click(".reply-form button")
    expect(author.locator(".alert-success")).to_be_visible()
    look(author)
    author.click('form[action$="/items/submit"] button')
    expect(author.locator(".alert-success")).to_be_visible()


def accept_as_the_second(second: Page, code: str) -> None:
    """The queue says how many have accepted; comment and reply stand side by side."""
    second.goto("/items?tab=review")
    expect(second.locator("table.items tr", has_text=code)).to_contain_text("1 of 2")
    bank_pages.open_for_review(second, code)
    dialogue = second.locator(".dialogue", has_text=COMMENT)
    expect(dialogue).to_contain_text(REPLY)
    look(second)
    bank_pages.accept_item(second, code)


def row_of(manager: Page):
    manager.goto("/assignments?order=unit")
    return manager.locator("table.lateness tbody", has_text=AUTHOR_NAME)


def expect_delivered(manager: Page) -> None:
    """The board says so, and the file can be taken out."""
    expect(row_of(manager)).to_contain_text("Delivered")
    look(manager)
    with manager.expect_download() as download:
        manager.click('a[href="/assignments.xlsx"]')
    assert download.value.suggested_filename.endswith(".xlsx")
