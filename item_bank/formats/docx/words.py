"""What the beginning of a line says it is, as Vietnamese authors write their questions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from item_bank.formats.docx.layout import SYNONYMS, Fact
from item_bank.formats.docx.rich import plain_signs
from item_bank.similarity import fold

HEAD: Final = 400  # characters of a line that can tell what it is

_QUESTION: Final = re.compile(
    r"\s{0,20}((?:c[âa]u(?:\s+h[ỏo]i)?|b[àa]i|question)\s{0,3}(?:số\s{0,3})?(\d{1,5}))(?![\w%])"
    r"(?!\s{0,3}(?:đến|tới|và|to|,|[-–—]\s{0,3}(?:c[âa]u\s{0,3})?\d))"
    r"\s{0,3}[.:)\]/\-–—]{0,2}\s{0,9}",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\s{0,20}((\d{1,5})\s?[.)/])(?!\d)\s{0,9}")
_GROUP: Final = re.compile(
    r"\s{0,20}((?i:ph[ầa]n|nh[óo]m|part|section|chương|chuyên đề|chủ đề)\s{1,3}(?:thứ\s{1,3})?"
    r"([IVXivx]{1,6}|\d{1,2}|[A-H])|([IVX]{1,6})(?=\s?[.)]))(?!\w)\s{0,3}[.:)\-–—]{0,2}\s{0,9}"
)
_OPTION: Final = re.compile(r"\s{0,20}(\*?)\s?([A-Za-z])\s?([.)/:])(?![A-Za-z]\.)\s{0,9}(\*?)")
_LATER: Final = re.compile(r"(?:(?<=\t)|(?<=  )|(?<=\n)|(?<= ))(\*?)([A-Za-z])\s?([.)/])\s{0,9}(\*?)")
_FACT: Final = re.compile(r"\s{0,20}([^\W\d_][^:\n]{0,40}?)\s{0,3}:\s?")
_SAID_KEY: Final = re.compile(
    r"\s{0,20}(?:đáp\s*án|chọn(?:\s+đáp\s*án)?|answer|key)(?:\s+đúng)?(?:\s+là)?\s*[.\-–]?\s+"
    r"((?:[A-H]\s*(?:,|và|&)?\s*){1,8})\.?\s*",
    re.IGNORECASE,
)
_CHOSEN: Final = re.compile(
    r"\s{0,20}(?:(?:vì vậy|do đó|vậy)?,?\s*(?:đáp\s*án|chọn(?:\s+đáp\s*án)?|answer)(?:\s+đúng)?(?:\s+là)?)"
    r"\s*[:.\-–]?\s*([A-H])(?=\s*(?:[.,;:\n)]|$))[.,;:]?\s*",
    re.IGNORECASE,
)
_END: Final = re.compile(r"[\W_]*(?:hết|the end)[\W_]*", re.IGNORECASE)
_KEYS: Final = re.compile(
    r"[\W_]*(?:bảng\s+(?:trả lời\s+)?đáp\s*án.{0,80}|đáp\s*án(?:\s+(?:đề|phần|tham khảo|trắc nghiệm).{0,60})?"
    r"|answer\s+keys?)[\W_]*",
    re.IGNORECASE,
)
_SOLUTIONS: Final = re.compile(
    r"[\W_]*(?:(?:bảng\s+)?(?:đáp\s*án\s+và\s+)?(?:hướng\s+dẫn|lời)\s*(?:giải|chấm)?(?:\s+chi\s+tiết)?|giải\s+chi\s+tiết"
    r"|giải\s+thích(?:\s+chi\s+tiết)?|đáp\s*án\s+chi\s+tiết)[\W_]*",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(
    r"c[âa]u(?:\s+hỏi)?(?:\s+số)?\s*(?:từ\s+)?(?:c[âa]u\s+)?(\d{1,4})\s*(?:,|và|đến|tới|-|–|—)\s*(?:c[âa]u\s+)?(\d{1,4})",
    re.IGNORECASE,
)
_SHARED: Final = re.compile(
    r"\s{0,20}(?:\W{0,3})(?:đọc|dựa|căn cứ|sử dụng|dùng|cho|xem|từ|tình huống|dữ kiện|ngữ liệu|thông tin)\b",
    re.IGNORECASE,
)
_FACT_BY_LABEL: Final = {
    label: fact for fact in Fact for label in (fold(fact.value), *SYNONYMS.get(fact, ()))
}
_ROMAN: Final = {"i": 1, "v": 5, "x": 10}


class Start(NamedTuple):
    """A question's beginning: as it is written, its number, and where its stem begins."""

    said: str
    number: int
    end: int


class Group(NamedTuple):
    said: str
    name: str
    title: str


class Lettered(NamedTuple):
    """The label of an option: where it begins and ends, its letter, whether a star marks it."""

    start: int
    end: int
    letter: str
    starred: bool


def start_of(text: str) -> Start | None:
    found = _QUESTION.match(plain_signs(text[:HEAD]))
    return Start(" ".join(found.group(1).split()), int(found.group(2)), found.end()) if found else None


def numbered_of(text: str) -> Start | None:
    found = _NUMBERED.match(plain_signs(text[:HEAD]))
    return Start(found.group(2), int(found.group(2)), found.end()) if found else None


def group_of(text: str) -> Group | None:
    if len(text) > HEAD:
        return None
    found = _GROUP.match(plain_signs(text))
    if found is None:
        return None
    name = (found.group(2) or found.group(3)).casefold()
    return Group(" ".join(found.group(1).split()), roman(name), " ".join(text[found.end() :].split()))


def roman(name: str) -> str:
    """A group's name, with Roman numerals as numbers: so "Phần I" is "Phần 1"."""
    if not name or set(name) - _ROMAN.keys():
        return name
    worth = [_ROMAN[sign] for sign in name]
    return str(sum(-one if one < max([0, *worth[n:]]) else one for n, one in enumerate(worth)))


def option_of(text: str) -> Lettered | None:
    found = _OPTION.match(plain_signs(text[:HEAD]))
    if found is None or (found.group(3) == ":" and not found.group(2).isupper()):
        return None
    starred = bool(found.group(1) or found.group(4))
    return Lettered(found.start(), found.end(), found.group(2), starred)


def options_in(text: str, first: Lettered) -> list[Lettered]:
    """The labels on this line, the first of them given: each letter in its turn, behind a tab or spaces.

    Behind a single space only where the line has four of them in a row: "A. 5% B. 10% C. 15% D. 20%".
    """
    wide, any_ = [first], [first]
    signs = plain_signs(text)
    for found in _LATER.finditer(signs, first.end):
        label = Lettered(found.start(), found.end(), found.group(2), bool(found.group(1) or found.group(4)))
        before = signs[max(0, label.start - 2) : label.start]
        if _follows(wide[-1].letter, label.letter) and (before.endswith(("\t", "\n")) or before == "  "):
            wide.append(label)
        if _follows(any_[-1].letter, label.letter):
            any_.append(label)
    return any_ if len(any_) >= 4 and first.letter in "Aa" and len(wide) < len(any_) else wide


def _follows(one: str, other: str) -> bool:
    return ord(other) == ord(one) + 1


def fact_of(text: str) -> tuple[Fact, int] | None:
    """What the line says of an item, and where its value begins."""
    found = _FACT.match(plain_signs(text[:HEAD]))
    fact = _FACT_BY_LABEL.get(fold(found.group(1))) if found else None
    if found is not None and fact is not None:
        return fact, found.end()
    said = _SAID_KEY.fullmatch(plain_signs(text)) if len(text) < 80 else None
    return (Fact.KEY, said.start(1)) if said else None


def chosen_in(text: str) -> tuple[str, int] | None:
    """The letter that an explanation begins with ("Chọn B."), and where the explanation goes on."""
    found = _CHOSEN.match(plain_signs(text[:HEAD]))
    return (found.group(1).upper(), found.end()) if found else None


def is_end(text: str) -> bool:
    return len(text) < HEAD and _END.fullmatch(text.strip()) is not None


def is_keys(text: str) -> bool:
    """The heading of the table of keys: a line of its own, and no "Đáp án:" with its value behind it."""
    line = text.strip()
    bare = ":" in plain_signs(line) and "bảng" not in line.casefold()
    return len(line) < 160 and not bare and _KEYS.fullmatch(line) is not None


def is_solutions(text: str) -> bool:
    return len(text) < 160 and _SOLUTIONS.fullmatch(text.strip()) is not None


def shared_by(text: str) -> tuple[int, int] | None:
    """The questions, from and to, that a line announces something for."""
    head = plain_signs(text[:HEAD])
    found = _RANGE.search(head) if _SHARED.match(head) else None
    if found is None:
        return None
    first, last = int(found.group(1)), int(found.group(2))
    return (first, last) if first < last <= first + 50 else None
