"""Responses as comma-separated tables, wide or long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from scoring.errors import InvalidResponses
from scoring.exchange.cells import (
    MISSING_CELLS,
    Faults,
    Reason,
    Row,
    check_names,
    read_table,
    refuse_repeated,
    require_columns,
    write_table,
)
from scoring.responses import MISSING, MOST_CATEGORIES, ResponseMatrix, SparseResponses, response_matrix


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTable:
    """(n_persons, n_items) responses with the names of both."""

    persons: tuple[str, ...]
    items: tuple[str, ...]
    responses: ResponseMatrix


@dataclass(frozen=True, slots=True, eq=False)
class SparseResponseTable:
    """Responses in memory proportional to their number, with the names of persons and items."""

    persons: tuple[str, ...]
    items: tuple[str, ...]
    responses: SparseResponses


def write_responses(table: ResponseTable) -> str:
    """Wide: one row per person, one column per item; an empty cell was never presented.

    Raises InvalidTable when a name is empty or repeated, or an item is named "person".
    """
    responses = _checked(table)
    rows = (
        [person, *("" if mark == MISSING else int(mark) for mark in marks)]
        for person, marks in zip(table.persons, responses.tolist(), strict=True)
    )
    return write_table(["person", *table.items], rows)


def read_responses(source: str | TextIO, *, delimiter: str = ",") -> ResponseTable:
    """Read a wide table: a column `person`, every other column an item; empty, NA or NaN is missing.

    Raises
    ------
    InvalidTable : row, column and reason of every cell at fault; nothing is read then.
    """
    header, rows = read_table(source, delimiter=delimiter)
    require_columns(header, ("person",))
    faults = Faults([])
    items = tuple(column for column in header if column != "person")
    for column in items:
        if not column.strip():
            faults.add(1, column, Reason.VALUE_MISSING)
    persons = [row.named("person", faults) for row in rows]
    refuse_repeated(persons, rows, "person", faults)
    responses = np.full((len(rows), len(items)), MISSING, dtype=np.int8)
    for place, row in enumerate(rows):
        responses[place] = [_mark(row, item, faults) for item in items]
    faults.stop()
    return ResponseTable(tuple(persons), items, responses)


def write_long_responses(table: SparseResponseTable) -> str:
    """Long: person, item, mark; one row per response. Who has none, and what nobody met, leaves no trace."""
    check_names(table.persons, "person")
    check_names(table.items, "item")
    sparse = table.responses
    who = np.repeat(np.arange(sparse.n_persons), np.diff(sparse.start))
    rows = (
        (table.persons[person], table.items[item], mark)
        for person, item, mark in zip(who.tolist(), sparse.item.tolist(), sparse.mark.tolist(), strict=True)
    )
    return write_table(["person", "item", "mark"], rows)


def read_long_responses(
    source: str | TextIO, *, items: Sequence[str] | None = None, delimiter: str = ","
) -> SparseResponseTable:
    """Read rows of person, item, mark; a row whose mark is empty, NA or NaN names its person and item only.

    Parameters
    ----------
    items : all items in the order wanted; in order of appearance when None

    Raises
    ------
    InvalidTable : also a response given twice, or an item not among `items`; nothing is read then.
    """
    header, rows = read_table(source, delimiter=delimiter)
    require_columns(header, ("person", "item", "mark"))
    faults = Faults([])
    persons: dict[str, int] = {}
    places = {item: place for place, item in enumerate(items or ())}
    given: dict[tuple[int, int], int] = {}
    for row in rows:
        who, what = row.named("person", faults), row.named("item", faults)
        if items is not None and what not in places:
            faults.add(row.number, "item", Reason.UNKNOWN, what)
        where = persons.setdefault(who, len(persons)), places.setdefault(what, len(places))
        mark = _mark(row, "mark", faults)
        if mark == MISSING:
            continue
        if where in given:
            faults.add(row.number, "mark", Reason.REPEATED, str(mark))
        given[where] = mark
    faults.stop()
    order = sorted(given)
    counts = np.bincount([person for person, _ in order], minlength=len(persons))
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    item = np.array([place for _, place in order], dtype=np.int32)
    mark_array = np.array([given[where] for where in order], dtype=np.int8)
    sparse = SparseResponses(start, item, mark_array, len(places))
    return SparseResponseTable(tuple(persons), tuple(places), sparse)


def _mark(row: Row, column: str, faults: Faults) -> int:
    """The mark in a cell, MISSING where there is none."""
    cell = row.cells[column].strip()
    if cell in MISSING_CELLS:
        return MISSING
    # "1.0" is how R and spreadsheets write a whole number of a column that has gaps
    whole = cell.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 4):
        faults.add(row.number, column, Reason.NOT_A_MARK, cell)
        return MISSING
    if int(whole) >= MOST_CATEGORIES:
        faults.add(row.number, column, Reason.NOT_IN_RANGE, cell)
        return MISSING
    return int(whole)


def _checked(table: ResponseTable) -> ResponseMatrix:
    check_names(table.persons, "person")
    check_names(("person", *table.items), "item")
    responses = response_matrix(table.responses, MOST_CATEGORIES)
    if responses.shape != (len(table.persons), len(table.items)):
        raise InvalidResponses(
            f"responses: expected {len(table.persons)} by {len(table.items)}, got {responses.shape}"
        )
    return responses
