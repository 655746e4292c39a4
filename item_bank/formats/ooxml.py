"""An Office Open XML package from an untrusted hand: opened within limits, its parts parsed as a stream."""

from __future__ import annotations

import posixpath
from typing import BinaryIO, Protocol
from xml.parsers import expat

from item_bank.errors import ImportRefused
from item_bank.formats.zips import DAMAGE, Limits, open_zip

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNCOMPRESSED_BYTES = 48 * 1024 * 1024
MAX_ENTRIES = 500
MAX_RATIO = 200
MAX_ELEMENTS = 1_600_000
# large pieces: the parser looks again at an unfinished token with every piece
_PIECE_BYTES = 1024 * 1024

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


class PartHandler(Protocol):
    """What a part's reader hears; names come without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...


class Package:
    """The parts of one package, by name; what is read from all parts together is bounded."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        data = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
        limits = Limits(MAX_FILE_BYTES, MAX_UNCOMPRESSED_BYTES, MAX_ENTRIES, MAX_RATIO)
        limits.require_size(data)
        _refuse_old_office(data)
        self._zip, infos = open_zip(data, limits, "NOT_AN_XLSX")
        self._infos = {info.filename.casefold(): info for info in infos}
        if len(self._infos) != len(infos):
            raise ImportRefused("DAMAGED_FILE", part="", reason="entry twice")
        self._bytes_left = MAX_UNCOMPRESSED_BYTES
        self._elements_left = MAX_ELEMENTS

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._infos

    def parse(self, part: str, handler: PartHandler) -> None:
        """Stream the part's XML into the handler; anything but well-formed XML without DTD is refused."""
        info = self._infos.get(part.casefold())
        if info is None:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="part missing")
        parser = self._parser(handler, part)
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_PIECE_BYTES):
                    self._bytes_left -= len(piece)
                    if self._bytes_left < 0:
                        raise ImportRefused("TOO_LARGE", limit_mb=MAX_UNCOMPRESSED_BYTES // 1024**2)
                    parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise ImportRefused(
                "DAMAGED_FILE", part=part, reason="not well-formed", line=error.lineno
            ) from error
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="unreadable") from error

    def content(self, part: str, limit: int) -> bytes:
        """The part's bytes, of a picture say; what is longer than the limit is cut one byte beyond it."""
        info = self._infos.get(part.casefold())
        if info is None:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="part missing")
        try:
            with self._zip.open(info) as stream:
                data = stream.read(limit + 1)
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="unreadable") from error
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise ImportRefused("TOO_LARGE", limit_mb=MAX_UNCOMPRESSED_BYTES // 1024**2)
        return data

    def _parser(self, handler: PartHandler, part: str) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        local_names: dict[str, str] = {}

        def local(name: str) -> str:
            if name not in local_names:
                local_names[name] = name.rpartition(" ")[2]
            return local_names[name]

        def start(name: str, attributes: dict[str, str]) -> None:
            self._elements_left -= 1
            if self._elements_left < 0:
                raise ImportRefused("TOO_LARGE", limit_elements=MAX_ELEMENTS)
            handler.start(local(name), {local(key): value for key, value in attributes.items()})

        def end(name: str) -> None:
            handler.end(local(name))

        def refuse_doctype(*_declaration: object) -> None:
            raise ImportRefused("DTD_IN_FILE", part=part)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = refuse_doctype
        return parser

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The part's relationships: id → (last word of the type, part name); outside targets left out."""
        folder, name = posixpath.split(part)
        relations = _Relationships(folder)
        relations_part = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations_part in self:
            self.parse(relations_part, relations)
        return relations.found


class _Relationships:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        # joined as addresses are: a leading slash means the package's root
        target = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", "")))
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

    def end(self, tag: str) -> None:
        """Relationships hold nothing inside."""

    def text(self, text: str) -> None:
        """Relationships hold no text."""


def _refuse_old_office(data: bytes) -> None:
    if data.startswith(_OLE_MAGIC):
        raise ImportRefused("ENCRYPTED" if _ENCRYPTED_STREAM in data else "OLD_XLS")
