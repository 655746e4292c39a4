"""Two ways to put load on a server: as fast as it replies, or at a given rate whether it replies or not."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.load.candidate import Refused
from tests.load.http import ConnectionLost

One = TypeVar("One")
Act = Callable[[One], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of it; `latencies_s` count from the moment the act was due, so waiting in line is in them."""

    done: int
    failed: int
    wall_s: float
    latencies_s: tuple[float, ...]

    @property
    def per_s(self) -> float:
        return self.done / self.wall_s if self.wall_s else 0.0

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


async def back_to_back(
    ones: Iterable[One], act: Act[One], *, at_once: int, seconds: float | None = None
) -> Driven:
    """Each of `ones` acts, `at_once` at any time, until all have or the time is over."""
    began = time.perf_counter()
    until = None if seconds is None else began + seconds
    queue = iter(ones)
    latencies: list[float] = []
    failed = 0

    async def lane() -> None:
        nonlocal failed
        for one in queue:
            due = time.perf_counter()
            if until is not None and due >= until:
                return
            if await _succeeds(act, one):
                latencies.append(time.perf_counter() - due)
            else:
                failed += 1

    await asyncio.gather(*(lane() for _ in range(at_once)))
    return Driven(len(latencies), failed, time.perf_counter() - began, tuple(latencies))


async def at_times(due_s: Iterable[tuple[float, One]], act: Act[One]) -> Driven:
    """Each acts at its moment (seconds from now, ascending), whatever became of those before."""
    began = time.perf_counter()
    latencies: list[float] = []
    failed = 0
    running: set[asyncio.Task[None]] = set()

    async def run(one: One, due: float) -> None:
        nonlocal failed
        if await _succeeds(act, one):
            latencies.append(time.perf_counter() - due)
        else:
            failed += 1

    for offset, one in due_s:
        due = began + offset
        ahead = due - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        task = asyncio.create_task(run(one, due))
        running.add(task)
        task.add_done_callback(running.discard)
    while running:
        await asyncio.wait(running)
    return Driven(len(latencies), failed, time.perf_counter() - began, tuple(latencies))


def uniform(ones: Iterable[One], rate: float, rng: random.Random) -> Iterator[tuple[float, One]]:
    """Arrivals of independent people at a mean rate: exponential gaps."""
    at = 0.0
    for one in ones:
        yield at, one
        at += rng.expovariate(rate)


def burst(ones: Iterable[One]) -> Iterator[tuple[float, One]]:
    """Everybody at once."""
    return ((0.0, one) for one in ones)


def periodic(
    ones: list[One], every_s: float, seconds: float, rng: random.Random
) -> Iterator[tuple[float, One]]:
    """Each acts every `every_s`, all out of step: what thousands of players do together."""
    offsets = sorted((rng.uniform(0, every_s), index) for index in range(len(ones)))
    turn = 0.0
    while turn < seconds:
        for offset, index in offsets:
            if turn + offset >= seconds:
                return
            yield turn + offset, ones[index]
        turn += every_s


async def _succeeds(act: Act[One], one: One) -> bool:
    try:
        return await act(one) is not False
    except (ConnectionLost, Refused):
        return False
