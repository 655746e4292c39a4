"""What each type of question asks: its options and places, and the scoring that its key is proved by."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from item_bank.formats.draft import Draft
from item_bank.formats.moodle_keys import in_reading_order, lettered
from item_bank.formats.qti.choices import are_true_or_false
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.declarations import Mapping as Worth
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import RESPONSE, Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Atom, Value
from item_bank.formats.qti.xml import Node
from item_bank.formats.qti12.scoring import SCORE, Scoring, literal
from item_bank.formats.qti12.texts import Texts
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.stem import plain_text

BLANK: Final = "_____"
_LIDS: Final = ("response_lid",)
_STRINGS: Final = ("response_str", "response_num")


@dataclass(frozen=True, slots=True)
class Source:
    """An item's element with what its parts are read by."""

    item: Node
    texts: Texts
    draft: Draft
    scoring: Scoring

    def asked(self, *names: str) -> list[Node]:
        """The responses of these kinds. Raises Refused NO_INTERACTION, RESPONSE_MIXED."""
        found = [node for node in self.item.walk() if node.name.startswith("response_") and node.get("ident")]
        found = [node for node in found if node.name != "response_label"]
        if not found:
            raise Refused("NO_INTERACTION", line=self.item.line)
        if any(node.name not in names for node in found):
            raise Refused("INTERACTION_NOT_KEPT", line=found[0].line, name=found[0].name)
        if len({node.get("ident") for node in found}) < len(found):
            raise Refused("IDENTIFIER_TWICE", line=found[0].line)
        return found

    def only(self, *names: str) -> Node:
        found = self.asked(*names)
        if len(found) > 1:
            raise Refused(
                "SEVERAL_INTERACTIONS", line=found[1].line, names=", ".join(n.name for n in found[:10])
            )
        return found[0]

    def labels(self, response: Node) -> list[Node]:
        """What is to be chosen from. Raises Refused IDENTIFIER_TWICE."""
        labels = response.within("response_label")
        names = [label.get("ident") for label in labels]
        if len(set(names)) < len(names) or "" in names:
            raise Refused("IDENTIFIER_TWICE", line=response.line)
        return labels

    def contents(self, labels: list[Node]) -> list[str]:
        return [self.texts.of(label, self.draft) for label in labels]


Read = tuple[Posed, Program | None]


def read_choice(source: Source) -> Read:
    """Single or multiple choice, and true or false, by the cardinality of the response."""
    response = source.only(*_LIDS)
    labels = source.labels(response)
    contents = source.contents(labels)
    options = lettered(contents)
    names = {option.id: label.get("ident") for option, label in zip(options, labels, strict=True)}
    several = response.get("rcardinality", "single").lower() == "multiple"
    kind = Interaction.MULTIPLE_RESPONSE if several else Interaction.SINGLE_CHOICE
    if not several and are_true_or_false(contents):
        kind = Interaction.TRUE_FALSE
    posed = Posed(Asked(kind, options), {"": response.get("ident")}, names)
    one = Declared(response.get("ident"), "identifier", "multiple" if several else "single")
    exact = _exact_choice(source, one, set(names.values())) if several else None
    return posed, exact or source.scoring.program({one.id: one})


def _exact_choice(source: Source, one: Declared, all_: set[str]) -> Program | None:
    """Where the conditions name every option, right or wrong, they are one match."""
    found = source.scoring.all_of()
    if found is None:
        return None
    wanted, barred, worth = found
    right = wanted.get(one.id, [])
    if wanted.keys() != {one.id} or {*right} | {value for _name, value in barred} != all_:
        return None
    if {*right} & {value for _name, value in barred} or len(set(right)) < len(right):
        return None
    return _matching({one.id: replace(one, key=Value(tuple(right), "identifier", "multiple"))}, worth)


def read_match(source: Source) -> Read:
    """What is asked with the options of all lists; those read in an order that does not tell the key."""
    responses = source.asked(*_LIDS)
    lists = [{label.get("ident"): text for label, text in _labelled(source, one)} for one in responses]
    ordered = in_reading_order(dict.fromkeys(text for one in lists for text in one.values()))
    options = lettered(ordered, at_most=None)
    ids = {option.content: option.id for option in options}
    places = tuple(
        Place(str(number), source.texts.of(response, source.draft))
        for number, response in enumerate(responses, start=1)
    )
    names = {place.id: place.id for place in places}
    posed = Posed(
        Asked(Interaction.MATCH, options, places), {"": RESPONSE}, {one.id: one.id for one in options}, names
    )
    pairs = {
        (response.get("ident"), ident): (ids[text], place.id)
        for response, place, one in zip(responses, places, lists, strict=True)
        for ident, text in one.items()
    }
    return posed, _paired(source, pairs)


def _labelled(source: Source, response: Node) -> list[tuple[Node, str]]:
    labels = source.labels(response)
    return list(zip(labels, source.contents(labels), strict=True))


def _paired(source: Source, pairs: Mapping[tuple[str, str], tuple[str, str]]) -> Program:
    """The lists as one response of pairs. Raises Refused KEY_MISSING, KEY_NO_OPTION, SCORING_NOT_KEPT."""
    scoring = source.scoring
    one = Declared(RESPONSE, "directedPair", "multiple")
    if scoring.is_absent:
        raise Refused("KEY_MISSING")
    sums, all_of = scoring.sums(), scoring.all_of()
    if sums is not None:
        entries = tuple((_known(pairs, pair), worth, True) for pair, worth in sums.items())
        best: dict[str, tuple[str, str]] = {}
        for pair, _worth, _with_case in sorted(entries, key=lambda entry: entry[1]):
            best[pair[1]] = pair
        key = Value(tuple(best.values()), "directedPair", "multiple")
        return _summing({RESPONSE: replace(one, key=key, mapping=Worth(entries))})
    if all_of is not None and not all_of[1]:
        wanted = [_known(pairs, (name, value)) for name, values in all_of[0].items() for value in values]
        return _matching(
            {RESPONSE: replace(one, key=Value(tuple(wanted), "directedPair", "multiple"))}, all_of[2]
        )
    raise Refused("SCORING_NOT_KEPT", template="")


def _known(pairs: Mapping[tuple[str, str], tuple[str, str]], pair: tuple[str, str]) -> tuple[str, str]:
    if pair not in pairs:
        raise Refused("KEY_NO_OPTION", value=pair[1])
    return pairs[pair]


def read_dropdowns(source: Source) -> Read:
    """Lists in the text: each stands there by its name in brackets."""
    responses = source.asked(*_LIDS)
    _mark_places(source, responses, [f"[[{number}]]" for number in range(1, len(responses) + 1)])
    options: list[Option] = []
    names: dict[str, str] = {}
    for number, response in enumerate(responses, start=1):
        for position, (label, text) in enumerate(_labelled(source, response), start=1):
            options.append(Option(f"{number}_{position}", text, str(number)))
            names[options[-1].id] = label.get("ident")
    places = tuple(Place(str(number)) for number in range(1, len(responses) + 1))
    variables = {place.id: one.get("ident") for place, one in zip(places, responses, strict=True)}
    posed = Posed(Asked(Interaction.INLINE_CHOICE, tuple(options), places), variables, names)
    return posed, _by_place(source, posed)


def _by_place(source: Source, posed: Posed) -> Program:
    declared = {name: Declared(name, "identifier", "single") for name in posed.variables.values()}
    sums, all_of = source.scoring.sums(), source.scoring.all_of()
    if sums is not None and {name for name, _value in sums} == declared.keys():
        entries = {
            name: tuple((value, worth, True) for (of, value), worth in sums.items() if of == name)
            for name in declared
        }
        best = {name: max(own, key=lambda entry: entry[1])[0] for name, own in entries.items()}
        return _summing(
            {
                name: replace(one, key=Value((best[name],), "identifier"), mapping=Worth(entries[name]))
                for name, one in declared.items()
            }
        )
    wanted, barred, worth = all_of or ({}, set(), Fraction(0))
    if wanted.keys() == declared.keys() and not barred and all(len(one) == 1 for one in wanted.values()):
        keys = {name: Value((values[0],), "identifier") for name, values in wanted.items()}
        return _matching({name: replace(one, key=keys[name]) for name, one in declared.items()}, worth)
    return source.scoring.program(declared)


def read_number(source: Source) -> Read:
    response = source.only(*_STRINGS)
    posed = Posed(Asked(Interaction.NUMERIC), {"": response.get("ident")})
    program = source.scoring.program({posed.variable: Declared(posed.variable, "float", "single")})
    return posed, replace(program, ranges=True)


def read_text(source: Source) -> Read:
    response = source.only(*_STRINGS)
    posed = Posed(Asked(Interaction.SHORT_TEXT), {"": response.get("ident")})
    return posed, source.scoring.program({posed.variable: Declared(posed.variable, "string", "single")})


def read_blanks(source: Source) -> Read:
    """One text to be typed within the stem; the labels of a blank are all the texts that it accepts.

    Raises Refused SEVERAL_BLANKS, KEY_MISSING, KEY_NO_OPTION: a condition names what is no label.
    """
    responses = source.asked(*_LIDS, *_STRINGS)
    if len(responses) > 1:
        raise Refused("SEVERAL_BLANKS", line=responses[1].line, count=len(responses))
    if responses[0].name != "response_lid":
        return read_text(source)
    labels = source.labels(responses[0])
    texts = {label.get("ident"): source.texts.raw(label) for label in labels}
    _mark_places(source, responses, [BLANK])
    accepted = [text for text in texts.values() if text]
    if not accepted or source.scoring.is_absent:
        raise Refused("KEY_MISSING")
    for name, value in source.scoring.named():
        if name != responses[0].get("ident") or (value not in texts and value not in accepted):
            raise Refused("KEY_NO_OPTION", value=value)
    worth = source.scoring.best() or Fraction(100)
    one = Declared(RESPONSE, "string", "single")
    entries: tuple[tuple[Atom, Fraction, bool], ...] = tuple((text, worth, False) for text in accepted)
    program = _summing({RESPONSE: replace(one, mapping=Worth(entries))})
    return Posed(Asked(Interaction.SHORT_TEXT), {"": RESPONSE}), program


def read_essay(source: Source) -> Read:
    response = source.only(*_STRINGS)
    return Posed(Asked(Interaction.ESSAY), {"": response.get("ident")}), None


def _mark_places(source: Source, responses: list[Node], marks: list[str]) -> None:
    """Puts a mark where the stem has the name of a list in brackets. Raises Refused PLACE_NOT_IN_STEM."""
    draft = source.draft
    for response, mark in zip(responses, marks, strict=True):
        name = plain_text(source.texts.of(response, draft)) or response.get("ident").removeprefix("response_")
        written = f"[{html.escape(name, quote=False)}]"
        if written not in draft.stem:
            raise Refused("PLACE_NOT_IN_STEM", line=response.line, value=name)
        draft.stem = draft.stem.replace(written, mark)


def _matching(declared: Mapping[str, Declared], worth: Fraction) -> Program:
    """All variables match their keys, or nothing is earned."""
    tests = [
        Node(
            "match",
            {},
            children=[Node("variable", {"identifier": name}), Node("correct", {"identifier": name})],
        )
        for name in declared
    ]
    test = tests[0] if len(tests) == 1 else Node("and", {}, children=tests)
    number = literal("float", str(float(worth)))
    sets = Node("setOutcomeValue", {"identifier": SCORE}, children=[number])
    rule = Node("responseCondition", {}, children=[Node("responseIf", {}, children=[test, sets])])
    return _program(declared, rule)


def _summing(declared: Mapping[str, Declared]) -> Program:
    """What the responses are worth together."""
    mapped = [Node("mapResponse", {"identifier": name}) for name in declared]
    total = mapped[0] if len(mapped) == 1 else Node("sum", {}, children=mapped)
    return _program(declared, Node("setOutcomeValue", {"identifier": SCORE}, children=[total]))


def _program(declared: Mapping[str, Declared], rule: Node) -> Program:
    outcomes = {SCORE: Declared(SCORE, "float", "single")}
    return Program(declared, outcomes, SCORE, rules=(rule,), relevant=frozenset({SCORE}))


READERS: Final[dict[str, Callable[[Source], Read]]] = {
    "multiple_choice_question": read_choice,
    "true_false_question": read_choice,
    "multiple_answers_question": read_choice,
    "numerical_question": read_number,
    "short_answer_question": read_text,
    "fill_in_multiple_blanks_question": read_blanks,
    "multiple_dropdowns_question": read_dropdowns,
    "matching_question": read_match,
    "essay_question": read_essay,
    # Common Cartridge names the same by its profile
    "cc.multiple_choice.v0p1": read_choice,
    "cc.true_false.v0p1": read_choice,
    "cc.multiple_response.v0p1": read_choice,
    "cc.fib.v0p1": read_text,
    "cc.essay.v0p1": read_essay,
}
