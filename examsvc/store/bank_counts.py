"""How many items the bank holds of what, as its board shows it: counted where they lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.bank import counts_today
from examsvc.store.models import ItemFingerprintRow, ItemKeyRow, ItemRow, ItemVersionRow, TopicRow


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """An item version with the codes of its faults, a space between."""

    version_id: int
    code: str
    faults: str


def count_versions(session: Session, pool: str) -> dict[tuple[str, str, str], int]:
    """(topic, cognitive level, state) → item versions of the pool that count today."""
    n_versions = sa.func.count()
    query = (
        sa.select(ItemRow.topic_id, ItemVersionRow.cognitive_level, ItemVersionRow.state, n_versions)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.pool == pool, counts_today())
        .group_by(ItemRow.topic_id, ItemVersionRow.cognitive_level, ItemVersionRow.state)
    )
    topics = {row[0]: row[1] for row in session.execute(sa.select(TopicRow.id, TopicRow.code))}
    return {(topics[topic_id], level, state): n for topic_id, level, state, n in session.execute(query)}


def count_items(session: Session, pool: str) -> int:
    """Items of the pool that have a version; each has a newest, and that one counts."""
    return session.execute(sa.select(sa.func.count()).where(ItemRow.pool == pool)).scalar_one()


def count_items_by_topic(session: Session, pool: str, states: Collection[str]) -> dict[str, int]:
    """Topic → its items of the pool with a version that counts today in one of these states."""
    query = (
        sa.select(TopicRow.code, sa.func.count(ItemRow.id.distinct()))
        .join(ItemRow, ItemRow.topic_id == TopicRow.id)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .where(ItemRow.pool == pool, ItemVersionRow.state.in_(states), counts_today())
        .group_by(TopicRow.code)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_keys(session: Session, pool: str, interaction: str, but_states: Collection[str]) -> dict[str, int]:
    """Option → how many keys in force name it, for the item versions of an interaction that are in use."""
    later = aliased(ItemKeyRow)
    query = (
        sa.select(ItemKeyRow.option_id, sa.func.count())
        .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(
            ItemRow.pool == pool,
            ItemVersionRow.interaction == interaction,
            ItemVersionRow.state.not_in(but_states),
            counts_today(),
            ~sa.exists().where(
                later.item_version_id == ItemKeyRow.item_version_id, later.version > ItemKeyRow.version
            ),
        )
        .group_by(ItemKeyRow.option_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def list_faulty(session: Session, pool: str, but_states: Collection[str]) -> list[FaultyLine]:
    """The item versions in use in which a program found a fault, by code."""
    query = (
        sa.select(ItemVersionRow.id, ItemRow.code, ItemFingerprintRow.faults)
        .join(ItemVersionRow, ItemVersionRow.id == ItemFingerprintRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(
            ItemFingerprintRow.faults != "",
            ItemRow.pool == pool,
            ItemVersionRow.state.not_in(but_states),
            counts_today(),
        )
        .order_by(ItemRow.code, ItemVersionRow.version)
    )
    return [FaultyLine(*row) for row in session.execute(query)]
