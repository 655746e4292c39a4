"""The rows of the fault table: what is done, how often, and what must hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, Final

from tests.faults import clocks, controls, disk, expiry, flood, kills, network, slow
from tests.faults.machines import run_engine_machine, run_store_machine
from tests.faults.scene import Report, ground, scene
from tests.load.servers import Redis, migrated_store

ROOT: Final = Path(__file__).resolve().parents[2]
FLOOD_MOST_S = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row found; `holds` None: the fault cannot be made on this machine, `found` says why."""

    holds: bool | None
    count: str
    found: str


@dataclass(frozen=True, slots=True)
class Row:
    """One fault; `run` gets an empty folder, how often, and whom to tell how far it is."""

    key: str
    fault: str
    must_hold: str
    full: int
    quick: int
    run: Callable[[Path, int, Report], Verdict]


def _workers(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on, workers=3) as here:
        return _siege(kills.kill_workers(here, n, report=report), "kills")


def _postgresql(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on) as here:
        return _siege(kills.kill_postgresql(here, n, report=report), "kills")


def _redis(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on) as here:
        siege = kills.kill_redis(here, n, report=report)
    verdict = _siege(siege, "kills")
    share = f"; {siege.tried - siege.failed:,} of {siege.tried:,} saves succeeded at once while it was down"
    return Verdict(bool(verdict.holds) and siege.share_saved >= 0.999, verdict.count, verdict.found + share)


def _asynchronous(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on) as here:
        return _detected(controls.commit_asynchronously(here, n, report=report), "kills", "lost")


def _early(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on, application=controls.ACKNOWLEDGING_FIRST) as here:
        return _detected(controls.acknowledge_before_commit(here, n, report=report), "kills", "lost")


def _keyless(folder: Path, n: int, report: Report) -> Verdict:
    application, statements = controls.WITHOUT_LOOKING_UP, [controls.DROP_KEYS]
    with ground(folder) as on, scene(on, application=application, statements=statements) as here:
        return _detected(controls.save_without_key(here, n, report=report), "repeated saves", "duplicated")


def _disk_postgresql(folder: Path, n: int, report: Report) -> Verdict:
    return _disk(disk.fill_postgresql, folder, n, report)


def _disk_sqlite(folder: Path, n: int, report: Report) -> Verdict:
    return _disk(disk.fill_sqlite, folder, n, report)


def _clocks(folder: Path, n: int, report: Report) -> Verdict:
    redis = Redis(folder / "redis")
    store = migrated_store(f"sqlite:///{folder / 'examsvc.db'}")
    try:
        found = clocks.forge_clocks(store, folder, redis.url, n, report=report)
    finally:
        store.dispose()
        redis.stop()
    told = (
        f"{found.moved} deadlines moved, {found.refused} in time not counted, "
        f"{found.counted_late} late ones counted"
    )
    return Verdict(found.holds, f"{found.requests:,} requests", told)


def _network(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on) as here:
        found = network.cross_bad_network(here, n, report=report)
    fates = ", ".join(f"{count:,} {fate}" for fate, count in sorted(found.fates.items()))
    told = (
        f"{found.events:,} events; {found.comparison}; {len(found.out_of_order)} logs out of order ({fates})"
    )
    return Verdict(
        found.comparison.is_clean and not found.out_of_order, f"{found.faults:,} faults in the network", told
    )


def _engine_machine(_folder: Path, n: int, report: Report) -> Verdict:
    return Verdict(True, f"{run_engine_machine(n, report):,} sequences", "no invariant broken")


def _store_machine(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on:
        n_sqlite = run_store_machine(f"sqlite:///{folder / 'machine.db'}", n // 2, report)
        url = on.empty("machine")
        n_postgresql = run_store_machine(url, n - n // 2, lambda done: report(n_sqlite + done))
    count = f"{n_sqlite:,} sequences on SQLite, {n_postgresql:,} on PostgreSQL"
    return Verdict(True, count, "no invariant broken")


def _expiry(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on:
        found = expiry.expire_together(on, n, report=report)
    told = (
        f"closed and marked within {found.took_s:.0f} s; {len(found.wrong)} without exactly one receipt "
        f"and one mark; one of two finalisers killed after {found.killed_after:,}"
    )
    holds = not (found.wrong or found.unfinished) and found.took_s <= 60 and found.killed_after > 0
    return Verdict(holds, f"{found.sittings:,} sittings", told)


def _slow(folder: Path, n: int, report: Report) -> Verdict:
    with slow.embedded(folder / "serve") as here:
        found = slow.save_beside_slow_senders(here, slow=n, saves=100, report=report)
    told = f"{found.saves.n} saves, {found.failed} failed, p99 {found.saves.p99:.0f} ms; {found.comparison}"
    holds = not found.failed and found.comparison.is_clean
    return Verdict(holds, f"{found.slow:,} slow senders, 24 threads", told)


def _flood(folder: Path, n: int, report: Report) -> Verdict:
    with ground(folder) as on, scene(on) as here:
        found = flood.flood_logins(here, min(FLOOD_MOST_S, float(n)), report=report)
    told = (
        f"p99 of saves {found.quiet.p99:.0f} ms without, {found.flooded.p99:.0f} ms with it; "
        f"{found.failed.total()} saves failed{_why(found.failed)}; "
        f"replies {dict(sorted(found.replies.items()))}; {found.comparison}"
    )
    return Verdict(not found.failed and found.comparison.is_clean, f"{found.logins:,} logins in {n} s", told)


def _why(failed: Counter[str]) -> str:
    return f" ({dict(failed.most_common(3))})" if failed else ""


def _bad_input(_folder: Path, _n: int, _report: Report) -> Verdict:
    command = [sys.executable, "-m", "pytest", "-q", "tests/integration/test_player_bad_input.py"]
    both = {**os.environ, "TEST_BOTH_DATABASES": "1"}
    done = subprocess.run(command, cwd=ROOT, env=both, capture_output=True, text=True, check=False)
    return Verdict(not done.returncode, "every route of the player", done.stdout.strip().splitlines()[-1])


def _siege(siege: kills.Siege, unit: str) -> Verdict:
    return Verdict(siege.comparison.is_clean, f"{siege.strikes:,} {unit}", str(siege.comparison))


def _detected(siege: kills.Siege, unit: str, what: str) -> Verdict:
    """A control holds when the harness has found the broken promise."""
    found = len(getattr(siege.comparison, what))
    return Verdict(found > 0, f"{siege.strikes:,} {unit}", f"detected: {siege.comparison}")


def _disk(fill: Callable[..., disk.Filled], folder: Path, n: int, report: Report) -> Verdict:
    redis = Redis(folder / "redis")
    try:
        found = fill(folder, redis.url, n, report=report)
    except disk.Unavailable as reason:
        return Verdict(None, "none", str(reason))
    finally:
        redis.stop()
    told = (
        f"{found.acknowledged:,} acknowledged, {len(found.lost)} lost; {found.refused:,} refused with 503, "
        f"{len(found.wrong)} otherwise; {found.alarms:,} alarms; not recovered {found.not_recovered} times"
    )
    return Verdict(found.holds, f"{found.rounds:,} times full", told)


LOST = "0 acknowledged events lost, 0 duplicated, projection = replay"
ROWS: Final = (
    Row("workers", "kill -9 of a worker under load", LOST, 1_000, 5, _workers),
    Row("engine-machine", "generated event sequences", "no invariant broken", 20_000, 100, _engine_machine),
    Row("postgresql", "kill -9 of PostgreSQL under load", LOST, 100, 2, _postgresql),
    Row("redis", "kill -9 of Redis under load", f"{LOST}; ≥ 99.9 % of saves succeed", 100, 2, _redis),
    Row(
        "store-machine", "generated acts on real databases", "no invariant broken", 1_000, 20, _store_machine
    ),
    Row("expiry", "sittings that expire together", "one receipt, one mark each; ≤ 60 s", 5_000, 200, _expiry),
    Row("network", "cut, delayed, doubled, overtaken", "every event once, in order", 3_000, 60, _network),
    Row("async-commit", "control: asynchronous commit", "detected", 20, 8, _asynchronous),
    Row("early-ack", "control: acknowledged before commit", "detected", 20, 8, _early),
    Row("no-key", "control: no unique key", "detected", 50, 6, _keyless),
    Row("disk-postgresql", "disk full, PostgreSQL", "503, alarm, recovery", 10, 1, _disk_postgresql),
    Row("disk-sqlite", "disk full, SQLite", "503, alarm, recovery", 20, 1, _disk_sqlite),
    Row("clocks", "client clocks ± 1 day and beyond", "deadline unaffected", 1_000, 20, _clocks),
    Row("slow", "senders who never end", "saves go on", 100, 60, _slow),
    Row("flood", "login flood beside saves", "no save fails", 30, 3, _flood),
    Row("bad-input", "malformed, foreign and oversized requests", "a clear refusal", 1, 1, _bad_input),
)


def run_row(row: Row, n: int, report: Report) -> Verdict:
    """Run it in a folder of its own; whatever goes wrong is a verdict, too."""
    folder = Path(tempfile.mkdtemp(prefix=f"faults-{row.key}-"))
    try:
        return row.run(folder, n, report)
    except Exception as error:
        return Verdict(False, f"of {n:,}", f"{type(error).__name__}: {error}"[:400])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_aside(key: str, n: int, said: Queue[Any]) -> None:
    """The same in a process of its own: `said` is told how far it is, then the verdict and the seconds."""
    warnings.simplefilter("ignore")  # the PostgreSQL wheel asks where run-time files go
    row = next(row for row in ROWS if row.key == key)
    began = time.monotonic()
    verdict = run_row(row, n, lambda done: said.put((key, done)))
    said.put((key, (verdict, time.monotonic() - began)))
