"""What becomes of each event that arrives: counted, kept aside, or refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from examsvc.delivery.errors import BatchTooLarge, EventFault, EventsRefused
from examsvc.delivery.events import MAX_EVENTS, LogEntry, Position, ResponseEvent
from examsvc.delivery.outline import Navigation, Outline, Placed
from examsvc.delivery.sitting import Sitting, SittingState, require_open
from item_bank.interactions.asked import Asked
from item_bank.interactions.responses import is_storable


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    ALTERED = "altered"
    SEQ_CONFLICT = "seq_conflict"
    QUARANTINED = "quarantined"
    LATE = "late"
    OUT_OF_TURN = "out_of_turn"  # of a section or item that the rules of navigation have closed


STORED: Final = frozenset({Outcome.ACCEPTED, Outcome.QUARANTINED, Outcome.LATE, Outcome.OUT_OF_TURN})
# The event contradicts one that is held: 409 at the edge, and an incident that keeps its content.
CONTRADICTIONS: Final = frozenset({Outcome.ALTERED, Outcome.SEQ_CONFLICT})


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
    outline: Outline,
    held: Iterable[LogEntry],
    now: datetime,
) -> tuple[Decision, ...]:
    """Decide on every event of a request.

    Parameters
    ----------
    sitting : read under its row lock, so that epoch, state and deadline hold until the commit
    outline : of the sitting's form
    held : stored events that share an id or a position with one of the batch (more do no harm)
    now : the database's clock

    Raises
    ------
    BatchTooLarge, EventsRefused : nothing of the batch may be stored
    NotCheckedIn, NotOpen : no form has been shown, so there can be no response
    """
    if len(batch) > MAX_EVENTS:
        raise BatchTooLarge(sitting.id, len(batch), MAX_EVENTS)
    require_admissible(batch, sitting=sitting, outline=outline)

    by_id = {event.event_id: event for event in held}
    by_position = {event.position: event for event in by_id.values()}
    reached = sitting.reached
    decisions: list[Decision] = []
    for event in batch:
        placed = outline.placed[event.item_id]
        outcome = _contradiction(event, by_id, by_position) or _place(event, placed, sitting, reached, now)
        decisions.append(Decision(event, outcome))
        if outcome in STORED:
            stored = LogEntry(event.epoch, event.seq, event.event_id, event.payload_hash)
            by_id[stored.event_id] = by_position[stored.position] = stored
        if outcome is Outcome.ACCEPTED:
            reached = max(reached, placed.number)
    return tuple(decisions)


def require_admissible(batch: Sequence[ResponseEvent], *, sitting: Sitting, outline: Outline) -> None:
    """Raise what would keep all of these events, however many, from being decided on.

    Raises EventsRefused, NotCheckedIn, NotOpen.
    """
    if not sitting.is_closed:
        require_open(sitting)
    faults = [fault for index, event in enumerate(batch) for fault in _faults(index, event, sitting, outline)]
    if faults:
        raise EventsRefused(sitting.id, faults)


def reached_after(decisions: Iterable[Decision], outline: Outline, reached: int) -> int:
    """The highest item number that a counted event has been made for."""
    numbers = (outline.placed[decision.event.item_id].number for decision in decisions if decision.counts)
    return max(reached, *numbers, 0)


def _faults(index: int, event: ResponseEvent, sitting: Sitting, outline: Outline) -> list[EventFault]:
    if event.epoch > sitting.epoch or event.epoch < 1:
        return [EventFault(index, "unknown_epoch", str(event.epoch))]
    if event.seq < 1:
        return [EventFault(index, "bad_seq", str(event.seq))]
    placed = outline.placed.get(event.item_id)
    if placed is None:
        return [EventFault(index, "unknown_item", event.item_id)]
    return _payload_faults(index, event, placed.asked)


def _payload_faults(index: int, event: ResponseEvent, asked: Asked) -> list[EventFault]:
    """What the item has no room for: no player sends it, and no mark could be found for it."""
    response = event.payload.get("response")
    if response is not None and not is_storable(asked, response):
        return [EventFault(index, "unknown_option", str(response)[:64])]
    struck = [option for option in event.payload.get("struck", ()) if option not in asked.option_ids]
    return [EventFault(index, "unknown_option", str(option)) for option in struck[:1]]


def _contradiction(
    event: ResponseEvent,
    by_id: Mapping[str, LogEntry],
    by_position: Mapping[Position, LogEntry],
) -> Outcome | None:
    same_id = by_id.get(event.event_id)
    if same_id is not None:
        same = (same_id.position, same_id.payload_hash) == (event.position, event.payload_hash)
        return Outcome.DUPLICATE if same else Outcome.ALTERED
    return Outcome.SEQ_CONFLICT if event.position in by_position else None


def _place(event: ResponseEvent, placed: Placed, sitting: Sitting, reached: int, now: datetime) -> Outcome:
    if event.epoch < sitting.epoch:
        return Outcome.QUARANTINED
    # After submission the receipt is out: what arrives then is kept, and counts only if two people say so.
    if sitting.state is not SittingState.OPEN or now > sitting.counts_until:
        return Outcome.LATE
    if sitting.navigation is Navigation.FORWARD and placed.number < reached:
        return Outcome.OUT_OF_TURN
    return _place_in_section(placed, sitting, now)


def _place_in_section(placed: Placed, sitting: Sitting, now: datetime) -> Outcome:
    if sitting.spans:
        span = sitting.spans[placed.section - 1]
        at = sitting.clock_time(now)
        # the network has its grace where the clock ended the section; who leaves one has sent everything
        was_left = placed.section <= len(sitting.left_at)
        grace = timedelta(seconds=0 if was_left else sitting.clock.grace_s)
        if at > span.ends_at + grace:
            return Outcome.LATE
        return Outcome.ACCEPTED if at >= span.starts_at else Outcome.OUT_OF_TURN
    if sitting.navigation is Navigation.SECTION and placed.section != sitting.section(now):
        return Outcome.OUT_OF_TURN
    return Outcome.ACCEPTED
