"""Reading for staff: a query that takes too long is given up, so that it cannot hold up an exam."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.engine import Store
from examsvc.store.errors import StoreBusy

TIMEOUT_MS: Final = 2_000
_CANCELLED: Final = "57014"


class ViewTooSlow(StoreBusy):
    """The database was too busy to show something: nothing was changed."""


@contextmanager
def read_for_staff(store: Store, timeout_ms: int = TIMEOUT_MS) -> Iterator[Session]:
    """A reading transaction whose every statement ends in time on PostgreSQL. Raises ViewTooSlow."""
    with store.read_as_one() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text(f"SET LOCAL statement_timeout = {int(timeout_ms)}"))
        try:
            yield session
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _CANCELLED:
                raise ViewTooSlow from error
            raise
