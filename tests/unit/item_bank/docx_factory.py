"""Word files made by hand, as an author's Word would save them: short marks for the looks of runs.

**bold**  //italic//  __underlined__  ~~red~~  ^^highlighted^^     a tab is a tab, ↵ a line break
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from item_bank.formats.docx import read_docx
from item_bank.formats.foreign import ForeignBank, ForeignItem
from tests.property.damage import packed

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:m="{M}" xmlns:r="{OFFICE}" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
LOOKS = {
    "**": "<w:b/>",
    "//": "<w:i/>",
    "__": '<w:u w:val="single"/>',
    "~~": '<w:color w:val="FF0000"/>',
    "^^": '<w:highlight w:val="yellow"/>',
}
_MARK = re.compile("|".join(re.escape(mark) for mark in LOOKS))


def run(text: str, properties: str = "") -> str:
    pieces = re.split("([\t↵])", text)
    inside = "".join(
        {"\t": "<w:tab/>", "↵": "<w:br/>"}.get(one) or f'<w:t xml:space="preserve">{escape(one)}</w:t>'
        for one in pieces
        if one
    )
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{inside}</w:r>" if inside else ""


def runs(line: str) -> str:
    """The line's runs, split where a look begins or ends."""
    written, on, place = [], [], 0
    for mark in [*_MARK.finditer(line), None]:
        end = mark.start() if mark else len(line)
        written.append(run(line[place:end], "".join(LOOKS[one] for one in on)))
        if mark:
            on.remove(mark.group()) if mark.group() in on else on.append(mark.group())
            place = mark.end()
    return "".join(written)


def paragraph(line: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{runs(line)}</w:p>"


def numbered(line: str, number: int, level: int = 0) -> str:
    where = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(line, where)


def table(rows: Sequence[Sequence[str]], *, header: bool = False) -> str:
    """Cells of lines; what begins with `<` is XML already."""
    written = ""
    for place, row in enumerate(rows):
        said = "<w:trPr><w:tblHeader/></w:trPr>" if header and place == 0 else ""
        cells = "".join(
            f"<w:tc>{cell if cell.startswith('<') else typed(cell) or '<w:p/>'}</w:tc>" for cell in row
        )
        written += f"<w:tr>{said}{cells}</w:tr>"
    return f"<w:tbl>{written}</w:tbl>"


def typed(text: str) -> str:
    """A paragraph of each line; blank ones left out."""
    return "".join(paragraph(line) for line in text.strip("\n").split("\n") if line.strip())


def level(number: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(lists: Mapping[int, str], nums: Mapping[int, tuple[int, str]]) -> bytes:
    """Lists by number, then what paragraphs name: (list, overrides)."""
    inside = "".join(
        f'<w:abstractNum w:abstractNumId="{one}">{levels}</w:abstractNum>' for one, levels in lists.items()
    )
    inside += "".join(
        f'<w:num w:numId="{one}"><w:abstractNumId w:val="{abstract}"/>{more}</w:num>'
        for one, (abstract, more) in nums.items()
    )
    return f'<w:numbering xmlns:w="{W}">{inside}</w:numbering>'.encode()


def relations(targets: Mapping[str, tuple[str, str]]) -> bytes:
    inside = "".join(
        f'<Relationship Id="{one}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for one, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'.encode()


def parts(body: str, more: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The parts of a document; `more` are files beside it, related by their names."""
    more = more or {}
    kinds = {"styles.xml": "styles", "numbering.xml": "numbering"}
    targets = {name: (kinds.get(name, "image"), name) for name in more}
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>'.encode(),
        "_rels/.rels": relations({"d": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": relations(targets),
        **{f"word/{name}": content for name, content in more.items()},
    }


def docx(body: str, more: Mapping[str, bytes] | None = None) -> bytes:
    return packed(parts(body, more))


def bank(body: str, more: Mapping[str, bytes] | None = None) -> ForeignBank:
    """What is read of a document; a text without XML is one paragraph a line."""
    return read_docx(docx(body if body.lstrip().startswith("<") else typed(body), more))


def one(body: str, more: Mapping[str, bytes] | None = None) -> ForeignItem:
    (item,) = bank(body, more).items
    return item


def key(item: ForeignItem) -> tuple[str, ...]:
    """The accepted responses; a refusal's code where it was refused."""
    return (item.refused.code,) if item.refused else item.key.accepted if item.key else ()


def options(item: ForeignItem) -> list[str]:
    return [option.content for option in item.asked.options] if item.asked else []


def codes(item: ForeignItem) -> list[str]:
    return [remark.code for remark in item.lost]
