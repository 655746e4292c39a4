"""Writes the workbook that the HR office would send."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from examsvc.positions import workbook_sheets as sheets
from examsvc.positions.workbook import HrContent
from examsvc.positions.workbook_sheets import Sheet


def write_workbook(content: HrContent) -> bytes:
    """The content as .xlsx bytes; sheets without rows are left out, unless all are empty."""
    pairs: list[tuple[Sheet, Sequence[object]]] = [
        (sheets.UNITS, content.units),
        (sheets.POSITIONS, content.positions),
        (sheets.TOPICS, content.topics),
        (sheets.COMPETENCIES, content.competencies),
        (sheets.REQUIREMENTS, content.requirements),
        (sheets.SHARES, content.shares),
        (sheets.OFFICERS, content.officers),
    ]
    filled = [(sheet, records) for sheet, records in pairs if records]
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, records in filled or pairs:
        rows = ([_cell(getattr(record, column.field)) for column in sheet.columns] for record in records)
        _write_sheet(book, sheet, rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_sheet(book: Workbook, sheet: Sheet, rows: Iterable[list[object]]) -> None:
    worksheet: Any = book.create_sheet(sheet.title)
    header: list[object] = [column.header for column in sheet.columns]
    for number, values in enumerate([header, *rows], start=1):
        for place, value in enumerate(values, start=1):
            cell = worksheet.cell(number, place, value)
            if isinstance(value, str):
                # A name that begins like a formula stays a name.
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
            if number == 1:
                cell.font = Font(bold=True)
    worksheet.freeze_panes = "A2"


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, tuple):
        return ",".join(value)
    return value
