"""Marks in a Word document: hair's breadths around a paragraph, four blacks of its text; its visible stamp.

A word processor that saves the document again keeps what it has read of both, and so does whoever copies
paragraphs with their formatting. Each paragraph bears its own share, known by its words without their label.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from item_bank.errors import ImportRefused
from item_bank.formats.docx.package import W, tag_of
from item_bank.formats.xml_safety import SAFE
from item_bank.watermark.document_stamp import DOCUMENT, stamped_parts
from item_bank.watermark.marks import Channel, Imprint, Place, digest_of, draw
from item_bank.watermark.stamp import Stamp

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_LEAST_LETTERS: Final = 12  # of a paragraph that bears marks: "Dạng: Đúng sai" stands behind many items
_WIDTHS: Final = 8  # 0 to 7 twentieths of a point: an eighth of a millimetre at most
_BLACKS: Final = ("000000", "000001", "000100", "010000")
_PLACES: Final = (
    Place(Channel.SPACING, _WIDTHS),
    Place(Channel.SPACING, _WIDTHS),
    Place(Channel.BLACK, len(_BLACKS)),
)
_LABEL: Final = re.compile(r"\s*(?:Câu \d+|\[[^\]]{1,20}\] [A-Z]{1,2}|[A-Z]{1,2}|[a-h]|\d{1,3})[.:)]\s")
_BEFORE_COLOUR: Final = frozenset(f"{W}{name}" for name in ("rStyle", "rFonts", "b", "i"))
_SPOKEN: Final = re.compile(r"(?:word/(?:header|footer)\d*|docProps/[^/]+)\.xml")


def mark_document(data: bytes, stamp: Stamp, key: bytes) -> bytes:
    """The items' document with its paragraphs marked, and stamped: header, footer, properties."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts[DOCUMENT], _parser())
    for paragraph in root.iter(f"{W}p"):
        _mark(paragraph, key)
    parts[DOCUMENT] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in stamped_parts(parts, stamp).items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, content)
    return target.getvalue()


def read_document_marks(archive: zipfile.ZipFile) -> tuple[list[Imprint], str]:
    """What each paragraph bears that is long enough, each once, and all that the document says of itself.

    Raises ImportRefused DAMAGED_FILE, and as reading an entry does (`zips.DAMAGE`).
    """
    root = _parsed(archive, DOCUMENT)
    found: dict[Imprint, None] = {}
    told: list[str] = []
    for paragraph in root.iter("{*}p"):
        words = _words(paragraph)
        if "XK-" in words:
            told.append(words)
        imprint = _imprint(paragraph, words)
        if imprint is not None:
            found[imprint] = None
    for name in archive.namelist():
        if _SPOKEN.fullmatch(name):
            told += (_words(one) for one in _parsed(archive, name).iter("{*}p"))
            told.append(" ".join(map(str, _parsed(archive, name).itertext())))
    return list(found), "\n".join(told)


def _parsed(archive: zipfile.ZipFile, name: str) -> etree._Element:
    try:
        return etree.fromstring(archive.read(name), _parser())
    except (etree.XMLSyntaxError, KeyError) as error:
        raise ImportRefused("DAMAGED_FILE", part=name, reason="not well-formed") from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(remove_comments=True, **SAFE)


def _mark(paragraph: etree._Element, key: bytes) -> None:
    words = _words(paragraph)
    if not _is_long(words):
        return
    after, right, black = draw(key, _digest(words), _PLACES)
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    etree.SubElement(properties, f"{W}spacing", _said("after", str(after)))
    etree.SubElement(properties, f"{W}ind", _said("right", str(right)))
    for run in _spoken_runs(paragraph):
        _colour(run, _BLACKS[black])


def _said(name: str, value: str) -> dict[Any, Any]:
    return {f"{W}{name}": value}


def _colour(run: etree._Element, colour: str) -> None:
    """In the place that the schema has for it."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    at = sum(tag_of(one) in _BEFORE_COLOUR for one in properties)
    properties.insert(at, etree.Element(f"{W}color", _said("val", colour)))


def _imprint(paragraph: etree._Element, words: str) -> Imprint | None:
    if not _is_long(words):
        return None
    after = _width(paragraph, "spacing", "after")
    right = _width(paragraph, "ind", "right") or _width(paragraph, "ind", "end")
    return Imprint(_digest(words), _PLACES, (after, right, _black(paragraph)))


def _width(paragraph: etree._Element, name: str, side: str) -> int:
    """A width that is none of ours counts as none, and mostly disagrees."""
    said = _value(paragraph.find(f"{{*}}pPr/{{*}}{name}"), side)
    return int(said) if said in {str(width) for width in range(_WIDTHS)} else 0


def _black(paragraph: etree._Element) -> int:
    for run in _spoken_runs(paragraph):
        colour = _value(run.find("{*}rPr/{*}color"), "val")
        if colour in _BLACKS:
            return _BLACKS.index(colour)
    return 0


def _value(element: etree._Element | None, name: str) -> str:
    """An attribute in whichever of its two namespaces the document uses."""
    if element is None:
        return ""
    return next((str(value) for said, value in element.items() if str(said).endswith(f"}}{name}")), "")


def _spoken_runs(paragraph: etree._Element) -> Iterator[etree._Element]:
    return (run for run in paragraph.iter("{*}r") if run.find("{*}t") is not None)


def _words(paragraph: etree._Element) -> str:
    return "".join(one.text or "" for one in paragraph.iter("{*}t"))


def _digest(words: str) -> str:
    return digest_of([_LABEL.sub("", words, count=1) if _LABEL.match(words) else words])


def _is_long(words: str) -> bool:
    return sum(sign.isalnum() for sign in words) >= _LEAST_LETTERS
