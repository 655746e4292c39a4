"""Queries about events that were kept aside, and the decisions of two people on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.delivery.events import CurrentResponse, Position, ResponseEvent
from examsvc.store.models import (
    AdministrationRow,
    CandidateRow,
    CurrentResponseRow,
    ExamRoomRow,
    FormItemRow,
    LateDecisionRow,
    OfficerRow,
    ResponseEventRow,
    ResultRow,
    SittingRow,
    UserRow,
)
from examsvc.store.saving import current_row

STANDING = ("proposed", "confirmed")  # a decision in one of these states speaks for its events


@dataclass(frozen=True, slots=True)
class AsideEvent:
    """An event that was kept aside, with the place of its item on the form."""

    event: ResponseEvent
    number: int
    standing: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AsideSitting:
    """Whose events they are."""

    sitting: SittingRow
    candidate: CandidateRow
    room: ExamRoomRow
    officer_name: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A proposal and what became of it, with the names of both people."""

    row: LateDecisionRow
    proposed_by: str
    decided_by: str | None


def list_sittings_aside(
    session: Session, *, exam_room_id: int | None = None, administration_id: int | None = None
) -> list[AsideSitting]:
    """The sittings of a room, or of an administration, that have events kept aside."""
    aside = sa.exists().where(
        ResponseEventRow.sitting_id == SittingRow.id, ResponseEventRow.standing != "counted"
    )
    query = (
        sa.select(SittingRow, CandidateRow, ExamRoomRow, OfficerRow.full_name)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(ExamRoomRow, ExamRoomRow.id == CandidateRow.exam_room_id)
        .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
        .where(aside)
        .order_by(CandidateRow.number)
    )
    if exam_room_id is not None:
        query = query.where(CandidateRow.exam_room_id == exam_room_id)
    if administration_id is not None:
        query = query.where(SittingRow.administration_id == administration_id)
    return [AsideSitting(*row) for row in session.execute(query)]


def list_aside(session: Session, sitting_ids: Sequence[int]) -> dict[int, list[AsideEvent]]:
    """The events kept aside, by sitting, each in the order of the log."""
    table = ResponseEventRow
    query = (
        sa.select(table, FormItemRow.ordinal)
        .join(SittingRow, SittingRow.id == table.sitting_id)
        .join(
            FormItemRow,
            sa.and_(
                FormItemRow.form_id == SittingRow.form_id,
                FormItemRow.item_version_id == table.item_version_id,
            ),
        )
        .where(table.sitting_id.in_(sitting_ids), table.standing != "counted")
        .order_by(table.sitting_id, table.epoch, table.seq)
    )
    found: dict[int, list[AsideEvent]] = {}
    for row, number in session.execute(query):
        event = ResponseEvent(
            row.epoch, row.seq, row.event_id, str(row.item_version_id), row.payload, row.client_ms
        )
        found.setdefault(row.sitting_id, []).append(AsideEvent(event, number, row.standing, row.received_at))
    return found


def list_decisions(session: Session, sitting_ids: Sequence[int]) -> dict[int, list[DecisionLine]]:
    """What was proposed and decided, by sitting, in order."""
    proposer, decider = aliased(UserRow), aliased(UserRow)
    query = (
        sa.select(LateDecisionRow, proposer.display_name, decider.display_name)
        .join(proposer, proposer.id == LateDecisionRow.proposed_by)
        .outerjoin(decider, decider.id == LateDecisionRow.decided_by)
        .where(LateDecisionRow.sitting_id.in_(sitting_ids))
        .order_by(LateDecisionRow.id)
    )
    found: dict[int, list[DecisionLine]] = {}
    for row, proposed_by, decided_by in session.execute(query):
        found.setdefault(row.sitting_id, []).append(DecisionLine(row, proposed_by, decided_by))
    return found


def spoken_for(decisions: Iterable[LateDecisionRow]) -> dict[Position, LateDecisionRow]:
    """The events on which a proposal waits or a decision has been made."""
    return {(epoch, seq): row for row in decisions if row.state in STANDING for epoch, seq in row.positions}


def count_proposed(session: Session, campaign_id: int) -> int:
    """How many proposals of a campaign nobody has decided on."""
    query = (
        sa.select(sa.func.count())
        .select_from(LateDecisionRow)
        .join(SittingRow, SittingRow.id == LateDecisionRow.sitting_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id, LateDecisionRow.state == "proposed")
    )
    return int(session.execute(query).scalar_one())


def is_scored(session: Session, campaign_id: int) -> bool:
    """Whether results of a campaign have been scored."""
    query = (
        sa.select(ResultRow.id)
        .join(SittingRow, SittingRow.id == ResultRow.sitting_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id)
        .limit(1)
    )
    return session.scalar(query) is not None


def write_current(session: Session, sitting_id: int, current: CurrentResponse) -> None:
    """Let this be what holds for the item; the sitting's row is locked."""
    session.merge(CurrentResponseRow(**current_row(sitting_id, current)))
