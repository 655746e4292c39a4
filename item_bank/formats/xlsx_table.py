"""A plain table as a workbook: figures stay figures, days stay days, and no text becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.cells import encode_escapes
from item_bank.formats.xlsx_cells import keep_as_text, saved, write_header
from item_bank.stem import strip_invisible

Value = str | int | date | None
_DAY_FORMAT = "dd/mm/yyyy"
_NARROW, _WIDE = 13, 32


def write_table(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[int] = ()
) -> bytes:
    """One sheet as an .xlsx workbook, its headers frozen.

    Parameters
    ----------
    rows : one value a header; an empty text is an empty cell
    widths : of the columns in characters; where none are given a column of texts is wide
    """
    workbook = Workbook()
    sheet = workbook.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = title[:31]  # Excel takes no longer name
    for column, header in enumerate(headers, start=1):
        write_header(sheet.cell(1, column, header))
        sheet.column_dimensions[get_column_letter(column)].width = _NARROW
    for row, values in enumerate(rows, start=2):
        for column, value in enumerate(values, start=1):
            _write(sheet, (row, column), value)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    return saved(workbook)


def _write(sheet: Worksheet, place: tuple[int, int], value: Value) -> None:
    row, column = place
    if isinstance(value, str):
        keep_as_text(sheet.cell(row, column, encode_escapes(strip_invisible(value)) or None))
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE
        return
    cell = sheet.cell(row, column, value)
    cell.alignment = Alignment(vertical="top")
    if isinstance(value, date):
        cell.number_format = _DAY_FORMAT
