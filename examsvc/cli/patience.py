"""Requests are gathered whole before a thread sees them: who sends slowly holds up nobody else."""

from __future__ import annotations

import re
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_MOST: Final = 64 * 1024
SMALL: Final = 512 * 1024  # bodies up to here are always taken in; a save is a tenth of it
LARGE_TOGETHER: Final = 128 * 1024 * 1024  # what uploads may announce at the same time
HEAD_WITHIN_S: Final = 10.0
BODY_WITHIN_S: Final = 10.0  # and a second more for each of these many bytes:
BYTES_A_SECOND: Final = 10_000
LOOK_EVERY_S: Final = 0.5
SEND_BUFFER: Final = 1024 * 1024  # a page fits in, so that who reads slowly holds up nobody either

_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
_REASONS: Final = {
    408: b"Request Timeout",
    411: b"Length Required",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
}


@dataclass(slots=True)
class Gathering:
    """What has come of a request so far; `length` of head and body, 0 while the head is incomplete."""

    deadline: float
    data: bytearray = field(default_factory=bytearray)
    length: int = 0
    registered: bool = False

    @property
    def is_large(self) -> bool:
        return self.length > SMALL + HEAD_MOST


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads, with the reading done by the loop that already waits for all connections.

    A thread of gunicorn's own reads from the socket, for as long as the sender pleases: two dozen senders of
    one byte a second would keep everybody from saving. Behind a proxy that buffers, nothing changes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gathering: dict[TConn, Gathering] = {}
        self._ahead: dict[TConn, bytes] = {}  # of a next request, sent before the reply to this one
        self._look_at = 0.0

    # gunicorn calls these

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.nr_conns += 1
        self._begin(TConn(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A kept-alive connection speaks again."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        super().finish_request(conn, fs)
        ahead = self._ahead.pop(conn, b"")
        if ahead and conn in self.keepalived_conns:
            self.poller.unregister(conn.sock)
            self.keepalived_conns.remove(conn)
            self._begin(conn, ahead)

    def murder_pending(self) -> None:
        """Called again and again: give up those whose request is not whole in time."""
        super().murder_pending()
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            for conn, gathered in list(self._gathering.items()):
                if now > gathered.deadline:
                    self._refuse(conn, 408 if gathered.data else None)

    def _cap_keepalive(self, deadline: float) -> None:
        """Stopping: nobody is waited for longer than this."""
        super()._cap_keepalive(deadline)
        for gathered in self._gathering.values():
            gathered.deadline = min(gathered.deadline, deadline)

    # gathering

    def _begin(self, conn: TConn, ahead: bytes = b"") -> None:
        conn.sock.setblocking(False)
        gathered = Gathering(time.monotonic() + HEAD_WITHIN_S, bytearray(ahead))
        self._gathering[conn] = gathered
        if not (ahead and self._judge(conn, gathered)):
            self._receive(conn, conn.sock)
        if conn in self._gathering:
            gathered.registered = True
            self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: TConn, client: socket.socket) -> None:
        """Take what has come; once the request is whole, hand it to a thread."""
        gathered = self._gathering[conn]
        try:
            part = client.recv(2**18)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._drop(conn)
            conn.close()
            self.nr_conns -= 1
            return
        gathered.data += part
        self._judge(conn, gathered)

    def _judge(self, conn: TConn, gathered: Gathering) -> bool:
        """Whether the connection has left the gathering: its request is whole, or refused."""
        if not gathered.length:
            refusal = self._read_head(conn, gathered)
            if refusal:
                self._refuse(conn, refusal)
                return True
        if not gathered.length or len(gathered.data) < gathered.length:
            return False
        self._drop(conn)
        data = bytes(gathered.data[: gathered.length])
        if len(gathered.data) > gathered.length:
            self._ahead[conn] = bytes(gathered.data[gathered.length :])
        conn.init()
        conn.data_ready = True
        conn.parser.unreader.unread(data)
        self.enqueue_req(conn)
        return True

    def _read_head(self, conn: TConn, gathered: Gathering) -> int | None:
        """Find out how long the request is, as soon as that can be known; a status to refuse it with."""
        end = gathered.data.find(_END)
        if end < 0:
            return 431 if len(gathered.data) > HEAD_MOST else None
        end += len(_END)
        if _CHUNKED.search(gathered.data, 0, end):  # no browser does; and it would have no end to wait for
            return 411
        told = _LENGTH.search(gathered.data, 0, end)
        body = int(told.group(1)) if told else 0
        gathered.length = end + body
        gathered.deadline = time.monotonic() + BODY_WITHIN_S + body / BYTES_A_SECOND
        if gathered.is_large and self._announced() > LARGE_TOGETHER:
            return 413
        if body and _EXPECTS.search(gathered.data, 0, end):
            conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    def _announced(self) -> int:
        return sum(gathered.length for gathered in self._gathering.values() if gathered.is_large)

    def _refuse(self, conn: TConn, status: int | None) -> None:
        self._drop(conn)
        if status is not None:
            line = b"HTTP/1.1 %d %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            with suppress(OSError):  # it has hung up
                conn.sock.send(line % (status, _REASONS[status]))
        conn.close()
        self.nr_conns -= 1

    def _drop(self, conn: TConn) -> None:
        if self._gathering.pop(conn).registered:
            self.poller.unregister(conn.sock)
