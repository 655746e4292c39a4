"""A Word document from an untrusted hand: opened within limits, its parts parsed without being trusted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from lxml import etree

from item_bank.errors import ImportRefused
from item_bank.formats.xml_safety import SAFE
from item_bank.formats.zips import DAMAGE, Limits, open_zip
from item_bank.media import MAX_BYTES as MAX_PICTURE_BYTES

LIMITS: Final = Limits(file_bytes=40 * 1024**2, unpacked_bytes=160 * 1024**2, entries=5_000, ratio=300)
MAX_DOCUMENT_BYTES: Final = 48 * 1024**2
MAX_PART_BYTES: Final = 4 * 1024**2  # of styles, numbering, relationships
MAX_ELEMENTS: Final = 900_000
MAX_BLOCK_ELEMENTS: Final = 150_000  # of one paragraph or table
_PIECE: Final = 256 * 1024
_OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BLOCKS: Final = ("{*}p", "{*}tbl", "{*}sdt", "{*}customXml", "{*}ins", "{*}moveTo", "{*}altChunk")
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# the strict variant of the standard has other names for the same things
_STRICT: Final = {
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}": W,
    "{http://purl.oclc.org/ooxml/officeDocument/math}": M,
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}": R,
}


class Package:
    """The parts of one document, by name.

    Raises ImportRefused: NOT_A_DOCX, OLD_DOC (Word's format before 2007), ENCRYPTED, TOO_LARGE (limit_mb,
    limit_entries, limit_elements, limit_ratio), DAMAGED_FILE (part, reason), UNSAFE_ENTRY (part),
    DTD_IN_FILE (part).
    """

    def __init__(self, data: bytes) -> None:
        LIMITS.require_size(data)
        if data.startswith(_OLE_MAGIC):
            raise ImportRefused("ENCRYPTED" if _ENCRYPTED_STREAM in data else "OLD_DOC")
        self._zip, infos = open_zip(data, LIMITS, "NOT_A_DOCX")
        self._infos = {info.filename.casefold(): info for info in infos}
        if len(self._infos) != len(infos):
            raise ImportRefused("DAMAGED_FILE", part="", reason="entry twice")
        self.document = self._find_document()

    def _find_document(self) -> str:
        for kind, target in self.targets("").values():
            if kind == "officeDocument" and target.casefold() in self._infos:
                root = self._root_of(target)
                if root is not None and strict(tag_of(root)) == f"{W}document":
                    return target
        raise ImportRefused("NOT_A_DOCX")

    def _root_of(self, part: str) -> etree._Element | None:
        parser = etree.XMLPullParser(("start",), remove_comments=True, **SAFE)
        for _piece in self._pieces(part, MAX_DOCUMENT_BYTES, parser):
            for _event, root in parser.read_events():
                _refuse_doctype(root, part)
                return root
        return None

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The part's relationships: id → (last word of the type, part name); outside targets left out."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for one in root if root is not None else ():
            if not isinstance(one.tag, str) or one.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
            found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return found

    def tree(self, part: str) -> etree._Element | None:
        """A small part's XML; None where there is no such part."""
        if part.casefold() not in self._infos:
            return None
        parser = etree.XMLPullParser(("end",), remove_comments=True, tag="{*}*", **SAFE)
        last: etree._Element | None = None
        for _piece in self._pieces(part, MAX_PART_BYTES, parser):
            for _event, element in parser.read_events():
                last = element
        if last is None:
            return None
        root = last.getroottree().getroot()
        _refuse_doctype(root, part)
        _rename(root)
        return root

    def blocks(self) -> Iterator[etree._Element]:
        """What stands in the body of the document one after the other; each is forgotten behind it."""
        parser = etree.XMLPullParser(("end",), remove_comments=True, tag=_BLOCKS, **SAFE)
        body: etree._Element | None = None
        tags = 0
        for piece in self._pieces(self.document, MAX_DOCUMENT_BYTES, parser):
            tags += piece.count(b"<")
            for _event, element in parser.read_events():
                parent = element.getparent()
                if body is None:
                    _refuse_doctype(element, self.document)
                    body = _body_of(element)
                if parent is None or body is None or parent is not body:
                    continue
                _rename(element)
                yield element
                tags = 0
                element.clear()
                while (before := element.getprevious()) is not None:
                    parent.remove(before)  # one by one: a slice would count all that are left
            if tags > 2 * MAX_BLOCK_ELEMENTS:
                raise ImportRefused("TOO_LARGE", part=self.document, limit_elements=MAX_BLOCK_ELEMENTS)

    def picture(self, part: str) -> bytes | None:
        """The bytes of a picture; None where there is none of that name, or it is too large to be one."""
        info = self._infos.get(part.casefold())
        if info is None or info.file_size > 8 * MAX_PICTURE_BYTES:
            return None
        try:
            with self._zip.open(info) as stream:
                return stream.read(8 * MAX_PICTURE_BYTES)
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="unreadable") from error

    def _pieces(self, part: str, limit: int, parser: etree.XMLPullParser) -> Iterator[bytes]:
        """The part piece by piece, each given to the parser before; the last is empty."""
        read, tags = 0, 0
        try:
            with self._zip.open(self._infos[part.casefold()]) as stream:
                while piece := stream.read(_PIECE):
                    read, tags = read + len(piece), tags + piece.count(b"<")
                    if read > limit:
                        raise ImportRefused("TOO_LARGE", part=part, limit_mb=limit // 1024**2)
                    if tags > 2 * MAX_ELEMENTS:  # most elements have an end of their own
                        raise ImportRefused("TOO_LARGE", part=part, limit_elements=MAX_ELEMENTS)
                    parser.feed(piece)
                    yield piece
            parser.close()
            yield b""
        except etree.XMLSyntaxError as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="not well-formed") from error
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="unreadable") from error


def strict(tag: str) -> str:
    """The name in the namespaces that Word writes by default."""
    end = tag.find("}") + 1
    return _STRICT[tag[:end]] + tag[end:] if tag[:end] in _STRICT else tag


def _rename(root: etree._Element) -> None:
    """In place, where the file is written by the strict variant of the standard."""
    if not any(namespace in tag_of(root) for namespace in _STRICT) and not any(
        value is not None and f"{{{value}}}" in _STRICT for value in root.nsmap.values()
    ):
        return
    for element in root.iter(etree.Element):
        element.tag = strict(str(element.tag))
        for name, value in list(element.attrib.items()):
            if strict(str(name)) != name:
                del element.attrib[name]
                element.set(strict(str(name)), value)


def tag_of(element: etree._Element) -> str:
    """The element's name; empty of what is none (an entity that was not resolved)."""
    return element.tag if isinstance(element.tag, str) else ""


def _body_of(element: etree._Element) -> etree._Element | None:
    ancestor: etree._Element | None = element
    while ancestor is not None:
        if strict(tag_of(ancestor)) == f"{W}body":
            return ancestor
        ancestor = ancestor.getparent()
    return None


def _refuse_doctype(element: etree._Element, part: str) -> None:
    if element.getroottree().docinfo.doctype:
        raise ImportRefused("DTD_IN_FILE", part=part)
