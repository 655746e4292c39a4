"""`make test-faults`: the fault table with the counts that the promises ask for, and a report of it."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import sys
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.benchmarks.delivery_table import machine
from tests.faults.rows import ROWS, Row, Verdict, run_aside

HEADINGS = ("fault", "count", "must hold", "", "found", "seconds", "command")
_SPAWN = multiprocessing.get_context("spawn")  # each row starts from a clean process


def main() -> int:
    """Run the rows side by side; exit status 1 when a promise was broken or a control went unnoticed."""
    asked = _arguments()
    rows = [row for row in ROWS if not asked.row or row.key in asked.row]
    counts = {row.key: asked.count or (row.full if asked.full else row.quick) for row in rows}
    load = os.getloadavg()[0]
    results = _run(rows, counts, asked.side_by_side)
    title = f"{machine(None, load)}; {'full' if asked.full and not asked.count else 'reduced'} counts"
    lines = [_line(row, counts[row.key], *results[row.key]) for row in rows]
    _show(title, lines)
    if asked.report:
        _write(asked.report, title, lines)
    required = os.environ.get("EXAMSVC_REQUIRE_FAULTS") == "1"
    broken = [v for v, _s in results.values() if v.holds is False or (required and v.holds is None)]
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test-faults", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the counts of the promises (about 25 minutes)")
    parser.add_argument(
        "--row", action="append", choices=[row.key for row in ROWS], help="only this; repeatable"
    )
    parser.add_argument("--count", type=int, help="this many, whatever the row asks for")
    parser.add_argument("--side-by-side", type=int, default=2, help="rows at the same time (2)")
    parser.add_argument("--report", type=Path, help="write the table here, too, as Markdown")
    return parser.parse_args()


def _run(rows: list[Row], counts: dict[str, int], lanes: int) -> dict[str, tuple[Verdict, float]]:
    """Each row in a process of its own, so many at the same time; what they say comes over one queue."""
    said: multiprocessing.Queue[tuple[str, int | tuple[Verdict, float]]] = _SPAWN.Queue()
    results: dict[str, tuple[Verdict, float]] = {}
    waiting, running = list(rows), dict[str, Any]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        tasks = {row.key: progress.add_task(row.key, total=counts[row.key], start=False) for row in rows}
        while len(results) < len(rows):
            while waiting and len(running) < lanes:
                key = waiting.pop(0).key
                running[key] = _SPAWN.Process(target=run_aside, args=(key, counts[key], said))
                running[key].start()
                progress.start_task(tasks[key])
            try:
                key, told = said.get(timeout=1)
            except queue.Empty:
                for key in [key for key, process in running.items() if process.exitcode]:
                    results[key] = (Verdict(False, "-", f"ended with {running.pop(key).exitcode}"), 0.0)
                continue
            if isinstance(told, int):
                progress.update(tasks[key], completed=told)
                continue
            results[key] = told
            running.pop(key).join()
            progress.update(tasks[key], completed=counts[key])
            progress.stop_task(tasks[key])
    return results


def _line(row: Row, n: int, verdict: Verdict, seconds: float) -> tuple[str, ...]:
    word = {True: "holds", False: "BROKEN", None: "not run"}[verdict.holds]
    command = f'`make test-faults ARGS="--row {row.key} --count {n}"`'
    return (row.fault, verdict.count, row.must_hold, word, verdict.found, f"{seconds:.0f}", command)


def _show(title: str, lines: list[tuple[str, ...]]) -> None:
    console = Console()
    console.print(title)
    for fault, count, must_hold, word, found, seconds, _command in lines:
        style = {"holds": "green", "BROKEN": "bold red"}.get(word, "yellow")
        console.print(
            f"[{style}]{word:8}[/] [bold]{fault}[/] ({count}, {seconds} s): {must_hold}", highlight=False
        )
        console.print(f"         {found}", highlight=False, markup=False)


def _write(path: Path, title: str, lines: list[tuple[str, ...]]) -> None:
    text = [f"{date.today().isoformat()}: {title}.", "", "| " + " | ".join(HEADINGS) + " |"]
    text.append("|" + "---|" * len(HEADINGS))
    text += ["| " + " | ".join(line) + " |" for line in lines]
    path.write_text("\n".join(text) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
