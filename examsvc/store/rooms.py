"""Queries about the exam room: who sits there and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    CurrentResponseRow,
    ExamRoomRow,
    FormItemRow,
    IncidentRow,
    OfficerRow,
    SittingRow,
    TimeAdjustmentRow,
    UserRow,
)


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What staff may know of one candidate in a room: nothing of items or responses but their number."""

    sitting: SittingRow
    candidate: CandidateRow
    officer_name: str
    n_responses: int
    n_items: int
    granted_s: int


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


def list_seats(session: Session, exam_room_id: int) -> list[SeatFacts]:
    """The candidates of a room in the order of their stations."""
    responded = (
        sa.select(CurrentResponseRow.sitting_id, sa.func.count().label("n"))
        .where(CurrentResponseRow.response.is_not(None))
        .group_by(CurrentResponseRow.sitting_id)
        .subquery()
    )
    items = (
        sa.select(FormItemRow.form_id, sa.func.count().label("n")).group_by(FormItemRow.form_id).subquery()
    )
    granted = (
        sa.select(TimeAdjustmentRow.sitting_id, sa.func.sum(TimeAdjustmentRow.seconds).label("s"))
        .group_by(TimeAdjustmentRow.sitting_id)
        .subquery()
    )
    query = (
        sa.select(
            SittingRow,
            CandidateRow,
            OfficerRow.full_name,
            sa.func.coalesce(responded.c.n, 0),
            sa.func.coalesce(items.c.n, 0),
            sa.func.coalesce(granted.c.s, 0),
        )
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
        .outerjoin(responded, responded.c.sitting_id == SittingRow.id)
        .outerjoin(items, items.c.form_id == SittingRow.form_id)
        .outerjoin(granted, granted.c.sitting_id == SittingRow.id)
        .where(CandidateRow.exam_room_id == exam_room_id)
        .order_by(CandidateRow.station)
    )
    return [SeatFacts(*row) for row in session.execute(query)]


def list_sitting_ids(session: Session, exam_room_id: int, states: Iterable[str]) -> list[int]:
    """Sittings of a room that are in one of these states."""
    query = (
        sa.select(SittingRow.id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .where(CandidateRow.exam_room_id == exam_room_id, SittingRow.state.in_(list(states)))
        .order_by(SittingRow.id)
    )
    return list(session.scalars(query))


def granted_by_staff(session: Session, sitting_id: int) -> int:
    """Seconds that extensions have given a sitting so far."""
    query = sa.select(sa.func.coalesce(sa.func.sum(TimeAdjustmentRow.seconds), 0)).where(
        TimeAdjustmentRow.sitting_id == sitting_id, TimeAdjustmentRow.kind == "extension"
    )
    return int(session.execute(query).scalar_one())


def list_incidents(session: Session, exam_room_id: int) -> list[tuple[IncidentRow, str | None, str | None]]:
    """What happened in a room, newest first, with the candidate's number and the reporter's name."""
    query = (
        sa.select(IncidentRow, CandidateRow.number, UserRow.display_name)
        .outerjoin(SittingRow, SittingRow.id == IncidentRow.sitting_id)
        .outerjoin(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .outerjoin(UserRow, UserRow.id == IncidentRow.actor_id)
        .where(sa.or_(IncidentRow.exam_room_id == exam_room_id, CandidateRow.exam_room_id == exam_room_id))
        .order_by(IncidentRow.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_system_notes(session: Session, sitting_id: int, kind: str) -> list[str]:
    """What the system itself has noted of this kind about a sitting."""
    query = sa.select(IncidentRow.note).where(
        IncidentRow.sitting_id == sitting_id, IncidentRow.kind == kind, IncidentRow.actor_id.is_(None)
    )
    return list(session.scalars(query))
