"""Assignments over HTTP: who sees which page, what a wrong form is told, what the file holds."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.audit import verify_chain
from examsvc.store.models import OrganisationUnitRow, TopicRow
from item_bank.review import CHECKLIST
from tests.integration.signing_in import Browser, sign_in
from tests.integration.test_author_pages import FORM as ITEM
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = [pytest.mark.integration, pytest.mark.either_database]

PASSWORD = "a-long-enough-password"
STAFF = {
    "an": (Role.AUTHOR, "An"),
    "binh": (Role.AUTHOR, '=HYPERLINK("http://x")'),
    "chi": (Role.REVIEWER, "Chi"),
    "chau": (Role.REVIEWER, "Châu"),
    "dung": (Role.BANK_MANAGER, "Dung"),
    "thanh": (Role.AUDITOR, "Thanh"),
    "quan": (Role.ADMIN, "Quân"),
    "hoa": (Role.OFFICER, "Hoa"),
}
ACCEPT = {"decision": "accept", "checklist": [check.value for check in CHECKLIST]}
RETURN = {"decision": "return", "comment": "Căn cứ đã bị thay thế."}


def day(offset: int) -> str:
    return (date.today() + timedelta(days=offset)).isoformat()


@pytest.fixture
def staffed(services: Services, app: Flask) -> Flask:
    with services.store.begin() as session:
        session.add(TopicRow(code="T01", name_vi="Thủ tục", name_en="Procedures"))
        unit = OrganisationUnitRow(
            code="DV1", name_vi="Ban Một", name_en="+Office One", kind="central", valid_from=date(2025, 3, 1)
        )
        session.add(unit)
        session.flush()
        unit_id = unit.id
    for name, (role, shown) in STAFF.items():
        add_user(
            services, None, NewUser(name, shown, frozenset({role}), PASSWORD, unit_id=unit_id, locale="en")
        )
    return app


@pytest.fixture
def manager(staffed: Flask) -> Browser:
    return sign_in(staffed, "dung", PASSWORD)


@pytest.fixture
def author(staffed: Flask) -> Browser:
    return sign_in(staffed, "an", PASSWORD)


def authors_of(manager: Browser) -> list[str]:
    page = manager.get("/assignments/new").text
    return [part.split('"')[0] for part in page.split('name="authors" value="')[1:]]


def order(manager: Browser, **change):
    asked = {
        "authors": authors_of(manager),
        "topic": "T01",
        "level": "",
        "n_items": "2",
        "due_on": day(20),
        "legal_basis": "Luật Hải quan 2014, Điều 25",
    }
    return {**asked, **change}


def assign(manager: Browser, **change) -> None:
    assert manager.post_form("/assignments/new", **order(manager, **change)).status_code == 302


def test_several_authors_are_assigned_at_once_and_see_it_on_their_desks(staffed: Flask, manager: Browser):
    assert len(authors_of(manager)) == 2
    assign(manager, note="Ưu tiên tình huống")
    assert "2 assignments were made." in manager.get("/assignments").text
    for name in ("an", "binh"):
        desk = sign_in(staffed, name, PASSWORD).get("/items").text
        assert desk.index("What I owe") < desk.index("All my items")
        assert "0 of 2 delivered" in desk
        assert "20 days left" in desk or "21 days left" in desk or "19 days left" in desk


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"authors": []}, "authors", "Choose at least one author."),
        ({"authors": ["999"]}, "authors", "not a valid choice"),
        ({"authors": ["x"]}, "authors", "Choose at least one author."),
        ({"n_items": ""}, "n_items", "Give a number."),
        ({"n_items": "0"}, "n_items", "between 1 and 500"),
        ({"n_items": "viele"}, "n_items", "integer"),
        ({"due_on": "31/12/2026"}, "due_on", "Not a valid date"),
        ({"due_on": ""}, "due_on", "Give a date."),
        ({"due_on": "2020-01-01"}, "due_on", "lies in the past"),
        ({"legal_basis": ""}, "legal_basis", "required"),
        ({"topic": "T99"}, "topic", "Not a valid choice"),
        ({"level": "guess"}, "level", "Not a valid choice"),
    ],
)
def test_each_fault_stands_at_its_field_and_what_was_typed_stays(manager: Browser, change, field, words):
    answer = manager.post_form("/assignments/new", **order(manager, note="Giữ lại", **change))
    assert answer.status_code == 400
    told = answer.text.split(f'id="assign-{field}-error">')[1].split("</p>")[0]
    assert words in told
    assert "Giữ lại" in answer.text
    assert "Nothing has been assigned yet." in manager.get("/assignments").text


def test_the_form_begins_with_what_a_cell_of_the_bank_lacks(manager: Browser):
    page = manager.get("/assignments/new?topic=T01&level=recall&n_items=7").text
    assert '<option selected value="recall">' in page
    assert 'value="7"' in page
    assert manager.get("/assignments/new?topic='&level=x&n_items=x").status_code == 200


def test_the_same_form_twice_is_told_who_has_it_already(manager: Browser):
    assign(manager)
    again = manager.post_form("/assignments/new", **order(manager))
    assert again.status_code == 400
    assert "has an open assignment of exactly this kind already" in again.text


def test_the_pages_are_closed_to_those_they_are_not_for(staffed: Flask, manager: Browser):
    assign(manager, authors=authors_of(manager)[:1])
    page = "/assignments/1"
    reads = {"chi": (200, 200), "thanh": (200, 200), "an": (403, None), "quan": (403, 403), "hoa": (403, 403)}
    for name, (board, one) in reads.items():
        browser = sign_in(staffed, name, PASSWORD)
        assert [browser.get(path).status_code for path in ("/assignments", "/assignments.xlsx")] == [
            board
        ] * 2
        if one is not None:
            assert browser.get(page).status_code == one
        assert browser.get("/assignments/new").status_code == 403
        for act in ("deadline", "end"):
            assert browser.post_form(f"{page}/{act}", reason="x", due_on=day(1)).status_code == 403
    own = sorted(sign_in(staffed, name, PASSWORD).get(page).status_code for name in ("an", "binh"))
    assert own == [200, 403]


def test_the_manager_moves_a_deadline_and_ends_an_assignment_with_reasons(manager: Browser):
    assign(manager, authors=authors_of(manager)[:1])
    page = "/assignments/1"
    missing = manager.post_form(f"{page}/deadline", due_on=day(30))
    assert missing.status_code == 400
    assert 'id="deadline-reason-error"' in missing.text
    past = manager.post_form(f"{page}/deadline", due_on=day(-3), reason="vì")
    assert "lies in the past" in past.text.split('id="deadline-due_on-error">')[1]
    assert manager.post_form(f"{page}/deadline", due_on=day(30), reason="Chờ nghị định").location.endswith(
        page
    )
    assert "Chờ nghị định" in manager.get(page).text
    assert manager.post_form(f"{page}/end", ending="burn", reason="vì").status_code == 400
    assert manager.post_form(f"{page}/end", ending="withdrawn", reason="Giao nhầm").location.endswith(page)
    ended = manager.get(page).text
    assert "Giao nhầm" in ended
    assert "End the assignment" not in ended
    late = manager.post_form(f"{page}/deadline", due_on=day(40), reason="vì")
    assert "This assignment has ended." in late.text


def test_an_item_begun_from_the_desk_is_filled_in_and_counts(manager: Browser, author: Browser):
    assign(manager)
    desk = author.get("/items").text
    link = desk.split('href="/items/new?assignment=')[1].split('"')[0]
    kinds = author.get(f"/items/new?assignment={link}").text
    assert f"assignment={link}" in kinds  # an interaction is chosen first, and the assignment is kept
    form = author.get(f"/items/new?kind=single_choice&assignment={link}").text
    assert 'value="Luật Hải quan 2014, Điều 25"' in form
    assert '<option selected value="T01">' in form
    assert f'<option selected value="{link}">' in form
    author.post_form("/items/new", **ITEM, assignment=link, then="submit")
    assert "1 of 2 delivered" in author.get("/items").text
    assert "T01-100" in author.get(f"/assignments/{link}").text
    for choice in ("999", "x"):
        refused = author.post_form("/items/new", **{**ITEM, "code": "T01-101"}, assignment=choice)
        assert refused.status_code == 400
        assert author.get(f"/items/new?assignment={choice}").status_code == 200


def test_who_owes_nothing_is_asked_for_no_assignment(author: Browser):
    page = author.get("/items/new?kind=single_choice").text
    assert "Written for" not in page
    assert "What I owe" not in author.get("/items").text
    assert author.post_form("/items/new", **ITEM).status_code == 302


def test_an_imported_file_is_written_for_the_assignment_chosen(manager: Browser, author: Browser):
    assign(manager, level="recall")
    assign(manager, level="apply", due_on=day(30))
    report = author.post_form("/items/import", file=(io.BytesIO(workbook([row_of()])), "x.xlsx")).location
    page = author.get(report).text
    choices = [
        part.split('"')[0] for part in page.split("<option ")[1:] for part in [part.split('value="')[1]]
    ]
    recall, apply = choices[1:3]
    refused = author.post_form(report, assignment=recall)
    assert refused.status_code == 409
    assert "The assignment asks for another topic, cognitive level or pool." in refused.text
    assert author.post_form(report, assignment=apply).status_code == 302
    assert "T01-001" in author.get(f"/assignments/{apply}").text


def test_the_file_says_what_the_board_says_and_runs_no_formula(staffed: Flask, manager: Browser):
    assign(manager, due_on=day(-5), overdue_agreed="y")
    board = manager.get("/assignments").text
    assert "+Office One" in board
    assert "2 assignments late" in board
    answer = manager.get("/assignments.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=giao-viec-")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    headers, *rows = list(sheet.iter_rows())
    assert [cell.value for cell in headers][:3] == ["Owner unit", "Author", "Topic"]
    by_author = {row[1].value: row for row in rows}
    hostile = by_author['=HYPERLINK("http://x")']
    assert (hostile[0].data_type, hostile[1].data_type) == ("s", "s")
    assert hostile[0].quotePrefix
    assert hostile[1].quotePrefix
    figures = dict(zip([cell.value for cell in headers], [cell.value for cell in hostile], strict=True))
    assert (figures["Asked"], figures["Owed"], figures["Overdue"]) == (2, 2, 2)
    assert figures["State"] == "Late"
    assert figures["Days late"] in (4, 5, 6)


def test_the_board_is_ordered_as_asked_and_shows_only_what_is_owed(manager: Browser):
    assign(manager)
    for query in ("order=owed", "order=unit", "order=x'", "show=owing", "order=late&show=owing"):
        page = manager.get(f"/assignments?{query}")
        assert page.status_code == 200
        assert "+Office One" in page.text
    for id_ in (1, 2):
        manager.post_form(f"/assignments/{id_}/end", ending="closed", reason="Đủ")
    assert "+Office One" not in manager.get("/assignments?show=owing").text


def test_two_reviewers_where_the_rule_says_so_and_a_reply_to_every_return(
    services: Services, staffed: Flask, manager: Browser, author: Browser
):
    bad = manager.post_form("/bank/rules", pool="operational", min_reviewers="9", reason="vì")
    assert bad.status_code == 400
    assert 'id="rule-min_reviewers-error"' in bad.text
    assert (
        manager.post_form("/bank/rules", pool="operational", min_reviewers="2", reason="Kỳ 2026").status_code
        == 302
    )
    assert "2 reviewers must accept an item" in author.get("/bank/rules").text
    assert (
        author.post_form("/bank/rules", pool="operational", min_reviewers="1", reason="x").status_code == 403
    )

    item = author.post_form("/items/new", **ITEM, then="submit").location
    chi, chau = (sign_in(staffed, name, PASSWORD) for name in ("chi", "chau"))
    chi.post_form(f"{item}/review", **ACCEPT)
    assert "1 of 2" in chau.get("/items?tab=review").text
    page = chi.get(f"{item}/review").text
    assert "1 of 2 reviewers have accepted it. You" not in page
    assert "You are one of them" in page
    assert 'value="accept"' not in page
    assert chi.post_form(f"{item}/review", **ACCEPT).status_code == 409

    chau.post_form(f"{item}/review", **RETURN)
    unanswered = author.post_form("/items/submit", version_ids=item.rsplit("/", 1)[1], back="item")
    assert "Reply to whoever returned the item first." in author.get(unanswered.location).text
    desk = author.get("/items").text
    reply = desk.split('action="/items/reviews/')[1].split('"')[0]
    empty = author.post_form(f"/items/reviews/{reply}", reply=" ")
    assert "This field is required." in author.get(empty.location).text
    draft = author.post_form(f"{item}/versions").location.removesuffix("/edit")
    saved = author.post_form(f"{draft}/edit", **{**ITEM, "stem": "Sửa?"}, then="submit")
    assert "Saved as a draft, but not handed in." in author.get(saved.location).text
    assert "Reply owed" in author.get("/items?tab=drafts").text
    back = draft.rsplit("/", 1)[1]
    assert author.post_form(f"/items/reviews/{reply}", reply="Đã thay căn cứ.", back=back).location == draft
    author.post_form("/items/submit", version_ids=back, back="item")
    side = chi.get(f"{draft}/review").text
    assert side.index("Căn cứ đã bị thay thế.") < side.index("Đã thay căn cứ.")
    said = chi.post_form(f"{draft}/review", **ACCEPT)
    assert "Another reviewer has to accept it as well." in chi.get(said.location).text
    chau.post_form(f"{draft}/review", **ACCEPT)
    assert "Appraised" in author.get(draft).text
    assert verify_chain(services).first_bad_seq is None


def test_nobody_replies_through_anothers_form(staffed: Flask, author: Browser):
    item = author.post_form("/items/new", **ITEM, then="submit").location
    sign_in(staffed, "chi", PASSWORD).post_form(f"{item}/review", **RETURN)
    assert (
        sign_in(staffed, "binh", PASSWORD).post_form("/items/reviews/1/reply", reply="x").status_code == 403
    )
    assert author.post_form("/items/reviews/999/reply", reply="x").status_code == 404
    hostile = "<script>x()</script>"
    author.post_form("/items/reviews/1/reply", reply=hostile)
    assert hostile not in author.get("/items").text
