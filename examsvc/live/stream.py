"""One connection: a bounded request, then a stream that is written to, or a short refusal."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from typing import Final, cast

from examsvc.live.hub import Hub
from examsvc.live.ticket import Ticket

HEAD_BYTES: Final = 8 * 1024
HEAD_S: Final = 5.0  # to send the whole request
UNREAD_BYTES: Final = 2 * 1024  # what may wait for a slow reader before it is dropped
SEND_BUFFER_BYTES: Final = 16 * 1024  # of the kernel, which else keeps far more for a reader that is gone
UNHEARD_MS: Final = 30_000  # a heartbeat not acknowledged for so long: the machine has gone without a word

_REQUEST: Final = re.compile(rb"(GET|HEAD) /live/([A-Za-z0-9_.-]{1,200})(?:\?[^ ]*)? HTTP/1\.[01]\r\n")
_OPENING: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n:\n\n"
)
HEALTH: Final = "health"  # no ticket is: it has no dot


class Stream(asyncio.Protocol):
    """Fulfils hub.Listener. A protocol, not a task with reader and writer: thousands of these are held."""

    __slots__ = ("_deadline", "_find_ticket", "_head", "_hub", "_transport")

    def __init__(self, hub: Hub, find_ticket: Callable[[str], Ticket | None]) -> None:
        self._hub = hub
        self._find_ticket = find_ticket
        self._head: bytes | None = b""  # None once the request is read: what comes then is not looked at
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=UNREAD_BYTES)
        peer = transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
        self._deadline = asyncio.get_running_loop().call_later(HEAD_S, self._abort)

    def data_received(self, data: bytes) -> None:
        if self._head is None:
            return
        self._head += data
        if b"\r\n\r\n" in self._head:
            head, self._head = self._head, None
            self._answer(head)
        elif len(self._head) > HEAD_BYTES:
            self._head = None
            self._refuse(b"431 Request Header Fields Too Large")

    def pause_writing(self) -> None:
        """The reader is too slow; whoever comes back asks for the clock first, so that nothing is missed."""
        self._abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._stop_deadline()
        self._hub.leave(self)
        self._transport = None

    # what the hub calls

    def say(self, message: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(message)

    def end(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # within

    def _answer(self, head: bytes) -> None:
        request = _REQUEST.match(head)
        if request is None:
            known = head.startswith((b"GET ", b"HEAD "))
            self._refuse(b"404 Not Found" if known else b"405 Method Not Allowed")
            return
        text = request.group(2).decode("ascii")
        if text == HEALTH:
            self._refuse(
                b"200 OK" if self._hub.is_open else b"503 Service Unavailable", b"%d" % len(self._hub)
            )
            return
        ticket = self._find_ticket(text)
        if ticket is None:
            self._refuse(b"403 Forbidden")
        elif request.group(1) == b"HEAD":
            self._refuse(b"405 Method Not Allowed")
        elif not self._hub.is_open or len(self._hub) >= self._hub.most:
            self._refuse(b"503 Service Unavailable")
        elif not self._hub.has_room_for(ticket.sitting_id):
            self._refuse(b"429 Too Many Requests")
        else:
            self._stop_deadline()
            self._hub.join(self, ticket)
            self.say(_OPENING)

    def _refuse(self, status: bytes, body: bytes = b"") -> None:
        """A whole short reply. The deadline goes on running, so that one nobody fetches ends with it."""
        self.say(
            b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nCache-Control: no-store\r\n"
            b"Connection: close\r\n\r\n%b" % (status, len(body), body)
        )
        self.end()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
