"""A flood of logins, right and wrong, while candidates save."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from tests.faults.scene import PATIENCE_S, SEED, Report, Scene, silent, take_seats
from tests.load.candidate import Candidate, Hall
from tests.load.http import Browser, ConnectionLost, Pool
from tests.load.ledger import Comparison, Ledger
from tests.load.seeding import PASSWORD
from tests.load.tally import Tally, Times

CROWD = 16
AT_ONCE = 24  # logins under way at any time


@dataclass(frozen=True, slots=True)
class Flooded:
    """Saves without and with the flood; `failed`: by why; `replies`: to the logins, by status."""

    quiet: Times
    flooded: Times
    failed: Counter[str]
    logins: int
    replies: Counter[int]
    comparison: Comparison


def flood_logins(here: Scene, seconds: float, *, report: Report = silent) -> Flooded:
    """For so long candidates save undisturbed, and for as long again beside the flood."""
    return asyncio.run(_flood(here, seconds, report))


async def _flood(here: Scene, seconds: float, report: Report) -> Flooded:
    candidates = await take_seats(here, CROWD)
    ledger = candidates[0].hall.ledger
    quiet, flooded = Tally(), Tally()
    await _save_for(seconds, candidates, quiet, ledger)
    report(1)
    replies: Counter[int] = Counter()
    over = asyncio.Event()
    names = [seat.username for seat in here.ground.seats]
    pool = here.pool()
    flood = [asyncio.create_task(_log_in_until(over, pool, names, replies)) for _ in range(AT_ONCE)]
    await _save_for(seconds, candidates, flooded, ledger)
    over.set()
    await asyncio.gather(*flood)
    report(2)
    failed = quiet.errors + flooded.errors
    comparison = ledger.compare(here.store)
    return Flooded(quiet.times("save"), flooded.times("save"), failed, replies.total(), replies, comparison)


async def _save_for(seconds: float, candidates: list[Candidate], tally: Tally, ledger: Ledger) -> None:
    until = time.monotonic() + seconds
    hall = candidates[0].hall
    for one in candidates:
        one.hall = Hall(hall.pool, ledger, tally, hall.rng)

    async def go_on(one: Candidate) -> None:
        while time.monotonic() < until:
            one.respond_at_random()
            await one.save_surely(time.monotonic() + PATIENCE_S)
            await asyncio.sleep(one.hall.rng.uniform(0, 0.6))

    await asyncio.gather(*map(go_on, candidates))


async def _log_in_until(over: asyncio.Event, pool: Pool, names: list[str], replies: Counter[int]) -> None:
    """Every other password is wrong; who is throttled comes again at once."""
    rng = random.Random(SEED)
    while not over.is_set():
        browser = Browser(pool)
        with suppress(ConnectionLost):
            await browser.get("/login")
            password = PASSWORD if rng.random() < 0.5 else "sai-mật-khẩu"
            reply = await browser.post_form("/login", username=rng.choice(names), password=password)
            replies[reply.status] += 1
