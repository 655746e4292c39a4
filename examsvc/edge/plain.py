"""Text that no database keeps is refused at the door; what no paper and no header bears is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flask import Flask, abort, request

NULL = "\x00"
# control characters, the separators of lines that are none of the usual, lone halves of pairs: XML, PDF and
# headers hold none of them
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text without characters that break a picture, a page of paper or a header; line ends stay."""
    return _UNPRINTABLE.sub("", text)


def file_name(text: str) -> str:
    """A name that any header and any disk bears: no control characters, no line ends, no paths."""
    return re.sub(r'[\r\n\t/\\:"]', "", printable(text)).strip(". ") or "file"


def init_plain(app: Flask) -> None:
    """Refuse a null character in whatever a browser sends: PostgreSQL cannot keep it, and nobody types it."""

    @app.before_request
    def refuse_null() -> None:
        if any(NULL in text for text in _texts()):
            abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    if request.mimetype == "application/json":  # its reader refuses what cannot be kept
        return
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield name
            yield value
    for upload in request.files.values():
        yield upload.filename or ""
