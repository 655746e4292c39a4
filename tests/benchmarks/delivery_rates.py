"""What is held at which rate: starts within a minute, thousands who save, the seats of a database."""

from __future__ import annotations

import asyncio
import itertools
import time

from rich.progress import Progress

from tests.benchmarks.delivery_bed import Bed, Ground, bed
from tests.benchmarks.delivery_measure import (
    P99_MS,
    Scale,
    ledger,
    memory,
    p99,
    per_act_ms,
    respond_and_save,
    run,
)
from tests.benchmarks.delivery_table import Row
from tests.load import drive
from tests.load.candidate import Candidate
from tests.load.drive import Driven

GIVE_UP_S = 60.0


def starts_and_steady(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """Everybody opens within a minute, then saves every so many seconds, then also asks for the time."""
    n, rows = scale["candidates"], []
    with bed(on, n) as made:
        if scale["arrivals"] == "burst":
            due, how, goal = drive.burst(made.candidates), "all at once", None
        else:
            rate = n / scale["starts_s"]
            due, how = (
                drive.uniform(made.candidates, rate, made.hall.rng),
                f"within {scale['starts_s']:.0f} s",
            )
            goal = 1000.0
        task = progress.add_task(f"{on.database}: {n} starts", total=None)
        driven, cpu = run(made, lambda: drive.at_times(due, _open))
        progress.remove_task(task)
        ms, split = per_act_ms(cpu, driven)
        note = f"{ms:.2f} ms CPU each ({split})"
        rows.append(p99("starts", f"{n:,} starts {how}, p99", driven, goal, note))
        rows.append(Row("starts", "failed", driven.failed, "", 0))
        rows += _steady(made, scale, progress, with_clock=False)
        rows += _steady(made, scale, progress, with_clock=True)
        rows += [ledger(made, "steady"), memory(made, f"after {n:,} candidates")]
    return rows


def seats(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """The highest rate at which saves stay quick: how many candidates this database may seat."""
    held, too_much, tried = 0.0, float("inf"), []
    rate = 50.0
    with bed(on, scale["acts"], opened=True) as made:
        task = progress.add_task(f"{on.database}: seats", total=None)
        while rate <= scale["seats_most"] and too_much - held > 0.1 * max(held, 50.0):
            driven, _cpu = run(made, lambda rate=rate: _at_rate(made, rate, scale["seats_s"]))
            tried.append(f"{rate:.0f}/s: {driven.percentile_ms(0.99):.0f} ms")
            behind = driven.wall_s > scale["seats_s"] + 1
            if driven.percentile_ms(0.99) <= P99_MS and not driven.failed and not behind:
                held = rate
            else:
                too_much = rate
            rate = min(rate * 2, (held + too_much) / 2)
        progress.remove_task(task)
        every = scale["save_interval"]
        return [
            Row("seats", "saves a second with p99 ≤ 300 ms", held, "/s", note="p99 at " + ", ".join(tried)),
            Row("seats", f"candidates at one save per {every:.0f} s", held * every, ""),
            ledger(made, "seats"),
        ]


def _steady(made: Bed, scale: Scale, progress: Progress, *, with_clock: bool) -> list[Row]:
    """Each saves once an interval; with the clock each also asks for the time as the player does."""
    every, clock_every, seconds = scale["save_interval"], scale["clock_interval"], scale["steady_s"]
    n, rng = len(made.candidates), made.hall.rng
    stage = f"steady, clock every {clock_every:.0f} s" if with_clock else "steady"
    asked: list[Driven] = []

    async def go() -> Driven:
        saves = drive.at_times(drive.periodic(made.candidates, every, seconds, rng), _save_surely)
        if with_clock:
            clocks = drive.at_times(drive.periodic(made.candidates, clock_every, seconds, rng), _ask)
            driven, clock = await asyncio.gather(saves, clocks)
            asked.append(clock)
            return driven
        driven, _ = await asyncio.gather(saves, _kill(made, scale["kills"]))
        return driven

    failed_before = made.hall.tally.failures("save")
    task = progress.add_task(f"{made.ground.database}: {stage}", total=None)
    driven, cpu = run(made, go)
    progress.remove_task(task)
    errors = made.hall.tally.failures("save") - failed_before
    load = f"server {cpu.server / driven.wall_s:.2f} cores, driver {cpu.driver / driven.wall_s:.2f}"
    rate = min(n / every, len(driven.latencies_s) / seconds)
    return [
        Row(stage, f"{n:,} candidates, saves a second", rate, "/s", note=f"due {n / every:.0f}/s; {load}"),
        p99(stage, "saves, p99", driven, P99_MS),
        Row(stage, "saves that failed at first", errors / max(1, driven.done + errors) * 100, "%", 0.01),
        Row(stage, "saves never acknowledged", driven.failed, "", 0),
        *(p99(stage, "heartbeats, p99", clock, None) for clock in asked),
    ]


async def _at_rate(made: Bed, rate: float, seconds: float) -> Driven:
    ones = itertools.islice(itertools.cycle(made.candidates), int(rate * seconds))
    return await drive.at_times(drive.uniform(ones, rate, made.hall.rng), respond_and_save)


async def _kill(made: Bed, schedule: list[tuple[str, float]]) -> None:
    """kill -9 by the schedule; PostgreSQL and Redis come back at once, workers by their master."""
    began = time.monotonic()
    postgres, redis = made.ground.postgres, made.ground.redis
    for victim, at in sorted(schedule, key=lambda one: one[1]):
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        if victim == "worker":
            made.web.kill_worker()
        elif victim == "redis" and redis:
            redis.kill()
            await asyncio.to_thread(redis.start)
        elif victim == "postgres" and postgres:
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.restart)


async def _open(one: Candidate) -> None:
    await one.open()


async def _ask(one: Candidate) -> None:
    await one.heartbeat()


async def _save_surely(one: Candidate) -> bool:
    one.respond_at_random()
    return await one.save_surely(time.monotonic() + GIVE_UP_S)
