"""Queries for a candidate's own pages: where and what he sits, and how many he got right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.results.marks import ItemKey
from examsvc.store.errors import NotFound
from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CampaignRow,
    CandidateRow,
    ExamRoomRow,
    FormItemRow,
    ItemKeyRow,
    LevelScaleRow,
    OfficerRow,
    PositionRow,
    SittingRow,
)


@dataclass(frozen=True, slots=True)
class SittingSheet:
    """Everything that stands on a candidate's slip of paper."""

    sitting: SittingRow
    administration: AdministrationRow
    campaign: CampaignRow
    candidate: CandidateRow
    room: ExamRoomRow
    officer: OfficerRow
    position: PositionRow
    scale: LevelScaleRow


def _sheets() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            SittingRow,
            AdministrationRow,
            CampaignRow,
            CandidateRow,
            ExamRoomRow,
            OfficerRow,
            PositionRow,
            LevelScaleRow,
        )
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(ExamRoomRow, ExamRoomRow.id == CandidateRow.exam_room_id)
        .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
        .join(BlueprintRow, BlueprintRow.id == AdministrationRow.blueprint_id)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .join(LevelScaleRow, LevelScaleRow.id == CampaignRow.level_scale_id)
    )


def get_sheet(session: Session, sitting_id: int) -> SittingSheet:
    """The slip of one sitting. Raises NotFound."""
    found = session.execute(_sheets().where(SittingRow.id == sitting_id)).one_or_none()
    if found is None:
        raise NotFound("sitting", sitting_id)
    return SittingSheet(*found)


def list_sheets(session: Session, user_id: int) -> list[SittingSheet]:
    """A user's sittings under approved campaigns, newest first."""
    query = (
        _sheets()
        .where(SittingRow.user_id == user_id, AdministrationRow.state != "planned")
        .order_by(AdministrationRow.starts_at.desc(), SittingRow.id.desc())
    )
    return [SittingSheet(*row) for row in session.execute(query)]


def count_items(session: Session, form_id: int) -> int:
    """How many items a form has."""
    return int(session.execute(sa.select(sa.func.count()).where(FormItemRow.form_id == form_id)).scalar_one())


def keys_for_marking(session: Session, form_id: int) -> dict[str, ItemKey]:
    """The newest key of every marked item of a form; only for sittings that are closed."""
    query = (
        sa.select(ItemKeyRow.item_version_id, ItemKeyRow.option_id, ItemKeyRow.version)
        .join(FormItemRow, FormItemRow.item_version_id == ItemKeyRow.item_version_id)
        .where(FormItemRow.form_id == form_id, FormItemRow.scored.is_(True))
        .order_by(ItemKeyRow.version)
    )
    return {
        str(row.item_version_id): ItemKey.single(row.option_id, row.version) for row in session.execute(query)
    }
