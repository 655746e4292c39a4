"""Blanks within the stem: a text is typed there, or chosen from a list or from a bank of words.

Canvas's New Quizzes says at each label how it is answered and compared; its classic quizzes say neither.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.declarations import Mapping as Worth
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import RESPONSE
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Atom
from item_bank.formats.qti.xml import Node
from item_bank.formats.qti12.arranged import read_dropdowns, read_word_bank
from item_bank.formats.qti12.posing import CHOSEN, TYPED, Read, Source, mark_places, summing
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction

BLANK: Final = "_____"
_TYPED: Final = "openEntry"
_EXACT: Final = frozenset({"", "Equivalence", "TextEquivalence", "TextInChoices"})
_NEARLY: Final = frozenset({"TextContainsAnswer", "TextCloseEnough"})


def read_blanks(source: Source) -> Read:
    """Lists or a bank of words; or one text to be typed: the labels are all the texts that it accepts.

    What accepts more than its labels (a text that holds one, or nearly is one) accepts them alone here.
    Raises Refused SEVERAL_BLANKS, SEVERAL_INTERACTIONS, EXPRESSION_UNKNOWN (a pattern), KEY_MISSING,
    KEY_NO_OPTION: a condition names what is no label.
    """
    responses = source.asked(*CHOSEN, *TYPED)
    ways = {_way_of(response) for response in responses}
    if ways == {"dropdown"}:
        return read_dropdowns(source)
    if ways == {"wordbank"}:
        return read_word_bank(source)
    if len(responses) > 1 and ways == {_TYPED}:
        raise Refused("SEVERAL_BLANKS", line=responses[1].line, count=len(responses))
    if ways != {_TYPED}:
        raise Refused("SEVERAL_INTERACTIONS", line=responses[0].line, names=", ".join(sorted(ways))[:100])
    return _read_typed(source, responses[0])


def read_text(source: Source) -> Read:
    response = source.only(*TYPED)
    posed = Posed(Asked(Interaction.SHORT_TEXT), {"": response.get("ident")})
    return posed, source.scoring.program({posed.variable: Declared(posed.variable, "string", "single")})


def _read_typed(source: Source, response: Node) -> Read:
    if response.name not in CHOSEN:
        return read_text(source)
    labels = source.labels(response)
    texts = {label.get("ident"): source.texts.raw(label) for label in labels}
    mark_places(source, [response], [BLANK])
    accepted = [text for text in texts.values() if text]
    if not accepted or source.scoring.is_absent:
        raise Refused("KEY_MISSING")
    for name, value in source.scoring.named():
        if name != response.get("ident") or (value not in texts and value not in accepted):
            raise Refused("KEY_NO_OPTION", value=value)
    for label in labels:
        _note_rule(source, label, texts[label.get("ident")])
    worth = source.scoring.best() or Fraction(100)
    one, with_case = Declared(RESPONSE, "string", "single"), _is_case_sensitive(source.item)
    entries: tuple[tuple[Atom, Fraction, bool], ...] = tuple((text, worth, with_case) for text in accepted)
    program = summing({RESPONSE: replace(one, mapping=Worth(entries))})
    return Posed(Asked(Interaction.SHORT_TEXT), {"": RESPONSE}), program


def _way_of(response: Node) -> str:
    said = {label.get("answer_type") or _TYPED for label in response.within("response_label")}
    return said.pop() if len(said) == 1 else _TYPED if not said else "/".join(sorted(said))


def _note_rule(source: Source, label: Node, text: str) -> None:
    rule = label.get("scoring_algorithm")
    if rule in _NEARLY:
        source.draft.lose("TEXT_RULE_LOST", value=text[:80], rule=rule)
    elif rule not in _EXACT:
        raise Refused("EXPRESSION_UNKNOWN", line=label.line, name=rule)


def _is_case_sensitive(item: Node) -> bool:
    """What New Quizzes says among the item's metadata."""
    fields = item.within("qtimetadatafield")
    return any(
        [child.words().lower() for child in one.children] == ["case_sensitive", "true"] for one in fields
    )
