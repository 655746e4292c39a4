"""Senders who never come to an end, and a candidate who saves meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.scene import SEED, Report, end_at_once, silent
from tests.load.candidate import Candidate, Hall, Seat
from tests.load.http import Pool
from tests.load.ledger import Comparison, Ledger
from tests.load.seeding import PASSWORD, lay_exam
from tests.load.servers import Web, migrated_store
from tests.load.tally import Tally, Times

KINDS = ("body", "head", "chunks")


@dataclass(frozen=True, slots=True)
class Besieged:
    """Saves while slow senders hold their connections; `given_up`: those that the service ended."""

    slow: int
    given_up: int
    saves: Times
    failed: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running `examsvc serve`, and somebody with a seat in its exam."""

    web: Web
    seat: Seat
    database: Path


@contextmanager
def embedded(folder: Path) -> Iterator[Embedded]:
    """`examsvc serve` on SQLite, with its two dozen threads."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "examsvc.db"
    store = migrated_store(f"sqlite:///{database}")
    seat = lay_exam(store, 2).seats[0]
    store.dispose()
    web = Web(folder)
    try:
        yield Embedded(web.start(), seat, database)
    finally:
        end_at_once(web)


def save_beside_slow_senders(
    here: Embedded, *, slow: int, saves: int = 30, report: Report = silent
) -> Besieged:
    """Half of the slow ones dribble a body, the others a head or a body without an end."""
    return asyncio.run(_save_beside(here, slow, saves, report))


async def _save_beside(here: Embedded, slow: int, saves: int, report: Report) -> Besieged:
    web = here.web
    hall = Hall(Pool(web.host, web.port, timeout_s=5), Ledger(), Tally(), random.Random(SEED))
    one = Candidate(hall, here.seat)
    await one.log_in(PASSWORD)
    await one.list_page()
    await one.open()
    ended: list[str] = []
    senders = [
        asyncio.create_task(_dribble(web, KINDS[max(0, number % 4 - 1)], ended)) for number in range(slow)
    ]
    await asyncio.sleep(0.5)  # every thread that can be caught has been
    for done in range(saves):
        one.respond_at_random()
        with suppress(Exception):
            await one.save()
        report(done + 1)
        await asyncio.sleep(0.02)
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    store = migrated_store(f"sqlite:///{here.database}")
    try:
        comparison = hall.ledger.compare(store)
    finally:
        store.dispose()
    return Besieged(slow, len(ended), hall.tally.times("save"), hall.tally.failures("save"), comparison)


async def _dribble(web: Web, kind: str, ended: list[str]) -> None:
    """A byte now and then, until the service hangs up."""
    reader, writer = await asyncio.open_connection(web.host, web.port)
    head = f"POST /api/v1/sittings/1/events HTTP/1.1\r\nHost: {web.host}\r\n"
    if kind == "body":
        head += "Content-Length: 5000\r\n\r\n"
    elif kind == "chunks":
        head += "Transfer-Encoding: chunked\r\n\r\n"
    try:
        writer.write(head.encode())
        while not reader.at_eof():
            writer.write(b"x")
            await writer.drain()
            with suppress(TimeoutError):
                if not await asyncio.wait_for(reader.read(64), 0.2):
                    break
        ended.append(kind)
    except OSError:
        ended.append(kind)
    finally:
        writer.close()
