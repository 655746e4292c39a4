"""A network that does what networks do: cuts, delays, repeats and overtakes, one request at a time."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EVENTS = re.compile(rb"POST (/api/v1/sittings/\d+/events) ")
LIMIT = 1 << 20


class Fate(StrEnum):
    """What becomes of a request."""

    PASSES = "passes"
    LOST = "lost"  # it never arrives
    CUT_ON_THE_WAY = "cut in the request"  # half of it arrives
    REPLY_CUT = "cut in the reply"  # it is carried out, and half of the reply comes back
    REPLY_LOST = "reply lost"
    DELAYED = "delayed"
    DOUBLED = "doubled"  # it arrives twice at the same moment
    OVERTAKEN = "overtaken"  # the sender hears nothing; it arrives after a later one of the same sitting


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely each fate is for a save, in percent; what is left passes."""

    each: int = 6
    delay_s: float = 0.15

    def draw(self, rng: random.Random) -> Fate:
        fates = list(Fate)[1:]
        drawn = rng.randrange(100)
        return fates[drawn // self.each] if drawn < self.each * len(fates) else Fate.PASSES


class FaultProxy:
    """Stands between candidates and the service, in the driver's own loop; only saves meet with a fate."""

    def __init__(self, host: str, port: int, rng: random.Random, weather: Weather) -> None:
        self._target, self._rng, self._weather = (host, port), rng, weather
        self.host, self.port = "127.0.0.1", 0
        self.fates: Counter[Fate] = Counter()
        self._held: dict[bytes, list[bytes]] = {}  # by the path of the sitting: requests to be overtaken
        self._server: asyncio.Server

    async def __aenter__(self) -> FaultProxy:
        self._server = await asyncio.start_server(self._serve, self.host, 0, limit=LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()

    async def let_go(self) -> int:
        """Deliver every request that is still held back; returns how many."""
        late = [request for held in self._held.values() for request in held]
        self._held.clear()
        for request in late:
            await self._exchange(request)
        return len(late)

    def clear(self) -> None:
        """From now on every request passes."""
        self._weather = Weather(each=0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Carry one request; returns whether the client's connection lives on."""
        request = await _message(reader)
        path = _EVENTS.match(request)
        fate = self._weather.draw(self._rng) if path else Fate.PASSES
        if path:
            self.fates[fate] += 1
        reply = await self._carry(request, fate, path.group(1) if path else b"")
        if path and fate not in (Fate.LOST, Fate.OVERTAKEN):
            await self._overtake(path.group(1))
        if not reply:
            return False
        if fate is Fate.REPLY_CUT:
            writer.write(reply[: self._rng.randrange(1, len(reply))])
            await writer.drain()
            return False
        writer.write(reply)
        await writer.drain()
        return True

    async def _carry(self, request: bytes, fate: Fate, path: bytes) -> bytes:
        """The reply that the client gets to see; empty: its connection is cut."""
        if fate is Fate.LOST:
            return b""
        if fate is Fate.OVERTAKEN:
            self._held.setdefault(path, []).append(request)
            return b""
        if fate is Fate.CUT_ON_THE_WAY:
            await self._send_half(request)
            return b""
        if fate is Fate.DELAYED:
            await asyncio.sleep(self._rng.uniform(0, self._weather.delay_s))
        if fate is Fate.DOUBLED:
            replies = await asyncio.gather(self._exchange(request), self._exchange(request))
            return self._rng.choice(replies)
        reply = await self._exchange(request)
        return b"" if fate is Fate.REPLY_LOST else reply

    async def _overtake(self, path: bytes) -> None:
        """What was held back arrives now, after a younger request."""
        for request in self._held.pop(path, []):
            await self._exchange(request)

    async def _send_half(self, request: bytes) -> None:
        _reader, writer = await asyncio.open_connection(*self._target)
        writer.write(request[: self._rng.randrange(1, len(request))])
        with suppress(OSError):
            await writer.drain()
        writer.close()

    async def _exchange(self, request: bytes) -> bytes:
        """One request over a connection of its own, and its whole reply."""
        reader, writer = await asyncio.open_connection(*self._target, limit=LIMIT)
        try:
            writer.write(request)
            await writer.drain()
            return await _message(reader)
        except (OSError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request or a reply with a body of told length, whole."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length.group(1))) if length else b""
    return head + body
