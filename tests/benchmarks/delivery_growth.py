"""How cost grows with the database, and how long thousands of expiries take."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import sqlalchemy as sa
from rich.progress import Progress

from examsvc.store.models import SittingMarkRow, SittingReceiptRow, SittingRow
from tests.benchmarks.delivery_bed import Bed, Ground, bed, laid
from tests.benchmarks.delivery_measure import Scale, back_to_back, ledger, per_act_ms, respond_and_save
from tests.benchmarks.delivery_table import Row
from tests.load.seeding import LIMIT_S, Exam, count_events, fill_events, settle

FEW = 100
FLAT = 1.15  # a cost that grows less than this is called flat
WAIT_AT_MOST_S = 600


def expiries(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """Everybody's time is over at once: until all are closed and marked."""
    n, each = scale["candidates"], scale["events_each"]
    with laid(on, n) as (exam, web):
        task = progress.add_task(f"{on.database}: {n * each:,} events", total=n * each)
        fill_events(exam.store, exam.seats, each, lambda more: progress.advance(task, more))
        progress.remove_task(task)
        settle(exam.store)
        if web.is_embedded:  # one writer at a time: the sittings are over before it starts
            exam.start(LIMIT_S + 120)
        task = progress.add_task(f"{on.database}: {n} expiries", total=n)
        began = time.monotonic()
        web.start()
        if not web.is_embedded:
            exam.start(LIMIT_S + 120)
            began = time.monotonic()
        closed_s = _until(exam, began, _closed, lambda done: progress.update(task, completed=done))
        marked_s = _until(exam, began, _marked, lambda done: progress.update(task, completed=done))
        progress.remove_task(task)
        note = f"{each} events each; all closed after {closed_s:.1f} s"
        return [
            Row("expiries", f"{n:,} sittings closed and marked", marked_s, "s", 60, note=note),
            Row("expiries", "sittings without exactly one receipt and one mark", _not_once(exam), "", 0),
        ]


def growth(on: Ground, scale: Scale, progress: Progress) -> list[Row]:
    """A save's cost in small and large databases, each beside the small one at the same moment."""
    many, half = scale["candidates"], FEW // 2
    rows: list[Row] = []
    with (
        bed(on, FEW, opened=True, n_in=half) as small,
        bed(on, many, opened=True, n_in=half) as large,
    ):
        for one in (small, large):
            fill_events(one.exam.store, one.exam.seats[half:FEW], 10_000 // half)
            settle(one.exam.store)
        rows.append(_beside(small, large, scale, f"{FEW} → {many:,} sittings, 10 thousand events"))
        rest = large.exam.seats[FEW:]
        each = max(1, scale["events"] // len(rest))
        task = progress.add_task(f"{on.database}: {scale['events']:,} events", total=each * len(rest))
        fill_events(large.exam.store, rest, each, lambda more: progress.advance(task, more))
        progress.remove_task(task)
        settle(large.exam.store)
        what = f"10 thousand → {count_events(large.exam.store):,} events"
        rows.append(_beside(small, large, scale, what))
        rows += [ledger(small, "growth"), ledger(large, "growth")]
    return rows


def _beside(small: Bed, large: Bed, scale: Scale, what: str) -> Row:
    """The larger database's cost over the small one's, in turns, so that a noisy minute hits both."""
    spent: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(scale["rounds"] + 1):
        for which, made in enumerate((small, large)):
            ones = itertools.cycle(made.candidates)
            driven, cpu = back_to_back(made, respond_and_save, ones, 8, scale["growth_s"])
            spent[which].append(per_act_ms(cpu, driven)[0])
    before, after = (sorted(values)[len(values) // 2] for values in (spent[0], spent[1]))
    note = f"{before:.2f} → {after:.2f} ms CPU, medians of {scale['rounds'] + 1}"
    return Row("growth", f"cost of a save, {what}", after / before, "×", FLAT, note=note)


def _closed(exam: Exam) -> sa.Select[tuple[int]]:
    return sa.select(sa.func.count()).where(
        SittingRow.administration_id == exam.administration_id, SittingRow.state == "expired"
    )


def _marked(_exam: Exam) -> sa.Select[tuple[int]]:
    return sa.select(sa.func.count(sa.distinct(SittingMarkRow.sitting_id)))


def _until(
    exam: Exam, began: float, query: Callable[[Exam], sa.Select[tuple[int]]], seen: Callable[[int], None]
) -> float:
    """Seconds since `began` until it is so of every sitting; infinite when that takes too long."""
    while True:
        with exam.store.read() as session:
            done = int(session.scalar(query(exam)) or 0)
        seen(done)
        if done >= len(exam.seats):
            return time.monotonic() - began
        if time.monotonic() - began > WAIT_AT_MOST_S:
            return float("inf")
        time.sleep(0.25)


def _not_once(exam: Exam) -> int:
    """How many sittings have not exactly one receipt and one mark."""
    with exam.store.read() as session:
        wrong: set[int] = set()
        for row in (SittingReceiptRow, SittingMarkRow):
            per_sitting = dict(
                session.execute(sa.select(row.sitting_id, sa.func.count()).group_by(row.sitting_id)).all()
            )
            wrong |= {seat.sitting_id for seat in exam.seats if per_sitting.get(seat.sitting_id) != 1}
        return len(wrong)
