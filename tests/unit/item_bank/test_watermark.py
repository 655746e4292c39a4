"""What an export bears: read back unchanged by every reader, traced to its export, down to one item."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from lxml import etree

from item_bank.errors import ImportRefused
from item_bank.formats.aiken import read_aiken, write_aiken
from item_bank.formats.docx import read_docx, write_docx_items
from item_bank.formats.foreign import ForeignBank, ForeignItem, of_bank
from item_bank.formats.gift import read_gift
from item_bank.formats.gift_write import write_gift
from item_bank.formats.moodle_write import write_moodle_xml
from item_bank.formats.moodle_xml import read_moodle_xml
from item_bank.formats.qti.read import read_package
from item_bank.formats.qti.write import write_package
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.interactions.asked import Asked, Option, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.media import reference
from item_bank.stem import from_authored
from item_bank.taxonomy import CognitiveLevel
from item_bank.watermark.files import KINDS, VISIBLE, borne, stamped
from item_bank.watermark.marks import Channel, Imprint, Place, draw, weigh
from item_bank.watermark.stamp import Stamp, numbers_in
from tests.unit.item_bank.pictures import png

KEYS = [bytes([number]) * 32 for number in range(1, 41)]
STAMP = Stamp(17, "Tổ ra đề -- Khu vực I [x]", "Phạm <Dung>", "Lê Chi & Cộng", datetime(2026, 11, 28, 9, 5))
STEMS = [
    "Hồ sơ hải quan nào phải nộp khi làm thủ tục xuất khẩu lô hàng số {n}?",
    "Người khai hải quan phải nộp hồ sơ trong thời hạn bao lâu, kể từ ngày đăng ký tờ khai {n}?",
    "Trị giá tính thuế của lô hàng {n} được xác định theo phương pháp nào trước tiên?",
]


def item(n: int) -> ForeignItem:
    return ForeignItem(
        where=f"T01-{n:03d}",
        stem=f"<p>{STEMS[n % 3].format(n=n)}</p>",
        asked=Asked(
            Interaction.SINGLE_CHOICE,
            tuple(Option(letter, f"Phương án {letter} của câu {n}") for letter in "ABCD"),
        ),
        key=Key(1, ("ABCD"[n % 4],)),
        category=("T01",),
    )


def version(n: int) -> ItemVersion:
    return ItemVersion(
        code=f"T01-{n:03d}",
        version=1,
        topic="T01",
        cognitive_level=CognitiveLevel.APPLY,
        stem=STEMS[n % 3].format(n=n),
        asked=single_choice(*(f"=Phương án {letter} câu {n}" for letter in "ABCD")),
        legal_basis="Luật Hải quan 2014, Điều 25",
        rationale="",
        author="1",
    )


def written(kind: str, n_items: int) -> bytes:
    items = [item(n) for n in range(n_items)]
    if kind == "xlsx":
        bank = ForeignBank(tuple(of_bank(version(n), Key(1, ("B",))) for n in range(n_items)))
        return write_workbook(bank)[0]
    if kind.startswith("qti"):
        return write_package(items, {}, kind.removeprefix("qti-"))[0]
    writers = {
        "moodle-xml": write_moodle_xml,
        "gift": write_gift,
        "aiken": write_aiken,
        "docx": write_docx_items,
    }
    return writers[kind](items)[0]


READERS = {"moodle-xml": read_moodle_xml, "gift": read_gift, "aiken": read_aiken, "docx": read_docx}


def facts(kind: str, data: bytes) -> object:
    if kind == "xlsx":
        return read_workbook(data).items
    if kind.startswith("qti"):
        return read_package(data).items
    return [
        (one.where, one.stem, one.asked, one.key, one.category, one.lost, one.refused and one.refused.code)
        for one in READERS[kind](data).items
    ]


def first_item_of(kind: str, data: bytes) -> bytes:
    """One item as somebody would copy it out of the file."""
    if kind.startswith("qti"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return re.sub(rb"<!--.*?-->", b"", archive.read("items/item-00001.xml"))
    if kind == "moodle-xml":
        return re.search(rb"<question (?![^>]*category).*?</question>", data, re.DOTALL)[0]
    blocks = [block for block in data.decode().split("\n\n") if "{" in block or "ANSWER" in block]
    return "\n".join(line for line in blocks[0].split("\n") if not line.startswith("//")).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_marked_file_reads_as_the_one_it_was_made_of(kind: str):
    plain = written(kind, 12)
    assert facts(kind, stamped(kind, plain, STAMP, KEYS[0])) == facts(kind, plain)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_traced_to_its_export_and_to_no_other(kind: str):
    found = borne(stamped(kind, written(kind, 12), STAMP, KEYS[7])).imprints
    assert len(found) >= 12
    taken = [number for number, key in enumerate(KEYS) if weigh(found, key).is_of(len(KEYS))]
    assert taken == [7]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_nobody_marked_is_traced_to_nobody(kind: str):
    found = borne(written(kind, 40)).imprints
    assert not [key for key in KEYS if weigh(found, key).is_of(len(KEYS))]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("aiken", "gift", "xlsx", "docx")])
def test_one_item_copied_out_of_an_xml_file_is_enough(kind: str):
    alone = first_item_of(kind, stamped(kind, written(kind, 12), STAMP, KEYS[3]))
    taken = [number for number, key in enumerate(KEYS) if weigh(borne(alone).imprints, key).is_of(len(KEYS))]
    assert taken == [3]


@pytest.mark.parametrize("kind", ["aiken", "gift"])
def test_one_item_of_a_text_file_speaks_for_its_export_and_proves_nothing(kind: str):
    alone = borne(first_item_of(kind, stamped(kind, written(kind, 12), STAMP, KEYS[3])))
    assert len(alone.imprints) == 1
    bits = [weigh(alone.imprints, key).bits for key in KEYS]
    assert bits[3] == max(bits) > 7
    assert not weigh(alone.imprints, KEYS[3]).is_of(len(KEYS))


@pytest.mark.parametrize("kind", VISIBLE)
def test_everybody_can_read_which_export_a_file_is(kind: str):
    assert borne(stamped(kind, written(kind, 3), STAMP, KEYS[0])).numbers == {17}


def test_a_package_says_it_in_its_metadata_and_in_each_item():
    data = stamped("qti-3.0", written("qti-3.0", 3), STAMP, KEYS[0])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = etree.fromstring(archive.read("imsmanifest.xml"))
        told = manifest.find(".//{http://ltsc.ieee.org/xsd/LOM}string").text
        assert all(b"XK-000017" in archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
    assert told == STAMP.sentence


def test_a_workbook_says_it_on_paper_too_and_never_as_a_formula():
    stamp = Stamp(17, "=HYPERLINK(1)", "Dung", "Chi", STAMP.at)
    workbook = openpyxl.load_workbook(io.BytesIO(stamped("xlsx", written("xlsx", 3), stamp, KEYS[0])))
    assert "XK-000017" in workbook.worksheets[0].oddHeader.center.text
    cell = workbook["Bản xuất"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_a_tool_that_writes_xml_anew_wipes_out_the_quotes_and_leaves_the_order():
    marked = stamped("moodle-xml", written("moodle-xml", 40), STAMP, KEYS[5])
    anew = etree.tostring(etree.fromstring(marked), encoding="UTF-8")
    weighed = weigh(borne(anew).imprints, KEYS[5])
    assert weighed.is_of(len(KEYS))
    assert not [key for key in KEYS if key != KEYS[5] and weigh(borne(anew).imprints, key).is_of(len(KEYS))]


def test_a_recipient_can_end_no_comment_and_begin_no_tag():
    stamp = Stamp(1, "--><x a='1'>// [tag:x]\n}", "a-->b", "--", STAMP.at)
    for sign in ("--", "<", ">", "[", "]", "\n", "{", "}"):
        assert sign not in stamp.sentence
    assert numbers_in(stamp.sentence) == {1}


def test_evidence_of_a_place_is_what_it_takes_to_agree_by_chance():
    places = (Place(Channel.ORDER, 4),) * 30
    drawn = draw(KEYS[0], "w", places)
    same = weigh([Imprint("w", places, drawn)], KEYS[0])
    assert same.bits == pytest.approx(30 * 1.978, abs=0.1)
    assert (same.agreeing, same.n_places) == (30, 30)
    other = tuple((way + 1) % 4 for way in drawn)
    assert weigh([Imprint("w", places, other)], KEYS[0]).bits == 0


def test_what_cannot_be_read_is_refused_by_name():
    for data, code in ((b"\xff\xfe\x00", "NOT_TRACEABLE"), (b"PK\x03\x04rubbish", "NOT_TRACEABLE")):
        with pytest.raises(ImportRefused) as refusal:
            borne(data)
        assert refusal.value.code == code


def test_a_marked_workbook_keeps_its_pictures():
    picture = png(4, 4)
    sha256 = hashlib.sha256(picture).hexdigest()
    shown = replace(item(1), stem=from_authored(f"Xem {reference(sha256, 'Cửa')}"))
    data = write_workbook(ForeignBank((shown,), {sha256: picture}))[0]
    marked = read_workbook(stamped("xlsx", data, STAMP, KEYS[0]))
    assert marked == read_workbook(data)
    assert marked.pictures == {sha256: picture}
