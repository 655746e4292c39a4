"""Why the library refuses an item's parts or its key, in the reader's language."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

PROBLEMS: Final[dict[str, LazyString]] = {
    "EMPTY_STEM": _l("Empty: write the question."),
    "WRONG_NUMBER_OF_OPTIONS": _l("%(count)s options: at least %(least)s, at most %(most)s."),
    "WRONG_NUMBER_OF_PLACES": _l(
        "%(count)s parts: at least %(least)s, at most %(most)s. What stands in the text is put there by its "
        "button."
    ),
    "INVALID_ID": _l("“%(value)s” cannot be the name of a part."),
    "OPTION_ID_TWICE": _l("Two options have the name %(value)s."),
    "PLACE_ID_TWICE": _l("Two parts have the name %(value)s."),
    "OPTION_OF_NO_PLACE": _l(
        "%(place)s is no longer in the text. Put it back, or remove what was typed for it."
    ),
    "PLACE_WITHOUT_OPTIONS": _l("%(place)s needs at least two options."),
    "PLACE_WITHOUT_AREA": _l("Draw the area, or enter all its numbers."),
    "INVALID_AREA": _l(
        "This is no area: whole numbers of pixels, from the left and from the top; the right edge lies right "
        "of the left one, the bottom below the top, a radius is above 0, a polygon has three corners or more."
    ),
    "INVALID_LIMIT": _l("A whole number from 1 on, or nothing for any number."),
    "NO_PICTURE": _l("Put the picture into the question: upload it below."),
    "MARK_OF_NO_PLACE": _l("[[%(value)s]] stands for nothing here. Remove it."),
    "MARK_TWICE": _l("[[%(value)s]] stands in the text twice: each may stand there once."),
    "PLACE_NOT_IN_STEM": _l("[[%(value)s]] is missing in this text (inside a formula it cannot be reached)."),
    "TRANSLATION_INCOMPLETE": _l("The English wording of this part is missing."),
    "TRANSLATION_OF_NO_PART": _l("There is an English wording of %(value)s, which does not exist."),
    "EMPTY_STIMULUS": _l("Empty: write the material, or choose none."),
    "UNKNOWN_STIMULUS": _l("This material is no longer in the bank. Choose another one."),
    "STIMULUS_CODE_TAKEN": _l(
        "The bank has material with the code %(value)s already. Choose it, or take another code."
    ),
    "KEY_MISSING": _l("Mark what is right."),
    "KEY_UNEXPECTED": _l("People mark this: it has no key."),
    "KEY_NO_RESPONSE": _l(
        "No candidate could respond like this: look at what is marked as right and at the limit."
    ),
    "KEY_TWICE": _l("The same response is accepted twice."),
    "KEY_AMBIGUOUS": _l(
        "“%(value)s” can be read in two ways. Write it without a mark between the thousands, and decimals "
        "after a comma."
    ),
    "KEY_UNCHANGED": _l("This is the key already: nothing would change."),
    "CREDIT_UNFIT": _l(
        "This rule does not fit here: the shares 0.1 – 0.25 – 0.5 – 1 are for four statements."
    ),
    "INVALID_TOLERANCE": _l("“%(value)s” is no tolerance: a number from 0 on."),
    "INVALID_WEIGHTS": _l("These weights cannot be used."),
    "WEIGHTS_MISSING": _l("The weights are missing."),
    "RUBRIC_UNEXPECTED": _l("A rubric is for essays and practical tasks alone."),
    "INVALID_RUBRIC": _l("Each criterion has words, and 1 to 100 points."),
    "INVALID_POINTS": _l("A whole number of points from 1 to 100."),
    "INVALID_KEY_VERSION": _l("A key's version is at least 1."),
    # a response that an author tries
    "EMPTY": _l("Nothing was responded."),
    "NOT_A_NUMBER": _l("“%(value)s” is no number."),
    "NOT_ALL": _l("Every option needs a position of its own."),
    "TOO_MANY": _l("More than may be chosen."),
    "TOO_LONG": _l("The response is too long."),
    "UNKNOWN_PART": _l("The response names what is not there."),
    "PART_TWICE": _l("The response names something twice."),
    # correcting a key
    "KEY_BEING_APPRAISED": _l(
        "This item is being appraised with the key that it has: give the item back instead."
    ),
    "KEY_NOT_FROZEN": _l("This wording is still with its author, who changes the key himself."),
    "CORRECTION_OPEN": _l("A correction of this key is proposed already: it is decided first."),
    "CORRECTION_DECIDED": _l("This correction has been decided already."),
    "KEY_MOVED_ON": _l("The key has changed since this was proposed. Propose it anew."),
}
