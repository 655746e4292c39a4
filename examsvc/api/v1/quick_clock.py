"""The time, told before the framework wakes: the question that every player asks all the time.

Of ten requests in an exam nine ask for the time. What is in order is answered here, with the same bytes and
headers as by the view; whatever is not goes the ordinary way, where the words for it are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec
from flask import Flask
from werkzeug.http import parse_cookie

from examsvc.edge.headers import ALWAYS, STRICT
from examsvc.edge.login import login_of
from examsvc.edge.machine import COOKIE, is_sound
from examsvc.edge.sessions import RememberedSessions
from examsvc.services import Services, sittings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MET: Final = "examsvc.met"  # in the environment: what was met here, for the view to raise
_PATH: Final = re.compile(r"/api/v1/sittings/([1-9]\d{0,8})/clock")
_HEADERS: Final = (
    ("Content-Type", "application/json"),
    *ALWAYS,
    ("Cache-Control", "no-store"),
    ("Vary", "Cookie"),
)


class QuickClock:
    """A WSGI application around the whole one, which it asks for everything that it does not know."""

    def __init__(self, app: Flask, ordinary: WSGIApplication) -> None:
        self._ordinary = ordinary
        self._services: Services = app.extensions["examsvc"]
        assert isinstance(app.session_interface, RememberedSessions)
        self._sessions = app.session_interface
        self._cookie = self._sessions.get_cookie_name(app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        if path is not None and environ["REQUEST_METHOD"] == "GET":
            try:
                body = self._tell(environ, int(path.group(1)))
            except Exception as error:  # noqa: BLE001 raised again where it is put into words
                environ[MET] = error
            else:
                if body is not None:
                    start_response("200 OK", _headers(environ, body))
                    return [body]
        return self._ordinary(environ, start_response)

    def _tell(self, environ: WSGIEnvironment, sitting_id: int) -> bytes | None:
        """The reading; None for a browser without a login, or a machine without a token."""
        cookies = parse_cookie(environ.get("HTTP_COOKIE"))
        login = login_of(self._sessions.held_by(cookies.get(self._cookie, "")))
        machine = cookies.get(COOKIE, "")
        if login is None or not is_sound(machine):
            return None
        return msgspec.json.encode(sittings.read_clock(self._services, login, sitting_id, machine))


def _headers(environ: WSGIEnvironment, body: bytes) -> list[tuple[str, str]]:
    headers = [*_HEADERS, ("Content-Length", str(len(body)))]
    if environ["wsgi.url_scheme"] == "https":
        headers.append(STRICT)
    return headers
