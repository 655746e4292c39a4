"""Who listens to what, and how a word reaches thousands without waking them all at one instant."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from examsvc.live.ticket import Ticket
from examsvc.ports import Change

HEARTBEAT_S: Final = 15
# Everybody who hears the word asks the web servers for the clock: 5,000 at once would stand in line there for
# longer than this takes, and a change has to be seen within 3 s.
SPREAD_S: Final = 1.5
AT_ONCE: Final = 50
MOST_A_SITTING: Final = 4  # a reload overlaps with the page before; more windows than these may poll

CHANGED: Final = b"data: changed\n\n"
HEARTBEAT: Final = b":\n\n"


class Listener(Protocol):
    """An open stream."""

    def say(self, message: bytes) -> None: ...

    def end(self) -> None: ...


class Hub:
    """All open streams of this process; lives in one event loop."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.is_open = False  # only while changes are heard: a page must never trust a deaf channel
        self._places: dict[Listener, tuple[Ticket, int]] = {}
        self._sittings: defaultdict[int, set[Listener]] = defaultdict(set)
        self._administrations: defaultdict[int, set[Listener]] = defaultdict(set)
        self._beats: tuple[set[Listener], ...] = tuple(set() for _ in range(HEARTBEAT_S))
        self._joined = 0
        self._beat = 0

    def __len__(self) -> int:
        return len(self._places)

    def has_room_for(self, sitting_id: int) -> bool:
        """Whether one more stream for this sitting is within its bound."""
        return len(self._sittings.get(sitting_id, ())) < MOST_A_SITTING

    def join(self, listener: Listener, ticket: Ticket) -> None:
        """From now on this stream hears of its sitting and its administration."""
        turn = self._joined % HEARTBEAT_S
        self._joined += 1
        self._places[listener] = (ticket, turn)
        self._sittings[ticket.sitting_id].add(listener)
        self._administrations[ticket.administration_id].add(listener)
        self._beats[turn].add(listener)

    def leave(self, listener: Listener) -> None:
        """Forget a stream; one that never joined is no matter."""
        place = self._places.pop(listener, None)
        if place is None:
            return
        ticket, turn = place
        self._beats[turn].discard(listener)
        for index, key in (
            (self._sittings, ticket.sitting_id),
            (self._administrations, ticket.administration_id),
        ):
            index[key].discard(listener)
            if not index[key]:
                del index[key]

    def tell(self, change: Change) -> int:
        """Pass a change on to whom it concerns; returns to how many."""
        concerned: set[Listener] = set()
        for sitting_id in change.sitting_ids:
            concerned |= self._sittings.get(sitting_id, set())
        if change.administration_id is not None:
            concerned |= self._administrations.get(change.administration_id, set())
        self._spread(self._say, list(concerned))
        return len(concerned)

    def beat(self) -> None:
        """A comment to every fifteenth stream: called once a second, each stream has one in 15 s.

        It keeps proxies from closing a quiet stream, and finds out whose machine has gone.
        """
        self._beat = (self._beat + 1) % HEARTBEAT_S
        for listener in list(self._beats[self._beat]):
            listener.say(HEARTBEAT)

    def open(self) -> None:
        """Changes are heard: streams may come."""
        self.is_open = True

    def close(self, *, at_once: bool = False) -> None:
        """Changes are no longer heard: end every stream, so that the pages ask by themselves."""
        self.is_open = False
        if at_once:
            self._end(list(self._places))
        else:
            self._spread(self._end, list(self._places))

    def _spread(self, act: Callable[[Sequence[Listener]], None], listeners: Sequence[Listener]) -> None:
        loop = asyncio.get_running_loop()
        for first in range(0, len(listeners), AT_ONCE):
            loop.call_later(SPREAD_S * first / len(listeners), act, listeners[first : first + AT_ONCE])

    def _end(self, group: Sequence[Listener]) -> None:
        for listener in group:
            self.leave(listener)
            listener.end()

    def _say(self, group: Sequence[Listener]) -> None:
        for listener in group:
            if listener in self._places:
                listener.say(CHANGED)
