"""The sheets of the HR office's workbook: their columns and how a cell is read."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

NAME_LIMIT: Final = 200
PERSON_LIMIT: Final = 120
WORD_LIMIT: Final = 32
CODE_LIMIT: Final = 16  # of positions, topics and competencies: they stand in table heads
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_DATES: Final = ("%Y-%m-%d", "%d/%m/%Y")
_YES: Final = frozenset({"x", "có", "yes", "1", "true"})
_NO: Final = frozenset({"", "không", "no", "0", "false"})


class CellFault(Exception):
    """The cell cannot be read; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    field: str
    read: Callable[[object], object]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """`key` names the fields that no two rows of the sheet may share."""

    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def header_of(self, field: str) -> str:
        return next(column.header for column in self.columns if column.field == field)


def normal_text(value: object) -> str:
    """The cell as trimmed NFC text; a whole number typed into a text column keeps no decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip()


def normal_title(value: object) -> str:
    """Titles and headers are compared without regard to case and spacing."""
    return " ".join(normal_text(value).split()).casefold()


def read_code(value: object) -> str:
    text = normal_text(value)
    if not _CODE.fullmatch(text):
        raise CellFault("bad_code", value=text[:40])
    return text


def read_codes(value: object) -> tuple[str, ...]:
    codes = tuple(read_code(part) for part in normal_text(value).split(","))
    if len(set(codes)) != len(codes):
        raise CellFault("repeated_code", value=normal_text(value)[:40])
    return codes


def read_name(value: object) -> str:
    text = normal_text(value)
    if len(text) > NAME_LIMIT:
        raise CellFault("too_long", limit=NAME_LIMIT)
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise CellFault("control_character")
    return text


def limited(read: Callable[[object], str], limit: int) -> Callable[[object], str]:
    """The same reading, for a field that keeps fewer letters."""

    def read_limited(value: object) -> str:
        text = read(value)
        if len(text) > limit:
            raise CellFault("too_long", limit=limit)
        return text

    return read_limited


def read_email(value: object) -> str:
    text = read_name(value)
    if not _EMAIL.fullmatch(text):
        raise CellFault("bad_email", value=text[:40])
    return text


def read_date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = normal_text(value)
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise CellFault("bad_date", value=text[:40])


def read_count(value: object) -> int:
    number = read_number(value)
    if not number.is_integer() or not 0 <= number <= 1000:
        raise CellFault("bad_count", value=normal_text(value)[:40])
    return int(number)


def read_number(value: object) -> float:
    """Both decimal signs are understood: the office's machines are set to a comma."""
    if isinstance(value, bool):
        raise CellFault("bad_number", value=str(value))
    try:
        number = float(normal_text(value).replace(",", "."))
    except ValueError:
        raise CellFault("bad_number", value=normal_text(value)[:40]) from None
    if not -1e9 < number < 1e9:  # also false for NaN
        raise CellFault("bad_number", value=normal_text(value)[:40])
    return number


def read_weight(value: object) -> float:
    number = read_number(value)
    if not 0 < number <= 100:
        raise CellFault("bad_weight", value=normal_text(value)[:40])
    return number


def read_mark(value: object) -> bool:
    text = normal_text(value).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellFault("bad_mark", value=text[:40])


UNITS: Final = Sheet(
    "Đơn vị",
    (
        Column("Mã đơn vị", "code", read_code),
        Column("Tên đơn vị", "name", read_name),
        Column("Tên tiếng Anh", "name_en", read_name, is_required=False),
        Column("Đơn vị cấp trên", "parent", read_code, is_required=False),
        Column("Loại", "kind", limited(read_name, WORD_LIMIT), is_required=False),
        Column("Khu vực", "region", limited(read_name, WORD_LIMIT), is_required=False),
        Column("Hiệu lực từ", "effective_from", read_date, is_required=False),
    ),
    ("code",),
)
POSITIONS: Final = Sheet(
    "Vị trí",
    (
        Column("Mã vị trí", "code", limited(read_code, CODE_LIMIT)),
        Column("Tên vị trí", "name", read_name),
        Column("Tên tiếng Anh", "name_en", read_name, is_required=False),
    ),
    ("code",),
)
TOPICS: Final = Sheet(
    "Chuyên đề",
    (
        Column("Mã", "code", limited(read_code, CODE_LIMIT)),
        Column("Tên", "name", read_name),
        Column("Tên tiếng Anh", "name_en", read_name, is_required=False),
    ),
    ("code",),
)
COMPETENCIES: Final = Sheet(
    "Năng lực",
    (
        Column("Mã năng lực", "code", limited(read_code, CODE_LIMIT)),
        Column("Tên", "name", read_name),
        Column("Tên tiếng Anh", "name_en", read_name, is_required=False),
        Column("Chuyên đề", "topics", read_codes, is_required=False),
    ),
    ("code",),
)
REQUIREMENTS: Final = Sheet(
    "Yêu cầu",
    (
        Column("Mã vị trí", "position", read_code),
        Column("Mã năng lực", "competency", read_code),
        Column("Cấp độ", "level", read_count),
        Column("Trọng số", "weight", read_weight, is_required=False),
        Column("Then chốt", "is_critical", read_mark, is_required=False),
    ),
    ("position", "competency"),
)
SHARES: Final = Sheet(
    "Tỷ trọng",
    (
        Column("Mã vị trí", "position", read_code),
        Column("Chuyên đề", "topic", read_code),
        Column("Số câu/60", "items_of_60", read_count),
    ),
    ("position", "topic"),
)
OFFICERS: Final = Sheet(
    "Công chức",
    (
        Column("Số hiệu", "number", read_code),
        Column("Họ và tên", "name", limited(read_name, PERSON_LIMIT)),
        Column("Mã đơn vị", "unit", read_code),
        Column("Mã vị trí", "position", read_code),
        Column("Ngày bổ nhiệm", "appointed_on", read_date),
        Column("Email", "email", limited(read_email, NAME_LIMIT), is_required=False),
    ),
    ("number",),
)
SHEETS: Final = (UNITS, POSITIONS, TOPICS, COMPETENCIES, REQUIREMENTS, SHARES, OFFICERS)
