"""Marks in plain text, GIFT and Aiken: spaces at the end of a line, and "A." beside "A)"."""

from __future__ import annotations

import re
from typing import Final

from item_bank.watermark.marks import Channel, Imprint, Place, digest_of, draw

_ENDS: Final = ("", " ", "  ", "\t")
_OPTION: Final = re.compile(r"([A-Z])([.)])( .*)")
_ENDING: Final = re.compile(r"[A-Z][.)] .*|ANSWER:.*")
_LETTERS: Final = ".)"
_LEAD: Final = re.compile(r"[A-Z][.)] |::(?:\\.|[^:\\]|:(?!:))*::")


def mark_gift(block: str, key: bytes) -> str:
    """One item of a GIFT file: its lines within the braces end as the key draws it."""
    return _marked(block, key, r"\t[=~#].*")


def read_gift(block: str) -> Imprint:
    """What one item of a GIFT file bears."""
    return _read(block, r"\t[=~#].*")


def mark_aiken(block: str, key: bytes) -> str:
    """One item of an Aiken file: how its letters are set off, and how its lines end."""
    return _marked(block, key, _ENDING.pattern, letters=True)


def read_aiken_marks(block: str) -> Imprint:
    """What one item of an Aiken file bears."""
    return _read(block, _ENDING.pattern, letters=True)


def _marked(block: str, key: bytes, pattern: str, *, letters: bool = False) -> str:
    lines = block.split("\n")
    at = _places_in(lines, pattern)
    places = _places(len(at), letters=letters)
    ways = list(draw(key, digest_of(_bare(line) for line in lines), places))
    if letters:
        sign = _LETTERS[ways.pop(0)]
        lines = [_OPTION.sub(rf"\g<1>{sign}\g<3>", line) if _is_option(line) else line for line in lines]
    for number, way in zip(at, ways, strict=True):
        lines[number] = lines[number].rstrip(" \t") + _ENDS[way]
    return "\n".join(lines)


def _read(block: str, pattern: str, *, letters: bool = False) -> Imprint:
    lines = [line.rstrip("\r") for line in block.split("\n")]
    ends = [lines[number][len(lines[number].rstrip(" \t")) :] for number in _places_in(lines, pattern)]
    known = [end if end in _ENDS else "" for end in ends]
    ways = [_ENDS.index(end) for end in known]
    if letters:
        options = [found[2] for line in lines if (found := _OPTION.fullmatch(line))]
        ways.insert(0, _LETTERS.index(options[0]) if options else 0)
    words = digest_of(_bare(line) for line in lines)
    return Imprint(words, _places(len(ends), letters=letters), tuple(ways))


def _places(n_lines: int, *, letters: bool) -> tuple[Place, ...]:
    first = (Place(Channel.LETTERS, 2),) if letters else ()
    return (*first, *(Place(Channel.SPACES, len(_ENDS)) for _line in range(n_lines)))


def _places_in(lines: list[str], pattern: str) -> list[int]:
    return [number for number, line in enumerate(lines) if re.fullmatch(pattern, line)]


def _is_option(line: str) -> bool:
    return _OPTION.fullmatch(line) is not None


def _bare(line: str) -> str:
    """A line's words alone: without what leads it in, which may be marked, and without comments."""
    if line.startswith("//"):
        return ""
    return _LEAD.sub("", line)
