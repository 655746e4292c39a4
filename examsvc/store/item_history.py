"""Queries about what has become of an item: its keys, its moves, and what calibrations found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import (
    AuditEntryRow,
    CalibrationRow,
    CampaignRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemVersionRow,
)


@dataclass(frozen=True, slots=True)
class StateMove:
    """An item version's move from one state to another, as the audit log has kept it."""

    version_id: int
    at: datetime
    actor_id: int | None
    from_state: str
    to_state: str
    comment: str


def list_moves(session: Session, version_ids: Sequence[int]) -> list[StateMove]:
    """The moves of these versions of one item, oldest first.

    The log is gone through once for all of them: its subject is the last member of a canonical record.
    """
    subjects = {f"item_version:{version_id}": version_id for version_id in version_ids}
    if not subjects:
        return []
    record = AuditEntryRow.record
    is_subject = sa.or_(
        *(record.endswith(f'"subject":"{subject}"}}', autoescape=True) for subject in subjects)
    )
    query = (
        sa.select(record)
        .where(is_subject, record.contains('"to_state":', autoescape=True))
        .order_by(AuditEntryRow.seq)
    )
    found = []
    for text in session.scalars(query):
        entry = json.loads(text)
        detail = entry["detail"]
        found.append(
            StateMove(
                subjects[entry["subject"]],
                datetime.fromisoformat(entry["at"]),
                entry["actor"],
                str(detail["from_state"]),
                str(detail["to_state"]),
                str(detail.get("comment", "")),
            )
        )
    return found


def list_keys(session: Session, item_id: int) -> list[tuple[ItemKeyRow, int]]:
    """The keys of all versions of an item, each with the number of its version, oldest first."""
    query = (
        sa.select(ItemKeyRow, ItemVersionRow.version)
        .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
        .where(ItemVersionRow.item_id == item_id)
        .order_by(ItemKeyRow.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def list_adopted(
    session: Session, item_id: int
) -> list[tuple[ItemParameterRow, ItemVersionRow, CalibrationRow, CampaignRow | None]]:
    """An item's figures in every calibration that has been in force, with its campaign, the newest first."""
    query = (
        sa.select(ItemParameterRow, ItemVersionRow, CalibrationRow, CampaignRow)
        .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
        .join(CalibrationRow, CalibrationRow.id == ItemParameterRow.calibration_id)
        .outerjoin(CampaignRow, CampaignRow.id == CalibrationRow.campaign_id)
        .where(ItemVersionRow.item_id == item_id, CalibrationRow.state == "adopted")
        .order_by(CalibrationRow.adopted_at.desc(), CalibrationRow.id.desc(), ItemVersionRow.version.desc())
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
