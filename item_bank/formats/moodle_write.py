"""Items written as Moodle XML, so that reading it back gives the same facts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from lxml import etree

from item_bank.errors import InvalidItem
from item_bank.formats.facts import TAGGED, tags_of, write_law, write_rubric, write_stimulus
from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.fractions import write_percent
from item_bank.formats.moodle_shares import (
    MAX_MARK,
    Losses,
    choice_shares,
    match_pairs,
    note_losses,
    numbered_stem,
    numbers,
    parts,
    placed,
    refuse_alike,
    text_shares,
    true_false,
)
from item_bank.formats.moodle_text import join_category, to_typed, without_pictures, write_text
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import WHOLE, Credit
from item_bank.stem import nfc, plain_line, strip_invisible

Element = Any  # lxml ships no types

_CARRIED: Final = TAGGED | {
    "category",
    "tags",
    "rationale",
    "max_mark",
    "language",
    "code",
    "legal_basis",
    "stimulus",
    "rubric",
}
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def write_moodle_xml(
    items: Sequence[ForeignItem], pictures: Mapping[str, bytes] | None = None
) -> tuple[bytes, tuple[tuple[str, Remark], ...]]:
    """The items as a Moodle XML file, `pictures` by their SHA-256, and of which item what is not carried.

    Identifiers of options and places are not carried: a reader letters and numbers them anew. Statements
    become a matching. Not written, each with its reason: NOT_WRITTEN (reason: INTERACTION_NOT_CARRIED for
    hotspot, hottext and practical tasks, KEY_NOT_CARRIED, EQUAL_OPTIONS, EMPTY_PART). Lost: PICTURE_MISSING
    (sha256), PICTURES_LOST (in lists; their words stay), COMPETENCIES_LOST, STATISTICS_LOST, ENGLISH_LOST and
    what `item_bank.formats.moodle_shares` names. The code is the idnumber; `item_bank.formats.facts` says how
    the other facts of the bank are written.

    Source: Moodle's documentation, "Moodle XML format".
    """
    losses = Losses()
    root = etree.Element("quiz")
    category: tuple[str, ...] = ()
    for item in items:
        try:
            question = _Question(item, pictures or {}, losses).written()
        except InvalidItem as refusal:
            losses.add(item, "NOT_WRITTEN", reason=refusal.code, **refusal.params)
            continue
        if item.category != category:
            category = item.category
            switch = etree.SubElement(root, "question", type="category")
            _sub(_sub(switch, "category"), "text", join_category(map(plain_line, category)))
        root.append(question)
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written, tuple(losses.found)


def _sub(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child


@dataclass(slots=True)
class _Question:
    """One question being written."""

    item: ForeignItem
    pictures: Mapping[str, bytes]
    losses: Losses
    element: Element = None

    def written(self) -> Element:
        asked, _key = parts(self.item)
        if asked.interaction not in _WRITERS:
            raise InvalidItem("INTERACTION_NOT_CARRIED", interaction=asked.interaction.value)
        self.element = etree.Element("question")
        if self.item.language:
            self.element.set(_XML_LANG, plain_line(self.item.language))
        _sub(_sub(self.element, "name"), "text", plain_line(self.item.where))
        stem = _sub(self.element, "questiontext")
        facts = self.item.facts
        self.html("generalfeedback", self.item.rationale + write_law(facts.legal_basis))
        self.mark()
        if facts.code:
            _sub(self.element, "idnumber", plain_line(facts.code))
        kind, text = _WRITERS[asked.interaction](self)
        self.element.set("type", kind)
        self.fill(stem, write_stimulus(self.item.stimulus) + text)
        said = [*self.item.tags, *tags_of(facts)]
        if said:
            tags = _sub(self.element, "tags")
            for tag in said:
                _sub(_sub(tags, "tag"), "text", plain_line(tag))
        note_losses(self.item, _CARRIED, self.losses)
        return self.element

    def mark(self) -> None:
        if 0 < self.item.max_mark <= MAX_MARK:
            _sub(self.element, "defaultgrade", f"{Decimal(repr(self.item.max_mark)):f}")
        else:
            self.losses.add(self.item, "MAX_MARK_LOST")

    def fill(self, element: Element, markup: str) -> None:
        """A text in HTML with the pictures that it shows."""
        text, files, missing = write_text(markup, self.pictures)
        element.set("format", "html")
        _sub(element, "text", text)
        for name, content in files.items():
            packed = base64.b64encode(content).decode("ascii")
            _sub(element, "file", packed, name=name, path="/", encoding="base64")
        for sha256 in missing:
            self.losses.add(self.item, "PICTURE_MISSING", sha256=sha256)

    def html(self, name: str, markup: str, **attributes: str) -> Element:
        element = _sub(self.element, name, **attributes)
        self.fill(element, markup)
        return element

    def listed(self, parent: Element, markup: str) -> None:
        """A text of a list: typed, without pictures."""
        text, count = without_pictures(markup)
        if count:
            self.losses.add(self.item, "PICTURES_LOST", count=count)
        _sub(parent, "text", to_typed(text))

    def answer(self, text: str, share: Fraction) -> Element:
        element = _sub(self.element, "answer", fraction=write_percent(share), format="moodle_auto_format")
        _sub(element, "text", strip_invisible(nfc(text)))
        return element


def _choice(question: _Question) -> tuple[str, str]:
    item, losses = question.item, question.losses
    asked, _key = parts(item)
    contents = [option.content for option in asked.options]
    refuse_alike(contents)
    if asked.interaction is Interaction.TRUE_FALSE:
        truth = true_false(item, losses)
        if truth is not None:
            question.answer("true", Fraction(truth))
            question.answer("false", Fraction(not truth))
            return "truefalse", item.stem
        losses.add(item, "INTERACTION_CHANGED", interaction="true_false", to="single_choice")
    single = asked.interaction is not Interaction.MULTIPLE_RESPONSE
    shares = choice_shares(item, losses)
    _sub(question.element, "single", "true" if single else "false")
    _sub(question.element, "shuffleanswers", "true")
    for content, share in zip(contents, shares, strict=True):
        question.html("answer", content, fraction=write_percent(share))
    return "multichoice", item.stem


def _short_text(question: _Question) -> tuple[str, str]:
    _asked, key = parts(question.item)
    _sub(question.element, "usecase", str(int(key.with_case)))
    for text, share in text_shares(question.item, question.losses):
        question.answer(text, share)
    return "shortanswer", question.item.stem


def _numeric(question: _Question) -> tuple[str, str]:
    values, tolerance = numbers(question.item)
    for number in values:
        _sub(question.answer(number, WHOLE), "tolerance", tolerance)
    return "numerical", question.item.stem


def _match(question: _Question) -> tuple[str, str]:
    _sub(question.element, "shuffleanswers", "true")
    for place, option in match_pairs(question.item, question.losses):
        pair = question.html("subquestion", place)
        question.listed(_sub(pair, "answer"), option)
    return "matching", question.item.stem


def _order(question: _Question) -> tuple[str, str]:
    asked, key = parts(question.item)
    contents = {option.id: option.content for option in asked.options}
    if len(key.accepted) > 1:
        raise InvalidItem("KEY_NOT_CARRIED", accepted=len(key.accepted))
    refuse_alike(contents.values())
    credit = "ALL_OR_NOTHING" if key.credit is Credit.WHOLE else "ABSOLUTE_POSITION"
    settings = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0", "gradingtype": credit}
    for name, said in settings.items():
        _sub(question.element, name, said)
    for place, id_ in enumerate(key.accepted[0].split(" "), start=1):
        question.html("answer", contents[id_], fraction=str(place))
    return "ordering", question.item.stem


def _gap_match(question: _Question) -> tuple[str, str]:
    item = question.item
    asked, _key = parts(item)
    refuse_alike(without_pictures(option.content)[0] for option in asked.options)
    if any(option.at_most not in {None, 1} for option in asked.options) or any(
        place.at_most != 1 for place in asked.places
    ):
        question.losses.add(item, "LIMIT_LOST")
    _sub(question.element, "shuffleanswers", "1")
    position = {option.id: number for number, option in enumerate(asked.options, start=1)}
    number_of = {place: position[option.id] for place, option in placed(item, question.losses)}
    for option in asked.options:
        box = _sub(question.element, "dragbox")
        question.listed(box, option.content)
        _sub(box, "group", "1")
        if option.at_most != 1:
            _sub(box, "infinite", "1")
    return "ddwtos", numbered_stem(item.stem, number_of)


def _inline_choice(question: _Question) -> tuple[str, str]:
    """Places with the same options share a group; the order of the options is kept."""
    item = question.item
    asked, _key = parts(item)
    own = {
        place: tuple(one.content for one in asked.options if one.place == place) for place in asked.place_ids
    }
    for contents in own.values():
        refuse_alike(without_pictures(content)[0] for content in contents)
    _sub(question.element, "shuffleanswers", "0")
    groups = {contents: number for number, contents in enumerate(dict.fromkeys(own.values()), start=1)}
    position: dict[tuple[int, str], int] = {}
    for contents, group in groups.items():
        for content in contents:
            position[group, content] = len(position) + 1
            choice = _sub(question.element, "selectoption")
            question.listed(choice, content)
            _sub(choice, "group", str(group))
    number_of = {
        place: position[groups[own[place]], option.content] for place, option in placed(item, question.losses)
    }
    return "gapselect", numbered_stem(item.stem, number_of)


def _essay(question: _Question) -> tuple[str, str]:
    _sub(question.element, "responseformat", "editor")
    _asked, key = parts(question.item)
    if key.rubric:
        question.html("graderinfo", write_rubric(key.rubric))
    return "essay", question.item.stem


_WRITERS: Final[dict[Interaction, Callable[[_Question], tuple[str, str]]]] = {
    Interaction.SINGLE_CHOICE: _choice,
    Interaction.MULTIPLE_RESPONSE: _choice,
    Interaction.TRUE_FALSE: _choice,
    Interaction.SHORT_TEXT: _short_text,
    Interaction.NUMERIC: _numeric,
    Interaction.MATCH: _match,
    Interaction.STATEMENTS: _match,
    Interaction.ORDER: _order,
    Interaction.GAP_MATCH: _gap_match,
    Interaction.INLINE_CHOICE: _inline_choice,
    Interaction.ESSAY: _essay,
}
