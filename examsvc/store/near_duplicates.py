"""Pairs of items that read alike: what the last search found, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import ItemFingerprintRow, ItemRow, ItemVersionRow, NearDuplicateRow, UserRow
from examsvc.store.parts import in_parts
from item_bank.similarity import Reading
from item_bank.sketches import BYTES

PairOfItems = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """A wording as the search compares it."""

    version_id: int
    item_id: int
    reading: Reading
    stem_sketch: bytes
    whole_sketch: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found of a pair of items."""

    version_ids: tuple[int, int]
    stem_score: float
    whole_score: float


def list_searched(session: Session) -> list[int]:
    """The newest version of every item that is not retired, by id."""
    newest = (
        sa.select(ItemVersionRow.item_id, sa.func.max(ItemVersionRow.version).label("version"))
        .group_by(ItemVersionRow.item_id)
        .subquery()
    )
    query = (
        sa.select(ItemVersionRow.id)
        .join(
            newest,
            sa.and_(newest.c.item_id == ItemVersionRow.item_id, newest.c.version == ItemVersionRow.version),
        )
        .where(ItemVersionRow.state != "retired")
        .order_by(ItemVersionRow.id)
    )
    return list(session.scalars(query))


def read_wordings(session: Session, version_ids: Collection[int]) -> Iterator[Read]:
    """These wordings, as far as they have a fingerprint, a few at a time."""
    for part in in_parts(sorted(version_ids)):
        query = (
            sa.select(
                ItemVersionRow.id,
                ItemVersionRow.item_id,
                ItemFingerprintRow.folded,
                ItemFingerprintRow.sketches,
            )
            .join(ItemFingerprintRow, ItemFingerprintRow.item_version_id == ItemVersionRow.id)
            .where(ItemVersionRow.id.in_(part))
            .order_by(ItemVersionRow.id)
        )
        for id_, item_id, folded, sketches in session.execute(query):
            reading = Reading.from_lines(folded.split("\n", 1)[1])
            yield Read(id_, item_id, reading, sketches[:BYTES], sketches[BYTES:])


def keep_found(session: Session, now: datetime, found: Mapping[PairOfItems, Found]) -> int:
    """Replace what earlier searches found, but for what was decided; returns how many pairs are undecided."""
    session.execute(
        sa.delete(NearDuplicateRow).where(NearDuplicateRow.decision.is_(None)),
        execution_options={"synchronize_session": False},
    )
    query = sa.select(NearDuplicateRow.item_a_id, NearDuplicateRow.item_b_id)
    decided = {(a, b) for a, b in session.execute(query)}
    new = [
        {
            "item_a_id": pair[0],
            "item_b_id": pair[1],
            "version_a_id": one.version_ids[0],
            "version_b_id": one.version_ids[1],
            "stem_score": one.stem_score,
            "whole_score": one.whole_score,
            "found_at": now,
            "reason": "",
        }
        for pair, one in found.items()
        if pair not in decided
    ]
    if new:
        session.execute(sa.insert(NearDuplicateRow), new)
    return len(new)


def list_undecided(session: Session) -> list[NearDuplicateRow]:
    """What nobody has decided yet, most alike first."""
    query = (
        sa.select(NearDuplicateRow)
        .where(NearDuplicateRow.decision.is_(None))
        .order_by(
            NearDuplicateRow.whole_score.desc(),
            NearDuplicateRow.stem_score.desc(),
            NearDuplicateRow.item_a_id,
            NearDuplicateRow.item_b_id,
        )
    )
    return list(session.scalars(query))


def list_decided(
    session: Session, *, limit: int, offset: int
) -> list[tuple[NearDuplicateRow, dict[int, str], str]]:
    """What was decided, newest first: the pair, its items' codes, and who decided."""
    query = (
        sa.select(NearDuplicateRow, UserRow.display_name)
        .join(UserRow, UserRow.id == NearDuplicateRow.decided_by)
        .where(NearDuplicateRow.decision.is_not(None))
        .order_by(NearDuplicateRow.decided_at.desc(), NearDuplicateRow.item_a_id, NearDuplicateRow.item_b_id)
        .limit(limit)
        .offset(offset)
    )
    rows = [(row[0], row[1]) for row in session.execute(query)]
    codes = codes_of(session, {id_ for row, _name in rows for id_ in (row.item_a_id, row.item_b_id)})
    return [(row, {id_: codes[id_] for id_ in (row.item_a_id, row.item_b_id)}, name) for row, name in rows]


def count_undecided(session: Session) -> int:
    """How many pairs nobody has decided yet."""
    return session.execute(sa.select(sa.func.count()).where(NearDuplicateRow.decision.is_(None))).scalar_one()


def count_decided(session: Session) -> int:
    """How many pairs somebody has decided."""
    query = sa.select(sa.func.count()).where(NearDuplicateRow.decision.is_not(None))
    return session.execute(query).scalar_one()


def find_code_by_author(session: Session, item_ids: Collection[int], author_id: int) -> str | None:
    """The code of one of these items that this author wrote, where there is one."""
    for part in in_parts(sorted(item_ids)):
        query = sa.select(ItemRow.code).where(ItemRow.id.in_(part), ItemRow.author_id == author_id)
        found = session.scalars(query.order_by(ItemRow.code).limit(1)).first()
        if found is not None:
            return found
    return None


def codes_of(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    """Item → its code."""
    found: dict[int, str] = {}
    for part in in_parts(sorted(item_ids)):
        query = sa.select(ItemRow.id, ItemRow.code).where(ItemRow.id.in_(part))
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found


def find_pair(session: Session, pair: PairOfItems) -> NearDuplicateRow | None:
    """The pair, locked, if a search found it."""
    return session.get(NearDuplicateRow, pair, with_for_update=True, populate_existing=True)
