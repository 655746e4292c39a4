"""A database as some steps left it, kept for the other tests that begin with the same steps.

To lay a campaign, calibrate it and score it takes seconds; a hundred tests begin so. The first one takes the
steps, the others are given a copy of where they led. A step is only passed over where nothing was written
since the one before it; whoever changes something in between takes the steps that follow.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
import sqlalchemy as sa

from examsvc.store import Store

Led = TypeVar("Led")


@dataclass(frozen=True, slots=True)
class _Stage:
    """Which steps a database has behind it, and by what it is known that nothing came after them."""

    steps: tuple[str, ...]
    mark: object


_stages: WeakKeyDictionary[Store, _Stage] = WeakKeyDictionary()
_kept: dict[
    tuple[str, tuple[str, ...]], tuple[Any, Any]
] = {}  # what the last step returned, and the database


def after(store: Store, step: str, do: Callable[[], Led]) -> Led:
    """What `do` returns, and the database as it leaves it. `step` names everything that it depends on."""
    stage = _stages.pop(store, None)
    on = _Sqlite(store) if store.writer.dialect.name == "sqlite" else _Postgres(store)
    if (stage is None and not _has_no_users(store)) or (stage is not None and stage.mark != on.mark()):
        return do()
    steps = (*(stage.steps if stage else ()), step)
    known = _kept.get((on.name, steps))
    if known is None:
        led = do()
        _kept[on.name, steps] = (led, on.keep())
    else:
        led, database = known
        on.restore(database)
    _stages[store] = _Stage(steps, on.mark())
    return led


def take_the_steps(store: Store) -> None:
    """What follows is done and not copied: for a test that has changed how the steps are taken."""
    _stages.pop(store, None)


class _Sqlite:
    name = "sqlite"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = Path(store.writer.url.database or "")

    def mark(self) -> object:
        """The whole of it: with a write-ahead log no counter of the file tells that something was written."""
        return sha256(self._content()).hexdigest()

    def keep(self) -> bytes:
        self._store.dispose()
        return self._content()

    def restore(self, database: bytes) -> None:
        self._store.dispose()
        for beside in ("-wal", "-shm"):
            self._path.with_name(self._path.name + beside).unlink(missing_ok=True)
        self._path.write_bytes(database)

    def _content(self) -> bytes:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.serialize()


class _Postgres:
    name = "postgresql"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._url = store.writer.url

    def mark(self) -> object:
        """The number of the next transaction that writes."""
        with self._store.read() as session:
            return session.scalar(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))

    def keep(self) -> str:
        name = f"kept_{uuid.uuid4().hex[:12]}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {self._url.database} STRATEGY file_copy")
        return name

    def restore(self, database: str) -> None:
        self._administer(
            f"DROP DATABASE {self._url.database} WITH (FORCE)",
            f"CREATE DATABASE {self._url.database} TEMPLATE {database} STRATEGY file_copy",
        )

    def _administer(self, *statements: str) -> None:
        self._store.dispose()
        plain = self._url.set(drivername="postgresql", database="postgres")
        with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def _has_no_users(store: Store) -> bool:
    with store.read() as session:
        return session.scalar(sa.text("SELECT count(*) FROM user_account")) == 0
