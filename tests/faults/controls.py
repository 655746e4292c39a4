"""Negative controls: a promise is broken on purpose, and the same harness must find it out."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from tests.faults.kills import CROWD, Siege
from tests.faults.scene import Report, Scene, Strikes, besiege, silent, take_seats
from tests.load.candidate import Candidate, Refused
from tests.load.http import ConnectionLost

ACKNOWLEDGING_FIRST = "tests.faults.careless:acknowledging_first()"
WITHOUT_LOOKING_UP = "tests.faults.careless:without_looking_up()"
DROP_KEYS = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'response_event'::regclass AND contype IN ('p', 'u')
    LOOP EXECUTE format('ALTER TABLE response_event DROP CONSTRAINT %I', name); END LOOP;
END $$
"""
# The log writer's own rhythm would save most of what was acknowledged: a slow one makes the loss plain.
ASYNCHRONOUS = {"synchronous_commit": "off", "wal_writer_delay": "10s"}
SYNCHRONOUS = {"synchronous_commit": "on", "wal_writer_delay": "200ms"}


class Trusting(Candidate):
    """Tries each save once: where acknowledged events are gone, insisting would never come to an end."""

    async def save_surely(self, give_up_at: float) -> bool:
        with suppress(ConnectionLost, Refused):
            await self.save()
        return True


class Repeating(Candidate):
    """Sends every save twice, as a player does that has not heard the reply to the first."""

    async def save(self) -> None:
        batch = list(self.pending.values())
        with suppress(ConnectionLost):
            await self.browser.post_json(f"{self._api}/events", {"events": batch})
        await super().save()


def commit_asynchronously(here: Scene, times: int, *, report: Report = silent) -> Siege:
    """PostgreSQL acknowledges what is not on the disk yet, and is killed: the ledger must miss some."""
    postgres = here.ground.postgres
    postgres.set(**ASYNCHRONOUS)

    def strike() -> None:
        postgres.kill()
        postgres.restart()
        here.store.dispose()  # the harness's own connections died with it

    try:
        return asyncio.run(_until_lost(here, Strikes(strike, times, 0.8, report)))
    finally:
        postgres.set(**SYNCHRONOUS)


def acknowledge_before_commit(here: Scene, times: int, *, report: Report = silent) -> Siege:
    """The service replies first, and its workers are killed. `here` runs ACKNOWLEDGING_FIRST."""

    def strike() -> None:
        if here.web.worker_pids():
            here.web.kill_worker(0)

    return asyncio.run(_until_lost(here, Strikes(strike, times, 0.6, report)))


def save_without_key(here: Scene, saves: int, *, report: Report = silent) -> Siege:
    """No key, no look-up, and every request comes twice. `here` runs WITHOUT_LOOKING_UP after DROP_KEYS."""
    return asyncio.run(_repeated(here, saves, report))


async def _until_lost(here: Scene, strikes: Strikes) -> Siege:
    """The siege, over when the ledger goes on missing something from one strike to the next.

    What is missing only now may be on its way: a commit that comes a moment after its acknowledgement.
    """
    candidates = await take_seats(here, CROWD, kind=Trusting)
    ledger = candidates[0].hall.ledger
    missing: set[str] = set()

    def goes_on_missing() -> bool:
        before = set(missing)
        missing.clear()
        missing.update(ledger.compare(here.store).lost)
        return bool(before & missing)

    seen = replace(strikes, enough=goes_on_missing)
    struck = await besiege(candidates, seen)
    return Siege(struck, ledger.compare(here.store))


async def _repeated(here: Scene, saves: int, report: Report) -> Siege:
    candidates = await take_seats(here, 4, kind=Repeating)
    for done in range(saves):
        one = candidates[done % len(candidates)]
        one.respond_at_random()
        try:
            await one.save()
        except Refused:
            break  # the doubled log is beyond what the service can answer for: enough is seen
        report(done + 1)
    return Siege(saves, candidates[0].hall.ledger.compare(here.store))
