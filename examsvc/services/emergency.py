"""The file in which a cut-off machine left its unsent events, taken in through the ordinary save."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.delivery.admission import Outcome, require_admissible
from examsvc.delivery.errors import EventsMalformed, NotReady
from examsvc.delivery.events import MAX_EVENTS, ResponseEvent, events_from_json
from examsvc.delivery.sealing import IV_BYTES, emergency_key, unseal
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.incidents import add_minutes, minutes_of_sitting, permit_for
from examsvc.services.saving import Pending
from examsvc.store import Session, database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store

ACTION: Final = "rooms.upload_emergency"
MAX_BYTES: Final = 4_000_000  # an hour of essays
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of each event of the file: its item's number and its outcome, in the file's order."""

    number: str
    events: tuple[tuple[int, Outcome], ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        return dict(Counter(outcome for _number, outcome in self.events))


class _File(msgspec.Struct, frozen=True):
    """The file as the machine wrote it."""

    v: int
    sitting: int
    iv: str
    data: str


def upload_emergency(deps: Services, actor: Actor, exam_room_id: int, content: bytes) -> TakenIn:
    """Save what the file holds as if its machine had sent it now; taking it in twice changes nothing.

    What is wrong with any event is found before the first is saved. Each batch is a transaction of its own:
    should the server stop in between, the file is taken in again.
    Raises NotReady for a file that is none, too large, altered, or of another room; EventsRefused.
    """
    permit(actor, ACTION)
    file = _read_file(content)
    with deps.store.read() as session:
        number = store.find_number(session, exam_room_id, file.sitting)
        if number is None:
            raise NotReady("emergency_foreign")
        facts = sitting_store.get_sitting(session, file.sitting)
        permit_for(actor, ACTION, facts)
        events = _events(file, bytes.fromhex(facts.administration.form_secret))
        require_admissible(events, sitting=facts.sitting, outline=facts.outline)
        numbers = {item_id: placed.number for item_id, placed in facts.outline.placed.items()}
    outcomes: list[tuple[int, Outcome]] = []
    try:
        for first in range(0, len(events), MAX_EVENTS):
            pending = Pending(file.sitting, tuple(events[first : first + MAX_EVENTS]), actor, action=ACTION)
            saved = deps.save(pending)
            outcomes += [(numbers[one.event.item_id], one.outcome) for one in saved.decisions]
    finally:
        if outcomes:  # whatever came after: what was taken in stands in the minutes
            with deps.store.begin() as session:
                _minute(session, actor, file.sitting, outcomes)
    deps.views.forget()
    return TakenIn(number, tuple(outcomes))


def _read_file(content: bytes) -> _File:
    if len(content) > MAX_BYTES:
        raise NotReady("emergency_too_large")
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotReady("emergency_unreadable") from error
    if file.v != VERSION or not 0 < file.sitting < 2**31:
        raise NotReady("emergency_unreadable")
    return file


def _events(file: _File, form_secret: bytes) -> Sequence[ResponseEvent]:
    """What was sealed; the key is this sitting's, so that nobody else's file opens."""
    try:
        iv, data = (base64.b64decode(part, validate=True) for part in (file.iv, file.data))
    except (binascii.Error, ValueError) as error:
        raise NotReady("emergency_unreadable") from error
    if len(iv) != IV_BYTES:
        raise NotReady("emergency_unreadable")
    bound_to = f"examsvc-emergency:{file.sitting}".encode()
    try:
        clear = unseal(emergency_key(form_secret, file.sitting), iv + data, bound_to)
    except (InvalidTag, ValueError) as error:
        raise NotReady("emergency_altered") from error
    return _parsed(clear, file.sitting)


def _parsed(clear: bytes, sitting_id: int) -> Sequence[ResponseEvent]:
    try:
        body: Any = msgspec.json.decode(clear)
        if not isinstance(body, Mapping) or body.get("sitting") != sitting_id:
            raise NotReady("emergency_unreadable")
        sent = body.get("events")
        if not isinstance(sent, list) or not sent:
            raise NotReady("emergency_unreadable")
        batches = [sent[first : first + MAX_EVENTS] for first in range(0, len(sent), MAX_EVENTS)]
        return [event for batch in batches for event in events_from_json(batch)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, EventsMalformed) as error:
        raise NotReady("emergency_unreadable") from error


def _minute(session: Session, actor: Actor, sitting_id: int, outcomes: Sequence[tuple[int, Outcome]]) -> None:
    counts = {outcome.value: n for outcome, n in Counter(one for _number, one in outcomes).items()}
    facts = sitting_store.get_sitting(session, sitting_id)
    note = msgspec.json.encode(counts, order="sorted").decode()
    line = minutes_of_sitting(session, facts, "emergency_file", note, database_now(session))
    add_minutes(session, actor, line)
    record_act(session, actor, ACTION, f"sitting:{sitting_id}", outcomes=counts)
