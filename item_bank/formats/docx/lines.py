"""Paragraphs of a document as lines: labels of lists before them, and parted where something begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from item_bank.formats.docx.body import Paragraph
from item_bank.formats.docx.content import Piece, piece_of
from item_bank.formats.docx.layout import STYLES
from item_bank.formats.docx.rich import PLAIN, Rich, Span
from item_bank.formats.docx.runs import Note
from item_bank.formats.docx.words import (
    fact_of,
    group_of,
    is_end,
    is_keys,
    is_solutions,
    option_of,
    start_of,
)


@dataclass(slots=True)
class Line:
    """`piece` is what the line is where it is no more than text; `style` names a paragraph of our own."""

    rich: Rich
    piece: Piece
    style: str = ""
    notes: list[Note] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.rich.text


def lines_of(paragraph: Paragraph) -> Iterator[Line]:
    """The paragraph's lines: one, or more where behind a line break something begins."""
    label = paragraph.label
    style = paragraph.style if paragraph.style in STYLES else ""
    rich = paragraph.rich
    if label is not None and label.numbered and not style:
        rich = Rich((Span(f"{label.text} ", PLAIN), *rich.spans))
    places = [] if style else _beginnings(rich.text)
    if not places:
        yield Line(rich, piece_of(paragraph), style, paragraph.notes)
        return
    notes = paragraph.notes
    for part in rich.split(places):
        trimmed = part.trimmed()
        yield Line(trimmed, Piece(trimmed), "", notes)
        notes = []


def _beginnings(text: str) -> list[int]:
    """Where behind a line break another part of a question begins."""
    places: list[int] = []
    place = text.find("\n")
    while place >= 0 and len(places) < 500:
        if _begins(text[place + 1 : place + 500]):
            places.append(place + 1)
        place = text.find("\n", place + 1)
    return places


def _begins(rest: str) -> bool:
    line = rest.partition("\n")[0]
    return (
        start_of(line) is not None
        or option_of(line) is not None
        or fact_of(line) is not None
        or group_of(line) is not None
        or is_end(line)
        or is_keys(line)
        or is_solutions(line)
    )
