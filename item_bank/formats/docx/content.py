"""Paragraphs, lists and tables of a document as the bank's HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from item_bank.errors import InvalidItem
from item_bank.formats.docx.body import Block, Cell, Paragraph, Table
from item_bank.formats.docx.layout import CAPTION, PARAGRAPH
from item_bank.formats.docx.rich import Rich
from item_bank.formats.draft import MAX_TEXT, Draft
from item_bank.math import formula_faults
from item_bank.stem import sanitise


@dataclass(slots=True)
class Piece:
    """A paragraph of a text: `listed` (ordered, level) in a list, `set_off` where it stands apart."""

    rich: Rich
    listed: tuple[bool, int] | None = None
    set_off: bool = False
    caption: bool = False


Content = Piece | Table


def piece_of(paragraph: Paragraph, rich: Rich | None = None) -> Piece:
    label = paragraph.label
    return Piece(
        paragraph.rich if rich is None else rich,
        (label.numbered, label.level) if label is not None else None,
        paragraph.style == PARAGRAPH,
        paragraph.style == CAPTION,
    )


def read_content(content: Sequence[Content], draft: Draft) -> str:
    """Sanitised HTML; what its formulas lack is noted in the draft. Raises InvalidItem TEXT_TOO_LONG."""
    markup = sanitise(limited(_markup(content)))
    for fault in formula_faults(markup):
        draft.lose(fault.code, number=fault.number, source=fault.source, **fault.params)
    return markup


def limited(markup: str) -> str:
    if len(markup) > 2 * MAX_TEXT:
        raise InvalidItem("TEXT_TOO_LONG", length=len(markup), limit=MAX_TEXT)
    return markup


def _markup(content: Sequence[Content]) -> str:
    shown = [one for one in content if isinstance(one, Table) or not one.rich.is_blank]
    apart = any(_is_bare(one) and _is_bare(other) for one, other in pairwise(shown))
    parts: list[str] = []
    place = 0
    while place < len(shown):
        one = shown[place]
        end = place + 1
        if isinstance(one, Table):
            parts.append(_table(one, ""))
        elif one.caption and end < len(shown) and isinstance(table := shown[end], Table):
            parts.append(_table(table, one.rich.markup()))
            end += 1
        elif one.listed is not None:
            while end < len(shown) and _is_listed(shown[end]):
                end += 1
            parts.append(_list([item for item in shown[place:end] if isinstance(item, Piece)]))
        else:
            markup = one.rich.markup()
            parts.append(f"<p>{markup}</p>" if one.set_off or apart else markup)
        place = end
    return "".join(parts)


def _is_bare(one: Content) -> bool:
    return isinstance(one, Piece) and not one.set_off and not one.caption and one.listed is None


def _is_listed(one: Content) -> bool:
    return isinstance(one, Piece) and one.listed is not None


def _list(items: Sequence[Piece]) -> str:
    """Nested by their levels; an item of another kind begins another list."""
    written: list[str] = []
    opened: list[tuple[bool, int]] = []
    for item in items:
        ordered, level = item.listed or (False, 0)
        while opened and (opened[-1][1] > level or (opened[-1][1] == level and opened[-1][0] != ordered)):
            written.append(f"</li></{_name(opened.pop()[0])}>")
        if opened and opened[-1][1] == level:
            written.append("</li>")
        else:
            opened.append((ordered, level))
            written.append(f"<{_name(ordered)}>")
        written.append(f"<li>{item.rich.markup()}")
    while opened:
        written.append(f"</li></{_name(opened.pop()[0])}>")
    return "".join(written)


def _name(ordered: bool) -> str:
    return "ol" if ordered else "ul"


def _table(table: Table, caption: str) -> str:
    said = f"<caption>{caption}</caption>" if caption else ""
    head = "".join(_row(row, "th") for row in table.rows[: table.headers])
    body = "".join(_row(row, "td") for row in table.rows[table.headers :])
    return f"<table>{said}{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


def _row(row: Sequence[Cell], name: str) -> str:
    return f"<tr>{''.join(_cell(cell, name) for cell in row)}</tr>"


def _cell(cell: Cell, name: str) -> str:
    spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    scope = ' scope="col"' if name == "th" else ""
    if name == "td" and cell.heads_row:
        name, scope = "th", ' scope="row"'
    return f"<{name}{spans}{scope}>{_markup(contents_of(cell.blocks))}</{name}>"


def contents_of(blocks: Sequence[Block]) -> list[Content]:
    return [block if isinstance(block, Table) else piece_of(block) for block in blocks]


def notes_of(table: Table) -> list[tuple[str, dict[str, object]]]:
    """What is noted anywhere in the table."""
    found = list(table.notes)
    for cell in table.cells:
        for block in cell.blocks:
            found.extend(notes_of(block) if isinstance(block, Table) else block.notes)
    return found
