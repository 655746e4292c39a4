"""Whether an .xlsx may be opened at all: looked at as an archive before anything parses it."""

import io
import re
import zipfile
import zlib
from typing import Final

from examsvc.positions.errors import WorkbookUnsafe

MAX_FILE_BYTES: Final = 10 * 2**20
MAX_PARTS: Final = 500
MAX_PART_BYTES: Final = 16 * 2**20
MAX_UNPACKED_BYTES: Final = 32 * 2**20
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


def require_safe(data: bytes) -> None:
    """Raise WorkbookUnsafe for what is no workbook, unpacks too large, or declares XML entities."""
    if len(data) > MAX_FILE_BYTES:
        raise WorkbookUnsafe("file_too_large", str(len(data)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_safe_parts(archive)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        # zipfile tells encryption by RuntimeError and an unknown compression by NotImplementedError.
        raise WorkbookUnsafe("not_a_workbook", type(error).__name__) from error


def _require_safe_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MAX_PARTS or len(names) != len(parts):
        raise WorkbookUnsafe("too_many_parts", str(len(parts)))
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise WorkbookUnsafe("not_a_workbook")
    if any("vbaproject" in name.lower() for name in names):
        raise WorkbookUnsafe("has_macros")
    # Reading stops at the size the directory declares, so a lie there cannot unpack more than judged.
    if max(part.file_size for part in parts) > MAX_PART_BYTES:
        raise WorkbookUnsafe("unpacks_too_large")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise WorkbookUnsafe("unpacks_too_large")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            _require_plain_xml(part.filename, archive.read(part))


def _require_plain_xml(name: str, content: bytes) -> None:
    head = content[:200]
    encoding = _ENCODING.search(head)
    if b"\x00" in head or (encoding is not None and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        # Another encoding could hide a declaration from the search below; no office program writes one.
        raise WorkbookUnsafe("foreign_encoding", name)
    if _DECLARATION.search(content):
        raise WorkbookUnsafe("declares_entities", name)
