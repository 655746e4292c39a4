"""The benchmark's table: what was measured, its goal, and the machine it was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `limit` is what it may be at most (or, with `least`, must be at least), None: no goal."""

    stage: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit

    @property
    def goal(self) -> str:
        return "" if self.limit is None else f"{'≥' if self.least else '≤'} {_figure(self.limit)}"

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {None: "", True: "met", False: "missed"}[self.met]
        return (
            self.stage,
            self.what,
            f"{_figure(self.value)} {self.unit}".strip(),
            self.goal,
            verdict,
            self.note,
        )


HEADINGS = ("stage", "what", "measured", "goal", "", "note")


def show(rows: Sequence[Row], title: str) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("measured", "goal") else "left")
    before = ""
    for row in rows:
        if before and row.stage != before:
            table.add_section()
        style = {None: "", True: "green", False: "bold red"}[row.met]
        shown = ("" if row.stage == before else row.stage, *row.cells[1:])
        table.add_row(*shown, style=style)
        before = row.stage
    console = Console()
    if not console.is_terminal:
        console.width = 170  # a file has room
    console.print(table)


def as_markdown(rows: Sequence[Row], title: str) -> str:
    """The same for a document."""
    lines = [title, "", "| " + " | ".join(HEADINGS) + " |", "|---|---|--:|--:|---|---|"]
    lines += ["| " + " | ".join(row.cells) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def machine(postgresql: str | None, load: float) -> str:
    """Processor, cores, kernel, versions, day, and how busy it was before the run."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    databases = [f"PostgreSQL {postgresql}"] if postgresql else []
    databases.append(f"SQLite {sqlite3.sqlite_version}")
    return (
        f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}, "
        f"{', '.join(databases)}, {date.today().isoformat()}, load before {load:.1f}"
    )


def _figure(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
