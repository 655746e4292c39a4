"""Queries for practice: every one that reads an item names the practice pool, so no exam's item comes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.practice import Tally
from examsvc.store.forms_delivery import WORDING, DeliveredWording, wording_of
from examsvc.store.item_parts import read_key
from examsvc.store.models import (
    ItemKeyRow,
    ItemRow,
    ItemVersionRow,
    PracticeResponseRow,
    PracticeRunRow,
    SittingRow,
    StimulusRow,
    TopicRow,
)
from item_bank.interactions.kinds import KINDS
from item_bank.interactions.marking import Key
from item_bank.pool import PRACTISED, Pool

# part of every query that reads item versions with their items
_PRACTISED = (
    ItemRow.pool == Pool.PRACTICE.value,
    ItemVersionRow.state.in_([state.value for state in PRACTISED]),
)
_COUNTED = [interaction.value for interaction, kind in KINDS.items() if not kind.rated]
_AT_AN_EXAM = ["checked_in", "open"]


@dataclass(frozen=True, slots=True)
class Offered:
    """An item to practise with."""

    version_id: int
    item_id: int
    topic_id: int


@dataclass(frozen=True, slots=True)
class PractisedItem:
    """What is read before a response: no key, no rationale, no basis."""

    version_id: int
    topic: TopicRow
    wording: DeliveredWording


@dataclass(frozen=True, slots=True)
class Solution:
    """What is read after it."""

    key: Key
    rationale: str
    legal_basis: str


def list_offered(session: Session) -> list[Offered]:
    """All items there are to practise with: of each its newest usable version."""
    query = (
        sa.select(ItemVersionRow.id, ItemRow.id, ItemRow.topic_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(*_PRACTISED)
        .order_by(ItemRow.id, ItemVersionRow.version)
    )
    newest = {item_id: Offered(id_, item_id, topic) for id_, item_id, topic in session.execute(query)}
    return list(newest.values())


def get_items(session: Session, version_ids: Collection[int]) -> dict[int, PractisedItem]:
    """Those of these item versions that may be practised with, without what gives them away."""
    query = (
        sa.select(ItemVersionRow.id, TopicRow, *WORDING)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .outerjoin(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(ItemVersionRow.id.in_(sorted(set(version_ids))), *_PRACTISED)
    )
    return {
        id_: PractisedItem(id_, topic, wording_of(tuple(columns)))
        for id_, topic, *columns in session.execute(query)
    }


def find_solution(session: Session, version_id: int) -> Solution | None:
    """Key, rationale and basis of a practice item; None for whatever is none."""
    newest = (
        sa.select(sa.func.max(ItemKeyRow.version))
        .where(ItemKeyRow.item_version_id == version_id)
        .scalar_subquery()
    )
    query = (
        sa.select(ItemKeyRow, ItemVersionRow.rationale, ItemVersionRow.legal_basis)
        .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemKeyRow.item_version_id == version_id, ItemKeyRow.version == newest, *_PRACTISED)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else Solution(read_key(found[0]), found[1], found[2])


def list_runs(session: Session, user_id: int, limit: int) -> list[tuple[PracticeRunRow, Tally]]:
    """A user's runs, newest first, with what came of each."""
    query = (
        sa.select(PracticeRunRow, *_tally())
        .outerjoin(PracticeResponseRow, PracticeResponseRow.run_id == PracticeRunRow.id)
        .outerjoin(ItemVersionRow, ItemVersionRow.id == PracticeResponseRow.item_version_id)
        .where(PracticeRunRow.user_id == user_id)
        .group_by(PracticeRunRow.id)
        .order_by(PracticeRunRow.id.desc())
        .limit(limit)
    )
    return [(run, Tally(n, right)) for run, n, right in session.execute(query)]


def tallies_by_topic(session: Session, user_id: int) -> dict[int, Tally]:
    """Topic → all of a user's responses in practice."""
    query = (
        sa.select(ItemRow.topic_id, *_tally())
        .select_from(PracticeResponseRow)
        .join(PracticeRunRow, PracticeRunRow.id == PracticeResponseRow.run_id)
        .join(ItemVersionRow, ItemVersionRow.id == PracticeResponseRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(PracticeRunRow.user_id == user_id)
        .group_by(ItemRow.topic_id)
    )
    return {topic_id: Tally(n, right) for topic_id, n, right in session.execute(query)}


def tally_of_run(session: Session, run_id: int) -> Tally:
    """What has come of a run so far."""
    query = (
        sa.select(*_tally())
        .select_from(PracticeResponseRow)
        .join(ItemVersionRow, ItemVersionRow.id == PracticeResponseRow.item_version_id)
        .where(PracticeResponseRow.run_id == run_id)
    )
    return Tally(*session.execute(query).one())


def _tally() -> tuple[sa.ColumnElement[int], sa.ColumnElement[int]]:
    """Responses and right ones, of those items that a computer marks; the rest counts nowhere."""
    is_counted = ItemVersionRow.interaction.in_(_COUNTED)
    counted = sa.func.coalesce(sa.func.sum(sa.case((is_counted, 1), else_=0)), 0)
    right = sa.func.coalesce(
        sa.func.sum(sa.case((is_counted, sa.cast(PracticeResponseRow.right, sa.Integer)), else_=0)), 0
    )
    return counted, right


def count_met(session: Session, user_id: int) -> dict[int, int]:
    """Item version → how often this user has responded to it."""
    query = (
        sa.select(PracticeResponseRow.item_version_id, sa.func.count())
        .join(PracticeRunRow, PracticeRunRow.id == PracticeResponseRow.run_id)
        .where(PracticeRunRow.user_id == user_id)
        .group_by(PracticeResponseRow.item_version_id)
    )
    return dict(session.execute(query).all())


def list_responses(session: Session, run_id: int) -> dict[int, PracticeResponseRow]:
    """The responses of a run by ordinal."""
    query = (
        sa.select(PracticeResponseRow)
        .where(PracticeResponseRow.run_id == run_id)
        .order_by(PracticeResponseRow.ordinal)
    )
    return {row.ordinal: row for row in session.scalars(query)}


def is_at_an_exam(session: Session, user_id: int) -> bool:
    """Whether the user has been checked in to an exam that he has not handed in."""
    query = (
        sa.select(SittingRow.id)
        .where(SittingRow.user_id == user_id, SittingRow.state.in_(_AT_AN_EXAM))
        .limit(1)
    )
    return session.scalars(query).one_or_none() is not None
