"""What stands in a cell, as other programs store it and other hands type it, is read as was meant."""

from __future__ import annotations

import io

import openpyxl
import pytest

from item_bank.formats.cells import coordinates, decode_escapes, encode_escapes
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.pool import Pool
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.workbook_factory import COLUMNS, grid, package, parts, row_of, workbook


def only(row, **extra):
    (item,) = read_workbook(workbook([row], **extra)).items
    assert item.refused is None
    return item


def test_headers_are_known_in_any_order_case_and_without_diacritics():
    row = row_of()
    renamed = {"DAP AN DUNG": row["Đáp án"], "ma cau": row["Mã câu hỏi"], "Option a": row["Phương án A"]}
    kept = {
        header: text
        for header, text in reversed(row.items())
        if header not in ("Đáp án", "Mã câu hỏi", "Phương án A")
    }
    assert only(renamed | kept) == only(row)


def test_a_title_above_the_header_does_no_harm():
    row = row_of()
    data = grid([["Bộ câu hỏi năm 2026"], [], list(row), list(row.values())])
    merged = '<mergeCells><mergeCell ref="A1:M1"/></mergeCells>'
    (item,) = read_workbook(package(parts(data, after=merged))).items
    assert (item.facts.code, item.key) == ("T01-001", Key(1, ("B",)))


@pytest.mark.parametrize(("typed", "share"), [("0,65", 0.65), ("64.7 %", 0.647), ("1", 1.0), ("", None)])
def test_a_share_is_a_fraction_or_a_percentage(typed, share):
    assert only(row_of(SHARE=typed)).facts.judged_share == share


def test_a_percentage_cell_is_read_as_the_number_it_holds():
    row = row_of(SHARE='<c r="{ref}" s="1"><v>0.65000000000000002</v></c>')
    assert only(row).facts.judged_share == 0.65


def test_a_date_and_a_share_beyond_one_are_never_taken_for_a_share():
    for stored in ("45000", "1.5", "-0.5", "NaN"):
        (item,) = read_workbook(workbook([row_of(SHARE=f'<c r="{{ref}}" s="1"><v>{stored}</v></c>')])).items
        assert item.refused.code in {"INVALID_SHARE", "CELL_NOT_TEXT"}


def test_shared_strings_rich_text_and_phonetic_hints_are_read():
    strings = (
        "<si><r><t>Nội dung nào </t></r><r><rPr><b/></rPr><t>KHÔNG</t></r><r><t> đúng?</t></r>"
        "<rPh><t>bỏ</t></rPh></si>"
        "<si><r><t>m</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>2</t></r></si>"
    )
    row = row_of(STEM='<c r="{ref}" t="s"><v>0</v></c>', OPTION_A='<c r="{ref}" t="s"><v>1</v></c>')
    item = only(row, strings=strings)
    assert item.stem == "Nội dung nào <b>KHÔNG</b> đúng?"
    assert item.asked.options[0].content == "m<sup>2</sup>"


def test_hostile_cells_come_in_as_harmless_text():
    item = only(row_of(STEM="<img src=x onerror=alert(1)>?", RATIONALE="<b onclick=x>y</b>"))
    assert item.stem == "&lt;img src=x onerror=alert(1)&gt;?"
    assert item.rationale == "<b>y</b>"


def test_escapes_of_the_format_are_undone_once():
    assert decode_escapes("a_x000A_b") == "a\nb"
    assert decode_escapes(encode_escapes("_x0041_")) == "_x0041_"
    assert coordinates("AB12") == (12, 28)


def test_another_reader_sees_the_headers_and_words_of_what_is_written():
    facts = BankFacts("T01-1", "T01", CognitiveLevel.RECALL, "Luật", pool=Pool.PRACTICE)
    item = ForeignItem("1", "Gì?", single_choice("a", "b", "c", "d"), Key(1, ("D",)), facts=facts)
    data, lost = write_workbook(ForeignBank((item,)))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Câu hỏi"]
    said = {
        sheet.cell(1, column).value: sheet.cell(2, column).value for column in range(1, sheet.max_column + 1)
    }
    assert lost == ()
    assert said.keys() >= set(COLUMNS.values())
    assert [said[name] for name in ("Mức độ nhận thức", "Đáp án", "Kho câu hỏi")] == ["Nhớ", "D", "Luyện tập"]
