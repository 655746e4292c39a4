"""Marks in a workbook: in which of four ways a cell says that its text is black; and its visible stamp."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import islice
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.styles.colors import Color
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.xlsx_bank import read as items
from item_bank.formats.xlsx_bank.pictures import fill_pictures
from item_bank.formats.xlsx_bank.sheets import PICTURES_NAME
from item_bank.watermark.marks import Channel, Imprint, Place, digest_of, draw
from item_bank.watermark.stamp import Stamp

STAMP_SHEET: Final = "Bản xuất"
_MARKED: Final = 8  # text cells of a row, from its first
_BLACK: Final = (Color(theme=1), Color(rgb="FF000000"), Color(indexed=8), Color(indexed=64))
_FONTS: Final = tuple(Font(name="Calibri", size=11, color=black) for black in _BLACK)
_FOOTER_CHARACTERS: Final = 200  # a spreadsheet program takes 255


def mark_workbook(data: bytes, stamp: Stamp, key: bytes) -> bytes:
    """The items' workbook with its rows marked, and stamped: headers, a sheet of its own, properties."""
    workbook = load_workbook(io.BytesIO(data))
    sheet = workbook.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        cells = _markable(row)
        places = _places(len(cells))
        for cell, way in zip(cells, draw(key, _words(cells), places), strict=True):
            cell.font = _FONTS[way]
    if PICTURES_NAME in workbook.sheetnames:  # what loads a workbook leaves its pictures behind
        fill_pictures(workbook[PICTURES_NAME], items.read_workbook(data).pictures)
    _stamp(workbook, sheet, stamp)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def read_workbook(data: bytes) -> tuple[list[Imprint], str]:
    """What each row of each sheet bears, and all that the workbook says of itself."""
    workbook = load_workbook(io.BytesIO(data))
    found: list[Imprint] = []
    told = [str(workbook.properties.description), str(workbook.properties.title)]
    for sheet in workbook.worksheets:
        told += [str(part.center.text) for part in (sheet.oddHeader, sheet.oddFooter) if part is not None]
        for row in sheet.iter_rows():
            cells = _markable(row)
            told += [str(cell.value) for cell in cells if "XK-" in str(cell.value)]
            if cells:
                ways = tuple(_way(cell) for cell in cells)
                found.append(Imprint(_words(cells), _places(len(cells)), ways))
    return found, "\n".join(told)


def _markable(row: Iterable[object]) -> list[Cell]:
    """The row's text cells that are no header."""
    cells = (cell for cell in row if isinstance(cell, Cell) and isinstance(cell.value, str))
    return [cell for cell in islice(cells, _MARKED) if not cell.font.b]


def _places(n_cells: int) -> tuple[Place, ...]:
    return (Place(Channel.BLACK, len(_BLACK)),) * n_cells


def _words(cells: list[Cell]) -> str:
    return digest_of(str(cell.value) for cell in cells)


def _way(cell: Cell) -> int:
    """Which black; a colour that is none of ours counts as the first, and mostly disagrees."""
    black = cell.font.color
    return next((way for way, ours in enumerate(_BLACK) if black == ours), 0)


def _stamp(workbook: Workbook, items: Worksheet, stamp: Stamp) -> None:
    properties = workbook.properties
    properties.title, properties.description = stamp.name, stamp.sentence
    properties.creator, properties.keywords = "examsvc", stamp.name
    sheet = workbook.create_sheet(STAMP_SHEET)
    facts = (
        ("Số bản xuất", stamp.name),
        ("Nơi nhận", stamp.recipient),
        ("Người đề nghị", stamp.asked_by),
        ("Người xác nhận", stamp.confirmed_by),
        ("Xác nhận lúc", f"{stamp.at:%H:%M %d/%m/%Y}"),
    )
    for row, (name, value) in enumerate(facts, start=1):
        sheet.cell(row, 1, name).font = Font(bold=True)
        cell = sheet.cell(row, 2, value)
        cell.data_type, cell.quotePrefix = "s", True  # a name that looks like a formula is a name
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 80
    # an ampersand begins a code of the header's own
    told = stamp.sentence[:_FOOTER_CHARACTERS].replace("&", "&&")
    for page in (items, sheet):
        for part, text in ((page.oddHeader, told), (page.oddFooter, stamp.name)):
            if part is not None:
                part.center.text = text
