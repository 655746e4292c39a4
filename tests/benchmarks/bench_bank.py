"""How fast a bank of 500, 5,000 and 50,000 items is searched, compared, shown and added to, beside floors.

`make bench-bank` lays banks of items that read like those of a customs service into new databases and runs
every stage on SQLite and on PostgreSQL; `--markdown FILE` writes the table for `examsvc/docs/performance.md`,
`--quick` leaves the largest bank out. Not a test: machines differ, and others may use the same cores.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.benchmarks.bank_bed import laid
from tests.benchmarks.bank_stages import STAGES
from tests.benchmarks.delivery_table import Row, as_markdown, machine, show
from tests.load.servers import Postgres

SIZES = (500, 5_000, 50_000)


def main() -> None:
    options = _options()
    load = os.getloadavg()[0]
    where = machine(None, load)
    tables: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-bank-") as folder:
        for database in options.databases:
            postgres = Postgres(Path(folder) / "pg") if database == "PostgreSQL" else None
            if postgres:
                where = machine(postgres.version, load)
            try:
                for size in options.sizes:
                    url = (
                        f"sqlite:///{folder}/{size}.db"
                        if postgres is None
                        else postgres.create(f"bank_{size}")
                    )
                    rows = tables[f"{size:,} items on {database}"] = _measure(url, size, options.stages)
                    show(rows, f"{size:,} items on {database}")
                    _write(tables, where, options.markdown)  # after each: a long run may be cut short
            finally:
                if postgres:
                    postgres.stop()
    print(where)
    print(f"{sum(row.met is False for rows in tables.values() for row in rows)} goals missed")


def _measure(url: str, size: int, stages: list[str]) -> list[Row]:
    bed = laid(url, size)
    try:
        return [row for stage in STAGES if stage in stages for row in STAGES[stage](bed)]
    finally:
        bed.deps.store.dispose()


def _write(tables: dict[str, list[Row]], where: str, to: Path | None) -> None:
    if to is not None:
        parts = [as_markdown(rows, f"### {title}") for title, rows in tables.items()]
        to.write_text(f"{where}.\n\n" + "\n".join(parts), "utf-8")


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("stages", nargs="*", default=list(STAGES), help=f"of {', '.join(STAGES)}")
    asked.add_argument("--quick", action="store_true", help="500 and 5,000 items alone")
    asked.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    asked.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    asked.add_argument("--markdown", type=Path)
    options = asked.parse_args()
    if options.quick:
        options.sizes = [size for size in options.sizes if size <= SIZES[1]]
    return options


if __name__ == "__main__":
    main()
