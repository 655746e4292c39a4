"""Queries about corrections of keys, and about what was marked by a key before its newest."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.delivery.sitting import MARKED_STATES
from examsvc.results.release import ResultState
from examsvc.store.item_parts import key_of
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    FormItemRow,
    ItemKeyRow,
    KeyCorrectionRow,
    ResultRow,
    ScoreRow,
    SittingRow,
    UserRow,
)
from item_bank.interactions.marking import Key

STANDING = (ResultState.PROVISIONAL.value, ResultState.RELEASED.value)


@dataclass(frozen=True, slots=True)
class Correction:
    """A proposal with its key and the names of its two persons."""

    row: KeyCorrectionRow
    key: Key
    proposer: str
    decider: str


@dataclass(frozen=True, slots=True)
class MarkedBefore:
    """A campaign with closed sittings that had the item.

    n_old : of their standing results, those that the key before gave; n_released : of these, the published
    """

    campaign: CampaignRow
    n_sittings: int
    n_old: int
    n_released: int


def list_corrections(session: Session, version_id: int) -> list[Correction]:
    """The corrections of one wording's key, newest first."""
    decider = aliased(UserRow)
    query = (
        sa.select(KeyCorrectionRow, UserRow.display_name, decider.display_name)
        .join(UserRow, UserRow.id == KeyCorrectionRow.proposed_by)
        .outerjoin(decider, decider.id == KeyCorrectionRow.decided_by)
        .where(KeyCorrectionRow.item_version_id == version_id)
        .order_by(KeyCorrectionRow.id.desc())
    )
    return [
        Correction(row, key_of(row.base_version + 1, row.option_id, row.rule), proposer, name or "")
        for row, proposer, name in session.execute(query)
    ]


def find_open(session: Session, version_id: int) -> KeyCorrectionRow | None:
    """The correction of this wording's key that is yet to be decided."""
    query = sa.select(KeyCorrectionRow).where(
        KeyCorrectionRow.item_version_id == version_id, KeyCorrectionRow.decision.is_(None)
    )
    return session.scalars(query).one_or_none()


def list_marked_before(session: Session, version_id: int) -> list[MarkedBefore]:
    """Campaigns whose closed sittings had this wording as a scored item, newest first.

    A result counts as the old key's where its score is older than the newest key.
    """
    newest = (
        sa.select(sa.func.max(ItemKeyRow.created_at))
        .where(ItemKeyRow.item_version_id == version_id)
        .scalar_subquery()
    )
    is_old = sa.and_(ResultRow.id.is_not(None), ScoreRow.created_at < newest)
    query = (
        sa.select(
            CampaignRow,
            sa.func.count(sa.distinct(SittingRow.id)),
            sa.func.count(sa.distinct(sa.case((is_old, SittingRow.id)))),
            sa.func.count(
                sa.distinct(
                    sa.case((sa.and_(is_old, ResultRow.state == ResultState.RELEASED.value), SittingRow.id))
                )
            ),
        )
        .join(AdministrationRow, AdministrationRow.campaign_id == CampaignRow.id)
        .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
        .join(FormItemRow, FormItemRow.form_id == SittingRow.form_id)
        .outerjoin(ResultRow, sa.and_(ResultRow.sitting_id == SittingRow.id, ResultRow.state.in_(STANDING)))
        .outerjoin(ScoreRow, ScoreRow.id == ResultRow.score_id)
        .where(
            FormItemRow.item_version_id == version_id,
            FormItemRow.scored,
            SittingRow.state.in_(MARKED_STATES),
        )
        .group_by(CampaignRow.id)
        .order_by(CampaignRow.id.desc())
    )
    return [MarkedBefore(*row) for row in session.execute(query)]
