"""`make fuzz-imports`: so many malformed files over all formats, and a table of what became of them."""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import tempfile
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.fuzz.workers import Outcome, prepare, run

CHUNK = 50
MOST_SHOWN = 20


def main() -> int:
    """Exit status 1 when a file was neither read nor refused, took too long or too much memory."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-imports-"))
    folder.mkdir(parents=True, exist_ok=True)
    outcomes = _run(asked.files, asked.seed, asked.side_by_side, folder)
    console = Console()
    console.print(_table(outcomes))
    faults = [one for one in outcomes if one.fault]
    slowest = max(outcomes, key=lambda one: one.seconds)
    refused = sum(one.code is not None for one in outcomes)
    read = len(outcomes) - refused - len(faults)
    console.print(
        f"{len(outcomes):,} files, seed {asked.seed}: {read:,} read, {refused:,} refused, "
        f"{len(faults):,} VIOLATIONS; the slowest {slowest.seconds:.2f} s ({slowest.format}, {slowest.way})",
        highlight=False,
    )
    for one in faults[:MOST_SHOWN]:
        console.print(f"VIOLATION {one.format}, {one.way}: {one.fault}\n  {one.saved}", markup=False)
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-imports", description=__doc__)
    parser.add_argument("--files", type=int, default=50_000, help="how many (50,000)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (1)")
    parser.add_argument("--side-by-side", type=int, default=2, help="processes at the same time (2)")
    parser.add_argument("--keep", type=Path, help="where files that break a promise are kept")
    return parser.parse_args()


def _run(files: int, seed: int, lanes: int, folder: Path) -> list[Outcome]:
    outcomes: list[Outcome] = []
    spawn = multiprocessing.get_context("spawn")
    columns = (TextColumn("files"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress, ProcessPoolExecutor(lanes, spawn, initializer=prepare) as pool:
        task = progress.add_task("files", total=files)
        chunks: dict[Future[list[Outcome]], range] = {}
        for start in range(0, files, CHUNK):
            numbers = range(start, min(start + CHUNK, files))
            chunks[pool.submit(run, numbers, seed, str(folder))] = numbers
        try:
            for done in as_completed(chunks):
                outcomes += _outcomes(done, chunks[done])
                progress.update(task, advance=len(chunks[done]))
        except KeyboardInterrupt:  # what is there is shown
            pool.shutdown(wait=False, cancel_futures=True)
    return outcomes


def _outcomes(done: Future[list[Outcome]], numbers: range) -> list[Outcome]:
    """What became of a chunk; a process that ended in the middle of it is a violation."""
    try:
        return done.result()
    except BrokenProcessPool:
        said = f"files {numbers.start} to {numbers.stop - 1}"
        return [Outcome("?", "?", fault=f"the process ended ({said})")]


def _table(outcomes: list[Outcome]) -> Table:
    table = Table("format", "files", "read", "refused", "violations", "codes of refusals")
    for form in sorted({one.format for one in outcomes}):
        own = [one for one in outcomes if one.format == form]
        codes = Counter(one.code for one in own if one.code)
        table.add_row(
            form,
            f"{len(own):,}",
            f"{sum(not one.code and not one.fault for one in own):,}",
            f"{codes.total():,}",
            f"{sum(one.fault is not None for one in own):,}",
            ", ".join(f"{code} {count:,}" for code, count in codes.most_common()),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
