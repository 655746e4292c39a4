"""A whole file of the bank, stamped and marked on its way out, and read again when it turns up somewhere."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.zips import DAMAGE, Limits, open_zip
from item_bank.watermark.documents import mark_document, read_document_marks
from item_bank.watermark.lines import mark_aiken, mark_gift, read_aiken_marks, read_gift
from item_bank.watermark.marks import Imprint
from item_bank.watermark.stamp import Stamp, numbers_in
from item_bank.watermark.workbooks import mark_workbook, read_workbook
from item_bank.watermark.xml import mark_xml, read_xml

_LIMITS: Final = Limits(file_bytes=1024**3, unpacked_bytes=4 * 1024**3, entries=400_000, ratio=1_000)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_QUESTION: Final = re.compile(r"<question\b(?![^>]*[\"']category[\"']).*?</question>", re.DOTALL)
_ITEM: Final = re.compile(r"<(qti-assessment-item|assessmentItem)\b.*?</\1>", re.DOTALL)
_GIFT_BLOCK: Final = re.compile(r"^(?:// [^\n]*\n)*::.*?\}[ \t]*$", re.DOTALL | re.MULTILINE)
_AIKEN_BLOCK: Final = re.compile(r"[^\n]+(?:\n[^\n]+)*?\n(?:[A-Z][.)] [^\n]*\n)+ANSWER: ?[A-Z][ \t]*")
_DECLARATION: Final = re.compile(r"<\?xml[^>]*\?>\s*")
_MANIFEST: Final = "imsmanifest.xml"


@dataclass(frozen=True, slots=True)
class Borne:
    """What a file bears: the exports that it names for everybody to read, and each item's marks."""

    numbers: frozenset[int]
    imprints: tuple[Imprint, ...]


def stamped(kind: str, data: bytes, stamp: Stamp, key: bytes) -> bytes:
    """The file as it leaves the bank; `kind` is that of `KINDS`."""
    return _STAMPERS[kind](data, stamp, key)


def borne(data: bytes) -> Borne:
    """What a file bears, of whichever kind it is, or a part of it that was copied out.

    Raises ImportRefused: TOO_LARGE, ENCRYPTED, DAMAGED_FILE, UNSAFE_ENTRY, NOT_TRACEABLE (no text in UTF-8).
    """
    if data.startswith(b"PK"):
        return _borne_by_archive(data)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ImportRefused("NOT_TRACEABLE") from error
    return Borne(frozenset(numbers_in(text)), tuple(_imprints(text)))


def _imprints(text: str) -> list[Imprint]:
    found = [read_xml(one[0], spaced=True) for one in _QUESTION.finditer(text)]
    found += [read_xml(one[0]) for one in _ITEM.finditer(text)]
    if found:
        return found
    gift = [read_gift(one[0]) for one in _GIFT_BLOCK.finditer(text)]
    return gift or [read_aiken_marks(one[0]) for one in _AIKEN_BLOCK.finditer(text)]


def _borne_by_archive(data: bytes) -> Borne:
    archive, infos = open_zip(data, _LIMITS, "NOT_TRACEABLE")
    names = [info.filename for info in infos]
    try:
        if any(name.startswith("xl/") for name in names):
            imprints, told = read_workbook(data)
            return Borne(frozenset(numbers_in(told)), tuple(imprints))
        if any(name.startswith("word/") for name in names):
            imprints, told = read_document_marks(archive)
            return Borne(frozenset(numbers_in(told)), tuple(imprints))
        texts = [archive.read(name).decode("utf-8", "replace") for name in names if name.endswith(".xml")]
    except (*DAMAGE, TypeError, AttributeError, IndexError) as error:  # a library fails on what is broken
        raise ImportRefused("DAMAGED_FILE") from error
    numbers = {number for text in texts for number in numbers_in(text)}
    return Borne(frozenset(numbers), tuple(one for text in texts for one in _imprints(text)))


def _package(data: bytes, stamp: Stamp, key: bytes) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            if name == _MANIFEST:
                content = _described(content.decode("utf-8"), stamp).encode()
            elif name.startswith("items/") and name.endswith(".xml"):
                content = _commented(_marked_item(content.decode("utf-8"), key), stamp).encode()
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, content)
    return target.getvalue()


def _marked_item(text: str, key: bytes) -> str:
    return _ITEM.sub(lambda found: mark_xml(found[0], key), text)


def _described(manifest: str, stamp: Stamp) -> str:
    """In the manifest both a comment and the metadata that a program shows."""
    told = stamp.sentence.replace("&", "&amp;")
    metadata = (
        '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>'
        f'<description><string language="vi">{told}</string></description></general></lom></metadata>'
    )
    return _commented(manifest.replace("</metadata>", metadata, 1), stamp)


def _commented(text: str, stamp: Stamp) -> str:
    declared = _DECLARATION.match(text)
    at = declared.end() if declared else 0
    return f"{text[:at]}{_comment(stamp)}\n{text[at:]}"


def _comment(stamp: Stamp) -> str:
    return f"<!-- {stamp.sentence} -->"


def _moodle(data: bytes, stamp: Stamp, key: bytes) -> bytes:
    text = data.decode("utf-8")
    marked = _QUESTION.sub(lambda found: f"{_comment(stamp)}\n{mark_xml(found[0], key, spaced=True)}", text)
    return _commented(marked, stamp).encode()


def _gift(data: bytes, stamp: Stamp, key: bytes) -> bytes:
    told = f"// {stamp.sentence}\n"
    text = _GIFT_BLOCK.sub(lambda found: told + mark_gift(found[0], key), data.decode("utf-8"))
    return (told + "\n" + text).encode()


def _aiken(data: bytes, _stamp: Stamp, key: bytes) -> bytes:
    """The format has no comments: what everybody could read would become part of an item."""
    return _AIKEN_BLOCK.sub(lambda found: mark_aiken(found[0], key), data.decode("utf-8")).encode()


_STAMPERS: Final[dict[str, Callable[[bytes, Stamp, bytes], bytes]]] = {
    "qti-3.0": _package,
    "qti-2.2": _package,
    "qti-2.1": _package,
    "moodle-xml": _moodle,
    "gift": _gift,
    "aiken": _aiken,
    "xlsx": mark_workbook,
    "docx": mark_document,
}
KINDS: Final = tuple(_STAMPERS)
VISIBLE: Final = tuple(kind for kind in KINDS if kind != "aiken")
