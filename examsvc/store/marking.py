"""Queries about the marks of closed sittings."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.sitting import MARKED_STATES
from examsvc.store.models import SittingMarkRow, SittingReceiptRow, SittingRow


def lock_unmarked(session: Session, limit: int) -> list[SittingRow]:
    """Closed sittings without a mark, their rows held; those that another worker holds are passed over."""
    query = _unmarked().order_by(SittingRow.id).limit(limit).with_for_update(skip_locked=True)
    return list(session.scalars(query))


def count_unmarked(session: Session, *, before: datetime | None = None) -> int:
    """How many closed sittings wait for their mark; with `before`, whose log has stood since then."""
    query = _unmarked()
    if before is not None:
        later = sa.exists().where(
            SittingReceiptRow.sitting_id == SittingRow.id, SittingReceiptRow.made_at >= before
        )
        query = query.where(~later)
    return int(session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


def find_mark(session: Session, sitting_id: int, receipt: str, keys_checksum: str) -> SittingMarkRow | None:
    """The mark of this log under these keys."""
    query = sa.select(SittingMarkRow).where(
        SittingMarkRow.sitting_id == sitting_id,
        SittingMarkRow.receipt == receipt,
        SittingMarkRow.keys_checksum == keys_checksum,
    )
    return session.scalars(query).one_or_none()


def _unmarked() -> sa.Select[SittingRow]:
    return sa.select(SittingRow).where(
        SittingRow.marked.is_(False), SittingRow.state.in_(MARKED_STATES), SittingRow.receipt.is_not(None)
    )
