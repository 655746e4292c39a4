"""The sheets of a workbook of items: which one holds the items, and which stand beside it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.workbook import Sheet, Workbook
from item_bank.formats.xlsx_bank.headers import recognised
from item_bank.similarity import fold

ITEMS_NAME: Final = "Câu hỏi"
STIMULI_NAME: Final = "Ngữ liệu"
ENGLISH_NAME: Final = "English"
PICTURES_NAME: Final = "Hình ảnh"
EXAMPLES_NAME: Final = "Ví dụ"
GUIDE_NAME: Final = "Hướng dẫn"
LISTS_NAME: Final = "Danh mục"

ITEMS: Final = frozenset(
    {"cau hoi", "ngan hang cau hoi", "items", "questions", "danh sach cau hoi", "de thi", "bank"}
)
STIMULI: Final = frozenset({"ngu lieu", "stimuli", "stimulus"})
ENGLISH: Final = frozenset({"english", "tieng anh", "ban tieng anh"})
PICTURES: Final = frozenset({"hinh anh", "pictures", "images"})
NEVER_ITEMS: Final = frozenset(
    {*STIMULI, *ENGLISH, *PICTURES, "vi du", "huong dan", "huong dan su dung", "danh muc", "mau"}
    | {"examples", "instructions", "guide", "lists"}
)
MOST_SHEETS: Final = 12  # looked into for the one with items
FEWEST_HEADERS: Final = 2


def find_sheet(workbook: Workbook, names: Collection[str], items: str) -> Sheet | None:
    """The first sheet that is called one of these; also a hidden one, but not that of the items."""
    named = [name for name in workbook.sheet_names if fold(name) in names and name != items]
    return workbook.sheet(named[0]) if named else None


def items_sheet(workbook: Workbook) -> Sheet:
    """The sheet with items by its name, else the only one that can hold any; hidden sheets are none.

    Raises ImportRefused MISSING_SHEET (sheet, found) where there is none or nobody could tell which.
    """
    visible = [name for name in workbook.sheet_names if name not in workbook.hidden_names]
    named = [name for name in visible if fold(name) in ITEMS]
    if len(named) == 1:
        return workbook.sheet(named[0])
    others = named or [name for name in visible if fold(name) not in NEVER_ITEMS]
    if not others and len(visible) == 1:
        others = visible  # what is called "English" may be a foreign workbook's subject
    if len(others) == 1:
        return workbook.sheet(others[0])
    filled = [sheet for sheet in map(workbook.sheet, others[:MOST_SHEETS]) if sheet.rows]
    likely = [sheet for sheet in filled if recognised(sheet) >= FEWEST_HEADERS]
    if len(filled) == 1 or len(likely) == 1:
        return (likely or filled)[0]
    raise ImportRefused("MISSING_SHEET", sheet=ITEMS_NAME, found=tuple(visible[:20]))
