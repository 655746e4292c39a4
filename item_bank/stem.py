"""Authored text: a small subset of HTML, sanitised, in one Unicode form."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

INLINE_TAGS = frozenset({"b", "i", "u", "strong", "em", "sub", "sup", "br"})
BLOCK_TAGS = frozenset({"p", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"})
ALLOWED_TAGS = INLINE_TAGS | BLOCK_TAGS

_SPANS = {"colspan", "rowspan"}
_MAX_SPAN = 20
_MAX_PASSES = 6


def _keep_span(_tag: str, _attribute: str, value: str) -> str | None:
    return value if value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= _MAX_SPAN else None


_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED_TAGS),
    clean_content_tags={"script", "style"},
    attributes={"td": _SPANS, "th": _SPANS},
    attribute_filter=_keep_span,
    generic_attribute_prefixes=set(),
    link_rel=None,
    url_schemes=set(),
)
_NO_TAGS = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style"}, link_rel=None)

_names = "|".join(sorted(ALLOWED_TAGS, key=len, reverse=True))
_TAG = re.compile(rf"</?(?:{_names})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK_TAGS))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"<(?:br|/?(?:p|li|ul|ol|tr|td|th|table|caption))(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SPACES = re.compile(r"\s+")


def nfc(text: str) -> str:
    """Vietnamese is typed composed and decomposed: one form for comparing, hashing and searching."""
    return unicodedata.normalize("NFC", text)


def strip_invisible(text: str) -> str:
    """Without control, format (zero width, direction) and surrogate characters, or noncharacters.

    They cannot be seen by the reviewer who approves the wording, and most cannot be written to XML.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\t\n"
        or not (unicodedata.category(character) in {"Cc", "Cf", "Cs"} or ord(character) & 0xFFFE == 0xFFFE)
    )


def _one_pass(text: str) -> str:
    prepared = nfc(strip_invisible(text))
    cleaned = _CLEANER.clean(prepared).replace("&nbsp;", " ")
    return _SPACES.sub(" ", cleaned).strip()


def sanitise(text: str) -> str:
    """Safe HTML of the allowed subset, NFC, white space collapsed; what it returns it leaves alone.

    Entities are decoded by a pass and may decode to what the next pass has to normalise, hence the loop;
    each round ends in the cleaner, so that its result is always safe.
    """
    for _ in range(_MAX_PASSES):
        cleaned = _one_pass(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def plain_text(markup: str) -> str:
    """What is read when the markup is taken away; blocks and line breaks become spaces."""
    spaced = _BREAKING_TAG.sub(" ", strip_invisible(markup))
    return _SPACES.sub(" ", nfc(html.unescape(_NO_TAGS.clean(spaced)))).strip()


def plain_line(text: str) -> str:
    """Plain text on one line, for fields that carry no markup (a legal basis, a code)."""
    return _SPACES.sub(" ", nfc(strip_invisible(text))).strip()


def from_authored(text: str) -> str:
    """Sanitised HTML of what an author typed: `<` that opens no allowed tag is a character, not markup.

    So "giá < 5 triệu" survives, `<script>` becomes visible text, and nothing an author wrote vanishes.
    Where the text has no blocks of its own, its line breaks are kept.
    """
    text = strip_invisible(text).strip()
    pieces: list[str] = []
    position = 0
    for tag in _TAG.finditer(text):
        pieces.append(_as_characters(text[position : tag.start()]))
        pieces.append(tag.group())
        position = tag.end()
    pieces.append(_as_characters(text[position:]))
    markup = "".join(pieces)
    if not _BLOCK_TAG.search(markup):
        markup = markup.replace("\n", "<br>")
    return sanitise(markup)


def _as_characters(text: str) -> str:
    """Escape what is not markup, but leave entities that are already written out."""
    pieces: list[str] = []
    position = 0
    for entity in _ENTITY.finditer(text):
        pieces.append(html.escape(text[position : entity.start()], quote=False))
        pieces.append(entity.group())
        position = entity.end()
    pieces.append(html.escape(text[position:], quote=False))
    return "".join(pieces)


def to_authored(markup: str) -> str:
    """Sanitised HTML as an author would type it; `from_authored` gives the same HTML back."""
    typed = html.unescape(markup.replace("<br>", "\n")).strip()
    return typed if from_authored(typed) == markup else markup
