"""The XML of a Moodle file from an untrusted hand: parsed within limits, its parts found by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from lxml import etree

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.draft import Draft
from item_bank.formats.moodle_text import Files, Format, Pictures, read_text
from item_bank.formats.xml_safety import SAFE

Element = Any  # lxml ships no types

MAX_BYTES: Final = 48 * 1024 * 1024
MAX_ELEMENTS: Final = 300_000
MAX_DEPTH: Final = 24
_PIECE_BYTES: Final = 64 * 1024
_FIRST_ELEMENT: Final = re.compile(rb"<[A-Za-z_]")


def parse(data: bytes, root: str) -> Element:
    """The root element of that name.

    No entities, no DTD, no network. Raises ImportRefused: TOO_LARGE (limit_mb, limit_elements, limit_depth),
    DTD_IN_FILE, DAMAGED_FILE (reason, line), NOT_MOODLE_XML (root).
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused("TOO_LARGE", limit_mb=MAX_BYTES // 1024**2)
    first = _FIRST_ELEMENT.search(data)
    if b"<!DOCTYPE" in data[: first.start() if first else None]:  # before any of it is declared
        raise ImportRefused("DTD_IN_FILE")
    parser = etree.XMLPullParser(
        events=("start", "end"),
        remove_comments=True,
        **SAFE,
    )
    limits = _Limits(root)
    try:
        for place in range(0, len(data), _PIECE_BYTES):
            parser.feed(data[place : place + _PIECE_BYTES])
            limits.count(parser.read_events())
        return parser.close()
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise ImportRefused("DAMAGED_FILE", reason="not well-formed", line=line) from error


class _Limits:
    """Looks at the elements while they come: what is too much is not read to its end."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._seen = self._depth = 0

    def count(self, events: Iterator[tuple[str, Element]]) -> None:
        for event, element in events:
            self._depth += 1 if event == "start" else -1
            if event != "start":
                continue
            if not self._seen:
                self._check_root(element)
            self._seen += 1
            if self._seen > MAX_ELEMENTS:
                raise ImportRefused("TOO_LARGE", limit_elements=MAX_ELEMENTS)
            if self._depth > MAX_DEPTH:
                raise ImportRefused("TOO_LARGE", limit_depth=MAX_DEPTH)

    def _check_root(self, element: Element) -> None:
        if element.getroottree().docinfo.internalDTD is not None:
            raise ImportRefused("DTD_IN_FILE")
        if element.tag != self._root:
            raise ImportRefused("NOT_MOODLE_XML", root=str(element.tag)[:80])


def value(element: Element, path: str, default: str = "") -> str:
    """The text at a path of names, without white space around it; the default where there is none."""
    found = element.find(path)
    return inner(found) or default if found is not None else default


def inner(element: Element) -> str:
    """The element's own text; raises InvalidItem TEXT_HAS_ELEMENTS where markup stands there unescaped."""
    if len(element):
        raise InvalidItem("TEXT_HAS_ELEMENTS", element=str(element.tag)[:40])
    return (element.text or "").strip()


def is_on(element: Element, path: str, *, default: bool) -> bool:
    typed = value(element, path).lower()
    return typed in {"true", "1"} if typed else default


def raw_text(element: Element) -> str:
    return value(element, "text")


def format_of(element: Element, default: Format, draft: Draft) -> Format:
    said = element.get("format", "")
    try:
        return Format(said) if said else default
    except ValueError:
        draft.lose("FORMAT_UNKNOWN", value=said[:40])
        return default


def files_of(element: Element, pictures: Pictures, draft: Draft) -> Files:
    """The files that stand beside a text, by path and name."""
    encoded: dict[str, str] = {}
    for file in element.findall("file"):
        name = f"{file.get('path', '')}/{file.get('name', '')}".strip("/").replace("//", "/")
        if file.get("encoding", "base64") == "base64":
            encoded[name] = inner(file)
        else:
            draft.lose("FILE_LOST", name=name[:100])
    return Files(pictures, encoded)


def html_of(element: Element | None, default: Format, draft: Draft, pictures: Pictures) -> str:
    """The element's text as sanitised HTML, with its pictures; empty where there is no element."""
    return htmls_of(element, default, (draft, pictures), lambda raw: [raw])[0]


def htmls_of(
    element: Element | None,
    default: Format,
    into: tuple[Draft, Pictures],
    split: Callable[[str], Sequence[str]],
) -> list[str]:
    """The parts of the element's text, each as sanitised HTML; empty ones where there is no element."""
    draft, pictures = into
    if element is None:
        return ["" for _part in split("")]
    files, form = files_of(element, pictures, draft), format_of(element, default, draft)
    markups = [read_text(part, form, draft, files) for part in split(raw_text(element))]
    note_unused(files, draft)
    return markups


def note_unused(files: Files, draft: Draft) -> None:
    for name in sorted(files.encoded.keys() - files.used):
        draft.lose("FILE_NOT_USED", name=name[:100])
