from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask

from examsvc.edge.live_ticket import init_live, live_url
from examsvc.live.hub import AT_ONCE, CHANGED, HEARTBEAT, HEARTBEAT_S, MOST_A_SITTING, SPREAD_S, Hub
from examsvc.live.stream import HEAD_BYTES, Stream
from examsvc.live.ticket import GOOD_FOR_S, Ticket, find_ticket, sign_ticket
from examsvc.ports import Change

SECRET = "only-for-tests"
MINE = Ticket(7, 3)


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ended = False

    def say(self, message: bytes) -> None:
        self.messages.append(message)

    def end(self) -> None:
        self.ended = True


class Wire(asyncio.Transport):
    """A connection without a network."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.state = "open"

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.sent += data

    def is_closing(self) -> bool:
        return self.state != "open"

    def close(self) -> None:
        self.state = "closed"

    def abort(self) -> None:
        self.state = "aborted"


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time is set by the test: what would be waited for is done at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def pass_s(self, seconds: float) -> None:
        self.now += seconds
        for _ in range(3):
            await asyncio.sleep(0)


def run(test: Any) -> None:
    """Run a coroutine function of the loop whose clock the test sets."""
    loop = Clock()
    try:
        loop.run_until_complete(test(loop))
    finally:
        loop.close()


def connected(hub: Hub) -> tuple[Stream, Wire]:
    stream, wire = Stream(hub, lambda text: find_ticket(SECRET, text)), Wire()
    stream.connection_made(wire)
    return stream, wire


def open_hub(most: int = 100) -> Hub:
    hub = Hub(most)
    hub.open()
    return hub


def ask(ticket: str, method: str = "GET") -> bytes:
    return f"{method} /live/{ticket} HTTP/1.1\r\nHost: exam\r\n\r\n".encode()


# tickets


def test_a_ticket_names_its_sitting_and_nobody_can_write_one():
    text = sign_ticket(SECRET, MINE)
    assert find_ticket(SECRET, text) == MINE
    assert find_ticket("another key", text) is None
    assert find_ticket(SECRET, text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert find_ticket(SECRET, "") is None


def test_a_ticket_runs_out(monkeypatch: pytest.MonkeyPatch):
    text = sign_ticket(SECRET, MINE)
    signed_at = int(__import__("time").time())
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: signed_at + GOOD_FOR_S + 2)
    assert find_ticket(SECRET, text) is None


def test_pages_are_told_an_address_only_where_there_is_a_channel():
    app = Flask("pages")
    app.secret_key = SECRET
    init_live(app, "/live/")
    with app.app_context():
        address = live_url(7, 3)
    assert address is not None
    assert address.startswith("/live/")
    assert find_ticket(SECRET, address.removeprefix("/live/")) == MINE
    init_live(app, None)
    with app.app_context():
        assert live_url(7, 3) is None


# who hears what


def test_a_change_reaches_its_sitting_and_its_administration_and_nobody_else():
    async def test(clock: Clock) -> None:
        hub = open_hub()
        mine, neighbour, stranger = Heard(), Heard(), Heard()
        hub.join(mine, Ticket(7, 3))
        hub.join(neighbour, Ticket(8, 3))
        hub.join(stranger, Ticket(9, 4))
        assert hub.tell(Change((7,))) == 1
        await clock.pass_s(0)
        assert (mine.messages, neighbour.messages) == ([CHANGED], [])
        assert hub.tell(Change((7,), 3)) == 2
        await clock.pass_s(0)
        assert (mine.messages, neighbour.messages) == ([CHANGED] * 2, [CHANGED])
        assert stranger.messages == []

    run(test)


def test_a_word_to_thousands_is_spread_so_that_they_do_not_all_ask_at_once():
    async def test(clock: Clock) -> None:
        hub = open_hub(5_000)
        everybody = [Heard() for _ in range(20 * AT_ONCE)]
        for number, one in enumerate(everybody, 1):
            hub.join(one, Ticket(number, 3))
        hub.tell(Change((), 3))
        await clock.pass_s(0)
        assert sum(bool(one.messages) for one in everybody) == AT_ONCE
        await clock.pass_s(SPREAD_S)
        assert all(one.messages == [CHANGED] for one in everybody)

    run(test)


def test_every_stream_has_one_heartbeat_in_fifteen_seconds():
    hub = open_hub()
    everybody = [Heard() for _ in range(40)]
    for number, one in enumerate(everybody, 1):
        hub.join(one, Ticket(number, 3))
    for _ in range(HEARTBEAT_S):
        hub.beat()
    assert all(one.messages == [HEARTBEAT] for one in everybody)


def test_a_deaf_channel_ends_its_streams_and_takes_no_new_ones():
    async def test(clock: Clock) -> None:
        hub = open_hub()
        listener = Heard()
        hub.join(listener, MINE)
        hub.close()
        _stream, wire = connected(hub)
        _stream.data_received(ask(sign_ticket(SECRET, MINE)))
        assert wire.sent.startswith(b"HTTP/1.1 503")
        await clock.pass_s(SPREAD_S)
        assert listener.ended
        assert len(hub) == 0

    run(test)


# one connection


def test_a_stream_opens_is_written_to_and_is_forgotten_when_it_breaks():
    async def test(clock: Clock) -> None:
        hub = open_hub()
        stream, wire = connected(hub)
        request = ask(sign_ticket(SECRET, MINE))
        stream.data_received(request[:20])
        assert wire.sent == b""
        stream.data_received(request[20:])
        assert wire.sent.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream")
        hub.tell(Change((7,)))
        await clock.pass_s(0)
        assert wire.sent.endswith(CHANGED)
        stream.connection_lost(None)
        assert len(hub) == 0
        assert hub.has_room_for(7)

    run(test)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (ask("not.a.ticket"), b"403"),
        (ask(sign_ticket("another key", MINE)), b"403"),
        (ask(sign_ticket(SECRET, MINE), "HEAD"), b"405"),
        (b"POST /live/x HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /etc/passwd HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /live/../../x HTTP/1.1\r\n\r\n", b"404"),
        (b"\x16\x03\x01\r\n\r\n", b"405"),
        (b"GET /live/x HTTP/1.1\r\nCookie: " + b"x" * HEAD_BYTES, b"431"),
    ],
    # a signed ticket bears the second it was made in: as a name it would differ between two test processes
    ids=[
        "no ticket",
        "foreign key",
        "HEAD",
        "POST",
        "another file",
        "a way up",
        "no HTTP",
        "an endless head",
    ],
)
def test_what_is_no_request_for_a_stream_is_refused(request_: bytes, status: bytes):
    async def test(_clock: Clock) -> None:
        hub = open_hub()
        stream, wire = connected(hub)
        stream.data_received(request_)
        assert wire.sent.split()[1] == status
        assert wire.state == "closed"
        assert len(hub) == 0

    run(test)


def test_who_does_not_finish_his_request_in_time_is_dropped():
    async def test(clock: Clock) -> None:
        stream, wire = connected(open_hub())
        stream.data_received(b"GET /live/")
        await clock.pass_s(4.9)
        assert wire.state == "open"
        await clock.pass_s(0.2)
        assert wire.state == "aborted"

    run(test)


def test_who_listens_is_not_dropped_for_the_time_it_takes():
    async def test(clock: Clock) -> None:
        stream, wire = connected(open_hub())
        stream.data_received(ask(sign_ticket(SECRET, MINE)))
        await clock.pass_s(3600)
        assert wire.state == "open"

    run(test)


def test_who_does_not_read_is_dropped():
    async def test(_clock: Clock) -> None:
        stream, wire = connected(open_hub())
        stream.data_received(ask(sign_ticket(SECRET, MINE)))
        stream.pause_writing()
        assert wire.state == "aborted"

    run(test)


def test_streams_are_bounded_for_a_sitting_and_in_all():
    async def test(_clock: Clock) -> None:
        hub = open_hub(MOST_A_SITTING + 1)
        for _ in range(MOST_A_SITTING):
            connected(hub)[0].data_received(ask(sign_ticket(SECRET, MINE)))
        stream, wire = connected(hub)
        stream.data_received(ask(sign_ticket(SECRET, MINE)))
        assert wire.sent.startswith(b"HTTP/1.1 429")
        connected(hub)[0].data_received(ask(sign_ticket(SECRET, Ticket(8, 3))))
        stream, wire = connected(hub)
        stream.data_received(ask(sign_ticket(SECRET, Ticket(9, 3))))
        assert wire.sent.startswith(b"HTTP/1.1 503")
        assert len(hub) == hub.most

    run(test)
