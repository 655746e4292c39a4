"""How the delivery benchmark measures: an act's CPU, latencies from the moment due, the ledger's word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from tests.benchmarks.delivery_bed import Bed
from tests.benchmarks.delivery_table import Row
from tests.load import drive
from tests.load.candidate import Candidate
from tests.load.drive import Driven
from tests.load.processes import CpuSeconds

P99_MS = 300.0
Act = Callable[[Candidate], Awaitable[Any]]
Scale = dict[str, Any]  # the sizes of a run, see bench_delivery.scale_of


def run(made: Bed, go: Callable[[], Awaitable[Driven]]) -> tuple[Driven, CpuSeconds]:
    """Drive, and say what the servers spent meanwhile."""

    async def within() -> Driven:
        made.meter.restart()
        try:
            return await go()
        finally:
            made.hall.pool.close()  # connections belong to the loop that made them

    driven = asyncio.run(within())
    return driven, made.meter.read()


def back_to_back(
    made: Bed, act: Act, ones: Iterable[Candidate], at_once: int = 8, seconds: float | None = None
) -> tuple[Driven, CpuSeconds]:
    """The same with `at_once` candidates acting at any time."""
    return run(made, lambda: drive.back_to_back(ones, act, at_once=at_once, seconds=seconds))


def per_act_ms(cpu: CpuSeconds, driven: Driven) -> tuple[float, str]:
    """Server CPU of one act, and how it splits."""
    n = max(1, driven.done + driven.failed)
    web, database, redis, driver = (
        part / n * 1000 for part in (cpu.web, cpu.database, cpu.redis, cpu.driver)
    )
    split = f"web {web:.2f}, database {database:.2f}, Redis {redis:.2f}; driver {driver:.2f}"
    return cpu.server / n * 1000, split


def yardstick_ms() -> float:
    """CPU time of a million additions: the same on a quiet machine each time, so a noisy run shows itself."""
    began = time.thread_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.thread_time() - began) * 1000


def p99(stage: str, what: str, driven: Driven, goal: float | None, note: str = "") -> Row:
    lower = f"p50 {driven.percentile_ms(0.5):.1f}, p95 {driven.percentile_ms(0.95):.1f} ms"
    return Row(
        stage, what, driven.percentile_ms(0.99), "ms", goal, note=f"{lower}; {note}" if note else lower
    )


def memory(made: Bed, when: str) -> Row:
    mb = made.web.worker_mb()
    return Row("memory", f"largest worker, {when}", max(mb), "MB", 150, note=f"{len(mb)} workers, resident")


def ledger(made: Bed, stage: str) -> Row:
    """What the database holds of what was acknowledged."""
    found = made.hall.ledger.compare(made.exam.store)
    wrong = [*found.lost, *found.duplicated, *found.altered, *found.unprojected, *found.receipts]
    for line in wrong[:5]:
        print(f"LEDGER {line}")
    return Row(stage, "ledger and database differ in", len(wrong), "", 0, note=str(found))


async def respond_and_save(one: Candidate) -> bool:
    """One response, saved at once; whether it was acknowledged."""
    event = one.respond_at_random()
    await one.save()
    return event["seq"] not in one.pending
