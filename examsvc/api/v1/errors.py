"""Why the API refuses: from domain errors to a status, a stable code and words, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from flask import Response, jsonify
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.api.v1.room import room
from examsvc.delivery import errors

Refusal = tuple[int, str, LazyString]

TABLE: Final[dict[type[errors.DeliveryError], Refusal]] = {
    errors.NotCheckedIn: (
        409,
        "not_checked_in",
        _l("You have not been checked in. Please go to the proctor."),
    ),
    errors.NotOpen: (409, "not_open", _l("The sitting has not been opened yet.")),
    errors.NotStarted: (409, "not_started", _l("The exam has not started yet.")),
    errors.SittingClosed: (409, "closed", _l("The sitting has ended.")),
    errors.WindowOver: (409, "window_over", _l("The time is over.")),
    errors.PermitRequired: (
        409,
        "permit_required",
        _l("This sitting is held by another machine. Ask the proctor to allow this one."),
    ),
    errors.EventsMissing: (409, "events_missing", _l("Some responses have not arrived yet.")),
    errors.EventsMalformed: (422, "events_malformed", _l("The responses could not be read; none was saved.")),
    errors.EventsRefused: (422, "events_refused", _l("A response does not fit this form; none was saved.")),
    errors.BatchTooLarge: (422, "batch_too_large", _l("Too many responses in one request.")),
    errors.TransitionRefused: (409, "state", _l("The sitting's state does not allow this.")),
}


def _facts(error: errors.DeliveryError) -> dict[str, Any]:
    """What a program needs to go on."""
    if isinstance(error, (errors.EventsMalformed, errors.EventsRefused)):
        return {"faults": [asdict(fault) for fault in error.faults]}
    if isinstance(error, errors.EventsMissing):
        return {"seqs": list(error.seqs)}
    if isinstance(error, errors.NotStarted):
        return {"starts_at": error.starts_at.isoformat()}
    if isinstance(error, errors.WindowOver):
        return {"ended_at": error.ended_at.isoformat()}
    return {}


def _handler(refusal: Refusal) -> Callable[[errors.DeliveryError], tuple[Response, int]]:
    status, code, message = refusal

    def refuse(error: errors.DeliveryError) -> tuple[Response, int]:
        return jsonify({"error": code, "message": str(message), **_facts(error)}), status

    return refuse


def refuse_by_table() -> None:
    """Let every error of the table be answered as it says."""
    for kind, refusal in TABLE.items():
        room.register_error_handler(kind, _handler(refusal))


refuse_by_table()
