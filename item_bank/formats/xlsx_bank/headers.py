"""The columns of a workbook of items: what they are called, and where a sheet has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from item_bank.errors import ImportRefused
from item_bank.formats.cells import MAX_CELL_CHARACTERS, Kind, column_letter
from item_bank.formats.workbook import Row, Sheet
from item_bank.formats.xlsx_bank.words import upright
from item_bank.interactions.kinds import MOST
from item_bank.similarity import fold


class Header(StrEnum):
    """The columns by their Vietnamese names, in the order in which they are written."""

    ORDINAL = "STT"
    CODE = "Mã câu hỏi"
    TOPIC = "Chuyên đề"
    LEVEL = "Mức độ nhận thức"
    INTERACTION = "Dạng câu hỏi"
    STEM = "Câu hỏi"
    PICTURE = "Hình ảnh"
    OPTION = "Phương án"
    PLACE = "Mục"
    KEY = "Đáp án"
    BASIS = "Căn cứ pháp lý"
    RATIONALE = "Giải thích"
    SHARE = "Tỷ lệ đúng ước lượng"
    ENEMIES = "Câu hỏi kỵ"
    POOL = "Kho câu hỏi"
    MARK = "Điểm"
    CREDIT = "Cách chấm"
    AT_MOST = "Chọn tối đa"
    MATCHING = "So khớp"
    AREAS = "Vùng chọn"
    RUBRIC = "Thang chấm"
    STIMULUS = "Ngữ liệu"
    CATEGORY = "Chủ đề"
    LESSON = "Bài"
    TAGS = "Từ khóa"
    COMPETENCIES = "Năng lực"
    LANGUAGE = "Ngôn ngữ"
    WEIGHTS = "Trọng số"
    BOUNDS = "Khung trọng số"
    LIMITS = "Số lần dùng"
    IDS = "Ký hiệu"
    STATISTICS = "Thống kê"


class Slot(NamedTuple):
    """One column: its header, and its number where there are several of the kind (from 1)."""

    header: Header
    number: int = 0

    @property
    def label(self) -> str:
        if self.header is Header.OPTION:
            return f"{self.header.value} {column_letter(self.number)}"
        return f"{self.header.value} {self.number}" if self.number else self.header.value


def option_slot(number: int) -> Slot:
    return Slot(Header.OPTION, number)


def place_slot(number: int) -> Slot:
    return Slot(Header.PLACE, number)


HEADER_WITHIN_ROWS: Final = 10
FACTS: Final = (Header.CODE, Header.TOPIC, Header.LEVEL, Header.BASIS)  # what our own workbook asks for
MARKUP: Final = frozenset({Header.STEM, Header.RATIONALE, Header.OPTION, Header.PLACE})
MAX_CHARACTERS: Final[Mapping[Header, int]] = {
    **dict.fromkeys(Header, MAX_CELL_CHARACTERS),
    **dict.fromkeys((Header.CODE, Header.TOPIC, Header.LEVEL, Header.POOL, Header.STIMULUS), 40),
    Header.INTERACTION: 80,
    Header.BASIS: 1_000,
    Header.SHARE: 40,
    Header.ENEMIES: 2_000,
}

# folded: case and diacritics are aside already
_SYNONYMS: Final[Mapping[Header, tuple[str, ...]]] = {
    Header.ORDINAL: ("tt", "so thu tu", "so tt", "cau", "cau so", "so cau", "no", "number", "id"),
    Header.CODE: ("ma cau", "ma", "code", "item code"),
    Header.TOPIC: ("ma chuyen de", "topic"),
    Header.LEVEL: ("muc do", "do kho", "cap do", "cognitive level", "level", "difficulty"),
    Header.INTERACTION: (
        *("loai", "loai cau hoi", "kieu cau hoi", "dang", "dang cau", "dang thuc"),
        *("type", "question type", "questiontype", "interaction"),
    ),
    Header.STEM: (
        *("noi dung cau hoi", "than cau hoi", "noi dung", "de bai", "cau dan"),
        *("stem", "question", "question text", "questiontext", "content"),
    ),
    Header.PICTURE: ("hinh", "anh", "hinh minh hoa", "image", "picture", "image url", "imageurl"),
    Header.KEY: (
        *("dap an dung", "phuong an dung", "cau tra loi dung", "tra loi dung", "key", "correct option"),
        *("correct answer", "correctanswer", "answer", "correct"),
    ),
    Header.BASIS: ("can cu", "co so phap ly", "legal basis"),
    Header.RATIONALE: (
        *("giai thich dap an", "loi giai", "huong dan giai", "loi giai chi tiet", "huong dan"),
        *("rationale", "explanation", "explain", "solution", "answer explanation"),
    ),
    Header.SHARE: ("ti le dung uoc luong", "ty le dung", "ti le dung", "judged share", "expected share"),
    Header.ENEMIES: ("cau ky", "cau hoi ky nhau", "cau hoi loai tru", "enemies"),
    Header.POOL: ("kho", "muc dich su dung", "pool"),
    Header.MARK: ("so diem", "diem so", "mark", "max mark", "point", "points", "score"),
    Header.CREDIT: ("credit", "cach tinh diem"),
    Header.AT_MOST: ("so lua chon toi da", "at most", "max choices"),
    Header.MATCHING: ("cach so khop", "matching"),
    Header.AREAS: ("vung", "toa do", "areas"),
    Header.RUBRIC: ("tieu chi cham", "huong dan cham", "rubric"),
    Header.STIMULUS: ("ma ngu lieu", "stimulus"),
    Header.CATEGORY: ("chu de kien thuc", "chuong", "mach kien thuc", "category", "chapter"),
    Header.LESSON: ("bai hoc", "ten bai", "lesson"),
    Header.TAGS: ("the", "nhan", "tags"),
    Header.COMPETENCIES: ("ma nang luc", "competencies"),
    Header.LANGUAGE: ("language",),
    Header.WEIGHTS: ("weights",),
    Header.BOUNDS: ("gioi han trong so", "weight bounds"),
    Header.LIMITS: ("gioi han su dung", "limits"),
    Header.IDS: ("ky hieu phan", "identifiers"),
    Header.STATISTICS: ("so lieu thong ke", "statistics"),
}
# what templates of quiz programs write behind a name
_ADVICE: Final = re.compile(
    r"\(s\)|\s*[-\u2013]\s*(?:max(?:imum)? \d+ characters|choose at least one)\s*$", re.IGNORECASE
)
_OPTION_WORDS: Final = ("phuong an", "pa", "lua chon", "dap an", "tra loi", "option", "choice", "answer")
_PLACE_WORDS: Final = ("muc", "y", "menh de", "ve trai", "place", "statement")
_SINGLE: Final = frozenset(Header) - {Header.OPTION, Header.PLACE}


def _known() -> dict[str, Slot]:
    known = {fold(header.value): Slot(header) for header in _SINGLE}
    known |= {folded: Slot(header) for header, names in _SYNONYMS.items() for folded in names}
    for number in range(1, MOST + 1):
        letter = column_letter(number).casefold()
        for word in _OPTION_WORDS:  # "option A", "optionA", "option 1"
            for name in (f" {letter}", letter, f" {number}", f"{number}"):
                known.setdefault(word + name, option_slot(number))
        known.setdefault(letter, option_slot(number))
        for word in _PLACE_WORDS:
            known.setdefault(f"{word} {number}", place_slot(number))
            known.setdefault(f"{word} {letter}", place_slot(number))
    return known


_SLOT_BY_NAME: Final = _known()


def named_slot(text: str) -> Slot | None:
    """The column that a header cell names; None where it names none."""
    return _SLOT_BY_NAME.get(fold(_ADVICE.sub("", upright(text[:200]))))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a sheet has its header row, and which column number holds what.

    unknown : the headers of columns that mean nothing here, by column number
    """

    sheet: str
    header_row: int
    positions: Mapping[Slot, int]
    unknown: Mapping[int, str] = field(default_factory=dict)

    @property
    def headers(self) -> frozenset[Header]:
        return frozenset(slot.header for slot in self.positions)

    @property
    def is_own(self) -> bool:
        """Whether it is this bank's workbook, which asks for the facts that others do not know."""
        return self.headers.issuperset(FACTS)

    def place(self, row: int | None, slot: Slot | None = None) -> dict[str, Any]:
        """Where a remark points, as the author's program shows it."""
        if slot is None:
            return {"sheet": self.sheet, "row": row}
        position = self.positions.get(slot)
        letter = column_letter(position) if position else None
        return {"sheet": self.sheet, "row": row, "column": letter, "header": slot.label}


def recognised(sheet: Sheet) -> int:
    """How many headers the best row of a sheet has."""
    return max(map(_recognised, sheet.rows[:HEADER_WITHIN_ROWS]), default=0)


def _recognised(row: Row) -> int:
    return sum(named_slot(cell.text) is not None for cell in row.cells.values() if cell.kind is Kind.TEXT)


def find_layout(sheet: Sheet) -> Layout:
    """The header row is the one of the first rows with the most known headers.

    Raises ImportRefused: EMPTY_SHEET, DUPLICATE_HEADER.
    """
    candidates = sheet.rows[:HEADER_WITHIN_ROWS]
    if not candidates:
        raise ImportRefused("EMPTY_SHEET", sheet=sheet.name)
    header = max(candidates, key=_recognised)
    positions: dict[Slot, int] = {}
    unknown: dict[int, str] = {}
    for number, cell in header.cells.items():
        slot = named_slot(cell.text) if cell.kind is Kind.TEXT else None
        if slot is None:
            unknown[number] = cell.text.strip()[:80]
        elif slot not in positions:
            positions[slot] = number
        elif slot.header is not Header.ORDINAL:
            raise ImportRefused(
                "DUPLICATE_HEADER",
                sheet=sheet.name,
                row=header.number,
                column=column_letter(number),
                header=cell.text.strip()[:80],
                first=column_letter(positions[slot]),
            )
    return Layout(sheet.name, header.number, positions, unknown)
