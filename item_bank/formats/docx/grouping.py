"""How the groups of a paper begin their questions, and which groups are named after a topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from item_bank.formats.docx.body import Block, Paragraph
from item_bank.formats.docx.words import group_of, start_of

_UNTITLED: Final = re.compile(
    r"câu|trắc nghiệm|thí sinh|phương án|tự luận|đúng|trả lời|điểm|lựa chọn", re.IGNORECASE
)


def worded_groups(blocks: Sequence[Block]) -> list[bool]:
    """Of each block whether its group's questions begin with a word: no bare number begins one then.

    What stands before the first group is instructions where any group's do.
    """
    ends: list[int] = []
    said: list[bool] = [False]
    for place, block in enumerate(blocks):
        text = block.rich.text if isinstance(block, Paragraph) else ""
        if group_of(text) is not None:
            ends.append(place)
            said.append(False)
        said[-1] = said[-1] or start_of(text) is not None
    said[0] = any(said)
    edges = [0, *ends, len(blocks)]
    return [one for one, (low, high) in zip(said, pairwise(edges), strict=True) for _ in range(low, high)]


def is_topic(title: str) -> bool:
    """Whether a group's title names what its questions are about, not how they are responded to."""
    return 0 < len(title) <= 200 and not _UNTITLED.search(title)
