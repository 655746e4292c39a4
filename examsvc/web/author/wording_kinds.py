"""The interactions, what each is for, and what each rule of credit gives, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from item_bank.changes import Difference
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit


@dataclass(frozen=True, slots=True)
class KindWords:
    """What an interaction is called, what it is good for, and a small example of it."""

    name: LazyString
    purpose: LazyString
    example: LazyString


KINDS: Final[dict[str, KindWords]] = {
    Interaction.SINGLE_CHOICE.value: KindWords(
        _l("Single choice"),
        _l("One right option among several: the usual form of an exam."),
        _l("The time limit is … ○ 2 hours ● 4 hours ○ 6 hours"),
    ),
    Interaction.TRUE_FALSE.value: KindWords(
        _l("True or false"),
        _l("One statement that is true or false; quick, but half of it is luck."),
        _l("A declaration is valid for 15 days. ● True ○ False"),
    ),
    Interaction.MULTIPLE_RESPONSE.value: KindWords(
        _l("Multiple response"),
        _l("Several options are right, and all of them are wanted."),
        _l("Which papers are needed? ☑ Invoice ☐ Menu ☑ Bill of lading"),
    ),
    Interaction.STATEMENTS.value: KindWords(
        _l("Statements"),
        _l("Two to eight statements about one case, each true or false."),
        _l("a) … True · b) … False · c) … False · d) … True"),
    ),
    Interaction.NUMERIC.value: KindWords(
        _l("Typed number"),
        _l("A number is worked out and typed: duties, values, days."),
        _l("The duty is [ 12.5 ] million đồng"),
    ),
    Interaction.SHORT_TEXT.value: KindWords(
        _l("Short text"),
        _l("A word or a code is typed; several spellings may be right."),
        _l("The system is called [ VNACCS ]"),
    ),
    Interaction.ORDER.value: KindWords(
        _l("Putting in order"),
        _l("Steps are put in their order: a procedure."),
        _l("1 Declare → 2 Receive → 3 Channel → 4 Clear"),
    ),
    Interaction.MATCH.value: KindWords(
        _l("Matching"),
        _l("What stands on the left gets what belongs to it on the right."),
        _l("A11 ↔ import for business · E21 ↔ import for processing"),
    ),
    Interaction.INLINE_CHOICE.value: KindWords(
        _l("Choice in the text"),
        _l("Gaps in a sentence, each with a list of its own to choose from."),
        _l("Goods of the green channel are [exempt ▾] from inspection."),
    ),
    Interaction.GAP_MATCH.value: KindWords(
        _l("Words for gaps"),
        _l("Gaps in a sentence that are filled from one list for all."),
        _l("Pay [____] before [____]: duty, clearance, fine"),
    ),
    Interaction.HOTTEXT.value: KindWords(
        _l("Words in the text"),
        _l("The wrong, or the decisive, words are found in a text."),
        _l("All goods are ⟦exempt⟧ from ⟦inspection⟧."),
    ),
    Interaction.HOTSPOT.value: KindWords(
        _l("Place in a picture"),
        _l("The right place is found in a picture, a plan, a document."),
        _l("Where is the seal? ▭ upper corner ▣ lower corner"),
    ),
    Interaction.ESSAY.value: KindWords(
        _l("Essay"),
        _l("A text of the candidate's own; two assessors mark it by a rubric."),
        _l("Set out the principles of risk management."),
    ),
    Interaction.PRACTICAL.value: KindWords(
        _l("Practical task"),
        _l("Done before assessors, who mark it by a rubric."),
        _l("Carry out the physical inspection of a consignment."),
    ),
}

CREDITS: Final[dict[str, LazyString]] = {
    Credit.WHOLE.value: _l("All or nothing"),
    Credit.PARTS.value: _l("A share for each right part"),
    Credit.STATEMENTS.value: _l("Statements: 0.1 – 0.25 – 0.5 – 1"),
    Credit.WEIGHTS.value: _l("By the weights of a file"),
}
_WHOLE: Final = _l("The whole mark for a response that is right throughout, else nothing.")
_PARTS: Final[dict[Form, LazyString]] = {
    Form.SOME: _l(
        "Each right one that is chosen earns its share of the mark; each wrong one takes a share away, never "
        "below 0. Whoever chooses everything gains nothing."
    ),
    Form.ORDERED: _l("Each option in its right position earns its share of the mark."),
    Form.PAIRED: _l("Each place with the right option earns its share of the mark."),
}
_STATEMENTS: Final = _l(
    "1 right statement of 4 earns 0.1 of the mark, 2 earn 0.25, 3 earn 0.5, all 4 the whole mark."
)


def credit_gives(credit: Credit, form: Form) -> LazyString:
    """What a rule of credit gives, for responses of this form."""
    if credit is Credit.STATEMENTS:
        return _STATEMENTS
    return _PARTS.get(form, _WHOLE) if credit is Credit.PARTS else _WHOLE


STANDINGS: Final[dict[str, tuple[LazyString, str]]] = {
    "right": (_l("right"), "✓"),
    "wrong": (_l("wrong"), "✗"),
    "missed": (_l("missed"), "–"),
}
SHAPES: Final[dict[str, LazyString]] = {
    "rect": _l("Rectangle"),
    "circle": _l("Circle"),
    "poly": _l("Polygon"),
}
# what the number fields of an area are called
COORDINATES: Final[dict[str, tuple[LazyString, ...]]] = {
    "rect": (_l("left"), _l("top"), _l("right edge"), _l("bottom")),
    "circle": (_l("centre, across"), _l("centre, down"), _l("radius")),
    "poly": (),
}
# what a part of an item is called where it is said to have changed
PARTS: Final[dict[str, LazyString]] = {
    "stem": _l("Stem"),
    "stimulus": _l("Material"),
    "option": _l("Option %(name)s"),
    "place": _l("Part %(name)s"),
    "interaction": _l("Interaction"),
    "at_most": _l("At most so many may be chosen"),
    "key": _l("Key"),
    "credit": _l("Right in part"),
    "tolerance": _l("Tolerance, either way"),
    "with_case": _l("Capitals must agree"),
    "with_marks": _l("Vietnamese marks must agree"),
    "rubric": _l("Rubric"),
    "legal_basis": _l("Legal basis"),
    "rationale": _l("Rationale"),
    "level": _l("Cognitive level"),
    "judged_share": _l("Expected share right"),
    "english_stimulus": _l("Material, in English"),
    "english_stem": _l("Stem, in English"),
    "english_option": _l("Option %(name)s, in English"),
    "english_place": _l("Part %(name)s, in English"),
    "english_rationale": _l("Rationale, in English"),
}


def part_words(found: Difference) -> str:
    """What has changed, by name."""
    return str(PARTS[found.part]) % {"name": found.name}
