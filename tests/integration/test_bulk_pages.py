"""The pages that change many items: form, preview, job, report, over HTTP."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from examsvc.services import Services, bank_review
from item_bank.lifecycle import State
from tests.integration.laid_acts import Bank
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "a-long-enough-password"
REPLACE = {"act": "replace", "find": "Câu", "put": "Câu hỏi <b>", "parts": ["stem"], "whole_words": "y"}


@pytest.fixture
def bank(services: Services, app: Flask) -> Bank:
    return Bank(services, password_hash=services.passwords.hash(PASSWORD))


@pytest.fixture
def manager(app: Flask, bank: Bank) -> Browser:
    return sign_in(app, "dung", PASSWORD)


def order(browser: Browser, ids: list[int], query: str = "", **changes: object) -> str:
    """Send the form; returns the address of the preview."""
    fields = {**REPLACE, "reason": "Đổi tên", "ids": ",".join(map(str, ids)), **changes}
    answer = browser.post_form(f"/bank/bulk{query}", **fields)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_ticked_items_go_from_the_form_by_the_preview_to_the_report(manager: Browser, bank: Bank):
    ids = [
        bank.lay("T01-001", "operational"),
        bank.lay("T01-002", "retired"),
        bank.lay("T01-003", "approved"),
    ]
    assert "Change the chosen" in manager.get("/items?tab=all").text
    form = manager.get(f"/bank/bulk?of=ticked&version_ids={ids[0]}&version_ids={ids[1]}").text
    assert "2 items chosen." in form
    assert f'name="ids" value="{ids[0]},{ids[1]}"' in form
    preview = order(manager, ids[:2])
    shown = text_of(manager, preview)
    assert "1 item changes." in shown
    assert "1 item stays as it is." in shown
    assert "It has been retired: its wording no longer changes." in shown
    page = manager.get(preview).text
    assert "<b>" not in page[page.index('class="bulk-lines"') :]
    assert "hỏi &lt;b&gt;" in page
    assert "T01-003" not in page
    report = manager.post_form(preview).location
    done = text_of(manager, report)
    assert "1 item was changed." in done
    assert "T01-001 v2" in done
    assert manager.post_form(preview).location == report  # asked twice, done once


def test_a_filter_says_which_items_without_ticks(manager: Browser, bank: Bank):
    for number, state in enumerate(("approved", "approved", "operational")):
        bank.lay(f"T01-00{number}", state)
    assert "2 items chosen." in manager.get("/bank/bulk?state=approved").text
    shown = text_of(manager, order(manager, [], "?state=approved"))
    assert "2 items change." in shown
    assert "T01-002" not in shown


def test_ticking_nothing_is_not_ticking_all(manager: Browser, bank: Bank):
    bank.lay("T01-001", "approved")
    answer = manager.get("/bank/bulk?of=ticked&tab=all")
    assert answer.status_code == 302
    assert "Tick at least one item." in manager.get(answer.location).text


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"find": " "}, "find", "Type the words to find."),
        ({"put": "[[P1]]"}, "put", "signs of places and formulas"),
        ({"parts": []}, "parts", "Tick at least one part."),
        ({"reason": ""}, "reason", "Give a reason."),
        ({"act": "basis", "basis": ""}, "basis", "Type the legal basis."),
        ({"act": "topic"}, "topic", "Choose a topic."),
        ({"act": "level"}, "level", "Choose a cognitive level."),
        ({"act": "move"}, "to", "Choose where the items go."),
        ({"find": "a" * 600}, "find", "At most 500 characters."),
    ],
)
def test_what_is_missing_stands_beside_its_field(
    manager: Browser, bank: Bank, change: dict[str, object], field: str, words: str
):
    ids = str(bank.lay("T01-001", "approved"))
    answer = manager.post_form("/bank/bulk", **{**REPLACE, "reason": "Đổi", "ids": ids, **change})
    assert answer.status_code == 400
    said = re.search(rf'id="bulk-{field}-error">([^<]*)<', answer.text)
    assert said, answer.text
    assert words in said.group(1)
    assert f'value="{ids}"' in answer.text  # what was chosen stays chosen


@pytest.mark.parametrize("ids", ["x", "1,-2", "99999999999"])
def test_what_no_item_can_be_is_not_found(manager: Browser, ids: str):
    answer = manager.post_form("/bank/bulk", **{**REPLACE, "reason": "x", "ids": ids})
    assert answer.status_code == 404


def test_an_outdated_preview_says_so_changes_nothing_and_can_be_made_again(
    manager: Browser, bank: Bank, services: Services
):
    ids = [bank.lay("T01-001", "operational"), bank.lay("T01-002", "operational")]
    preview = order(manager, ids)
    bank_review.move_items(services, bank.manager, ids[:1], State.RETIRED, comment="Cũ")
    shown = text_of(manager, preview)
    assert "Items on this page have changed since the preview was made." in shown
    report = text_of(manager, manager.post_form(preview).location)
    assert "Nothing was changed." in report
    assert "T01-001" in report
    assert "T01-002" not in report
    again = manager.post_form(f"{preview}/again").location
    assert "1 item changes." in text_of(manager, again)


def test_an_author_changes_his_own_drafts_and_sees_no_others(app: Flask, bank: Bank):
    bank.lay("T01-001", "draft")
    bank.lay("T01-002", "draft", author=bank.other_author)
    author = sign_in(app, "an", PASSWORD)
    assert "Change all 1 of this list" in author.get("/items?tab=mine").text
    preview = order(author, [], f"?author={bank.other_author.user_id}")  # his own, whatever the address says
    shown = text_of(author, preview)
    assert "Draft changed" in shown
    assert "T01-002" not in shown


def test_another_ones_preview_and_job_do_not_exist(app: Flask, manager: Browser, bank: Bank):
    preview = order(manager, [bank.lay("T01-001", "approved")])
    job = manager.post_form(preview).location
    second = sign_in(app, "giang", PASSWORD)
    assert second.get(preview).status_code == 404
    assert second.post_form(preview).status_code == 404
    assert second.get(job).status_code in (403, 404)


def test_the_history_and_the_log_say_who_changed_what_and_why(manager: Browser, bank: Bank):
    manager.post_form(order(manager, [bank.lay("T01-001", "operational")]))
    draft = re.search(r'href="(/items/\d+)"', manager.get("/items?tab=all&state=draft").text)
    assert draft
    assert "Dung" in manager.get(f"{draft.group(1)}/history").text
