"""Word files as Vietnamese authors write them, question by question into the terms of the bank."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.bank_words import LEVEL_BY_NAME, UNSURE_LEVELS
from item_bank.formats.docx.body import read_document
from item_bank.formats.docx.content import Content, Piece, read_content
from item_bank.formats.docx.facts import Known, read_fact, read_level
from item_bank.formats.docx.layout import Fact
from item_bank.formats.docx.opened import Open
from item_bank.formats.docx.posed import places_out_of, pose
from item_bank.formats.docx.questions import Questions
from item_bank.formats.docx.rich import plain_signs
from item_bank.formats.docx.words import chosen_in
from item_bank.formats.draft import Draft
from item_bank.formats.foreign import ForeignBank, ForeignItem
from item_bank.interactions.asked import Option, Place
from item_bank.media import references
from item_bank.similarity import fold
from item_bank.stimulus import Stimulus

_EXTRA: Final = re.compile(
    r"\s{0,9}[(\[]\s{0,3}(?:(CLO\s?\d{1,3}(?:[.,]\d{1,3})?)|(\d{1,3}(?:[.,]\d{1,3})?)\s?(?:điểm|đ)"
    r"|([^\W\d_][^()\[\]\d]{0,20}))\s{0,3}[)\]]\s{0,3}[.:]?\s{0,9}",
    re.IGNORECASE,
)
_CLO_BEHIND: Final = re.compile(r"\s*[(\[]\s?(CLO\s?\d{1,3}(?:[.,]\d{1,3})?)\s?[)\]]\s*\.?\s*", re.IGNORECASE)


def read_docx(data: bytes) -> ForeignBank:
    """The questions of a Word file (.docx), by the customs of Vietnamese authors; see `docx.layout`.

    Questions begin with "Câu 1", "Bài 1", "Question 1" or "1."; options with A to Z, also several on a line;
    automatic numbers are counted. Keys come from marks (bold, italic, underline, red, highlight, a star,
    "(đúng)"), lines ("Đáp án: B"), tables behind the questions and explanations; where they do not agree, or
    there is none, the question is refused.

    Raises ImportRefused as `Package` does, and NO_QUESTIONS. Items are refused for NO_KEY, TWO_KEYS
    (options), KEY_UNCLEAR (value), KEY_NO_OPTION (value), KEYS_DISAGREE (said), KEY_INCOMPLETE (places),
    KEY_TABLE_AMBIGUOUS (number), OPTIONS_MISSING (value), OPTIONS_OUT_OF_ORDER (options), RUBRIC_UNREADABLE
    (value), TEXT_TOO_LONG and what `Draft.item` refuses. Losses are noted by `docx.runs`, `docx.facts`,
    `docx.questions` and here: STIMULUS_UNKNOWN (stimulus), STIMULUS_LOST (stimulus, reason),
    KEY_TABLE_AMBIGUOUS (number).
    """
    document = read_document(data)
    questions = Questions(document.blocks)
    found = questions.read()
    if not found:
        raise ImportRefused("NO_QUESTIONS")
    shared = _Shared(questions.stimuli)
    items = tuple(_item(opened, shared) for opened in found)
    used = set(references(*(text for item in items for text in _texts(item))))
    return ForeignBank(items, {sha256: one for sha256, one in document.pictures.items() if sha256 in used})


class _Shared:
    """What several questions are about, each read once."""

    def __init__(self, named: dict[str, list[Content]]) -> None:
        self._named = named
        self._read: dict[int, Stimulus | None] = {}

    def of(self, opened: Open, code: str) -> Stimulus | None:
        name, content = opened.stimulus or (code, self._named.get(code))
        if content is None or not name:
            if name:
                opened.draft.lose("STIMULUS_UNKNOWN", stimulus=name)
            return None
        if id(content) not in self._read:
            self._read[id(content)] = self._stimulus(name, content, opened.draft)
        return self._read[id(content)]

    @staticmethod
    def _stimulus(name: str, content: list[Content], draft: Draft) -> Stimulus | None:
        try:
            return Stimulus(name, read_content(content, draft))
        except InvalidItem as refusal:
            draft.lose("STIMULUS_LOST", stimulus=name, reason=refusal.code)
            return None


def _item(opened: Open, shared: _Shared) -> ForeignItem:
    draft, known = opened.draft, Known()
    for said in opened.said:
        read_fact(said.fact, said.value.text, draft, known)
    if opened.unclear_keys and opened.values(Fact.KEY):
        draft.lose("KEY_TABLE_AMBIGUOUS", number=opened.number)
    stimulus = shared.of(opened, known.stimulus)
    try:
        if not opened.exact:
            _read_extras(opened, known)
            _take_chosen(opened)
        places_out_of(opened)
        draft.stem = read_content(opened.stem, draft)
        if opened.fault is not None:
            raise InvalidItem(opened.fault[0], **opened.fault[1])
        asked, key = pose(opened, draft.stem)
        draft.rationale = read_content(opened.rationale, draft)
        item = draft.item(asked, key)
    except InvalidItem as refusal:
        item = draft.refused(refusal)
    return replace(item, facts=known.facts, competencies=tuple(known.competencies), stimulus=stimulus)


def _texts(item: ForeignItem) -> list[str]:
    parts: list[Option | Place] = [*item.asked.options, *item.asked.places] if item.asked else []
    shared = [item.stimulus.content] if item.stimulus else []
    return [item.stem, item.rationale, *(part.content for part in parts), *shared]


def _read_extras(opened: Open, known: Known) -> None:
    """What stands in brackets between "Câu 1" and its stem: (NB), (CLO1), (0,25 điểm); CLO behind it too."""
    first = next((one for one in opened.stem if isinstance(one, Piece)), None)
    last = next((one for one in reversed(opened.stem) if isinstance(one, Piece)), None)
    if first is None or last is None:
        return
    for _ in range(4):
        text = plain_signs(first.rich.text[:80])
        found = _EXTRA.match(text)
        if found is None or not _take_extra(found, opened.draft, known):
            break
        first.rich = first.rich.cut(found.end())
    behind = plain_signs(last.rich.text)
    start = max(0, len(behind) - 40)
    clo = next((one for one in _CLO_BEHIND.finditer(behind, start) if one.end() == len(behind)), None)
    if clo is not None and clo.start() > 0:
        known.competencies.append(_clo(clo.group(1)))
        last.rich = last.rich.cut(0, clo.start())


def _take_extra(found: re.Match[str], draft: Draft, known: Known) -> bool:
    clo, mark, word = found.groups()
    if clo:
        known.competencies.append(_clo(clo))
        return True
    if mark:
        return read_fact(Fact.MAX_MARK, mark, draft, known)
    if fold(word) in LEVEL_BY_NAME or fold(word) in UNSURE_LEVELS:
        return read_level(word, draft, known)
    return False


def _clo(text: str) -> str:
    return "".join(text.upper().split()).replace(",", ".")


def _take_chosen(opened: Open) -> None:
    """An explanation that begins with "Chọn B." says what the key is."""
    first = next((one for one in opened.rationale if isinstance(one, Piece) and not one.rich.is_blank), None)
    chosen = chosen_in(first.rich.text) if first is not None else None
    if first is not None and chosen is not None and opened.options:
        opened.keys.append(chosen[0])
        first.rich = first.rich.cut(chosen[1])
