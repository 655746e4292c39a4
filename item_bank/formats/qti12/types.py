"""What each type of question asks: its options and places, and the scoring that its key is proved by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from item_bank.formats.moodle_keys import lettered
from item_bank.formats.qti.choices import are_true_or_false
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value
from item_bank.formats.qti12.arranged import read_categories, read_dropdowns, read_match, read_order
from item_bank.formats.qti12.blanks import read_blanks, read_text
from item_bank.formats.qti12.posing import CHOSEN, TYPED, Read, Source, matching
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction


def read_choice(source: Source) -> Read:
    """Single or multiple choice, and true or false, by the cardinality of the response."""
    response = source.only(*CHOSEN)
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
    _refuse_strangers(source, set(names.values()))
    exact = _exact_choice(source, one, set(names.values())) if several else None
    return posed, exact or source.scoring.program({one.id: one})


def _refuse_strangers(source: Source, known: set[str]) -> None:
    """Conditions that name other options than there are: none of them could be met."""
    named = [value for _response, value in source.scoring.named()]
    all_of = source.scoring.all_of()
    wanted = [] if all_of is None else [value for values in all_of[0].values() for value in values]
    strange = [value for value in wanted or named if value not in known]
    if strange and (wanted or len(strange) == len(named)):
        raise Refused("KEY_NO_OPTION", value=strange[0])


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
    return matching({one.id: replace(one, key=Value(tuple(right), "identifier", "multiple"))}, worth)


def read_number(source: Source) -> Read:
    response = source.only(*TYPED)
    posed = Posed(Asked(Interaction.NUMERIC), {"": response.get("ident")})
    program = source.scoring.program({posed.variable: Declared(posed.variable, "float", "single")})
    return posed, replace(program, ranges=True)


def read_essay(source: Source) -> Read:
    response = source.only(*TYPED)
    return Posed(Asked(Interaction.ESSAY), {"": response.get("ident")}), None


READERS: Final[dict[str, Callable[[Source], Read]]] = {
    "multiple_choice_question": read_choice,
    "true_false_question": read_choice,
    "multiple_answers_question": read_choice,
    "numerical_question": read_number,
    "short_answer_question": read_text,
    "fill_in_multiple_blanks_question": read_blanks,
    "multiple_dropdowns_question": read_dropdowns,
    "matching_question": read_match,
    "categorization_question": read_categories,
    "ordering_question": read_order,
    "essay_question": read_essay,
    # Common Cartridge names the same by its profile
    "cc.multiple_choice.v0p1": read_choice,
    "cc.true_false.v0p1": read_choice,
    "cc.multiple_response.v0p1": read_choice,
    "cc.fib.v0p1": read_text,
    "cc.essay.v0p1": read_essay,
}
