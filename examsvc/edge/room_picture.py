"""An exam room in words and figures, the same for its page and for the snapshots that keep it live."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_datetime, lazy_gettext

from examsvc.delivery.sitting import UNFINISHED_STATES
from examsvc.edge.texts import gettext, ngettext
from examsvc.services.room_view import RoomView
from examsvc.store.models import IncidentRow, SittingRow
from proctoring.incidents import IncidentKind
from proctoring.room import SeatStatus, Status

ASIDE_OUTCOMES = ("quarantined", "late", "out_of_turn")
MILLISECOND = timedelta(milliseconds=1)
TIME_TO_OPEN = timedelta(seconds=60)  # who waits longer after the start needs a hand

# The order in which a proctor asks: who has a problem, who is missing, who is well.
STATUS_ORDER = (
    Status.DISCONNECTED,
    Status.NOT_ARRIVED,
    Status.WAITING,
    Status.SITTING,
    Status.SUBMITTED,
    Status.ANNULLED,
)
STATUS_LABELS = {
    Status.DISCONNECTED: lazy_gettext("Disconnected"),
    Status.NOT_ARRIVED: lazy_gettext("Not arrived"),
    Status.WAITING: lazy_gettext("Waiting"),
    Status.SITTING: lazy_gettext("Sitting"),
    Status.SUBMITTED: lazy_gettext("Submitted"),
    Status.ANNULLED: lazy_gettext("Annulled"),
}
STATUS_ICONS = {
    Status.DISCONNECTED: "!",
    Status.NOT_ARRIVED: "○",
    Status.WAITING: "◐",
    Status.SITTING: "●",
    Status.SUBMITTED: "✓",
    Status.ANNULLED: "✕",
}
KIND_LABELS = {
    IncidentKind.MACHINE_FAILURE.value: lazy_gettext("Machine failure"),
    IncidentKind.LATE_ARRIVAL.value: lazy_gettext("Late arrival"),
    IncidentKind.MISCONDUCT.value: lazy_gettext("Misconduct"),
    IncidentKind.ITEM_CHALLENGE.value: lazy_gettext("Item challenged"),
    IncidentKind.NETWORK.value: lazy_gettext("Network failure"),
    IncidentKind.OTHER.value: lazy_gettext("Other"),
    "pause": lazy_gettext("Clock stopped"),
    "resume": lazy_gettext("Clock running again"),
    "extension": lazy_gettext("More time for everybody"),
    "more_time": lazy_gettext("More time"),
    "late_entry": lazy_gettext("Let in late"),
    "accommodation": lazy_gettext("Accommodation"),
    "emergency_file": lazy_gettext("Emergency file taken in"),
    "event_contradiction": lazy_gettext("Contradictory data from the exam machine"),
    "machine_back": lazy_gettext("The failed machine went on by itself"),
    "machine_refused": lazy_gettext("Another machine was refused"),
    "other_address": lazy_gettext("Opened from another address"),
    "response_in_pause": lazy_gettext("Responses while the clock stood still"),
}


_SYSTEM_NOTES = {
    "event_contradiction": lazy_gettext(
        "Message %(seq)s (opening %(epoch)s of the sitting) arrived twice with different contents. "
        "The first one counts; both are kept for the examination board."
    ),
    "machine_back": lazy_gettext(
        "The machine that had been reported as failed sent responses again. "
        "From there on its clock runs; the time until then was given back."
    ),
    "machine_refused": lazy_gettext(
        "A machine without leave tried to open this sitting (address %(address)s)."
    ),
    "other_address": lazy_gettext(
        "The machine that holds this sitting was at %(before)s before and is at %(address)s now. "
        "Make sure that it is the same machine."
    ),
    "response_in_pause": lazy_gettext(
        "Responses arrived during the pause; they count. "
        "Either the network had been away before, or somebody went on working."
    ),
}


@dataclass(frozen=True, slots=True)
class SeatPicture:
    """One candidate as staff see him; nothing of items or responses but their number."""

    sitting: int
    station: str
    number: str
    name: str
    status: str
    label: str
    icon: str
    detail: str
    needs_attention: bool
    responded: int
    n_items: int
    remaining_ms: int
    runs: bool
    granted_s: int
    can_check_in: bool
    paused: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many have a status."""

    status: str
    label: str
    icon: str
    n: int


@dataclass(frozen=True, slots=True)
class IncidentPicture:
    """An incident as a line of the minutes."""

    id: int
    at: str
    kind: str
    number: str
    note: str
    reporter: str
    by_system: bool


@dataclass(frozen=True, slots=True)
class RoomPicture:
    """A room at one instant, in the reader's language.

    warnings : what the reader has to know of the picture itself
    attention : the sittings that need somebody, those with trouble before those who are absent
    to_pause, to_resume, to_extend : how many an act for the whole room would concern
    """

    taken_at: str
    warnings: tuple[str, ...]
    phase: str
    clock_label: str
    clock_ms: int
    summary: str
    counts: tuple[Count, ...]
    seats: tuple[SeatPicture, ...]
    attention: tuple[int, ...]
    incidents: tuple[IncidentPicture, ...]
    to_pause: int
    to_resume: int
    to_extend: int


def picture_room(view: RoomView) -> RoomPicture:
    """The room as its page shows it."""
    now = view.snapshot.taken_at
    starts_at = view.administration.starts_at
    phase = phase_of(starts_at, view.administration.limit_s, now)
    counts = _counts(view.snapshot.counts)
    seats = tuple(_seat(entry, view, now) for entry in view.snapshot.seats)
    return RoomPicture(
        taken_at=format_datetime(view.read_at, "HH:mm:ss"),
        warnings=tuple(_warnings(view)),
        phase=phase,
        clock_label=_clock_label(phase),
        clock_ms=_clock_ms(phase, starts_at, view.administration.limit_s, now),
        summary=", ".join(f"{count.label}: {count.n}" for count in counts),
        counts=counts,
        seats=seats,
        attention=_attention(seats),
        incidents=tuple(_incident(*line) for line in view.incidents),
        to_pause=view.to_pause,
        to_resume=view.to_resume,
        to_extend=view.to_extend,
    )


def _attention(seats: Sequence[SeatPicture]) -> tuple[int, ...]:
    """Of those who are absent there may be many: first who has trouble."""
    in_need = [seat for seat in seats if seat.needs_attention]
    in_need.sort(key=lambda seat: seat.status == Status.NOT_ARRIVED.value)
    return tuple(seat.sitting for seat in in_need)


def _warnings(view: RoomView) -> Iterable[str]:
    if not view.live:
        yield gettext(
            "The live view has been turned off to spare the server: responses and disconnected machines are "
            "not shown, and the page does not update itself. Everything can still be done."
        )
    elif not view.presence_known:
        yield gettext(
            "It is not known which machines are connected: nobody is shown as disconnected. Saving goes on. "
            "Look at the screens in the room."
        )


def phase_of(starts_at: datetime, limit_s: int, now: datetime) -> str:
    """Where the common time stands: before, running or over."""
    if now < starts_at:
        return "before"
    return "running" if now < starts_at + timedelta(seconds=limit_s) else "over"


def _clock_label(phase: str) -> str:
    labels = {
        "before": gettext("Starts in"),
        "running": gettext("Common time left, without time added or given back"),
        "over": gettext("Common time is over"),
    }
    return labels[phase]


def _clock_ms(phase: str, starts_at: datetime, limit_s: int, now: datetime) -> int:
    if phase == "before":
        return (starts_at - now) // MILLISECOND
    return max(0, (starts_at + timedelta(seconds=limit_s) - now) // MILLISECOND)


def _counts(counts: Mapping[Status, int]) -> tuple[Count, ...]:
    return tuple(
        Count(status.value, str(STATUS_LABELS[status]), STATUS_ICONS[status], counts[status])
        for status in STATUS_ORDER
        if counts[status] or status is not Status.ANNULLED  # rare: a tile of its own only when it happens
    )


def _seat(entry: SeatStatus, view: RoomView, now: datetime) -> SeatPicture:
    facts = view.seats[entry.seat.sitting_id]
    starts_at = view.administration.starts_at
    state = facts.sitting.state
    late = state == "registered" and now > starts_at
    slow = entry.status is Status.WAITING and now > starts_at + TIME_TO_OPEN
    paused = facts.sitting.paused_at is not None and state in UNFINISHED_STATES
    asks = facts.sitting.id in view.asking and state == "open" and not facts.sitting.takeover_allowed
    return SeatPicture(
        sitting=facts.sitting.id,
        station=facts.candidate.station,
        number=facts.candidate.number,
        name=facts.officer_name,
        status=entry.status.value,
        label=_label(entry.status, state),
        icon=STATUS_ICONS[entry.status],
        detail=_detail(entry, facts.sitting, asks=asks, late=late, slow=slow),
        needs_attention=asks
        or entry.status is Status.DISCONNECTED
        or ((late or slow) and entry.remaining_ms > 0),
        responded=facts.n_responses,
        n_items=facts.n_items,
        remaining_ms=entry.remaining_ms,
        runs=now >= starts_at and entry.remaining_ms > 0 and not paused,
        granted_s=facts.granted_s,
        can_check_in=state == "registered" and not late,
        paused=paused,
    )


def _label(status: Status, state: str) -> str:
    if state == "expired":
        return gettext("Time ran out")
    if state == "absent":
        return gettext("Absent")
    return str(STATUS_LABELS[status])


def _detail(entry: SeatStatus, sitting: SittingRow, *, asks: bool, late: bool, slow: bool) -> str:
    parts = []
    if asks:
        parts.append(gettext("asks to go on at another machine"))
    if sitting.paused_at is not None and sitting.state in UNFINISHED_STATES:
        since = format_datetime(sitting.paused_at, "HH:mm:ss")
        failed = sitting.failed_at is not None
        parts.append(
            gettext("machine failed: clock stands still since %(time)s", time=since)
            if failed
            else gettext("clock stands still since %(time)s", time=since)
        )
    if late:
        parts.append(gettext("late: the exam has started"))
    if slow:
        parts.append(gettext("has not opened the exam yet"))
    if entry.status is Status.DISCONNECTED:
        parts.append(_silence(entry.silent_s))
    if sitting.takeover_allowed and sitting.state == "open":
        parts.append(gettext("may go on at another machine"))
    return "; ".join(parts)


def _silence(silent_s: int | None) -> str:
    if silent_s is None:
        return gettext("no signal")
    if silent_s < 60:
        return gettext("no signal for %(seconds)s s", seconds=silent_s)
    return gettext("no signal for %(minutes)s min", minutes=silent_s // 60)


def _incident(row: IncidentRow, number: str | None, reporter: str | None) -> IncidentPicture:
    by_system = row.actor_id is None
    return IncidentPicture(
        id=row.id,
        at=format_datetime(row.created_at, "HH:mm:ss"),
        kind=str(KIND_LABELS.get(row.kind, row.kind)),
        number=number or "",
        note=_system_note(row) if by_system else _note(row),
        reporter=gettext("the system") if by_system else reporter or "",
        by_system=by_system,
    )


def _note(row: IncidentRow) -> str:
    """What a person wrote, or did."""
    if row.kind != "emergency_file":
        return row.note
    return outcomes_in_words(json.loads(row.note))


def outcomes_in_words(counts: Mapping[str, int]) -> str:
    """What became of the entries of a file, by their outcomes."""
    kept = sum(n for outcome, n in counts.items() if outcome in ASIDE_OUTCOMES)
    refused = sum(n for outcome, n in counts.items() if outcome in ("altered", "seq_conflict"))
    parts = [
        ngettext("%(num)s entry counted", "%(num)s entries counted", counts.get("accepted", 0)),
        ngettext("%(num)s was there already", "%(num)s were there already", counts.get("duplicate", 0)),
        ngettext("%(num)s kept aside", "%(num)s kept aside", kept),
    ]
    if refused:
        parts.append(ngettext("%(num)s contradicts the log", "%(num)s contradict the log", refused))
    return ", ".join(parts)


def _system_note(row: IncidentRow) -> str:
    """What the system noted, without items and responses: staff in the room never see those."""
    words = _SYSTEM_NOTES.get(row.kind)
    if words is None:
        return gettext("Noted by the system; the details are kept for the examination board.")
    return str(words) % defaultdict(lambda: "?", json.loads(row.note))


def minutes_in_words(seconds: int) -> str:
    """A duration in whole minutes."""
    return ngettext("%(num)s minute", "%(num)s minutes", seconds // 60)
