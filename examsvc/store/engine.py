"""Transactions: one writer on SQLite, a pool on PostgreSQL, and the database's own clock."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from examsvc.store.errors import StoreBusy, StoreDown, StoreFull

_IN_EACH_OTHERS_WAY = ("40P01", "40001", "55P03")  # deadlock, serialisation, lock not to be had
_FULL = ("53100", "53200")  # disk, memory
_GONE = ("57P01", "57P02", "57P03", "08")  # shutting down, starting up, connections that failed
SAVING_CONNECTIONS = 4
RESTED_S = 1.0
EMBEDDED_SEATS = 600  # who may sit at the same time on SQLite: docs/performance.md has the measurement
# A save's few statements are planned once, by their indexes, however small a table was on that day.
_PLANNED_ONCE = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
_QUICK = {**_PLANNED_ONCE, "lock_timeout": "500"}  # ms: one held sitting must not hold up the others


class Store:
    """Hands out transactions.

    SQLite has a corruption bug with several writing connections (WAL reset, 3.7.0 to 3.51.2), so there the
    pool of writers holds exactly one connection: waiting for it is what serialises the writers. On PostgreSQL
    the saves have a pool of their own: whatever staff look at, it takes no connection from a response.
    """

    def __init__(self, writer: Engine, reader: Engine, saver: Engine | None = None) -> None:
        self.writer = writer
        self.reader = reader
        self.saver = saver or writer
        self._quick: Engine | None = None
        if saver is not None:
            self._quick = sa.create_engine(
                saver.url,
                pool_size=SAVING_CONNECTIONS,
                max_overflow=0,  # a connection made for one question costs ten times the question
                pool_timeout=3,
                isolation_level="AUTOCOMMIT",
                pool_reset_on_return=None,
                connect_args=_options(_QUICK),
            )

    @classmethod
    def connect(cls, database_url: str) -> Store:
        """Open the store; `database_url` begins with sqlite: or postgresql+psycopg:."""
        if not database_url.startswith("sqlite"):
            engine = sa.create_engine(database_url, pool_size=8, max_overflow=8)
            reader = sa.create_engine(
                database_url,
                pool_size=8,
                max_overflow=16,
                isolation_level="AUTOCOMMIT",
                connect_args=_options({"default_transaction_read_only": "on"}),
            )
            for one in (engine, reader):
                _ask_who_has_rested(one)
            # no ping before each: a save that meets a dead connection is tried again by itself
            saver = sa.create_engine(
                database_url,
                pool_size=SAVING_CONNECTIONS,
                max_overflow=0,
                # nobody wakes who waits for a connection that then could not be made: the player tries again
                pool_timeout=3,
                connect_args=_options(_PLANNED_ONCE),
            )
            return cls(engine, reader, saver)
        writer = sa.create_engine(
            database_url, poolclass=sa.pool.QueuePool, pool_size=1, max_overflow=0, pool_timeout=30
        )
        reader = sa.create_engine(database_url, poolclass=sa.pool.QueuePool, pool_size=32, max_overflow=16)
        _govern_sqlite(writer, begin="BEGIN IMMEDIATE", query_only=False)
        _govern_sqlite(reader, begin="BEGIN", query_only=True)
        return cls(writer, reader)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A writing transaction: committed when the block ends, rolled back when it raises."""
        with _told(), Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def begin_save(self) -> Iterator[Session]:
        """The same for a save, over connections that nothing else uses."""
        with _told(), Session(self.saver, expire_on_commit=False) as session, session.begin():
            yield session

    @property
    def seat_limit(self) -> int | None:
        """How many candidates may sit at the same time; None: no limit of the database's own."""
        return EMBEDDED_SEATS if self.writer.dialect.name == "sqlite" else None

    @property
    def is_quick(self) -> bool:
        """Whether `quick_cursor` is to be had: on PostgreSQL."""
        return self._quick is not None

    @contextmanager
    def quick_cursor(self) -> Iterator[Any]:
        """The driver's own cursor, each statement a transaction of its own, which no lock holds up for long.

        For the thread that saves for all others, and for the players' questions about the time.
        """
        if self._quick is None:
            raise NotImplementedError("SQLite has no quick cursor")
        with _told():
            connection = self._quick.raw_connection()
        try:
            with _told_driver(), closing(connection.cursor()) as cursor:
                yield cursor
        except BaseException:
            connection.invalidate()  # whatever became of it, nothing more is sent over it
            raise
        finally:
            connection.close()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """For reading alone: the database refuses whatever would change it.

        On PostgreSQL each statement stands for itself, without a word to the server before and after it.
        """
        with _told(), Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def read_as_one(self) -> Iterator[Session]:
        """Reading within one transaction, as a stream of rows and settings of its own need it."""
        engine = (
            self.reader.execution_options(isolation_level="READ COMMITTED") if self.is_quick else self.reader
        )
        with _told(), Session(engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()
        self.saver.dispose()
        if self._quick is not None:
            self._quick.dispose()


def _ask_who_has_rested(engine: Engine) -> None:
    """Before a connection is used that has rested for a while, find out whether it still lives.

    Asking each time would double the questions of a busy hour, in which a dead one shows at once.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED_S:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise sa.exc.InvalidatePoolError from error  # the pool makes another


@contextmanager
def _told() -> Iterator[None]:
    """What a driver raises, as what it means to whoever asked."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreBusy from error
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError) as error:
        meaning = _meaning(error.orig, gone=error.connection_invalidated)
        if meaning is None:
            raise
        raise meaning from error
    except (psycopg.OperationalError, psycopg.InternalError, sqlite3.OperationalError) as error:
        meaning = _meaning(error)  # from a cursor of the driver's own, as saves use it
        if meaning is None:
            raise
        raise meaning from error


@contextmanager
def _told_driver() -> Iterator[None]:
    """The same for what comes from the driver itself."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise (_meaning(error) or StoreBusy()) from error


def _meaning(error: BaseException | None, *, gone: bool = False) -> StoreBusy | None:
    """What a driver's error says of the database; None: it is about the statement."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state in _IN_EACH_OTHERS_WAY or "locked" in str(error):
        return StoreBusy()
    if state in _FULL or "is full" in str(error):
        return StoreFull()
    if gone or state.startswith(_GONE) or (not state and not isinstance(error, sqlite3.Error)):
        return StoreDown()
    return None


def _options(settings: Mapping[str, str]) -> dict[str, str]:
    """A connection's settings, as the driver is given them."""
    return {"options": " ".join(f"-c {name}={value}" for name, value in settings.items())}


def database_now(session: Session) -> datetime:
    """The database's clock: the only one that starts, extends and ends a sitting."""
    if session.get_bind().dialect.name == "sqlite":
        text = session.execute(sa.text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    now: datetime = session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return now.astimezone(UTC)


def _govern_sqlite(engine: Engine, *, begin: str, query_only: bool) -> None:
    """Durable, journalled, with foreign keys; transactions begin where we say."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)
