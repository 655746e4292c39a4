"""Keys as they are written: behind an item, in a line of many, in a table at the end of a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from item_bank.formats.docx.body import Paragraph, Table
from item_bank.formats.docx.layout import OTHER_PARTS
from item_bank.formats.docx.rich import plain_signs
from item_bank.similarity import fold

MOST_ENTRIES: Final = 5_000
# run together as "1.B2. B3.B4.B" too
_ENTRY: Final = re.compile(
    r"(?:c[âa]u\s{0,3})?(\d{1,4})\s{0,3}[-–—.:)=]?\s{0,3}([A-H](?:\s?,\s?[A-H])*)(?![^\W\d_])", re.IGNORECASE
)
_TRUTHS_ENTRY: Final = re.compile(
    r"(?:c[âa]u\s{0,3})?(\d{1,4})\s{0,3}[-–—.:)=]\s{0,3}((?:(?:đúng|sai|[ĐDS])[\s,;–-]{0,3}){2,8})(?!\w)",
    re.IGNORECASE,
)
_SINGLE: Final = re.compile(
    r"\s{0,9}(?:c[âa]u\s{0,3})?(\d{1,4})\s{0,3}[-–—.:)=]\s{0,3}(\S.{0,200})", re.IGNORECASE
)
_NUMBER_CELL: Final = re.compile(r"(?:c[âa]u\s{0,3})?(\d{1,4})\s?[.:)]?", re.IGNORECASE)
_NUMBER_HEADS: Final = frozenset({"cau", "cau hoi", "cau so", "so cau", "stt", "question", "so"})
_KEY_HEADS: Final = frozenset({"dap an", "da", "d a", "answer", "key", "dap an dung", "dap so", "chon"})
_LETTERS: Final = re.compile(r"[A-Z](?:\s*(?:,|;|&|\+|/|\s|và)\s*[A-Z])*\.?|[A-Z]{1,8}\.?", re.IGNORECASE)
_TRUTH: Final = r"đúng|sai|true|false|đ|s|d|t|f"
_STATEMENT: Final = re.compile(rf"(?<!\w)([a-h])\s*[-–.:)=]*\s*({_TRUTH})(?!\w)", re.IGNORECASE)
_TRUTHS: Final = re.compile(r"(?:(?:đúng|sai|true|false|[đdstf])[\s,;.–-]*)+", re.IGNORECASE)
_TRUTH_WORD: Final = re.compile(_TRUTH, re.IGNORECASE)
_SPLIT: Final = re.compile(r"(?<!\\)" + re.escape(OTHER_PARTS))
Entry = tuple[int, str]


def entries_in(text: str) -> list[Entry]:
    """The keys on one line of a table of keys; nothing where the line is anything else."""
    signs = plain_signs(text).strip()
    if not signs or len(signs) > 20_000:
        return []
    for pattern in (_ENTRY, _TRUTHS_ENTRY):
        found = [(int(one.group(1)), one.group(2).strip()) for one in pattern.finditer(signs)]
        if found and not re.search(r"\w", pattern.sub(" ", signs)):
            return found[:MOST_ENTRIES]
    return []


def single_entry(text: str) -> Entry | None:
    """One key on a line of its own, whatever the key is: "Câu 3: 12,5"."""
    found = _SINGLE.fullmatch(plain_signs(text[:400]).rstrip())
    return (int(found.group(1)), found.group(2).strip()) if found else None


def entries_of(table: Table) -> list[Entry]:
    """The keys in a table: in cells of their own ("1-A"), in rows below their numbers, or beside them."""
    rows = [[_text(cell.blocks) for cell in row] for row in table.rows]
    return _in_cells(rows) or _under_numbers(rows) or _beside_numbers(rows)


def _text(blocks: Sequence[object]) -> str:
    lines = [
        f"{block.label.text if block.label else ''} {block.rich.text}"
        for block in blocks
        if isinstance(block, Paragraph)
    ]
    return " ".join(" ".join(lines).split())


def _in_cells(rows: list[list[str]]) -> list[Entry]:
    found: list[Entry] = []
    for text in (text for row in rows for text in row if text):
        entries = entries_in(text)
        if not entries:
            return []
        found.extend(entries)
    return found


def _under_numbers(rows: list[list[str]]) -> list[Entry]:
    """Rows of numbers, each with a row of keys below it."""
    found: list[Entry] = []
    place = 0
    while place + 1 < len(rows):
        above, below = rows[place], rows[place + 1]
        headed = bool(above) and fold(above[0]) in _NUMBER_HEADS
        numbers = [_NUMBER_CELL.fullmatch(text) for text in above[headed:]]
        filled = [one for one, text in zip(numbers, above[headed:], strict=True) if text]
        if (
            not filled
            or None in filled
            or len(below) != len(above)
            or (not headed and not found and len(filled) < 2)
        ):
            place += 1
            continue
        found += [
            (int(one.group(1)), key) for one, key in zip(numbers, below[headed:], strict=True) if one and key
        ]
        place += 2
    return found


def _beside_numbers(rows: list[list[str]]) -> list[Entry]:
    """Columns "Câu | Đáp án", perhaps several times side by side; or numbers and truths without a head."""
    head = [fold(text) for text in rows[0]] if rows else []
    pairs = [
        place
        for place in range(len(head) - 1)
        if head[place] in _NUMBER_HEADS and head[place + 1] in _KEY_HEADS
    ]
    found: list[Entry] = []
    for row in rows[1:] if pairs else ():
        for place in pairs:
            number = _NUMBER_CELL.fullmatch(row[place]) if place + 1 < len(row) else None
            if number and row[place + 1]:
                found.append((int(number.group(1)), row[place + 1]))
    return found or _truth_rows(rows)


def _truth_rows(rows: list[list[str]]) -> list[Entry]:
    """Of each question a row: its number, then a truth for each of its statements."""
    found: list[Entry] = []
    for row in rows:
        number = _NUMBER_CELL.fullmatch(row[0]) if row else None
        if number and len(row) > 2 and all(map(_TRUTHS.fullmatch, row[1:])):
            found.append((int(number.group(1)), " ".join(row[1:])))
    return found


def is_entry_value(text: str) -> bool:
    """Whether this is a key and no wording: letters, truths, or a number."""
    text = plain_signs(text).strip()
    return len(text) <= 60 and bool(
        _LETTERS.fullmatch(text)
        or _TRUTHS.fullmatch(text)
        or truths_in(text, 2)
        or re.fullmatch(r"[+\-−]?\d[\d.,\s]*%?", text)
    )


def letters_in(text: str, known: Sequence[str]) -> tuple[str, ...] | None:
    """The options that a key names, in its order: "B", "A, C", "AC"; None where it names something else."""
    signs = plain_signs(text).strip().strip(".")
    if not signs or len(signs) > 200:
        return None
    spelled = {label.casefold(): label for label in known}
    parts = [one for one in re.split(r"\s*(?:,|;|&|\+|/|-|–|→|>|\bvà\b|\band\b|\s)\s*", signs) if one]
    if len(parts) == 1 and signs.casefold() not in spelled and signs.isalpha() and signs.isupper():
        parts = list(signs)
    found = tuple(spelled.get(one.strip("().").casefold(), "") for one in parts)
    return found if found and all(found) and len(set(found)) == len(found) else None


def truths_in(text: str, count: int) -> tuple[bool, ...] | None:
    """Of each of `count` statements whether it is true; None where the text does not plainly say so."""
    signs = plain_signs(text).strip()[:400]
    named = {one.group(1).casefold(): _is_true(one.group(2)) for one in _STATEMENT.finditer(signs)}
    if named and not re.search(r"\w", _STATEMENT.sub(" ", signs)):
        wanted = "abcdefgh"[:count]
        return tuple(named[letter] for letter in wanted) if set(named) == set(wanted) else None
    if not _TRUTHS.fullmatch(signs):
        return None
    found = tuple(_is_true(word) for word in _TRUTH_WORD.findall(signs))
    return found if len(found) == count else None


def _is_true(word: str) -> bool:
    return word.casefold() in {"đúng", "đ", "d", "true", "t"}


def responses_in(text: str) -> list[str]:
    """Several right responses, apart by a bar; a bar of the response itself is written behind a backslash."""
    return [_unescaped(one).strip() for one in _SPLIT.split(text)]


def escaped(text: str) -> str:
    """A response as `responses_in` reads it."""
    return re.sub(r"\\(?=[\\|])", r"\\\\", text).replace("|", "\\|") if "|" in text or "\\" in text else text


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\|])", r"\1", text)


def pairs_in(text: str) -> list[tuple[str, str]] | None:
    """What is put where, as (place, option): "1-B, 2-A"; None where the text is anything else."""
    signs = plain_signs(text)
    pattern = re.compile(r"([A-Za-z0-9_]{1,16})\s?(?:-|–|→|>|=|:)+\s?([A-Za-z]{1,2})(?![A-Za-z0-9_])")
    found = pattern.findall(signs)
    rest = re.sub(r"[\s,;.]+", "", pattern.sub(" ", signs))
    return [(place, option.upper()) for place, option in found] if found and not rest else None
