"""The author's workshop over HTTP: from a file to an approved item, each step by another person."""

from __future__ import annotations

import hashlib
import io

import openpyxl
import pytest
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.audit import verify_chain
from examsvc.store.models import TopicRow
from examsvc.web.author import importing
from item_bank.media import reference
from item_bank.review import CHECKLIST
from tests.integration.signing_in import Browser, sign_in
from tests.unit.item_bank.pictures import png
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = [pytest.mark.integration, pytest.mark.either_database]

PASSWORD = "a-long-enough-password"
STAFF = {
    "an": (Role.AUTHOR,),
    "binh": (Role.AUTHOR,),
    "chi": (Role.REVIEWER,),
    "dung": (Role.BANK_MANAGER,),
    "hoa": (Role.OFFICER,),
}
FORM = {
    "code": "T01-100",
    "topic": "T01",
    "level": "apply",
    "stem": "Trị giá < 5 triệu thì làm gì?",
    "option_a": "Khai báo",
    "option_b": "Miễn khai",
    "option_c": "Nộp thuế",
    "option_d": "Tạm giữ",
    "key": "B",
    "legal_basis": "Luật Hải quan 2014",
}


@pytest.fixture
def staffed(services: Services, app: Flask) -> Flask:
    with services.store.begin() as session:
        session.add(TopicRow(code="T01", name_vi="Thủ tục", name_en="Procedures"))
    for name, roles in STAFF.items():
        add_user(services, None, NewUser(name, name.title(), frozenset(roles), PASSWORD, locale="en"))
    return app


@pytest.fixture
def author(staffed: Flask) -> Browser:
    return sign_in(staffed, "an", PASSWORD)


def two_rows() -> list[dict[str, str]]:
    return [row_of(), row_of(CODE="T01-002", STEM="Ai có thẩm quyền kiểm tra thực tế hàng hóa?", KEY="A")]


def upload(browser: Browser, data: bytes, name: str = "cau-hoi.xlsx"):
    return browser.post_form("/items/import", file=(io.BytesIO(data), name))


def imported(browser: Browser) -> None:
    report = upload(browser, workbook(two_rows()))
    assert browser.post_form(report.location).status_code == 302


def versions(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="version_ids" value="')[1:]]


def test_a_file_is_checked_then_confirmed(author: Browser):
    report = upload(author, workbook(two_rows()))
    assert report.status_code == 302
    page = author.get(report.location).text
    assert "2 items can be imported." in page
    assert "T01-002" in page
    done = author.post_form(report.location)
    assert done.status_code == 302
    drafts = author.get(done.location).text
    assert "2 items were imported as drafts." in drafts
    assert len(versions(drafts)) == 2
    assert author.get(report.location).status_code == 404  # imported once, then forgotten


def test_a_refused_file_shows_row_column_and_reason(author: Browser):
    report = upload(author, workbook([*two_rows(), row_of(CODE="T01-003", KEY="E", STEM="Khác?")]))
    page = author.get(report.location).text
    assert "1 item cannot be taken before it is put right in the file." in page
    assert "Row 4, column I (Đáp án):" in page
    assert "The key “E” names nothing that the item has." in page
    refused = author.post_form(report.location)
    assert refused.status_code == 409
    assert "Tick this, or put the file right." in refused.text
    assert "T01-001" not in author.get("/items?tab=mine").text
    assert author.post_form(report.location, without_refused="y").status_code == 302
    assert "T01-001" in author.get("/items?tab=drafts").text


def test_what_a_file_does_not_say_is_answered_for_all_its_items(author: Browser):
    gift = "::Câu 1::Thời hạn nộp hồ sơ là bao lâu? {=02 giờ ~04 giờ ~06 giờ}\n".encode()
    report = upload(author, gift, "cau-hoi.gift").location
    page = author.get(report).text
    assert "The file does not say: Topic." in page
    assert "1 item lacks only what is asked below." in page
    assert "put right in the file" not in page  # nothing has to be
    assert "Answer wanted" in author.get(f"{report}?fate=lacking").text
    assert "Import 1 item" not in page
    answers = {"topic": "T01", "level": "apply", "legal_basis": "Luật Hải quan 2014"}
    answered = author.post_form(f"{report}/answers", **answers)
    page = author.get(answered.location).text
    assert "By your answer: Topic, Cognitive level, Legal basis, Code" in page
    assert author.post_form(answered.location).status_code == 302
    assert "T01-001" in author.get("/items?tab=drafts").text


def test_a_large_file_is_checked_and_imported_by_a_worker(author: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "LARGE", 10)
    checking = upload(author, workbook(two_rows()))
    assert "/items/import/jobs/" in checking.location
    report = author.get(checking.location)
    assert report.status_code == 302
    storing = author.post_form(report.location)
    assert "/items/import/jobs/" in storing.location
    done = author.get(storing.location)
    assert "2 items were imported as drafts." in author.get(done.location).text


def test_the_report_goes_with_its_author_as_a_workbook_without_formulas(author: Browser):
    rows = [row_of(CODE="T01-003", KEY="E", STEM="=1+1 là bao nhiêu?")]
    answer = author.get(f"{upload(author, workbook(rows)).location}/report.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert [sheet["C2"].value, sheet["E2"].value, sheet["E2"].data_type] == [
        "Not taken",
        "=1+1 là bao nhiêu?",
        "s",
    ]
    assert "Row 2, column I (Đáp án)" in sheet["H2"].value


def test_what_is_no_workbook_is_told_so(author: Browser):
    answer = upload(author, b"%PDF-1.7", "de.pdf")
    assert answer.status_code == 422
    assert "was not read; nothing was imported." in answer.text
    missing = author.post_form("/items/import")
    assert missing.status_code == 400
    assert "Choose a file first." in missing.text


def test_a_checked_file_is_open_to_the_author_who_sent_it_alone(staffed: Flask, author: Browser):
    location = upload(author, workbook(two_rows())).location
    other = sign_in(staffed, "binh", PASSWORD)
    assert other.get(location).status_code == 404
    assert other.post_form(location).status_code == 404


def test_the_template_is_a_workbook(author: Browser):
    answer = author.get("/items/import/template.xlsx")
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")


def test_a_form_with_a_fault_says_which_and_keeps_what_was_typed(author: Browser):
    answer = author.post_form("/items/new", **{**FORM, "option_c": "khai báo"})
    assert answer.status_code == 400
    assert "This option reads like option A." in answer.text
    assert "Trị giá &lt; 5 triệu thì làm gì?" in answer.text
    assert "Nộp thuế" not in answer.text


def test_markup_of_an_author_never_runs(author: Browser):
    hostile = {**FORM, "stem": 'Hỏi <img src=x onerror="x()"><b>gì</b>?<script>x()</script>'}
    for page in (
        author.post_form("/items/preview", **hostile).text,
        author.get(author.post_form("/items/new", **hostile).location).text,
    ):
        assert "<b>gì</b>" in page
        assert "<img src=x" not in page
        assert "<script>x()" not in page


def test_an_item_goes_from_hand_to_hand(services: Services, staffed: Flask, author: Browser):
    saved = author.post_form("/items/new", **FORM, then="submit")
    item = saved.location
    assert "In review" in author.get(item).text
    assert author.get(f"{item}/review").status_code == 403

    reviewer = sign_in(staffed, "chi", PASSWORD)
    assert "T01-100" in reviewer.get("/items").text
    incomplete = reviewer.post_form(f"{item}/review", decision="accept", checklist=["key_right"])
    assert incomplete.status_code == 409
    assert "every point of the checklist" in incomplete.text
    accepted = reviewer.post_form(
        f"{item}/review", decision="accept", checklist=[check.value for check in CHECKLIST]
    )
    assert accepted.status_code == 302
    assert reviewer.post_form("/items/approve", version_ids="1").status_code == 403

    manager = sign_in(staffed, "dung", PASSWORD)
    [version] = versions(manager.get("/items?tab=approve").text)
    done = manager.post_form("/items/approve", version_ids=version, back="approve")
    assert "1 item is now: Approved." in manager.get(done.location).text
    refused = manager.post_form("/items/move", version_ids=version, to="operational", back="item")
    assert "Nothing was changed." in manager.get(refused.location).text
    assert manager.get("/bank").status_code == 200
    assert verify_chain(services).first_bad_seq is None


def test_a_returned_item_comes_back_with_its_reason(staffed: Flask, author: Browser):
    imported(author)
    drafts = versions(author.get("/items?tab=drafts").text)
    author.post_form("/items/submit", version_ids=drafts, back="drafts")
    reviewer = sign_in(staffed, "chi", PASSWORD)
    returned = reviewer.post_form(
        f"/items/{drafts[0]}/review", decision="return", comment="Căn cứ đã bị thay thế."
    )
    assert returned.location.endswith(f"/items/{drafts[1]}/review")  # on to the next
    assert "Căn cứ đã bị thay thế." in author.get("/items").text
    revised = author.post_form(f"/items/{drafts[0]}/versions")
    assert author.get(revised.location).status_code == 200
    again = author.post_form(f"/items/{drafts[0]}/versions")
    assert again.location == revised.location  # one open draft, not two


def test_a_frozen_wording_leads_back_to_its_page(author: Browser):
    item = author.post_form("/items/new", **FORM, then="submit").location
    assert author.get(f"{item}/edit").location == item
    assert author.post_form(f"{item}/edit", **FORM).location == item


def test_others_items_and_the_bank_stay_closed(staffed: Flask, author: Browser):
    item = author.post_form("/items/new", **FORM).location
    other = sign_in(staffed, "binh", PASSWORD)
    assert other.get(item).status_code == 403
    assert other.get(f"{item}/edit").status_code == 403
    assert "T01-100" not in other.get("/items?tab=mine").text
    officer = sign_in(staffed, "hoa", PASSWORD)
    assert [officer.get(path).status_code for path in ("/items", item, "/bank", "/items/import")] == [403] * 4


def test_nothing_ticked_changes_nothing(author: Browser):
    answer = author.post_form("/items/submit", back="drafts")
    assert "Tick at least one item." in author.get(answer.location).text


def test_numbers_that_no_row_can_have_are_not_found(staffed: Flask, author: Browser):
    answer = author.post_form("/items/submit", back="drafts", version_ids="99999999999")
    assert "Tick at least one item." in author.get(answer.location).text
    assert sign_in(staffed, "chi", PASSWORD).get("/items?tab=all&author=99999999999").status_code == 200
    assert author.get("/items/99999999").status_code == 404


def test_a_picture_is_uploaded_and_shown_in_the_item(author: Browser):
    picture = png(3, 2)
    headers = {"Accept": "application/json"}
    body = {"csrf_token": author.token, "file": (io.BytesIO(picture), "anh.png"), "alt": "Sơ đồ"}
    told = author.client.post("/items/media", data=body, headers=headers).json["reference"]
    assert told == reference(hashlib.sha256(picture).hexdigest(), "Sơ đồ")
    saved = author.post_form("/items/new", **{**FORM, "stem": f"Xem hình: {told}"})
    assert saved.status_code == 302
    assert 'src="data:image/png;base64,' in author.get(saved.location).text
    assert "alt=&#34;Sơ đồ&#34;" in author.get(f"{saved.location}/edit").text
    without_module = author.post_form("/items/media", file=(io.BytesIO(picture), "x"), alt="Sơ đồ")
    assert "Copy this into the text" in without_module.text


def test_a_file_that_is_no_picture_is_refused_in_words(author: Browser):
    for data, alt, words in (
        (b"<svg onload='alert(1)'/>", "x", "SVG drawings"),
        (b"MZ", "x", "no picture"),
        (png() + bytes(2**20), "x", "at most 1 MB"),
        (png(9000, 9000), "x", "9000 × 9000"),
        (png(), "", "required"),
    ):
        answer = author.post_form("/items/media", file=(io.BytesIO(data), "anh.png"), alt=alt)
        assert answer.status_code in (400, 422)
        assert words in answer.text


def test_a_picture_that_is_not_in_the_bank_is_refused_at_its_field(author: Browser):
    page = author.post_form("/items/new", **{**FORM, "option_b": reference("0" * 64, "x")})
    assert page.status_code == 400
    assert "Upload it first" in page.text
    page = author.post_form("/items/new", **{**FORM, "stem": f'Xem <img src="media:{"0" * 64}">'})
    assert page.status_code == 400
    assert "A picture is written" in page.text


def test_the_preview_shows_formulas_and_names_those_that_cannot_be_read(author: Browser):
    page = author.post_form(
        "/items/preview", **{**FORM, "stem": r"\(\frac{a}{b}\)", "option_a": r"\(\thue\)"}
    )
    assert "<mfrac>" in page.text
    assert r"Option A: Formula 1: \thue is not known here." in page.text
    assert r"<code>\(\thue\)</code>" in page.text


def test_a_reference_to_an_unknown_picture_is_a_fault_of_its_row(author: Browser):
    rows = [row_of(STEM=f"Xem {reference('0' * 64, 'x')}"), row_of(CODE="T01-002", KEY="A", STEM=r"Tính \(x")]
    page = author.get(upload(author, workbook(rows)).location).text
    assert "1 item cannot be taken before it is put right in the file." in page
    assert "There is no picture “000000000000” in the bank." in page
    assert r"Formula 1 has no end" in page


def test_a_practice_item_stops_at_approval(staffed: Flask):
    author, reviewer, manager = (sign_in(staffed, name, PASSWORD) for name in ("an", "chi", "dung"))
    page = author.post_form("/items/new", **{**FORM, "pool": "practice", "then": "submit"}).location
    assert "For practice" in author.get(page).text
    ticks = {"checklist": [check.value for check in CHECKLIST], "decision": "accept"}
    assert reviewer.post_form(f"{page}/review", **ticks).status_code == 302
    identity = page.rsplit("/", 1)[1]
    assert manager.post_form("/items/approve", version_ids=identity).status_code == 302
    assert "Approved" in manager.get(page).text
    assert identity not in versions(manager.get("/items?tab=pilot").text)
    moved = manager.post_form("/items/move", version_ids=identity, to="pilot", back="item")
    assert "no exam may use it" in manager.get(moved.location).text
