"""A room as staff see it: read a few times a minute for everybody who watches, judged anew for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from examsvc.delivery.sitting import UNFINISHED_STATES, Sitting
from examsvc.services.deps import Services
from examsvc.store import database_now
from examsvc.store import rooms as store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import AdministrationRow, ExamRoomRow, IncidentRow
from examsvc.store.rooms import SeatFacts
from examsvc.store.rows import get_row
from examsvc.store.staff_views import read_for_staff
from proctoring.room import Presence, RoomSnapshot, Seat, room_snapshot

IncidentLine = tuple[IncidentRow, str | None, str | None]


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room at one instant: the snapshot and, by sitting, what stands behind each seat.

    read_at : when all this was read; the snapshot's clocks have gone on since
    live : False: the live views are turned off, and responses and signs of life were not asked for
    presence_known : False: nothing is known of the machines, whoever is silent
    asking : sittings for which another machine asks at the moment
    """

    room: ExamRoomRow
    administration: AdministrationRow
    snapshot: RoomSnapshot
    seats: dict[str, SeatFacts]
    incidents: tuple[IncidentLine, ...]
    read_at: datetime
    live: bool
    presence_known: bool
    asking: frozenset[int]

    @property
    def to_pause(self) -> int:
        """How many clocks a pause of the room would stop."""
        return sum(
            _is_unfinished(entry.seat) and entry.remaining_ms > 0 and not self._is_stopped(entry.seat)
            for entry in self.snapshot.seats
        )

    @property
    def to_resume(self) -> int:
        """How many clocks stand still until somebody lets the room go on."""
        seats = [entry.seat for entry in self.snapshot.seats]
        return sum(_is_unfinished(seat) and self._is_stopped(seat) for seat in seats)

    @property
    def to_extend(self) -> int:
        """How many are not done."""
        return sum(_is_unfinished(entry.seat) for entry in self.snapshot.seats)

    def _is_stopped(self, seat: Seat) -> bool:
        return seat.paused_at is not None and self.seats[seat.sitting_id].sitting.failed_at is None


@dataclass(frozen=True, slots=True)
class _Reading:
    room: ExamRoomRow
    administration: AdministrationRow
    facts: tuple[SeatFacts, ...]
    sittings: dict[int, Sitting]
    incidents: tuple[IncidentLine, ...]
    heard: dict[int, int] | None
    asking: frozenset[int]
    at: datetime


def view_room(deps: Services, exam_room_id: int) -> RoomView:
    """The room now. Raises NotFound, ViewTooSlow."""
    live = deps.views.live
    reading, age_s = deps.views.get(("room", exam_room_id), lambda: _read(deps, exam_room_id, live=live))
    presence = Presence(is_known=live and reading.heard is not None)
    heard = reading.heard or {}
    seats = [
        Seat(
            sitting_id=str(fact.sitting.id),
            sitting_state=fact.sitting.state,
            deadline_at=reading.sittings[fact.sitting.id].deadline_at,
            last_seen_at=_instant(heard.get(fact.sitting.id)),
            label=fact.candidate.number,
            responded=fact.n_responses,
            paused_at=fact.sitting.paused_at,
        )
        for fact in reading.facts
    ]
    now = reading.at + timedelta(seconds=age_s)
    return RoomView(
        room=reading.room,
        administration=reading.administration,
        snapshot=room_snapshot(seats, reading.administration.starts_at, now, presence),
        seats={str(fact.sitting.id): fact for fact in reading.facts},
        incidents=reading.incidents,
        read_at=reading.at,
        live=live,
        presence_known=presence.is_known,
        asking=reading.asking,
    )


def _read(deps: Services, exam_room_id: int, *, live: bool) -> _Reading:
    with read_for_staff(deps.store) as session:
        room = get_row(session, ExamRoomRow, exam_room_id)
        administration = get_row(session, AdministrationRow, room.administration_id)
        facts = tuple(store.list_seats(session, exam_room_id, counting=live))
        ids = [fact.sitting.id for fact in facts]
        sittings = {one.row.id: one.sitting for one in sitting_store.list_sittings(session, ids)}
        incidents = tuple(store.list_incidents(session, exam_room_id))
        now = database_now(session)
    heard = deps.presence.last_seen(ids) if live else None
    asking = deps.presence.asking(ids) if live else set()
    return _Reading(room, administration, facts, sittings, incidents, heard, frozenset(asking), now)


def _is_unfinished(seat: Seat) -> bool:
    return seat.sitting_state in UNFINISHED_STATES


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
