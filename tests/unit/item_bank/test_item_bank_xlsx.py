"""The authors' workbook: what is taken, and how what is wrong is told."""

import io

import openpyxl
import pytest

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.cells import coordinates, decode_escapes, encode_escapes
from item_bank.formats.report import Severity
from item_bank.formats.xlsx import read_items, write_items, write_template
from item_bank.formats.xlsx_columns import Column
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.workbook_factory import grid, package, parts, row_of, workbook

TOPICS = {"T01", "T02"}


def read(data, **options):
    return read_items(data, known_topics=TOPICS, author="an", **options)


def found(report):
    return [(p.row, p.column, p.code) for p in report.problems if p.severity is Severity.ERROR]


def test_a_faultless_row_becomes_an_item_with_its_key():
    report = read(workbook([row_of(), row_of(CODE="T01-002", STEM="Khác hẳn?", ENEMIES="t01-001")]))
    assert report.ok
    assert report.problems == ()
    first, second = report.rows
    assert (first.row, first.item.code, first.item.author, first.key) == (2, "T01-001", "an", Key(1, ("B",)))
    assert first.item.cognitive_level is CognitiveLevel.APPLY
    assert first.item.judged_share == 0.65
    assert second.enemies == ("T01-001",)
    assert report.enemy_pairs == {("T01-001", "T01-002")}


def test_a_file_object_is_read_like_bytes():
    assert read(io.BytesIO(workbook([row_of()]))).ok


def test_headers_are_known_in_any_order_case_and_without_diacritics():
    row = row_of()
    renamed = {"DAP AN DUNG": row["Đáp án"], "ma cau": row["Mã câu hỏi"], "Option a": row["Phương án A"]}
    kept = {
        header: text
        for header, text in reversed(row.items())
        if header not in ("Đáp án", "Mã câu hỏi", "Phương án A")
    }
    assert read(workbook([renamed | kept])).ok


def test_a_title_above_the_header_does_no_harm():
    row = row_of()
    data = grid([["Bộ câu hỏi năm 2026"], [], list(row), list(row.values())])
    merged = '<mergeCells><mergeCell ref="A1:M1"/></mergeCells>'
    report = read(package(parts(data, after=merged)))
    assert report.ok
    assert report.rows[0].row == 4


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"CODE": ""}, "A", "MISSING_CELL"),
        ({"CODE": "T01 001"}, "A", "INVALID_CODE"),
        ({"TOPIC": "T99"}, "B", "UNKNOWN_TOPIC"),
        ({"LEVEL": "Thông hiểu"}, "C", "UNKNOWN_LEVEL"),
        ({"STEM": "  "}, "D", "MISSING_CELL"),
        ({"STEM": "<b> </b>"}, "D", "MISSING_CELL"),
        ({"STEM": "x" * 4_001}, "D", "TEXT_TOO_LONG"),
        ({"STEM": "x" * 40_000}, "D", "TEXT_TOO_LONG"),
        ({"OPTION_C": ""}, "G", "MISSING_CELL"),
        ({"OPTION_C": "BẤT KỲ lúc nào  trong ngày"}, "H", "DUPLICATE_OPTION"),
        ({"KEY": ""}, "I", "MISSING_CELL"),
        ({"KEY": "E"}, "I", "INVALID_KEY"),
        ({"KEY": "A, B"}, "I", "INVALID_KEY"),
        ({"KEY": "2"}, "I", "INVALID_KEY"),
        ({"BASIS": ""}, "J", "MISSING_CELL"),
        ({"SHARE": "65"}, "L", "INVALID_SHARE"),
        ({"SHARE": "120%"}, "L", "INVALID_SHARE"),
        ({"SHARE": "nhiều"}, "L", "INVALID_SHARE"),
        ({"ENEMIES": "T01-999"}, "M", "UNKNOWN_ENEMY"),
        ({"ENEMIES": "T01-001"}, "M", "SELF_ENEMY"),
        ({"ENEMIES": "câu 5"}, "M", "INVALID_ENEMY"),
        ({"STEM": '<c r="{ref}" t="str"><f>1+1</f><v>Câu gì?</v></c>'}, "D", "FORMULA_CELL"),
        ({"STEM": '<c r="{ref}" t="e"><v>#REF!</v></c>'}, "D", "ERROR_CELL"),
        ({"OPTION_A": '<c r="{ref}" s="1"><v>0.1</v></c>'}, "E", "CELL_NOT_TEXT"),
        ({"OPTION_A": '<c r="{ref}" s="2"><v>45000</v></c>'}, "E", "CELL_NOT_TEXT"),
        ({"OPTION_A": '<c r="{ref}"><v>2.5</v></c>'}, "E", "CELL_NOT_TEXT"),
        ({"OPTION_A": '<c r="{ref}" t="b"><v>1</v></c>'}, "E", "CELL_NOT_TEXT"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column_and_nothing_is_taken(change, column, code):
    report = read(workbook([row_of(CODE="T01-000", STEM="Câu hỏi tốt?"), row_of(**change)]))
    assert not report.ok
    assert report.rows == ()
    assert found(report) == [(3, column, code)]


@pytest.mark.parametrize(("typed", "share"), [("0,65", 0.65), ("64.7 %", 0.647), ("1", 1.0), ("", None)])
def test_a_share_is_a_fraction_or_a_percentage(typed, share):
    assert read(workbook([row_of(SHARE=typed)])).rows[0].item.judged_share == share


def test_a_percentage_cell_is_read_as_the_number_it_holds():
    row = row_of(SHARE='<c r="{ref}" s="1"><v>0.65000000000000002</v></c>')
    assert read(workbook([row])).rows[0].item.judged_share == 0.65


def test_whole_numbers_are_text_where_the_format_shows_them_as_they_are():
    row = row_of(OPTION_A='<c r="{ref}" s="0"><v>15</v></c>')
    assert read(workbook([row])).rows[0].item.options[0].content == "15"


def test_all_problems_of_a_row_are_told_at_once():
    report = read(workbook([row_of(TOPIC="X", LEVEL="Y", KEY="Z")]))
    assert found(report) == [(2, "B", "UNKNOWN_TOPIC"), (2, "C", "UNKNOWN_LEVEL"), (2, "I", "INVALID_KEY")]


def test_a_code_may_stand_once_in_file_and_bank():
    rows = [row_of(), row_of(CODE="t01-001", STEM="Khác?"), row_of(CODE="T02-9", STEM="Nữa?")]
    report = read(workbook(rows), existing={"t02-9"})
    assert found(report) == [(3, "A", "DUPLICATE_CODE"), (4, "A", "CODE_IN_BANK")]
    assert report.problems[0].params == {"value": "t01-001", "first_row": 2}


def test_enemies_may_be_items_of_the_bank():
    report = read(workbook([row_of(ENEMIES="T02-9; ")]), existing=["T02-9"])
    assert report.rows[0].enemies == ("T02-9",)


def test_near_duplicate_stems_are_a_warning_in_file_and_against_the_bank():
    stem = "Thoi han nop to khai hai quan doi voi hang hoa xuat khau la khi nao"
    bank = {"T02-1": "Người khai hải quan được khai bổ sung hồ sơ trong trường hợp nào?"}
    rows = [row_of(), row_of(CODE="T01-2", STEM=stem), row_of(CODE="T01-3", STEM=bank["T02-1"] + " ")]
    report = read(workbook(rows), existing=bank)
    assert report.ok
    assert len(report.rows) == 3
    assert [(p.row, p.code, p.params["other"]) for p in report.warnings] == [
        (3, "NEAR_DUPLICATE", "T01-001"),
        (4, "NEAR_DUPLICATE", "T02-1"),
    ]


def test_a_missing_header_is_named():
    row = row_of()
    del row["Đáp án"]
    (problem,) = read(workbook([row])).problems
    assert (problem.row, problem.header, problem.code) == (1, "Đáp án", "MISSING_HEADER")


def test_two_columns_for_one_thing_are_refused_and_unknown_ones_warned_of():
    report = read(workbook([row_of() | {"dap an": "C", "Ghi chú": "x"}]))
    assert [(p.column, p.code) for p in report.problems] == [
        ("O", "UNKNOWN_COLUMN"),
        ("N", "DUPLICATE_HEADER"),
    ][::-1]


def test_cells_merged_among_the_items_are_refused():
    report = read(workbook([row_of()], after='<mergeCells><mergeCell ref="D2:D3"/></mergeCells>'))
    assert found(report) == [(2, "D", "MERGED_CELLS")]


def test_an_empty_sheet_and_a_sheet_without_items_are_told_apart():
    assert [p.code for p in read(package(parts("<sheetData/>"))).problems] == ["EMPTY_SHEET"]
    assert [p.code for p in read(write_template()).problems] == ["NO_ROWS"]


def test_shared_strings_rich_text_and_phonetic_hints_are_read():
    strings = (
        "<si><r><t>Nội dung nào </t></r><r><rPr><b/></rPr><t>KHÔNG</t></r><r><t> đúng?</t></r>"
        "<rPh><t>bỏ</t></rPh></si>"
        "<si><r><t>m</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>2</t></r></si>"
    )
    row = row_of(STEM='<c r="{ref}" t="s"><v>0</v></c>', OPTION_A='<c r="{ref}" t="s"><v>1</v></c>')
    item = read(workbook([row], strings=strings)).rows[0].item
    assert item.stem == "Nội dung nào <b>KHÔNG</b> đúng?"
    assert item.options[0].content == "m<sup>2</sup>"


def test_hostile_cells_come_in_as_harmless_text():
    item = (
        read(workbook([row_of(STEM="<img src=x onerror=alert(1)>?", RATIONALE="<b onclick=x>y</b>")]))
        .rows[0]
        .item
    )
    assert item.stem == "&lt;img src=x onerror=alert(1)&gt;?"
    assert item.rationale == "<b>y</b>"


def test_escapes_of_the_format_are_undone_once():
    assert decode_escapes("a_x000A_b") == "a\nb"
    assert decode_escapes(encode_escapes("_x0041_")) == "_x0041_"
    assert coordinates("AB12") == (12, 28)


ITEM = ItemVersion(
    code="T01-1",
    version=1,
    topic="T01",
    cognitive_level=CognitiveLevel.RECALL,
    stem="=1+1 bằng?",
    asked=single_choice("+2", "-2", "@SUM(A1)", "#N/A"),
    legal_basis="=HYPERLINK(1)",
    rationale="",
    author="an",
    judged_share=0.5,
)


def test_no_cell_written_can_be_taken_for_a_formula():
    data = write_items([ITEM], {"T01-1": Key(1, ("D",))})
    cells = openpyxl.load_workbook(io.BytesIO(data)).active[2]
    assert {c.data_type for c in cells if c.value is not None} == {"s", "n"}
    quoted = [c.value for c in cells if c.quotePrefix]
    assert quoted == ["=1+1 bằng?", "+2", "-2", "@SUM(A1)", "=HYPERLINK(1)"]
    assert read(data).rows[0].item == ITEM


def test_another_reader_sees_the_headers_and_words_of_the_workbook():
    sheet = openpyxl.load_workbook(io.BytesIO(write_items([ITEM], {"T01-1": Key(1, ("D",))})))["Câu hỏi"]
    assert [cell.value for cell in sheet[1]] == [column.value for column in Column]
    assert [sheet["C2"].value, sheet["I2"].value] == ["Nhớ", "D"]


def test_what_the_workbook_cannot_carry_is_refused_not_cut():
    three = ItemVersion(
        "T01-2", 1, "T01", CognitiveLevel.RECALL, "?", single_choice("1", "2", "3"), "x", "", "an"
    )
    for items, keys, code in (
        ([three], {"T01-2": Key(1, ("A",))}, "NOT_FOUR_OPTIONS"),
        ([ITEM], {}, "KEY_MISSING"),
    ):
        with pytest.raises(InvalidItem) as refused:
            write_items(items, keys)
        assert refused.value.code == code


def test_a_workbook_with_several_sheets_needs_the_one_for_items():
    contents = parts("<sheetData/>")
    contents["xl/workbook.xml"] = contents["xl/workbook.xml"].replace(
        '<sheet name="Câu hỏi" sheetId="1" r:id="r1"/>',
        '<sheet name="Một" sheetId="1" r:id="r1"/><sheet name="Hai" sheetId="2" r:id="r1"/>',
    )
    with pytest.raises(ImportRefused) as refused:
        read(package(contents))
    assert (refused.value.code, refused.value.params["found"]) == ("MISSING_SHEET", ("Một", "Hai"))
