"""A blueprint as its matrix: cells, sums against the shares wanted, and what the bank has for each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from examsvc.assembly.blueprint import COGNITIVE_MIX, ELIGIBILITY_FACTOR, Cell


@dataclass(frozen=True, slots=True)
class Bank:
    """Topics by code, the position's weights; by cell the eligible items and what is said of its rest."""

    topics: Mapping[str, str]
    weights: Mapping[str, int]
    eligible: Mapping[Cell, int]
    resting: Mapping[Cell, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """The figures to show; `texts` and `problems` by input name, where somebody typed something else."""

    counts: Mapping[Cell, int]
    n_items: int
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A row's or column's sum against the share that is wanted of the whole."""

    code: str
    name: str
    total: int
    share: float
    wanted: float

    @property
    def surplus(self) -> float:
        return self.total - self.wanted

    @property
    def is_off(self) -> bool:
        """A whole item or more away from the share: rounding alone explains less."""
        return abs(self.surplus) >= 1


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One place: how many items, and whether the bank has three for each."""

    name: str
    level: str
    n_items: int
    text: str
    have: int
    problem: str
    resting: str = ""

    @property
    def need(self) -> int:
        return ELIGIBILITY_FACTOR * max(self.n_items, 0)

    @property
    def lacks(self) -> int:
        return max(self.need - self.have, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A topic."""

    line: Line
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table."""

    rows: tuple[Row, ...]
    columns: tuple[Line, ...]
    total: int
    n_items: int

    @property
    def n_short(self) -> int:
        """Cells that the bank cannot serve."""
        return sum(cell.lacks > 0 for row in self.rows for cell in row.cells)


def cell_name(cell: Cell) -> str:
    """The name of a cell's input."""
    return f"cell-{cell.topic}-{cell.cognitive_level}"


def picture_matrix(draft: Draft, bank: Bank, *, every_topic: bool) -> Matrix:
    """Lay the cells out; `every_topic` also shows topics that neither the weights nor the cells name."""
    named = {cell.topic for cell, n_items in draft.counts.items() if n_items} | {
        topic for topic, weight in bank.weights.items() if weight
    }
    codes = [code for code in bank.topics if every_topic or code in named]
    rows = tuple(_row(code, draft, bank) for code in codes)
    columns = tuple(
        _line(level, level, sum(row.cells[place].n_items for row in rows), (share, draft.n_items))
        for place, (level, share) in enumerate(COGNITIVE_MIX.items())
    )
    return Matrix(rows, columns, sum(row.line.total for row in rows), draft.n_items)


def _row(code: str, draft: Draft, bank: Bank) -> Row:
    cells = tuple(_cell(Cell(code, level), draft, bank) for level in COGNITIVE_MIX)
    share = bank.weights.get(code, 0) / (sum(bank.weights.values()) or 1)
    total = sum(cell.n_items for cell in cells)
    return Row(_line(code, bank.topics[code], total, (share, draft.n_items)), cells)


def _cell(cell: Cell, draft: Draft, bank: Bank) -> MatrixCell:
    name, n_items = cell_name(cell), draft.counts.get(cell, 0)
    return MatrixCell(
        name=name,
        level=cell.cognitive_level,
        n_items=n_items,
        text=draft.texts.get(name, str(n_items)),
        have=bank.eligible.get(cell, 0),
        problem=draft.problems.get(name, ""),
        resting=bank.resting.get(cell, ""),
    )


def _line(code: str, name: str, total: int, wanted_of: tuple[float, int]) -> Line:
    share, n_items = wanted_of
    return Line(code, name, total, share, share * n_items)
