"""Items written as the authors' workbook, so that reading it back gives the same facts."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.enemies import EnemyPair
from item_bank.errors import InvalidItem
from item_bank.formats.cells import encode_escapes
from item_bank.formats.xlsx_columns import (
    LEVEL_NAMES,
    MARKUP,
    MAX_CHARACTERS,
    OPTION_COLUMNS,
    POOL_NAMES,
    SHEET_NAME,
    Column,
)
from item_bank.interactions.marking import Key, check_key
from item_bank.item import ItemVersion
from item_bank.stem import strip_invisible, to_authored

# what a spreadsheet program takes as the start of a formula
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
TEXT_FORMAT = "@"
_TEMPLATE_ROWS = 1_000
_WIDTHS = {Column.STEM: 60, Column.RATIONALE: 45, Column.BASIS: 32, Column.CODE: 14, Column.ENEMIES: 18}


def write_template() -> bytes:
    """An empty workbook with the headers, choices for level and key, and cells that keep text as text."""
    workbook, sheet = _new_workbook()
    for column_number, column in enumerate(Column, start=1):
        if column is not Column.SHARE:
            for row in range(2, _TEMPLATE_ROWS + 2):
                sheet.cell(row, column_number).number_format = TEXT_FORMAT
    return saved(workbook)


def write_items(
    items: Sequence[ItemVersion],
    keys: Mapping[str, Key],
    enemies: Collection[EnemyPair] = (),
) -> bytes:
    """The items in order, `keys` by item code; what the workbook cannot carry is refused."""
    workbook, sheet = _new_workbook()
    enemies_by_code: dict[str, set[str]] = {}
    for one, other in enemies:
        enemies_by_code.setdefault(one, set()).add(other)
        enemies_by_code.setdefault(other, set()).add(one)
    for row, item in enumerate(items, start=2):
        if item.code not in keys:
            raise InvalidItem("KEY_MISSING", item=item.code)
        check_key(item.asked, keys[item.code])
        texts = _texts(item, keys[item.code], enemies_by_code.get(item.code, set()))
        for column_number, column in enumerate(Column, start=1):
            if column is Column.SHARE:
                sheet.cell(row, column_number, item.judged_share).number_format = "0.0%"
            else:
                text = _typed(column, texts[column], item.code)
                keep_as_text(sheet.cell(row, column_number, text or None))
    return saved(workbook)


def _texts(item: ItemVersion, key: Key, enemies: Collection[str]) -> dict[Column, str]:
    if item.option_ids != tuple(OPTION_COLUMNS):
        raise InvalidItem("NOT_FOUR_OPTIONS", item=item.code, options=item.option_ids)
    return {
        Column.CODE: item.code,
        Column.TOPIC: item.topic,
        Column.LEVEL: LEVEL_NAMES[item.cognitive_level],
        Column.STEM: item.stem,
        **{OPTION_COLUMNS[option.id]: option.content for option in item.options},
        Column.KEY: key.option_id,
        Column.BASIS: item.legal_basis,
        Column.RATIONALE: item.rationale,
        Column.ENEMIES: ", ".join(sorted(enemies)),
        Column.POOL: POOL_NAMES[item.pool],
    }


def _typed(column: Column, text: str, code: str) -> str:
    """The text as an author would type it, in the escapes of the format."""
    text = strip_invisible(to_authored(text) if column in MARKUP else text)
    if len(text) > MAX_CHARACTERS[column]:
        raise InvalidItem("TEXT_TOO_LONG", item=code, column=column.value, length=len(text))
    return encode_escapes(text)


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


def _new_workbook() -> tuple[Workbook, Worksheet]:
    workbook = Workbook()
    sheet = workbook.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = SHEET_NAME
    for column_number, column in enumerate(Column, start=1):
        write_header(sheet.cell(1, column_number, column.value))
        sheet.column_dimensions[get_column_letter(column_number)].width = _WIDTHS.get(column, 26)
    sheet.freeze_panes = "B2"
    _offer(sheet, Column.LEVEL, list(LEVEL_NAMES.values()))
    _offer(sheet, Column.KEY, list(OPTION_COLUMNS))
    _offer(sheet, Column.POOL, list(POOL_NAMES.values()))
    return workbook, sheet


def _offer(sheet: Worksheet, column: Column, choices: list[str]) -> None:
    letter = get_column_letter(list(Column).index(column) + 1)
    offered = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    offered.add(f"{letter}2:{letter}{_TEMPLATE_ROWS + 1}")
    sheet.add_data_validation(offered)


def saved(workbook: Workbook) -> bytes:
    """The workbook's file."""
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()
