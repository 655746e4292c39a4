"""What a program sees in an item, in the reader's language."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from item_bank.quality import Fault

FAULTS: Final[dict[str, LazyString]] = {
    Fault.KEY_IS_LONGEST.value: _l("The key is clearly the longest option"),
    Fault.ALL_OF_THE_ABOVE.value: _l("An option says “all of the above”"),
    Fault.DUPLICATE_OPTIONS.value: _l("Two options read the same"),
    Fault.MISSING_BASIS.value: _l("No legal basis"),
    Fault.NEGATIVE_STEM_NOT_MARKED.value: _l("A negative question is not emphasised"),
    Fault.BROKEN_FORMULA.value: _l("A formula cannot be shown"),
    Fault.ALL_ARE_RIGHT.value: _l("Every option is right"),
    Fault.STATEMENTS_ALIKE.value: _l("All statements are true, or all false"),
    Fault.ORDER_OF_TWO.value: _l("Only two steps are to be put in order"),
    Fault.NO_SPARE_OPTION.value: _l("As many options as places: the last one is left over"),
    Fault.KEYS_ARE_LONGEST.value: _l("The right choice is the longest in every gap"),
    Fault.NO_RUBRIC.value: _l("No rubric"),
    Fault.RUBRIC_SUM.value: _l("The rubric does not sum to 100"),
    Fault.LONG_STEM.value: _l("A long question"),
    Fault.LONG_SENTENCES.value: _l("Long sentences"),
    Fault.UNKNOWN_ACT.value: _l("A legal act is cited that the register does not know"),
    Fault.REPEALED_ACT.value: _l("A legal act is cited that is no longer in force"),
}
ACTS: Final[dict[str, LazyString]] = {
    "UNKNOWN_ACT": _l("The register of legal acts does not know %(number)s: is the number right?"),
    "REPEALED_ACT": _l("%(number)s is no longer in force: check the legal basis, the wording and the key."),
    "REPEALED_ACT_REPLACED": _l(
        "%(number)s is no longer in force, %(successor)s replaces it: check the legal basis, the wording and "
        "the key."
    ),
}
FINDINGS: Final[dict[str, LazyString]] = {
    **ACTS,
    Fault.KEY_IS_LONGEST.value: _l(
        "Option %(option)s, the key, is clearly the longest: a guesser would take it."
    ),
    Fault.ALL_OF_THE_ABOVE.value: _l("Option %(option)s sums up the others: write an option of its own."),
    Fault.DUPLICATE_OPTIONS.value: _l("Option %(option)s reads like option %(same_as)s."),
    Fault.ALL_ARE_RIGHT.value: _l("Every option is right: whoever ticks all of them need not know anything."),
    Fault.STATEMENTS_ALIKE.value: _l(
        "All statements have the same answer: a guesser who keeps to one word wins."
    ),
    Fault.ORDER_OF_TWO.value: _l("Two steps are right by luck every second time: add one, or ask otherwise."),
    Fault.NO_SPARE_OPTION.value: _l(
        "There are no more options than places: the last one needs no knowledge. Add one that fits nowhere."
    ),
    Fault.KEYS_ARE_LONGEST.value: _l(
        "The right choice is the longest in every gap: a guesser would take it."
    ),
    Fault.NO_RUBRIC.value: _l("There is no rubric: the assessors have nothing to agree on."),
    Fault.RUBRIC_SUM.value: _l("The rubric sums to %(points)s points, not 100."),
    Fault.LONG_STEM.value: _l(
        "The question has %(count)s words, more than %(limit)s: shared facts may stand beside it as "
        "material. (A rule of thumb.)"
    ),
    Fault.LONG_SENTENCES.value: _l(
        "%(count)s of %(of)s sentences have more than %(limit)s words, the longest %(longest)s: divide them. "
        "(A rule of thumb.)"
    ),
    Fault.MISSING_BASIS.value: _l("There is no legal basis."),
    Fault.NEGATIVE_STEM_NOT_MARKED.value: _l("The question turns on “%(word)s”: emphasise it."),
}
