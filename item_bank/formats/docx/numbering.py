"""The labels that Word writes before the paragraphs of its lists: they stand in no text, and are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from item_bank.formats.docx.package import W
from item_bank.formats.docx.styles import value_of

MAX_NUMBER: Final = 32_767  # Word's own limit
_LEVEL: Final = re.compile(r"%([1-9])")
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list; `restart`: behind which level it begins again, 0 for never, None: any above."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None


@dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a paragraph, empty of a bullet; `numbered` where its list counts."""

    text: str
    numbered: bool
    level: int


class Numbering:
    """Counts as Word does, paragraph by paragraph in the order of the document."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._own: dict[str, dict[int, Level]] = {}
        if root is None:
            return
        for abstract in root.iter(f"{W}abstractNum"):
            self._lists[abstract.get(f"{W}abstractNumId", "")] = _List(_levels(abstract))
        for num in root.iter(f"{W}num"):
            identifier = num.get(f"{W}numId", "")
            self._list_of[identifier] = value_of(num.find(f"{W}abstractNumId"))
            self._read_overrides(identifier, num)

    def _read_overrides(self, identifier: str, num: etree._Element) -> None:
        for one in num.iter(f"{W}lvlOverride"):
            level = _whole(one.get(f"{W}ilvl", ""), 0)
            start = one.find(f"{W}startOverride")
            if start is not None:
                self._starts.setdefault(identifier, {})[level] = _whole(value_of(start), 1)
            if one.find(f"{W}lvl") is not None:
                self._own.setdefault(identifier, {}).update(_levels(one))

    def label(self, identifier: str, level: int) -> Label | None:
        """The label of the next paragraph in this list; None where there is no such list."""
        found = self._lists.get(self._list_of.get(identifier, ""))
        if found is None:
            return None
        levels = {**found.levels, **self._own.get(identifier, {})}
        for place, start in self._starts.pop(identifier, {}).items():
            found.counts[place] = start - 1
        self._count(found, levels, level)
        here = levels.get(level, Level())
        if here.form in {"bullet", "none"}:
            return Label("", False, level)
        text = _LEVEL.sub(lambda sign: self._said(found, levels, int(sign.group(1)) - 1), here.text)
        return Label(text.strip(), True, level)

    def _count(self, found: _List, levels: dict[int, Level], level: int) -> None:
        start = levels.get(level, Level()).start
        found.counts[level] = min(found.counts.get(level, start - 1) + 1, MAX_NUMBER)
        for deeper in [one for one in found.counts if one > level]:
            restart = levels.get(deeper, Level()).restart
            if restart is None or (restart > 0 and level < restart):
                del found.counts[deeper]

    def _said(self, found: _List, levels: dict[int, Level], level: int) -> str:
        here = levels.get(level, Level())
        return number_said(found.counts.get(level, here.start), here.form)


def number_said(number: int, form: str) -> str:
    """A number as Word's formats have it; one that is not known is written in digits."""
    if form in {"upperLetter", "lowerLetter"} and number > 0:
        letter = chr(ord("A") + (number - 1) % 26) * min((number - 1) // 26 + 1, 20)
        return letter if form == "upperLetter" else letter.lower()
    if form in {"upperRoman", "lowerRoman"} and 0 < number < 4000:
        said = ""
        for worth, sign in _ROMAN:
            said += sign * (number // worth)
            number %= worth
        return said if form == "upperRoman" else said.lower()
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _levels(element: etree._Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for one in element.iter(f"{W}lvl"):
        restart = one.find(f"{W}lvlRestart")
        found[_whole(one.get(f"{W}ilvl", ""), 0)] = Level(
            value_of(one.find(f"{W}numFmt")) or "decimal",
            value_of(one.find(f"{W}lvlText"))[:60],
            _whole(value_of(one.find(f"{W}start")), 1),
            None if restart is None else _whole(value_of(restart), 0),
        )
    return found


def _whole(text: str, otherwise: int) -> int:
    return min(int(text[:6]), MAX_NUMBER) if text.isascii() and text.isdecimal() else otherwise
