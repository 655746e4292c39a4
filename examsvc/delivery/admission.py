"""What becomes of each event that arrives: counted, kept aside, or refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from examsvc.delivery.errors import BatchTooLarge, EventFault, EventsRefused
from examsvc.delivery.events import MAX_EVENTS, Position, ResponseEvent
from examsvc.delivery.sitting import Sitting, SittingState, require_open


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    ALTERED = "altered"
    SEQ_CONFLICT = "seq_conflict"
    QUARANTINED = "quarantined"
    LATE = "late"


STORED: Final = frozenset({Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.LATE})
# The event contradicts one that is held: 409 at the edge, and an incident that keeps its content.
CONTRADICTIONS: Final = frozenset({Outcome.ALTERED, Outcome.SEQ_CONFLICT})

Options: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """What must be known of a stored event to judge a new one."""

    epoch: int
    seq: int
    event_id: str
    payload_hash: str

    @property
    def position(self) -> Position:
        return (self.epoch, self.seq)


@dataclass(frozen=True, slots=True)
class Decision:
    event: ResponseEvent
    outcome: Outcome

    @property
    def is_stored(self) -> bool:
        return self.outcome in STORED

    @property
    def counts(self) -> bool:
        return self.outcome is Outcome.ACCEPTED

    @property
    def is_contradiction(self) -> bool:
        return self.outcome in CONTRADICTIONS


def admit(
    batch: Sequence[ResponseEvent],
    *,
    sitting: Sitting,
    options: Options,
    held: Iterable[HeldEvent],
    now: datetime,
) -> tuple[Decision, ...]:
    """Decide on every event of a request.

    Parameters
    ----------
    sitting : read under its row lock, so that epoch, state and deadline hold until the commit
    options : option ids by item of the sitting's form
    held : stored events that share an id or a position with one of the batch (more do no harm)
    now : the database's clock

    Raises
    ------
    BatchTooLarge, EventsRefused : nothing of the batch may be stored
    NotCheckedIn, NotOpen : no form has been shown, so there can be no response
    """
    if len(batch) > MAX_EVENTS:
        raise BatchTooLarge(sitting.id, len(batch), MAX_EVENTS)
    if not sitting.is_closed:
        require_open(sitting)
    faults = [fault for index, event in enumerate(batch) for fault in _faults(index, event, sitting, options)]
    if faults:
        raise EventsRefused(sitting.id, faults)

    by_id = {event.event_id: event for event in held}
    by_position = {event.position: event for event in by_id.values()}
    decisions: list[Decision] = []
    for event in batch:
        outcome = _contradiction(event, by_id, by_position) or _place(event, sitting, now)
        decisions.append(Decision(event, outcome))
        if outcome in STORED:
            stored = HeldEvent(event.epoch, event.seq, event.event_id, event.payload_hash)
            by_id[stored.event_id] = by_position[stored.position] = stored
    return tuple(decisions)


def _faults(index: int, event: ResponseEvent, sitting: Sitting, options: Options) -> list[EventFault]:
    if event.epoch > sitting.epoch or event.epoch < 1:
        return [EventFault(index, "unknown_epoch", str(event.epoch))]
    if event.seq < 1:
        return [EventFault(index, "bad_seq", str(event.seq))]
    if event.item_id not in options:
        return [EventFault(index, "unknown_item", event.item_id)]
    option = event.payload.get("option")
    if option is not None and option not in options[event.item_id]:
        return [EventFault(index, "unknown_option", str(option))]
    return []


def _contradiction(
    event: ResponseEvent,
    by_id: Mapping[str, HeldEvent],
    by_position: Mapping[Position, HeldEvent],
) -> Outcome | None:
    same_id = by_id.get(event.event_id)
    if same_id is not None:
        same = (same_id.position, same_id.payload_hash) == (event.position, event.payload_hash)
        return Outcome.DUPLICATE if same else Outcome.ALTERED
    return Outcome.SEQ_CONFLICT if event.position in by_position else None


def _place(event: ResponseEvent, sitting: Sitting, now: datetime) -> Outcome:
    if event.epoch < sitting.epoch:
        return Outcome.QUARANTINED
    # After submission the receipt is out: what arrives then is kept, and counts only if two people say so.
    if sitting.state is not SittingState.OPEN or now > sitting.counts_until:
        return Outcome.LATE
    return Outcome.ACCEPTED
