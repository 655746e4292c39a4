"""Queries about the bank as a whole: which items it holds, their enemies, what exams take from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.errors import NotFound
from examsvc.store.models import (
    BankImportRow,
    BlueprintCellRow,
    BlueprintRow,
    CitationRow,
    ItemEnemyRow,
    ItemRow,
    ItemVersionRow,
    TopicRow,
    UserRow,
)
from examsvc.store.sealed import Sealed
from item_bank.enemies import EnemyPair
from item_bank.similarity import fold
from item_bank.stem import plain_text

CODE_LIMIT = 40  # characters of item.code

Listed = sa.Select[ItemVersionRow, ItemRow, TopicRow, str]


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which item versions to list; what is None or empty does not narrow."""

    topic: str = ""
    level: str = ""
    states: tuple[str, ...] = ()
    author_id: int | None = None
    not_author_id: int | None = None
    text: str = ""
    pool: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item version as a line of a list; its stem is for searching and comparing, see `Sealed`."""

    version_id: int
    item_id: int
    code: str
    version: int
    state: str
    level: str
    stem: Sealed
    topic: TopicRow
    author_id: int
    author_name: str
    created_at: datetime
    pool: str


def lock_bank(session: Session) -> None:
    """Hold other writers of new items until the transaction ends: codes are compared with the whole bank."""
    session.execute(sa.select(TopicRow.id).order_by(TopicRow.id).with_for_update(key_share=True))


def stems_by_code(session: Session) -> dict[str, str]:
    """Every item's code with the stem of its newest version."""
    query = (
        sa.select(ItemRow.code, ItemVersionRow.stem)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .order_by(ItemRow.code, ItemVersionRow.version)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def item_ids(session: Session) -> dict[str, int]:
    """Every item's code with its identity."""
    return {row[0]: row[1] for row in session.execute(sa.select(ItemRow.code, ItemRow.id))}


def enemy_codes(session: Session, item_id: int) -> list[str]:
    """The codes of an item's enemies."""
    other = sa.case((ItemEnemyRow.item_a_id == item_id, ItemEnemyRow.item_b_id), else_=ItemEnemyRow.item_a_id)
    query = (
        sa.select(ItemRow.code)
        .join(ItemEnemyRow, ItemRow.id == other)
        .where(sa.or_(ItemEnemyRow.item_a_id == item_id, ItemEnemyRow.item_b_id == item_id))
        .order_by(ItemRow.code)
    )
    return list(session.scalars(query))


def enemy_pairs(session: Session, codes: Collection[str]) -> list[EnemyPair]:
    """The pairs of enemies that both have a code among these."""
    one, other = aliased(ItemRow), aliased(ItemRow)
    query = (
        sa.select(one.code, other.code)
        .join(ItemEnemyRow, ItemEnemyRow.item_a_id == one.id)
        .join(other, other.id == ItemEnemyRow.item_b_id)
    )
    wanted = set(codes)
    return [(a, b) for a, b in session.execute(query) if a in wanted and b in wanted]


def add_enemies(session: Session, pairs: Iterable[EnemyPair], ids: Mapping[str, int]) -> None:
    """Keep these pairs; those already kept stay."""
    kept = {(a, b) for a, b in session.execute(sa.select(ItemEnemyRow.item_a_id, ItemEnemyRow.item_b_id))}
    for one, other in sorted(pairs):
        low, high = sorted((ids[one], ids[other]))
        if (low, high) not in kept:
            session.add(ItemEnemyRow(item_a_id=low, item_b_id=high))


def drop_enemies(session: Session, item_id: int) -> None:
    """Forget all of an item's enemies."""
    session.execute(
        sa.delete(ItemEnemyRow).where(
            sa.or_(ItemEnemyRow.item_a_id == item_id, ItemEnemyRow.item_b_id == item_id)
        )
    )


def list_lines(session: Session, wanted: ItemFilter) -> list[ItemLine]:
    """Item versions that count today, by code: each item's newest, and older ones that are still in use."""
    newest = (
        sa.select(ItemVersionRow.item_id, sa.func.max(ItemVersionRow.version).label("version"))
        .group_by(ItemVersionRow.item_id)
        .subquery()
    )
    query = (
        _lines()
        .join(newest, newest.c.item_id == ItemRow.id)
        .where(
            sa.or_(
                ItemVersionRow.version == newest.c.version, ItemVersionRow.state.not_in(["draft", "retired"])
            )
        )
    )
    lines = [_line(row[0], row[1], row[2], row[3]) for row in session.execute(_narrowed(query, wanted))]
    needle = fold(wanted.text)
    # folded in Python: neither database compares Vietnamese without its diacritics
    return [line for line in lines if needle in fold(f"{line.code} {plain_text(line.stem)}")]


def list_citing_lines(
    session: Session, number: str, wanted: ItemFilter, *, limit: int, offset: int = 0
) -> list[ItemLine]:
    """Every item version that cites the act of this number, old ones too, as far as the filter keeps it."""
    query = (
        _narrowed(_lines(), wanted)
        .join(CitationRow, CitationRow.item_version_id == ItemVersionRow.id)
        .where(CitationRow.number == number)
        .limit(limit)
        .offset(offset)
    )
    return [_line(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def get_line(session: Session, version_id: int) -> ItemLine:
    """One item version, of whatever state."""
    row = session.execute(_lines().where(ItemVersionRow.id == version_id)).one_or_none()
    if row is None:
        raise NotFound(ItemVersionRow.__tablename__, version_id)
    return _line(row[0], row[1], row[2], row[3])


def _lines() -> Listed:
    return (
        sa.select(ItemVersionRow, ItemRow, TopicRow, UserRow.display_name)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .join(UserRow, UserRow.id == ItemRow.author_id)
        .order_by(ItemRow.code, ItemVersionRow.version)
    )


def _narrowed(query: Listed, wanted: ItemFilter) -> Listed:
    if wanted.topic:
        query = query.where(TopicRow.code == wanted.topic)
    if wanted.level:
        query = query.where(ItemVersionRow.cognitive_level == wanted.level)
    if wanted.states:
        query = query.where(ItemVersionRow.state.in_(wanted.states))
    if wanted.author_id is not None:
        query = query.where(ItemRow.author_id == wanted.author_id)
    if wanted.not_author_id is not None:
        query = query.where(ItemRow.author_id != wanted.not_author_id)
    if wanted.pool:
        query = query.where(ItemRow.pool == wanted.pool)
    return query


def _line(version: ItemVersionRow, item: ItemRow, topic: TopicRow, author_name: str) -> ItemLine:
    return ItemLine(
        version_id=version.id,
        item_id=item.id,
        code=item.code,
        version=version.version,
        state=version.state,
        level=version.cognitive_level,
        stem=Sealed(version.stem),
        topic=topic,
        author_id=item.author_id,
        author_name=author_name,
        created_at=version.created_at,
        pool=item.pool,
    )


def has_import(session: Session, sha256: str) -> bool:
    """Whether a workbook of this content has been imported."""
    query = sa.select(BankImportRow.id).where(BankImportRow.sha256 == sha256).limit(1)
    return session.scalars(query).one_or_none() is not None


def list_authors(session: Session) -> list[tuple[int, str]]:
    """Who has written items: user id and name."""
    query = (
        sa.select(UserRow.id, UserRow.display_name)
        .where(UserRow.id.in_(sa.select(ItemRow.author_id)))
        .order_by(UserRow.display_name)
    )
    return [(id_, name) for id_, name in session.execute(query)]


def largest_cells(session: Session) -> dict[tuple[str, str], int]:
    """(topic, cognitive level) → the most items that any approved blueprint takes from that cell."""
    query = (
        sa.select(TopicRow.code, BlueprintCellRow.cognitive_level, sa.func.max(BlueprintCellRow.n_items))
        .join(BlueprintRow, BlueprintRow.id == BlueprintCellRow.blueprint_id)
        .join(TopicRow, TopicRow.id == BlueprintCellRow.topic_id)
        .where(BlueprintRow.state == "approved")
        .group_by(TopicRow.code, BlueprintCellRow.cognitive_level)
    )
    return {(topic, level): count for topic, level, count in session.execute(query)}
