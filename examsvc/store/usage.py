"""The bank's items for exams by how much officers have seen of them, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.exposure import Sight, exposures, list_sights
from examsvc.store.flags import flagged_calibrations
from examsvc.store.models import ItemRow, ItemVersionRow, TopicRow
from examsvc.store.parts import in_parts


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which items to list; what is empty does not narrow.

    least_flagged : flagged in at least so many adopted calibrations
    """

    topic: str = ""
    level: str = ""
    least_flagged: int = 0


@dataclass(frozen=True, slots=True)
class UsageLine:
    """An item's newest version beyond a draft, with what was seen of any version."""

    item_id: int
    version_id: int
    code: str
    topic: str
    level: str
    state: str
    n_sittings: int
    n_campaigns: int
    last_at: datetime | None
    share: float


def page_lines(session: Session, wanted: UsageFilter, *, limit: int, offset: int) -> list[UsageLine]:
    """Some of the items that the filter keeps, the most seen first."""
    seen = exposures()
    query = _lines(seen, wanted).order_by(sa.func.coalesce(seen.c.n_sittings, 0).desc(), ItemRow.code)
    return [_line(row) for row in session.execute(query.limit(limit).offset(offset))]


def count_lines(session: Session, wanted: UsageFilter) -> int:
    """How many items the filter keeps."""
    query = _narrowed(sa.select(sa.func.count()).select_from(ItemRow).join(*_newest()), wanted)
    return int(session.execute(query).scalar_one())


def lines_of(session: Session, item_ids: Sequence[int], wanted: UsageFilter) -> list[UsageLine]:
    """Those of these items that the filter keeps, the most seen first."""
    sights = list_sights(session, item_ids)
    found: list[UsageLine] = []
    for part in in_parts(item_ids):
        query = _narrowed(_described().where(ItemRow.id.in_(part)), wanted)
        found.extend(
            UsageLine(*row[:6], **_exposure(sights.get(row[0], []))) for row in session.execute(query)
        )
    return sorted(found, key=lambda line: (-line.n_sittings, line.code))


def _exposure(sights: Sequence[Sight]) -> dict[str, Any]:
    return {
        "n_sittings": sum(sight.n_sittings for sight in sights),
        "n_campaigns": len({sight.campaign.id for sight in sights}),
        "last_at": max((sight.last_at for sight in sights), default=None),
        "share": max((sight.n_sittings / sight.n_candidates for sight in sights), default=0.0),
    }


def _newest() -> tuple[type[ItemVersionRow], sa.ColumnElement[bool]]:
    """The newest version that is more than a draft: a draft has been on no form."""
    later = aliased(ItemVersionRow)
    is_newest = ~sa.exists().where(
        later.item_id == ItemVersionRow.item_id,
        later.version > ItemVersionRow.version,
        later.state != "draft",
    )
    return ItemVersionRow, sa.and_(
        ItemVersionRow.item_id == ItemRow.id, ItemVersionRow.state != "draft", is_newest
    )


def _lines(seen: sa.CTE, wanted: UsageFilter) -> sa.Select[Any]:
    query = _described().add_columns(seen.c.n_sittings, seen.c.n_campaigns, seen.c.last_at, seen.c.share)
    return _narrowed(query.outerjoin(seen, seen.c.item_id == ItemRow.id), wanted)


def _described() -> sa.Select[Any]:
    query = (
        sa.select(
            ItemRow.id.label("item_id"),
            ItemVersionRow.id.label("version_id"),
            ItemRow.code.label("code"),
            TopicRow.code.label("topic"),
            ItemVersionRow.cognitive_level,
            ItemVersionRow.state,
        )
        .select_from(ItemRow)
        .join(*_newest())
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
    )
    return cast("sa.Select[Any]", query)  # more columns are added where they are wanted


def _narrowed(query: sa.Select[Any], wanted: UsageFilter) -> sa.Select[Any]:
    query = query.where(ItemRow.pool == "operational")
    if wanted.topic:
        topic = sa.select(TopicRow.id).where(TopicRow.code == wanted.topic).scalar_subquery()
        query = query.where(ItemRow.topic_id == topic)
    if wanted.level:
        query = query.where(ItemVersionRow.cognitive_level == wanted.level)
    if wanted.least_flagged:
        flagged = flagged_calibrations()
        query = query.where(
            ItemRow.id.in_(sa.select(flagged.c.item_id).where(flagged.c.n >= wanted.least_flagged))
        )
    return query


def _line(row: sa.Row[Any]) -> UsageLine:
    found = row._mapping
    return UsageLine(
        item_id=found["item_id"],
        version_id=found["version_id"],
        code=found["code"],
        topic=found["topic"],
        level=found["cognitive_level"],
        state=found["state"],
        n_sittings=int(found["n_sittings"] or 0),
        n_campaigns=int(found["n_campaigns"] or 0),
        last_at=found["last_at"],
        share=float(found["share"] or 0.0),
    )
