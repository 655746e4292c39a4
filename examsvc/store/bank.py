"""Queries about the bank as a whole: which items it holds, their enemies, what exams take from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.errors import NotFound
from examsvc.store.models import (
    BankImportRow,
    BlueprintCellRow,
    BlueprintRow,
    CitationRow,
    ItemEnemyRow,
    ItemFingerprintRow,
    ItemRow,
    ItemVersionRow,
    NearDuplicateRow,
    TopicRow,
    UserRow,
)
from examsvc.store.parts import in_parts
from examsvc.store.sealed import Sealed
from item_bank.enemies import EnemyPair
from item_bank.similarity import fold

CODE_LIMIT = 40  # characters of item.code

Listed = sa.Select[ItemVersionRow, ItemRow, TopicRow, str]
_Query = TypeVar("_Query", bound="sa.Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which item versions to list; what is None or empty does not narrow.

    by_code : the text is looked for in codes alone
    """

    topic: str = ""
    level: str = ""
    states: tuple[str, ...] = ()
    author_id: int | None = None
    not_author_id: int | None = None
    text: str = ""
    by_code: bool = False
    pool: str = ""
    fault: str = ""  # code of item_bank.quality.Fault
    interaction: str = ""
    but: tuple[int, ...] = ()  # item versions left out


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


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a list, and how many it has altogether."""

    lines: list[ItemLine]
    n_lines: int


def lock_bank(session: Session) -> None:
    """Hold other writers of new items until the transaction ends: codes are compared with the whole bank."""
    session.execute(sa.select(TopicRow.id).order_by(TopicRow.id).with_for_update(key_share=True))


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
    """Forget an item's enemies, except those that a bank manager made of near-duplicates."""
    decided = sa.exists().where(
        NearDuplicateRow.item_a_id == ItemEnemyRow.item_a_id,
        NearDuplicateRow.item_b_id == ItemEnemyRow.item_b_id,
        NearDuplicateRow.decision == "enemies",
    )
    session.execute(
        sa.delete(ItemEnemyRow).where(
            sa.or_(ItemEnemyRow.item_a_id == item_id, ItemEnemyRow.item_b_id == item_id), ~decided
        )
    )


def list_lines(session: Session, wanted: ItemFilter) -> list[ItemLine]:
    """Item versions that count today, by code: each item's newest, and older ones that are still in use."""
    query = _read_as(session, _narrowed(_lines(), wanted).where(counts_today()), wanted)
    return [_line(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def list_version_ids(session: Session, wanted: ItemFilter) -> list[int]:
    """The item versions of `list_lines`, in their order."""
    return list(session.scalars(_found(session, wanted, sa.select(ItemVersionRow.id))))


def count_lines(session: Session, wanted: ItemFilter) -> int:
    """How many lines `list_lines` would give."""
    query = sa.select(sa.func.count()).select_from(ItemVersionRow)
    if wanted.topic or wanted.pool or wanted.author_id is not None or wanted.not_author_id is not None:
        query = query.join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    query = _narrowed(query, wanted).where(counts_today())
    return session.execute(_read_as(session, query, wanted)).scalar_one()


def page_lines(session: Session, wanted: ItemFilter, *, limit: int, offset: int = 0) -> Page:
    """Some of the lines of `list_lines`, and the number of all of them."""
    # counted in the same breath where texts are gone through, which should happen once
    in_one = _is_read(wanted)
    n_lines = sa.func.count().over() if in_one else sa.literal(0)
    query = _found(session, wanted, sa.select(ItemVersionRow.id, n_lines))
    rows = session.execute(query.limit(limit).offset(offset)).all()
    if in_one and rows:
        n = rows[0][1]
    else:
        n = len(rows) if offset == 0 and len(rows) < limit else count_lines(session, wanted)
    return Page(lines_of(session, [row[0] for row in rows]), n)


def _found(session: Session, wanted: ItemFilter, query: _Query) -> _Query:
    """Something of the item versions of `list_lines`, in their order."""
    query = query.join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    query = query.order_by(ItemRow.code, ItemVersionRow.version)
    return _read_as(session, _narrowed(query, wanted).where(counts_today()), wanted)


def lines_of(session: Session, version_ids: Sequence[int], *, counting: bool = False) -> list[ItemLine]:
    """These item versions in this order, of whatever state; `counting`: only those that count today."""
    found: dict[int, ItemLine] = {}
    for part in in_parts(version_ids):
        query = _lines().order_by(None).where(ItemVersionRow.id.in_(part))
        query = query.where(counts_today()) if counting else query
        found.update({row[0].id: _line(row[0], row[1], row[2], row[3]) for row in session.execute(query)})
    return [found[id_] for id_ in version_ids if id_ in found]


def codes_of_versions(session: Session) -> dict[int, str]:
    """Every item version with its item's code."""
    query = sa.select(ItemVersionRow.id, ItemRow.code).join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    return {row[0]: row[1] for row in session.connection().execute(query)}


def counts_today() -> sa.ColumnElement[bool]:
    """Whether an item version is its item's newest, or still in use."""
    return sa.or_(ItemVersionRow.state.not_in(["draft", "retired"]), ~ItemVersionRow.superseded)


def _read_as(session: Session, query: _Query, wanted: ItemFilter) -> _Query:
    """Narrowed to what is read in code, stem and options, with or without diacritics, and found in them.

    The texts are gone through once, before all else: joined row by row each would be looked up by itself.
    """
    folded, needle = ItemFingerprintRow.folded, fold(wanted.text)
    conditions: list[sa.ColumnElement[bool]] = []
    if needle and wanted.by_code:
        named = sa.select(ItemVersionRow.id).join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        code = sa.func.lower(ItemRow.code).contains(wanted.text.strip().lower(), autoescape=True)
        conditions.append(ItemFingerprintRow.item_version_id.in_(named.where(code)))
    elif needle:
        # of the same meaning; each is the faster one in its database (figures in ADR 0019)
        in_postgres = session.get_bind().dialect.name == "postgresql"
        conditions.append(sa.func.strpos(folded, needle) > 0 if in_postgres else folded.contains(needle))
    if wanted.fault:
        conditions.append(
            (" " + ItemFingerprintRow.faults + " ").contains(f" {wanted.fault} ", autoescape=True)
        )
    if not conditions:
        return query
    read = sa.select(ItemFingerprintRow.item_version_id).where(*conditions).cte("read")
    return query.join(read.prefix_with("MATERIALIZED"), read.c.item_version_id == ItemVersionRow.id)


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


def _is_read(wanted: ItemFilter) -> bool:
    return bool(fold(wanted.text) or wanted.fault)


def _narrowed(query: _Query, wanted: ItemFilter) -> _Query:
    if wanted.topic:
        topic_id = sa.select(TopicRow.id).where(TopicRow.code == wanted.topic).scalar_subquery()
        query = query.where(ItemRow.topic_id == topic_id)
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
    if wanted.interaction:
        query = query.where(ItemVersionRow.interaction == wanted.interaction)
    if wanted.but:
        query = query.where(ItemVersionRow.id.not_in(wanted.but))
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
