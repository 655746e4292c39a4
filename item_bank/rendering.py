"""A wording as a browser is to show it: safe HTML, formulas, pictures, tables that scroll."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping

from item_bank.interactions.asked import marks_in, replace_marks
from item_bank.math import to_mathml
from item_bank.media import REFERENCE, Picture
from item_bank.stem import plain_text, sanitise

_TABLE_TAG = re.compile(r"<(/?)table>")
_CAPTION = re.compile(r"\s*<caption>(.*?)</caption>", re.DOTALL)


def render_for_delivery(markup: str, media: Mapping[str, Picture]) -> str:
    """Safe HTML of a stored wording, whatever the store holds: sanitised first, nothing refers to elsewhere.

    `media` holds the pictures by SHA-256; one that is not among them is shown by its words.
    """
    shown = to_mathml(_in_frames(sanitise(markup)))
    # a wide formula scrolls where the screen is narrow, and so must be within reach of the keyboard
    shown = shown.replace('<math display="block">', '<math display="block" tabindex="0">')
    return REFERENCE.sub(lambda found: _picture(media.get(found.group(1)), found.group(2)), shown)


def render_stem(markup: str, media: Mapping[str, Picture]) -> str:
    """The same of a stem: each of its marks is an element that a page can fill (`data-place` has the id)."""

    def element(id_: str, words: str) -> str:
        return f'<span class="place" data-place="{id_}">{words}</span>'

    return replace_marks(render_for_delivery(markup, media), element)


def places_shown(stem: str) -> set[str]:
    """The places that can be reached once the stem is rendered: one inside a formula cannot."""
    return {id_ for id_, _words in marks_in(render_for_delivery(stem, {}))}


def _picture(picture: Picture | None, alt: str) -> str:
    if picture is None:
        return f"[{alt}]"
    data = base64.b64encode(picture.content).decode("ascii")
    size = (
        f'width="{picture.width}" height="{picture.height}"'  # the room is kept before the picture is there
    )
    return f'<img src="data:{picture.mime};base64,{data}" alt="{alt}" {size}>'


def _in_frames(markup: str) -> str:
    """Each table in a frame of its own that scrolls, by keyboard too, where the screen is narrower."""
    pieces: list[str] = []
    depth, place = 0, 0
    for tag in _TABLE_TAG.finditer(markup):
        closing = bool(tag.group(1))
        depth += -1 if closing else 1
        pieces.append(markup[place : tag.start()])
        place = tag.end()
        if closing:
            pieces.append("</table></div>" if depth == 0 else "</table>")
        else:
            pieces.append(f"{_frame(markup, place)}<table>" if depth == 1 else "<table>")
    return "".join((*pieces, markup[place:]))


def _frame(markup: str, place: int) -> str:
    caption = _CAPTION.match(markup, place)
    name = f' aria-label="{html.escape(plain_text(caption.group(1)))}"' if caption else ""
    return f'<div class="wording-table" role="group" tabindex="0"{name}>'
