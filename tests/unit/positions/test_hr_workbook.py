"""The HR office's workbook comes in whole, or is refused with every fault in its place."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from examsvc.positions.errors import LevelScaleMalformed, WorkbookUnsafe
from examsvc.positions.framework import (
    CUSTOMS_0_3,
    Competency,
    LevelScale,
    Position,
    Requirement,
    Topic,
    TopicShare,
)
from examsvc.positions.organisation import Officer, Unit, units_in_cycles
from examsvc.positions.workbook import HrContent, KnownCodes, read_workbook
from examsvc.positions.workbook_writer import write_workbook

CONTENT = HrContent(
    units=(
        Unit("CHQ", "Cục Hải quan", "Customs", None, "central", "", date(2025, 3, 1)),
        Unit("KV01", "Chi cục Hải quan khu vực I", "", "CHQ", "region", "I"),
    ),
    positions=(Position("GSQL", "Kiểm tra viên về giám sát quản lý", "Supervision inspector"),),
    topics=(Topic("T01", "Thủ tục"), Topic("T02", "Phân loại", "Classification")),
    competencies=(Competency("CM01", "Thủ tục, giám sát", "", ("T01", "T02")), Competency("CM99", "Khác")),
    requirements=(Requirement("GSQL", "CM01", 3, 1.5, True), Requirement("GSQL", "CM99", 0)),
    shares=(TopicShare("GSQL", "T01", 45), TopicShare("GSQL", "T02", 15)),
    officers=(Officer("CB0001", "=Nguyễn Văn Ân", "KV01", "GSQL", date(2020, 1, 2), "an@example.test"),),
)
NOTHING = KnownCodes()


def book(**rows_by_sheet):
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in rows_by_sheet.items():
        sheet = workbook.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def faults(data, known=NOTHING):
    reading = read_workbook(data, known)
    assert reading.content is None
    return [(fault.sheet, fault.row, fault.column, fault.code) for fault in reading.faults]


def units(*rows):
    return book(Đơn_vị=[["Mã đơn vị", "Tên đơn vị", "Đơn vị cấp trên", "Hiệu lực từ"], *rows])


def test_what_is_written_is_read_again():
    reading = read_workbook(write_workbook(CONTENT), NOTHING)
    assert reading.faults == ()
    assert reading.content == CONTENT


def test_a_sheet_may_be_absent_and_refer_to_what_is_known():
    officers = HrContent(officers=CONTENT.officers)
    known = KnownCodes(units=frozenset({"KV01"}), positions=frozenset({"GSQL"}))
    assert read_workbook(write_workbook(officers), known).content == officers
    assert faults(write_workbook(officers)) == [
        ("Công chức", 2, "Mã vị trí", "unknown_reference"),
        ("Công chức", 2, "Mã đơn vị", "unknown_reference"),
    ]


def test_one_wrong_row_refuses_the_whole_file():
    assert faults(units(["A1", "Một", None, None], ["a 2", "Hai", None, None])) == [
        ("Đơn vị", 3, "Mã đơn vị", "bad_code")
    ]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["", "Tên", None, None], "Mã đơn vị", "required"),
        (["A1", None, None, None], "Tên đơn vị", "required"),
        (["A1", "x" * 201, None, None], "Tên đơn vị", "too_long"),
        (["A1", "a\nb", None, None], "Tên đơn vị", "control_character"),
        (["A1", "=1+1", None, None], "Tên đơn vị", "formula"),
        (["A1", "Tên", "ZZ", None], "Đơn vị cấp trên", "unknown_reference"),
        (["A1", "Tên", "A1", None], "Đơn vị cấp trên", "circular"),
        (["A1", "Tên", None, "32/01/2025"], "Hiệu lực từ", "bad_date"),
    ],
)
def test_each_fault_is_named_by_sheet_row_and_column(row, column, code):
    assert faults(units(row)) == [("Đơn vị", 2, column, code)]


def test_dates_are_read_as_dates_and_as_vietnamese_text():
    reading = read_workbook(
        units(["A1", "Một", None, "01/03/2025"], ["A2", "Hai", None, date(2025, 3, 1)]), NOTHING
    )
    assert [unit.effective_from for unit in reading.content.units] == [date(2025, 3, 1)] * 2


def test_a_repeated_key_names_the_first_row():
    reading = read_workbook(units(["A1", "Một", None, None], ["A1", "Hai", None, None]), NOTHING)
    assert [(fault.row, fault.code, fault.params) for fault in reading.faults] == [
        (3, "duplicate", {"first_row": 2})
    ]


def test_a_circle_through_what_is_known_is_found():
    known = KnownCodes(units=frozenset({"B"}), unit_parents={"B": "A"})
    assert faults(units(["A", "A", "B", None]), known) == [("Đơn vị", 2, "Đơn vị cấp trên", "circular")]


def test_headers_are_required_known_and_single():
    data = book(Đơn_vị=[["Mã đơn vị", "mã  ĐƠN VỊ", "Tên"], ["A1", "A1", "Một"]])
    assert sorted(fault[2:] for fault in faults(data)) == [
        ("Tên", "unknown_column"),
        ("Tên đơn vị", "missing_column"),
        ("mã  ĐƠN VỊ", "repeated_column"),
    ]


def test_shares_must_be_sixty_and_levels_on_the_scale():
    data = book(
        Vị_trí=[["Mã vị trí", "Tên vị trí"], ["P1", "Một"]],
        Chuyên_đề=[["Mã", "Tên"], ["T01", "Một"]],
        Năng_lực=[["Mã năng lực", "Tên"], ["C1", "Một"]],
        Yêu_cầu=[["Mã vị trí", "Mã năng lực", "Cấp độ"], ["P1", "C1", 4]],
        Tỷ_trọng=[["Mã vị trí", "Chuyên đề", "Số câu/60"], ["P1", "T01", 59]],
    )
    assert faults(data) == [
        ("Tỷ trọng", 2, "Số câu/60", "shares_total"),
        ("Yêu cầu", 2, "Cấp độ", "level_beyond_scale"),
    ]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([2.5, 1, "x"], "bad_count"),
        (["hai", 1, "x"], "bad_number"),
        ([True, 1, "x"], "bad_number"),
        ([2, 0, "x"], "bad_weight"),
        ([2, "nan", "x"], "bad_number"),
        ([2, 1, "maybe"], "bad_mark"),
    ],
)
def test_numbers_and_marks_are_not_guessed(cells, code):
    header = ["Mã vị trí", "Mã năng lực", "Cấp độ", "Trọng số", "Then chốt"]
    known = KnownCodes(positions=frozenset({"P1"}), competencies=frozenset({"C1"}))
    assert [fault[3] for fault in faults(book(Yêu_cầu=[header, ["P1", "C1", *cells]]), known)] == [code]


def test_a_decimal_comma_is_understood():
    header = ["Mã vị trí", "Mã năng lực", "Cấp độ", "Trọng số"]
    known = KnownCodes(positions=frozenset({"P1"}), competencies=frozenset({"C1"}))
    reading = read_workbook(book(Yêu_cầu=[header, ["P1", "C1", "2", "1,5"]]), known)
    assert reading.content.requirements == (Requirement("P1", "C1", 2, 1.5),)


def test_a_workbook_without_a_known_sheet_is_refused():
    assert faults(book(Khác=[["x"]])) == [("", 0, "", "no_known_sheet")]


def repacked(change):
    """The good file with one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(write_workbook(CONTENT))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def in_sheet(change):
    return repacked(lambda name, content: change(content) if name == "xl/worksheets/sheet1.xml" else content)


def torn_in_the_middle():
    """The directory is whole, the compressed data of a part are not."""
    data = bytearray(write_workbook(CONTENT))
    start = data.index(b"xl/worksheets/sheet1.xml") + 40
    data[start : start + 200] = b"\xff" * 200
    return bytes(data)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_workbook"),
        (b"PK\x03\x04 and then nothing", "not_a_workbook"),
        (b"x" * (10 * 2**20 + 1), "file_too_large"),
        (torn_in_the_middle(), "not_a_workbook"),
        (
            repacked(lambda name, content: b"<a/>" if name == "[Content_Types].xml" else content),
            "not_a_workbook",
        ),
        (in_sheet(lambda content: ENTITIES + content), "declares_entities"),
        (in_sheet(lambda content: content.decode().encode("utf-16")), "foreign_encoding"),
        (in_sheet(lambda _: b'<?xml version="1.0" encoding="utf-7"?><a/>'), "foreign_encoding"),
        (in_sheet(lambda content: content + b" " * (16 * 2**20)), "unpacks_too_large"),
        (in_sheet(lambda content: content[: len(content) // 2]), "not_a_workbook"),
        (
            repacked(lambda name, content: b"nonsense" if name == "xl/workbook.xml" else content),
            "not_a_workbook",
        ),
    ],
    ids=[
        "empty",
        "torn",
        "large",
        "bad data",
        "no types",
        "entities",
        "utf16",
        "utf7",
        "bomb",
        "half a sheet",
        "no workbook",
    ],
)
def test_a_dangerous_or_broken_file_is_not_opened(data, code):
    with pytest.raises(WorkbookUnsafe) as refusal:
        read_workbook(data, NOTHING)
    assert refusal.value.code == code


def test_levels_need_one_name_more_than_cuts_and_rising_cuts():
    assert CUSTOMS_0_3.shares == (0.5, 0.66, 0.83)
    assert CUSTOMS_0_3.highest == 3
    for cuts, names in [((50,), ("a",)), ((60, 50), ("a", "b", "c")), ((0, 50), ("a", "b", "c"))]:
        with pytest.raises(LevelScaleMalformed):
            LevelScale("X", 1, cuts, names)


def test_only_units_inside_the_circle_are_blamed():
    assert units_in_cycles({"a": "b", "b": "a", "c": "a", "d": None}) == {"a", "b"}
