"""Which options their author marked as right: by a look, a star, a word. What every option has is no mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from item_bank.formats.docx.content import Content, Piece
from item_bank.formats.docx.rich import Rich, plain_signs

_LOOKS: Final = ("bold", "strong", "italic", "emphasis", "underline", "red", "lit")
_RIGHT: Final = re.compile(
    r"\s*(?:[(\[]\s*(?:đúng|đ|correct|right|đáp án(?: đúng)?)\s*[)\]]|!!!T)\s*\.?\s*", re.IGNORECASE
)
_WRONG: Final = re.compile(r"\s*[(\[]\s*(?:sai|s|wrong|incorrect)\s*[)\]]\s*\.?\s*", re.IGNORECASE)
_TAIL: Final = 40
_WORD: Final = re.compile(r"[^\W_]")


@dataclass(slots=True)
class Offered:
    """An option, statement or place as it was written.

    label : its letter or number; owner : the place whose own option it is
    exact : from a file of our own, where a look is a look
    truth : of a statement, whether a word behind it says true or false
    """

    label: str
    content: list[Content]
    label_rich: Rich = field(default_factory=Rich)
    starred: bool = False
    owner: str = ""
    exact: bool = False
    word: bool = False
    truth: bool | None = None

    @property
    def pieces(self) -> list[Piece]:
        return [one for one in self.content if isinstance(one, Piece)]


def read_words(offered: Sequence[Offered]) -> None:
    """Words such as "(đúng)" out of the options, noted where they were."""
    for one in offered:
        if one.exact or not one.pieces:
            continue
        last = one.pieces[-1]
        text = plain_signs(last.rich.text)
        start = max(0, len(text) - _TAIL)
        for pattern, truth in ((_RIGHT, True), (_WRONG, False)):
            found = next((match for match in pattern.finditer(text, start) if match.end() == len(text)), None)
            if found is not None and found.start() > 0:
                one.word, one.truth = truth, truth
                last.rich = last.rich.cut(0, found.start())
                break


def marked_sets(offered: Sequence[Offered], *, looks: bool = True) -> list[frozenset[str]]:
    """What each kind of mark says is right, each said once; nothing where no option, or every one, has it."""
    found: list[frozenset[str]] = []
    for has in (_by_sign(offered), *(_by_looks(offered) if looks else ())):
        right = frozenset(one.label for one, marked in zip(offered, has, strict=True) if marked)
        if right and len(right) < len(offered) and right not in found:
            found.append(right)
    return found


def _by_sign(offered: Sequence[Offered]) -> list[bool]:
    return [one.starred or one.word for one in offered]


def _by_looks(offered: Sequence[Offered]) -> Iterator[list[bool]]:
    for look in _LOOKS:
        yield [one.label_rich.has(look) for one in offered]
        yield [_wholly(one, look) for one in offered]


def _wholly(one: Offered, look: str) -> bool:
    """Whether all of its words look like this; pictures and formulas have no look."""
    counting = [piece for piece in one.pieces if _WORD.search(piece.rich.text)]
    return bool(counting) and all(piece.rich.has(look) for piece in counting)


def unmark(offered: Sequence[Offered], right: frozenset[str]) -> None:
    """The looks that marked the right options away from them: a candidate would see the key."""
    for look in _LOOKS:
        having = frozenset(one.label for one in offered if _wholly(one, look))
        if having != right or len(having) == len(offered):
            continue
        for one in offered:
            for piece in one.pieces if one.label in right and not one.exact else ():
                piece.rich = piece.rich.without(look)
