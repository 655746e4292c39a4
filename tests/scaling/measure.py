"""What the calculation in examsvc/docs/scaling.md rests on: bytes an event, WAL a save, memory a stream.

Run: python -m tests.scaling.measure
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from examsvc.adapters.redis_live import RedisLive
from examsvc.delivery.events import ResponseEvent
from examsvc.live.ticket import Ticket, sign_ticket
from examsvc.services.saving import Pending, save_together
from tests.load.candidate import OPTIONS
from tests.load.processes import resident_mb, tree_cpu_s
from tests.load.seeding import Exam, fill_events, lay_exam, owner_of, settle
from tests.load.servers import Postgres, Redis, migrated_store

SECRET = "only-for-measuring"
SITTINGS, EACH = 200, 200


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes, indexes included."""

    event: float
    projected: float
    wal_alone: float
    wal_grouped: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=5_000)
    streams = parser.parse_args().streams
    with tempfile.TemporaryDirectory() as folder:
        stored = measure_storage(Path(folder) / "pg")
        print(f"an event in the log, with its indexes: {stored.event:.0f} B")
        print(f"a projected response, with its index: {stored.projected:.0f} B")
        print(f"WAL a save, one in a transaction: {stored.wal_alone:.0f} B")
        print(f"WAL a save, ten in a transaction: {stored.wal_grouped:.0f} B")
        asyncio.run(measure_streams(Path(folder), streams))


def measure_storage(folder: Path) -> Storage:
    """Fill a log, then save into it and see how far the WAL moves, once every page has had its full image."""
    postgres = Postgres(folder, settings={"synchronous_commit": "off"})  # the WAL is the same
    try:
        url = postgres.create("measured")
        store = migrated_store(url)
        exam = lay_exam(store, SITTINGS)
        fill_events(store, exam.seats, EACH)
        settle(store)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            events = _bytes(connection, "response_event") / (SITTINGS * EACH)
            rows = connection.execute("SELECT count(*) FROM current_response").fetchone()
            projected = _bytes(connection, "current_response") / (rows or (1,))[0]
        _wal_a_save(exam, url, group=1, first=EACH + 1, rounds=20)  # touches the pages once
        alone = _wal_a_save(exam, url, group=1, first=EACH + 21, rounds=5)
        grouped = _wal_a_save(exam, url, group=10, first=EACH + 26, rounds=5)
        store.dispose()
        return Storage(events, projected, alone, grouped)
    finally:
        postgres.stop()


def _wal_a_save(exam: Exam, url: str, *, group: int, first: int, rounds: int) -> float:
    """One event a save, as players mostly send them."""
    rng = random.Random(first)
    before = _wal(url)
    for seq in range(first, first + rounds):
        for start in range(0, len(exam.seats), group):
            batch = []
            for seat in exam.seats[start : start + group]:
                event = ResponseEvent(
                    1, seq, str(uuid.uuid4()), rng.choice(seat.item_ids), {"response": rng.choice(OPTIONS)}, 1
                )
                batch.append(Pending(seat.sitting_id, (event,), actor=owner_of(exam, seat)))
            with exam.store.begin() as session:
                for outcome in save_together(session, batch):
                    if isinstance(outcome, Exception):
                        raise outcome
    return (_wal(url) - before) / (rounds * len(exam.seats))


def _wal(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchone()
    assert found is not None
    return int(found[0])


def _bytes(connection: psycopg.Connection, table: str) -> int:
    found = connection.execute(
        "SELECT sum(pg_total_relation_size(inhrelid)), pg_total_relation_size(%(whole)s::regclass) "
        "FROM pg_inherits WHERE inhparent = %(whole)s::regclass",
        {"whole": table},
    ).fetchone()
    assert found is not None
    return int(found[0] or 0) + int(found[1])


async def measure_streams(folder: Path, n: int) -> None:
    """Open many streams, tell all of them, and see what the process holds and how long the word takes."""
    server = Redis(folder / "redis")
    words = [sys.executable, "-m", "examsvc", "live"]
    environ = {
        **os.environ,
        "EXAMSVC_HOME": str(folder),
        "REDIS_URL": server.url,
        "EXAMSVC_LIVE_PORT": "0",
        "EXAMSVC_SECRET_KEY": SECRET,
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split(":")[-1].split("/")[0])
        await asyncio.sleep(1)
        empty = resident_mb([process.pid])[process.pid]
        opened = []
        for number in range(1, n + 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                f"GET /live/{sign_ticket(SECRET, Ticket(number, 1))} HTTP/1.1\r\nHost: exam\r\n\r\n".encode()
            )
            opened.append((reader, writer))
        for reader, _writer in opened:
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"\n\n")
        full = resident_mb([process.pid])[process.pid]
        cpu, began = tree_cpu_s(process.pid), time.monotonic()
        RedisLive(redis.Redis.from_url(server.url)).changed(administration_id=1)
        await asyncio.gather(*(reader.readuntil(b"changed\n\n") for reader, _writer in opened))
        took, spent = time.monotonic() - began, tree_cpu_s(process.pid) - cpu
        print(
            f"{n} streams: {empty:.0f} MB empty, {full:.0f} MB full, {(full - empty) * 1e3 / n:.1f} kB each"
        )
        print(f"a word to all of them: heard by the last after {took:.2f} s, {spent:.2f} s of CPU")
        for _reader, writer in opened:
            writer.transport.abort()
        process.terminate()
    server.stop()


if __name__ == "__main__":
    main()
