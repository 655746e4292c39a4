"""Queries about how many reviewers must accept an item: a rule whose newest version is in force."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import AppraisalRuleRow, UserRow
from item_bank.pool import Pool

DEFAULT_REVIEWERS = 1  # where nobody has made a rule


def min_reviewers(session: Session) -> dict[Pool, int]:
    """Pool → how many reviewers must accept an item of it now."""
    query = sa.select(AppraisalRuleRow.pool, AppraisalRuleRow.min_reviewers).order_by(
        AppraisalRuleRow.version
    )
    made = {Pool(pool): asked for pool, asked in session.execute(query)}
    return {pool: made.get(pool, DEFAULT_REVIEWERS) for pool in Pool}


def list_rules(session: Session) -> list[tuple[AppraisalRuleRow, str]]:
    """All versions with who made them, newest first."""
    query = (
        sa.select(AppraisalRuleRow, UserRow.display_name)
        .join(UserRow, UserRow.id == AppraisalRuleRow.made_by)
        .order_by(AppraisalRuleRow.id.desc())
    )
    return [(row, name) for row, name in session.execute(query)]


def newest_version(session: Session, pool: Pool) -> int:
    """The number of the version in force, 0 where there is none."""
    query = sa.select(sa.func.max(AppraisalRuleRow.version)).where(AppraisalRuleRow.pool == pool.value)
    return session.scalar(query) or 0
