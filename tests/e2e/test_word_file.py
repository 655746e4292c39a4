"""From an author's Word file to items in use, and out of the bank again by two persons, with a trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD
from examsvc.services.accounts import NewUser, add_user
from item_bank.formats.docx import write_docx
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.interactions.asked import Asked, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.taxonomy import CognitiveLevel
from tests.e2e import bank_pages
from tests.e2e.conftest import ROOT, OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look
from tests.unit.item_bank.docx_factory import docx, paragraph

pytestmark = pytest.mark.e2e
SECOND_REVIEWER, SECOND_MANAGER = "e2e_tham_dinh_2", "e2e_ngan_hang_2"
BASIS = "Luật Hải quan 54/2014/QH13, Điều 29"
CODES = ["WORD-001", "WORD-002", "WORD-003", "WORD-004"]  # made up by the bank: the file says none
OWN = ["T01-W01", "T01-W02"]

# As authors write who know the layout of Azota: the key is bold, a solution follows, no facts of the bank.
KEY_IS_BOLD = (
    "Câu 1. Người khai hải quan phát hiện sai sót trước khi cơ quan hải quan thông báo kiểm tra trực tiếp hồ "
    "sơ thì được làm gì?",
    "A. Hủy tờ khai và khai lại từ đầu",
    "**B. Khai bổ sung hồ sơ hải quan**",
    "C. Chờ cơ quan hải quan xử phạt",
    "D. Nộp đơn xin miễn kiểm tra",
    "Lời giải: Khai bổ sung được phép trước thời điểm đó.",
)
NO_KEY = (
    "Câu 2. Khai bổ sung sau thông quan được thực hiện trong thời hạn bao nhiêu ngày kể từ ngày thông quan?",
    "A. 30 ngày",
    "B. 45 ngày",
    "C. 60 ngày",
    "D. 90 ngày",
)
TWO_KEYS = (
    "Câu 3. Cơ quan nào quyết định kiểm tra sau thông quan tại trụ sở cơ quan hải quan?",
    "**A. Chi cục Kiểm tra sau thông quan**",
    "B. Ủy ban nhân dân cấp tỉnh",
    "**C. Chi cục Quản lý thị trường**",
    "D. Phòng Thương mại và Công nghiệp",
)
SHARE_UNREADABLE = (
    "Câu 4. Tờ khai hải quan đã đăng ký có giá trị làm thủ tục trong bao nhiêu ngày?",
    "A. 05 ngày",
    "B. 10 ngày",
    "**C. 15 ngày**",
    "D. 30 ngày",
    "Tỷ lệ đúng ước lượng: đa số cán bộ",
)


def as_azota(*questions: tuple[str, ...]) -> bytes:
    lines = ["PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn", *(line for one in questions for line in one)]
    return docx("".join(paragraph(line) for line in lines))


def first_file() -> bytes:
    return as_azota(KEY_IS_BOLD, NO_KEY, TWO_KEYS, SHARE_UNREADABLE)


def corrected_file() -> bytes:
    key_named = (*NO_KEY, "Đáp án: C")
    one_key = tuple(line.replace("**C.", "C.").removesuffix("**") if line[:3] == "**C" else line
                    for line in TWO_KEYS)  # fmt: skip
    share = (*SHARE_UNREADABLE[:-1], "Tỷ lệ đúng ước lượng: 65%")
    return as_azota(KEY_IS_BOLD, key_named, one_key, share)


def own_file() -> bytes:
    """A Word file of our own layout, which says everything: two items, two interactions."""
    facts = [BankFacts(code, "T01", CognitiveLevel.APPLY, BASIS, judged_share=0.6) for code in OWN]
    several = single_choice("Hóa đơn thương mại", "Thực đơn của tàu", "Chứng từ vận tải", "Danh bạ cảng")
    items = (
        ForeignItem(
            where=OWN[0],
            stem="Hồ sơ hải quan của lô hàng nhập khẩu thông thường nhất thiết có chứng từ nào?",
            asked=single_choice("Tờ khai hải quan", "Hợp đồng bảo hiểm tàu", "Sổ thuyền viên", "Hải đồ"),
            key=Key(1, ("A",)),
            rationale="Tờ khai là chứng từ bắt buộc.",
            facts=facts[0],
        ),
        ForeignItem(
            where=OWN[1],
            stem="Những chứng từ nào dưới đây có thể thuộc hồ sơ hải quan của lô hàng nhập khẩu?",
            asked=Asked(Interaction.MULTIPLE_RESPONSE, several.options),
            key=Key(1, ("A C",)),
            rationale="Hóa đơn và vận đơn được nộp khi luật yêu cầu.",
            facts=facts[1],
        ),
    )
    return write_docx(ForeignBank(items))


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> None:
    """A second reviewer and a second bank manager: no rule of two persons is kept by one."""
    with open_services(served_home) as deps:
        for name, shown, role in (
            (SECOND_REVIEWER, "Người thẩm định thứ hai", Role.REVIEWER),
            (SECOND_MANAGER, "Quản trị ngân hàng thứ hai", Role.BANK_MANAGER),
        ):
            add_user(deps, None, NewUser(name, shown, frozenset({role}), PASSWORD))


def test_a_word_file_becomes_items_in_use_which_leave_by_two_persons_and_are_traced(
    open_page: OpenPage, served_home: Path, tmp_path: Path
):
    desk = cache(open_page)  # everybody logs in once, and works in Vietnamese
    author, manager = desk("ban_de_1"), desk("ngan_hang")
    ask_for_two_reviewers(manager)
    read_the_dry_run(author, tmp_path)
    answer_what_the_file_does_not_say(author)
    choose_the_corrected_file(author, tmp_path)
    bank_pages.confirm_import(author)
    bank_pages.hand_in(author, CODES)
    bank_pages.check_file(author, saved(tmp_path / "dung-mau.docx", own_file()))
    bank_pages.confirm_import(author)  # it says everything: there is nothing to answer
    bank_pages.hand_in(author, OWN)
    for code in (*CODES, *OWN):
        bank_pages.accept_item(desk("tham_dinh"), code)
        bank_pages.accept_item(desk(SECOND_REVIEWER), code)
    put_in_use(desk, [*CODES, *OWN])
    number = ask_for_the_export(manager, [*CODES, *OWN])
    confirm(desk(SECOND_MANAGER), number)
    file = take_out(manager, number, tmp_path)
    assert number in trace(served_home, file)


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def ask_for_two_reviewers(manager: Page) -> None:
    manager.goto("/bank/rules")
    manager.fill("#rule-min_reviewers", "2")
    manager.fill("#rule-reason", "Ngân hàng dùng cho kỳ thi")
    manager.click("#rule-form button")
    expect(manager.locator(".alert-success")).to_be_visible()


def read_the_dry_run(author: Page, folder: Path) -> None:
    """Nothing is taken yet; each question says by its own name why, and the place is where Word shows it."""
    bank_pages.check_file(author, saved(folder / "cau-hoi.docx", first_file()))
    expect(author.locator("tr.fate-refused")).to_have_count(4)
    for number, fact in ((2, "key"), (3, "two keys")):
        line = bank_pages.line_of(author, f"PHẦN I · Câu {number}")
        expect(line.locator(".remark-refused"), fact).to_be_visible()
    expect(bank_pages.line_of(author, "Câu 3").locator(".remark-refused")).to_contain_text("A, C")
    expect(bank_pages.line_of(author, "Câu 4").locator(".remark-lost")).to_contain_text("đa số cán bộ")
    expect(author.locator(".verdict form")).to_have_count(0)  # there is nothing to confirm
    look(author)


def answer_what_the_file_does_not_say(author: Page) -> None:
    """Topic, cognitive level, legal basis: what could not be taken for want of them now is."""
    author.select_option("#answers-topic", "T01")
    author.select_option("#answers-level", "apply")
    author.fill("#answers-legal_basis", BASIS)
    author.fill("#answers-code", "WORD")
    author.click(".answers button")
    for number, fate in ((1, "taken"), (2, "refused"), (3, "refused"), (4, "degraded")):
        expect(bank_pages.line_of(author, f"Câu {number}")).to_have_class(f"fate-{fate}")
    expect(bank_pages.line_of(author, "Câu 1")).to_contain_text("WORD-001")
    expect(bank_pages.line_of(author, "Câu 1").locator("td").last).to_have_text("B")
    look(author)
    author.click('.filter-choice[href*="fate=refused"]')
    expect(author.locator("table.report-lines tbody tr")).to_have_count(2)


def choose_the_corrected_file(author: Page, folder: Path) -> None:
    """From the report itself; what was answered to the first file holds for this one."""
    author.set_input_files("#import-file", saved(folder / "cau-hoi-2.docx", corrected_file()))
    author.click("form.choose button")
    expect(author.locator("tr.fate-taken")).to_have_count(4)
    expect(author.locator("#answers-legal_basis")).to_have_value(BASIS)
    for number, key in ((1, "B"), (2, "C"), (3, "A"), (4, "C")):
        expect(bank_pages.line_of(author, f"Câu {number}").locator("td").last).to_have_text(key)


def put_in_use(desk: OpenPage, codes: list[str]) -> None:
    """Approved, calibrated by judgement and adopted by another, operational."""
    manager = desk("ngan_hang")
    bank_pages.move_items(manager, "approve", codes)
    bank_pages.judge_new_items(desk("khao_thi"), desk("khao_thi_2"), len(codes))
    bank_pages.move_items(manager, "release", codes)
    for code in codes:
        manager.goto(f"/items?tab=all&state=operational&q={code}")
        expect(manager.locator("table.items tbody tr", has_text=code)).to_have_count(1)


def ask_for_the_export(manager: Page, codes: list[str]) -> str:
    """As a workbook; the number that it goes by."""
    manager.goto("/exports/new")
    manager.fill("#export-codes", "\n".join(codes))
    manager.select_option("#export-format", "xlsx")
    manager.fill("#export-recipient", "Hội đồng thi Khu vực I")
    manager.fill("#export-purpose", "Rà soát câu hỏi trước kỳ thi")
    manager.click("#export-form button")
    expect(manager.locator(".alert-success")).to_be_visible()
    expect(manager.locator("#decide-form")).to_have_count(0)  # not by who asked
    [number] = re.findall(r"XK-\d{6}", manager.locator("h1").inner_text())
    return number


def confirm(second: Page, number: str) -> None:
    second.goto("/exports")
    second.click(f"text={number}")
    second.click("button[value=confirm]")
    expect(second.locator(".alert-success")).to_be_visible()


def take_out(manager: Page, number: str, folder: Path) -> Path:
    manager.goto(f"/exports/{int(number[3:])}")
    with manager.expect_download() as download:
        manager.click('form[action$="/take"] button')
    path = folder / "lo-ra-ngoai.xlsx"
    download.value.save_as(path)
    return path


def trace(home: Path, file: Path) -> str:
    """What the command says of a file that was found."""
    done = subprocess.run(
        [sys.executable, "-m", "examsvc", "bank", "trace", str(file)],
        cwd=ROOT,
        env={**os.environ, "EXAMSVC_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "confirmed by Quản trị ngân hàng thứ hai" in done.stdout
    return done.stdout
