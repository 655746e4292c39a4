"""What a drawing in a Word document holds, and what it says to who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from item_bank.formats.docx.package import M, W, tag_of
from item_bank.stem import plain_line

VML: Final = "{urn:schemas-microsoft-com:vml}"
BLIP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
BOX: Final = f"{W}txbxContent"


def alternative(element: etree._Element) -> Iterator[etree._Element]:
    """Of what is written twice, once for newer programs: the first that has something to show."""
    for one in element:
        holds = {tag_of(part) for part in one.iter()}
        if holds & {BLIP, BOX, f"{VML}imagedata", f"{W}t", f"{M}oMath"}:
            yield from one
            return


def within(element: etree._Element, tag: str, top: etree._Element) -> bool:
    ancestor = element.getparent()
    while ancestor is not None and ancestor is not top:
        if tag_of(ancestor) == tag:
            return True
        ancestor = ancestor.getparent()
    return False


def words_of(element: etree._Element) -> tuple[str, str]:
    """What a picture says to who cannot see it, and its name."""
    for one in element.iter():
        said = tag_of(one).rpartition("}")[2]
        if said == "docPr":
            return plain_line(one.get("descr") or one.get("title") or ""), plain_line(one.get("name") or "")
        if said == "shape":
            return plain_line(one.get("alt") or ""), ""
    return "", ""


def is_seen(element: etree._Element) -> bool:
    """Whether a drawing without picture or text shows anything: a chart or a shape, not an empty frame."""
    return any(
        tag_of(one).rpartition("}")[2] in {"graphicData", "shape", "rect", "line", "oval", "group"}
        for one in element.iter()
    )
