"""A test bed: an exam in a database of its own, the service that serves it, and its candidates, logged in."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.candidate import Candidate, Hall
from tests.load.http import Pool
from tests.load.ledger import Ledger
from tests.load.seeding import PASSWORD, Exam, lay_exam, settle, sign_in_all
from tests.load.servers import HALL, SECRET, SERVICE, Meter, Postgres, Redis, Web, migrated_store
from tests.load.tally import Tally

SEED = 20261
POOL = 32  # connections; a reverse proxy in front keeps about so many


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the beds are made: a folder, and PostgreSQL unless SQLite is measured."""

    folder: Path
    postgres: Postgres | None
    redis: Redis | None
    workers: int
    application: str = SERVICE
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def database(self) -> str:
        return "PostgreSQL" if self.postgres else "SQLite"


@dataclass(frozen=True, slots=True)
class Bed:
    """A running service with an exam and its candidates."""

    ground: Ground
    exam: Exam
    web: Web
    meter: Meter
    candidates: list[Candidate]

    @property
    def hall(self) -> Hall:
        return self.candidates[0].hall


@contextmanager
def ground(folder: Path, database: str, workers: int, *, hall: bool = True) -> Iterator[Ground]:
    """PostgreSQL (DATABASE_URL, or the wheel's) and Redis; over SQLite the service brings its own."""
    with ExitStack() as stack:
        if database == "sqlite":
            yield Ground(folder, None, None, 1)
            return
        postgres = Postgres(folder / "postgresql", url=os.environ.get("DATABASE_URL"))
        stack.callback(postgres.stop)
        redis = Redis(folder / "redis")
        stack.callback(redis.stop)
        yield Ground(folder, postgres, redis, workers, HALL if hall else SERVICE)


@contextmanager
def laid(on: Ground, n: int) -> Iterator[tuple[Exam, Web]]:
    """An exam of `n` in a new database, and a service for it that has not been started."""
    name = f"bed_{next(on.numbers)}"
    home = on.folder / name
    home.mkdir()
    url = on.postgres.create(name) if on.postgres else None
    store = migrated_store(url or f"sqlite:///{home / 'examsvc.db'}")
    redis_url = on.redis.url if on.redis else None
    web = Web(home, database_url=url, redis_url=redis_url, workers=on.workers, application=on.application)
    try:
        yield lay_exam(store, n), web
    finally:
        web.stop()
        store.dispose()
        if on.postgres:
            on.postgres.drop(name)


@contextmanager
def bed(on: Ground, n: int, *, opened: bool = False, n_in: int | None = None) -> Iterator[Bed]:
    """A running service; the first `n_in` (or all) candidates logged in, and their sittings open if asked."""
    with laid(on, n) as (exam, web):
        web.start()
        pool = Pool(web.host, web.port, size=POOL)
        hall = Hall(pool, Ledger(), Tally(), random.Random(SEED))
        candidates = [Candidate(hall, seat) for seat in exam.seats[: n_in or n]]
        asyncio.run(_log_in_first(candidates[0]))
        if web.is_embedded:  # one writer at a time
            web.stop()
        sign_in_all(exam.store, candidates[0], candidates[1:], SECRET)
        settle(exam.store)
        if web.is_embedded:
            web.start()
        made = Bed(on, exam, web, Meter(web, on.postgres, on.redis), candidates)
        asyncio.run(_warm_up(made, opened=opened))
        yield made


async def _log_in_first(candidate: Candidate) -> None:
    await candidate.log_in(PASSWORD)
    await candidate.list_page()
    candidate.hall.pool.close()


async def _warm_up(on: Bed, *, opened: bool) -> None:
    """Every worker has served something, and prepared its statements, before the first figure."""
    for _ in range(4):
        await asyncio.gather(*(one.heartbeat() for one in on.candidates[:POOL]))
    if opened:
        waiting = iter(on.candidates)

        async def lane() -> None:
            for one in waiting:
                await one.open()

        await asyncio.gather(*(lane() for _ in range(16)))
    on.hall.pool.close()  # connections belong to the loop that made them
