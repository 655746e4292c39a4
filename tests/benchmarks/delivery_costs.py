"""What each act of a candidate costs the server, and saves at saturation beside the floor."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid

from rich.progress import Progress

from examsvc.store import Store
from tests.benchmarks import delivery_floor as floor
from tests.benchmarks.delivery_bed import Bed, Ground, bed
from tests.benchmarks.delivery_measure import (
    Act,
    Scale,
    back_to_back,
    ledger,
    memory,
    per_act_ms,
    respond_and_save,
    yardstick_ms,
)
from tests.benchmarks.delivery_table import Row
from tests.load import drive
from tests.load.candidate import Candidate
from tests.load.drive import Driven
from tests.load.http import Browser, Pool
from tests.load.processes import CpuSeconds
from tests.load.seeding import PASSWORD
from tests.load.servers import Meter, Web

LANES = 32  # at saturation
STAGE = "CPU per act"


async def _login_page(one: Candidate) -> None:
    one.browser.forget_cookies()
    await one.login_page()


# name, goal in ms, how often each candidate does it
_ACTS: tuple[tuple[str, float | None, int, Act], ...] = (
    ("login page", None, 1, _login_page),
    ("login", 35, 1, lambda one: one.login_form(PASSWORD)),
    ("list of sittings", None, 1, lambda one: one.list_page()),
    ("sitting page", 10, 1, lambda one: one.sitting_page()),
    ("sealed form", None, 1, lambda one: one.sealed()),
    ("open", 10, 1, lambda one: one.open()),
    ("heartbeat", None, 5, lambda one: one.heartbeat()),
    ("save", 2.0, 20, respond_and_save),
    ("submit", 15, 1, lambda one: one.submit()),
)


def acts(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """Server CPU of each act, each in a phase of its own."""
    rows: list[Row] = []
    with bed(on, scale["acts"]) as made:
        rows += _idle(made, scale["idle_s"])
        for name, goal, times, act in _ACTS:
            task = progress.add_task(f"{on.database}: {name}", total=None)
            driven, cpu = back_to_back(made, act, made.candidates * times)
            progress.remove_task(task)
            ms, split = per_act_ms(cpu, driven)
            note = f"{split}; {driven.done} done, {driven.failed} failed"
            rows.append(Row(STAGE, name, ms, "ms", goal, note=note))
        ms = {row.what: row.value for row in rows}
        first = ms["sitting page"] + ms["sealed form"] + ms["open"]
        # the page and the form come in the waiting room; what a start costs is the opening
        rows.append(Row(STAGE, "page, sealed form and opening together", first, "ms"))
        rows += [ledger(made, STAGE), memory(made, "after logins and saves")]
    return rows


def saturation(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """Saves a second with nobody waiting in between, beside the floor's, in turns."""
    runs: dict[str, list[tuple[Driven, CpuSeconds]]] = {"floor INSERT": [], "save": []}
    seconds, rounds = scale["saturation_s"], scale["rounds"]
    with bed(on, scale["acts"], opened=True) as made:
        bare = _floor_web(on, made).start()
        task = progress.add_task(f"{on.database}: saturation", total=rounds * 2)
        try:
            for _ in range(rounds):
                runs["floor INSERT"].append(_measure_floor(on, bare, seconds))
                progress.advance(task)
                ones = itertools.cycle(made.candidates)
                runs["save"].append(back_to_back(made, respond_and_save, ones, LANES, seconds))
                progress.advance(task)
        finally:
            bare.stop()
            progress.remove_task(task)
        rows = [_together(name, some) for name, some in runs.items()]
        ratio = rows[1].value / rows[0].value
        rows.append(Row("saturation", "saves ÷ floor", ratio, "", 0.6, least=True))
        return [*rows, ledger(made, "saturation")]


def _together(name: str, runs: list[tuple[Driven, CpuSeconds]]) -> Row:
    """Several runs as one."""
    done = Driven(
        sum(driven.done for driven, _cpu in runs),
        sum(driven.failed for driven, _cpu in runs),
        sum(driven.wall_s for driven, _cpu in runs),
        tuple(itertools.chain.from_iterable(driven.latencies_s for driven, _cpu in runs)),
    )
    parts = ("web", "database", "redis", "driver")
    cpu = CpuSeconds(*(sum(getattr(spent, part) for _driven, spent in runs) for part in parts))
    ms, split = per_act_ms(cpu, done)
    note = f"p99 {done.percentile_ms(0.99):.0f} ms, {done.failed} failed, {ms:.2f} ms CPU each ({split})"
    return Row("saturation", f"{name}s a second", done.per_s, "/s", note=note)


def _idle(made: Bed, seconds: float) -> list[Row]:
    """What the processes spend while nobody asks for anything; and how quick the machine is just now."""
    made.meter.restart()
    time.sleep(seconds)
    share = made.meter.read().server / seconds * 100
    note = "a fixed loop of Python; it takes longer where the cores are shared"
    return [
        Row("machine", "yardstick", yardstick_ms(), "ms CPU", note=note),
        Row("machine", "server CPU while nobody asks", share, "% of a core"),
    ]


def _floor_web(on: Ground, made: Bed) -> Web:
    """The floor beside the service: on PostgreSQL in the same database, on SQLite in a file of its own."""
    home = made.web.home / "floor"
    home.mkdir()
    url = made.exam.store.writer.url.render_as_string(hide_password=False)
    if not on.postgres:
        url = f"sqlite:///{home / 'floor.db'}"
    store = Store.connect(url)
    floor.prepare(store)
    store.dispose()
    return Web(home, database_url=url, workers=on.workers, application=floor.APPLICATION)


def _measure_floor(on: Ground, web: Web, seconds: float) -> tuple[Driven, CpuSeconds]:
    meter = Meter(web, on.postgres)

    async def within() -> Driven:
        pool = Pool(web.host, web.port, size=LANES)
        browsers = [Browser(pool) for _ in range(LANES)]

        async def insert(number: int) -> bool:
            event = {
                "epoch": 1,
                "seq": number,
                "event_id": str(uuid.uuid4()),
                "item_id": "17",
                "payload": {"response": "B", "flagged": False},
                "client_ms": 0,
            }
            reply = await browsers[number % LANES].post_json(floor.PATH, {"events": [event]})
            return reply.status == 200

        await drive.back_to_back(range(LANES * 4), insert, at_once=LANES)  # every worker warm
        meter.restart()
        try:
            return await drive.back_to_back(itertools.count(), insert, at_once=LANES, seconds=seconds)
        finally:
            pool.close()

    driven = asyncio.run(within())
    return driven, meter.read()
