"""What a document's styles say of the text in them: its look, and the list it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from item_bank.formats.docx.package import W, tag_of
from item_bank.formats.docx.rich import PLAIN, Look

MAX_CHAIN: Final = 12  # styles based on styles
_OFF: Final = frozenset({"0", "false", "off", "none"})
_HEX: Final = re.compile(r"[0-9A-Fa-f]{6}")
_FILLS: Final = frozenset({"", "auto", "ffffff", "clear"})
_NO_LIGHT: Final = frozenset({"none", "white"})
_SCRIPTS: Final = {"superscript": "sup", "subscript": "sub", "baseline": ""}


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run: its look, and whether it is hidden or struck out."""

    look: Look = PLAIN
    hidden: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """name : as Word's list of styles has it, in small letters; numbering : (id of the list, level)"""

    name: str = ""
    run: Run = Run()
    numbering: tuple[str, int] | None = None


class Styles:
    """The styles of a document, by identifier; one that is not there says nothing."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._found: dict[str, ParagraphStyle] = {}
        self.default = Run()
        if root is None:
            return
        self.default = read_run(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"), Run())
        for style in root.iter(f"{W}style"):
            self._elements[style.get(f"{W}styleId", "")] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}:
                self._elements.setdefault("", style)

    def paragraph(self, identifier: str) -> ParagraphStyle:
        if identifier not in self._found:
            self._found[identifier] = self._read(identifier)
        return self._found[identifier]

    def character(self, identifier: str, run: Run) -> Run:
        """The run as its character style would have it."""
        for style in reversed(self._chain(identifier)):
            run = read_run(style.find(f"{W}rPr"), run)
        name = _name(self._elements.get(identifier))
        if name in {"strong", "emphasis"}:
            said: dict[str, Any] = {name: True, "bold" if name == "strong" else "italic": False}
            run = _changed(run, tuple(said.items()), run.hidden, run.struck)
        return run

    def _read(self, identifier: str) -> ParagraphStyle:
        run, numbering = self.default, None
        for style in reversed(self._chain(identifier)):
            run = read_run(style.find(f"{W}rPr"), run)
            numbering = read_numbering(style.find(f"{W}pPr")) or numbering
        return ParagraphStyle(_name(self._elements.get(identifier)), run, numbering)

    def _chain(self, identifier: str) -> list[etree._Element]:
        found: list[etree._Element] = []
        style = self._elements.get(identifier)
        while style is not None and style not in found and len(found) < MAX_CHAIN:
            found.append(style)
            style = self._elements.get(value_of(style.find(f"{W}basedOn")) or "?")
        return found


def _name(style: etree._Element | None) -> str:
    return value_of(style.find(f"{W}name")).casefold() if style is not None else ""


def value_of(element: etree._Element | None, name: str = "val") -> str:
    return element.get(f"{W}{name}", "") if element is not None else ""


def read_numbering(properties: etree._Element | None) -> tuple[str, int] | None:
    """(id of the list, level) that a paragraph's properties name; id "0" takes it out of its list."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return None
    level = value_of(found.find(f"{W}ilvl"))
    return value_of(found.find(f"{W}numId")), min(int(level[:2]), 8) if level.isdecimal() else 0


def read_run(properties: etree._Element | None, run: Run) -> Run:
    """The run with what these properties say over what was known of it."""
    if properties is None or not len(properties):
        return run
    said: dict[str, bool | str] = {}
    hidden, struck = run.hidden, run.struck
    for one in properties:
        name = tag_of(one).removeprefix(W)
        value = value_of(one)
        if name in _LOOKS:
            said.update(_LOOKS[name](one, value))
        elif name == "vanish":
            hidden = _is_on(value)
        elif name in {"strike", "dstrike"}:
            struck = _is_on(value)
    return _changed(run, tuple(said.items()), hidden, struck)


@lru_cache(maxsize=4096)
def _changed(run: Run, said: tuple[tuple[str, Any], ...], hidden: bool, struck: bool) -> Run:
    """One object for each look, however many runs have it."""
    return Run(replace(run.look, **dict(said)), hidden, struck)


def _is_on(value: str) -> bool:
    return value.casefold() not in _OFF


def _is_red(value: str) -> bool:
    if not _HEX.fullmatch(value):
        return value.casefold() == "red"
    red, green, blue = (int(value[place : place + 2], 16) for place in (0, 2, 4))
    return red >= 0xC0 and green <= 0x60 and blue <= 0x60


def _is_filled(element: etree._Element) -> bool:
    return value_of(element, "fill").casefold() not in _FILLS


_LOOKS: Final[dict[str, Callable[[etree._Element, str], dict[str, bool | str]]]] = {
    "b": lambda _one, value: {"bold": _is_on(value)},
    "i": lambda _one, value: {"italic": _is_on(value)},
    "u": lambda _one, value: {"underline": bool(value) and _is_on(value)},
    "color": lambda _one, value: {"red": _is_red(value)},
    "highlight": lambda _one, value: {"lit": value.casefold() not in _NO_LIGHT},
    "shd": lambda one, _value: {"lit": _is_filled(one)},
    "vertAlign": lambda _one, value: {"script": _SCRIPTS.get(value, "")},
}
