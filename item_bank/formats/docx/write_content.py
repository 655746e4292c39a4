"""Sanitised HTML as the XML of a Word document's body, so that `docx.content` reads the same HTML back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from typing import Any, Final

from item_bank.errors import InvalidMedia
from item_bank.formats.docx.layout import CAPTION, ITEM, PARAGRAPH, QUESTION, ROW_HEAD, STIMULUS, TEXT
from item_bank.formats.docx.rich import PLAIN, Look
from item_bank.media import SCHEME, Picture, read_picture

EMU: Final = 9_525  # of a pixel at 96 to the inch
MOST_EMU: Final = 5_900_000  # a little more than 16 cm: the width of a page's text
MAX_LEVEL: Final = 8
_LOOKS: Final = {
    "b": "bold", "strong": "strong", "i": "italic", "em": "emphasis", "u": "underline",
}  # fmt: skip
_BOLD_LABELS: Final = frozenset({QUESTION, STIMULUS})  # a bold option would look like the key
_VOID: Final = frozenset({"br", "img"})
_BLOCKS: Final = frozenset({"p", "ul", "ol", "table"})
_ILLEGAL: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Node:
    tag: str
    said: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Node]:
        return (one for one in self.children if isinstance(one, Node) and one.tag in tags)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def tree_of(markup: str) -> Node:
    parser = _Tree()
    parser.feed(markup)
    parser.close()
    return parser.root


@dataclass(slots=True)
class Writer:
    """Writes paragraphs; collects the pictures that they show, and counts lists."""

    pictures: Mapping[str, bytes]
    styles: Mapping[str, str]  # identifiers by the styles' names
    shown: dict[str, Picture] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    ordered_lists: int = 0
    _drawings: int = 0

    def labelled(self, style: str, label: str, markup: str) -> str:
        """A paragraph that begins with a label; what of the text is no bare line follows in its styles."""
        blocks = list(_blocks(tree_of(markup).children))
        bare = blocks.pop(0) if blocks and isinstance(blocks[0], list) else []
        words = self.inline(bare, PLAIN) if isinstance(bare, list) else ""
        look = replace(PLAIN, bold=True) if style in _BOLD_LABELS else PLAIN
        head = self.paragraph(style, self.run(label, look) + words)
        return head + "".join(map(self.block, blocks))

    def line(self, style: str, text: str) -> str:
        """A paragraph of plain text."""
        return self.paragraph(style, self.run(text, PLAIN))

    def paragraph(self, style: str, runs: str, more: str = "") -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{self.styles[style]}"/>{more}</w:pPr>{runs}</w:p>'

    def block(self, one: list[Node | str] | Node) -> str:
        if isinstance(one, list):
            return self.paragraph(TEXT, self.inline(one, PLAIN))
        if one.tag == "p":
            return self.paragraph(PARAGRAPH, self.inline(one.children, PLAIN))
        return self.table(one) if one.tag == "table" else self.listed(one, 0)

    def run(self, text: str, look: Look) -> str:
        """Text with its breaks and tabs."""
        pieces = re.split(r"([\n\t])", _ILLEGAL.sub("", text))
        inside = "".join(
            {"\n": "<w:br/>", "\t": "<w:tab/>"}.get(one)
            or f'<w:t xml:space="preserve">{escape(one, quote=False)}</w:t>'
            for one in pieces
            if one
        )
        return f"<w:r>{_properties(look)}{inside}</w:r>" if inside else ""

    def inline(self, children: Sequence[Node | str], look: Look) -> str:
        written: list[str] = []
        for one in children:
            if isinstance(one, str):
                written.append(self.run(one, look))
            elif one.tag == "br":
                written.append(self.run("\n", look))
            elif one.tag == "img":
                written.append(self._picture(one, look))
            else:
                written.append(self.inline(one.children, _looking(look, one.tag)))
        return "".join(written)

    def _picture(self, node: Node, look: Look) -> str:
        sha256, alt = node.said.get("src", "").removeprefix(f"{SCHEME}:"), node.said.get("alt", "")
        if sha256 not in self.shown:
            try:
                self.shown[sha256] = read_picture(self.pictures[sha256])
            except (KeyError, InvalidMedia):
                self.missing.append(sha256)
                return self.run(alt, look)
        self._drawings += 1
        picture = self.shown[sha256]
        scale = min(1.0, MOST_EMU / (picture.width * EMU))
        width, height = max(1, int(picture.width * EMU * scale)), max(1, int(picture.height * EMU * scale))
        relation = f"p{list(self.shown).index(sha256) + 1}"
        return _DRAWING.format(
            width=width, height=height, id=self._drawings, words=escape(alt), relation=relation
        )

    def listed(self, node: Node, level: int) -> str:
        """The items of a list, deeper lists behind the words that they belong to."""
        if node.tag == "ol":
            self.ordered_lists += 1
        number = self.ordered_lists + 1 if node.tag == "ol" else 1
        where = f'<w:numPr><w:ilvl w:val="{min(level, MAX_LEVEL)}"/><w:numId w:val="{number}"/></w:numPr>'
        written: list[str] = []
        for item in node.all("li"):
            words = [one for one in item.children if isinstance(one, str) or one.tag not in {"ul", "ol"}]
            written.append(self.paragraph(ITEM, self.inline(words, PLAIN), where))
            written.extend(self.listed(deeper, level + 1) for deeper in item.all("ul", "ol"))
        return "".join(written)

    def table(self, node: Node) -> str:
        rows = [(row, part.tag == "thead") for part in node.all("thead", "tbody") for row in part.all("tr")]
        caption = "".join(
            self.paragraph(CAPTION, self.inline(one.children, PLAIN)) for one in node.all("caption")
        )
        below: dict[int, tuple[int, int]] = {}  # by column: for how many rows a cell goes on, and its width
        written: list[str] = []
        for row, is_head in rows:
            header = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
            written.append(f"<w:tr>{header}{self._cells(list(row.all('td', 'th')), below)}</w:tr>")
        columns = max((len(list(row.all("td", "th"))) for row, _head in rows), default=1)
        grid = "<w:gridCol/>" * max(1, columns)
        return f"{caption}<w:tbl>{_TABLE}<w:tblGrid>{grid}</w:tblGrid>{''.join(written)}</w:tbl><w:p/>"

    def _cells(self, cells: list[Node], below: dict[int, tuple[int, int]]) -> str:
        written: list[str] = []
        column = 0
        while cells or column in below:
            if column in below:
                rows, width = below.pop(column)
                if rows > 1:
                    below[column] = (rows - 1, width)
                written.append(_cell(width, "<w:vMerge/>", "<w:p/>"))
            else:
                cell = cells.pop(0)
                width, rows = int(cell.said.get("colspan", 1)), int(cell.said.get("rowspan", 1))
                merge = '<w:vMerge w:val="restart"/>' if rows > 1 else ""
                if rows > 1:
                    below[column] = (rows - 1, width)
                written.append(_cell(width, merge + _shade(cell), self._in_cell(cell)))
            column += width
        return "".join(written)

    def _in_cell(self, cell: Node) -> str:
        """A cell ends with a paragraph, whatever is in it."""
        blocks = list(_blocks(cell.children))
        head = ""
        first: list[Node | str] | Node = blocks[0] if blocks else []
        if cell.tag == "th" and cell.said.get("scope") == "row" and isinstance(first, list):
            head = self.paragraph(ROW_HEAD, self.inline(first, PLAIN))
            del blocks[:1]
        inside = head + "".join(map(self.block, blocks))
        return inside if inside.endswith("</w:p>") else f"{inside}<w:p/>"


def _shade(cell: Node) -> str:
    return '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if cell.tag == "th" else ""


def _cell(width: int, merge: str, inside: str) -> str:
    span = f'<w:gridSpan w:val="{width}"/>' if width > 1 else ""
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{inside}</w:tc>"


def _blocks(children: Sequence[Node | str]) -> Iterator[list[Node | str] | Node]:
    """Blocks, and between them stretches of bare text."""
    bare: list[Node | str] = []
    for one in children:
        if isinstance(one, Node) and one.tag in _BLOCKS:
            if bare:
                yield bare
            bare = []
            yield one
        else:
            bare.append(one)
    if bare:
        yield bare


def _looking(look: Look, tag: str) -> Look:
    if tag in {"sub", "sup"}:
        return replace(look, script=tag)
    said: dict[str, Any] = {_LOOKS[tag]: True} if tag in _LOOKS else {}
    return replace(look, **said)


def _properties(look: Look) -> str:
    """In the order of the schema; strong and emphasised text by the styles of those names."""
    said = ""
    if look.strong or look.emphasis:
        said += f'<w:rStyle w:val="{"Strong" if look.strong else "Emphasis"}"/>'
    said += "<w:b/>" if look.bold else ""
    said += "<w:i/>" if look.italic else ""
    said += '<w:u w:val="single"/>' if look.underline else ""
    if look.script:
        said += f'<w:vertAlign w:val="{"superscript" if look.script == "sup" else "subscript"}"/>'
    return f"<w:rPr>{said}</w:rPr>" if said else ""


_TABLE: Final = (
    '<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr>"
)
_DRAWING: Final = (
    '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{id}" name="Hình {id}" descr="{words}"/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic><pic:nvPicPr><pic:cNvPr id="{id}" name="Hình {id}"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
