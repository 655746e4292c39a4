"""How the sheets look when they are opened: columns, widths, headers with their explanations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot
from item_bank.formats.xlsx_bank.sheets import STIMULI_NAME
from item_bank.formats.xlsx_cells import write_header

BASE: Final[frozenset[Slot]] = frozenset(
    {
        *map(Slot, (Header.CODE, Header.TOPIC, Header.LEVEL, Header.INTERACTION, Header.STEM, Header.KEY)),
        *map(Slot, (Header.BASIS, Header.RATIONALE, Header.SHARE, Header.ENEMIES, Header.POOL)),
        *map(option_slot, range(1, 5)),
    }
)
_WIDTHS: Final = {
    Header.STEM: 60,
    Header.RATIONALE: 45,
    Header.OPTION: 26,
    Header.PLACE: 26,
    Header.KEY: 22,
    Header.BASIS: 32,
    Header.RUBRIC: 40,
    Header.INTERACTION: 22,
    Header.AREAS: 26,
    Header.CATEGORY: 24,
}
_WIDTH: Final = 16
_STIMULUS_TITLES: Final = {Header.STIMULUS: "Mã ngữ liệu", Header.STEM: "Nội dung"}
_HEADER_HEIGHT: Final = 34


def ordered(slots: Collection[Slot]) -> tuple[Slot, ...]:
    headers = list(Header)
    return tuple(sorted(slots, key=lambda slot: (headers.index(slot.header), slot.number)))


def add_sheet(workbook: Workbook, title: str) -> Worksheet:
    sheet = workbook.create_sheet(title)
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new sheet is a worksheet")
    return sheet


def _title(sheet: str, slot: Slot) -> str:
    return _STIMULUS_TITLES.get(slot.header, slot.label) if sheet == STIMULI_NAME else slot.label


def dress(sheet: Worksheet, columns: Sequence[Slot]) -> None:
    """The header row, frozen, and columns as wide as what is typed in them."""
    for position, slot in enumerate(columns, start=1):
        write_header(sheet.cell(1, position, _title(sheet.title, slot)))
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(slot.header, _WIDTH)
    sheet.row_dimensions[1].height = _HEADER_HEIGHT
    sheet.freeze_panes = "B2"
