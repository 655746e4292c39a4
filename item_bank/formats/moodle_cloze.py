"""Moodle's embedded answers (cloze): taken where all gaps are lists, or where there is but one gap."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.draft import MAX_TEXT, Draft
from item_bank.formats.fractions import read_percent
from item_bank.formats.moodle_keys import (
    Gap,
    Graded,
    chosen_inline,
    near,
    numbered,
    read_number,
    reading_order,
    typed_text,
)
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import KINDS, Interaction
from item_bank.interactions.marking import Key
from item_bank.stem import plain_text

BLANK: Final = "_____"
_LISTS: Final = frozenset({"MULTICHOICE", "MULTICHOICE_V", "MULTICHOICE_H", "MC", "MCV", "MCH"})
_SHUFFLED: Final = frozenset(f"{name}{way}S" for name in ("MULTICHOICE_", "MC") for way in ("", "V", "H"))
_WITH_CASE: Final = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_TEXTS: Final = _WITH_CASE | {"SHORTANSWER", "SA", "MW"}
_NUMBERS: Final = frozenset({"NUMERICAL", "NM"})
_OPENING: Final = re.compile(r"\{([0-9]{0,3}):([A-Z_]{2,20}):")
_CLOSING: Final = re.compile(r"(?<!\\)\}")
_BETWEEN: Final = re.compile(r"(?<!\\)~")
_FEEDBACK: Final = re.compile(r"(?<!\\)#(?![0-9]{1,6};|x[0-9a-fA-F]{1,6};)")
_WEIGHT: Final = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]+)?)%")
_ESCAPED: Final = re.compile(r'\\([}~#/"])')


@dataclass(frozen=True, slots=True)
class _Cut:
    """A gap as it stands in the text."""

    weight: int
    kind: str
    answers: Sequence[Graded]  # raw


def read_cloze(raw: str, markup_of: Callable[[str], str], draft: Draft) -> tuple[Asked, Key]:
    """What is asked; stem and mark go into the draft. `markup_of` sanitises a piece of the text.

    Raises InvalidItem: NO_GAPS, UNBALANCED_BRACES, CLOZE_NOT_SUPPORTED (kinds), and as the kinds of gaps do.
    """
    if len(raw) > MAX_TEXT:
        raise InvalidItem("TEXT_TOO_LONG", length=len(raw), limit=MAX_TEXT)
    texts, cuts = _cut(raw, draft)
    if not cuts:
        raise InvalidItem("NO_GAPS")
    kinds = [cut.kind for cut in cuts]
    draft.max_mark = float(sum(cut.weight for cut in cuts)) or 1.0
    if len(cuts) == 1 and kinds[0] in _TEXTS | _NUMBERS:
        draft.stem = markup_of(BLANK.join(texts))
        return _typed(cuts[0], draft)
    marked = "".join(f"[[{number}]]{text}" if number else text for number, text in enumerate(texts))
    if not set(kinds) <= _LISTS | _SHUFFLED or len(cuts) > KINDS[Interaction.INLINE_CHOICE].places[1]:
        draft.stem = markup_of(BLANK.join(texts))
        raise InvalidItem("CLOZE_NOT_SUPPORTED", kinds=tuple(sorted(set(kinds))), count=len(cuts))
    draft.stem = markup_of(marked)
    return chosen_inline([_list(cut, markup_of) for cut in cuts])


def _cut(raw: str, draft: Draft) -> tuple[list[str], list[_Cut]]:
    """The text before, between and behind the gaps, and the gaps."""
    texts, cuts, place = [], [], 0
    while opening := _OPENING.search(raw, place):
        closing = _CLOSING.search(raw, opening.end())
        if closing is None:
            raise InvalidItem("UNBALANCED_BRACES")
        texts.append(raw[place : opening.start()])
        answers = [
            _answer(answer, draft)
            for answer in _BETWEEN.split(raw[opening.end() : closing.start()])
            if answer.strip()
        ]
        cuts.append(_Cut(int(opening.group(1) or 1), opening.group(2), answers))
        place = closing.end()
    return [*texts, raw[place:]], cuts


def _answer(raw: str, draft: Draft) -> Graded:
    text, *feedback = _FEEDBACK.split(raw.strip(), maxsplit=1)
    if any(one.strip() for one in feedback):
        draft.lose("FEEDBACK_LOST")
    percent = "0"
    if text.startswith("="):
        percent, text = "100", text[1:]
    elif weight := _WEIGHT.match(text):
        percent, text = weight.group(1), text[weight.end() :]
    return Graded(_ESCAPED.sub(r"\1", text).strip(), read_percent(percent))


def _typed(cut: _Cut, draft: Draft) -> tuple[Asked, Key]:
    if not cut.answers:
        raise InvalidItem("NO_KEY")
    answers = [Graded(plain_text(answer.text), answer.percent) for answer in cut.answers]
    if cut.kind in _TEXTS:
        return typed_text(answers, draft, with_case=cut.kind in _WITH_CASE)
    ranges = []
    for answer in answers:
        if answer.text == "*":
            if answer.percent.meant > 0:
                raise InvalidItem("WILDCARD_KEY")
            continue
        number, colon, tolerance = answer.text.partition(":")
        ranges.append(near(read_number(number), read_number(tolerance if colon else "0"), answer.percent))
    return numbered(ranges, draft)


def _list(cut: _Cut, markup_of: Callable[[str], str]) -> Gap:
    choices = [Graded(markup_of(answer.text), answer.percent) for answer in cut.answers]
    if not choices or not cut.weight:
        raise InvalidItem("NO_KEY")
    if cut.kind in _SHUFFLED:
        choices.sort(key=lambda choice: reading_order(choice.text))
    return Gap(choices, cut.weight)
