"""The item bank's screens as a test uses them: writing, importing, appraising, putting to use."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
from playwright.sync_api import Locator, Page, expect

OPTIONS = ("A", "B", "C", "D")
LEVELS = ("recall", "apply", "situation")


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as its author has it in mind."""

    code: str
    level: str
    stem: str
    options: tuple[str, str, str, str]
    key: str
    legal_basis: str
    rationale: str
    judged_percent: int
    topic: str = "T01"


SUBMISSION_TIME = Draft(
    code="T01-101",
    level="apply",
    stem=(
        "Lô vải nhập khẩu theo hợp đồng mua bán đến cửa khẩu nhập ngày 05/3, không đi bằng chuyển phát "
        "nhanh. Doanh nghiệp chưa nộp tờ khai và hỏi được nộp trong thời hạn nào. Theo Luật Hải quan số "
        "54/2014/QH13, trả lời đúng là:"
    ),
    options=(
        "Trong 15 ngày kể từ ngày hàng đến cửa khẩu",
        "Trong 30 ngày kể từ ngày hàng đến cửa khẩu",
        "Trong 60 ngày kể từ ngày hàng đến cửa khẩu",
        "Trong 90 ngày kể từ ngày hàng đến cửa khẩu",
    ),
    key="B",
    legal_basis="Luật Hải quan 54/2014/QH13, Điều 25",
    rationale="Tờ khai nhập khẩu nộp trước khi hàng đến hoặc trong 30 ngày kể từ ngày hàng đến cửa khẩu; "
    "quá 90 ngày không có người nhận thì là hàng tồn đọng.",
    judged_percent=70,
)
KEEPING_RECORDS = Draft(
    code="T01-102",
    level="apply",
    stem=(
        "Doanh nghiệp đăng ký tờ khai xuất khẩu ngày 10/01/2022, hàng đã thông quan. Theo Luật Hải quan số "
        "54/2014/QH13, doanh nghiệp phải lưu giữ hồ sơ hải quan của tờ khai này ít nhất đến ngày nào?"
    ),
    options=("10/01/2025", "10/01/2027", "10/01/2029", "10/01/2032"),
    key="B",
    legal_basis="Luật Hải quan 54/2014/QH13, Điều 18",
    rationale="Hồ sơ hải quan của hàng đã thông quan được lưu 05 năm kể từ ngày đăng ký tờ khai.",
    judged_percent=65,
)
SUPPLEMENT_AFTER_CLEARANCE = Draft(
    code="T01-103",
    level="apply",
    stem=(
        "Lô hàng không thuộc diện giấy phép được thông quan ngày 04/4. Doanh nghiệp tự phát hiện khai "
        "thiếu số lượng, chưa có quyết định kiểm tra sau thông quan. Doanh nghiệp được khai bổ sung hồ sơ "
        "hải quan trong thời hạn nào kể từ ngày thông quan?"
    ),
    options=("30 ngày", "45 ngày", "60 ngày", "90 ngày"),
    key="C",
    legal_basis="Luật Hải quan",
    rationale="Sau thông quan, khai bổ sung được thực hiện trong 60 ngày, trước khi có quyết định kiểm tra "
    "sau thông quan hoặc thanh tra.",
    judged_percent=60,
)


def write_item(author: Page, draft: Draft) -> None:
    """Type an item into the form, look at its preview, keep it as a draft, hand it to the reviewers."""
    author.goto("/items/new?kind=single_choice")
    author.fill("#item-code", draft.code)
    author.select_option("#item-topic", draft.topic)
    author.select_option("#item-level", draft.level)
    author.fill("#item-stem", draft.stem)
    for letter, content in zip(OPTIONS, draft.options, strict=True):
        author.fill(f"#item-option_{letter.lower()}", content)
    author.locator(f'label.key-choice:has([value="{draft.key}"])').click()
    author.fill("#item-legal_basis", draft.legal_basis)
    author.fill("#item-rationale", draft.rationale)
    author.fill("#item-judged_share", str(draft.judged_percent))
    right = author.locator("#preview .as-option", has_text=draft.options[OPTIONS.index(draft.key)])
    right.locator("input").check()
    expect(author.locator("#tried .try-right")).to_have_count(1)  # what an author tries is marked at once
    author.click('.actions button[name="then"][value="save"]')
    expect(author.locator("h1")).to_contain_text(draft.code)
    author.click('form[action$="/items/submit"] button')
    expect(author.locator(".alert-success")).to_be_visible()


def fill_template(author: Page, path: Path, drafts: list[Draft]) -> Path:
    """Download the empty workbook from the import page and write the items into it."""
    author.goto("/items/import")
    with author.expect_download() as download:
        author.click('a[href$="template.xlsx"]')
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row, draft in enumerate(drafts, start=2):
        for header, value in _cells(draft).items():
            sheet.cell(row=row, column=columns[header], value=value)
    book.save(path)
    return path


def _cells(draft: Draft) -> dict[str, str | float]:
    """What stands below each header of the template."""
    return {
        "Mã câu hỏi": draft.code,
        "Chuyên đề": draft.topic,
        "Mức độ nhận thức": {"recall": "Nhớ", "apply": "Vận dụng"}[draft.level],
        "Câu hỏi": draft.stem,
        **{f"Phương án {letter}": text for letter, text in zip(OPTIONS, draft.options, strict=True)},
        "Đáp án": draft.key,
        "Căn cứ pháp lý": draft.legal_basis,
        "Giải thích": draft.rationale,
        "Tỷ lệ đúng ước lượng": draft.judged_percent / 100,
    }


def check_file(author: Page, path: Path) -> None:
    """Choose a file of any format; ends on its report."""
    author.goto("/items/import")
    author.set_input_files("#import-file", path)
    author.click("form.choose button")
    expect(author.locator(".verdict")).to_be_visible()


def line_of(author: Page, words: str) -> Locator:
    """The report's line of the item with these words in it."""
    return author.locator("table.report-lines tbody tr", has_text=words)


def import_with_a_wrong_row(author: Page, folder: Path, drafts: list[Draft]) -> None:
    """The last row names a key that no option has: the report says where and why, and nothing comes in."""
    wrong = [*drafts[:-1], replace(drafts[-1], key="E")]
    check_file(author, fill_template(author, folder / "sai.xlsx", wrong))
    expect(author.locator(".verdict-part")).to_be_visible()
    for draft in drafts[:-1]:
        expect(line_of(author, draft.code)).to_have_class("fate-taken")
    refused = line_of(author, drafts[-1].code)
    expect(refused).to_have_class("fate-refused")
    reason = refused.locator(".remark-refused")
    expect(reason).to_contain_text(re.compile(rf"\b{len(drafts) + 1}\b.*\(Đáp án\)"))  # row, column
    author.locator(".verdict button").click()  # nobody said that the wrong one may be left out
    expect(author).to_have_url(re.compile("/items/import/"))
    author.goto("/items?tab=mine&q=T01-10")
    expect(author.locator("main")).not_to_contain_text(drafts[0].code)


def confirm_import(author: Page) -> None:
    """Bring in everything of a file in which nothing is wrong; ends on the desk, where they are drafts."""
    expect(author.locator(".verdict-good")).to_be_visible()
    author.locator(".verdict button").click()
    expect(author.locator(".alert-success")).to_be_visible()


def hand_in(author: Page, codes: list[str]) -> None:
    """Tick these drafts and hand them to the reviewers."""
    author.goto("/items?tab=drafts")
    tick(author, codes)
    author.click('form[action$="/items/submit"] button')
    expect(author.locator(".alert-success")).to_be_visible()


def import_workbook(author: Page, folder: Path, drafts: list[Draft]) -> None:
    """Import a right workbook and hand all of it to the reviewers."""
    check_file(author, fill_template(author, folder / "dung.xlsx", drafts))
    confirm_import(author)
    hand_in(author, [draft.code for draft in drafts])


def open_for_review(reviewer: Page, code: str) -> None:
    """Take an item out of the reviewer's queue."""
    reviewer.goto("/items?tab=review")
    reviewer.locator("table.items tr", has_text=code).locator('a[href$="/review"]').click()
    expect(reviewer.locator("h1")).to_contain_text(code)


def accept_item(reviewer: Page, code: str) -> None:
    """Tick the whole checklist and accept."""
    open_for_review(reviewer, code)
    for point in reviewer.locator('input[name="checklist"]').all():
        point.check()
    reviewer.click('button[value="accept"]')
    expect(reviewer.locator(".alert-success")).to_be_visible()


def accept_without_checklist_is_refused(reviewer: Page, code: str) -> None:
    """A checklist with a gap accepts nothing."""
    open_for_review(reviewer, code)
    reviewer.click('button[value="accept"]')
    expect(reviewer.locator(".alert-danger")).to_be_visible()
    expect(reviewer.locator("#review-form")).to_be_visible()


def return_item(reviewer: Page, code: str, comment: str) -> None:
    """Give an item back to its author, saying why."""
    open_for_review(reviewer, code)
    reviewer.fill("#review-comment", comment)
    reviewer.click('button[value="return"]')
    expect(reviewer.locator(".alert-success")).to_be_visible()


def expect_returned(author: Page, code: str, comment: str) -> None:
    """The author finds the item and the reason at the top of the desk."""
    author.goto("/items")
    back = author.locator(".returned .panel", has_text=code)
    expect(back.locator(".comment")).to_contain_text(comment)


def move_items(manager: Page, queue: str, codes: list[str]) -> None:
    """The bank manager moves the ticked items of a queue one state on."""
    manager.goto(f"/items?tab={queue}")
    tick(manager, codes)
    manager.click("form[data-ticks] .bulk-bar button")
    expect(manager.locator(".alert-success")).to_be_visible()


def tick(page: Page, codes: list[str]) -> None:
    """Tick these items, no others."""
    for code in codes:
        page.locator("table.items tr", has_text=code).locator('input[name="version_ids"]').check()


def count_in_use(manager: Page, topic: str, level: str) -> int:
    """How many items of a cell the bank board counts as operational."""
    manager.goto("/bank")
    cells = manager.locator("table.coverage tbody tr", has_text=topic).locator("td")
    return int(cells.nth(LEVELS.index(level)).locator("strong").inner_text())


def judge_new_items(examiner: Page, second: Page, n_new: int) -> None:
    """One examiner proposes parameters for the items that have none, another puts them in force."""
    examiner.goto("/calibrations")
    in_force = examiner.locator("tr", has=examiner.locator(".badge-info"))
    n_before = int(in_force.locator("td.num").nth(1).inner_text())
    examiner.click('form[action$="/calibrations/judgement"] button')
    expect(examiner.locator("#adoption")).to_be_visible()
    expect(examiner.locator('form[action$="/adopt"]')).to_have_count(0)  # not by who proposed
    second.goto(examiner.url)
    second.click("#adopt-step summary")  # it asks once more: adopted parameters never change
    second.click('form[action$="/adopt"] button')
    expect(second.locator("h1 .badge-good")).to_be_visible()
    second.goto("/calibrations")
    in_force = second.locator("tr", has=second.locator(".badge-info"))
    n_now = int(in_force.locator("td.num").nth(1).inner_text())
    assert n_now >= n_before + n_new  # others of the bank may have had none either
