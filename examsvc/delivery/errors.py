"""What a sitting refuses, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class DeliveryError(Exception):
    """Base of all refusals in delivery."""


class TimeInvalid(DeliveryError):
    """A time fact contradicts itself."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PracticeRefused(DeliveryError):
    """Practice does not take this step."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SittingRefused(DeliveryError):
    """Base of refusals that concern one sitting."""

    def __init__(self, sitting_id: str, detail: str = "") -> None:
        super().__init__(f"sitting {sitting_id} {detail}".rstrip())
        self.sitting_id = sitting_id


class TransitionRefused(SittingRefused):
    """The sitting's state does not allow the act."""

    def __init__(self, sitting_id: str, state: str, act: str) -> None:
        super().__init__(sitting_id, f"is {state}: no {act}")
        self.state = state
        self.act = act


class SittingClosed(TransitionRefused):
    """The sitting has ended."""


class NotCheckedIn(TransitionRefused):
    """The candidate has not been checked in."""


class NotOpen(TransitionRefused):
    """The candidate waits: the sitting has not been opened."""


class NotStarted(SittingRefused):
    """The common start lies ahead."""

    def __init__(self, sitting_id: str, starts_at: datetime) -> None:
        super().__init__(sitting_id, f"starts at {starts_at.isoformat()}")
        self.starts_at = starts_at


class WindowOver(SittingRefused):
    """The time in which the act counts has passed."""

    def __init__(self, sitting_id: str, ended_at: datetime) -> None:
        super().__init__(sitting_id, f"ended at {ended_at.isoformat()}")
        self.ended_at = ended_at


class NotDue(SittingRefused):
    """Time is left: nobody may end the sitting for the candidate."""

    def __init__(self, sitting_id: str, due_at: datetime) -> None:
        super().__init__(sitting_id, f"is due at {due_at.isoformat()}")
        self.due_at = due_at


class PermitRequired(SittingRefused):
    """Another device may go on only when a proctor permits it."""

    def __init__(self, sitting_id: str, device_id: str) -> None:
        super().__init__(sitting_id, "goes on elsewhere only by a proctor's permit")
        self.device_id = device_id


class EpochSuperseded(SittingRefused):
    """The sitting goes on in a later epoch, `epoch`: the one that asks has lost its pen."""

    def __init__(self, sitting_id: str, epoch: int) -> None:
        super().__init__(sitting_id, f"goes on in epoch {epoch}")
        self.epoch = epoch


class BatchTooLarge(SittingRefused):
    """More events in one request than are taken."""

    def __init__(self, sitting_id: str, size: int, limit: int) -> None:
        super().__init__(sitting_id, f"{size} events, at most {limit}")
        self.size = size
        self.limit = limit


@dataclass(frozen=True, slots=True)
class EventFault:
    """Why one event cannot be stored; `index` counts from 0 within the request."""

    index: int
    code: str
    value: str = ""


class EventsMalformed(DeliveryError):
    """The request's events cannot be read; nothing of it was stored."""

    def __init__(self, faults: Sequence[EventFault]) -> None:
        super().__init__(", ".join(f"{fault.index}: {fault.code}" for fault in faults))
        self.faults = tuple(faults)


class EventsRefused(SittingRefused):
    """An event names what is not on the form; nothing of the request was stored."""

    def __init__(self, sitting_id: str, faults: Sequence[EventFault]) -> None:
        super().__init__(sitting_id, ", ".join(f"{fault.index}: {fault.code}" for fault in faults))
        self.faults = tuple(faults)


class EventsMissing(SittingRefused):
    """The log has holes below the last event that the candidate's device says it made."""

    def __init__(self, sitting_id: str, seqs: Sequence[int]) -> None:
        super().__init__(sitting_id, f"misses {len(seqs)} events")
        self.seqs = tuple(seqs)


class RosterTooLarge(DeliveryError):
    """The rooms have fewer stations than there are candidates."""

    def __init__(self, n_candidates: int, n_stations: int) -> None:
        super().__init__(f"{n_candidates} candidates, {n_stations} stations")
        self.n_candidates = n_candidates
        self.n_stations = n_stations


class SeatsExceeded(DeliveryError):
    """More candidates would sit at the same time than the database can serve."""

    def __init__(self, n_seats: int, limit: int) -> None:
        super().__init__(f"{n_seats} seats at once, at most {limit}")
        self.n_seats = n_seats
        self.limit = limit


class StillSitting(DeliveryError):
    """Candidates wait or write: nobody may close the exam over their heads."""

    def __init__(self, n_candidates: int) -> None:
        super().__init__(f"{n_candidates} candidates have not handed in")
        self.n_candidates = n_candidates


class NotReady(DeliveryError):
    """A campaign or administration lacks what the act needs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
