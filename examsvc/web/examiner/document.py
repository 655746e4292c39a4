"""What a page or a printed report says, as titled sections of sentences, facts, tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from examsvc.web.examiner.plots import Plot


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `badge` is the class of a badge around it, `href` leads to its subject."""

    text: str
    badge: str = ""
    href: str | None = None


Row = tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or two; a hint explains, a warning wants to be acted on."""

    words: str
    tone: str = ""  # "" | hint | warning | bad | good
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are."""

    rows: tuple[tuple[str, str | Cell], ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; those columns named in `numeric` are figures, the first column heads its row."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()
    empty: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture and the same figures as a table."""

    plot: Plot
    table: Table
    kind: ClassVar[str] = "figure"


Block = Text | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its place in the page's address."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def figures(headings: Sequence[str], start: int = 1) -> frozenset[int]:
    """All columns from `start` on hold figures."""
    return frozenset(range(start, len(headings)))


def as_cell(cell: str | Cell) -> Cell:
    """Every cell alike, for templates."""
    return cell if isinstance(cell, Cell) else Cell(cell)
