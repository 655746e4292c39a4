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
    Fault.MISSING_BASIS.value: _l("There is no legal basis."),
    Fault.NEGATIVE_STEM_NOT_MARKED.value: _l("The question turns on “%(word)s”: emphasise it."),
}
