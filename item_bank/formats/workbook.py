"""An .xlsx workbook read from untrusted bytes: its sheets, and one sheet's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from item_bank.errors import ImportRefused
from item_bank.formats.anchors import Anchor, DrawingReader
from item_bank.formats.cells import (
    MAX_CELL_CHARACTERS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MERGES,
    Cell,
    Kind,
    MergedRange,
    NumberFormats,
    RichText,
    SharedStrings,
    TextBudget,
    coordinates,
    decode_escapes,
)
from item_bank.formats.ooxml import Package
from item_bank.media import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something; `cells` by column number, from 1."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: tuple[Row, ...]
    merged: tuple[MergedRange, ...]


class Workbook:
    """Opens the package at once, a sheet when asked."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        self._package = Package(source)
        roots = [part for kind, part in self._package.targets("").values() if kind == "officeDocument"]
        self._root = roots[0] if roots else "xl/workbook.xml"
        if self._root not in self._package:
            raise ImportRefused("NOT_AN_XLSX")
        listing = _SheetList()
        self._package.parse(self._root, listing)
        self._targets = self._package.targets(self._root)
        self._sheets = {name: self._targets.get(relation) for name, relation in listing.found}
        self.hidden_names = frozenset(listing.hidden)
        self._strings: SharedStrings | None = None
        self._formats = NumberFormats()
        self._drawings: dict[str, str | None] = {}
        self._drawn: dict[str, dict[str, tuple[str, str]]] = {}
        self._contents: dict[str, bytes] = {}

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(name for name, target in self._sheets.items() if target and target[0] == "worksheet")

    def sheet(self, name: str) -> Sheet:
        target = self._sheets.get(name)
        if target is None:
            raise ImportRefused("DAMAGED_FILE", part=self._root, reason="part missing")
        reader = _SheetReader(self._shared().cells, self._formats)
        self._package.parse(target[1], reader)
        return Sheet(name, tuple(reader.rows), tuple(reader.merged))

    def anchors(self, name: str) -> tuple[Anchor, ...]:
        """The pictures that lie on a sheet."""
        drawing = self._drawing(name)
        if drawing is None:
            return ()
        reader = DrawingReader()
        self._package.parse(drawing, reader)
        return tuple(reader.found)

    def picture(self, name: str, anchor: Anchor) -> bytes:
        """The bytes of a picture on a sheet; empty where the file does not hold it."""
        drawing = self._drawing(name)
        if drawing is None:
            return b""
        if drawing not in self._drawn:
            self._drawn[drawing] = self._package.targets(drawing)
        kind, part = self._drawn[drawing].get(anchor.relation, ("", ""))
        if kind != "image" or part not in self._package:
            return b""
        if part not in self._contents:
            self._contents[part] = self._package.content(part, MAX_BYTES)
        return self._contents[part]

    def _drawing(self, name: str) -> str | None:
        target = self._sheets.get(name)
        if target is None:
            return None
        if name not in self._drawings:
            parts = [part for kind, part in self._package.targets(target[1]).values() if kind == "drawing"]
            self._drawings[name] = parts[0] if parts and parts[0] in self._package else None
        return self._drawings[name]

    def _shared(self) -> SharedStrings:
        """The strings and formats that all sheets share, read once."""
        if self._strings is None:
            strings = SharedStrings(TextBudget())
            by_kind: dict[str, str] = dict(self._targets.values())
            if "styles" in by_kind:
                self._package.parse(by_kind["styles"], self._formats)
            if "sharedStrings" in by_kind:
                self._package.parse(by_kind["sharedStrings"], strings)
            self._strings = strings
        return self._strings


class _SheetList:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.hidden: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") != "visible":
            self.hidden.append(attributes.get("name", ""))
        if tag == "sheet":
            self.found.append((attributes.get("name", ""), attributes.get("id", "")))

    def end(self, tag: str) -> None:
        """The list is told by attributes alone."""

    def text(self, text: str) -> None:
        """The list is told by attributes alone."""


class _SheetReader:
    """Hears one worksheet; keeps the rows in which something can be seen."""

    def __init__(self, strings: list[Cell | None], formats: NumberFormats) -> None:
        self.rows: list[Row] = []
        self.merged: list[MergedRange] = []
        self._strings = strings
        self._formats = formats
        self._budget = TextBudget()
        self._cells_left = MAX_CELLS
        self._row = 0
        self._is_hidden = False
        self._column = 0
        self._cells: dict[int, Cell] = {}
        self._seen_column = 0
        self._attributes: dict[str, str] | None = None
        self._value: list[str] = []
        self._value_length = 0
        self._in_value = False
        self._has_formula = False
        self._inline: RichText | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._inline is not None:
            self._inline.start(tag, attributes)
        elif tag == "v":
            self._in_value = True
        elif tag == "c":
            self._start_cell(attributes)
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "is":
            self._inline = RichText()
        elif tag == "f":
            self._has_formula = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag == "c":
            self._end_cell()
        elif self._inline is not None:
            self._inline.end(tag)
        elif tag == "v":
            self._in_value = False
        elif tag == "row" and self._cells:
            self.rows.append(Row(self._row, self._cells, self._is_hidden))

    def text(self, text: str) -> None:
        if self._inline is not None:
            self._inline.text(text)
        elif self._in_value and self._value_length <= MAX_CELL_CHARACTERS:
            self._value.append(text[: MAX_CELL_CHARACTERS + 1])
            self._value_length += len(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", str(self._row + 1))
        if not (number.isascii() and number.isdigit() and self._row < int(number[:8]) <= 1_048_576):
            raise ImportRefused("DAMAGED_FILE", part="sheet", reason="row number")
        self._row = int(number)
        self._is_hidden = attributes.get("hidden") in {"1", "true"}
        self._column = 0
        self._cells = {}

    def _start_cell(self, attributes: dict[str, str]) -> None:
        row, column = self._row, self._column + 1
        if "r" in attributes:
            row, column = coordinates(attributes["r"])
        # a cell given twice would let one reader see another text than the next
        if row != self._row or column <= self._column:
            raise ImportRefused("DAMAGED_FILE", part="sheet", reason="cell reference")
        self._column = column
        self._attributes = attributes
        self._value, self._value_length, self._has_formula, self._inline = [], 0, False, None

    def _end_cell(self) -> None:
        if self._attributes is None:
            raise ImportRefused("DAMAGED_FILE", part="sheet", reason="cell inside a cell")
        cell = self._cell(self._attributes)
        self._attributes = None
        self._inline = None
        self._in_value = False
        if cell is None:
            return
        if self._column > MAX_COLUMNS:
            raise ImportRefused("TOO_LARGE", limit_columns=MAX_COLUMNS)
        self._cells_left -= 1
        if self._cells_left < 0:
            raise ImportRefused("TOO_LARGE", limit_cells=MAX_CELLS)
        self._cells[self._column] = cell

    def _cell(self, attributes: dict[str, str]) -> Cell | None:
        kind = attributes.get("t", "n")
        value = "".join(self._value)
        if self._has_formula:
            return Cell(Kind.FORMULA, value)
        if kind == "inlineStr":
            return self._inline.cell(self._budget) if self._inline is not None else None
        if not value.strip():
            return None
        if kind == "s":
            return self._shared(value.strip())
        self._budget.take(len(value))
        if kind == "n":
            plain = self._formats.is_plain(attributes.get("s", "0"))
            return Cell(Kind.NUMBER if plain else Kind.FORMATTED, value.strip())
        if kind == "str":
            return Cell(Kind.TEXT, decode_escapes(value))
        kinds = {"b": Kind.BOOLEAN, "e": Kind.ERROR, "d": Kind.FORMATTED}
        if kind not in kinds:
            raise ImportRefused("DAMAGED_FILE", part="sheet", reason="cell type")
        return Cell(kinds[kind], value)

    def _shared(self, index: str) -> Cell | None:
        if not (index.isascii() and index.isdigit() and len(index) <= 9) or int(index) >= len(self._strings):
            raise ImportRefused("DAMAGED_FILE", part="sheet", reason="shared string")
        cell = self._strings[int(index)]
        self._budget.take(len(cell.text) if cell is not None else 0)
        return cell

    def _merge(self, reference: str) -> None:
        if len(self.merged) >= MAX_MERGES:
            raise ImportRefused("TOO_LARGE", limit_merges=MAX_MERGES)
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = coordinates(first), coordinates(last or first)
        self.merged.append(MergedRange(reference, top, bottom, left, right))
