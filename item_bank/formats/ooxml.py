"""An Office Open XML package from an untrusted hand: opened within limits, its parts parsed as a stream."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from typing import BinaryIO, Protocol
from xml.parsers import expat

from item_bank.errors import ImportRefused

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNCOMPRESSED_BYTES = 48 * 1024 * 1024
MAX_ENTRIES = 500
MAX_RATIO = 200
MAX_ELEMENTS = 1_600_000
_RATIO_MATTERS_FROM = 1024 * 1024
# large pieces: the parser looks again at an unfinished token with every piece
_PIECE_BYTES = 1024 * 1024

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_CENTRAL_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # among them a name in a broken encoding
    LookupError,
    RuntimeError,  # among them NotImplementedError: a feature of zip that no office program writes
    OverflowError,
)


class PartHandler(Protocol):
    """What a part's reader hears; names come without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...


class Package:
    """The parts of one package, by name; what is read from all parts together is bounded."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        data = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
        _refuse_before_opening(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise ImportRefused("NOT_AN_XLSX") from error
        _refuse_unreasonable(infos)
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
        except _DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=part, reason="unreadable") from error

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


def _refuse_before_opening(data: bytes) -> None:
    if len(data) > MAX_FILE_BYTES:
        raise ImportRefused("TOO_LARGE", limit_mb=MAX_FILE_BYTES // 1024**2)
    if data.startswith(_OLE_MAGIC):
        raise ImportRefused("ENCRYPTED" if _ENCRYPTED_STREAM in data else "OLD_XLS")
    if not data.startswith(b"PK"):
        raise ImportRefused("NOT_AN_XLSX")
    # counted before the directory is read: half a million empty entries would fill the memory
    if data.count(_CENTRAL_ENTRY) > 2 * MAX_ENTRIES:
        raise ImportRefused("TOO_LARGE", limit_entries=MAX_ENTRIES)


def _refuse_unreasonable(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_ENTRIES:
        raise ImportRefused("TOO_LARGE", limit_entries=MAX_ENTRIES)
    if any(info.flag_bits & 0x1 for info in infos):
        raise ImportRefused("ENCRYPTED")
    if sum(info.file_size for info in infos) > MAX_UNCOMPRESSED_BYTES:
        raise ImportRefused("TOO_LARGE", limit_mb=MAX_UNCOMPRESSED_BYTES // 1024**2)
    for info in infos:
        if info.compress_type not in _METHODS:
            raise ImportRefused("DAMAGED_FILE", part=info.filename, reason="compression")
        if ".." in info.filename.split("/") or info.filename.startswith("/") or "\\" in info.filename:
            raise ImportRefused("UNSAFE_ENTRY", part=info.filename)
        if info.file_size > _RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise ImportRefused("TOO_LARGE", part=info.filename, limit_ratio=MAX_RATIO)
