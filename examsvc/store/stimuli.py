"""Queries about stimuli: what the items of a set share."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import ItemRow, ItemVersionRow, StimulusRow
from item_bank.stimulus import Stimulus


def list_codes(session: Session) -> list[str]:
    """The code of each, in order."""
    return list(session.scalars(sa.select(StimulusRow.code).distinct().order_by(StimulusRow.code)))


def versions_with(session: Session, code: str) -> list[int]:
    """Of each item that shows a version of this stimulus, or has shown one, the newest wording that does."""
    query = (
        sa.select(sa.func.max(ItemVersionRow.id))
        .join(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
        .where(StimulusRow.code == code)
        .group_by(ItemVersionRow.item_id)
    )
    return list(session.scalars(query))


def items_of_stimuli(session: Session) -> dict[str, list[str]]:
    """Code of a stimulus → the codes of the items with a version that shows it."""
    query = (
        sa.select(StimulusRow.code, ItemRow.code)
        .join(ItemVersionRow, ItemVersionRow.stimulus_id == StimulusRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .distinct()
        .order_by(StimulusRow.code, ItemRow.code)
    )
    found: dict[str, list[str]] = {}
    for code, item in session.execute(query):
        found.setdefault(code, []).append(item)
    return found


def find_newest(session: Session, code: str) -> StimulusRow | None:
    """The newest version of a stimulus."""
    query = (
        sa.select(StimulusRow).where(StimulusRow.code == code).order_by(StimulusRow.version.desc()).limit(1)
    )
    return session.scalars(query).one_or_none()


def keep_stimulus(session: Session, stimulus: Stimulus, user_id: int, now: datetime) -> StimulusRow:
    """The row with this code and content: the newest one where nothing has changed, else a new version."""
    newest = find_newest(session, stimulus.code)
    if newest is not None and newest.content_hash == stimulus.content_hash:
        return newest
    row = StimulusRow(
        code=stimulus.code,
        version=1 if newest is None else newest.version + 1,
        content=stimulus.content,
        english=stimulus.english,
        content_hash=stimulus.content_hash,
        created_by=user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row
