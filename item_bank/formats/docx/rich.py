"""Text with the looks of its runs, and objects (pictures, formulas) as single characters in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

OBJECT: Final = "\ufffc"
# one character for one, so that places in the text stay what they are
_CYRILLIC: Final = dict(zip("\u0410\u0412\u0421\u0415\u041d\u0430\u0441\u0435", "ABCEHace", strict=True))
_WIDE: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SPACES: Final = dict.fromkeys("\u00a0\u202f\u2007\u3000\u2003\u2002\u2009", " ")
_ALIKE: Final = str.maketrans({**_CYRILLIC, **_WIDE, **_SPACES})
_COUNTING: Final = re.compile(r"[^\W_]")
_TAGS: Final = ("strong", "bold", "emphasis", "italic", "underline")
_NAMES: Final = {"strong": "strong", "bold": "b", "emphasis": "em", "italic": "i", "underline": "u"}


def plain_signs(text: str) -> str:
    """The text as labels are compared: full-width and Cyrillic look-alikes as the signs they look like."""
    return text if text.isascii() else text.translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class Look:
    """How a run looks, as far as it can mean something; `script` is "sub", "sup" or nothing."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strong: bool = False
    emphasis: bool = False
    script: str = ""
    red: bool = False
    lit: bool = False

    @property
    def tags(self) -> frozenset[str]:
        names = {_NAMES[name] for name in _TAGS if getattr(self, name)}
        return frozenset(names | {self.script} if self.script else names)


PLAIN: Final = Look()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one look; an object where `markup` says so, its text then OBJECT."""

    text: str
    look: Look = PLAIN
    markup: str = ""


@dataclass(frozen=True, slots=True)
class Rich:
    """Spans in order; `\\n` is a line break, `\\t` a tab."""

    spans: tuple[Span, ...] = ()
    text: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join([span.text for span in self.spans]))

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def cut(self, start: int, end: int | None = None) -> Rich:
        """As slicing a string, without places counted from the end."""
        found: list[Span] = []
        place = 0
        for span in self.spans:
            low = max(start - place, 0)
            high = len(span.text) if end is None else min(end - place, len(span.text))
            if low < high:
                whole = low == 0 and high == len(span.text)
                found.append(span if whole else Span(span.text[low:high], span.look, span.markup))
            place += len(span.text)
        return Rich(tuple(found))

    def trimmed(self) -> Rich:
        text = self.text
        start = len(text) - len(text.lstrip())
        return self.cut(start, max(start, len(text.rstrip())))

    def split(self, places: Iterable[int]) -> list[Rich]:
        """The stretches between these places."""
        edges = [0, *places, len(self.text)]
        return [self.cut(low, high) for low, high in pairwise(edges)]

    def without(self, *looks: str) -> Rich:
        """The same text without these looks."""
        gone: dict[str, Any] = dict.fromkeys(looks, False)
        return Rich(tuple(Span(span.text, replace(span.look, **gone), span.markup) for span in self.spans))

    def has(self, name: str) -> bool:
        """Whether all that counts of the text (letters and digits) looks like this."""
        counted = False
        for span in self.spans:
            if _COUNTING.search(span.text):
                if not getattr(span.look, name):
                    return False
                counted = True
        return counted

    def markup(self) -> str:
        """HTML, not yet sanitised."""
        return "".join(_written(_merged(self.spans)))


def plain(text: str) -> Rich:
    return Rich((Span(text),)) if text else Rich()


def _merged(spans: Iterable[Span]) -> list[tuple[frozenset[str], str]]:
    """Markup by the tags around it; an object of its own has none."""
    found: list[tuple[frozenset[str], str]] = []
    for span in spans:
        tags = span.look.tags
        if span.markup:
            tags, text = found[-1][0] if found and span.markup.startswith("<") else tags, span.markup
        else:
            text = html.escape(span.text, quote=False).replace("\n", "<br>").replace("\t", " ")
        if found and found[-1][0] == tags:
            found[-1] = (tags, found[-1][1] + text)
        else:
            found.append((tags, text))
    return found


def _written(pieces: list[tuple[frozenset[str], str]]) -> Iterator[str]:
    """Tags stay open as long as they hold; of those opened together, what holds longest is outside."""
    stack: list[str] = []
    for place, (tags, text) in enumerate(pieces):
        keep = next((depth for depth, tag in enumerate(stack) if tag not in tags), len(stack))
        while len(stack) > keep:
            yield f"</{stack.pop()}>"
        opened = [tag for tag in _ORDER if tag in tags and tag not in stack]
        for tag in sorted(opened, key=lambda tag: -_reach(pieces, place, tag)):
            stack.append(tag)
            yield f"<{tag}>"
        yield text
    while stack:
        yield f"</{stack.pop()}>"


def _reach(pieces: list[tuple[frozenset[str], str]], place: int, tag: str) -> int:
    """For how many pieces the tag holds; nobody nests deeper than a few."""
    return next((n for n, (tags, _text) in enumerate(pieces[place : place + 50]) if tag not in tags), 50)


_ORDER: Final = ("strong", "b", "em", "i", "u", "sub", "sup")
