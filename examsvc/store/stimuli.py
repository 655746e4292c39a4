"""Queries about stimuli: what the items of a set share."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import ItemRow, ItemVersionRow, StimulusRow
from item_bank.stimulus import Stimulus


def list_stimuli(session: Session, author_id: int, code: str = "") -> list[StimulusRow]:
    """What this author has written or an item of his shows: the newest of each, by code; or of one code."""
    shown = (
        sa.select(ItemVersionRow.stimulus_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.author_id == author_id, ItemVersionRow.stimulus_id.is_not(None))
    )
    query = (
        sa.select(StimulusRow)
        .where(sa.or_(StimulusRow.created_by == author_id, StimulusRow.id.in_(shown)))
        .where(StimulusRow.code == code if code else sa.true())
        .order_by(StimulusRow.code, StimulusRow.version)
    )
    return list({row.code: row for row in session.scalars(query)}.values())


def versions_with(session: Session, code: str) -> list[int]:
    """Of each item that shows a version of this stimulus, or has shown one, the newest wording that does."""
    query = (
        sa.select(sa.func.max(ItemVersionRow.id))
        .join(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
        .where(StimulusRow.code == code)
        .group_by(ItemVersionRow.item_id)
    )
    return list(session.scalars(query))


def list_codes(session: Session) -> set[str]:
    """The codes of all stimuli, whoever wrote them."""
    return set(session.scalars(sa.select(StimulusRow.code).distinct()))


def items_of_stimuli(session: Session, author_id: int) -> dict[str, list[str]]:
    """Code of a stimulus → the codes of this author's items with a version that shows it."""
    query = (
        sa.select(StimulusRow.code, ItemRow.code)
        .join(ItemVersionRow, ItemVersionRow.stimulus_id == StimulusRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.author_id == author_id)
        .distinct()
        .order_by(StimulusRow.code, ItemRow.code)
    )
    found: dict[str, list[str]] = {}
    for code, item in session.execute(query):
        found.setdefault(code, []).append(item)
    return found


def _versions(session: Session, code: str) -> list[StimulusRow]:
    """All versions of a stimulus, the newest first."""
    query = sa.select(StimulusRow).where(StimulusRow.code == code).order_by(StimulusRow.version.desc())
    return list(session.scalars(query))


def keep_stimulus(session: Session, stimulus: Stimulus, user_id: int, now: datetime) -> StimulusRow:
    """The row with this code and content, whatever was kept under its code since; else a new version."""
    known = _versions(session, stimulus.code)
    same = next((row for row in known if row.content_hash == stimulus.content_hash), None)
    if same is not None:
        return same
    row = StimulusRow(
        code=stimulus.code,
        version=known[0].version + 1 if known else 1,
        content=stimulus.content,
        english=stimulus.english,
        content_hash=stimulus.content_hash,
        created_by=user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row
