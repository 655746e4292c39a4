"""The player's interface: the clock, the opening, the paper, the response events, the submission."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any, Final

import msgspec
from flask import Response, request
from flask_babel import gettext as _

from examsvc.api.v1.quick_clock import MET
from examsvc.api.v1.room import room
from examsvc.delivery.admission import Outcome
from examsvc.delivery.device import hash_device
from examsvc.delivery.errors import EpochSuperseded, EventFault, EventsMalformed
from examsvc.delivery.events import MAX_SEQ, ResponseEvent, events_from_json
from examsvc.edge.login import login_digest
from examsvc.edge.machine import machine_token
from examsvc.edge.pace import keep_pace
from examsvc.edge.room import current_actor, deps
from examsvc.services import papers, sittings
from examsvc.services.saving import Pending, Saved
from examsvc.services.sittings import Claim

SITTING: Final = "/sittings/<int:sitting_id>"
OPENING_COSTS: Final = 30  # as many events as cost the server about the same
ASKING_COSTS: Final = 10
CHARACTERS_AN_EVENT: Final = 1_000  # that cost about as much as an event
# What the decoder raises on a body that is no JSON: wrong bytes and endless nesting have errors of their own.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# The gravest first: a request that met several fates is named by the one that needs a person soonest.
CONFLICTS: Final = (
    (Outcome.ALTERED, "event_altered"),
    (Outcome.SEQ_CONFLICT, "seq_conflict"),
    (Outcome.QUARANTINED, "epoch_superseded"),
    (Outcome.LATE, "late"),
    (Outcome.OUT_OF_TURN, "out_of_turn"),
)


class Submission(msgspec.Struct, frozen=True):
    """What the player says it made: the last number of its epoch and a digest over its log.

    without : numbers that the server refused when they were sent, so that it has nothing for them
    """

    final_seq: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None
    epoch: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)] | None = None
    without: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1)], ...], msgspec.Meta(max_length=1000)] = ()


class Leaving(msgspec.Struct, frozen=True):
    """Which section is left."""

    leave: Annotated[int, msgspec.Meta(ge=1, le=1000)]


@room.view(f"{SITTING}/clock", permission="sittings.take", guard="service")
def read_clock(sitting_id: int) -> Response:
    """The server's time for this sitting; asking is also the machine's sign of life."""
    met = request.environ.get(MET)
    if met is not None:  # where the quick way ends: asked already, and refused
        raise met
    return _json(sittings.read_clock(deps(), login_digest(), sitting_id, machine_token()))


@room.view(f"{SITTING}/sealed", permission="sittings.take", guard="service")
def read_sealed(sitting_id: int) -> Response:
    """The form under seal, for the waiting room to fetch ahead of the start."""
    keep_pace(ASKING_COSTS)
    response = Response(
        papers.read_sealed(deps(), login_digest(), sitting_id), mimetype="application/octet-stream"
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@room.view(f"{SITTING}/open", permission="sittings.take", methods=("POST",), guard="service")
def open_sitting(sitting_id: int) -> Response:
    """Begin or go on at this machine: a new epoch, what the server holds so far, what opens the form."""
    keep_pace(OPENING_COSTS)
    opened = sittings.open_sitting(deps(), login_digest(), sitting_id, machine_token(), request.remote_addr)
    held = {
        item_id: {
            "response": current.response,
            "flagged": current.flagged,
            "struck": list(current.struck),
            "note": current.note,
        }
        for item_id, current in opened.responses.items()
    }
    return _json(
        {
            "epoch": opened.epoch,
            "clock": opened.clock,
            "responses": held,
            "navigation": opened.navigation,
            "reached": opened.reached,
            "content_key": b64encode(opened.keys.content_key).decode(),
            "orders": opened.keys.orders,
            "emergency_key": b64encode(opened.keys.emergency_key).decode(),
        }
    )


@room.view(f"{SITTING}/paper", permission="sittings.take")
def read_paper(sitting_id: int) -> Response:
    """The form in clear, once the sitting is open, for a machine that cannot open seals."""
    keep_pace(ASKING_COSTS)
    return _json(papers.read_paper(deps(), current_actor(), sitting_id, machine_token()))


@room.view(f"{SITTING}/events", permission="sittings.take", methods=("POST",), guard="service")
def save_events(sitting_id: int) -> Response:
    """Append response events; the answer comes after the commit, so what it says is durable."""
    login = login_digest()
    keep_pace()
    events = events_from_json(_json_object().get("events"))
    keep_pace(sum(_cost(event) for event in events))
    pending = Pending(sitting_id, events, login=login, device=hash_device(machine_token()))
    saved = sittings.save(deps(), pending)
    answer = {
        "durable_through": saved.durable_through,
        "clock": saved.clock,
        "outcomes": {decision.event.event_id: decision.outcome.value for decision in saved.decisions},
    }
    conflict = _conflict(saved)
    if conflict is None:
        return _json(answer)
    return _json({"error": conflict, "message": _conflict_words(conflict), **answer}, 409)


def _cost(event: ResponseEvent) -> float:
    """An essay costs the log what its length is: no batch may cost more than a login may ask for at once."""
    return 1 + len(event.payload.get("response") or "") / CHARACTERS_AN_EVENT


@room.view(f"{SITTING}/section", permission="sittings.take", methods=("POST",))
def leave_section(sitting_id: int) -> Response:
    """Leave a section early, for good."""
    keep_pace(ASKING_COSTS)
    try:
        body = msgspec.json.decode(request.get_data(), type=Leaving)
    except UNREADABLE as error:
        raise EventsMalformed([EventFault(0, "bad_section", str(error)[:200])]) from error
    clock = sittings.leave_section(deps(), current_actor(), sitting_id, body.leave, machine_token())
    return _json({"clock": clock})


@room.view(f"{SITTING}/log", permission="results.read_own")
def read_log(sitting_id: int) -> Response:
    """The lines of the log that the receipt was made over: their SHA-256 is its digest."""
    keep_pace(ASKING_COSTS)
    return Response(sittings.read_log(deps(), current_actor(), sitting_id), mimetype="text/plain")


@room.view(f"{SITTING}/submit", permission="sittings.take", methods=("POST",), guard="service")
def submit(sitting_id: int) -> Response:
    """Hand in; repeating it returns the same receipt."""
    keep_pace(ASKING_COSTS)
    try:
        body = msgspec.json.decode(request.get_data(), type=Submission)
    except UNREADABLE as error:  # msgspec's error tells which field
        raise EventsMalformed([EventFault(0, "bad_submission", str(error)[:200])]) from error
    login = login_digest()
    claim = Claim(body.digest, body.epoch, machine_token(), frozenset(body.without))
    try:
        receipt = sittings.submit_sitting(deps(), login, sitting_id, body.final_seq, claim)
    except EpochSuperseded:
        clock = sittings.read_clock(deps(), login, sitting_id, machine_token())
        words = _conflict_words("epoch_superseded")
        return _json({"error": "epoch_superseded", "message": words, "clock": clock}, 409)
    return _json(
        {
            "code": receipt.code,
            "sha256": receipt.sha256,
            "log_digest": receipt.log_digest,
            "submitted_at": receipt.submitted_at,
            "events": receipt.events,
        }
    )


def _json(answer: Any, status: int = 200) -> Response:
    """Values, data classes and instants as JSON: quicker than Flask's own, on the way of every response."""
    return Response(msgspec.json.encode(answer), status, mimetype="application/json")


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
        "out_of_turn": _("This item is closed by the rules of this exam. It was kept, but does not count."),
    }
    return words[code]
