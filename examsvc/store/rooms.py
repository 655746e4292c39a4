"""Queries about the exam room: who sits there and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.sitting import UNFINISHED_STATES
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    CurrentResponseRow,
    ExamRoomRow,
    FormItemRow,
    IncidentRow,
    OfficerRow,
    ResponseEventRow,
    SittingRow,
    TimeAdjustmentRow,
    UserRow,
)
from examsvc.store.sittings import SittingFacts, list_sittings

PAUSED = "pause"  # the kind of incident that tells of a stopped clock


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What staff may know of one candidate in a room: nothing of items or responses but their number.

    granted_s : everything that was added to the time
    extended_s : the part of it that extensions have given
    """

    sitting: SittingRow
    candidate: CandidateRow
    officer_name: str
    n_responses: int
    n_items: int
    granted_s: int
    extended_s: int


def list_rooms(session: Session) -> list[tuple[ExamRoomRow, AdministrationRow, CampaignRow, int]]:
    """Rooms of approved campaigns with their number of candidates, the latest start first."""
    query = (
        sa.select(ExamRoomRow, AdministrationRow, CampaignRow, sa.func.count(CandidateRow.id))
        .join(AdministrationRow, AdministrationRow.id == ExamRoomRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .outerjoin(CandidateRow, CandidateRow.exam_room_id == ExamRoomRow.id)
        .where(AdministrationRow.state != "planned")
        .group_by(ExamRoomRow.id, AdministrationRow.id, CampaignRow.id)
        .order_by(AdministrationRow.starts_at.desc(), AdministrationRow.code, ExamRoomRow.code)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def list_seats(session: Session, exam_room_id: int, *, counting: bool = True) -> list[SeatFacts]:
    """The candidates of a room in the order of their stations; without `counting` no response is counted."""
    extended = TimeAdjustmentRow.kind == "extension"
    query = (
        sa.select(
            SittingRow,
            CandidateRow,
            OfficerRow.full_name,
            _count_responses() if counting else sa.literal(0),
            sa.select(sa.func.count())
            .where(FormItemRow.form_id == SittingRow.form_id)
            .correlate(SittingRow)
            .scalar_subquery(),
            SittingRow.added_s,
            sa.select(sa.func.coalesce(sa.func.sum(TimeAdjustmentRow.seconds), 0))
            .where(TimeAdjustmentRow.sitting_id == SittingRow.id, extended)
            .correlate(SittingRow)
            .scalar_subquery(),
        )
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
        .where(CandidateRow.exam_room_id == exam_room_id)
        .order_by(CandidateRow.station)
    )
    return [SeatFacts(*row) for row in session.execute(query)]


def _count_responses() -> sa.ColumnElement[Any]:
    """Of each sitting by its own index: the room is small, the table of all exams is not."""
    return (
        sa.select(sa.func.count())
        .where(CurrentResponseRow.sitting_id == SittingRow.id, CurrentResponseRow.response.is_not(None))
        .correlate(SittingRow)
        .scalar_subquery()
    )


def find_number(session: Session, exam_room_id: int, sitting_id: int) -> str | None:
    """The number of the candidate whose sitting this is, if he sits in this room."""
    query = (
        sa.select(CandidateRow.number)
        .join(SittingRow, SittingRow.candidate_id == CandidateRow.id)
        .where(CandidateRow.exam_room_id == exam_room_id, SittingRow.id == sitting_id)
    )
    return session.scalars(query).one_or_none()


def list_sitting_ids(session: Session, exam_room_id: int, states: Iterable[str]) -> list[int]:
    """Sittings of a room that are in one of these states."""
    query = (
        sa.select(SittingRow.id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .where(CandidateRow.exam_room_id == exam_room_id, SittingRow.state.in_(list(states)))
        .order_by(SittingRow.id)
    )
    return list(session.scalars(query))


def list_exam_room_ids(session: Session, sitting_ids: Sequence[int]) -> dict[int, int]:
    """In which room each sits."""
    query = (
        sa.select(SittingRow.id, CandidateRow.exam_room_id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .where(SittingRow.id.in_(sitting_ids))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def lock_sittings(session: Session, sitting_ids: Iterable[int]) -> list[SittingFacts]:
    """These sittings, their rows held until the transaction ends: in the one order that everybody keeps."""
    ids = sorted(set(sitting_ids))
    rows = (
        sa.select(SittingRow)
        .where(SittingRow.id.in_(ids))
        .order_by(SittingRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    session.scalars(rows).all()
    return list_sittings(session, ids)


def lock_unfinished(
    session: Session, *, exam_room_id: int | None = None, administration_id: int | None = None
) -> list[SittingFacts]:
    """The sittings of a room, or of an administration, that have not ended, locked."""
    query = sa.select(SittingRow.id).where(SittingRow.state.in_(UNFINISHED_STATES))
    if exam_room_id is not None:
        query = query.join(CandidateRow, CandidateRow.id == SittingRow.candidate_id).where(
            CandidateRow.exam_room_id == exam_room_id
        )
    if administration_id is not None:
        query = query.where(SittingRow.administration_id == administration_id)
    found = lock_sittings(session, session.scalars(query))
    return [facts for facts in found if not facts.sitting.is_closed]  # closed while we waited for the lock


def list_extended(session: Session, sitting_ids: Sequence[int]) -> dict[int, int]:
    """Seconds that extensions have given these sittings so far; who was given none is left out."""
    query = (
        sa.select(TimeAdjustmentRow.sitting_id, sa.func.sum(TimeAdjustmentRow.seconds))
        .where(TimeAdjustmentRow.sitting_id.in_(sitting_ids), TimeAdjustmentRow.kind == "extension")
        .group_by(TimeAdjustmentRow.sitting_id)
    )
    return {sitting_id: int(seconds) for sitting_id, seconds in session.execute(query)}


def find_last_event_at(session: Session, sitting_id: int) -> datetime | None:
    """When the server received the newest event of a sitting."""
    query = sa.select(sa.func.max(ResponseEventRow.received_at)).where(
        ResponseEventRow.sitting_id == sitting_id
    )
    found: datetime | None = session.execute(query).scalar_one()
    return found


def list_incidents(session: Session, exam_room_id: int) -> list[tuple[IncidentRow, str | None, str | None]]:
    """What happened in a room, newest first, with the candidate's number and the reporter's name.

    What concerned every room of the administration stands in the minutes of each.
    """
    administration = sa.select(ExamRoomRow.administration_id).where(ExamRoomRow.id == exam_room_id)
    of_all = sa.and_(IncidentRow.exam_room_id.is_(None), IncidentRow.sitting_id.is_(None))
    query = (
        sa.select(IncidentRow, CandidateRow.number, UserRow.display_name)
        .outerjoin(SittingRow, SittingRow.id == IncidentRow.sitting_id)
        .outerjoin(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .outerjoin(UserRow, UserRow.id == IncidentRow.actor_id)
        .where(
            IncidentRow.administration_id == administration.scalar_subquery(),
            sa.or_(
                IncidentRow.exam_room_id == exam_room_id, CandidateRow.exam_room_id == exam_room_id, of_all
            ),
        )
        .order_by(IncidentRow.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_pauses(session: Session, administration_id: int) -> list[IncidentRow]:
    """The minutes of every pause of an administration, in order."""
    query = (
        sa.select(IncidentRow)
        .where(IncidentRow.administration_id == administration_id, IncidentRow.kind == PAUSED)
        .order_by(IncidentRow.id)
    )
    return list(session.scalars(query))


def list_system_notes(session: Session, sitting_id: int, kind: str) -> list[str]:
    """What the system itself has noted of this kind about a sitting."""
    query = sa.select(IncidentRow.note).where(
        IncidentRow.sitting_id == sitting_id, IncidentRow.kind == kind, IncidentRow.actor_id.is_(None)
    )
    return list(session.scalars(query))
