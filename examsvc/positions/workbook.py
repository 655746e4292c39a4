"""The HR office's workbook: read whole, or refused with every fault named by sheet, row and column."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from examsvc.positions import workbook_sheets as sheets
from examsvc.positions.errors import WorkbookUnsafe
from examsvc.positions.framework import SHARE_TOTAL, Competency, Position, Requirement, Topic, TopicShare
from examsvc.positions.organisation import Officer, Unit, units_in_cycles
from examsvc.positions.workbook_safety import require_safe
from examsvc.positions.workbook_sheets import CellFault, Sheet, normal_title

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 40
MAX_FAULTS: Final = 500  # enough to mend a file by; more would only fill the screen


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend; row 0 means the whole sheet, an empty column the whole row."""

    sheet: str
    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What the database holds already: a file may refer to it without repeating it."""

    units: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    competencies: frozenset[str] = frozenset()
    unit_parents: Mapping[str, str | None] = field(default_factory=dict)
    highest_level: int = 3
    taken_numbers: frozenset[str] = frozenset()  # an officer of this number would take another's account


@dataclass(frozen=True, slots=True)
class HrContent:
    units: tuple[Unit, ...] = ()
    positions: tuple[Position, ...] = ()
    topics: tuple[Topic, ...] = ()
    competencies: tuple[Competency, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    shares: tuple[TopicShare, ...] = ()
    officers: tuple[Officer, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkbookReading:
    """`content` is there only when nothing is at fault: a file is imported whole or not at all."""

    content: HrContent | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Reader:
    """Rows by sheet title, and the faults met on the way."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, sheet: Sheet, row: int, column: str, code: str, **params: object) -> None:
        self.faults.append(Fault(sheet.title, row, column, code, params))

    def of(self, sheet: Sheet) -> list[Row]:
        return self.rows.get(sheet.title, [])

    def codes(self, sheet: Sheet) -> frozenset[str]:
        return frozenset(row.values["code"] for row in self.of(sheet) if "code" in row.values)


def read_workbook(data: bytes, known: KnownCodes) -> WorkbookReading:
    """Read the file against what is known already; a file that is unsafe to open raises WorkbookUnsafe."""
    require_safe(data)
    reader = _Reader()
    try:
        _read_sheets(data, reader)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OverflowError) as error:
        # A well-formed archive with nonsense inside fails anywhere in the parser, whichever reads the XML.
        raise WorkbookUnsafe("not_a_workbook", type(error).__name__) from error
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise WorkbookUnsafe("not_a_workbook", type(error).__name__) from error
    if not reader.rows and not reader.faults:
        reader.faults.append(Fault("", 0, "", "no_known_sheet"))
    _check_keys(reader)
    _check_references(reader, known)
    _check_circles(reader, known)
    _check_topic_owners(reader)
    _check_numbers(reader, known)
    _check_levels(reader, known)
    _check_shares(reader)
    faults = sorted(reader.faults, key=lambda fault: (fault.sheet, fault.row, fault.column))
    if faults:
        return WorkbookReading(None, tuple(faults[:MAX_FAULTS]))
    return WorkbookReading(_content(reader), ())


def _read_sheets(data: bytes, reader: _Reader) -> None:
    book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    try:
        by_title = {normal_title(sheet.title): sheet for sheet in sheets.SHEETS}
        for worksheet in book.worksheets:
            sheet = by_title.get(normal_title(worksheet.title))
            if sheet is not None:
                lines = worksheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS)
                _read_sheet(sheet, lines, reader)
    finally:
        book.close()


def _read_sheet(sheet: Sheet, lines: Iterator[tuple[Any, ...]], reader: _Reader) -> None:
    rows = reader.rows.setdefault(sheet.title, [])
    places = _places(sheet, next(lines, ()), reader)
    if places is None:
        return
    for number, cells in enumerate(lines, start=2):
        if number > MAX_ROWS + 1:
            reader.fault(sheet, number, "", "too_many_rows", limit=MAX_ROWS)
            return
        if any(cell.value not in (None, "") for cell in cells):
            rows.append(Row(number, _read_row(sheet, number, (cells, places), reader)))


def _places(sheet: Sheet, header: tuple[Any, ...], reader: _Reader) -> dict[str, int] | None:
    """Where each field's column stands, or None after naming what is wrong with the header row."""
    by_header = {normal_title(column.header): column for column in sheet.columns}
    places: dict[str, int] = {}
    sound = True
    for place, cell in enumerate(header):
        title = normal_title(cell.value)
        column = by_header.get(title)
        if column is not None and column.field not in places:
            places[column.field] = place
        elif title:
            # A misspelt optional column would otherwise be left out in silence.
            code = "unknown_column" if column is None else "repeated_column"
            reader.fault(sheet, 1, str(cell.value)[:40], code)
            sound = False
    for column in sheet.columns:
        if column.is_required and column.field not in places:
            reader.fault(sheet, 1, column.header, "missing_column")
            sound = False
    return places if sound else None


def _read_row(
    sheet: Sheet, number: int, line: tuple[tuple[Any, ...], Mapping[str, int]], reader: _Reader
) -> dict[str, Any]:
    cells, places = line
    values: dict[str, Any] = {}
    for column in sheet.columns:
        place = places.get(column.field)
        cell = cells[place] if place is not None and place < len(cells) else None
        if cell is None or cell.value is None or str(cell.value).strip() == "":
            if column.is_required:
                reader.fault(sheet, number, column.header, "required")
        elif cell.data_type in ("f", "e"):
            reader.fault(sheet, number, column.header, "formula" if cell.data_type == "f" else "error_value")
        else:
            try:
                values[column.field] = column.read(cell.value)
            except CellFault as fault:
                reader.fault(sheet, number, column.header, fault.code, **fault.params)
    return values


def _check_keys(reader: _Reader) -> None:
    for sheet in sheets.SHEETS:
        first: dict[tuple[object, ...], int] = {}
        for row in reader.of(sheet):
            if all(name in row.values for name in sheet.key):
                key = tuple(row.values[name] for name in sheet.key)
                if key in first:
                    header = sheet.header_of(sheet.key[-1])
                    reader.fault(sheet, row.number, header, "duplicate", first_row=first[key])
                else:
                    first[key] = row.number


def _check_references(reader: _Reader, known: KnownCodes) -> None:
    units = known.units | reader.codes(sheets.UNITS)
    positions = known.positions | reader.codes(sheets.POSITIONS)
    topics = known.topics | reader.codes(sheets.TOPICS)
    competencies = known.competencies | reader.codes(sheets.COMPETENCIES)
    references: Iterable[tuple[Sheet, str, frozenset[str]]] = (
        (sheets.UNITS, "parent", units),
        (sheets.COMPETENCIES, "topics", topics),
        (sheets.REQUIREMENTS, "position", positions),
        (sheets.REQUIREMENTS, "competency", competencies),
        (sheets.SHARES, "position", positions),
        (sheets.SHARES, "topic", topics),
        (sheets.OFFICERS, "unit", units),
        (sheets.OFFICERS, "position", positions),
    )
    for sheet, name, codes in references:
        for row in reader.of(sheet):
            wanted = row.values.get(name, ())
            for code in (wanted,) if isinstance(wanted, str) else wanted:
                if code not in codes:
                    reader.fault(sheet, row.number, sheet.header_of(name), "unknown_reference", value=code)


def _check_circles(reader: _Reader, known: KnownCodes) -> None:
    parents = dict(known.unit_parents)
    for row in reader.of(sheets.UNITS):
        if "code" in row.values:
            parents[row.values["code"]] = row.values.get("parent")
    circular = units_in_cycles(parents)
    for row in reader.of(sheets.UNITS):
        if row.values.get("code") in circular:
            reader.fault(sheets.UNITS, row.number, sheets.UNITS.header_of("parent"), "circular")


def _check_topic_owners(reader: _Reader) -> None:
    """A topic is evidence for one competency: else its items would count twice."""
    owners: dict[str, int] = {}
    for row in reader.of(sheets.COMPETENCIES):
        for topic in row.values.get("topics", ()):
            first_row = owners.setdefault(topic, row.number)
            if first_row != row.number:
                header = sheets.COMPETENCIES.header_of("topics")
                reader.fault(
                    sheets.COMPETENCIES, row.number, header, "topic_owned", value=topic, first_row=first_row
                )


def _check_numbers(reader: _Reader, known: KnownCodes) -> None:
    for row in reader.of(sheets.OFFICERS):
        if row.values.get("number") in known.taken_numbers:
            header = sheets.OFFICERS.header_of("number")
            reader.fault(sheets.OFFICERS, row.number, header, "number_taken", value=row.values["number"])


def _check_levels(reader: _Reader, known: KnownCodes) -> None:
    highest = known.highest_level
    for row in reader.of(sheets.REQUIREMENTS):
        if row.values.get("level", 0) > highest:
            header = sheets.REQUIREMENTS.header_of("level")
            reader.fault(sheets.REQUIREMENTS, row.number, header, "level_beyond_scale", highest=highest)


def _check_shares(reader: _Reader) -> None:
    """The shares of a position fill the paper exactly; the fault stands at the position's first row."""
    totals: dict[str, list[int]] = {}
    for row in reader.of(sheets.SHARES):
        if {"position", "items_of_60"} <= row.values.keys():
            entry = totals.setdefault(row.values["position"], [0, row.number])
            entry[0] += row.values["items_of_60"]
    header = sheets.SHARES.header_of("items_of_60")
    for position, (total, first_row) in totals.items():
        if total != SHARE_TOTAL:
            reader.fault(sheets.SHARES, first_row, header, "shares_total", position=position, total=total)


def _content(reader: _Reader) -> HrContent:
    return HrContent(
        units=tuple(Unit(**row.values) for row in reader.of(sheets.UNITS)),
        positions=tuple(Position(**row.values) for row in reader.of(sheets.POSITIONS)),
        topics=tuple(Topic(**row.values) for row in reader.of(sheets.TOPICS)),
        competencies=tuple(Competency(**row.values) for row in reader.of(sheets.COMPETENCIES)),
        requirements=tuple(Requirement(**row.values) for row in reader.of(sheets.REQUIREMENTS)),
        shares=tuple(TopicShare(**row.values) for row in reader.of(sheets.SHARES)),
        officers=tuple(Officer(**row.values) for row in reader.of(sheets.OFFICERS)),
    )
