"""Files that wait between two steps of somebody's work, in a folder of the house."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

KEPT_S = 24 * 3600
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Folder:
    """Fulfils ports.Files: files by the SHA-256 of their content, for a day."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, data: bytes) -> str:
        """Keep the file; returns its SHA-256. What was left lying for a day is cleared away."""
        self._path.mkdir(parents=True, exist_ok=True)
        for old in self._path.iterdir():
            if old.stat().st_mtime < time.time() - KEPT_S:
                old.unlink(missing_ok=True)
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path / sha256
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(data)
        partial.replace(path)  # a reader finds the whole file or none
        return sha256

    def find(self, sha256: str) -> bytes | None:
        """The file, if it is still kept."""
        path = self._path / sha256
        if not _SHA256.fullmatch(sha256) or not path.exists():
            return None
        return path.read_bytes()

    def drop(self, sha256: str) -> None:
        """Forget the file."""
        if _SHA256.fullmatch(sha256):
            (self._path / sha256).unlink(missing_ok=True)
