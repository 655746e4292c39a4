"""Which format a file has: told by its content, and by its name only where the content leaves a choice."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.catalog import FORMATS, MOST_BYTES, FileFormat, read_as
from item_bank.formats.foreign import ForeignBank
from item_bank.formats.progress import Progress, silent
from item_bank.formats.qti.archive import is_junk
from item_bank.formats.zips import DAMAGE, MAGIC, Limits, open_zip

_LIMITS: Final = Limits(MOST_BYTES, 600 * 1024 * 1024, 120_000, 2_000)  # readers have their own, narrower
_MOST_ALONE: Final = FORMATS[FileFormat.MOODLE_XML].most_bytes  # of what is no archive
_MOST_LINES: Final = FORMATS[FileFormat.GIFT].most_bytes
_HEAD: Final = 64 * 1024
_PROLOG: Final = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[\]>]*(?:\[[^\]]*\])?[^>]*>", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)([^<>]*)")
_PACKAGING: Final = ("[Content_Types].xml", "_rels/.rels")
_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Word and Excel wrote before 2007, and encrypt in
_QTI_2: Final = frozenset({"assessmentItem", "qti-assessment-item", "assessmentTest", "qti-assessment-test"})
_QTI_1: Final = "questestinterop"
_MAY_HOLD_ITEMS: Final = (".xml", ".qti", ".dat")
_ENOUGH: Final = 200  # files of a package that show which format it has
_AIKEN: Final = re.compile(r"^[ \t]*ANSWER[ \t]*[:\uff1a][ \t]*[A-Za-z]\b", re.MULTILINE | re.IGNORECASE)
_OPTION: Final = re.compile(r"^[ \t]*[A-Za-z][.)][ \t]*\S", re.MULTILINE)
_BRACES: Final = re.compile(r"(?<!\\)\{[^{}]*(?<!\\)\}")
_GIFT: Final = re.compile(r"^[ \t]*(?:::|\$CATEGORY:)", re.MULTILINE)


def read_any(filename: str, data: bytes, progress: Progress = silent) -> tuple[FileFormat, ForeignBank]:
    """The format of a file and its items.

    Parameters
    ----------
    filename : as the author's program calls it; asked only where the content is of two formats
    progress : called with (done, total) while a large file is read; whatever it raises ends the reading

    An archive that holds nothing but another one is that other one.

    Raises ImportRefused: as `recognised` and the format's reader do; ZIPS_WITHIN (count: of several archives
    within).
    """
    data = _unwrapped(data)
    form = recognised(filename, data)
    return form, read_as(form, data, progress)


def _unwrapped(data: bytes) -> bytes:
    """The only archive within an archive that has no items of its own; else the file itself."""
    if not data.startswith(MAGIC) or len(data) > MOST_BYTES:
        return data
    archive, infos = open_zip(data, _LIMITS, "DAMAGED_FILE")
    kept = [info for info in infos if not is_junk(info)]
    within = [info for info in kept if info.filename.lower().endswith(".zip")]
    is_office = any(info.filename in _PACKAGING for info in kept)
    if not within or is_office or _of_package(archive, infos):
        return data
    if len(within) > 1:
        raise ImportRefused("ZIPS_WITHIN", count=len(within))
    try:
        with archive.open(within[0]) as stream:
            return stream.read(MOST_BYTES + 1)
    except DAMAGE as error:
        raise ImportRefused("DAMAGED_FILE", part=within[0].filename) from error


def recognised(filename: str, data: bytes) -> FileFormat:
    """The format of a file, none of which has been read.

    Raises ImportRefused: EMPTY_FILE, TOO_LARGE, ENCRYPTED, DAMAGED_FILE, UNSAFE_ENTRY, OLD_OFFICE,
    FILE_UNKNOWN (name), FILE_UNCLEAR (formats: the file is of each of them).
    """
    if len(data) > MOST_BYTES:
        raise ImportRefused("TOO_LARGE", limit_mb=MOST_BYTES // 1024**2)
    if not data.strip():
        raise ImportRefused("EMPTY_FILE")
    if data.startswith(MAGIC):
        return _of_zip(filename, data)
    if data.startswith(_OFFICE):
        raise ImportRefused("OLD_OFFICE")
    if len(data) > _MOST_ALONE:
        raise ImportRefused("TOO_LARGE", limit_mb=_MOST_ALONE // 1024**2)
    form = _of_xml(_text(data[:_HEAD])) or _of_lines(filename, data)
    if form is None:
        raise ImportRefused("FILE_UNKNOWN", name=_bare(filename))
    return form


def _of_zip(filename: str, data: bytes) -> FileFormat:
    archive, infos = open_zip(data, _LIMITS, "DAMAGED_FILE")
    names = {info.filename for info in infos}
    office = {
        form
        for form, part in ((FileFormat.DOCX, "word/"), (FileFormat.XLSX, "xl/"))
        if not names.isdisjoint(_PACKAGING) and any(name.startswith(part) for name in names)
    }
    found = office or _of_package(archive, infos)
    return _only(found, filename)


def _of_package(archive: zipfile.ZipFile, infos: Collection[zipfile.ZipInfo]) -> set[FileFormat]:
    """By the roots of the files within; a version of QTI 2 or 3 by the first item that says which."""
    old, versions, looked_at = False, dict[FileFormat, None](), 0
    for info in infos:
        if is_junk(info) or not info.filename.lower().endswith(_MAY_HOLD_ITEMS):
            continue
        try:
            with archive.open(info) as stream:
                head = _text(stream.read(_HEAD))
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=info.filename) from error
        name, said = _root(head)
        looked_at += 1
        old = old or name == _QTI_1
        if name in _QTI_2:
            versions[_version(name, said)] = None
        if looked_at >= _ENOUGH and (old or versions):
            break
    found = set(list(versions)[:1])
    return found | {FileFormat.QTI_12} if old else found


def _of_xml(text: str) -> FileFormat | None:
    name, said = _root(text)
    if name == "quiz":
        return FileFormat.MOODLE_XML
    if name == _QTI_1:
        return FileFormat.QTI_12
    return _version(name, said) if name in _QTI_2 else None


def _of_lines(filename: str, data: bytes) -> FileFormat | None:
    text, found = _text(data[:_MOST_LINES]), set[FileFormat]()
    if "\0" in text:
        return None
    if _AIKEN.search(text) and _OPTION.search(text):
        found.add(FileFormat.AIKEN)
    if _BRACES.search(text):
        found.add(FileFormat.GIFT)
    if not found and _GIFT.search(text):
        found.add(FileFormat.GIFT)
    return _only(found, filename) if found else None


def _only(found: Collection[FileFormat], filename: str) -> FileFormat:
    """The one format, or the one of several whose files are called so."""
    if len(found) > 1:
        suffix = posixpath.splitext(filename.lower())[1]
        named = [form for form in found if suffix in FORMATS[form].suffixes]
        found = named if len(named) == 1 else found
    if not found:
        raise ImportRefused("FILE_UNKNOWN", name=_bare(filename))
    if len(found) > 1:
        raise ImportRefused("FILE_UNCLEAR", formats=tuple(sorted(form.value for form in found)))
    return next(iter(found))


def _root(text: str) -> tuple[str, str]:
    """The name of the first element and what stands in its tag; empty where there is none."""
    place = 0
    while skipped := _PROLOG.match(text, place):
        place = skipped.end()
    root = _ROOT.match(text, place)
    return (root.group(1), root.group(2)) if root else ("", "")


def _version(name: str, said: str) -> FileFormat:
    if name.startswith("qti-"):
        return FileFormat.QTI_30
    return FileFormat.QTI_22 if "imsqti_v2p2" in said else FileFormat.QTI_21


def _text(data: bytes) -> str:
    """Enough of a text to see what it is; letters beyond ASCII do not matter."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding, "replace").lstrip("\ufeff")


def _bare(filename: str) -> str:
    return posixpath.basename(filename.replace("\\", "/"))[:100]
