"""Queries for a candidate's own pages: where and what he sits, and how many he got right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.results.marks import ItemKey
from examsvc.store.errors import NotFound
from examsvc.store.item_parts import read_asked, read_key
from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CampaignRow,
    CandidateRow,
    ExamRoomRow,
    FormItemRow,
    ItemKeyRow,
    ItemVersionRow,
    LevelScaleRow,
    OfficerRow,
    PositionRow,
    SittingRow,
)
from item_bank.interactions.kinds import RATED


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A name in both languages."""

    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SittingSheet:
    """Everything that stands on a candidate's slip of paper, and what his sitting goes by."""

    sitting_id: int
    owner_id: int | None
    state: str
    form_id: int
    administration_id: int
    starts_at: datetime
    limit_s: int
    window_ends_at: datetime
    rule_pack: tuple[str, int]
    campaign: Bilingual
    position: Bilingual
    scale: Bilingual
    cut_percents: tuple[float, ...]
    number: str
    station: int
    room: str
    full_name: str


_COLUMNS: Final = (
    SittingRow.id,
    SittingRow.user_id,
    SittingRow.state,
    SittingRow.form_id,
    AdministrationRow.id,
    AdministrationRow.starts_at,
    AdministrationRow.limit_s,
    AdministrationRow.window_ends_at,
    CampaignRow.rule_pack_code,
    CampaignRow.rule_pack_version,
    CampaignRow.name_vi,
    CampaignRow.name_en,
    PositionRow.name_vi,
    PositionRow.name_en,
    LevelScaleRow.name_vi,
    LevelScaleRow.name_en,
    LevelScaleRow.cut_percents,
    CandidateRow.number,
    CandidateRow.station,
    ExamRoomRow.name,
    OfficerRow.full_name,
)


_SHEETS: Final = (
    sa.select(*_COLUMNS)
    .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
    .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
    .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
    .join(ExamRoomRow, ExamRoomRow.id == CandidateRow.exam_room_id)
    .join(OfficerRow, OfficerRow.id == CandidateRow.officer_id)
    .join(BlueprintRow, BlueprintRow.id == AdministrationRow.blueprint_id)
    .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
    .join(LevelScaleRow, LevelScaleRow.id == CampaignRow.level_scale_id)
)


_SHEET: Final = _SHEETS.where(SittingRow.id == sa.bindparam("sitting_id"))


def _as_sheet(row: Sequence[Any]) -> SittingSheet:
    head, names, (cuts, *place) = row[:10], row[10:16], row[16:]
    sitting_id, owner_id, state, form_id, administration_id, starts_at, limit_s, window_ends_at, *pack = head
    number, station, room, full_name = place
    return SittingSheet(
        sitting_id=sitting_id,
        owner_id=owner_id,
        state=state,
        form_id=form_id,
        administration_id=administration_id,
        starts_at=starts_at,
        limit_s=limit_s,
        window_ends_at=window_ends_at,
        rule_pack=(pack[0], pack[1]),
        campaign=Bilingual(*names[0:2]),
        position=Bilingual(*names[2:4]),
        scale=Bilingual(*names[4:6]),
        cut_percents=tuple(cuts),
        number=number,
        station=station,
        room=room,
        full_name=full_name,
    )


def get_sheet(session: Session, sitting_id: int) -> SittingSheet:
    """The slip of one sitting. Raises NotFound."""
    found = session.execute(_SHEET, {"sitting_id": sitting_id}).one_or_none()
    if found is None:
        raise NotFound("sitting", sitting_id)
    return _as_sheet(found)


def list_sheets(session: Session, user_id: int) -> list[SittingSheet]:
    """A user's sittings under approved campaigns, newest first."""
    query = _SHEETS.where(SittingRow.user_id == user_id, AdministrationRow.state != "planned").order_by(
        AdministrationRow.starts_at.desc(), SittingRow.id.desc()
    )
    return [_as_sheet(row) for row in session.execute(query)]


def keys_for_marking(session: Session, form_id: int) -> dict[str, ItemKey]:
    """The newest key of every item of a form that a computer marks; only for sittings that are closed."""
    query = (
        sa.select(ItemKeyRow, ItemVersionRow)
        .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
        .join(FormItemRow, FormItemRow.item_version_id == ItemKeyRow.item_version_id)
        .where(
            FormItemRow.form_id == form_id,
            FormItemRow.scored.is_(True),
            ItemVersionRow.interaction.not_in([one.value for one in RATED]),
        )
        .order_by(ItemKeyRow.version)
    )
    return {
        str(version.id): ItemKey(read_asked(version), read_key(row))
        for row, version in session.execute(query)
    }
