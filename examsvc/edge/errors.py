"""From domain errors to HTTP: one table, a page for people and JSON for programs."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from examsvc.accounts.errors import Forbidden
from examsvc.edge.login import ask_no_more, know_reader
from examsvc.edge.refusals import REFUSALS, explain, forbidden_reason
from examsvc.edge.texts import gettext as _
from examsvc.store import NotFound, StoreBusy, StoreDown, StoreFull

log = logging.getLogger(__name__)
READ_AWAY = 64 * 1024 * 1024


def init_errors(app: Flask) -> None:
    """Answer every error with a message in the reader's language, never with a stack trace."""

    @app.errorhandler(Forbidden)
    def forbidden(error: Forbidden) -> tuple[Response | str, int]:
        if error.code == "login":
            return answer(401, "login_required", _("Please log in first."))
        return answer(403, "forbidden", forbidden_reason(error))

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> tuple[Response | str, int]:
        return answer(404, "not_found", _("This does not exist, or not any more."))

    @app.errorhandler(StoreBusy)
    def busy(error: StoreBusy) -> tuple[Response | str, int]:
        _log_trouble(error)
        ask_no_more()
        return answer(503, "busy", _("The server is busy. Nothing was lost; please try again in a moment."))

    def refused(error: Exception) -> tuple[Response | str, int]:
        return answer(409, "refused", explain(error))

    for kind in REFUSALS:  # a view that has a better place for the words catches them itself
        app.register_error_handler(kind, refused)

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> tuple[Response | str, int]:
        return answer(400, "csrf", _("This page is out of date. Load it again and repeat the step."))

    app.register_error_handler(HTTPException, _http)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response | str, int]:
        # %r: a line break in the path must not forge a line of the log
        know_reader()
        log.error("unexpected error on %s %r", request.method, request.path, exc_info=error)
        return answer(500, "internal", _("Something went wrong on our side. It has been logged."))


def _log_trouble(error: StoreBusy) -> None:
    """What somebody has to be called for."""
    if isinstance(error, StoreFull):
        log.critical("the database's disk is full: no response can be saved until there is room")
    elif isinstance(error, StoreDown):
        log.error("the database does not answer")


def answer(status: int, code: str, message: str) -> tuple[Response | str, int]:
    """The error as JSON for the API and as a page for people."""
    if request.path.startswith("/api/"):
        return jsonify({"error": code, "message": message}), status
    return render_template("error.html", status=status, message=message), status


def _http(error: HTTPException) -> Response:
    know_reader()
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _read_away()
    response: Response = make_response(answer(status, "http", _http_reason(status)))
    if isinstance(error, TooManyRequests) and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _read_away() -> None:
    """Take in the rest of a body that is too large: a browser cut off while it sends shows no answer."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or 0, READ_AWAY)
    while left > 0 and (part := stream.read(min(left, 2**16))):
        left -= len(part)


def _http_reason(status: int) -> str:
    reasons = {
        400: _("The request could not be understood."),
        404: _("This page does not exist."),
        405: _("This cannot be done here."),
        413: _("The file is too large."),
        429: _("Too many attempts. Please wait a minute and try again."),
    }
    return reasons.get(status, _("The request could not be carried out."))
