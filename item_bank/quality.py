"""Faults of construction that a program can see: cues that give the key away, and missing parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scipy.special import chdtrc

from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of
from item_bank.item import ItemVersion
from item_bank.math import formula_faults
from item_bank.similarity import fold
from item_bank.stem import nfc, plain_text


class Fault(StrEnum):
    KEY_IS_LONGEST = "KEY_IS_LONGEST"
    ALL_OF_THE_ABOVE = "ALL_OF_THE_ABOVE"
    DUPLICATE_OPTIONS = "DUPLICATE_OPTIONS"
    MISSING_BASIS = "MISSING_BASIS"
    NEGATIVE_STEM_NOT_MARKED = "NEGATIVE_STEM_NOT_MARKED"
    BROKEN_FORMULA = "BROKEN_FORMULA"
    ALL_ARE_RIGHT = "ALL_ARE_RIGHT"
    STATEMENTS_ALIKE = "STATEMENTS_ALIKE"
    ORDER_OF_TWO = "ORDER_OF_TWO"
    NO_SPARE_OPTION = "NO_SPARE_OPTION"
    KEYS_ARE_LONGEST = "KEYS_ARE_LONGEST"
    NO_RUBRIC = "NO_RUBRIC"
    RUBRIC_SUM = "RUBRIC_SUM"
    LONG_STEM = "LONG_STEM"
    LONG_SENTENCES = "LONG_SENTENCES"
    # told by whoever keeps a register of acts
    UNKNOWN_ACT = "UNKNOWN_ACT"
    REPEALED_ACT = "REPEALED_ACT"


@dataclass(frozen=True, slots=True)
class Finding:
    fault: Fault
    params: dict[str, Any] = field(default_factory=dict)


# clearly longest: half as long again as the next, and by more than a word or two
_LONGER_BY_SHARE = 1.5
_LONGER_BY_CHARACTERS = 15
_FEW_GAPS = 2  # one gap alone shows no habit
RUBRIC_POINTS = 100  # practical tasks and essays are marked out of a hundred
MOST_WORDS = 160  # of a stem
MOST_WORDS_OF_SENTENCE = 45
_WORD = re.compile(r"\w+")

_ALL_OF_THE_ABOVE = re.compile(
    r"^(ca (\w+ )?(phuong an|dap an|y|cau)( tren)?( deu)?( dung| sai)?"
    r"|(tat ca|toan bo)( cac| nhung)?( (phuong an|dap an|y|cau|truong hop|noi dung))*"
    r"( (tren|deu|dung|sai|neu))+"
    r"|(ca )?([a-d] )+(va )?[a-d]( deu)?( dung| sai)?"
    r"|all of the above|none of the above)$"
)
_NEGATION = re.compile(
    r"\b(không|ngoại trừ|trừ|sai|chưa)\b"
    r"(?=\s+(?:đúng|phải|thuộc|chính xác|phù hợp|bao gồm|được|có|bị|quy định))"
    r"|\b(ngoại trừ|sai)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(r"\b(nào|gì|ai|đâu|sau đây|dưới đây)\b", re.IGNORECASE)
_EMPHASISED = re.compile(r"<(b|u|strong|em)>(.*?)</\1>", re.DOTALL)


def check_item(item: ItemVersion, key: Key) -> list[Finding]:
    """All faults found; a finding asks for a look, it does not forbid the item."""
    found: list[Finding] = []
    texts = {option.id: plain_text(option.content) for option in item.options}
    if item.interaction is Interaction.SINGLE_CHOICE and _key_is_longest(texts, key):
        found.append(Finding(Fault.KEY_IS_LONGEST, {"option": key.option_id}))
    found.extend(
        Finding(Fault.ALL_OF_THE_ABOVE, {"option": option_id})
        for option_id, text in texts.items()
        if _ALL_OF_THE_ABOVE.match(fold(text))
    )
    found.extend(
        Finding(Fault.DUPLICATE_OPTIONS, {"option": later, "same_as": earlier})
        for earlier, later in equal_options(texts)
        if not item.asked.kind.own_options
    )
    if not plain_text(item.legal_basis):
        found.append(Finding(Fault.MISSING_BASIS))
    word = _unmarked_negation(item.stem)
    if word is not None:
        found.append(Finding(Fault.NEGATIVE_STEM_NOT_MARKED, {"word": word}))
    found.extend(_faults_of_kind(item, key))
    found.extend(_readability(item.stem))
    parts = {"stem": item.stem, **{o.id: o.content for o in item.options}, "rationale": item.rationale}
    parts |= {place.id: place.content for place in item.asked.places}
    return found + broken_formulas(parts)


def _faults_of_kind(item: ItemVersion, key: Key) -> list[Finding]:
    """What makes an item of its interaction easier, or harder to mark, than it looks."""
    look = _LOOKS.get(item.interaction)
    return [] if look is None else look(item, key)


def _multiple_response(item: ItemVersion, key: Key) -> list[Finding]:
    everything = {frozenset(parts_of(response)) for response in key.accepted} == {frozenset(item.option_ids)}
    return [Finding(Fault.ALL_ARE_RIGHT)] if everything else []


def _statements(_item: ItemVersion, key: Key) -> list[Finding]:
    said = {part.partition(">")[0] for response in key.accepted for part in parts_of(response)}
    return [Finding(Fault.STATEMENTS_ALIKE)] if len(said) == 1 else []


def _order(item: ItemVersion, _key: Key) -> list[Finding]:
    return [Finding(Fault.ORDER_OF_TWO)] if len(item.options) == 2 else []


def _pairs(item: ItemVersion, _key: Key) -> list[Finding]:
    """The last place is filled by what is left over, unless an option may be put down again."""
    once = all(option.at_most == 1 for option in item.options)
    spare = len(item.options) - len(item.asked.places)
    return [Finding(Fault.NO_SPARE_OPTION)] if once and spare <= 0 else []


def _inline(item: ItemVersion, key: Key) -> list[Finding]:
    """In every gap of several the right choice is the longest of its own."""
    right = {part.partition(">")[0] for response in key.accepted[:1] for part in parts_of(response)}
    if len(item.asked.places) < _FEW_GAPS:
        return []
    for place in item.asked.place_ids:
        own = {one.id: len(plain_text(one.content)) for one in item.options if one.place == place}
        others = [length for id_, length in own.items() if id_ not in right]
        if max((own[id_] for id_ in own.keys() & right), default=0) <= max(others, default=0):
            return []
    return [Finding(Fault.KEYS_ARE_LONGEST)]


def _rubric(_item: ItemVersion, key: Key) -> list[Finding]:
    if not key.rubric:
        return [Finding(Fault.NO_RUBRIC)]
    points = sum(criterion.points for criterion in key.rubric)
    return [] if points == RUBRIC_POINTS else [Finding(Fault.RUBRIC_SUM, {"points": points})]


_LOOKS: dict[Interaction, Callable[[ItemVersion, Key], list[Finding]]] = {
    Interaction.MULTIPLE_RESPONSE: _multiple_response,
    Interaction.STATEMENTS: _statements,
    Interaction.ORDER: _order,
    Interaction.MATCH: _pairs,
    Interaction.GAP_MATCH: _pairs,
    Interaction.INLINE_CHOICE: _inline,
    Interaction.ESSAY: _rubric,
    Interaction.PRACTICAL: _rubric,
}


def _readability(stem: str) -> list[Finding]:
    """A stem that takes long to read.

    Words are counted as they are written in Vietnamese, syllable by syllable. The limits are a rule of thumb
    of this bank, not a published measure: they ask for a second look at the longest few of its items.
    """
    sentences = [len(_WORD.findall(one)) for one in re.split(r"[.;:!?…](?:\s+|$)", plain_text(stem))]
    sentences = [length for length in sentences if length]
    found: list[Finding] = []
    if sum(sentences) > MOST_WORDS:
        found.append(Finding(Fault.LONG_STEM, {"count": sum(sentences), "limit": MOST_WORDS}))
    n_long = sum(length > MOST_WORDS_OF_SENTENCE for length in sentences)
    if n_long * 2 > len(sentences):
        facts = {"count": n_long, "of": len(sentences), "longest": max(sentences)}
        found.append(Finding(Fault.LONG_SENTENCES, {**facts, "limit": MOST_WORDS_OF_SENTENCE}))
    return found


def broken_formulas(parts: Mapping[str, str]) -> list[Finding]:
    """The formulas of these texts that would be shown as they were typed, each with its place."""
    return [
        Finding(
            Fault.BROKEN_FORMULA,
            {
                "part": part,
                "number": fault.number,
                "source": fault.source,
                "reason": fault.code,
                **fault.params,
            },
        )
        for part, text in parts.items()
        for fault in formula_faults(text)
    ]


def equal_options(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs `(earlier id, later id)` that read the same, case and spacing aside."""
    first: dict[str, str] = {}
    equal: list[tuple[str, str]] = []
    for option_id, text in texts.items():
        reading = " ".join(nfc(text).casefold().split())
        if reading in first:
            equal.append((first[reading], option_id))
        first.setdefault(reading, option_id)
    return equal


def _key_is_longest(texts: dict[str, str], key: Key) -> bool:
    length = len(texts.get(key.option_id, ""))
    longest = max((len(text) for option_id, text in texts.items() if option_id != key.option_id), default=0)
    return length >= _LONGER_BY_SHARE * longest and length - longest >= _LONGER_BY_CHARACTERS


def _unmarked_negation(stem: str) -> str | None:
    """The negative word of the question that is neither emphasised nor in capitals.

    Only the last sentence asks; "không" before it tells the case ("hàng không có giấy phép").
    """
    question = re.split(r"[.;!]\s+", plain_text(stem))[-1]
    asking = _ASKING.search(question)
    if asking is None:
        return None
    emphasised = plain_text(" ".join(match.group(2) for match in _EMPHASISED.finditer(stem))).casefold()
    for match in _NEGATION.finditer(question, asking.start()):
        word = match.group()
        if not word.isupper() and word.casefold() not in emphasised:
            return word
    return None


@dataclass(frozen=True, slots=True)
class PositionBalance:
    """How often each position holds the key; `p_value` of an even spread (chi-square)."""

    counts: dict[str, int]
    p_value: float
    balanced: bool


def answer_position_balance(
    key_option_ids: Sequence[str], positions: Sequence[str] = ("A", "B", "C", "D")
) -> PositionBalance:
    """Whether the keys of a bank favour a position, which a guesser could use."""
    counted = Counter(key_option_ids)
    counts = {position: counted.get(position, 0) for position in positions}
    if not sum(counts.values()):
        return PositionBalance(counts, 1.0, balanced=True)
    expected = sum(counts.values()) / len(counts)
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    # the chi-square survival function without the weight of scipy.stats at import
    p_value = float(chdtrc(len(counts) - 1, chi_square))
    return PositionBalance(counts, p_value, balanced=p_value >= 0.01)
