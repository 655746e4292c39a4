"""Marks in XML: the order of a tag's attributes, the quotes around them, and spaces between two tags.

No parser makes anything of the first two. Spaces are marked only where the format knows no text between tags.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.watermark.marks import Channel, Imprint, Place, digest_of, draw

_PIECE: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(?P<name>[A-Za-z_][^\s/>]*)(?P<attributes>(?:\s+[^\s=<>\"']+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))+)\s*(?P<end>/?)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"([^\s=<>\"']+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_TEXT: Final = re.compile(r">([^<]+)<|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_LINE_END: Final = re.compile(r"(?<=>)[ \t]*(?=\n[ \t]*<)")
_ENDS: Final = ("", " ", "  ", "\t")
_MOST_ORDERED: Final = 6  # attributes; a tag with more keeps its order
Attribute = tuple[str, str, str]  # name, value as written, quote


@dataclass(frozen=True, slots=True)
class _Tag:
    """A start tag: what declares namespaces stands first, the order of the others is free."""

    start: int
    end: int
    name: str
    declared: tuple[Attribute, ...]
    free: tuple[Attribute, ...]
    closing: str
    places: tuple[Place, ...]

    @property
    def ways(self) -> tuple[int, ...]:
        order = (_rank([one[0] for one in self.free]),) if _is_ordered(self.free) else ()
        return (*order, *("\"'".index(one[2]) for one in _quotable(self.free)))


def _is_ordered(free: Sequence[Attribute]) -> bool:
    return 2 <= len(free) <= _MOST_ORDERED


def _quotable(free: Sequence[Attribute]) -> list[Attribute]:
    return sorted(one for one in free if "'" not in one[1] and '"' not in one[1])


def _places_of(free: Sequence[Attribute]) -> tuple[Place, ...]:
    order = (Place(Channel.ORDER, math.factorial(len(free))),) if _is_ordered(free) else ()
    return order + (Place(Channel.QUOTES, 2),) * len(_quotable(free))


def mark_xml(text: str, key: bytes, *, spaced: bool = False) -> str:
    """One item's XML, its places as the key draws them; `spaced`: between its tags spaces mean nothing."""
    tags = _tags(text)
    places = [place for tag in tags for place in tag.places]
    ends = _ends(text) if spaced else []
    ways = draw(key, _words(text), [*places, *_spaces(ends)])
    spaces = iter(ways[len(places) :])
    written: list[str] = []
    done = drawn = 0
    for tag in tags:
        own = ways[drawn : drawn + len(tag.places)]
        drawn += len(own)
        written += [text[done : tag.start], _written(tag, own)]
        done = tag.end
    marked = "".join([*written, text[done:]])
    return _LINE_END.sub(lambda _end: _ENDS[next(spaces)], marked) if spaced else marked


def read_xml(text: str, *, spaced: bool = False) -> Imprint:
    """What one item's XML bears."""
    tags = _tags(text)
    ends = _ends(text) if spaced else []
    return Imprint(
        _words(text),
        (*(place for tag in tags for place in tag.places), *_spaces(ends)),
        (
            *(way for tag in tags for way in tag.ways),
            *(_ENDS.index(end) if end in _ENDS else 0 for end in ends),
        ),
    )


def _ends(text: str) -> list[str]:
    return _LINE_END.findall(text)


def _spaces(ends: Sequence[str]) -> tuple[Place, ...]:
    return tuple(Place(Channel.SPACES, len(_ENDS)) for _end in ends)


def _tags(text: str) -> list[_Tag]:
    found = []
    for piece in _PIECE.finditer(text):
        if piece["name"] is None:
            continue
        said = [
            (one[1], one[2], '"') if one[2] is not None else (one[1], one[3], "'")
            for one in _ATTRIBUTE.finditer(piece["attributes"])
        ]
        declared = tuple(one for one in said if one[0].startswith("xmlns"))
        free = tuple(one for one in said if not one[0].startswith("xmlns"))
        tag = _Tag(*piece.span(), piece["name"], declared, free, piece["end"], _places_of(free))
        found.append(tag)
    return found


def _words(text: str) -> str:
    without_comments = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return digest_of(html.unescape(found[1] or found[2] or "") for found in _TEXT.finditer(without_comments))


def _written(tag: _Tag, ways: Sequence[int]) -> str:
    rest = list(ways)
    free = _permuted(sorted(tag.free), rest.pop(0)) if _is_ordered(tag.free) else list(tag.free)
    quotes = {one[0]: "\"'"[way] for one, way in zip(_quotable(tag.free), rest, strict=True)}
    said = [(name, value, quotes.get(name, quote)) for name, value, quote in [*tag.declared, *free]]
    told = "".join(f" {name}={quote}{value}{quote}" for name, value, quote in said)
    return f"<{tag.name}{told}{tag.closing}>"


def _rank(names: Sequence[str]) -> int:
    """The number of this order among all orders of the names, 0 for the alphabetical one."""
    left, rank = sorted(names), 0
    for name in names:
        at = left.index(name)
        rank = rank * len(left) + at
        left.pop(at)
    return rank


def _permuted(ordered: list[Attribute], rank: int) -> list[Attribute]:
    digits: list[int] = []
    for base in range(1, len(ordered) + 1):
        rank, digit = divmod(rank, base)
        digits.append(digit)
    left = list(ordered)
    return [left.pop(digit) for digit in reversed(digits)]
