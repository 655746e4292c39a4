"""Where two texts that read alike differ, word by word, for the eye of who compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from item_bank.similarity import fold


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row, and whether the other text has them too."""

    text: str
    differs: bool


def contrast(one: str, other: str) -> tuple[list[Run], list[Run]]:
    """Both plain texts in runs; words that differ in case, marks or punctuation alone are the same."""
    words, others = one.split(), other.split()
    matcher = SequenceMatcher(None, [fold(word) for word in words], [fold(word) for word in others], False)
    left: list[Run] = []
    right: list[Run] = []
    for tag, start, stop, from_, to in matcher.get_opcodes():
        for runs, part in ((left, words[start:stop]), (right, others[from_:to])):
            if part:
                runs.append(Run(" ".join(part), differs=tag != "equal"))
    return left, right


def own_parts(parts: Sequence[str], others: Sequence[str]) -> list[Run]:
    """Each of these options, and whether none of the others reads like it, wherever it stands."""
    known = {fold(other) for other in others}
    return [Run(part, differs=fold(part) not in known) for part in parts]
