"""The XML of all versions of QTI as one tree: no namespaces, no `qti-`, names in camel case."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from html.entities import html5
from typing import Final

from lxml import etree

from item_bank.formats.qti.remarks import Refused
from item_bank.formats.xml_safety import SAFE

MAX_DEPTH: Final = 80
_SHORT: Final = 200  # characters of a name that is worth remembering

_HYPHEN: Final = re.compile(r"-([a-z0-9])")
# a document type may declare elements, which mean nothing here; one that declares entities is no part of this
_DECLARED: Final = r"\s|<!--(?:(?!--).)*-->|<!(?:ELEMENT|ATTLIST|NOTATION)\s[^<>\[\]%&]*>"
_PROLOG: Final = re.compile(
    rf"\s+|<\?xml\b[^>]*\?>|<!--(?:(?!--).)*-->|<!DOCTYPE\s[^\[\]<>]*(?:\[(?:{_DECLARED})*\]\s*)?>", re.DOTALL
)
_NAMED: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_ENCODING: Final = re.compile(rb"<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODINGS: Final = frozenset(
    ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "windows-1258"]
)
_NO_CHARACTER: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# what such a section is written for is markup, though the standard would show its tags to the candidates
AS_MARKUP: Final = "cdataMarkup"
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAGGED: Final = re.compile(
    r"\s*<(?:p|div|span|ul|ol|table|b|i|u|strong|em|br|img|h[1-6]|pre|sub|sup|font)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TEXTS: Final = frozenset({"value", "baseValue"})  # compared with what is typed, tags and all
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one file of XML may be."""

    bytes: int
    elements: int


ITEM: Final = Bounds(2 * 1024 * 1024, 40_000)  # one item a file
LIST: Final = Bounds(200 * 1024 * 1024, 0)  # read a piece at a time
BANK: Final = Bounds(8 * 1024 * 1024, 120_000)  # all items in one file


@dataclass(slots=True, eq=False)
class Node:
    """An element: `attributes` by name, with `xml:lang` as `lang`; `text` before the first child."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    tail: str = ""
    line: int | None = None
    children: list[Node] = field(default_factory=list)

    def get(self, name: str, otherwise: str = "") -> str:
        return self.attributes.get(name, otherwise).strip()

    def is_true(self, name: str) -> bool:
        return self.get(name) in {"true", "1"}

    def all(self, *names: str) -> list[Node]:
        """The children of these names, in order."""
        return [child for child in self.children if child.name in names]

    def first(self, name: str) -> Node | None:
        for child in self.children:
            if child.name == name:
                return child
        return None

    def walk(self) -> Iterator[Node]:
        """The element and all within it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def within(self, *names: str) -> list[Node]:
        return [node for node in self.walk() if node.name in names and node is not self]

    def words(self) -> str:
        """All text within, on one line."""
        return " ".join(("".join(self._pieces()) if self.children else self.text).split())

    def _pieces(self) -> Iterator[str]:
        yield self.text
        for child in self.children:
            yield from child._pieces()
            yield child.tail


def parse(data: bytes, bounds: Bounds = ITEM) -> Node:
    """The tree of a file from an untrusted hand.

    Raises Refused: FILE_TOO_LARGE, ENCODING_UNKNOWN, DTD_IN_FILE, NOT_WELL_FORMED (with the line),
    XML_TOO_DEEP, XML_TOO_LONG. Nothing outside is fetched and no entity is declared: a document type that
    only points elsewhere or says what elements there are is passed over, any other is refused.
    """
    return tree_of(_root(data, bounds), bounds)


class Looked:
    """A file that `parse` would read, with its root alone: many are looked at before one is read.

    Raises Refused as `parse` does.
    """

    def __init__(self, data: bytes, bounds: Bounds = ITEM) -> None:
        self._element, self._bounds = _root(data, bounds), bounds
        _require_bounds(self._element, bounds)
        self.root = _node(self._element)
        self.root.text = ""

    def tree(self) -> Node:
        return tree_of(self._element, self._bounds)


def _root(data: bytes, bounds: Bounds) -> etree._Element:
    content = _without_prolog(_decoded(data, bounds))
    if bounds is not BANK:  # there texts are HTML within text, CDATA or not
        content = _CDATA.sub(_marked, content)
    if "<!DOCTYPE" in content or "<!ENTITY" in content:
        raise Refused("DTD_IN_FILE")
    try:
        return etree.fromstring(content.encode("utf-8"), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        raise Refused("NOT_WELL_FORMED", line=error.lineno or None) from error


def stream(data: bytes, wanted: frozenset[str]) -> Iterator[tuple[str, Node]]:
    """Each element of these names in a file that is a long list, with the `xml:base` of what it stands in.

    Of such elements within one another the outermost. The list as a whole is never held. Raises Refused as
    `parse` does.
    """
    content = _decoded(data, LIST)
    if "<!DOCTYPE" in content or "<!ENTITY" in content:
        raise Refused("DTD_IN_FILE")
    bases: list[str] = []
    open_ones = 0
    events = etree.iterparse(io.BytesIO(data), events=("start", "end"), remove_comments=True, **SAFE)
    try:
        for event, element in events:
            is_wanted = _name_of(str(element.tag)) in wanted
            if event == "start":
                open_ones += is_wanted
                if len(bases) >= MAX_DEPTH:
                    raise Refused("XML_TOO_DEEP", limit=MAX_DEPTH)
                bases.append(element.get(_BASE) or "")
                continue
            bases.pop()
            open_ones -= is_wanted
            if is_wanted and not open_ones:
                yield "".join(bases), tree_of(element, ITEM)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Refused("NOT_WELL_FORMED", line=error.lineno or None) from error


def _without_prolog(text: str) -> str:
    """The file from its root on; the characters that HTML and MathML have names for as themselves.

    Line breaks are kept, so that lines are those of the file.
    """
    place = 0
    while found := _PROLOG.match(text, place):
        place = found.end()
    skipped, rest = text[:place], text[place:]
    if "<!DOCTYPE" in skipped:
        rest = _NAMED.sub(lambda one: html5.get(f"{one.group(1)};", one.group()), rest)
    return "\n" * skipped.count("\n") + rest


def _marked(found: re.Match[str]) -> str:
    """A CDATA section that holds tags of HTML, as an element of its own; any other as it is."""
    if not _TAGGED.match(found.group(1)):
        return found.group()
    return f"<{AS_MARKUP}>{escape(found.group(1), quote=False)}</{AS_MARKUP}>"


def camel(name: str) -> str:
    """The one name of an element or attribute: qti-simple-choice and simpleChoice are simpleChoice."""
    return _HYPHEN.sub(lambda found: found.group(1).upper(), name.removeprefix("qti-"))


def _name_of(qualified: str) -> str:
    """The one name of what lxml calls `{namespace}name`."""
    return _known_name(qualified) if len(qualified) < _SHORT else camel(qualified.rpartition("}")[2])


@lru_cache(maxsize=2_000)  # files have the same few hundred; a hostile one as many as it likes, but short
def _known_name(qualified: str) -> str:
    return "lang" if qualified == _LANGUAGE else camel(qualified.rpartition("}")[2])


def _decoded(data: bytes, bounds: Bounds) -> str:
    if len(data) > bounds.bytes:
        raise Refused("FILE_TOO_LARGE", limit_mb=bounds.bytes // 1024**2)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        said = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf").lstrip())
        encoding = said.group(1).decode("ascii").lower() if said else "utf-8"
        if encoding not in _ENCODINGS:
            raise Refused("ENCODING_UNKNOWN", encoding=encoding)
    try:
        text = data.decode("utf-8-sig" if encoding in {"utf-8", "utf8"} else encoding)
    except UnicodeDecodeError as error:
        raise Refused("ENCODING_UNKNOWN", encoding=encoding) from error
    if _NO_CHARACTER.search(text):
        raise Refused("NOT_WELL_FORMED")
    return text


def _require_bounds(root: etree._Element, bounds: Bounds) -> None:
    """What `_tree` refuses, without making the tree."""
    level, depth, count = [root], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > MAX_DEPTH:
            raise Refused("XML_TOO_DEEP", limit=MAX_DEPTH)
        if count > bounds.elements:
            raise Refused("XML_TOO_LONG", limit=bounds.elements)
        level = [child for element in level for child in element if isinstance(child.tag, str)]


def tree_of(root: etree._Element, bounds: Bounds) -> Node:
    """The tree of a parsed element. Raises Refused XML_TOO_DEEP, XML_TOO_LONG."""
    top = _node(root)
    waiting: list[tuple[etree._Element, Node, int]] = [(root, top, 1)]
    count = 1
    while waiting:
        element, node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Refused("XML_TOO_DEEP", limit=MAX_DEPTH)
        for child in element:
            if not isinstance(child.tag, str):  # a comment: what follows it belongs to what was before
                _append_text(node, child.tail or "")
                continue
            count += 1
            if count > bounds.elements:
                raise Refused("XML_TOO_LONG", limit=bounds.elements)
            made = _node(child)
            if made.name == AS_MARKUP and node.name in _TEXTS:
                _append_text(node, made.text + made.tail)
                continue
            node.children.append(made)
            if len(child) or depth >= MAX_DEPTH:
                waiting.append((child, made, depth + 1))
    return top


def _append_text(node: Node, text: str) -> None:
    if node.children:
        node.children[-1].tail += text
    else:
        node.text += text


def _node(element: etree._Element) -> Node:
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        attributes.setdefault(_name_of(str(name)), str(value))
    return Node(
        _name_of(str(element.tag)),
        attributes,
        element.text or "",
        element.tail or "",
        element.sourceline,
    )
