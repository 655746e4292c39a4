"""The pictures that lie on a sheet: over which cell, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from item_bank.errors import ImportRefused

MAX_ANCHORS: Final = 2_000
_ANCHORS: Final = frozenset({"oneCellAnchor", "twoCellAnchor"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the upper left corner of a picture is (row and column from 1), and the part that holds it.

    words : what its author says of it; empty where nothing
    """

    row: int
    column: int
    relation: str
    words: str


class DrawingReader:
    """Hears one drawing part; shapes and charts are passed over."""

    def __init__(self) -> None:
        self.found: list[Anchor] = []
        self._at: dict[str, int] = {}
        self._words = ""
        self._relation = ""
        self._in_corner = False
        self._number = ""
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _ANCHORS:
            self._at, self._words, self._relation = {}, "", ""
        elif tag == "from":
            self._in_corner = True
        elif tag in {"row", "col"} and self._in_corner:
            self._number, self._text = tag, []
        elif tag == "cNvPr":
            self._words = attributes.get("descr", "")[:500]
        elif tag == "blip":
            self._relation = attributes.get("embed", "")

    def end(self, tag: str) -> None:
        if tag == "from":
            self._in_corner = False
        elif self._text is not None and tag == self._number:
            number = "".join(self._text).strip()
            self._at[tag] = (
                int(number) + 1 if number.isascii() and number.isdigit() and len(number) < 8 else 0
            )
            self._text = None
        elif tag in _ANCHORS and self._relation and self._at.keys() >= {"row", "col"}:
            if len(self.found) >= MAX_ANCHORS:
                raise ImportRefused("TOO_LARGE", limit_pictures=MAX_ANCHORS)
            self.found.append(Anchor(self._at["row"], self._at["col"], self._relation, self._words))

    def text(self, text: str) -> None:
        if self._text is not None and len(self._text) < 8:
            self._text.append(text[:8])
