"""Cells of a comma-separated table: read with every fault named, written so that none starts a formula."""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TextIO

from scoring.errors import InvalidTable

MISSING_CELLS: Final = ("", "NA", "NaN")
"""What stands for no value, after blanks are stripped; R writes NA."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# A spreadsheet takes these starts as a formula. An apostrophe before them makes text; apostrophes already
# there get one more, so that taking one off restores what was.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


class Reason(StrEnum):
    """What is wrong with a cell; worded in the user interface."""

    UNREADABLE = "UNREADABLE"
    EMPTY_TABLE = "EMPTY_TABLE"
    COLUMN_MISSING = "COLUMN_MISSING"
    COLUMN_UNKNOWN = "COLUMN_UNKNOWN"
    COLUMN_REPEATED = "COLUMN_REPEATED"
    WRONG_NUMBER_OF_CELLS = "WRONG_NUMBER_OF_CELLS"
    VALUE_MISSING = "VALUE_MISSING"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_A_MARK = "NOT_A_MARK"
    NOT_IN_RANGE = "NOT_IN_RANGE"
    NOT_ALLOWED_HERE = "NOT_ALLOWED_HERE"
    REPEATED = "REPEATED"
    UNKNOWN = "UNKNOWN"
    GAP = "GAP"
    NOT_IN_ORDER = "NOT_IN_ORDER"
    CONTRADICTS = "CONTRADICTS"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """`row` as a spreadsheet counts, the header being row 1; `column` as in the header."""

    row: int
    column: str
    reason: Reason
    value: str = ""

    def __str__(self) -> str:
        value = f" ({self.value!r})" if self.value else ""
        return f"row {self.row}, column {self.column!r}: {self.reason}{value}"


@dataclass(slots=True)
class Faults:
    """Faults gathered on the way, raised together."""

    problems: list[CellProblem]

    def add(self, row: int, column: str, reason: Reason, value: str = "") -> None:
        self.problems.append(CellProblem(row, column, reason, value))

    def stop(self) -> None:
        """Raise InvalidTable when there is any."""
        if self.problems:
            raise InvalidTable(sorted(self.problems, key=lambda problem: problem.row))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell, as it was before formula_safe; empty where the table has no such column."""
        cell = self.cells.get(column, "")
        return cell[1:] if _GUARDED.match(cell) else cell

    def named(self, column: str, faults: Faults) -> str:
        """A cell that must name something."""
        name = self.text(column)
        if not name.strip():
            faults.add(self.number, column, Reason.VALUE_MISSING)
        return name

    def number_or_nan(self, column: str, faults: Faults) -> float:
        """NaN where the cell is missing or, with a fault, no finite number."""
        cell = self.cells.get(column, "").strip()
        if cell in MISSING_CELLS:
            return math.nan
        if not _NUMBER.fullmatch(cell) or math.isinf(float(cell)):
            faults.add(self.number, column, Reason.NOT_A_NUMBER, cell)
            return math.nan
        return float(cell)


def read_table(source: str | TextIO, *, delimiter: str = ",") -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows of a table; lines without any cell are passed over.

    Raises
    ------
    InvalidTable : no header, a header cell repeated, rows of other lengths than the header, broken quotes.
    """
    stream = io.StringIO(source, newline="") if isinstance(source, str) else source
    faults = Faults([])
    try:
        records = list(csv.reader(stream, delimiter=delimiter, strict=True))
    except csv.Error as error:
        faults.add(0, "", Reason.UNREADABLE, str(error))
        records = []
    faults.stop()
    if not records or not records[0]:
        faults.add(1, "", Reason.EMPTY_TABLE)
        faults.stop()
    first, *others = records
    first[0] = first[0].removeprefix("\ufeff")
    header = tuple(cell[1:] if _GUARDED.match(cell) else cell for cell in first)
    for column in sorted({column for column in header if header.count(column) > 1}):
        faults.add(1, column, Reason.COLUMN_REPEATED)
    rows = []
    for number, cells in enumerate(others, start=2):
        if len(cells) not in (0, len(header)):
            faults.add(number, "", Reason.WRONG_NUMBER_OF_CELLS, str(len(cells)))
        elif cells:
            rows.append(Row(number, dict(zip(header, cells, strict=True))))
    faults.stop()
    return header, rows


def require_columns(header: Sequence[str], needed: Iterable[str]) -> None:
    """Raise InvalidTable naming the columns that are not there."""
    faults = Faults([])
    for column in needed:
        if column not in header:
            faults.add(1, column, Reason.COLUMN_MISSING)
    faults.stop()


def write_table(header: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """A table as text in the form of RFC 4180; NaN becomes an empty cell.

    Numbers are written so that reading restores them to the last bit.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([formula_safe(column) for column in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def formula_safe(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would else run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return formula_safe(value)
    if isinstance(value, int):
        return str(value)
    return "" if math.isnan(value) else repr(float(value))


def check_names(names: Sequence[str], what: str) -> None:
    """Names must be there and differ, or a table could not be read back."""
    faults, seen = Faults([]), set()
    for row, name in enumerate(names, start=2):
        if not name.strip():
            faults.add(row, what, Reason.VALUE_MISSING)
        elif name in seen:
            faults.add(row, what, Reason.REPEATED, name)
        seen.add(name)
    faults.stop()


def refuse_repeated(names: Sequence[str], rows: Sequence[Row], column: str, faults: Faults) -> None:
    seen: set[str] = set()
    for name, row in zip(names, rows, strict=True):
        if name in seen:
            faults.add(row.number, column, Reason.REPEATED, name)
        seen.add(name)
