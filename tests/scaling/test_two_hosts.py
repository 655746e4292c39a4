"""Two web hosts behind nginx, PostgreSQL with a synchronous standby, Redis with sentinels: parts of it fail.

Every server runs from its file in examsvc/docs/scaling. They run in this order: the last loses a host.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from examsvc.adapters.redis_live import RedisLive
from examsvc.adapters.redis_url import connect
from examsvc.live.ticket import Ticket, sign_ticket
from examsvc.store import Store
from examsvc.store.models import LoginSessionRow
from tests.load.candidate import Candidate, Hall
from tests.load.ledger import Comparison
from tests.scaling.cluster import FILES, INSTALLED, NAME, VENV, Cluster, until
from tests.scaling.conftest import Sitting
from tests.scaling.network import GATEWAY, Host

pytestmark = pytest.mark.hosts
PATIENCE_S = 180
ROUNDS = 12
SLOW = 120  # more than both hosts together have threads


# the files


def test_every_file_of_the_guide_is_used_here():
    used = {
        *("nginx.conf", "internal-ca.sh", "examsvc.env", "examsvc-web.service", "examsvc-live.service"),
        *("postgresql.conf", "pg_hba.conf", "roles.sql", "make-standby.sh", "promote.sh"),
        *("redis.conf", "sentinel.conf"),
    }
    assert {path.name for path in FILES.iterdir()} == used
    guide = (FILES.parent / "scaling.md").read_text("utf-8")
    assert [name for name in sorted(used) if name not in guide] == []


@pytest.mark.parametrize("unit", ["examsvc-web.service", "examsvc-live.service"])
def test_systemd_accepts_the_units(unit: str, tmp_path: Any):
    text = (FILES / unit).read_text("utf-8").replace(INSTALLED, VENV)
    (tmp_path / unit).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, re.findall(rf".*{unit}.*", done.stderr)) == (0, [])


# the door


def test_machines_trust_the_internal_ca_and_only_the_exams_own_name_is_served(cluster: Cluster):
    plain = socket.create_connection((cluster.lb1.address, 443), timeout=5)
    with plain, cluster.trust.wrap_socket(plain, server_hostname=NAME) as wrapped:
        assert wrapped.version() == "TLSv1.3"
    plain = socket.create_connection((cluster.lb1.address, 443), timeout=5)
    with plain, pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        cluster.trust.wrap_socket(plain, server_hostname="another.lan")


def test_static_files_are_asked_of_a_worker_once(sitting: Sitting):
    async def test(hall: Hall) -> None:
        path = "/static/css/player.css"
        first = await sitting.door.get(hall, path)
        assert first.status == 200
        assert (await sitting.door.get(hall, path)).header("X-Cache") == "HIT"

    run(sitting, test)


def test_the_candidates_address_is_known_and_cannot_be_invented(cluster: Cluster, sitting: Sitting):
    with sitting.exam.store.read() as session:
        addresses = set(
            session.scalars(
                sa.select(LoginSessionRow.address).where(
                    LoginSessionRow.user_id == sitting.exam.seats[0].user_id
                )
            )
        )
    assert addresses == {GATEWAY}  # every request of these tests claims X-Forwarded-For: 203.0.113.9


def test_a_change_of_time_is_heard_through_the_door(cluster: Cluster, sitting: Sitting):
    async def test(_hall: Hall) -> None:
        seat = sitting.exam.seats[0]
        signed = sign_ticket(
            cluster.environ["EXAMSVC_SECRET_KEY"], Ticket(seat.sitting_id, sitting.exam.administration_id)
        )
        reader, writer = await sitting.door.connect()
        writer.write(f"GET /live/{signed} HTTP/1.1\r\nHost: exam.lan\r\n\r\n".encode())
        assert b" 200 OK" in await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b":\n\n")
        client = connect(cluster.environ["REDIS_URL"], socket_timeout=1)
        RedisLive(client).changed([seat.sitting_id])
        client.close()
        await reader.readuntil(b"data: changed\n\n")
        writer.close()

    run(sitting, test)


def test_slow_bodies_wait_at_the_door_and_hold_no_worker(sitting: Sitting):
    async def test(hall: Hall) -> None:
        path = f"/api/v1/sittings/{sitting.exam.seats[0].sitting_id}/events"
        slow = [await sitting.door.connect() for _ in range(SLOW)]
        for _reader, writer in slow:
            writer.write(f"POST {path} HTTP/1.1\r\nHost: exam.lan\r\nContent-Length: 1000\r\n\r\n{{".encode())
            await writer.drain()
        writer_of_responses = sitting.candidate(hall, 1)
        await writer_of_responses.open()
        writer_of_responses.respond_at_random()
        await writer_of_responses.save()
        assert not writer_of_responses.pending
        assert not any(reader.at_eof() or reader._buffer for reader, _writer in slow)  # type: ignore[attr-defined]
        for reader, writer in slow:  # and nginx in the end sends them away
            with suppress(ConnectionResetError):
                await reader.read()
            writer.transport.abort()

    run(sitting, test)


# what fails


def test_one_web_host_cut_off_in_the_middle_loses_nothing(cluster: Cluster, sitting: Sitting):
    async def test(hall: Hall) -> None:
        everybody = await all_open(sitting, hall)

        async def meddle(done: int) -> None:
            if done == ROUNDS // 3:
                cluster.web1.cut_off()

        assert await rounds(everybody, meddle)

    try:
        run(sitting, test)
    finally:
        cluster.web1.plug_in()
    compared = compare(cluster, sitting)
    assert compared.is_clean, compared
    assert compared.acknowledged >= ROUNDS * len(sitting.exam.seats)
    served = cluster.lb1.folder / "access.log"
    until(
        lambda: "10.77.0.11:8000, 10.77.0.12:8000" in served.read_text("utf-8"), "a request to have gone on"
    )
    until(lambda: cluster.http_answers(cluster.web1, 8000, "/login"), "the host to be back")


def test_without_its_standby_the_primary_acknowledges_nothing_not_even_what_it_holds(
    cluster: Cluster, sitting: Sitting
):
    """Also not after a restart, when an event that only this host has comes in again and is a duplicate."""

    async def test(hall: Hall) -> None:
        one = sitting.candidate(hall, 2)
        await one.open()
        sitting_id = one.seat.sitting_id
        cluster.db2.cut_off()
        one.respond_at_random()
        saving = asyncio.create_task(one.save_surely(time.monotonic() + PATIENCE_S))
        await asyncio.to_thread(
            until, lambda: cluster.holds_back(cluster.db1, sitting_id), "the save to wait"
        )
        assert not saving.done()
        await asyncio.to_thread(cluster.kill_postgres, cluster.db1)
        cluster.start_postgres(cluster.db1)
        await asyncio.to_thread(
            until, lambda: cluster.count_events(cluster.db1, sitting_id) > 0, "the restart"
        )
        await asyncio.to_thread(
            until, lambda: cluster.holds_back(cluster.db1, sitting_id), "it to wait again"
        )
        assert not saving.done()
        assert one.pending
        cluster.db2.plug_in()
        assert await saving

    try:
        run(sitting, test)
    finally:
        cluster.db2.plug_in()
    until(lambda: cluster.is_synchronous(cluster.db1), "the standby to be synchronous again")
    compared = compare(cluster, sitting)
    assert compared.is_clean, compared


def test_the_primarys_host_dies_and_nothing_acknowledged_is_lost(cluster: Cluster, sitting: Sitting):
    async def test(hall: Hall) -> None:
        everybody = await all_open(sitting, hall)

        async def meddle(done: int) -> None:
            if done == ROUNDS // 2:
                await asyncio.to_thread(cluster.lose_db1)
                await asyncio.to_thread(cluster.promote, cluster.db2)

        assert await rounds(everybody, meddle)
        receipts = [await one.submit() for one in everybody[:3]]
        assert all(receipt["events"] for receipt in receipts)

    run(sitting, test)
    compared = compare(cluster, sitting)
    assert compared.is_clean, compared
    until(
        lambda: hears(cluster, cluster.web1) and hears(cluster, cluster.web2),
        "the live channel to hear again",
    )


# helpers


def run(sitting: Sitting, test: Callable[[Hall], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        hall = sitting.hall()
        try:
            await test(hall)
        finally:
            hall.pool.close()

    asyncio.run(asyncio.wait_for(whole(), PATIENCE_S))


async def all_open(sitting: Sitting, hall: Hall) -> list[Candidate]:
    everybody = sitting.candidates(hall)
    await asyncio.gather(*(one.open() for one in everybody))
    return everybody


async def rounds(everybody: list[Candidate], meddle: Callable[[int], Coroutine[Any, Any, None]]) -> bool:
    """Each responds and saves at his own pace; `meddle` is told of every round that the quickest begins."""
    begun: set[int] = set()
    meddling: list[asyncio.Task[None]] = []

    async def one_candidate(one: Candidate) -> bool:
        saved = True
        for done in range(ROUNDS):
            if done not in begun:
                begun.add(done)
                meddling.append(asyncio.create_task(meddle(done)))
            one.respond_at_random()
            saved &= await one.save_surely(time.monotonic() + PATIENCE_S)
            await asyncio.sleep(one.hall.rng.uniform(0.1, 0.5))
        return saved

    saved = await asyncio.gather(*map(one_candidate, everybody))
    await asyncio.gather(*meddling)
    return all(saved)


def compare(cluster: Cluster, sitting: Sitting) -> Comparison:
    """The candidates' ledger against whichever host is the primary now."""
    store = Store.connect(cluster.database_url())
    try:
        return sitting.ledger.compare(store)
    finally:
        store.dispose()


def hears(cluster: Cluster, host: Host) -> bool:
    return cluster.http_answers(host, 8001, "/live/health")
