"""The bank's board over HTTP: what is missing is said in words, and every figure leads to its list."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.store import accounts, database_now
from examsvc.store.models import BlueprintCellRow, BlueprintRow, PositionRow, TopicRow
from item_bank.review import CHECKLIST
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "a-long-enough-password"
STAFF = {"an": Role.AUTHOR, "chi": Role.REVIEWER, "dung": Role.BANK_MANAGER, "quan": Role.EXAM_MANAGER}
LONG = "Câu hỏi dài " * 60  # a fault of construction
FORM = {
    "topic": "T01",
    "level": "apply",
    "option_a": "Khai báo",
    "option_b": "Miễn khai",
    "option_c": "Nộp thuế",
    "option_d": "Tạm giữ",
    "key": "B",
    "legal_basis": "Luật Hải quan 2014",
}


@pytest.fixture
def staffed(services: Services, app: Flask) -> Flask:
    """Four approved items in a cell of which an approved blueprint takes four, hence twelve are needed."""
    for name, role in STAFF.items():
        add_user(services, None, NewUser(name, name.title(), frozenset({role}), PASSWORD, locale="en"))
    with services.store.begin() as session:
        topic = TopicRow(code="T01", name_vi="Thủ tục", name_en="Procedures")
        now = database_now(session)
        position = PositionRow(code="GSQL", version=1, name_vi="x", name_en="x", created_at=now)
        session.add_all([topic, position])
        session.flush()
        by = accounts.find_user(session, "quan")
        assert by is not None
        blueprint = BlueprintRow(
            position_id=position.id,
            version=1,
            state="approved",
            n_items=30,
            limit_s=2700,
            created_by=by.id,
            created_at=now,
        )
        session.add(blueprint)
        session.flush()
        session.add(
            BlueprintCellRow(blueprint_id=blueprint.id, topic_id=topic.id, cognitive_level="apply", n_items=4)
        )
    author, reviewer = (sign_in(app, name, PASSWORD) for name in ("an", "chi"))
    ticks = {"checklist": [check.value for check in CHECKLIST], "decision": "accept"}
    for number in range(4):
        stem = LONG if number == 0 else f"Câu hỏi số {number} về khai hải quan là gì?"
        page = author.post_form(
            "/items/new", **{**FORM, "code": f"T01-{number}", "stem": stem, "then": "submit"}
        ).location
        assert reviewer.post_form(f"{page}/review", **ticks).status_code == 302
    return app


def board_of(app: Flask, name: str) -> tuple[Browser, str]:
    """The page, its spaces as they are read."""
    browser = sign_in(app, name, PASSWORD)
    return browser, re.sub(r"\s+", " ", html.unescape(browser.get("/bank").text))


def test_what_is_missing_is_said_in_words_with_what_is_on_its_way(staffed: Flask):
    _browser, page = board_of(staffed, "dung")
    assert "T01 Apply</a></strong>: 12 more operational items needed, 4 on the way" in page
    assert "1 cell is short" in page
    assert "12 missing" in page  # in its cell, not by its colour alone
    assert 'href="/assignments/new?topic=T01&level=apply&n_items=8"' in page


@pytest.mark.parametrize(
    ("address", "n_items"),
    [
        ("/items?tab=all&pool=operational&topic=T01&level=apply&state=appraised", 4),
        ("/items?tab=all&pool=operational&topic=T01&level=apply&state=operational", 0),
        ("/items?tab=all&pool=operational&state=in_use&fault=LONG_STEM", 1),
        ("/items?tab=all&pool=operational&state=needs_law_update", 0),
    ],
)
def test_a_figure_leads_to_the_items_that_it_counts(staffed: Flask, address: str, n_items: int):
    browser, page = board_of(staffed, "dung")
    assert f'href="{address}"' in page
    answer = browser.get(address)
    assert answer.status_code == 200
    assert len(set(re.findall(r"/items/(\d+)\"", answer.text))) == n_items


def test_the_board_leads_to_what_waits_and_to_who_owes(staffed: Flask):
    browser, page = board_of(staffed, "dung")
    for address in ("/bank/key-corrections", "/bank/near-duplicates", "/assignments"):
        assert f'href="{address}"' in page
        assert browser.get(address).status_code == 200


def test_an_exam_manager_sees_the_figures_and_no_way_to_the_items(staffed: Flask):
    _browser, page = board_of(staffed, "quan")
    assert "12 more operational items needed" in page
    assert "/items?" not in page
    assert "/assignments" not in page


def test_an_export_of_a_list_asks_for_the_items_of_that_list_alone(staffed: Flask, services: Services):
    browser = sign_in(staffed, "dung", PASSWORD)
    listed = html.unescape(browser.get("/items?tab=all&fault=LONG_STEM").text)
    (address,) = re.findall(r'href="(/exports/new\?[^"]*)"', listed)
    asked = browser.get(address).text
    assert "T01-0" in asked
    assert "T01-1" not in asked
