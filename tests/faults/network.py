"""Candidates behind a bad network: every event they made is on the server once, in their order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from examsvc.delivery.events import MAX_EVENTS
from examsvc.delivery.receipt import log_lines
from examsvc.store import sittings as sitting_store
from tests.faults.proxy import Fate, FaultProxy, Weather
from tests.faults.scene import SEED, Report, Scene, Strikes, besiege, hand_in_all, silent, take_seats
from tests.load.candidate import Candidate, Refused
from tests.load.http import Pool
from tests.load.ledger import Comparison


class Hasty(Candidate):
    """Sends what waits in two requests at once, so that the later half can arrive before the earlier one."""

    async def save(self) -> None:
        batch = list(self.pending.values())
        half = len(batch) // 2
        sent = [self._send(part) for part in (batch[:half], batch[half : half + MAX_EVENTS]) if part]
        results = await asyncio.gather(*sent, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _send(self, batch: list[dict[str, Any]]) -> None:
        path = f"{self._api}/events"
        reply = await self._timed("save", self.browser.post_json, path, {"events": batch}, expect=(200, 409))
        answer = reply.json()
        if "durable_through" not in answer:
            raise Refused("save", reply)
        self._acknowledged(answer)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What came of it; `out_of_order`: sittings whose log is not what their candidate made, in that order."""

    saves: int
    events: int
    fates: Counter[Fate]
    comparison: Comparison
    out_of_order: tuple[int, ...]

    @property
    def faults(self) -> int:
        return sum(n for fate, n in self.fates.items() if fate is not Fate.PASSES)


def cross_bad_network(here: Scene, faults: int, *, n: int = 12, report: Report = silent) -> Crossing:
    """Candidates save through the proxy until so many requests have met with a fault; then all hand in."""
    return asyncio.run(_cross(here, faults, n, report))


async def _cross(here: Scene, faults: int, n: int, report: Report) -> Crossing:
    async with FaultProxy(here.web.host, here.web.port, random.Random(SEED), Weather(each=9)) as proxy:
        pool = Pool(proxy.host, proxy.port, size=48)
        candidates = await take_seats(here, n, kind=Hasty, pool=pool)

        def met() -> int:
            return sum(count for fate, count in proxy.fates.items() if fate is not Fate.PASSES)

        strikes = Strikes(lambda: report(met()), 1_000_000, 0.2, enough=lambda: met() >= faults)
        await besiege(candidates, strikes, pause_s=0.05)
        await proxy.let_go()
        proxy.clear()
        await hand_in_all(candidates)
        pool.close()
        tally = candidates[0].hall.tally
        return Crossing(
            saves=tally.count("save"),
            events=sum(len(one.log) for one in candidates),
            fates=proxy.fates,
            comparison=candidates[0].hall.ledger.compare(here.store),
            out_of_order=tuple(
                one.seat.sitting_id for one in candidates if _stored_log(here, one) != "\n".join(one.log)
            ),
        )


def _stored_log(here: Scene, one: Candidate) -> str:
    sitting_id = one.seat.sitting_id
    with here.store.read() as session:
        return log_lines(sitting_store.list_logs(session, [sitting_id])[sitting_id])
