"""What a Word export bears: on each page, in its properties, around each paragraph."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import etree

from item_bank.errors import ImportRefused
from item_bank.formats.docx import read_docx, write_docx_items
from item_bank.formats.foreign import ForeignItem
from item_bank.media import reference
from item_bank.stem import from_authored
from item_bank.watermark.files import borne, stamped
from item_bank.watermark.marks import Channel, weigh
from item_bank.watermark.stamp import Stamp
from tests.unit.item_bank.pictures import png
from tests.unit.item_bank.test_watermark import KEYS, STAMP, item

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENT = "word/document.xml"


def exported(n_items: int = 12, key: bytes = KEYS[7], stamp: Stamp = STAMP) -> bytes:
    return stamped("docx", write_docx_items([item(n) for n in range(n_items)])[0], stamp, key)


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def altered(data: bytes, change: Callable[[etree._Element], None]) -> bytes:
    """The document with its body changed and written anew."""
    parts = parts_of(data)
    root = etree.fromstring(parts[DOCUMENT])
    change(root)
    return packed(parts | {DOCUMENT: etree.tostring(root)})


def traced(data: bytes) -> list[int]:
    found = borne(data).imprints
    return [number for number, key in enumerate(KEYS) if weigh(found, key).is_of(len(KEYS))]


def without(*names: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        for name in names:
            for one in list(root.iter(W + name)):
                one.getparent().remove(one)

    return change


def test_every_page_and_the_properties_say_whose_the_document_is():
    parts = parts_of(exported())
    for name in ("word/header1.xml", "docProps/core.xml", "docProps/custom.xml"):
        said = "".join(etree.fromstring(parts[name]).itertext())
        assert STAMP.sentence in said, name
    footer = "".join(etree.fromstring(parts["word/footer1.xml"]).itertext())
    assert footer.startswith("XK-000017")


def test_each_reference_of_the_document_has_its_part_and_each_part_its_type():
    parts = parts_of(exported())
    section = etree.fromstring(parts[DOCUMENT]).find(f".//{W}sectPr")
    office = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    referred = [one.get(office) for one in section if one.get(office)]
    relations = {one.get("Id"): one for one in etree.fromstring(parts["word/_rels/document.xml.rels"])}
    assert [relations[id_].get("Target") for id_ in referred] == ["header1.xml", "footer1.xml"]
    typed = {one.get("PartName") for one in etree.fromstring(parts["[Content_Types].xml"])}
    for name in ("word/header1.xml", "word/footer1.xml", "docProps/core.xml", "docProps/custom.xml"):
        assert f"/{name}" in typed


def test_a_recipient_with_the_signs_of_markup_is_written_as_he_is_called():
    stamp = Stamp(3, 'A & B <Co> "x"', "Dung", "Chi", datetime(2026, 11, 28, 9, 5))
    said = "".join(etree.fromstring(parts_of(exported(stamp=stamp))["word/header1.xml"]).itertext())
    assert 'A & B  Co  "x"' in said


def test_two_exports_of_the_same_items_look_the_same_and_are_not_the_same():
    one, other = (parts_of(exported(key=key))[DOCUMENT] for key in KEYS[:2])
    assert one != other
    words = [etree.fromstring(one).itertext(), etree.fromstring(other).itertext()]
    assert list(words[0]) == list(words[1])
    widths = re.findall(rb'<w:(?:spacing w:after|ind w:right)="(\d+)"/>', one)
    assert len(set(widths)) == 8
    assert max(map(int, widths)) == 7  # twentieths of a point


def test_one_item_copied_into_a_document_of_somebody_elses_is_enough():
    def change(root: etree._Element) -> None:
        body = root.find(f"{W}body")
        for number, paragraph in enumerate(list(body.iter(f"{W}p"))):
            if number > 12:
                body.remove(paragraph)

    alone = altered(exported(), change)
    assert len(read_docx(alone).items) == 2
    assert traced(alone) == [7]


@pytest.mark.parametrize(
    ("lost", "left"),
    [(("spacing", "ind"), Channel.BLACK), (("color",), Channel.SPACING)],
)
def test_a_program_that_wipes_out_one_kind_of_mark_leaves_the_other(lost: tuple[str, ...], left: Channel):
    anew = altered(exported(40), without(*lost))
    imprints = borne(anew).imprints
    weighed = weigh(imprints, KEYS[7])
    assert weighed.is_of(len(KEYS))
    assert weighed.n_places == sum(place.channel is left for one in imprints for place in one.places)
    assert traced(anew) == [7]


def test_marks_are_found_in_runs_that_a_program_has_split_and_in_the_newer_names_of_sides():
    def change(root: etree._Element) -> None:
        for run in list(root.iter(f"{W}r")):
            text = run.find(f"{W}t")
            if text is not None and len(text.text or "") > 4:
                second = etree.fromstring(etree.tostring(run))
                second.find(f"{W}t").text, text.text = text.text[4:], text.text[:4]
                run.addnext(second)
        for indent in root.iter(f"{W}ind"):
            indent.set(f"{W}end", indent.attrib.pop(f"{W}right"))

    assert traced(altered(exported(), change)) == [7]


def test_new_numbers_before_questions_and_options_take_no_mark_away():
    def change(root: etree._Element) -> None:
        for text in root.iter(f"{W}t"):
            text.text = re.sub(r"^Câu \d+", "Câu 88", text.text or "")

    before, after = exported(), altered(exported(), change)
    assert set(borne(after).imprints) == set(borne(before).imprints)


def test_a_line_that_stands_behind_every_item_is_weighed_once():
    def same(n: int) -> ForeignItem:
        one = item(n)
        return replace(one, rationale="<p>Theo Điều 25 của Luật Hải quan năm 2014.</p>")

    data = stamped("docx", write_docx_items([same(n) for n in range(30)])[0], STAMP, KEYS[0])
    found = borne(data).imprints
    assert len(found) == len(set(found))
    assert len({one.words for one in found}) == len(found)


def test_a_marked_document_keeps_its_pictures_and_tables():
    picture = png(4, 4)
    sha256 = hashlib.sha256(picture).hexdigest()
    table = '<table><thead><tr><th scope="col">Mặt hàng nhập khẩu</th></tr></thead><tbody><tr>' \
        '<th scope="row">Máy bơm ly tâm</th></tr></tbody></table>'  # fmt: skip
    shown = replace(item(1), stem=from_authored(f"Xem {reference(sha256, 'Cửa')}"), rationale=table)
    plain, lost = write_docx_items([shown], {sha256: picture})
    marked = read_docx(stamped("docx", plain, STAMP, KEYS[0]))
    assert lost == ()
    assert marked == read_docx(plain)
    assert marked.pictures == {sha256: picture}
    assert marked.items[0].rationale == table


def test_a_document_with_a_broken_part_is_refused_by_name():
    parts = parts_of(exported())
    for broken in (parts | {DOCUMENT: b"<w:document"}, {"word/styles.xml": b"<x/>"}):
        with pytest.raises(ImportRefused) as refusal:
            borne(packed(broken))
        assert refusal.value.code == "DAMAGED_FILE"
