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
_CHANGING = frozenset({"items.change_topic", "items.edit", "items.new_version"})


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a change of many has done to one item, as the audit log has kept it.

    action : items.change_topic | items.edit | items.new_version
    version_id : of the wording that was edited or made; None where the item itself was changed
    """

    at: datetime
    actor_id: int | None
    action: str
    version_id: int | None
    detail: dict[str, Any]

    @property
    def made(self) -> bool:
        """Whether it has made the version."""
        return self.action == "items.new_version"


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


def list_changes(session: Session, item_id: int, version_ids: Collection[int]) -> list[ItemChange]:
    """What changes of many have done to an item, its moves apart, oldest first.

    The log is gone through once: its subject is the last member of a canonical record.
    """
    subjects: dict[str, int | None] = {f"item:{item_id}": None}
    subjects |= {f"item_version:{version_id}": version_id for version_id in version_ids}
    record = AuditEntryRow.record
    is_subject = sa.or_(*(record.endswith(f'"subject":"{one}"}}', autoescape=True) for one in subjects))
    query = sa.select(record).where(is_subject, record.contains('"bulk":', autoescape=True))
    found = []
    for text in session.scalars(query.order_by(AuditEntryRow.seq)):
        entry = json.loads(text)
        if entry["action"] in _CHANGING and "bulk" in entry["detail"]:
            at, subject = datetime.fromisoformat(entry["at"]), subjects[entry["subject"]]
            found.append(ItemChange(at, entry["actor"], entry["action"], subject, entry["detail"]))
    return found
