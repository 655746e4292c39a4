"""Sanitised HTML of the bank as the XML of an item: pictures as files, formulas as MathML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.formats.losses import Losses
from item_bank.formats.qti.content import OWN, UNDERLINED
from item_bank.math import to_mathml
from item_bank.media import REFERENCE, Picture
from item_bank.stem import plain_text

EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
MARK: Final = re.compile(r"\[\[([A-Za-z0-9_]{1,16})(?::([^\[\]]{1,500}))?\]\]")
# none reaches over the next opener, so that openers without end cost no more than one pass
_PIECE: Final = re.compile(
    r"<[^>]*>|\\\((?:(?!\\[()]).)*\\\)|\\\[(?:(?!\\[\[\]]).)*\\\]|\$\$(?:(?!\$\$).)*\$\$", re.DOTALL
)
_MATH: Final = re.compile(r"<math( display=\"[a-z]+\")?>(.*)</math>", re.DOTALL)
_OLDER: Final = {"<br>": "<br/>", "<u>": f'<span class="{UNDERLINED}">', "</u>": "</span>"}
_BLOCK: Final = re.compile(r"<(?:p|ul|ol|table)\b")
_MATHML: Final = "http://www.w3.org/1998/Math/MathML"


@dataclass(frozen=True, slots=True)
class Markup:
    """Writes wordings; `pictures` by SHA-256, `up` leads from the item's file to the package's root.

    html5 : whether all of the bank's tags are ones of the version
    """

    pictures: Mapping[str, Picture]
    losses: Losses
    html5: bool
    up: str = "../"

    def xml(self, markup: str) -> str:
        """The wording as XML, its marks untouched."""
        pieces: list[str] = []
        place = 0
        for found in _PIECE.finditer(markup):
            pieces.extend((markup[place : found.start()], self._piece(found.group())))
            place = found.end()
        return "".join((*pieces, markup[place:]))

    def framed(self, markup: str) -> str:
        """The wording in a block of its own, which the reader takes away again."""
        return f'<div class="{OWN}">{self.xml(markup)}</div>'

    def plain(self, markup: str) -> str:
        """The words alone, where an element carries no markup."""
        words = plain_text(markup)
        if "<" in markup:
            self.losses.add("MARKUP_LOST", text=words)
        return html.escape(words)

    def href(self, sha256: str) -> str:
        return f"{self.up}{picture_path(sha256, self.pictures[sha256])}"

    def _piece(self, piece: str) -> str:
        if piece.startswith("<"):
            picture = REFERENCE.fullmatch(piece)
            if picture is not None:
                return self._picture(*picture.groups())
            return piece if self.html5 and piece != "<br>" else _OLDER.get(piece, piece)
        shown = _MATH.fullmatch(to_mathml(piece))
        if shown is None:
            return piece
        source = re.sub(r"<[^>]*>", " ", piece[2:-2])
        return (
            f'<math xmlns="{_MATHML}"{shown.group(1) or ""}><semantics><mrow>{shown.group(2)}</mrow>'
            f'<annotation encoding="application/x-tex">{source}</annotation></semantics></math>'
        )

    def _picture(self, sha256: str, alt: str) -> str:
        if sha256 not in self.pictures:
            self.losses.add("PICTURE_MISSING", file=sha256)
            return f"[{alt}]"
        return f'<img src="{self.href(sha256)}" alt="{alt}"/>'


def picture_path(sha256: str, picture: Picture) -> str:
    return f"media/{sha256}.{EXTENSIONS[picture.mime]}"


def has_blocks(markup: str) -> bool:
    return _BLOCK.search(markup) is not None


def with_marks(xml: str, written: Callable[[str, str], str]) -> str:
    """The XML with each mark replaced by what is written for its place and words."""
    return MARK.sub(lambda found: written(found.group(1), found.group(2) or ""), xml)
