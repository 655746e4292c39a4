"""Queries about campaigns, administrations and rosters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.administration import Administration, AdministrationState
from examsvc.delivery.sitting import UNFINISHED_STATES, SittingState
from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CampaignRow,
    CandidateRow,
    ExamRoomRow,
    FormRow,
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PositionRow,
    SittingRow,
    UserRow,
)


def list_campaigns(session: Session) -> list[CampaignRow]:
    """All campaigns, newest first."""
    return list(session.scalars(sa.select(CampaignRow).order_by(CampaignRow.id.desc())))


def code_is_taken(session: Session, kind: type[CampaignRow] | type[AdministrationRow], code: str) -> bool:
    """Whether another campaign (or administration) has this code."""
    return session.scalar(sa.select(kind.id).where(kind.code == code)) is not None


def as_administration(row: AdministrationRow) -> Administration:
    """The row as the pure stage judges it."""
    return Administration(row.starts_at, row.limit_s, AdministrationState(row.state))


def list_level_scales(session: Session) -> list[LevelScaleRow]:
    """The level scales a campaign may report on."""
    return list(session.scalars(sa.select(LevelScaleRow).order_by(LevelScaleRow.code, LevelScaleRow.version)))


def list_administrations(session: Session, campaign_id: int) -> list[tuple[AdministrationRow, PositionRow]]:
    """A campaign's administrations with the position each examines."""
    query = (
        sa.select(AdministrationRow, PositionRow)
        .join(BlueprintRow, BlueprintRow.id == AdministrationRow.blueprint_id)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .where(AdministrationRow.campaign_id == campaign_id)
        .order_by(AdministrationRow.starts_at, AdministrationRow.code)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def list_examinable(session: Session) -> list[tuple[BlueprintRow, PositionRow, int]]:
    """Approved blueprints that have published forms, with how many."""
    query = (
        sa.select(BlueprintRow, PositionRow, sa.func.count(FormRow.id))
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .join(FormRow, FormRow.blueprint_id == BlueprintRow.id)
        .where(BlueprintRow.state == "approved", FormRow.state == "published")
        .group_by(BlueprintRow.id, PositionRow.id)
        .order_by(PositionRow.code)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def list_published_forms(session: Session, blueprint_id: int) -> list[FormRow]:
    """The forms that may be sat under a blueprint."""
    query = (
        sa.select(FormRow)
        .where(FormRow.blueprint_id == blueprint_id, FormRow.state == "published")
        .order_by(FormRow.code)
    )
    return list(session.scalars(query))


def list_eligible_officers(
    session: Session, position_code: str, region: str | None, administration_id: int
) -> list[tuple[OfficerRow, int | None]]:
    """Officers of a position (and region) not yet on this roster, with their user accounts."""
    on_roster = sa.select(CandidateRow.officer_id).where(CandidateRow.administration_id == administration_id)
    query = (
        sa.select(OfficerRow, UserRow.id)
        .join(OrganisationUnitRow, OrganisationUnitRow.id == OfficerRow.unit_id)
        .outerjoin(UserRow, UserRow.officer_id == OfficerRow.id)
        .where(OfficerRow.position_code == position_code, OfficerRow.id.not_in(on_roster))
        .order_by(OfficerRow.code)
    )
    if region:
        query = query.where(OrganisationUnitRow.region == region)
    return [(row[0], row[1]) for row in session.execute(query)]


def list_regions(session: Session) -> list[str]:
    """The regions that units belong to."""
    query = sa.select(OrganisationUnitRow.region).where(OrganisationUnitRow.region.is_not(None)).distinct()
    return sorted(region for region in session.scalars(query) if region)


def list_rooms(session: Session, administration_id: int) -> list[tuple[ExamRoomRow, int]]:
    """An administration's rooms with how many candidates sit in each."""
    query = (
        sa.select(ExamRoomRow, sa.func.count(CandidateRow.id))
        .outerjoin(CandidateRow, CandidateRow.exam_room_id == ExamRoomRow.id)
        .where(ExamRoomRow.administration_id == administration_id)
        .group_by(ExamRoomRow.id)
        .order_by(ExamRoomRow.code)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def list_roster(
    session: Session, administration_id: int
) -> list[tuple[CandidateRow, OfficerRow, ExamRoomRow, SittingRow]]:
    """Who sits where, in the order of the candidate numbers."""
    query = (
        sa.select(CandidateRow, OfficerRow, ExamRoomRow, SittingRow)
        .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
        .join(ExamRoomRow, ExamRoomRow.id == CandidateRow.exam_room_id)
        .join(SittingRow, SittingRow.candidate_id == CandidateRow.id)
        .where(CandidateRow.administration_id == administration_id)
        .order_by(CandidateRow.number)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def list_unfinished_ids(session: Session, administration_id: int) -> list[int]:
    """Sittings of an administration that have not ended, in the order in which rows are locked."""
    query = (
        sa.select(SittingRow.id)
        .where(
            SittingRow.administration_id == administration_id,
            SittingRow.state.in_(UNFINISHED_STATES),
        )
        .order_by(SittingRow.id)
    )
    return list(session.scalars(query))


def count_roster(session: Session, administration_id: int) -> int:
    """How many candidates an administration has."""
    query = sa.select(sa.func.count()).where(CandidateRow.administration_id == administration_id)
    return int(session.execute(query).scalar_one())


def list_exam_spans(session: Session, *, or_ids: Sequence[int] = ()) -> list[tuple[datetime, datetime, int]]:
    """Start, end of the window and how many are not done, of every ready administration and those named."""
    query = (
        sa.select(AdministrationRow.starts_at, AdministrationRow.window_ends_at, sa.func.count(SittingRow.id))
        .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
        .where(
            sa.or_(AdministrationRow.state == "ready", AdministrationRow.id.in_(or_ids)),
            SittingRow.state.in_(UNFINISHED_STATES),  # whoever has handed in takes no seat any more
        )
        .group_by(AdministrationRow.id, AdministrationRow.starts_at, AdministrationRow.window_ends_at)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def add_candidates(
    session: Session, candidates: Sequence[CandidateRow], owners: Sequence[int | None]
) -> None:
    """Put candidates on the roster, each with a sitting that waits for check-in."""
    session.add_all(candidates)
    session.flush()
    form_ids = {candidate.form_id for candidate in candidates}
    found = session.execute(sa.select(FormRow.id, FormRow.checksum).where(FormRow.id.in_(form_ids)))
    checksums = {row.id: row.checksum for row in found}
    session.add_all(
        SittingRow(
            candidate_id=candidate.id,
            administration_id=candidate.administration_id,
            user_id=owner,
            form_id=candidate.form_id,
            form_checksum=checksums[candidate.form_id],
            state=SittingState.REGISTERED.value,
        )
        for candidate, owner in zip(candidates, owners, strict=True)
    )
