"""How many items the bank holds of what, as its board shows it: counted where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.bank import counts_today
from examsvc.store.models import ItemFingerprintRow, ItemKeyRow, ItemRow, ItemVersionRow, TopicRow


def count_versions(session: Session, pool: str) -> dict[tuple[str, str, str], int]:
    """(topic, cognitive level, state) → item versions of the pool that count today."""
    # one text to sort by: grouped by three columns SQLite takes twice as long
    of = sa.cast(ItemRow.topic_id, sa.String) + " " + ItemVersionRow.cognitive_level
    cell = (of + " " + ItemVersionRow.state).label("cell")
    query = (
        sa.select(cell, sa.func.count())
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.pool == pool, counts_today())
        .group_by(cell)
    )
    topics = {str(row[0]): row[1] for row in session.execute(sa.select(TopicRow.id, TopicRow.code))}
    found: dict[tuple[str, str, str], int] = {}
    for text, count in session.execute(query):
        topic_id, level, state = text.split(" ")
        found[topics[topic_id], level, state] = count
    return found


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
    # few keys were ever corrected: they are looked for once, not a later one for every key
    older = aliased(ItemKeyRow)
    superseded = (
        sa.select(older.id)
        .join(ItemKeyRow, ItemKeyRow.item_version_id == older.item_version_id)
        .where(ItemKeyRow.version > 1, ItemKeyRow.version > older.version)
    )
    elsewhere = sa.select(ItemRow.id).where(ItemRow.pool != pool)
    query = (
        sa.select(ItemKeyRow.option_id, sa.func.count())
        .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
        .where(
            ItemVersionRow.interaction == interaction,
            ItemVersionRow.state.not_in(but_states),
            ItemVersionRow.item_id.not_in(elsewhere),
            counts_today(),
            ItemKeyRow.id.not_in(superseded.correlate(None)),
        )
        .group_by(ItemKeyRow.option_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_faults(session: Session, pool: str, but_states: Collection[str]) -> dict[str, int]:
    """Fault → the item versions in use in which a program found it."""
    faulty = (
        sa.select(ItemFingerprintRow.item_version_id, ItemFingerprintRow.faults)
        .where(ItemFingerprintRow.faults != "")
        .cte("faulty")
        .prefix_with("MATERIALIZED")  # read once, and few: looked up by item it would be read row by row
    )
    query = (
        sa.select(faulty.c.faults, sa.func.count())
        .join(ItemVersionRow, ItemVersionRow.id == faulty.c.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.pool == pool, ItemVersionRow.state.not_in(but_states), counts_today())
        .group_by(faulty.c.faults)
    )
    found: Counter[str] = Counter()
    for faults, count in session.execute(query):
        found.update(dict.fromkeys(faults.split(), count))
    return dict(found)
