"""What a question of a document asks for, and its key, in the bank's terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.docx.chosen import choice, said_keys, statements
from item_bank.formats.docx.content import Piece, read_content
from item_bank.formats.docx.credited import credited, limited
from item_bank.formats.docx.keys import letters_in, pairs_in, responses_in, truths_in
from item_bank.formats.docx.layout import KIND_NAMES, KIND_SYNONYMS, Fact
from item_bank.formats.docx.marks import Offered, read_words
from item_bank.formats.docx.opened import Open
from item_bank.formats.docx.words import numbered_of
from item_bank.formats.moodle_keys import FALSE, TRUE, says_true
from item_bank.interactions.asked import Asked, Option, Place, marks_in
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key
from item_bank.interactions.responses import readings
from item_bank.similarity import fold
from item_bank.stem import plain_line

_KINDS: Final = {fold(name): kind for kind, name in KIND_NAMES.items()} | {
    name: kind for kind, names in KIND_SYNONYMS.items() for name in names
}
_LETTER: Final = re.compile(r"[A-Ha-h]\.?")
_TRUE_FALSE: Final = re.compile(r"đúng\s*(?:hay|hoặc|/|–|-|,)\s*sai", re.IGNORECASE)
_TRUTHS: Final = re.compile(r"(?<!\w)(?:đúng|sai|đ)(?!\w)", re.IGNORECASE)
_ESSAY: Final = re.compile(r"tự\s+luận", re.IGNORECASE)
_POINTS: Final = re.compile(
    r"(.*\S)\s*[(\[]\s*(\d{1,3})\s*(?:điểm|đ|points?)\s*[)\]]\.?\s*", re.IGNORECASE | re.DOTALL
)


def pose(opened: Open, stem: str) -> tuple[Asked, Key]:
    """What is asked, and the key. Raises InvalidItem with the reason; see `read_docx`."""
    declared = _declared(opened)
    kind = declared or _inferred(opened)
    if kind in {None, Interaction.SINGLE_CHOICE, Interaction.MULTIPLE_RESPONSE} or (
        kind is Interaction.TRUE_FALSE and opened.options
    ):
        asked, key = choice(opened, kind)
    elif kind is Interaction.STATEMENTS:
        asked, key = statements(opened)
    else:
        asked, key = _POSED[kind](opened, stem)
    asked = limited(opened, asked)
    return asked, credited(opened, asked, key)


def _declared(opened: Open) -> Interaction | None:
    """By the line "Dạng: …"; a name that is none of ours says nothing and is lost."""
    for name in opened.values(Fact.KIND):
        if fold(name) in _KINDS:
            return _KINDS[fold(name)]
        opened.draft.lose("FACT_UNREADABLE", fact=Fact.KIND.value, value=plain_line(name)[:80])
    return None


def _inferred(opened: Open) -> Interaction | None:
    """By what the question has; None for a choice, of how many its key says."""
    if not opened.options:
        return _without_options(opened)
    if not all(one.label.islower() for one in opened.options):
        return None
    around = (
        f"{opened.group.title} {' '.join(one.rich.text for one in opened.stem if isinstance(one, Piece))}"
    )
    read_words(opened.options)
    truths = any(one.truth is not None for one in opened.options) or any(
        truths_in(one, len(opened.options)) or _TRUTHS.search(one) for one in said_keys(opened)
    )
    two = opened.group.name == "2" and fold(opened.group.said).startswith("phan")
    return Interaction.STATEMENTS if truths or two or _TRUE_FALSE.search(around) else None


def _without_options(opened: Open) -> Interaction:
    if opened.values(Fact.CRITERION) or _ESSAY.search(opened.group.title):
        return Interaction.ESSAY
    said = said_keys(opened)
    if not said:
        raise InvalidItem("NO_KEY")
    if _LETTER.fullmatch(said[0].strip()):  # its options are somewhere else: in a picture, or lost
        raise InvalidItem("OPTIONS_MISSING", value=said[0].strip())
    if says_true(said[0]) is not None:
        return Interaction.TRUE_FALSE
    numbers = all(readings(one) for one in responses_in(said[0]))
    return Interaction.NUMERIC if numbers else Interaction.SHORT_TEXT


def _one_key(opened: Open) -> str:
    """The key that is said, however often. Raises InvalidItem: NO_KEY, KEYS_DISAGREE."""
    said = said_keys(opened)
    if not said:
        raise InvalidItem("NO_KEY")
    if len({" ".join(one.split()) for one in said}) > 1:
        raise InvalidItem("KEYS_DISAGREE", said=tuple(one[:40] for one in said[:5]))
    return said[0]


def _true_false(opened: Open, _stem: str) -> tuple[Asked, Key]:
    truth = says_true(_one_key(opened))
    if truth is None:
        raise InvalidItem("KEY_UNCLEAR", value=_one_key(opened)[:40])
    return Asked(Interaction.TRUE_FALSE, (TRUE, FALSE)), Key(1, (TRUE.id if truth else FALSE.id,))


def _numeric(opened: Open, _stem: str) -> tuple[Asked, Key]:
    tolerance = Decimal(0)
    for value in opened.values(Fact.TOLERANCE):
        meant = readings(value)
        if len(meant) != 1:
            raise InvalidItem("INVALID_TOLERANCE", value=value[:40])
        tolerance = next(iter(meant))
    return Asked(Interaction.NUMERIC), Key(1, tuple(responses_in(_one_key(opened))), tolerance=tolerance)


def _short_text(opened: Open, _stem: str) -> tuple[Asked, Key]:
    key = Key(1, tuple(responses_in(_one_key(opened))))
    with_case = [fold(value) == "co" for value in opened.values(Fact.CASE)]
    with_marks = [fold(value) != "khong" for value in opened.values(Fact.MARKS)]
    return Asked(Interaction.SHORT_TEXT), replace(key, with_case=any(with_case), with_marks=all(with_marks))


def _rated(interaction: Interaction) -> Callable[[Open, str], tuple[Asked, Key]]:
    def posed(opened: Open, _stem: str) -> tuple[Asked, Key]:
        """What a marker goes by is the rationale; criteria are the rubric."""
        for said in opened.said:
            if said.fact is Fact.KEY and not said.value.is_blank:
                opened.rationale.append(Piece(said.value))
        rubric: list[Criterion] = []
        for value in opened.values(Fact.CRITERION):
            found = _POINTS.fullmatch(value)
            if found is None:
                raise InvalidItem("RUBRIC_UNREADABLE", value=value[:80])
            rubric.append(Criterion(plain_line(found.group(1)), int(found.group(2))))
        return Asked(interaction), Key(1, (), rubric=tuple(rubric))

    return posed


def _options(opened: Open, offered: Sequence[Offered]) -> tuple[Option, ...]:
    return tuple(
        Option(one.label.upper(), read_content(one.content, opened.draft), at_most=1) for one in offered
    )


def _order(opened: Open, _stem: str) -> tuple[Asked, Key]:
    options = _options(opened, opened.options)
    asked = Asked(Interaction.ORDER, options)
    accepted: list[str] = []
    for response in responses_in(_one_key(opened)):
        letters = letters_in(response, asked.option_ids)
        if letters is None:
            raise InvalidItem("KEY_UNCLEAR", value=response[:40])
        accepted.append(" ".join(letters))
    return asked, Key(1, tuple(accepted))


def _match(opened: Open, _stem: str) -> tuple[Asked, Key]:
    lettered = [one for one in opened.options if one.label.isalpha()]
    numbered = [one for one in opened.options if one.label.isdigit()]
    places = tuple(Place(one.label, read_content(one.content, opened.draft)) for one in numbered)
    return _put(opened, Asked(Interaction.MATCH, _options(opened, lettered), places))


def places_out_of(opened: Open) -> None:
    """Of a typed matching, the numbered lines of its stem are what options are put to."""
    if opened.exact or Interaction.MATCH not in {_KINDS.get(fold(one)) for one in opened.values(Fact.KIND)}:
        return
    found: list[Offered] = []
    kept = []
    for one in opened.stem:
        start = numbered_of(one.rich.text) if isinstance(one, Piece) else None
        if isinstance(one, Piece) and start is not None and start.number == len(found) + 1:
            found.append(Offered(str(start.number), [Piece(one.rich.cut(start.end))]))
        elif found:
            found[-1].content.append(one)
        else:
            kept.append(one)
    opened.stem[:] = kept
    opened.options.extend(found)


def _gap_match(opened: Open, stem: str) -> tuple[Asked, Key]:
    places = tuple(Place(id_) for id_, _words in marks_in(stem))
    return _put(opened, Asked(Interaction.GAP_MATCH, _options(opened, opened.options), places))


def _put(opened: Open, asked: Asked) -> tuple[Asked, Key]:
    accepted: list[str] = []
    most = 1
    for response in responses_in(_one_key(opened)):
        pairs = pairs_in(response)
        if pairs is None:
            raise InvalidItem("KEY_UNCLEAR", value=response[:40])
        if {place for place, _option in pairs} < set(asked.place_ids):
            raise InvalidItem("KEY_INCOMPLETE", places=_missing(asked, pairs))
        most = max(most, *(sum(one == option for _place, one in pairs) for _place, option in pairs))
        accepted.append(" ".join(f"{option}>{place}" for place, option in pairs))
    if most > 1:
        asked = replace(asked, options=tuple(replace(one, at_most=None) for one in asked.options))
    return asked, Key(1, tuple(accepted), Credit.PARTS)


def _missing(asked: Asked, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    named = {place for place, _option in pairs}
    return tuple(id_ for id_ in asked.place_ids if id_ not in named)


def _inline(opened: Open, stem: str) -> tuple[Asked, Key]:
    places = tuple(Place(id_) for id_, _words in marks_in(stem))
    ids = {(one.owner, one.label.upper()): f"o{place}" for place, one in enumerate(opened.options, start=1)}
    options = tuple(
        Option(ids[one.owner, one.label.upper()], read_content(one.content, opened.draft), one.owner)
        for one in opened.options
    )
    asked = Asked(Interaction.INLINE_CHOICE, options, places)
    accepted: list[str] = []
    for response in responses_in(_one_key(opened)):
        pairs = pairs_in(response)
        if pairs is None or any(pair not in ids for pair in pairs):
            raise InvalidItem("KEY_UNCLEAR", value=response[:40])
        if _missing(asked, pairs):
            raise InvalidItem("KEY_INCOMPLETE", places=_missing(asked, pairs))
        accepted.append(" ".join(f"{ids[pair]}>{pair[0]}" for pair in pairs))
    return asked, Key(1, tuple(accepted), Credit.PARTS)


def _hottext(opened: Open, stem: str) -> tuple[Asked, Key]:
    places = tuple(Place(id_, words) for id_, words in marks_in(stem))
    accepted: list[str] = []
    for response in responses_in(_one_key(opened)):
        ids = [one for one in re.split(r"[\s,;]+", response) if one]
        accepted.append(" ".join(ids))
    return Asked(Interaction.HOTTEXT, (), places), Key(1, tuple(accepted))


_POSED: Final[dict[Interaction | None, Callable[[Open, str], tuple[Asked, Key]]]] = {
    Interaction.TRUE_FALSE: _true_false,
    Interaction.NUMERIC: _numeric,
    Interaction.SHORT_TEXT: _short_text,
    Interaction.ORDER: _order,
    Interaction.MATCH: _match,
    Interaction.GAP_MATCH: _gap_match,
    Interaction.INLINE_CHOICE: _inline,
    Interaction.HOTTEXT: _hottext,
    Interaction.ESSAY: _rated(Interaction.ESSAY),
    Interaction.PRACTICAL: _rated(Interaction.PRACTICAL),
}
