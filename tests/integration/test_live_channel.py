"""The live channel with a real Redis and real connections."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from examsvc.adapters.redis_live import RedisChanges, RedisLive
from examsvc.live.hub import CHANGED, Hub
from examsvc.live.server import Channel, serving
from examsvc.live.ticket import Ticket, sign_ticket
from tests.load.servers import Redis

SECRET = "only-for-tests"
PATIENCE_S = 20


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that a test may kill."""
    server = Redis(tmp_path / "redis")
    yield server
    server.stop()


def test_what_a_service_publishes_reaches_the_page_that_listens(redis_process: Redis):
    async def test(port: int, hub: Hub) -> None:
        reader = await listen(port, 7, 3)
        other = await listen(port, 8, 4)
        live(redis_process).changed([7])
        assert await next_word(reader) == CHANGED
        live(redis_process).changed(administration_id=4)
        assert await next_word(other) == CHANGED

    with_channel(redis_process, test)


def test_thousands_of_sittings_fit_into_one_change(redis_process: Redis):
    async def test(port: int, hub: Hub) -> None:
        reader = await listen(port, 4_999, 3)
        live(redis_process).changed(range(1, 5_001))
        assert await next_word(reader) == CHANGED

    with_channel(redis_process, test)


def test_without_redis_streams_end_and_come_back_when_it_does(redis_process: Redis):
    async def test(port: int, hub: Hub) -> None:
        reader = await listen(port, 7, 3)
        redis_process.kill()
        assert await ended(reader)
        assert await status(port, sign_ticket(SECRET, Ticket(7, 3))) == 503
        assert await status(port, "health") == 503
        redis_process.start()
        await until(lambda: hub.is_open)
        reader = await listen(port, 7, 3)
        live(redis_process).changed([7])
        assert await next_word(reader) == CHANGED

    with_channel(redis_process, test)


def test_publishing_without_redis_hurts_nobody(redis_process: Redis):
    said = live(redis_process)
    redis_process.kill()
    said.changed([7], administration_id=3)


def test_what_is_not_a_change_does_not_deafen_the_channel(redis_process: Redis):
    async def test(port: int, hub: Hub) -> None:
        reader = await listen(port, 7, 3)
        client = redis.Redis.from_url(redis_process.url)
        for rubbish in (b"", b"\xff", b"[]", b'{"sittings": ["x"], "administration": null}', b"null"):
            client.publish("examsvc:live", rubbish)
        client.close()
        live(redis_process).changed([7])
        assert await next_word(reader) == CHANGED

    with_channel(redis_process, test)


def test_a_reader_that_stands_still_is_dropped_and_the_others_hear_on(redis_process: Redis):
    async def test(port: int, hub: Hub) -> None:
        stuck = await listen(port, 7, 3)
        stuck._transport.pause_reading()  # type: ignore[attr-defined]
        awake = await listen(port, 8, 3)
        while len(hub) > 1:  # the kernel's buffers first have to fill; this ends, or PATIENCE_S does
            for listener in list(hub._sittings[7]):
                listener.say(CHANGED * 100)
            await asyncio.sleep(0)
        live(redis_process).changed([8])
        assert await next_word(awake) == CHANGED

    with_channel(redis_process, test)


def test_the_command_serves_and_stops_when_told(redis_process: Redis, tmp_path: Path):
    environ = {
        **os.environ,
        "EXAMSVC_HOME": str(tmp_path / "home"),
        "REDIS_URL": redis_process.url,
        "EXAMSVC_LIVE_PORT": "0",
        "EXAMSVC_SECRET_KEY": SECRET,
        "PYTHONUNBUFFERED": "1",
    }
    words = [sys.executable, "-m", "examsvc", "live"]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split(":")[-1].split("/")[0])

        async def test() -> None:
            reader = await until_listening(port, 7, 3)
            live(redis_process).changed([7])
            assert await next_word(reader) == CHANGED
            process.send_signal(signal.SIGTERM)
            assert await ended(reader)

        asyncio.run(asyncio.wait_for(test(), PATIENCE_S))
        assert process.wait(PATIENCE_S) == 0


def test_the_command_says_what_it_needs(tmp_path: Path):
    environ = {**os.environ, "EXAMSVC_HOME": str(tmp_path), "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, "-m", "examsvc", "live"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "REDIS_URL" in done.stderr


# helpers


def live(server: Redis) -> RedisLive:
    return RedisLive(redis.Redis.from_url(server.url, socket_timeout=0.5))


def with_channel(server: Redis, test: Callable[[int, Hub], Coroutine[Any, Any, None]]) -> None:
    """Run a test against a channel of its own."""

    async def run() -> None:
        hub = Hub(most=100)
        async with serving(Channel(RedisChanges(server.url), SECRET, "127.0.0.1", 0), hub) as port:
            await until(lambda: hub.is_open)
            await test(port, hub)

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


async def listen(port: int, sitting_id: int, administration_id: int) -> asyncio.StreamReader:
    """An open stream, read up to its first comment."""
    ticket = sign_ticket(SECRET, Ticket(sitting_id, administration_id))
    reader = await _get(port, ticket)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(head)
    assert await reader.readuntil(b"\n\n") == b":\n\n"
    return reader


async def until_listening(port: int, sitting_id: int, administration_id: int) -> asyncio.StreamReader:
    while True:
        try:
            return await listen(port, sitting_id, administration_id)
        except (ConnectionError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.02)


async def next_word(reader: asyncio.StreamReader) -> bytes:
    """The next message that is no heartbeat."""
    while (word := await reader.readuntil(b"\n\n")) == b":\n\n":
        continue
    return word


async def ended(reader: asyncio.StreamReader) -> bool:
    return CHANGED not in await reader.read()


async def status(port: int, ticket: str) -> int:
    reader = await _get(port, ticket)
    return int((await reader.read()).split()[1])


_open: list[asyncio.StreamWriter] = []


async def _get(port: int, ticket: str) -> asyncio.StreamReader:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _open.append(writer)  # a writer that nobody holds would close the stream
    writer.write(f"GET /live/{ticket} HTTP/1.1\r\nHost: exam\r\n\r\n".encode())
    return reader
