"""Queries for pictures by the SHA-256 of their content."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import MediaRow
from examsvc.store.parts import in_parts
from item_bank.media import Picture


def add_picture(session: Session, sha256: str, picture: Picture, by: int, at: datetime) -> bool:
    """Keep the picture; False where the same has been kept before."""
    if session.get(MediaRow, sha256) is not None:
        return False
    row = MediaRow(
        sha256=sha256,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        content=picture.content,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    return True


def list_names(session: Session) -> set[str]:
    """The names of all pictures: none of them is read."""
    return set(session.scalars(sa.select(MediaRow.sha256)))


def get_pictures(session: Session, sha256s: Collection[str]) -> dict[str, Picture]:
    """Those of these pictures that there are."""
    wanted, found = sorted(set(sha256s)), dict[str, Picture]()
    for part in in_parts(wanted):
        query = sa.select(MediaRow).where(MediaRow.sha256.in_(part))
        for row in session.scalars(query):
            found[row.sha256] = Picture(row.mime, row.width, row.height, row.content)
    return found
