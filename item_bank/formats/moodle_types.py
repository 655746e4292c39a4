"""What each type of Moodle's questions asks, read from its XML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.draft import Draft
from item_bank.formats.facts import read_rubric
from item_bank.formats.fractions import read_percent
from item_bank.formats.moodle_cloze import read_cloze
from item_bank.formats.moodle_keys import (
    Gap,
    Graded,
    Near,
    chosen,
    chosen_inline,
    filled,
    in_reading_order,
    lettered,
    matched,
    near,
    numbered,
    read_number,
    reading_order,
    says_true,
    true_or_false,
    typed_text,
)
from item_bank.formats.moodle_statements import read_statements
from item_bank.formats.moodle_text import Format, Pictures, read_text
from item_bank.formats.moodle_tree import (
    Element,
    files_of,
    format_of,
    html_of,
    inner,
    is_on,
    note_unused,
    raw_text,
    value,
)
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import WHOLE, Credit, Key
from item_bank.stem import plain_text

_MARK: Final = re.compile(r"\[\[([0-9]{1,3})\]\]")
_ORDER_CREDIT: Final = {
    "ALL_OR_NOTHING": Credit.WHOLE,
    "-1": Credit.WHOLE,
    "ABSOLUTE_POSITION": Credit.PARTS,
    "ABSOLUTE": Credit.PARTS,
    "0": Credit.PARTS,
}
RIGHT, NONE = read_percent("100"), read_percent("0")


@dataclass(frozen=True, slots=True)
class Source:
    """A question's element with what its texts need: their default format, and the file's pictures."""

    element: Element
    form: Format
    pictures: Pictures
    draft: Draft

    def html(self, element: Element | None) -> str:
        return html_of(element, self.form, self.draft, self.pictures)

    def plain(self, text: str) -> str:
        """A text without a format of its own, as lists show it."""
        return read_text(text, Format.MOODLE, self.draft)

    def answers(self) -> list[Element]:
        """The answers; that their feedback is lost, is noted."""
        found: list[Element] = self.element.findall("answer")
        told = sum(bool(value(answer, "feedback/text")) for answer in found)
        if told:
            self.draft.lose("FEEDBACK_LOST", count=told)
        if not found:
            raise InvalidItem("NO_KEY")
        return found

    def graded(self) -> list[Graded]:
        return [
            Graded(self.html(answer), read_percent(answer.get("fraction", "0"))) for answer in self.answers()
        ]


def _multichoice(source: Source) -> tuple[Asked, Key]:
    if not is_on(source.element, "shuffleanswers", default=True):
        source.draft.lose("FIXED_ORDER_LOST")
    return chosen(source.graded(), source.draft, single=is_on(source.element, "single", default=True))


def _multichoiceset(source: Source) -> tuple[Asked, Key]:
    """All or nothing: each right option says 100."""
    choices = source.graded()
    if any(choice.percent not in {RIGHT, NONE} for choice in choices):
        raise InvalidItem("BAD_FRACTION")
    options = lettered(choice.text for choice in choices)
    right = " ".join(
        option.id for option, choice in zip(options, choices, strict=False) if choice.percent == RIGHT
    )
    return Asked(Interaction.MULTIPLE_RESPONSE, options), Key(1, (right,) if right else ())


def _truefalse(source: Source) -> tuple[Asked, Key]:
    """Each answer says which it is; the order of the file, as old versions of Moodle had it, is no key."""
    shares: dict[bool, object] = {}
    for answer in source.answers():
        truth = says_true(raw_text(answer))
        if truth is None or truth in shares:
            raise InvalidItem("TRUE_FALSE_UNCLEAR", value=raw_text(answer)[:40])
        shares[truth] = read_percent(answer.get("fraction", "0")).meant
    if sorted(shares.values(), key=str) not in ([WHOLE], [0, WHOLE]):
        raise InvalidItem("NO_KEY")
    return true_or_false(true=shares.get(True) == WHOLE)


def _shortanswer(source: Source) -> tuple[Asked, Key]:
    texts = [
        Graded(raw_text(answer), read_percent(answer.get("fraction", "0"))) for answer in source.answers()
    ]
    return typed_text(texts, source.draft, with_case=is_on(source.element, "usecase", default=False))


def _numerical(source: Source) -> tuple[Asked, Key]:
    answers: list[Near] = []
    for answer in source.answers():
        percent = read_percent(answer.get("fraction", "0"))
        number = raw_text(answer) if answer.find("text") is not None else (answer.text or "").strip()
        if number == "*":
            if percent.meant > 0:
                raise InvalidItem("WILDCARD_KEY")
            continue
        answers.append(near(read_number(number), read_number(value(answer, "tolerance", "0")), percent))
    units = tuple(value(unit, "unit_name")[:40] for unit in source.element.findall("units/unit"))
    if any(units):
        graded = value(source.element, "unitgradingtype", "0") != "0"
        source.draft.lose("UNITS_LOST", units=units[:10], graded=graded)
    return numbered(answers, source.draft)


def _matching(source: Source) -> tuple[Asked, Key]:
    """What is asked beside its option; who writes it as an empty paragraph means a distractor."""
    pairs = [
        (source.html(pair), source.plain(value(pair, "answer/text")))
        for pair in source.element.findall("subquestion")
    ]
    return matched([(_unless_blank(asked), option) for asked, option in pairs])


def _ddmatch(source: Source) -> tuple[Asked, Key]:
    """Matching whose options are HTML."""
    found = source.element.findall("subquestion")
    pairs = [(source.html(pair), source.html(pair.find("answer"))) for pair in found]
    return matched([(_unless_blank(asked), option) for asked, option in pairs])


def _unless_blank(markup: str) -> str:
    return markup if plain_text(markup) or "<img" in markup else ""


def _statements(source: Source) -> tuple[Asked, Key]:
    rows = [source.html(row.find("optiontext")) for row in source.element.findall("row")]
    return read_statements(source.element, rows, source.draft)


def _essay(source: Source) -> tuple[Asked, Key]:
    element, draft = source.element, source.draft
    if value(element, "responseformat") == "noinline" or value(element, "attachmentsrequired", "0") != "0":
        raise InvalidItem("FILE_WANTED")
    if value(element, "attachments", "0") != "0":
        draft.lose("ATTACHMENTS_LOST")
    notes = value(element, "graderinfo/text")
    rubric = read_rubric(notes)
    if notes and not rubric:
        draft.lose("GRADER_NOTES_LOST")
    if value(element, "responsetemplate/text"):
        draft.lose("RESPONSE_TEMPLATE_LOST")
    limits = [value(element, name) for name in ("minwordlimit", "maxwordlimit")]
    if any(limit not in {"", "0"} for limit in limits):
        draft.lose("WORD_LIMITS_LOST", least=limits[0][:10], most=limits[1][:10])
    return Asked(Interaction.ESSAY), Key(1, (), rubric=rubric)


def _ordering(source: Source) -> tuple[Asked, Key]:
    """In the right order in the file; the options are listed otherwise, so that they do not tell it."""
    answers = source.answers()
    places = [read_percent(answer.get("fraction", "0")).written for answer in answers]
    if len(set(places)) > 1 and any(one >= other for one, other in pairwise(places)):
        raise InvalidItem("ORDER_UNCLEAR")
    contents = [source.html(answer) for answer in answers]
    options = lettered(in_reading_order(contents))
    if value(source.element, "selecttype", "ALL").upper() not in {"ALL", "0"}:
        source.draft.lose("SUBSET_LOST", count=value(source.element, "selectcount")[:10])
    said = value(source.element, "gradingtype").upper()
    if said not in _ORDER_CREDIT:
        source.draft.lose("CREDIT_CHANGED", credit=said[:40], to=Credit.PARTS.value)
    ids = {option.content: option.id for option in options}
    key = " ".join(ids.get(content, "") for content in contents)
    return Asked(Interaction.ORDER, options), Key(1, (key,), _ORDER_CREDIT.get(said, Credit.PARTS))


def _ddwtos(source: Source) -> tuple[Asked, Key]:
    boxes = source.element.findall("dragbox")
    choices = [
        Option(f"c{number}", source.plain(raw_text(box)), at_most=None if _is_infinite(box) else 1)
        for number, box in enumerate(boxes)
    ]
    if len({value(box, "group", "1") for box in boxes}) > 1:
        source.draft.lose("GROUPS_MERGED")
    return filled(choices, _numbered_gaps(source.draft, len(choices)))


def _is_infinite(box: Element) -> bool:
    found = box.find("infinite")
    return found is not None and inner(found) not in {"0", "false"}


def _gapselect(source: Source) -> tuple[Asked, Key]:
    choices = source.element.findall("selectoption")
    groups = [value(choice, "group", "1") for choice in choices]
    texts = [source.plain(raw_text(choice)) for choice in choices]
    shuffled = is_on(source.element, "shuffleanswers", default=True)
    gaps: list[Gap] = []
    for right in _numbered_gaps(source.draft, len(choices)):
        own = [number for number, group in enumerate(groups) if group == groups[right]]
        if shuffled:
            own.sort(key=lambda number: reading_order(texts[number]))
        gaps.append(Gap([Graded(texts[number], RIGHT if number == right else NONE) for number in own]))
    return chosen_inline(gaps)


def _numbered_gaps(draft: Draft, count: int) -> list[int]:
    """The positions of the choices that the stem's marks name; the marks are numbered by place instead."""
    right = [int(mark.group(1)) - 1 for mark in _MARK.finditer(draft.stem)]
    if not right:
        raise InvalidItem("NO_GAPS")
    if min(right) < 0 or max(right) >= count:
        raise InvalidItem("MARK_OF_NO_OPTION", value=max(right) + 1)
    numbers = iter(range(1, len(right) + 1))
    draft.stem = _MARK.sub(lambda _mark: f"[[{next(numbers)}]]", draft.stem)
    return right


def _cloze(source: Source) -> tuple[Asked, Key]:
    text = source.element.find("questiontext")
    if text is None:
        raise InvalidItem("EMPTY_STEM")
    form = format_of(text, source.form, source.draft)
    files = files_of(text, source.pictures, source.draft)
    taken = read_cloze(raw_text(text), lambda raw: read_text(raw, form, source.draft, files), source.draft)
    note_unused(files, source.draft)
    return taken


READERS: Final[dict[str, Callable[[Source], tuple[Asked, Key]]]] = {
    "multichoice": _multichoice,
    "multichoiceset": _multichoiceset,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ddmatch": _ddmatch,
    "mtf": _statements,
    "kprime": _statements,
    "essay": _essay,
    "ordering": _ordering,
    "ddwtos": _ddwtos,
    "gapselect": _gapselect,
    "cloze": _cloze,
    "multianswer": _cloze,
}
