"""The files of a content package from an untrusted hand, opened within limits."""

from __future__ import annotations

import posixpath
import zipfile
from typing import Final
from urllib.parse import unquote

from item_bank.errors import ImportRefused
from item_bank.formats.zips import DAMAGE, Limits, open_zip

MAX_FILE_BYTES: Final = 100 * 1024 * 1024
MAX_UNCOMPRESSED_BYTES: Final = 600 * 1024 * 1024  # read, or told by the directory
MAX_ENTRY_BYTES: Final = 2 * 1024 * 1024  # of what is read; larger ones are only named
MAX_LIST_BYTES: Final = 200 * 1024 * 1024  # of what is read a piece at a time
MAX_ENTRIES: Final = 120_000
# what a small file may ask for: a large one may ask for more, in the measure in which it is one
LEAST_ENTRIES: Final = 5_000
LEAST_BYTES: Final = 200 * 1024 * 1024
ENTRY_COSTS: Final = 160  # bytes of an archive, for an entry with its name twice
UNPACKED: Final = 30  # times the archive, of what is XML
MAX_RATIO: Final = 200


class Archive:
    """The files of one package by path; the junk of file managers is none of them.

    Raises ImportRefused: NOT_A_PACKAGE, TOO_LARGE (with the limit), ENCRYPTED, UNSAFE_ENTRY, DAMAGED_FILE.
    """

    keeps = True

    def __init__(self, data: bytes) -> None:
        entries = min(MAX_ENTRIES, max(LEAST_ENTRIES, len(data) // ENTRY_COSTS))
        self.most_bytes = min(MAX_UNCOMPRESSED_BYTES, max(LEAST_BYTES, UNPACKED * len(data)))
        limits = Limits(MAX_FILE_BYTES, self.most_bytes, entries, MAX_RATIO)
        self._zip, infos = open_zip(data, limits, "NOT_A_PACKAGE")
        if len({info.filename for info in infos}) < len(infos):
            raise ImportRefused("DAMAGED_FILE", part="", reason="entry twice")
        for info in infos:
            if ":" in info.filename.split("/")[0]:
                raise ImportRefused("UNSAFE_ENTRY", part=info.filename)
        self._infos = {info.filename: info for info in infos if not is_junk(info)}
        self._by_folded = {path.casefold(): path for path in self._infos}
        self._bytes_left = self.most_bytes

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def find(self, href: str, folder: str = "") -> str | None:
        """The path that a reference from a file in `folder` means; None where there is no such file."""
        bare = href.split("#")[0].split("?")[0].strip()
        for spelling in (bare, unquote(bare), bare.replace("\\", "/")):
            path = posixpath.normpath(posixpath.join(folder, spelling))
            if path in self._infos:
                return path
            if path.casefold() in self._by_folded:
                return self._by_folded[path.casefold()]
        return None

    def size(self, path: str) -> int:
        """The bytes of a file, as the archive's directory tells."""
        return self._infos[path].file_size

    def read(self, path: str, most: int = MAX_ENTRY_BYTES) -> bytes:
        """The content; of a file larger than what is read, one byte more than the limit."""
        try:
            with self._zip.open(self._infos[path]) as stream:
                content = stream.read(most + 1)
        except DAMAGE as error:
            raise ImportRefused("DAMAGED_FILE", part=path) from error
        self._bytes_left -= len(content)
        if self._bytes_left < 0:
            raise ImportRefused("TOO_LARGE", limit_mb=self.most_bytes // 1024**2)
        return content


def is_junk(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, or what a file manager left behind."""
    parts = info.filename.split("/")
    return info.is_dir() or "__MACOSX" in parts or parts[-1].startswith("._")
