"""Where a fault strikes: real servers, an exam, the service that serves it, candidates who respond."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from examsvc.store import Store
from tests.load.candidate import Candidate, Hall, Seat
from tests.load.http import Pool
from tests.load.ledger import Ledger
from tests.load.seeding import PASSWORD, lay_exam, sign_in_all
from tests.load.servers import DURABLE, SECRET, Postgres, Redis, Web, migrated_store
from tests.load.tally import Tally

SEED = 20261
HALL = "examsvc.hall:serve()"  # what candidates meet on an exam day
EMPTY, TEMPLATE = "migrated", "laid_exam"
SEATS = 128
PATIENCE_S = 90.0  # within which everything made must be acknowledged once the fault is over
Kind = TypeVar("Kind", bound=Candidate)
Report = Callable[[int], None]  # how many strikes have been made


def silent(_done: int) -> None:
    """Whoever runs a fault without a progress bar."""


@dataclass
class Ground:
    """Real servers that rows share; the exam is laid once and copied for each service."""

    folder: Path
    postgres: Postgres
    redis: Redis
    seats: tuple[Seat, ...] = ()
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def lay(self, n: int = SEATS) -> None:
        """The database that every scene is a copy of: an exam under way, everybody checked in."""
        migrated_store(self.postgres.create(EMPTY)).dispose()
        store = Store.connect(self.postgres.create(TEMPLATE, template=EMPTY))
        self.seats = lay_exam(store, n).seats
        store.dispose()

    def empty(self, name: str) -> str:
        """A new database with the schema and nothing in it."""
        return self.postgres.create(name, template=EMPTY)


@dataclass(frozen=True, slots=True)
class Scene:
    """A running service over a database of its own."""

    ground: Ground
    store: Store
    web: Web
    free: Iterator[Seat]  # each row sits where nobody has sat

    def pool(self) -> Pool:
        return Pool(self.web.host, self.web.port, size=48)


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """PostgreSQL and Redis while the block lasts, with an exam laid."""
    # after a kill the data folder is synchronised: as one file system, not file by file
    postgres = Postgres(folder / "postgresql", settings={**DURABLE, "recovery_init_sync_method": "syncfs"})
    redis = Redis(folder / "redis")
    try:
        made = Ground(folder, postgres, redis)
        made.lay()
        yield made
    finally:
        redis.stop()
        postgres.stop()


@contextmanager
def scene(
    on: Ground,
    *,
    application: str = HALL,
    workers: int = 2,
    statements: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Iterator[Scene]:
    """A service over a copy of the exam; `statements` change its schema first (test-only harm)."""
    name = f"scene_{next(on.numbers)}"
    url = on.postgres.create(name, template=TEMPLATE)
    store = Store.connect(url)
    if statements:
        with store.begin() as session:
            for statement in statements:
                session.execute(sa.text(statement))
    web = Web(
        on.folder / name,
        database_url=url,
        redis_url=on.redis.url,
        workers=workers,
        application=application,
        environ={"GUNICORN_CMD_ARGS": "--config python:tests.faults.warm", **(environ or {})},
    )
    try:
        web.start()
        yield Scene(on, store, web, iter(on.seats))
    finally:
        end_at_once(web)
        store.dispose()


def end_at_once(web: Web) -> None:
    """Without the patience of an orderly stop: whatever it still had in hand has been looked at."""
    redis_pid = web.redis_pid()
    with suppress(ProcessLookupError, AssertionError):
        for pid in (web.pid, *web.worker_pids(), *filter(None, [redis_pid])):
            os.kill(pid, signal.SIGKILL)
    web.stop()


async def take_seats(
    here: Scene, n: int, *, kind: type[Kind] = Candidate, pool: Pool | None = None
) -> list[Kind]:
    """The next candidates, logged in and with their sittings open; with a ledger of their own."""
    hall = Hall(pool or here.pool(), Ledger(), Tally(), random.Random(SEED))
    seats = list(itertools.islice(here.free, n))
    assert len(seats) == n, "the exam has no more seats"
    some = [kind(hall, seat) for seat in seats]
    await some[0].log_in(PASSWORD)
    await some[0].list_page()
    sign_in_all(here.store, some[0], some[1:], SECRET)
    await asyncio.gather(*(one.open() for one in some))
    return some


@dataclass(frozen=True, slots=True)
class Strikes:
    """What is done to the servers while candidates respond: `strike` blocks, and is called `times` over.

    every_s : on the average between two strikes
    least : new acknowledgements without which the next strike waits (for half a minute): the load is real
    enough : asked after each strike; True ends it early
    """

    strike: Callable[[], None]
    times: int
    every_s: float = 0.5
    report: Report = silent
    least: int = 0
    enough: Callable[[], bool] = lambda: False


async def besiege(candidates: Sequence[Candidate], strikes: Strikes, *, pause_s: float = 0.3) -> int:
    """Candidates respond and save while the strikes fall; returns how many fell.

    At the end everybody sends what still waits; AssertionError for a candidate who cannot get rid of it.
    """
    rng = random.Random(SEED)
    over = asyncio.Event()
    crowd = [asyncio.create_task(_respond_until(over, one, pause_s)) for one in candidates]
    struck = known = 0
    try:
        while struck < strikes.times and not strikes.enough():
            await asyncio.sleep(strikes.every_s * rng.uniform(0.5, 1.5))
            await _load(candidates, strikes.least + known)
            known = candidates[0].hall.ledger.n_acknowledged
            await asyncio.to_thread(strikes.strike)
            struck += 1
            strikes.report(struck)
            for one in crowd:
                if one.done():  # only by an exception: a refusal that no fault excuses
                    one.result()
    finally:
        over.set()
        results = await asyncio.gather(*crowd, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return struck


async def _load(candidates: Sequence[Candidate], least: int) -> None:
    ledger = candidates[0].hall.ledger
    give_up = time.monotonic() + 30
    while ledger.n_acknowledged < least and time.monotonic() < give_up:
        await asyncio.sleep(0.05)


async def _respond_until(over: asyncio.Event, one: Candidate, pause_s: float) -> None:
    rng = one.hall.rng
    while not over.is_set():
        for _ in range(rng.randint(1, 3)):
            one.respond_at_random()
        assert await one.save_surely(time.monotonic() + PATIENCE_S), (
            f"sitting {one.seat.sitting_id}: {len(one.pending)} events not acknowledged within {PATIENCE_S} s"
        )
        await asyncio.sleep(rng.uniform(0, 2 * pause_s))


async def hand_in_all(candidates: Sequence[Candidate]) -> None:
    """Everybody submits; the receipt must be over the log that the candidate's own machine kept."""
    for one in candidates:
        receipt = await one.submit()
        assert receipt["events"] == len(one.log)
