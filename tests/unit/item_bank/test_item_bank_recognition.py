"""One door for files of any format: told by their content, written by one table, refused where unclear."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.catalog import FORMATS, FileFormat, read_as, write_any
from item_bank.formats.foreign import Fate, ForeignBank, ForeignItem
from item_bank.formats.recognition import read_any, recognised
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from tests.unit.item_bank.qti_samples import single

DATA = Path(__file__).resolve().parents[2] / "data"
OPTIONS = tuple(Option(id_, f"Phương án {id_}") for id_ in "ABCD")
BANK = ForeignBank(
    (ForeignItem("Câu 1", "Hỏi gì?", Asked(Interaction.SINGLE_CHOICE, OPTIONS), Key(1, ("B",)), tags=("a",)),)
)
WRITTEN = [form for form in FileFormat if FORMATS[form].write and form is not FileFormat.XLSX]


def packed(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_written_in_a_format_is_known_by_its_content_and_read_back(form: FileFormat):
    found, bank = read_any("không-tên.bin", write_any(form, BANK))
    assert (found, bank.count(Fate.REFUSED)) == (form, 0)
    assert [item.stem for item in bank.items] == ["Hỏi gì?"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("moodle/mau.aiken.txt", FileFormat.AIKEN),
        ("moodle/mau.gift.txt", FileFormat.GIFT),
        ("moodle/mau.moodle.xml", FileFormat.MOODLE_XML),
        ("qti12/text2qti.zip", FileFormat.QTI_12),
        ("qti12/qpm-canvas.zip", FileFormat.QTI_12),
        ("qti12/qpm-blackboard.zip", FileFormat.QTI_21),
        ("qti12/qpm-aiken.txt", FileFormat.AIKEN),
    ],
)
def test_files_of_other_programs_are_known_whatever_they_are_called(path: str, form: FileFormat):
    data = (DATA / path).read_bytes()
    assert recognised("x.docx", data) is form
    assert read_any("x", data)[1].items


def test_a_bare_item_and_a_text_in_utf_16_are_known():
    assert read_any("x", b"\xef\xbb\xbf<!-- <quiz> -->\n" + single())[0] is FileFormat.QTI_21
    assert recognised("x", "Hỏi? {=một ~hai}".encode("utf-16")) is FileFormat.GIFT


def test_where_the_content_is_of_two_formats_the_name_decides_or_nobody():
    both = b"A set {a} or\nA. one\nB. two\nANSWER: A\n"
    assert recognised("x.gift", both) is FileFormat.GIFT
    assert recognised("x.aiken", both) is FileFormat.AIKEN
    with pytest.raises(ImportRefused) as refusal:
        recognised("x.txt", both)
    assert (refusal.value.code, refusal.value.params) == ("FILE_UNCLEAR", {"formats": ("aiken", "gift")})
    with pytest.raises(ImportRefused) as refusal:
        recognised("x.zip", packed(**{"1.xml": single(), "2.xml": b"<questestinterop/>"}))
    assert refusal.value.code == "FILE_UNCLEAR"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" \n", "EMPTY_FILE"),
        (b"%PDF-1.7", "FILE_UNKNOWN"),
        (b"<html><body>x</body></html>", "FILE_UNKNOWN"),
        (b"PK\x03\x04damaged", "DAMAGED_FILE"),
        (packed(a=b"b"), "FILE_UNKNOWN"),
        (packed(**{"inner.zip": packed(a=b"b")}), "FILE_UNKNOWN"),
        (packed(**{"../1.xml": single()}), "UNSAFE_ENTRY"),
        (packed(**{"x1.xml": single()}).replace(b"x1.xml", b"\x001.xml"), "DAMAGED_FILE"),  # no name
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "OLD_OFFICE"),
        (b"x" * (100 * 1024 * 1024 + 1), "TOO_LARGE"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_has_no_format_of_ours_is_refused_with_its_reason(data: bytes, code: str):
    with pytest.raises(ImportRefused) as refusal:
        read_any("x.xml", data)
    assert refusal.value.code == code


def test_each_format_has_a_size_of_its_own():
    with pytest.raises(ImportRefused) as refusal:
        read_as(FileFormat.GIFT, b"{}" * 6 * 1024 * 1024)
    assert refusal.value.params == {"limit_mb": 10}


def test_documents_of_office_are_known_by_their_parts():
    document = packed(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    assert recognised("x", document) is FileFormat.DOCX
    workbook = packed(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})
    assert recognised("x", workbook) is FileFormat.XLSX
