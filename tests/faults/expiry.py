"""All sittings of an exam end at the same moment, and one of two finalisers is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from examsvc.services.finalise import finalise_due
from examsvc.store import Session, Store
from examsvc.store import marking as marks
from examsvc.store.models import SittingMarkRow, SittingReceiptRow, SittingRow
from tests.faults.scene import Ground, Report, silent
from tests.load.seeding import fill_events, lay_exam, services_over, settle

LIMIT_S, GRACE_S = 3600, 30
GIVE_UP_S = 300.0
_FORK = multiprocessing.get_context("fork")  # a finaliser of its own must not cost seconds of imports


@dataclass(frozen=True, slots=True)
class Expired:
    """What came of it; `wrong`: sittings that have not exactly one receipt and one mark."""

    sittings: int
    took_s: float
    killed_after: int  # so many were closed when one of the two was killed
    wrong: tuple[int, ...]
    unfinished: int


def expire_together(on: Ground, n: int, *, each: int = 20, report: Report = silent) -> Expired:
    """Lay `n` open sittings with `each` events, let their time be over, and watch them being closed."""
    name = f"expiry_{next(on.numbers)}"
    url = on.empty(name)
    store = Store.connect(url)
    processes: list[multiprocessing.process.BaseProcess] = []
    try:
        exam = lay_exam(store, n, limit_s=LIMIT_S, code="EXPIRY")
        fill_events(store, exam.seats, each)
        settle(store)
        processes = [_FORK.Process(target=_finalise_for_ever, args=(url,), daemon=True) for _ in range(2)]
        for process in processes:
            process.start()
        exam.start(LIMIT_S + GRACE_S + 1)
        began = time.monotonic()
        killed_after = _watch(store, n, processes, report)
        took_s = time.monotonic() - began
        with store.read() as session:
            wrong = tuple(_wrong(session, [seat.sitting_id for seat in exam.seats]))
            unfinished = n - _closed(session)
        return Expired(n, took_s, killed_after, wrong, unfinished)
    finally:
        for process in processes:
            process.kill()
            process.join()
        store.dispose()
        on.postgres.drop(name)


def _finalise_for_ever(url: str) -> None:
    """What a worker's sweep does, without a pause."""
    deps = services_over(Store.connect(url))
    while True:
        with suppress(Exception):
            finalise_due(deps)
        time.sleep(0.02)


def _watch(store: Store, n: int, processes: list[multiprocessing.process.BaseProcess], report: Report) -> int:
    """Kill the first finaliser once some are closed; return how many were, when nothing is left to do."""
    killed_after = 0
    give_up = time.monotonic() + GIVE_UP_S
    while time.monotonic() < give_up:
        with store.read() as session:
            closed, unmarked = _closed(session), marks.count_unmarked(session)
        report(closed)
        if closed and not killed_after:
            pid = processes[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            killed_after = closed
        if closed == n and not unmarked:
            break
        time.sleep(0.2 if killed_after else 0.02)  # looking is not free either
    return killed_after


def _closed(session: Session) -> int:
    query = sa.select(sa.func.count()).select_from(SittingRow).where(SittingRow.state == "expired")
    return int(session.scalar(query) or 0)


def _wrong(session: Session, sitting_ids: list[int]) -> list[int]:
    receipts = Counter(session.scalars(sa.select(SittingReceiptRow.sitting_id)))
    marked = Counter(session.scalars(sa.select(SittingMarkRow.sitting_id)))
    return [one for one in sitting_ids if (receipts[one], marked[one]) != (1, 1)]
