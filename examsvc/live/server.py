"""The process of the live channel: streams on one side, the changes that services publish on the other."""

from __future__ import annotations

import asyncio
import functools
import logging
import resource
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from examsvc.live.hub import Hub
from examsvc.live.stream import Stream
from examsvc.live.ticket import find_ticket
from examsvc.ports import Changes

log = logging.getLogger(__name__)
BACKLOG: Final = 4096  # a whole exam area comes back within the same few seconds
SPARE_FILES: Final = 64
AGAIN_FIRST_S, AGAIN_MOST_S = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Channel:
    """What the channel is made of.

    changes : what services publish
    secret_key : the one that tickets are signed with
    """

    changes: Changes
    secret_key: str
    host: str
    port: int


@asynccontextmanager
async def serving(channel: Channel, hub: Hub) -> AsyncIterator[int]:
    """Serve while the block lasts; yields the port. Streams are refused as long as changes are not heard."""
    loop = asyncio.get_running_loop()
    known = functools.partial(find_ticket, channel.secret_key)
    server = await loop.create_server(
        lambda: Stream(hub, known), channel.host, channel.port, backlog=BACKLOG, reuse_address=True
    )
    tasks = [asyncio.create_task(_pass_on(channel.changes, hub)), asyncio.create_task(_beat(hub))]
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        hub.close(at_once=True)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await server.wait_closed()


async def run_live(channel: Channel, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the port."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with serving(channel, Hub(most_streams())) as port:
        ready(port)
        await stopped.wait()


def most_streams() -> int:
    """As many as the process may have files, after asking for all that it is allowed."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(1, hard - SPARE_FILES)


async def _pass_on(changes: Changes, hub: Hub) -> None:
    """Hear changes for ever; between two connections the channel is closed."""
    wait_s = AGAIN_FIRST_S
    while True:
        try:
            async with aclosing(changes.listen()) as heard:
                async for change in heard:
                    wait_s = AGAIN_FIRST_S
                    if change is None:
                        hub.open()
                    else:
                        hub.tell(change)
        except Exception:  # whatever it was: pages must not trust a deaf channel, and it must come back
            log.exception("changes are no longer heard")
        finally:
            hub.close()
        await asyncio.sleep(wait_s)
        wait_s = min(AGAIN_MOST_S, wait_s * 2)


async def _beat(hub: Hub) -> None:
    while True:
        await asyncio.sleep(1)
        hub.beat()
