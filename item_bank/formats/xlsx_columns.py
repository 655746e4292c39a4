"""The columns of the authors' workbook: their headers, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from item_bank.formats.cells import Kind, MergedRange, column_letter
from item_bank.formats.report import Problems, RowProblem, Severity
from item_bank.formats.workbook import Row, Sheet
from item_bank.pool import Pool
from item_bank.similarity import fold
from item_bank.taxonomy import CognitiveLevel

SHEET_NAME = "Câu hỏi"
SHEET_SYNONYMS = frozenset({"cau hoi", "ngan hang cau hoi", "items", "questions"})
HEADER_WITHIN_ROWS = 10


class Column(StrEnum):
    """The columns by their Vietnamese headers, in the order in which they are written."""

    CODE = "Mã câu hỏi"
    TOPIC = "Chuyên đề"
    LEVEL = "Mức độ nhận thức"
    STEM = "Câu hỏi"
    OPTION_A = "Phương án A"
    OPTION_B = "Phương án B"
    OPTION_C = "Phương án C"
    OPTION_D = "Phương án D"
    KEY = "Đáp án"
    BASIS = "Căn cứ pháp lý"
    RATIONALE = "Giải thích"
    SHARE = "Tỷ lệ đúng ước lượng"
    ENEMIES = "Câu hỏi kỵ"
    POOL = "Kho câu hỏi"


OPTION_COLUMNS: dict[str, Column] = {
    "A": Column.OPTION_A,
    "B": Column.OPTION_B,
    "C": Column.OPTION_C,
    "D": Column.OPTION_D,
}
OPTIONAL = frozenset({Column.RATIONALE, Column.SHARE, Column.ENEMIES, Column.POOL})
MARKUP = frozenset({Column.STEM, Column.RATIONALE, *OPTION_COLUMNS.values()})

MAX_CHARACTERS: dict[Column, int] = {
    Column.CODE: 40,
    Column.TOPIC: 40,
    Column.LEVEL: 40,
    Column.STEM: 4_000,
    Column.OPTION_A: 1_500,
    Column.OPTION_B: 1_500,
    Column.OPTION_C: 1_500,
    Column.OPTION_D: 1_500,
    Column.KEY: 10,
    Column.BASIS: 1_000,
    Column.RATIONALE: 4_000,
    Column.SHARE: 20,
    Column.ENEMIES: 2_000,
    Column.POOL: 40,
}

LEVEL_NAMES: dict[CognitiveLevel, str] = {
    CognitiveLevel.RECALL: "Nhớ",
    CognitiveLevel.APPLY: "Vận dụng",
    CognitiveLevel.SITUATION: "Tình huống",
}
LEVEL_BY_NAME: dict[str, CognitiveLevel] = {
    **{fold(name): level for level, name in LEVEL_NAMES.items()},
    **{level.value: level for level in CognitiveLevel},
}
POOL_NAMES: dict[Pool, str] = {Pool.OPERATIONAL: "Thi", Pool.PRACTICE: "Luyện tập"}
POOL_BY_NAME: dict[str, Pool] = {
    **{fold(name): pool for pool, name in POOL_NAMES.items()},
    **{pool.value: pool for pool in Pool},
}

# folded: case and diacritics are aside already
_SYNONYMS: dict[Column, tuple[str, ...]] = {
    Column.CODE: ("ma cau", "ma", "code", "item code"),
    Column.TOPIC: ("ma chuyen de", "topic"),
    Column.LEVEL: ("muc do", "cognitive level", "level"),
    Column.STEM: ("noi dung cau hoi", "than cau hoi", "noi dung", "stem", "question"),
    Column.OPTION_A: ("pa a", "a", "option a"),
    Column.OPTION_B: ("pa b", "b", "option b"),
    Column.OPTION_C: ("pa c", "c", "option c"),
    Column.OPTION_D: ("pa d", "d", "option d"),
    Column.KEY: ("dap an dung", "phuong an dung", "key", "correct option"),
    Column.BASIS: ("can cu", "co so phap ly", "legal basis"),
    Column.RATIONALE: ("giai thich dap an", "loi giai", "rationale", "explanation"),
    Column.SHARE: ("ti le dung uoc luong", "ty le dung", "ti le dung", "judged share", "expected share"),
    Column.ENEMIES: ("cau ky", "cau hoi ky nhau", "cau hoi loai tru", "enemies"),
    Column.POOL: ("kho", "muc dich su dung", "pool"),
}
_COLUMN_BY_HEADER: dict[str, Column] = {
    folded: column for column in Column for folded in (fold(column.value), *_SYNONYMS[column])
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header row is, and which column number holds which column."""

    header_row: int
    positions: Mapping[Column, int]

    def letter(self, column: Column) -> str | None:
        return column_letter(self.positions[column]) if column in self.positions else None

    def problem(self, row: int, column: Column, code: str, **params: object) -> RowProblem:
        return RowProblem(row, self.letter(column), column.value, code, dict(params))


def _recognised(row: Row) -> int:
    return sum(fold(cell.text[:200]) in _COLUMN_BY_HEADER for cell in row.cells.values())


def find_layout(sheet: Sheet, problems: Problems) -> Layout:
    """The header row is the one of the first rows with the most known headers."""
    candidates = sheet.rows[:HEADER_WITHIN_ROWS]
    if not candidates:
        problems.add(RowProblem(None, None, None, "EMPTY_SHEET", {"sheet": sheet.name}))
        return Layout(0, {})
    header = max(candidates, key=_recognised)
    positions: dict[Column, int] = {}
    for number, cell in header.cells.items():
        text = cell.text.strip()[:200]
        column = _COLUMN_BY_HEADER.get(fold(text)) if cell.kind is Kind.TEXT else None
        place = (header.number, column_letter(number), text)
        if column is None:
            problems.add(RowProblem(*place, "UNKNOWN_COLUMN", severity=Severity.WARNING))
        elif column in positions:
            problems.add(RowProblem(*place, "DUPLICATE_HEADER", {"first": column_letter(positions[column])}))
        else:
            positions[column] = number
    for column in Column:
        if column not in positions and column not in OPTIONAL:
            problems.add(RowProblem(header.number, None, column.value, "MISSING_HEADER"))
    layout = Layout(header.number, positions)
    for merged in sheet.merged:
        _check_merged(merged, layout, problems)
    return layout


def _check_merged(merged: MergedRange, layout: Layout, problems: Problems) -> None:
    """Merged cells above the header are a title; below it, the hidden cells' text would be a guess."""
    columns = [n for n in layout.positions.values() if merged.first_column <= n <= merged.last_column]
    if merged.last_row < layout.header_row or not columns:
        return
    place = (max(merged.first_row, layout.header_row), column_letter(min(columns)))
    problems.add(RowProblem(*place, None, "MERGED_CELLS", {"range": merged.reference}))
