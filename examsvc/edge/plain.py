"""Text that no database keeps is refused at the door."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request

NULL = "\x00"


def init_plain(app: Flask) -> None:
    """Refuse a null character in whatever a browser sends: PostgreSQL cannot keep it, and nobody types it."""

    @app.before_request
    def refuse_null() -> None:
        if any(NULL in text for text in _texts()):
            abort(400)


def _texts() -> Iterator[str]:
    yield request.path
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield name
            yield value
    for upload in request.files.values():
        yield upload.filename or ""
