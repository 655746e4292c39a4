"""Options as authors letter them: which letter may come next, and what a line of several holds."""

from __future__ import annotations

from item_bank.formats.docx.content import Content, Piece
from item_bank.formats.docx.layout import Fact
from item_bank.formats.docx.marks import Offered
from item_bank.formats.docx.opened import Open
from item_bank.formats.docx.rich import Rich, Span, plain_signs
from item_bank.formats.docx.words import Lettered, options_in


def takes(opened: Open, label: Lettered) -> bool:
    """The first letter, or the next in turn; another capital out of its turn is a fault of the item."""
    if opened.explaining:
        return False
    labels = [one.label for one in opened.options if not one.owner]
    if not labels or (labels[0].islower() and label.letter == "A"):
        return label.letter in {"A", "a"} and not opened.values(Fact.KEY)
    if ord(label.letter) == ord(labels[-1][-1]) + 1:
        return True
    if label.letter.isupper() and labels[0].isupper() and label.letter <= "H" and not opened.said:
        opened.fault = ("OPTIONS_OUT_OF_ORDER", {"options": (*labels, label.letter)})
        return True
    return False


def offer(opened: Open, rich: Rich, first: Lettered) -> None:
    """Takes the options of a line, of which there may be several beside each other."""
    if first.letter == "A" and opened.options and opened.options[0].label.islower():
        _into_stem(opened)
    labels = options_in(rich.text, first)
    ends = [*(label.start for label in labels[1:]), len(rich.text)]
    for label, end in zip(labels, ends, strict=True):
        content: list[Content] = [Piece(rich.cut(label.end, end).trimmed())]
        letter = plain_signs(rich.text[label.start : label.end])
        at = label.start + letter.find(label.letter)
        offered = Offered(label.letter, content, rich.cut(at, at + 1), label.starred)
        opened.options.append(offered)


def _into_stem(opened: Open) -> None:
    """Statements a), b), c) that the options A, B, C speak of belong to the stem."""
    for one in opened.options:
        first = one.pieces[0]
        opened.stem.append(Piece(Rich((Span(f"{one.label}) "), *first.rich.spans))))
        opened.stem.extend(part for part in one.content if part is not first)
    opened.options.clear()
