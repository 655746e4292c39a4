"""kill -9 of workers, of PostgreSQL and of Redis while candidates save."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from tests.faults.scene import Report, Scene, Strikes, besiege, hand_in_all, silent, take_seats
from tests.load.candidate import Candidate
from tests.load.ledger import Comparison

CROWD = 24


@dataclass(frozen=True, slots=True)
class Siege:
    """What came of it.

    tried, failed : saves that were begun while the fault lasted, and those that were not answered well
    """

    strikes: int
    comparison: Comparison
    tried: int = 0
    failed: int = 0

    @property
    def share_saved(self) -> float:
        return 1 - self.failed / self.tried if self.tried else 1.0


def kill_workers(here: Scene, times: int, *, report: Report = silent) -> Siege:
    """The worker that has served longest is killed, again and again; its neighbour goes on."""

    def strike() -> None:
        _wait_for_workers(here)
        here.web.kill_worker(0)

    return asyncio.run(_siege(here, Strikes(strike, times, 0.4, report, least=CROWD // 2)))


def kill_postgresql(here: Scene, times: int, *, report: Report = silent) -> Siege:
    """The postmaster and every backend, at once; then it is started again and recovers."""

    def strike() -> None:
        here.ground.postgres.kill()
        here.ground.postgres.restart()

    return asyncio.run(_siege(here, Strikes(strike, times, 0.5, report, least=CROWD)))


def kill_redis(here: Scene, times: int, *, down_s: float = 0.5, report: Report = silent) -> Siege:
    """Redis is killed, stays away for a while and comes back empty."""
    counts = {"tried": 0, "failed": 0}

    async def run() -> Siege:
        candidates = await take_seats(here, CROWD)
        tally = candidates[0].hall.tally

        def strike() -> None:
            here.ground.redis.kill()
            done, failed = tally.count("save"), tally.failures("save")
            time.sleep(down_s)
            counts["failed"] += tally.failures("save") - failed
            counts["tried"] += tally.count("save") - done + tally.failures("save") - failed
            here.ground.redis.start()

        return await _judged(here, candidates, Strikes(strike, times, 0.5, report), counts)

    return asyncio.run(run())


async def _siege(here: Scene, strikes: Strikes) -> Siege:
    return await _judged(here, await take_seats(here, CROWD), strikes, {})


async def _judged(
    here: Scene, candidates: list[Candidate], strikes: Strikes, counts: dict[str, int]
) -> Siege:
    struck = await besiege(candidates, strikes)
    await hand_in_all(candidates)
    comparison = candidates[0].hall.ledger.compare(here.store)
    return Siege(struck, comparison, **counts)


def _wait_for_workers(here: Scene) -> None:
    """A strike has to hit somebody who serves: never the only one, who may still be starting."""
    give_up = time.monotonic() + 30
    while len(here.web.worker_pids()) < 2:
        if time.monotonic() > give_up:
            raise AssertionError("the killed worker was not replaced within 30 s")
        time.sleep(0.01)
