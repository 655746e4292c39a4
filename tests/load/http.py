"""A lean HTTP/1.1 client over asyncio: kept-alive connections and as little work a request as will do."""

from __future__ import annotations

import asyncio
import re
import time
import urllib.parse
from collections import deque
from dataclasses import dataclass
from typing import Any

import msgspec

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r\n]+)=([^;\r\n]*)", re.IGNORECASE)
_TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')
_BODYLESS = (204, 304)
AGENT = "examsvc-load/1"
RESTS_S = 10  # as docs/scaling/nginx.conf has it: less than the server's 15, so that who sends hangs up


class ConnectionLost(Exception):
    """No reply came: the connection broke, could not be made, or nothing was heard in time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; `head` is the status line and the headers as they came."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def header(self, name: str) -> str | None:
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r\n]*)", self.head, re.IGNORECASE)
        return None if found is None else found.group(1).decode("latin-1")


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.alive = False
        self.rests_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._head_end = 0
        self._need = -1  # bytes of head and body together; -1: not known yet
        self._waiting: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.alive = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        if (
            self._head_end and self._need < 0 and exc is None
        ):  # a body of no told length ends with the connection
            self._finish(self._buffer[self._head_end :])
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionLost(str(exc or "closed by the server")))

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._head_end:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head_end = end + 4
            length = _LENGTH.search(self._buffer, 0, end)
            bodyless = int(self._buffer[9:12]) in _BODYLESS
            self._need = self._head_end + int(length.group(1)) if length and not bodyless else -1
            if bodyless:
                self._need = self._head_end
        if self._need >= 0:
            if len(self._buffer) >= self._need:
                self._finish(self._buffer[self._head_end : self._need])
        elif _CHUNKED.search(self._buffer, 0, self._head_end) and self._buffer.endswith(b"0\r\n\r\n"):
            self._finish(_unchunked(self._buffer[self._head_end :]))

    async def exchange(self, request: bytes, timeout_s: float) -> Reply:
        waiting = self._waiting = self._loop.create_future()
        self.transport.write(request)
        alarm = self._loop.call_later(timeout_s, self._give_up)
        try:
            return await waiting
        finally:
            alarm.cancel()
            self._waiting = None

    def close(self) -> None:
        self.alive = False
        self.transport.abort()

    def _finish(self, body: bytes) -> None:
        head = self._buffer[: self._head_end]
        self._buffer, self._head_end, self._need = b"", 0, -1
        if _CLOSES.search(head):
            self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Reply(int(head[9:12]), head, body))

    def _give_up(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionLost("no reply in time"))
        self.close()


class Pool:
    """At most `size` kept-alive connections to one server, as a reverse proxy keeps them for all browsers."""

    def __init__(self, host: str, port: int, *, size: int = 32, timeout_s: float = 30) -> None:
        self.host, self.port, self.size, self.timeout_s = host, port, size, timeout_s
        self._idle: list[_Connection] = []
        self._free = size
        self._queue: deque[asyncio.Future[None]] = deque()

    async def send(self, request: bytes) -> Reply:
        """Send a whole request and wait for its reply. Raises ConnectionLost."""
        if not self._free:
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            await turn
        else:
            self._free -= 1
        try:
            connection = await self._take()
            reply = await connection.exchange(request, self.timeout_s)
            if connection.alive:
                connection.rests_since = time.monotonic()
                self._idle.append(connection)
            return reply
        finally:
            self._hand_on()

    def close(self) -> None:
        """Drop every idle connection."""
        while self._idle:
            self._idle.pop().close()

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.alive and time.monotonic() - connection.rests_since < RESTS_S:
                return connection
            connection.close()
        loop = asyncio.get_running_loop()
        try:
            _transport, connection = await asyncio.wait_for(
                loop.create_connection(_Connection, self.host, self.port), self.timeout_s
            )
        except OSError as error:  # TimeoutError is one
            raise ConnectionLost(str(error)) from error
        return connection

    def _hand_on(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Browser:
    """One machine's cookies and the newest page's token over a pool of connections."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.cookies: dict[str, str] = {}
        self.token = ""
        self._common = b""

    def set_cookies(self, **cookies: str) -> None:
        """Take cookies over, as from an earlier visit."""
        self.cookies.update(cookies)
        self._common = b""

    def forget_cookies(self) -> None:
        """As a machine that has never been here."""
        self.cookies.clear()
        self._common = b""

    async def get(self, path: str, **headers: str) -> Reply:
        """A page or an answer of the API; a page's token is kept."""
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        reply = await self._exchange(b"GET " + path.encode(), extra.encode(), b"")
        found = _TOKEN.search(reply.body)
        if found is not None:
            self.token = found.group(1).decode()
        return reply

    async def post_json(self, path: str, body: object) -> Reply:
        return await self._post(path, b"application/json", msgspec.json.encode(body))

    async def post_form(self, path: str, **fields: str) -> Reply:
        body = urllib.parse.urlencode({"csrf_token": self.token, **fields}).encode()
        return await self._post(path, b"application/x-www-form-urlencoded", body)

    async def _post(self, path: str, kind: bytes, body: bytes) -> Reply:
        head = b"Content-Type: %b\r\nX-CSRFToken: %b\r\nContent-Length: %d\r\n" % (
            kind,
            self.token.encode(),
            len(body),
        )
        return await self._exchange(b"POST " + path.encode(), head, body)

    async def _exchange(self, line: bytes, head: bytes, body: bytes) -> Reply:
        common = self._common or self._build_common()
        reply = await self.pool.send(b"%b HTTP/1.1\r\n%b%b\r\n%b" % (line, common, head, body))
        if b"Set-Cookie" in reply.head:  # most replies carry none
            for name, value in _COOKIE.findall(reply.head):
                self.set_cookies(**{name.decode(): value.decode()})
        return reply

    def _build_common(self) -> bytes:
        """What is the same in every request of this machine."""
        origin = f"{self.pool.host}:{self.pool.port}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._common = (
            f"Host: {origin}\r\nOrigin: http://{origin}\r\nSec-Fetch-Site: same-origin\r\n"
            f"User-Agent: {AGENT}\r\nCookie: {cookies}\r\n"
        ).encode()
        return self._common


def _unchunked(data: bytes) -> bytes:
    parts: list[bytes] = []
    while data:
        size, _, rest = data.partition(b"\r\n")
        n = int(size.split(b";")[0], 16)
        if not n:
            break
        parts.append(rest[:n])
        data = rest[n + 2 :]
    return b"".join(parts)
