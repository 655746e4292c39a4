"""The cells of a workbook as they were typed: text, numbers, formulas, merged ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from item_bank.errors import ImportRefused

MAX_CELL_CHARACTERS = 32_767
MAX_TEXT_CHARACTERS = 24_000_000
MAX_CELLS = 400_000
MAX_COLUMNS = 128
MAX_SHARED_STRINGS = 400_000
MAX_MERGES = 10_000
MAX_CELL_STYLES = 65_536

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLAIN_FORMATS = frozenset({"general", "@", "0"})
_PLAIN_FORMAT_IDS = frozenset({0, 1, 49})


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    # a date, a percentage, a currency: what the author sees is not what the file holds
    FORMATTED = "formatted"
    BOOLEAN = "boolean"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` as stored; `markup` too where parts of the text are bold, raised and so on."""

    kind: Kind
    text: str
    markup: str | None = None


@dataclass(frozen=True, slots=True)
class MergedRange:
    reference: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


def column_letter(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def coordinates(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as "B12"."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ImportRefused("DAMAGED_FILE", part="sheet", reason="cell reference")
    return int(match.group(2)), column_number(match.group(1))


def decode_escapes(text: str) -> str:
    """The format writes what XML cannot carry as _xHHHH_, and a literal underscore before it as _x005F_."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def encode_escapes(text: str) -> str:
    return _ESCAPED.sub(lambda match: f"_x005F{match.group()}", text)


class TextBudget:
    """All text of a workbook together is bounded, also where many cells share one string."""

    def __init__(self) -> None:
        self.left = MAX_TEXT_CHARACTERS

    def take(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            raise ImportRefused("TOO_LARGE", limit_characters=MAX_TEXT_CHARACTERS)


_RUN_TAGS = {"b": "b", "i": "i", "u": "u"}
_RAISED = {"superscript": "sup", "subscript": "sub"}


class RichText:
    """Puts together the runs of one string (<si> or <is>), phonetic hints left out."""

    def __init__(self) -> None:
        self._plain: list[str] = []
        self._marked: list[str] = []
        self._length = 0
        self._in_text = False
        self._in_phonetic = False
        self._run_tags: list[str] = []
        self._rich = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "t":
            self._in_text = True
        elif tag == "rPh":
            self._in_phonetic = True
        elif tag == "r":
            self._run_tags = []
        elif tag in _RUN_TAGS and attributes.get("val") not in {"0", "false", "none"}:
            self._run_tags.append(_RUN_TAGS[tag])
        elif tag == "vertAlign" and attributes.get("val") in _RAISED:
            self._run_tags.append(_RAISED[attributes["val"]])

    def end(self, tag: str) -> None:
        if tag == "t":
            self._in_text = False
        elif tag == "rPh":
            self._in_phonetic = False
        elif tag == "r":
            self._run_tags = []

    def text(self, text: str) -> None:
        if not self._in_text or self._in_phonetic or self._length > MAX_CELL_CHARACTERS:
            return
        # one more than the limit is kept, so that the importer sees that it is too long
        text = text[: MAX_CELL_CHARACTERS + 1 - self._length]
        self._length += len(text)
        self._plain.append(text)
        if self._run_tags and text.strip():
            self._rich = True
            opened = "".join(f"<{tag}>" for tag in self._run_tags)
            closed = "".join(f"</{tag}>" for tag in reversed(self._run_tags))
            self._marked.append(f"{opened}{text}{closed}")
        else:
            self._marked.append(text)

    def cell(self, budget: TextBudget) -> Cell | None:
        """The cell, or None where nothing can be seen in it."""
        plain = decode_escapes("".join(self._plain))
        budget.take(len(plain))
        if not plain.strip():
            return None
        markup = decode_escapes("".join(self._marked)) if self._rich else None
        return Cell(Kind.TEXT, plain, markup)


class SharedStrings:
    """xl/sharedStrings.xml: the cells that text cells point to."""

    def __init__(self, budget: TextBudget) -> None:
        self.cells: list[Cell | None] = []
        self._budget = budget
        self._current: RichText | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._current = RichText()
        elif self._current is not None:
            self._current.start(tag, attributes)

    def end(self, tag: str) -> None:
        if self._current is None:
            return
        if tag == "si":
            if len(self.cells) >= MAX_SHARED_STRINGS:
                raise ImportRefused("TOO_LARGE", limit_strings=MAX_SHARED_STRINGS)
            self.cells.append(self._current.cell(self._budget))
            self._current = None
        else:
            self._current.end(tag)

    def text(self, text: str) -> None:
        if self._current is not None:
            self._current.text(text)


class NumberFormats:
    """xl/styles.xml: which cell styles show a number as it is stored."""

    def __init__(self) -> None:
        self.plain: list[bool] = []
        self._custom: dict[str, str] = {}
        self._in_cell_styles = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "cellXfs":
            self._in_cell_styles = True
        elif tag == "numFmt":
            self._custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "").casefold()
        elif tag == "xf" and self._in_cell_styles:
            if len(self.plain) >= MAX_CELL_STYLES:
                raise ImportRefused("TOO_LARGE", limit_styles=MAX_CELL_STYLES)
            format_id = attributes.get("numFmtId", "0")
            if format_id in self._custom:
                self.plain.append(self._custom[format_id] in _PLAIN_FORMATS)
            else:
                self.plain.append(format_id.isdecimal() and int(format_id[:9]) in _PLAIN_FORMAT_IDS)

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cell_styles = False

    def text(self, text: str) -> None:
        """Styles are told by attributes alone."""

    def is_plain(self, style: str) -> bool:
        if not style.isdecimal() or int(style[:9]) >= len(self.plain):
            return style == "0"
        return self.plain[int(style[:9])]
