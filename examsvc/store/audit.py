"""Appending to and reading the audit chain."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.audit.chain import GENESIS, ChainedEntry
from examsvc.store.engine import database_now
from examsvc.store.models.audit import AuditEntryRow, AuditHeadRow
from examsvc.store.types import database_clock

_HEAD: Final = (
    sa.select(AuditHeadRow.seq, AuditHeadRow.hash, database_clock().label("now"))
    .where(AuditHeadRow.id == 1)
    .with_for_update()
)

_ENTRY: Final = sa.insert(AuditEntryRow)
_MOVED: Final = (
    sa.update(AuditHeadRow)
    .where(AuditHeadRow.id == 1)
    .values(seq=sa.bindparam("to_seq"), hash=sa.bindparam("to_hash"))
)


def lock_head(session: Session) -> tuple[int, str, datetime]:
    """The chain's last number and hash, locked until the transaction ends, and the database's time."""
    head = session.execute(_HEAD).one_or_none()
    if head is None:  # the migration lays the head; an empty metadata-made schema (tests) has none
        session.execute(sa.insert(AuditHeadRow).values(id=1, seq=0, hash=GENESIS))
        return 0, GENESIS, database_now(session)
    return head.seq, head.hash, head.now


def add_entries(session: Session, links: Sequence[ChainedEntry]) -> None:
    """Append entries and move the head to the last."""
    connection = session.connection()  # by itself: of what the ORM keeps track of, nothing is here
    connection.execute(
        _ENTRY,
        [
            {"seq": entry.seq, "record": entry.record, "prev_hash": entry.prev_hash, "hash": entry.hash}
            for entry in links
        ],
    )
    head = links[-1]
    connection.execute(_MOVED, {"to_seq": head.seq, "to_hash": head.hash})


def iter_entries(session: Session) -> Iterator[ChainedEntry]:
    """Every entry in order, streamed."""
    query = sa.select(
        AuditEntryRow.seq, AuditEntryRow.record, AuditEntryRow.prev_hash, AuditEntryRow.hash
    ).order_by(AuditEntryRow.seq)
    for seq, record, prev_hash, hash_ in session.execute(query.execution_options(yield_per=2000)):
        yield ChainedEntry(seq, record, prev_hash, hash_)


def list_latest(session: Session, limit: int) -> list[ChainedEntry]:
    """The latest entries, newest first."""
    query = sa.select(AuditEntryRow).order_by(AuditEntryRow.seq.desc()).limit(limit)
    return [ChainedEntry(row.seq, row.record, row.prev_hash, row.hash) for row in session.scalars(query)]


def find_act(session: Session, action: str, subject: str) -> ChainedEntry | None:
    """The first entry of this act upon this subject."""
    query = (
        sa.select(AuditEntryRow)
        .where(
            AuditEntryRow.record.contains(f'"action":"{action}"', autoescape=True),
            AuditEntryRow.record.contains(f'"subject":"{subject}"', autoescape=True),
        )
        .order_by(AuditEntryRow.seq)
    )
    for row in session.scalars(query):
        facts = json.loads(row.record)
        if (facts["action"], facts["subject"]) == (action, subject):  # not within somebody's words
            return ChainedEntry(row.seq, row.record, row.prev_hash, row.hash)
    return None


def find_head(session: Session) -> tuple[int, str]:
    """The head as recorded: what the last entry must be."""
    head = session.get(AuditHeadRow, 1)
    return (0, GENESIS) if head is None else (head.seq, head.hash)
