"""HTML where QTI has no markup: text that holds tags, and pages that stand beside an item's file."""

from __future__ import annotations

from typing import Final

from lxml import etree

from item_bank.formats.qti.xml import ITEM, Node, tree_of

_PAGES: Final = (".html", ".htm", ".xhtml")


def markup_of(text: str | bytes) -> Node:
    """The body of a text or a page of HTML; an empty one where there is none.

    Raises Refused: XML_TOO_DEEP, XML_TOO_LONG. Nothing is fetched.
    """
    parser = etree.HTMLParser(
        no_network=True, huge_tree=False, remove_pis=True, remove_comments=True, encoding="utf-8"
    )
    content = text.encode("utf-8") if isinstance(text, str) else text
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        root = None
    body = None if root is None else root.find("body")
    return Node("div", {}) if body is None else tree_of(body, ITEM)


def is_page(node: Node) -> bool:
    """Whether an object is a page of HTML."""
    said, file = node.get("type"), node.get("data").partition("#")[0].lower()
    return node.name == "object" and (said in {"text/html", "application/xhtml+xml"} or file.endswith(_PAGES))


def page_block(body: Node) -> Node | None:
    """The block before a wording that holds a page and nothing else: what several items share."""
    first = body.children[0] if body.children and not body.text.strip() else None
    if first is None or first.name not in {"rubricBlock", "div"} or first.words():
        return None
    if first.name == "rubricBlock" and "candidate" not in first.get("view", "candidate").split():
        return None
    last = [node for node in first.walk() if not node.children]
    return first if len(last) == 1 and is_page(last[0]) else None


def page_in(block: Node) -> Node:
    return next(node for node in block.walk() if is_page(node))
