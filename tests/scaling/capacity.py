"""From the cost of one save to the machines for 100 thousand and 1 million candidates.

Run: python -m tests.scaling.capacity --save-web 1.4 --save-db 0.6 ...
with the figures of `make bench-delivery` and of `python -m tests.scaling.measure`.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, fields

HOURS = 3
SAVE_EVERY_S, CLOCK_EVERY_S, POLL_EVERY_S = 20, 15, 2.5
START_WITHIN_S = 60
BUSY = 0.5  # of a core, in the steady state: what is left is for the start, a lost host and the bad day
ITEMS = 60
CELL = 100_000


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds by act and place; bytes by event."""

    save_web: float = 1.4
    save_db: float = 0.6
    clock_web: float = 1.2
    clock_db: float = 0.3
    start_web: float = 8.0  # sitting page, sealed form and open
    start_db: float = 2.0
    event_b: float = 361
    projected_b: float = 81
    wal_b: float = 1750  # twice what is measured: after each checkpoint every page comes whole once
    stream_kb: float = 4  # 2.3 in the process, the rest the kernel's


def rows(n: int, costs: Costs) -> list[tuple[str, str]]:
    """One column of the table."""
    saves, clocks, starts = n / SAVE_EVERY_S, n / CLOCK_EVERY_S, n / START_WITHIN_S
    web = (saves * costs.save_web + clocks * costs.clock_web) / 1000
    database = (saves * costs.save_db + clocks * costs.clock_db) / 1000
    polling = (saves * costs.save_web + n / POLL_EVERY_S * costs.clock_web) / 1000
    events = n * HOURS * 3600 / SAVE_EVERY_S
    disk = (events * costs.event_b + n * ITEMS * costs.projected_b) / 1e9
    cores = math.ceil(max(web / BUSY, starts * costs.start_web / 1000 / 0.9))
    return [
        ("saves a second", f"{saves:,.0f}"),
        ("readings of the clock a second", f"{clocks:,.0f}"),
        ("web: cores in use", f"{web:.1f}"),
        ("the same without the live channel", f"{polling:.1f}"),
        (
            f"web: cores used by the start, within {START_WITHIN_S} s",
            f"{starts * costs.start_web / 1000:.1f}",
        ),
        ("**web: cores to have**, one worker each", f"**{cores}**"),
        ("database: cores in use", f"{database:.1f}"),
        (
            "**database: cores to have**, primary and standby each",
            f"**{math.ceil(max(4, database / BUSY))}**",
        ),
        ("WAL to disk and standby, MB/s", f"{saves * costs.wal_b / 1e6:.1f}"),
        (f"events in {HOURS} h, million", f"{events / 1e6:.0f}"),
        ("table and index growth, GB", f"{disk:.0f}"),
        (f"WAL in {HOURS} h (the archive), GB", f"{events * costs.wal_b / 1e9:.0f}"),
        ("live channel: memory of the streams, GB", f"{n * costs.stream_kb / 1e6:.2f}"),
        ("nginx: connections, two for each page", f"{2 * n:,}"),
        (f"cells of {CELL:,}", f"{math.ceil(n / CELL)}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for one in fields(Costs):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=float, default=one.default)
    costs = Costs(**vars(parser.parse_args()))
    columns = {n: rows(n, costs) for n in (5_000, 100_000, 1_000_000)}
    print("|  | " + " | ".join(f"{n:,}" for n in columns) + " |")
    print("|---|" + "--:|" * len(columns))
    for line in zip(*columns.values(), strict=True):
        print(f"| {line[0][0]} | " + " | ".join(value for _name, value in line) + " |")


if __name__ == "__main__":
    main()
