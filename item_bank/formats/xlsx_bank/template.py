"""The template that authors fill in: an empty sheet for items, examples, instructions and choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.bank_words import LEVEL_NAMES, POOL_NAMES
from item_bank.formats.xlsx_bank.examples import EXAMPLE_STIMULUS, EXAMPLE_TRANSLATION, EXAMPLES
from item_bank.formats.xlsx_bank.guide import GUIDE, NOTES
from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot, place_slot
from item_bank.formats.xlsx_bank.look import BASE, add_sheet, dress, ordered
from item_bank.formats.xlsx_bank.sheets import (
    ENGLISH_NAME,
    EXAMPLES_NAME,
    GUIDE_NAME,
    ITEMS_NAME,
    LISTS_NAME,
    STIMULI_NAME,
)
from item_bank.formats.xlsx_bank.words import CREDIT_NAMES, INTERACTION_NAMES
from item_bank.formats.xlsx_bank.write import STIMULUS_COLUMNS, fill
from item_bank.formats.xlsx_cells import TEXT_FORMAT, saved

ROWS: Final = 1_000
_OPTIONS: Final = [option_slot(number) for number in range(1, 9)]
_PLACES: Final = [place_slot(number) for number in range(1, 9)]
_MORE: Final = (
    *(Header.MARK, Header.CREDIT, Header.AT_MOST, Header.MATCHING, Header.AREAS, Header.RUBRIC),
    *(Header.STIMULUS, Header.CATEGORY, Header.TAGS),
)
COLUMNS: Final = ordered({*BASE, *_OPTIONS, *_PLACES, *map(Slot, _MORE)})
_ENGLISH_COLUMNS: Final = ordered(
    {*map(Slot, (Header.CODE, Header.STEM, Header.RATIONALE, Header.STIMULUS)), *_OPTIONS, *_PLACES}
)
_CHOICES: Final = {
    Header.LEVEL: list(LEVEL_NAMES.values()),
    Header.INTERACTION: list(INTERACTION_NAMES.values()),
    Header.POOL: list(POOL_NAMES.values()),
    Header.CREDIT: list(CREDIT_NAMES.values()),
}
_GUIDE_WIDTH: Final = 110
_NOTE_WIDTH, _NOTE_HEIGHT = 320, 110  # pixels


def write_template() -> bytes:
    """The empty workbook: its cells keep text as text, and offer what may be chosen."""
    workbook = Workbook()
    items = workbook.active
    if not isinstance(items, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    items.title = ITEMS_NAME
    _empty(items, COLUMNS)
    _annotate(items, COLUMNS)
    _write_guide(add_sheet(workbook, GUIDE_NAME))
    fill(add_sheet(workbook, EXAMPLES_NAME), COLUMNS, [dict(row) for row in EXAMPLES])
    _annotate(workbook[EXAMPLES_NAME], COLUMNS)
    _empty(add_sheet(workbook, STIMULI_NAME), STIMULUS_COLUMNS)
    _empty(add_sheet(workbook, ENGLISH_NAME), _ENGLISH_COLUMNS)
    _write_lists(add_sheet(workbook, LISTS_NAME))
    _offer(items, COLUMNS)
    return saved(workbook)


def _empty(sheet: Worksheet, columns: Sequence[Slot]) -> None:
    """Whole columns that keep what is typed as text, so that nothing turns into a date."""
    dress(sheet, columns)
    for position, slot in enumerate(columns, start=1):
        if slot.header is not Header.SHARE:
            column = sheet.column_dimensions[get_column_letter(position)]
            column.number_format = TEXT_FORMAT
            column.alignment = Alignment(wrap_text=True, vertical="top")


def _annotate(sheet: Worksheet, columns: Sequence[Slot]) -> None:
    for position, slot in enumerate(columns, start=1):
        note = NOTES.get(slot.header)
        if note is not None and slot.number <= 1:
            comment = Comment(note, "")
            comment.width, comment.height = _NOTE_WIDTH, _NOTE_HEIGHT
            sheet.cell(1, position).comment = comment


def _write_guide(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = _GUIDE_WIDTH
    sheet.sheet_view.showGridLines = False
    for row, line in enumerate(GUIDE, start=1):
        heading = line.startswith("# ")
        cell = sheet.cell(row, 1, line.removeprefix("# "))
        cell.font = Font(bold=heading, size=13 if heading else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    _write_sides(sheet, len(GUIDE) + 2)


def _write_sides(sheet: Worksheet, row: int) -> None:
    """What the examples have on other sheets."""
    code, content = EXAMPLE_STIMULUS
    english = "; ".join(f"{slot.label}: {text}" for slot, text in EXAMPLE_TRANSLATION.items())
    for number, line in enumerate(
        (f"Ngữ liệu của các ví dụ – {code}: {content}", f"Bản tiếng Anh của ví dụ đầu – {english}"), start=row
    ):
        sheet.cell(number, 1, line).alignment = Alignment(wrap_text=True, vertical="top")


def _write_lists(sheet: Worksheet) -> None:
    """What may be chosen: the names are too long for a list inside a cell's rule."""
    for position, (header, names) in enumerate(_CHOICES.items(), start=1):
        sheet.column_dimensions[get_column_letter(position)].width = 28
        sheet.cell(1, position, header.value).font = Font(bold=True)
        for row, name in enumerate(names, start=2):
            sheet.cell(row, position, name)
    sheet.sheet_state = "hidden"


def _offer(sheet: Worksheet, columns: Sequence[Slot]) -> None:
    for position, (header, names) in enumerate(_CHOICES.items(), start=1):
        letter = get_column_letter(position)
        listed = f"'{LISTS_NAME}'!${letter}$2:${letter}${len(names) + 1}"
        offered = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=True)
        offered.errorTitle, offered.error = header.value, "Hãy chọn một giá trị trong danh sách."
        at = get_column_letter(columns.index(Slot(header)) + 1)
        offered.add(f"{at}2:{at}{ROWS + 1}")
        sheet.add_data_validation(offered)
