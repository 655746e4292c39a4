"""Pictures in a workbook: taken from over the cells, and written on a sheet of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from openpyxl.drawing.image import Image
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.errors import InvalidMedia
from item_bank.formats.anchors import Anchor
from item_bank.formats.workbook import Row, Workbook
from item_bank.formats.xlsx_bank.headers import MARKUP, Header, Layout, Slot
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.sheets import PICTURES
from item_bank.formats.xlsx_cells import write_header
from item_bank.media import Picture, read_picture, reference
from item_bank.similarity import fold
from item_bank.stem import plain_line

NO_WORDS: Final = "Hình"
_WRITTEN: Final = frozenset({"png", "jpeg", "gif"})  # what spreadsheet programs show
_POINTS_A_PIXEL: Final = 0.75
_MOST_HEIGHT: Final = 400  # points, of a row


class Pictures:
    """The pictures of one workbook, by the SHA-256 of their content."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self.found: dict[str, bytes] = {}
        for name in workbook.sheet_names:
            if fold(name) in PICTURES:
                for anchor in workbook.anchors(name):
                    self._keep(name, anchor)

    def by_row(self, sheet: str) -> dict[int, list[Anchor]]:
        rows: dict[int, list[Anchor]] = {}
        for anchor in self._workbook.anchors(sheet):
            rows.setdefault(anchor.row, []).append(anchor)
        return rows

    def lay(self, line: Line, anchors: Sequence[Anchor]) -> None:
        """Put the pictures over a row's cells into its texts: that of their column, or else the stem."""
        by_column = {position: slot for slot, position in line.layout.positions.items()}
        for anchor in anchors:
            slot = by_column.get(anchor.column, Slot(Header.STEM))
            kept = self._keep(line.layout.sheet, anchor)
            if isinstance(kept, InvalidMedia):
                line.note(slot, "PICTURE_LOST", reason=kept.code)
                continue
            words = plain_line(anchor.words)
            if not words:
                line.note(slot, "PICTURE_WITHOUT_WORDS")
            line.append(
                slot if slot.header in MARKUP else Slot(Header.STEM), reference(kept, words or NO_WORDS)
            )

    def _keep(self, sheet: str, anchor: Anchor) -> str | InvalidMedia:
        content = self._workbook.picture(sheet, anchor)
        try:
            read_picture(content)
        except InvalidMedia as refusal:
            return refusal
        name = hashlib.sha256(content).hexdigest()
        self.found[name] = content
        return name


def without_row(by_row: Mapping[int, Sequence[Anchor]], rows: Iterable[Row], layout: Layout) -> list[int]:
    """The rows below the header over which a picture lies, and in which nothing is typed."""
    typed = {row.number for row in rows}
    return sorted(row for row in by_row if row > layout.header_row and row not in typed)


class Laid(Image):
    """A picture whose size is known already, without a library that would look into it."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self.width, self.height = picture.width, picture.height
        self.format = picture.mime.partition("/")[2]

    def _data(self) -> bytes:
        return self._picture.content


def is_written(content: bytes) -> bool:
    """Whether the bytes are a picture that a workbook carries; one in WebP no program would show."""
    try:
        return read_picture(content).mime.partition("/")[2] in _WRITTEN
    except InvalidMedia:
        return False


def fill_pictures(sheet: Worksheet, pictures: Mapping[str, bytes]) -> None:
    """A row for each picture, with its name."""
    for column, (title, width) in enumerate((("SHA-256", 68), ("Hình", 60)), start=1):
        write_header(sheet.cell(1, column, title))
        sheet.column_dimensions["AB"[column - 1]].width = width
    for row, (name, content) in enumerate(pictures.items(), start=2):
        picture = read_picture(content)
        sheet.cell(row, 1, name)
        sheet.row_dimensions[row].height = min(_MOST_HEIGHT, picture.height * _POINTS_A_PIXEL + 6)
        sheet.add_image(Laid(picture), f"B{row}")
