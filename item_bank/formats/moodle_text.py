"""Texts as Moodle stores them, read into the bank's sanitised HTML and written back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote

from item_bank.errors import InvalidItem, InvalidMedia
from item_bank.formats.draft import MAX_TEXT, Draft
from item_bank.math import formula_faults
from item_bank.media import MAX_BYTES, REFERENCE, read_picture, reference
from item_bank.stem import from_authored, sanitise, to_authored

HERE: Final = "@@PLUGINFILE@@/"  # in Moodle's texts: a file that travels with the text


class Format(StrEnum):
    """The formats of a text; the values are those of the attribute `format` in Moodle XML."""

    HTML = "html"
    MOODLE = "moodle_auto_format"
    PLAIN = "plain_text"
    MARKDOWN = "markdown"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# what a block of no kind of ours becomes: a line of its own
_LINES: Final = _words(
    "div section article header footer main aside nav figure figcaption hr blockquote pre h1 h2 h3 h4 h5 h6",
    "dl dt dd center address details summary fieldset form",
)
_MEANT: Final = _words("h1 h2 h3 h4 h5 h6 pre code kbd samp blockquote s strike del ins mark q")
_SILENT: Final = _words("span font label small big tfoot col colgroup abbr dfn cite time wbr nobr")
_MEDIA: Final = _words("video audio source track iframe object embed applet canvas svg picture map")
_FORMS: Final = _words("input button select option textarea")
_ACTIVE: Final = _words("script style link meta base")
_OTHERS: Final = _LINES | _MEANT | _SILENT | _MEDIA | _FORMS | _ACTIVE | {"a", "math", "html", "head", "body"}

_BREAK: Final = "\ufdd0"  # noncharacters: no text has them
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef]")
_PLACE: Final = re.compile("\ufdd1([0-9]+)\ufdd2")  # of a picture, while the text around it is read
_NAME: Final = "|".join(sorted(_OTHERS, key=len, reverse=True))
_TAG: Final = re.compile(rf"<(/?)({_NAME})\b([^<>]*)>", re.IGNORECASE)
_IMG: Final = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""(?<![a-zA-Z:_-])([a-zA-Z:_-]{1,30})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_STYLED: Final = re.compile(r"underline|line-through|(?<!-)color\s*:|bold|italic", re.IGNORECASE)
_TEX: Final = re.compile(
    r"\[tex\]([^\[\]]{0,1000})\[/tex\]|<tex\b[^<>]{0,100}>([^<>]{0,1000})</tex>", re.IGNORECASE
)
_TEX_SIGN: Final = re.compile(r"\[(?=/?tex\])", re.IGNORECASE)
_DATA_URI: Final = re.compile(r"data:image/[a-z.+-]{1,20};base64,", re.IGNORECASE)
_EDGE: Final = r"(?:</?(?:p|ul|ol|li|table|caption|thead|tbody|tr|th|td)(?: [^<>]*)?>|<br>)"
_BESIDE: Final = re.compile(rf"({_EDGE}){_BREAK}|{_BREAK}({_EDGE})")
_BREAKS: Final = re.compile(rf"[\s{_BREAK}]*{_BREAK}[\s{_BREAK}]*")


@dataclass(slots=True)
class Pictures:
    """The pictures of a whole file, by the SHA-256 of their content."""

    found: dict[str, bytes] = field(default_factory=dict)

    def add(self, data: bytes) -> str:
        """The picture's SHA-256; raises InvalidMedia where it is none."""
        read_picture(data)
        sha256 = hashlib.sha256(data).hexdigest()
        self.found[sha256] = data
        return sha256


@dataclass(slots=True)
class Files:
    """The files that travel with one text, base64, by name; `used` are those that the text names."""

    pictures: Pictures
    encoded: Mapping[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def name_of(self, source: str) -> str:
        """What an author calls the picture at this address; empty where it carries its own bytes."""
        return posixpath.basename(unquote(source.partition("?")[0]))[:100] if HERE in source else ""

    def content(self, source: str) -> bytes:
        """The bytes that an address means: of a file that travels with the text, or within the address.

        Raises InvalidMedia: FILE_MISSING, PICTURE_ELSEWHERE, IMAGE_TOO_LARGE, IMAGE_DAMAGED.
        """
        if not source.startswith(HERE):
            return embedded(source)
        name = unquote(source.removeprefix(HERE).partition("?")[0])
        name = name if name in self.encoded else posixpath.basename(name)
        if name not in self.encoded:
            raise InvalidMedia("FILE_MISSING")
        self.used.add(name)
        return unbase64(self.encoded[name])


def read_text(text: str, form: Format, draft: Draft, files: Files | None = None) -> str:
    """Sanitised HTML of a text in one of Moodle's formats; what is lost is noted in the draft.

    Losses: PICTURE_LOST (name, reason), PICTURE_WITHOUT_WORDS (its name takes their place), LINK_LOST,
    MEDIA_LOST, SCRIPT_LOST, MARKUP_LOST (tags), STYLE_LOST, FORMULA_… (as `item_bank.math` has them),
    MARKDOWN_AS_TEXT, SEVERAL_LANGUAGES (all are kept, one after the other). Raises InvalidItem TEXT_TOO_LONG.

    Source: Moodle's documentation, "Moodle XML format" (text formats, files) and "Multi-language content".
    """
    if not text:
        return ""
    files = files or Files(Pictures())
    text = _NONCHARACTERS.sub("", text)
    pictures: dict[str, str] = {}
    if form in {Format.HTML, Format.MOODLE}:
        text = _with_pictures(text, pictures, draft, files)
    if len(text) > MAX_TEXT:
        raise InvalidItem("TEXT_TOO_LONG", length=len(text), limit=MAX_TEXT)
    markup = _converted(text.strip(), form, draft)
    if pictures:
        markup = sanitise(_PLACE.sub(lambda found: pictures[found.group(1)], markup))
    for fault in formula_faults(markup):
        draft.lose(fault.code, number=fault.number, source=fault.source, **fault.params)
    return markup


def _converted(text: str, form: Format, draft: Draft) -> str:
    if form in {Format.PLAIN, Format.MARKDOWN}:
        if form is Format.MARKDOWN and text:
            draft.lose("MARKDOWN_AS_TEXT")
        return sanitise(html.escape(text, quote=False).replace("\n", "<br>"))
    text = _TEX.sub(lambda tex: rf"\({tex.group(1) or tex.group(2) or ''}\)", text)
    prepared = _without_foreign_tags(text, draft)
    return _with_breaks(sanitise(prepared) if form is Format.HTML else from_authored(prepared))


def _without_foreign_tags(text: str, draft: Draft) -> str:
    """Tags that are none of the bank's: their text stays, a block is a line of its own."""
    meant: set[str] = set()

    def instead(tag: re.Match[str]) -> str:
        closing, name, attributes = tag.group(1), tag.group(2).lower(), tag.group(3)
        if name in _ACTIVE:
            draft.lose("SCRIPT_LOST", tag=name)
            return tag.group() if name in {"script", "style"} else ""  # the sanitiser takes their text too
        if not closing:
            _note_tag(name, attributes, meant, draft)
        return _BREAK if name in _LINES else ""

    text = _TAG.sub(instead, text)
    if meant:
        draft.lose("MARKUP_LOST", tags=tuple(sorted(meant)))
    if "{mlang" in text:
        draft.lose("SEVERAL_LANGUAGES")
    return text


def _note_tag(name: str, attributes: str, meant: set[str], draft: Draft) -> None:
    if name in _MEDIA | _FORMS:
        draft.lose("MEDIA_LOST", tag=name)
    elif name == "a" and "href" in attributes.lower():
        draft.lose("LINK_LOST", address=_attributes(attributes).get("href", "")[:200])
    elif name in _MEANT or name == "math":
        meant.add(name)
    elif name == "span" and "multilang" in attributes:
        draft.lose("SEVERAL_LANGUAGES")
    elif name in {"span", "font"} and _STYLED.search(attributes):
        draft.lose("STYLE_LOST")


def _with_breaks(markup: str) -> str:
    """Each break a <br> where it stands between words, nothing where a block begins or ends anyway."""
    if _BREAK not in markup:
        return markup
    markup = _BREAKS.sub(_BREAK, markup).strip(_BREAK)
    markup = _BESIDE.sub(r"\1\2", markup)
    return markup.replace(_BREAK, "<br>")


def _attributes(text: str) -> dict[str, str]:
    return {
        found.group(1).lower(): html.unescape(found.group(2) or found.group(3) or found.group(4) or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def _with_pictures(text: str, pictures: dict[str, str], draft: Draft, files: Files) -> str:
    """Pictures out of the text, and in their places what no sanitiser touches."""

    def instead(tag: re.Match[str]) -> str:
        said = _attributes(tag.group(1))
        source = said.get("src", "")
        name = files.name_of(source) or source[:100]
        try:
            sha256 = files.pictures.add(files.content(source))
        except InvalidMedia as refusal:
            draft.lose("PICTURE_LOST", name=name, reason=refusal.code)
            return html.escape(said.get("alt", ""), quote=False)
        words = " ".join(said.get("alt", "").split())
        if not words:
            words = posixpath.splitext(files.name_of(source))[0] or "?"
            draft.lose("PICTURE_WITHOUT_WORDS", name=name[:100])
        number = str(len(pictures))
        pictures[number] = reference(sha256, words.replace("&", "&amp;"))
        return f"\ufdd1{number}\ufdd2"

    return _IMG.sub(instead, text)


def embedded(source: str) -> bytes:
    """The bytes of a picture that its address carries; raises InvalidMedia PICTURE_ELSEWHERE for another."""
    head = _DATA_URI.match(source)
    if head is None:
        raise InvalidMedia("PICTURE_ELSEWHERE")
    return unbase64(source[head.end() :])


def unbase64(text: str) -> bytes:
    """Raises InvalidMedia: IMAGE_TOO_LARGE before anything is decoded, IMAGE_DAMAGED."""
    packed = "".join(text.split())
    if len(packed) > MAX_BYTES * 4 // 3 + 4:
        raise InvalidMedia("IMAGE_TOO_LARGE", size=len(packed) * 3 // 4, limit=MAX_BYTES)
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidMedia("IMAGE_DAMAGED") from error


def write_text(markup: str, pictures: Mapping[str, bytes]) -> tuple[str, dict[str, bytes], list[str]]:
    """HTML as Moodle stores it: (text, its files by name, the SHA-256 of pictures that are not there)."""
    files: dict[str, bytes] = {}
    missing: list[str] = []

    def instead(picture: re.Match[str]) -> str:
        sha256, alt = picture.groups()
        try:
            kind = read_picture(pictures[sha256]).mime.removeprefix("image/")
        except (KeyError, InvalidMedia):
            missing.append(sha256)
            return alt
        files[f"{sha256}.{kind}"] = pictures[sha256]
        return f'<img src="{HERE}{quote(f"{sha256}.{kind}")}" alt="{alt}">'

    return REFERENCE.sub(instead, guarded(markup)), files, missing


def guarded(markup: str) -> str:
    """HTML in which a reader finds no formula of Moodle's own spelling that is none."""
    return _TEX_SIGN.sub("&#91;", markup)


def to_typed(markup: str) -> str:
    """Sanitised HTML as an author types it into a list, where reading that gives the same HTML back."""
    typed = to_authored(markup)
    return typed if read_text(typed, Format.MOODLE, Draft("")) == markup else guarded(markup)


def without_pictures(markup: str) -> tuple[str, int]:
    """The text with the words of each picture in its place, and how many pictures there were."""
    return REFERENCE.subn(r"\2", markup)


def split_category(path: str) -> tuple[str, ...]:
    """The topics of a category's path, the outermost first, without the context and Moodle's `top`.

    A slash within a name is written twice, and names are padded where they begin or end with one.
    """
    names = [name.strip().replace("//", "/") for name in re.split(r"(?<!/)/(?!/)", path.strip())]
    if names and re.fullmatch(r"\$[a-z]+\$", names[0]):
        names = names[1:]
    if names and names[0] == "top":
        names = names[1:]
    return tuple(name for name in names if name)


def join_category(names: Iterable[str]) -> str:
    """What `split_category` reads back."""
    padded = (
        f" {name.replace('/', '//')} " if "/" in (name[:1], name[-1:]) else name.replace("/", "//")
        for name in names
        if name.strip()
    )
    return "/".join(("$course$", "top", *padded))
