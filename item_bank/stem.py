"""Authored text: a small subset of HTML, sanitised, in one Unicode form."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from item_bank.media import REFERENCE, SCHEME

INLINE_TAGS = frozenset({"b", "i", "u", "strong", "em", "sub", "sup", "br"})
BLOCK_TAGS = frozenset({"p", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td"})
ALLOWED_TAGS = INLINE_TAGS | BLOCK_TAGS | {"img"}

_HEADED = {"colspan", "rowspan", "scope"}
_SCOPES = frozenset({"row", "col", "rowgroup", "colgroup"})
_MAX_SPAN = 20
_MAX_PASSES = 6
_SOURCE = re.compile(rf"{SCHEME}:[0-9a-f]{{64}}")


def _keep(_tag: str, attribute: str, value: str) -> str | None:
    """The attribute's value where it is harmless, else nothing of it."""
    if attribute == "src":
        return value if _SOURCE.fullmatch(value) else None
    if attribute == "alt":  # what looks like markup would deceive whoever searches the text for tags
        return value.replace("<", "‹").replace(">", "›").replace('"', "”").strip() or None
    if attribute == "scope":
        return value if value in _SCOPES else None
    return value if value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= _MAX_SPAN else None


_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED_TAGS),
    clean_content_tags={"script", "style"},
    attributes={"td": _HEADED - {"scope"}, "th": _HEADED, "img": {"src", "alt"}},
    attribute_filter=_keep,
    generic_attribute_prefixes=set(),
    link_rel=None,
    url_schemes={SCHEME},
)
_NO_TAGS = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style"}, link_rel=None)

_names = "|".join(sorted(ALLOWED_TAGS - {"img"}, key=len, reverse=True))
_SRC, _ALT = rf'src="(?-i:{SCHEME}:[0-9a-f]{{64}})"', r'alt="\s*[^"<>\s][^"<>]*"'
_IMG = rf"<img\s+(?:{_SRC}\s+{_ALT}|{_ALT}\s+{_SRC})\s*/?>"  # whatever else begins like one is text
_TAG = re.compile(rf"</?(?:{_names})(?:\s[^<>]*)?/?>|{_IMG}", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK_TAGS))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"<(?:br|/?(?:p|li|ul|ol|tr|td|th|table|caption))(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CLEANED_IMG = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_CLEANED_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_SPACES = re.compile(r"\s+")
_MARKUP_SIGN = re.compile("[<>&]")
# every sign that `strip_invisible` takes is among these; most texts have none of them
_MAYBE_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u08ff\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U00010000-\U0010ffff]"
)


def nfc(text: str) -> str:
    """Vietnamese is typed composed and decomposed: one form for comparing, hashing and searching."""
    return unicodedata.normalize("NFC", text)


def strip_invisible(text: str) -> str:
    """Without control, format (zero width, direction) and surrogate characters, or noncharacters.

    They cannot be seen by the reviewer who approves the wording, and most cannot be written to XML.
    """
    if not _MAYBE_INVISIBLE.search(text):
        return text
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\t\n"
        or not (unicodedata.category(character) in {"Cc", "Cf", "Cs"} or ord(character) & 0xFFFE == 0xFFFE)
    )


def _whole_picture(tag: re.Match[str]) -> str:
    """In one spelling; without a source of ours, or without words for who cannot see it, it is none."""
    said = dict(_CLEANED_ATTRIBUTE.findall(tag.group(1)))
    return f'<img src="{said["src"]}" alt="{said["alt"]}">' if said.keys() >= {"src", "alt"} else ""


def _one_pass(text: str) -> str:
    prepared = nfc(strip_invisible(text))
    cleaned = _CLEANER.clean(prepared).replace("&nbsp;", " ")
    cleaned = _CLEANED_IMG.sub(_whole_picture, cleaned)
    return _SPACES.sub(" ", cleaned).strip()


def sanitise(text: str) -> str:
    """Safe HTML of the allowed subset, NFC, white space collapsed; what it returns it leaves alone.

    Entities are decoded by a pass and may decode to what the next pass has to normalise, hence the loop;
    each round ends in the cleaner, so that its result is always safe. Text without any sign that markup or an
    entity is made of needs no cleaner.
    """
    if not _MARKUP_SIGN.search(text) and not _MAYBE_INVISIBLE.search(text):
        return _SPACES.sub(" ", nfc(text)).strip()
    for _ in range(_MAX_PASSES):
        cleaned = _one_pass(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def plain_text(markup: str) -> str:
    """What is read when the markup is taken away: blocks and line breaks are spaces, a picture its words."""
    text = strip_invisible(markup)
    if not _MARKUP_SIGN.search(text):
        return _SPACES.sub(" ", nfc(text)).strip()
    spaced = REFERENCE.sub(r" \2 ", _BREAKING_TAG.sub(" ", text))
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
    if "\n" not in text and not _MARKUP_SIGN.search(text):
        return sanitise(text)
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
