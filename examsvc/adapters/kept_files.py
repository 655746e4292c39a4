"""Files kept in a folder beside the data, under names nobody can guess, readable by their owner alone."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")


class FolderFiles:
    """Fulfils ports.Files.

    kept_s : how long a file may lie; None: until it is removed
    """

    def __init__(self, folder: Path, kept_s: float | None = None) -> None:
        self._folder = folder
        self._kept_s = kept_s

    def write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clear()
        path = self._path(name)
        partial = path.with_suffix(f".{os.getpid()}.part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)  # a reader finds the whole file or none

    def find(self, name: str) -> bytes | None:
        if not _NAME.fullmatch(name):
            return None
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    def _clear(self) -> None:
        if self._kept_s is None:
            return
        for old in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another worker clears as well
                if old.stat().st_mtime < time.time() - self._kept_s:
                    old.unlink()

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not a name of a kept file")
        return self._folder / name
