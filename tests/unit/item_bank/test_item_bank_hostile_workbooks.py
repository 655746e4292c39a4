"""Files made to break the reader are refused with a code, fast and in little memory."""

import io
import time
import tracemalloc
import zipfile

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats import ooxml
from item_bank.formats.xlsx_bank import read
from item_bank.formats.xlsx_bank.read import read_workbook
from tests.unit.item_bank.workbook_factory import NAMESPACE, cell, grid, package, parts, row_of, workbook

SHEET = "xl/worksheets/sheet1.xml"
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refusal(data):
    with pytest.raises(ImportRefused) as refused:
        read_workbook(data)
    return refused.value.code


def with_part(name, content):
    return package(parts(grid([list(row_of())])) | {name: content})


def many_entries(count):
    return package({f"x{n}": b"" for n in range(count)}, zipfile.ZIP_STORED)


def encrypted_flag():
    data = bytearray(workbook([row_of()]))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_AN_XLSX"),
        (b"Ma cau hoi,Dap an\n", "NOT_AN_XLSX"),
        (b"%PDF-1.7", "NOT_AN_XLSX"),
        (b"PK\x03\x04garbage", "NOT_AN_XLSX"),
        (package({"word/document.xml": "<x/>"}), "NOT_AN_XLSX"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "OLD_XLS"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
        (encrypted_flag(), "ENCRYPTED"),
        (with_part("../../etc/passwd", "x"), "UNSAFE_ENTRY"),
        (many_entries(600), "TOO_LARGE"),
        (many_entries(5_000), "TOO_LARGE"),
        (with_part(SHEET, XXE + f'<worksheet xmlns="{NAMESPACE}">&e;</worksheet>'), "DTD_IN_FILE"),
        (with_part(SHEET, (XXE + "<worksheet/>").encode("utf-16")), "DTD_IN_FILE"),
        (with_part("xl/sharedStrings.xml", LAUGHS + "<sst>&b;</sst>"), "DTD_IN_FILE"),
        (with_part("xl/workbook.xml", LAUGHS + "<workbook>&b;</workbook>"), "DTD_IN_FILE"),
        (with_part(SHEET, "<worksheet>&b;</worksheet>"), "DAMAGED_FILE"),
        (with_part(SHEET, "<worksheet><sheetData>"), "DAMAGED_FILE"),
        (with_part(SHEET, b"<worksheet>\xff\xfe\xff</worksheet>"), "DAMAGED_FILE"),
        (with_part(SHEET, '<?xml version="1.0" encoding="no-such"?><worksheet/>'), "DAMAGED_FILE"),
        (with_part(SHEET, b""), "DAMAGED_FILE"),
        (package(parts('<sheetData><row r="0"/></sheetData>')), "DAMAGED_FILE"),
        (package(parts('<sheetData><row r="2"/><row r="2"/></sheetData>')), "DAMAGED_FILE"),
        (package(parts(f'<sheetData><row r="1">{cell("A1", "x") * 2}</row></sheetData>')), "DAMAGED_FILE"),
        (package(parts(f'<sheetData><row r="1">{cell("A9", "x")}</row></sheetData>')), "DAMAGED_FILE"),
        (workbook([row_of(STEM='<c r="{ref}" t="s"><v>7</v></c>')]), "DAMAGED_FILE"),
        (workbook([row_of(STEM='<c r="{ref}" t="s"><v>-1</v></c>')]), "DAMAGED_FILE"),
        (workbook([row_of(STEM='<c r="{ref}" t="odd"><v>1</v></c>')]), "DAMAGED_FILE"),
        (workbook([row_of()], after='<mergeCells><mergeCell ref="nowhere"/></mergeCells>'), "DAMAGED_FILE"),
        (package(parts(f'<sheetData><row r="1">{cell("ZZ1", "x")}</row></sheetData>')), "TOO_LARGE"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_code(data, code):
    assert refusal(data) == code


def test_an_entry_given_twice_is_refused():
    target = io.BytesIO(workbook([row_of()]))
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, "<worksheet/>")
    assert refusal(target.getvalue()) == "DAMAGED_FILE"


def test_a_file_beyond_the_limit_is_refused_unopened():
    assert refusal(b"PK" + b"\0" * ooxml.MAX_FILE_BYTES) == "TOO_LARGE"


def test_more_rows_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(read, "MAX_ROWS", 2)
    assert refusal(workbook([row_of(CODE=f"T01-{n}") for n in range(3)])) == "TOO_LARGE"


LARGE = {
    "one part that unpacks to 300 MB": lambda: with_part(SHEET, b"<worksheet>" + b" " * 300_000_000),
    "a styles part of tiny elements": lambda: with_part(
        "xl/styles.xml", "<s><cellXfs>" + "<xf/>" * 4_000_000 + "</cellXfs></s>"
    ),
    "many cells that share one long string": lambda: workbook(
        [row_of(CODE=f"T01-{n}", STEM='<c r="{ref}" t="s"><v>0</v></c>') for n in range(2_000)],
        strings=f"<si><t>{'dài ' * 8_000}</t></si>",
    ),
    "a 40 MB attribute": lambda: with_part(SHEET, f'<worksheet a="{"x" * 40_000_000}"'),
    "a 40 MB cell": lambda: workbook([row_of(STEM="é" * 20_000_000)]),
}
LONG = {
    "millions of empty rows": lambda: with_part(SHEET, "<worksheet><sheetData>" + "<row/>" * 3_400_000),
    "deep nesting": lambda: with_part(SHEET, "<a>" * 1_000_000),
    "a token that never ends": lambda: with_part(SHEET, "<worksheet><!--" + "x" * 40_000_000),
}


def taken_from(data):
    try:
        return [item for item in read_workbook(data).items if item.refused is None]
    except ImportRefused:
        return []


@pytest.fixture
def _without_ratio_rule(monkeypatch):
    """Repetition packs better than text ever does; the other limits must hold without that rule."""
    monkeypatch.setattr(ooxml, "MAX_RATIO", 10_000_000)


@pytest.mark.usefixtures("_without_ratio_rule")
@pytest.mark.parametrize("bomb", LARGE)
def test_a_bomb_is_refused_in_little_memory(bomb):
    data = LARGE[bomb]()
    tracemalloc.start()
    try:
        assert taken_from(data) == []
        assert tracemalloc.get_traced_memory()[1] < 256 * 1024**2
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("_without_ratio_rule")
@pytest.mark.parametrize("bomb", LONG)
def test_a_bomb_is_refused_in_seconds(bomb):
    data = LONG[bomb]()
    started = time.process_time()
    assert taken_from(data) == []
    assert time.process_time() - started < 5


def test_repetition_beyond_reason_is_refused_before_it_is_unpacked():
    assert refusal(with_part(SHEET, b" " * 40_000_000)) == "TOO_LARGE"


def test_a_cell_of_thousands_of_broken_formulas_is_read_in_seconds():
    rows = [row_of(CODE=f"T01-{number}", STEM=r"\(\x\) " * 4_000) for number in range(20)]
    data = workbook(rows)
    started = time.process_time()
    items = read_workbook(data).items
    assert all(len(item.lost) <= 51 for item in items)
    assert time.process_time() - started < 20
