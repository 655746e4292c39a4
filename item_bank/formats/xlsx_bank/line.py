"""One row of a sheet: its cells as texts, and what is wrong with them by row and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from item_bank.errors import InvalidItem
from item_bank.formats.cells import Cell, Kind, column_letter
from item_bank.formats.foreign import Remark
from item_bank.formats.losses import MOST_REMARKS
from item_bank.formats.workbook import Row
from item_bank.formats.xlsx_bank.headers import MARKUP, MAX_CHARACTERS, Header, Layout, Slot
from item_bank.math import formula_faults
from item_bank.media import is_lost, references
from item_bank.stem import from_authored, plain_text, strip_invisible

T = TypeVar("T")
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_ORDINAL: Final = re.compile(r"(?:câu|question|bài)?\s*[0-9]{1,6}\s*[.):]?", re.IGNORECASE)
_SHOWN_DIGITS: Final = 10  # of a number in the format "General", whatever the column's width
_FAULTS: Final = {Kind.FORMULA: "FORMULA_CELL", Kind.ERROR: "ERROR_CELL"}
_NUMBERS: Final = frozenset({Header.KEY, Header.MARK, Header.SHARE, Header.AT_MOST})


class Line:
    """Every problem met is kept, none stops the reader from finding the next."""

    def __init__(self, row: Row, layout: Layout) -> None:
        self.row = row.number
        self.layout = layout
        self.faults: list[Remark] = []
        self.notes: list[Remark] = []
        self._values: dict[Slot, str] = {}
        self._given: set[Slot] = set()
        self._marked: dict[Slot, str] = {}
        for slot, position in layout.positions.items():
            cell = row.cells.get(position)
            if cell is not None and slot.header is not Header.ORDINAL:
                self._take(slot, cell)
            elif cell is not None and cell.kind is Kind.TEXT and not _ORDINAL.fullmatch(cell.text.strip()):
                self.note(slot, "UNKNOWN_COLUMN")  # a name that is no mere number is not dropped in silence
        for position, header in layout.unknown.items():
            if position in row.cells:
                self._remark(self.notes, "UNKNOWN_COLUMN", column=column_letter(position), header=header)
        if row.hidden:
            self._remark(self.notes, "HIDDEN_ROW")

    @staticmethod
    def is_blank(row: Row, layout: Layout) -> bool:
        return not any(
            position in row.cells
            for slot, position in layout.positions.items()
            if slot.header is not Header.ORDINAL
        )

    def _remark(self, to: list[Remark], code: str, slot: Slot | None = None, **params: Any) -> None:
        remark = Remark(code, {**self.layout.place(self.row, slot), **params}, self.row)
        if len(to) <= MOST_REMARKS and remark not in to:  # a cell may hold thousands of broken formulas
            to.append(remark)

    def fail(self, slot: Slot | Header, code: str, **params: Any) -> None:
        """This keeps the item out."""
        self._remark(self.faults, code, slot if isinstance(slot, Slot) else Slot(slot), **params)

    def note(self, slot: Slot | Header, code: str, **params: Any) -> None:
        """This is lost, and the item taken all the same."""
        self._remark(self.notes, code, slot if isinstance(slot, Slot) else Slot(slot), **params)

    def fail_whole(self, code: str, **params: Any) -> None:
        """What is wrong with the row, and with none of its cells."""
        self._remark(self.faults, code, None, **params)

    def text(self, slot: Slot | Header) -> str:
        """What was typed, without white space around it; empty where nothing can be read."""
        return self._values.get(slot if isinstance(slot, Slot) else Slot(slot), "")

    def is_given(self, slot: Slot | Header) -> bool:
        """Whether there is something in the cell, readable or not."""
        return (slot if isinstance(slot, Slot) else Slot(slot)) in self._given

    def last(self, header: Header) -> int:
        """The highest number of the columns of this kind in which there is something."""
        return max((slot.number for slot in self._given if slot.header is header), default=0)

    def read(self, header: Header, reader: Callable[[str], T], default: T) -> T:
        """What the cell says, or the default where it is empty or wrong."""
        typed = self.text(header)
        if not typed:
            return default
        try:
            return reader(typed)
        except InvalidItem as refusal:
            self.fail(header, refusal.code, **{"value": typed[:80], **refusal.params})
            return default

    def markup(self, slot: Slot | Header) -> str:
        """Sanitised HTML of the cell."""
        slot = slot if isinstance(slot, Slot) else Slot(slot)
        if slot not in self._marked:
            self._marked[slot] = self.sanitised(slot, self.text(slot))
        return self._marked[slot]

    def sanitised(self, slot: Slot, typed: str) -> str:
        """Sanitised HTML of a text of this cell, with what is wrong in it."""
        markup = from_authored(typed)
        if "media" in typed and is_lost(typed, markup):
            self.fail(slot, "BAD_IMAGE")
        for fault in formula_faults(markup):  # shown as typed, so a remark will do
            self.note(slot, fault.code, number=fault.number, source=fault.source, **fault.params)
        if typed and slot.header is not Header.RATIONALE and not plain_text(markup):
            self.fail(slot, "MISSING_CELL")
        return markup

    def append(self, slot: Slot, tag: str) -> None:
        """A picture behind what is typed in the cell."""
        self._given.add(slot)
        self._values[slot] = f"{self._values.get(slot, '')}\n{tag}".strip()

    def pictures(self) -> list[tuple[Slot, str]]:
        """The SHA-256 of every picture that the row's texts refer to, with the column."""
        return [(slot, sha256) for slot, markup in self._marked.items() for sha256 in references(markup)]

    def _take(self, slot: Slot, cell: Cell) -> None:
        self._given.add(slot)
        text = self._text(slot, cell)
        if text is None:
            return
        text = text.strip()
        limit = MAX_CHARACTERS[slot.header]
        if len(text) > limit:
            self.fail(slot, "TEXT_TOO_LONG", length=len(text), limit=limit)
        elif text:
            self._values[slot] = text

    def _text(self, slot: Slot, cell: Cell) -> str | None:
        if cell.kind is Kind.TEXT:
            marked = cell.markup is not None and slot.header in MARKUP
            return strip_invisible(cell.markup if marked and cell.markup else cell.text)
        if cell.kind is Kind.NUMBER and _INTEGER.fullmatch(cell.text):
            return cell.text
        if cell.kind in _FAULTS:
            self.fail(slot, _FAULTS[cell.kind])
            return None
        return self._number(slot, cell)

    def _number(self, slot: Slot, cell: Cell) -> str | None:
        """What a number says where its author sees the very number, or where no more than its size counts."""
        if slot.header is Header.SHARE and cell.kind in {Kind.NUMBER, Kind.FORMATTED}:
            return f"={cell.text}"  # told apart from what was typed as text, where 65 may be a slip
        if slot.header is Header.KEY and cell.kind is Kind.BOOLEAN:
            return "T" if cell.text.strip() == "1" else "F"
        if cell.kind is Kind.NUMBER and slot.header in _NUMBERS:
            return _spelled(cell.text)
        if cell.kind is Kind.NUMBER and slot.header in MARKUP and _is_shown_whole(cell.text):
            shown = cell.text.replace(".", ",")
            self.note(slot, "NUMBER_FOR_TEXT", value=shown)
            return shown
        # 10 % is stored as 0.1, a date as a count of days: the author's wording is lost
        self.fail(slot, "CELL_NOT_TEXT", kind=cell.kind.value)
        return None


def _is_shown_whole(stored: str) -> bool:
    return _DECIMAL.fullmatch(stored) is not None and sum(map(str.isdigit, stored)) <= _SHOWN_DIGITS


def _spelled(stored: str) -> str:
    """A stored number as text with one reading: 12.345 is no twelve thousand here."""
    whole, point, decimals = stored.partition(".")
    return f"{whole}.{decimals}0" if point and len(decimals) == 3 else stored
