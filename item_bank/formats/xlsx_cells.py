"""Cells of a workbook that is written: a text stays a text, and a header looks like one."""

from __future__ import annotations

import io
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill

TEXT_FORMAT: Final = "@"
# what a spreadsheet program takes as the start of a formula
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def keep_as_text(cell: Cell) -> None:
    """A string whatever it looks like: never a formula, an error value or a number."""
    cell.number_format = TEXT_FORMAT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(cell.value, str):
        cell.data_type = "s"
        if cell.value.startswith(_FORMULA_STARTS):
            cell.quotePrefix = True


def write_header(cell: Cell) -> None:
    """A column's name, as our workbooks show it."""
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE7F3")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def saved(workbook: Workbook) -> bytes:
    """The workbook's file."""
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()
