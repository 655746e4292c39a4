"""How fast exams are delivered and what it costs the server, beside a floor and with nothing lost.

`make bench-delivery` runs every stage on PostgreSQL and on SQLite and prints the table; `--markdown FILE`
writes it for `examsvc/docs/performance.md`, `--quick` takes a minute or two. Not a test: machines differ, and
the driver runs beside the server on the same cores. Server CPU is that of all server processes, without the
driver's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.benchmarks.delivery_bed import Ground, ground
from tests.benchmarks.delivery_costs import acts, saturation
from tests.benchmarks.delivery_growth import expiries, growth
from tests.benchmarks.delivery_measure import Scale
from tests.benchmarks.delivery_rates import seats, starts_and_steady
from tests.benchmarks.delivery_table import Row, as_markdown, machine, show

VICTIMS = ("worker", "postgres", "redis")
STAGES: dict[str, Callable[[Ground, Scale, Progress], list[Row]]] = {
    "acts": acts,
    "saturation": saturation,
    "steady": starts_and_steady,
    "expiries": expiries,
    "growth": growth,
    "seats": seats,
}
DEFAULT = {
    "postgresql": ("acts", "saturation", "steady", "expiries", "growth"),
    "sqlite": ("acts", "saturation", "seats"),
}


def main() -> None:
    options = _options()
    scale = scale_of(options)
    load = os.getloadavg()[0]
    databases = ("postgresql", "sqlite") if options.database == "both" else (options.database,)
    tables: dict[str, list[Row]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    where = machine(None, load)
    with Progress(*columns, transient=True) as progress:
        for database in databases:
            with (
                tempfile.TemporaryDirectory(prefix="bench-delivery-", dir=options.folder) as folder,
                ground(Path(folder), database, options.workers, hall=not options.whole) as on,
            ):
                if on.postgres:
                    where = machine(on.postgres.version, load)
                rows = tables[on.database] = []
                for stage in options.stages or DEFAULT[database]:
                    rows += STAGES[stage](on, scale, progress)
                    progress.console.print(f"{on.database}: {stage} done")
                    _write(tables, where, options)  # after each stage: a long run may be cut short
    print(where)
    for database, rows in tables.items():
        show(rows, f"Delivery on {database}")
    missed = sum(row.met is False for rows in tables.values() for row in rows)
    print(f"{missed} goals missed")


def _write(tables: dict[str, list[Row]], where: str, options: argparse.Namespace) -> None:
    if options.markdown is None:
        return
    size = "a quick run: small sizes" if options.quick else f"{options.candidates:,} candidates"
    kind = "" if options.whole else " of the exam hall"
    workers = f"{options.workers} workers{kind} on PostgreSQL, one with all rooms on SQLite"
    how = f"{workers}, the driver on the same cores; {size}"
    parts = [as_markdown(rows, f"### {database}") for database, rows in tables.items()]
    options.markdown.write_text(f"{where}; {how}.\n\n" + "\n".join(parts), "utf-8")


def scale_of(options: argparse.Namespace) -> Scale:
    """The sizes of a run."""
    quick = options.quick
    return {
        "candidates": min(options.candidates, 300) if quick else options.candidates,
        "arrivals": options.arrivals,
        "save_interval": options.save_interval,
        "clock_interval": options.clock_interval,
        "steady_s": 5.0 if quick else options.duration,
        "starts_s": 4.0 if quick else 60.0,
        "kills": options.kill,
        "acts": 60 if quick else 400,
        "idle_s": 2.0 if quick else 10.0,
        "saturation_s": 3.0 if quick else 10.0,
        "rounds": 1 if quick else 3,
        "growth_s": 2.0 if quick else 6.0,
        "events_each": 20 if quick else 60,
        "events": 50_000 if quick else options.events,
        "seats_s": 3.0 if quick else 10.0,
        "seats_most": 1_600.0,
    }


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--database", choices=("postgresql", "sqlite", "both"), default="both")
    asked.add_argument("--candidates", type=int, default=5_000)
    asked.add_argument("--arrivals", choices=("uniform", "burst"), default="uniform")
    asked.add_argument(
        "--save-interval", type=float, default=20.0, help="seconds between a candidate's saves"
    )
    asked.add_argument(
        "--clock-interval", type=float, default=15.0, help="seconds between asking for the time"
    )
    asked.add_argument("--duration", type=float, default=60.0, help="seconds of steady load")
    asked.add_argument("--events", type=int, default=5_000_000, help="in the large log")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument(
        "--kill",
        type=_kill,
        nargs="*",
        default=[],
        metavar="WHOM@SECOND",
        help=f"kill -9 under steady load: {', '.join(VICTIMS)}, e.g. worker@5 redis@10",
    )
    asked.add_argument(
        "--whole", action="store_true", help="workers with all rooms and the jobs, not the hall's"
    )
    asked.add_argument("--stages", nargs="*", choices=tuple(STAGES), default=None)
    asked.add_argument("--folder", type=Path, default=None, help="where databases are made; not a RAM disk")
    asked.add_argument("--markdown", type=Path, default=None, help="write the table there")
    asked.add_argument("--quick", action="store_true", help="small sizes, for development")
    return asked.parse_args()


def _kill(text: str) -> tuple[str, float]:
    victim, _, at = text.partition("@")
    if victim not in VICTIMS:
        raise argparse.ArgumentTypeError(f"{victim}: not one of {', '.join(VICTIMS)}")
    return victim, float(at)


if __name__ == "__main__":
    main()
