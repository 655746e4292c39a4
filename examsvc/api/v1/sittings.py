"""The player's interface: the clock, the opening, the paper, the response events, the submission."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from flask import Response, jsonify, request
from flask_babel import gettext as _

from examsvc.api.v1.room import room
from examsvc.delivery.admission import Outcome
from examsvc.delivery.errors import EpochSuperseded, EventFault, EventsMalformed
from examsvc.delivery.events import MAX_SEQ, events_from_json
from examsvc.edge.machine import machine_token
from examsvc.edge.room import current_actor, deps
from examsvc.services import candidates, sittings
from examsvc.services.sittings import Claim, ClockReading, Saved
from item_bank.stem import sanitise

SITTING: Final = "/sittings/<int:sitting_id>"
# What the decoder raises on a body that is no JSON: wrong bytes and endless nesting have errors of their own.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# The gravest first: a request that met several fates is named by the one that needs a person soonest.
CONFLICTS: Final = (
    (Outcome.ALTERED, "event_altered"),
    (Outcome.SEQ_CONFLICT, "seq_conflict"),
    (Outcome.QUARANTINED, "epoch_superseded"),
    (Outcome.LATE, "late"),
)


class Submission(msgspec.Struct, frozen=True):
    """What the player says it made: the last number of its epoch and a digest over its log."""

    final_seq: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None
    epoch: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)] | None = None


@room.view(f"{SITTING}/clock", permission="sittings.take")
def read_clock(sitting_id: int) -> Response:
    """The server's time for this sitting; asking is also the machine's sign of life."""
    return jsonify(clock_json(sittings.read_clock(deps(), current_actor(), sitting_id)))


@room.view(f"{SITTING}/open", permission="sittings.take", methods=("POST",))
def open_sitting(sitting_id: int) -> Response:
    """Begin or go on at this machine: a new epoch, and what the server holds so far."""
    opened = sittings.open_sitting(deps(), current_actor(), sitting_id, machine_token())
    held = {
        item_id: {"option": current.option, "flagged": current.flagged}
        for item_id, current in opened.responses.items()
    }
    return jsonify({"epoch": opened.epoch, "clock": clock_json(opened.clock), "responses": held})


@room.view(f"{SITTING}/paper", permission="sittings.take")
def read_paper(sitting_id: int) -> Response:
    """The items, once the sitting is open, for the machine that holds it."""
    items = candidates.read_paper(deps(), current_actor(), sitting_id, machine_token())
    return jsonify(
        {
            "items": [
                {
                    "item_id": str(item.item_id),
                    "number": item.number,
                    "stem": safe_html(item.stem),
                    "options": [
                        {"id": option_id, "content": safe_html(content)}
                        for option_id, content in item.options
                    ],
                }
                for item in items
            ]
        }
    )


@room.view(f"{SITTING}/events", permission="sittings.take", methods=("POST",))
def save_events(sitting_id: int) -> tuple[Response, int]:
    """Append response events; the answer comes after the commit, so what it says is durable."""
    body = _json_object()
    events = events_from_json(body.get("events"))
    saved = sittings.save_events(deps(), current_actor(), sitting_id, events, device_token=machine_token())
    answer = {
        "durable_through": saved.durable_through,
        "clock": clock_json(saved.clock),
        "outcomes": {decision.event.event_id: decision.outcome.value for decision in saved.decisions},
    }
    conflict = _conflict(saved)
    if conflict is None:
        return jsonify(answer), 200
    return jsonify({"error": conflict, "message": _conflict_words(conflict), **answer}), 409


@room.view(f"{SITTING}/submit", permission="sittings.take", methods=("POST",))
def submit(sitting_id: int) -> Response | tuple[Response, int]:
    """Hand in; repeating it returns the same receipt."""
    try:
        body = msgspec.json.decode(request.get_data(), type=Submission)
    except UNREADABLE as error:  # msgspec's error tells which field
        raise EventsMalformed([EventFault(0, "bad_submission", str(error)[:200])]) from error
    actor = current_actor()
    claim = Claim(body.digest, body.epoch, machine_token())
    try:
        receipt = sittings.submit_sitting(deps(), actor, sitting_id, body.final_seq, claim)
    except EpochSuperseded:
        clock = clock_json(sittings.read_clock(deps(), actor, sitting_id))
        answer = {"error": "epoch_superseded", "message": _conflict_words("epoch_superseded")}
        return jsonify({**answer, "clock": clock}), 409
    return jsonify(
        {
            "code": receipt.code,
            "sha256": receipt.sha256,
            "submitted_at": receipt.submitted_at.isoformat(),
            "events": receipt.events,
        }
    )


def clock_json(clock: ClockReading) -> dict[str, Any]:
    """The reading with its instants as text."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(clock).items()
    }


@lru_cache(maxsize=16_384)
def safe_html(text: str) -> str:
    """Authored markup as it may reach a browser; the same few hundred texts go to every candidate."""
    return sanitise(text)


def _json_object() -> dict[str, Any]:
    try:
        body = msgspec.json.decode(request.get_data())
    except UNREADABLE as error:
        raise EventsMalformed([EventFault(0, "not_json")]) from error
    if not isinstance(body, dict):
        raise EventsMalformed([EventFault(0, "not_an_object")])
    return body


def _conflict(saved: Saved) -> str | None:
    met = {decision.outcome for decision in saved.decisions}
    return next((code for outcome, code in CONFLICTS if outcome in met), None)


def _conflict_words(code: str) -> str:
    words: dict[str, str] = {
        "event_altered": _("A response arrived again with other content. It was kept for the proctor."),
        "seq_conflict": _("Two responses bear the same number. The second was kept for the proctor."),
        "epoch_superseded": _(
            "This sitting goes on elsewhere. What came from here was kept, but does not count."
        ),
        "late": _("This came after the end. It was kept, but does not count."),
    }
    return words[code]
