"""Queries about what the finaliser has still to do, and for how long it has."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.sitting import MARKED_STATES
from examsvc.store.models import SittingReceiptRow, SittingRow


def count_unmarked_since(session: Session, before: datetime) -> int:
    """Closed sittings whose log has stood since before that instant and has no mark yet."""
    later = sa.exists().where(
        SittingReceiptRow.sitting_id == SittingRow.id, SittingReceiptRow.made_at >= before
    )
    query = sa.select(sa.func.count()).where(
        SittingRow.marked.is_(False),
        SittingRow.state.in_(MARKED_STATES),
        SittingRow.receipt.is_not(None),
        ~later,
    )
    return int(session.execute(query).scalar_one())
