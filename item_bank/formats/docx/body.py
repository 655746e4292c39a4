"""What stands in a Word document, one after the other: paragraphs with their labels, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from item_bank.errors import ImportRefused
from item_bank.formats.docx.layout import ROW_HEAD
from item_bank.formats.docx.numbering import Label, Numbering
from item_bank.formats.docx.package import Package, W, tag_of
from item_bank.formats.docx.rich import Rich
from item_bank.formats.docx.runs import Note, Runs, Sources
from item_bank.formats.docx.styles import Styles, read_numbering, value_of

MAX_BLOCKS: Final = 120_000
MAX_NESTED: Final = 6  # tables in tables
MAX_SPAN: Final = 20
_HOLDERS: Final = frozenset({f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"})


@dataclass(slots=True)
class Paragraph:
    """style : its name, in small letters; label : what its list writes before it, None where in no list"""

    rich: Rich
    style: str = ""
    label: Label | None = None
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    blocks: list[Paragraph | Table]
    colspan: int = 1
    rowspan: int = 1

    @property
    def heads_row(self) -> bool:
        """Whether a file of our own calls it the header of its row."""
        first = self.blocks[0] if self.blocks else None
        return isinstance(first, Paragraph) and first.style == ROW_HEAD


@dataclass(slots=True)
class Table:
    """rows : of cells as they are seen; headers : how many of the first rows are headers"""

    rows: list[list[Cell]]
    headers: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.rows for cell in row)


Block = Paragraph | Table


@dataclass(slots=True)
class Document:
    """Everything in the order of the body; `pictures` by the SHA-256 of their content."""

    blocks: list[Block]
    pictures: dict[str, bytes]


def read_document(data: bytes) -> Document:
    """Raises ImportRefused as `Package` does."""
    package = Package(data)
    targets = package.targets(package.document)
    parts = dict(targets.values())
    styles = Styles(package.tree(parts.get("styles", "")))
    numbering = Numbering(package.tree(parts.get("numbering", "")))
    reader = _Reader(Sources(package, styles, targets), numbering)
    blocks: list[Block] = []
    for element in package.blocks():
        blocks.extend(reader.blocks([element], 0))
        if reader.count > MAX_BLOCKS:
            raise ImportRefused("TOO_LARGE", limit_elements=MAX_BLOCKS)
    return Document(blocks, reader.sources.found)


@dataclass(slots=True)
class _Reader:
    sources: Sources
    numbering: Numbering
    count: int = 0

    def blocks(self, elements: Iterable[etree._Element], nested: int) -> Iterator[Block]:
        for element in elements:
            name = tag_of(element)
            if name == f"{W}p":
                yield from self._paragraph(element, nested)
            elif name == f"{W}tbl":
                yield self._table(element, nested)
            elif name in _HOLDERS:
                yield from self.blocks(element, nested)
            elif name == f"{W}altChunk":
                self.count += 1
                yield Paragraph(Rich(), notes=[("TEXT_LOST", {"text": "altChunk"})])

    def _paragraph(self, element: etree._Element, nested: int) -> Iterator[Block]:
        self.count += 1
        properties = element.find(f"{W}pPr")
        identifier = value_of(properties.find(f"{W}pStyle")) if properties is not None else ""
        style = self.sources.styles.paragraph(identifier)
        runs = Runs(self.sources, style)
        rich = runs.read(element)
        numbered = read_numbering(properties) or style.numbering
        label = None
        if numbered is not None and (not rich.is_blank or _is_counted(properties)):
            label = self.numbering.label(*numbered)
        yield Paragraph(rich, style.name, label, runs.notes)
        for box in runs.boxes:
            if nested < MAX_NESTED:
                yield from self.blocks(box, nested + 1)

    def _table(self, element: etree._Element, nested: int) -> Table:
        self.count += 1
        rows = list(_rows(element))
        table = Table([])
        headers = [_is_header(row) for row in rows]
        table.headers = headers.index(False) if False in headers else 0
        if nested >= MAX_NESTED:
            table.notes.append(("TABLE_TOO_DEEP", {"limit": MAX_NESTED}))
            return table
        above: dict[int, Cell] = {}
        for row in rows:
            cells: list[Cell] = []
            column = 0
            for tc in _cells(row):
                properties = tc.find(f"{W}tcPr")
                width = _span(properties)
                merge = properties.find(f"{W}vMerge") if properties is not None else None
                if merge is not None and value_of(merge) != "restart" and column in above:
                    above[column].rowspan = min(above[column].rowspan + 1, MAX_SPAN)
                else:
                    cell = Cell(list(self.blocks(tc, nested + 1)), width)
                    cells.append(cell)
                    above.pop(column, None)
                    if merge is not None:
                        above[column] = cell
                column += width
            table.rows.append(cells)
        return table


def _is_counted(properties: etree._Element | None) -> bool:
    """An empty paragraph of a list is numbered too, unless its style alone puts it there."""
    return properties is not None and properties.find(f"{W}numPr") is not None


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if tag_of(child) == f"{W}tr":
            properties = child.find(f"{W}trPr")
            if properties is None or properties.find(f"{W}del") is None:
                yield child
        elif tag_of(child) in _HOLDERS:
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        if tag_of(child) == f"{W}tc":
            yield child
        elif tag_of(child) in _HOLDERS:
            yield from _cells(child)


def _span(properties: etree._Element | None) -> int:
    said = value_of(properties.find(f"{W}gridSpan")) if properties is not None else ""
    return max(1, min(int(said[:3]), MAX_SPAN)) if said.isascii() and said.isdecimal() else 1


def _is_header(row: etree._Element) -> bool:
    properties = row.find(f"{W}trPr")
    header = properties.find(f"{W}tblHeader") if properties is not None else None
    return header is not None and value_of(header) not in {"0", "false", "off"}
