"""Reading one row by its identity."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from examsvc.store.errors import NotFound
from examsvc.store.types import Base

Row = TypeVar("Row", bound=Base)


def get_row(session: Session, kind: type[Row], identity: int, *, lock: bool = False) -> Row:
    """The row with this primary key; `lock` holds it until the transaction ends. Raises NotFound."""
    row = session.get(kind, identity, with_for_update=True if lock else None, populate_existing=lock)
    if row is None:
        raise NotFound(kind.__tablename__, identity)
    return row
