"""Queries for changing many items at once: which belong together, and what a row is at the moment."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import AdministrationRow, AuditEntryRow, ItemRow, ItemVersionRow
from examsvc.store.parts import in_parts

_CONTENTS = [column.key for column in ItemVersionRow.__table__.columns if column.key != "superseded"]


@dataclass(frozen=True, slots=True)
class TopicChange:
    """An item's move from one topic to another, as the audit log has kept it."""

    at: datetime
    actor_id: int | None
    from_topic: str
    to_topic: str
    reason: str


def in_order_of_items(session: Session, version_ids: Collection[int]) -> list[tuple[int, int]]:
    """Item and version, versions of one item beside each other; what is not there is left out."""
    found: list[tuple[int, int]] = []
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemVersionRow.item_id, ItemVersionRow.id).where(ItemVersionRow.id.in_(part))
        found.extend((item_id, id_) for item_id, id_ in session.execute(query))
    return sorted(found)


def contents_of(version: ItemVersionRow, item: ItemRow) -> list[Any]:
    """All that the rows of an item version say, as far as it is read from them."""
    return [item.topic_id, item.author_id, item.pool, *(getattr(version, name) for name in _CONTENTS)]


def is_exam_near(session: Session, now: datetime, margin: timedelta) -> bool:
    """Whether an administration is under way, or begins within the margin."""
    query = sa.select(AdministrationRow.id).where(
        AdministrationRow.state == "ready",
        AdministrationRow.starts_at < now + margin,
        AdministrationRow.window_ends_at > now,
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def list_topic_changes(session: Session, item_id: int) -> list[TopicChange]:
    """An item's changes of topic, oldest first: the log is gone through, its subject stands last."""
    record = AuditEntryRow.record
    query = (
        sa.select(record)
        .where(
            record.endswith(f'"subject":"item:{item_id}"}}', autoescape=True),
            record.contains('"action":"items.change_topic"', autoescape=True),
        )
        .order_by(AuditEntryRow.seq)
    )
    found = []
    for text in session.scalars(query):
        entry = json.loads(text)
        detail = entry["detail"]
        names = (str(detail[name]) for name in ("from_topic", "to_topic", "reason"))
        found.append(TopicChange(datetime.fromisoformat(entry["at"]), entry["actor"], *names))
    return found
