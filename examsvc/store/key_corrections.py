"""Queries about corrections of keys, and about what was marked by a key before its newest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

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
    ItemRow,
    ItemVersionRow,
    KeyCorrectionRow,
    ResultRow,
    ScoreRow,
    SittingRow,
    UserRow,
)
from item_bank.interactions.marking import Key

_Query = TypeVar("_Query", bound="sa.Select[*tuple[Any, ...]]")
STANDING = (ResultState.PROVISIONAL.value, ResultState.RELEASED.value)


@dataclass(frozen=True, slots=True)
class Correction:
    """A proposal with its key and the names of its two persons."""

    row: KeyCorrectionRow
    key: Key
    proposer: str
    decider: str


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A proposal as a line of a list: of which item's wording, and by whom; neither key nor wording."""

    row: KeyCorrectionRow
    code: str
    version: int
    state: str
    author_id: int
    proposer: str
    decider: str | None


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


def list_marked_before(session: Session, version_ids: Collection[int]) -> dict[int, list[MarkedBefore]]:
    """Wording → campaigns whose closed sittings had it as a scored item, newest first.

    A result counts as the old key's where its score is older than the newest key.
    """
    newest = (
        sa.select(ItemKeyRow.item_version_id, sa.func.max(ItemKeyRow.created_at).label("created_at"))
        .where(ItemKeyRow.item_version_id.in_(version_ids))
        .group_by(ItemKeyRow.item_version_id)
        .subquery()
    )
    is_old = sa.and_(ResultRow.id.is_not(None), ScoreRow.created_at < newest.c.created_at)
    is_released = sa.and_(is_old, ResultRow.state == ResultState.RELEASED.value)
    query = (
        sa.select(
            FormItemRow.item_version_id,
            CampaignRow,
            sa.func.count(sa.distinct(SittingRow.id)),
            sa.func.count(sa.distinct(sa.case((is_old, SittingRow.id)))),
            sa.func.count(sa.distinct(sa.case((is_released, SittingRow.id)))),
        )
        .join(AdministrationRow, AdministrationRow.campaign_id == CampaignRow.id)
        .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
        .join(FormItemRow, FormItemRow.form_id == SittingRow.form_id)
        .join(newest, newest.c.item_version_id == FormItemRow.item_version_id)
        .outerjoin(ResultRow, sa.and_(ResultRow.sitting_id == SittingRow.id, ResultRow.state.in_(STANDING)))
        .outerjoin(ScoreRow, ScoreRow.id == ResultRow.score_id)
        .where(FormItemRow.scored, SittingRow.state.in_(MARKED_STATES))
        .group_by(FormItemRow.item_version_id, CampaignRow.id)
        .order_by(CampaignRow.id.desc())
    )
    found: dict[int, list[MarkedBefore]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(MarkedBefore(*row[1:]))
    return found


def list_open(session: Session, author_id: int | None = None) -> list[CorrectionLine]:
    """What nobody has decided yet, the longest waiting first; of one author's items, or of all."""
    query = _lines(author_id).where(KeyCorrectionRow.decision.is_(None))
    return [CorrectionLine(*row) for row in session.execute(query.order_by(KeyCorrectionRow.id))]


def list_decided(
    session: Session, author_id: int | None = None, *, limit: int, offset: int = 0
) -> list[CorrectionLine]:
    """What was decided, newest first."""
    query = (
        _lines(author_id)
        .where(KeyCorrectionRow.decision.is_not(None))
        .order_by(KeyCorrectionRow.decided_at.desc(), KeyCorrectionRow.id.desc())
    )
    return [CorrectionLine(*row) for row in session.execute(query.limit(limit).offset(offset))]


def count_corrections(
    session: Session, author_id: int | None = None, *, is_open: bool, but_of: int | None = None
) -> int:
    """How many there are; `but_of` leaves out those that this person proposed or whose item he wrote."""
    decision = KeyCorrectionRow.decision
    query = _of_items(sa.select(sa.func.count()).select_from(KeyCorrectionRow), author_id)
    query = query.where(decision.is_(None) if is_open else decision.is_not(None))
    if but_of is not None:
        query = query.where(KeyCorrectionRow.proposed_by != but_of, ItemRow.author_id != but_of)
    return session.execute(query).scalar_one()


def _lines(
    author_id: int | None,
) -> sa.Select[KeyCorrectionRow, str, int, str, int, str, str | None]:
    decider = aliased(UserRow)
    query = (
        sa.select(
            KeyCorrectionRow,
            ItemRow.code,
            ItemVersionRow.version,
            ItemVersionRow.state,
            ItemRow.author_id,
            UserRow.display_name,
            decider.display_name,
        )
        .join(UserRow, UserRow.id == KeyCorrectionRow.proposed_by)
        .outerjoin(decider, decider.id == KeyCorrectionRow.decided_by)
    )
    return _of_items(query, author_id)


def _of_items(query: _Query, author_id: int | None) -> _Query:
    query = query.join(ItemVersionRow, ItemVersionRow.id == KeyCorrectionRow.item_version_id)
    query = query.join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    return query if author_id is None else query.where(ItemRow.author_id == author_id)
