"""A zip file from an untrusted hand, opened within limits: an Office document, a content package."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from item_bank.errors import ImportRefused

MAGIC: Final = b"PK"
_RATIO_MATTERS_FROM: Final = 1024 * 1024
_CENTRAL_ENTRY: Final = b"PK\x01\x02"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# what a damaged archive raises, in its directory or while an entry is read
DAMAGE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # among them a name in a broken encoding
    LookupError,
    RuntimeError,  # among them NotImplementedError: a feature of zip that hardly any program writes
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may be.

    file_bytes, unpacked_bytes : of the archive, and of its entries together as its directory tells
    ratio : of an entry's size to what is stored of it, where that matters
    """

    file_bytes: int
    unpacked_bytes: int
    entries: int
    ratio: int

    def require_size(self, data: bytes) -> None:
        """Raises ImportRefused TOO_LARGE."""
        if len(data) > self.file_bytes:
            raise ImportRefused("TOO_LARGE", limit_mb=self.file_bytes // 1024**2)


def open_zip(data: bytes, limits: Limits, none: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The archive and its entries, none of which has been read.

    Raises ImportRefused: `none` for what is no zip, TOO_LARGE (with the limit), ENCRYPTED, DAMAGED_FILE,
    UNSAFE_ENTRY.
    """
    limits.require_size(data)
    if not data.startswith(MAGIC):
        raise ImportRefused(none)
    # counted before the directory is read: half a million empty entries would fill the memory
    if data.count(_CENTRAL_ENTRY) > 2 * limits.entries:
        raise ImportRefused("TOO_LARGE", limit_entries=limits.entries)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except DAMAGE as error:
        raise ImportRefused(none) from error
    _refuse_unreasonable(infos, limits)
    return archive, infos


def _refuse_unreasonable(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.entries:
        raise ImportRefused("TOO_LARGE", limit_entries=limits.entries)
    if any(info.flag_bits & 0x1 for info in infos):
        raise ImportRefused("ENCRYPTED")
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise ImportRefused("TOO_LARGE", limit_mb=limits.unpacked_bytes // 1024**2)
    if not all(info.filename for info in infos):  # or a name that begins with NUL
        raise ImportRefused("DAMAGED_FILE", part="?", reason="name")
    for info in infos:
        if info.compress_type not in _METHODS:
            raise ImportRefused("DAMAGED_FILE", part=info.filename, reason="compression")
        if ".." in info.filename.split("/") or info.filename.startswith("/") or "\\" in info.filename:
            raise ImportRefused("UNSAFE_ENTRY", part=info.filename)
        if info.file_size > _RATIO_MATTERS_FROM and info.file_size > limits.ratio * max(
            1, info.compress_size
        ):
            raise ImportRefused("TOO_LARGE", part=info.filename, limit_ratio=limits.ratio)
