"""Tables that are no content: options laid out in cells, statements with columns for true and false."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from item_bank.formats.docx.body import Block, Cell, Paragraph, Table
from item_bank.formats.docx.content import Piece
from item_bank.formats.docx.lines import lines_of
from item_bank.formats.docx.marks import Offered
from item_bank.formats.docx.rich import Rich
from item_bank.formats.docx.words import option_of, start_of
from item_bank.similarity import fold

_TICK: Final = re.compile(r"[xX×✓✔☑☒vV√]")
_EMPTY: Final = frozenset({"", "☐", "□"})
MOST_CELLS: Final = 4_000


def unfolded(table: Table) -> list[Block] | None:
    """The paragraphs in the cells, where the table only lays out a question or its options; else None."""
    cells = list(table.cells)
    if len(cells) > MOST_CELLS:
        return None
    firsts = [_first(cell) for cell in cells]
    letters = [label.letter for label in map(option_of, firsts) if label is not None]
    if any(start_of(text) for text in firsts):
        return [block for cell in cells for block in cell.blocks]
    if "A" not in letters and "a" not in letters:
        return None
    filled = sum(bool(text.strip()) for text in firsts)
    if len(letters) < 2 or len(letters) < filled:
        return None
    ordered = cells if _in_turn(letters) else list(_by_columns(table))
    return [block for cell in ordered for block in cell.blocks]


def _first(cell: Cell) -> str:
    for block in cell.blocks:
        if isinstance(block, Paragraph):
            for line in lines_of(block):
                if not line.rich.is_blank:
                    return line.text
    return ""


def _in_turn(letters: list[str]) -> bool:
    return all(ord(other) > ord(one) for one, other in pairwise(letters))


def _by_columns(table: Table) -> Iterator[Cell]:
    for column in range(max((len(row) for row in table.rows), default=0)):
        yield from (row[column] for row in table.rows if column < len(row))


def statement_rows(table: Table) -> list[Offered]:
    """Statements, each with a tick below "Đúng" or "Sai"; nothing where the table is another."""
    head = [fold(_text(cell)) for cell in table.rows[0]] if table.rows else []
    if "dung" not in head or "sai" not in head or not 3 <= len(table.rows) <= 9:
        return []
    true, false = head.index("dung"), head.index("sai")
    found: list[Offered] = []
    for row in table.rows[1:]:
        if len(row) != len(head):
            return []
        wordings = [one for place, one in enumerate(row) if place not in {true, false} and _text(one)]
        letter = "abcdefgh"[len(found)]
        content = _wording(wordings, letter)
        if content is None:
            return []
        found.append(Offered(letter, [Piece(content)], truth=_ticked(row[true], row[false])))
    return found


def _text(cell: Cell) -> str:
    return " ".join(block.rich.text for block in cell.blocks if isinstance(block, Paragraph)).strip()


def words_of(table: Table) -> str:
    """The words of its first cells, in a row."""
    return " ".join(" ".join(_text(cell) for cell in row) for row in table.rows[:2])


def _wording(cells: list[Cell], letter: str) -> Rich | None:
    """The statement, its letter before it or in a cell of its own."""
    parts = [line.rich for cell in cells for block in cell.blocks if isinstance(block, Paragraph)
             for line in lines_of(block) if not line.rich.is_blank]  # fmt: skip
    if len(parts) == 2 and fold(parts[0].text) == letter:
        return parts[1]
    label = option_of(parts[0].text) if len(parts) == 1 else None
    if label is None or label.letter.casefold() != letter:
        return None
    return parts[0].cut(label.end)


def _ticked(true: Cell, false: Cell) -> bool | None:
    """True or false where one of the two is ticked and the other is empty."""
    ticks = [bool(_TICK.fullmatch(_text(one))) for one in (true, false)]
    blank = [_text(one) in _EMPTY for one in (true, false)]
    if ticks[0] and blank[1]:
        return True
    return False if ticks[1] and blank[0] else None
