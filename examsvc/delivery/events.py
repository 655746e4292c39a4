"""The append-only log of a sitting: what an event is, and what the log says now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeGuard
from uuid import UUID

from examsvc.canonical import canonical_sha256
from examsvc.delivery.errors import EventFault, EventsMalformed

MAX_EVENTS: Final = 50
MAX_SEQ: Final = 1_000_000
MAX_CLIENT_MS: Final = 2**53 - 1
MAX_NOTE: Final = 2_000  # characters
MAX_STRUCK: Final = 26
MAX_RESPONSE: Final = 20_000  # characters; an essay

Response: TypeAlias = str | None
Payload: TypeAlias = Mapping[str, Any]
Position: TypeAlias = tuple[int, int]

_PAYLOAD_KEYS: Final = frozenset({"response", "flagged", "struck", "note"})


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """What a candidate's device recorded; `client_ms` is its own clock: evidence, never decisive.

    The payload is the whole state of the item at that moment, so that the latest event of an item says all:
    `response` (as `item_bank.interactions.responses` spells it; None where there is none), `flagged`,
    `struck` (options crossed out), `note`.
    """

    epoch: int
    seq: int
    event_id: str
    item_id: str
    payload: Payload
    client_ms: int = 0
    payload_hash: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "payload_hash", payload_hash(self.item_id, self.payload))

    @property
    def position(self) -> Position:
        return (self.epoch, self.seq)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An event as the log proves it: its place, its id, the hash of what it says."""

    epoch: int
    seq: int
    event_id: str
    payload_hash: str

    @property
    def position(self) -> Position:
        return (self.epoch, self.seq)


@dataclass(frozen=True, slots=True)
class CurrentResponse:
    """What holds for one item now, and where in the log it comes from."""

    item_id: str
    response: Response = None
    flagged: bool = False
    struck: tuple[str, ...] = ()
    note: str = ""
    position: Position = (0, 0)


def payload_hash(item_id: str, payload: Payload) -> str:
    """SHA-256 of the canonical JSON of item and payload: the same payload for another item is another act."""
    return canonical_sha256({"item_id": item_id, "payload": dict(payload)})


def events_from_json(data: object) -> tuple[ResponseEvent, ...]:
    """The events of a request; any fault refuses all of them and names each."""
    if not isinstance(data, Sequence) or isinstance(data, (str, bytes)):
        raise EventsMalformed([EventFault(0, "not_a_list")])
    if len(data) > MAX_EVENTS:
        raise EventsMalformed([EventFault(MAX_EVENTS, "too_many_events", str(len(data)))])
    events: list[ResponseEvent] = []
    faults: list[EventFault] = []
    for index, entry in enumerate(data):
        read = _event_or_code(entry)
        if isinstance(read, str):
            faults.append(EventFault(index, read))
        else:
            events.append(read)
    if faults:
        raise EventsMalformed(faults)
    return tuple(events)


def apply_event(current: CurrentResponse | None, event: ResponseEvent) -> CurrentResponse:
    """Let one event speak: the greatest (epoch, seq) holds, in whatever order events arrive."""
    if current is not None and current.position >= event.position:
        return current
    payload = event.payload
    return CurrentResponse(
        event.item_id,
        payload.get("response"),
        payload.get("flagged", False),
        tuple(payload.get("struck", ())),
        payload.get("note", ""),
        event.position,
    )


def project(
    events: Iterable[ResponseEvent], held: Mapping[str, CurrentResponse] | None = None
) -> dict[str, CurrentResponse]:
    """Replay counted events into the responses that hold now, by item; `held` is what held before them."""
    current = dict(held or {})
    for event in events:
        current[event.item_id] = apply_event(current.get(event.item_id), event)
    return current


def durable_through(seqs: Iterable[int], *, after: int = 0) -> int:
    """The highest seq up to which nothing of an epoch is missing; of those up to `after` it is known."""
    held = set(seqs)
    through = after
    while through + 1 in held:
        through += 1
    return through


def _event_or_code(entry: object) -> ResponseEvent | str:
    """The event, or the code of what is wrong with it."""
    if not isinstance(entry, Mapping):
        return "not_an_object"
    epoch, seq = entry.get("epoch"), entry.get("seq")
    client_ms = entry.get("client_ms", 0)
    if not _is_count(epoch, 1, MAX_SEQ):
        return "bad_epoch"
    if not _is_count(seq, 1, MAX_SEQ):
        return "bad_seq"
    if not _is_count(client_ms, -MAX_CLIENT_MS, MAX_CLIENT_MS):
        return "bad_client_ms"
    event_id = _uuid_text(entry.get("event_id"))
    if event_id is None:
        return "bad_event_id"
    item_id = entry.get("item_id")
    if not _is_name(item_id):
        return "bad_item_id"
    payload = entry.get("payload")
    if not isinstance(payload, Mapping) or not _is_payload(payload):
        return "bad_payload"
    return ResponseEvent(epoch, seq, event_id, item_id, dict(payload), client_ms)


def _is_count(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_payload(payload: Mapping[Any, Any]) -> bool:
    if not payload or not payload.keys() <= _PAYLOAD_KEYS:
        return False
    response, struck, note = payload.get("response"), payload.get("struck", []), payload.get("note", "")
    return (
        (response is None or _is_text(response, MAX_RESPONSE))
        and isinstance(payload.get("flagged", False), bool)
        and isinstance(struck, list)
        and len(struck) <= MAX_STRUCK
        and all(map(_is_name, struck))
        and isinstance(note, str)
        and len(note) <= MAX_NOTE
        and _is_storable(note)
    )


def _is_name(value: object) -> TypeGuard[str]:
    return _is_text(value, 64)


def _is_text(value: object, most: int) -> TypeGuard[str]:
    return isinstance(value, str) and 1 <= len(value) <= most and _is_storable(value)


def _is_storable(text: str) -> bool:
    """Lone surrogates have no UTF-8, and PostgreSQL keeps no NUL."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def _uuid_text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        parsed = UUID(value)
    except ValueError:
        return None
    # UUID() also takes braces and missing hyphens; one event must have one spelling.
    return value if str(parsed) == value else None
