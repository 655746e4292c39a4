"""What the reader of Word documents remarks, where it can say more than the others."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

DOCUMENTS: Final[dict[str, LazyString]] = {
    "CREDIT_UNFIT": _l("This way of crediting does not fit the question: %(credit)s."),
    "DAMAGED_FILE": _l("The file is damaged: %(part)s (%(reason)s)."),
    "DRAWING_LOST": _l("A drawing or chart was left out."),
    "DTD_IN_FILE": _l("The file declares a document type (DTD) in %(part)s, which is not read."),
    "ENCRYPTED": _l("The file is protected by a password. Save it without one and choose it again."),
    "FACT_LOST": _l("Not carried: %(fact)s."),
    "FACT_UNREADABLE": _l('The line "%(fact)s" cannot be read: %(value)s.'),
    "FOOTNOTE_LOST": _l("A footnote was left out."),
    "FORMULA_AS_PICTURE": _l("An equation of %(kind)s is kept as a picture."),
    "FORMULA_AS_TEXT": _l("An equation could not be converted and is kept as text: %(text)s."),
    "FORMULA_LOST": _l("An equation of %(kind)s could not be taken."),
    "HIDDEN_TEXT_LOST": _l("Hidden text was left out."),
    "INTERACTION_NOT_CARRIED": _l("This format has no place for items of the kind %(interaction)s."),
    "INVALID_LIMIT": _l("A limit is no whole number from 1."),
    "INVALID_TOLERANCE": _l("The tolerance is no number: %(value)s."),
    "INVALID_WEIGHTS": _l("The weights of the key cannot be read."),
    "ITEM_REFUSED": _l("The item had been refused when it was read."),
    "KEYS_DISAGREE": _l(
        "The marks in the question and the line or table of keys do not agree: %(said)s. Leave one key."
    ),
    "KEY_INCOMPLETE": _l("The key says nothing of: %(places)s."),
    "KEY_NOT_CARRIED": _l("The key cannot be written in this format."),
    "KEY_NO_OPTION": _l("The key names an option that is not there: %(value)s."),
    "KEY_TABLE_AMBIGUOUS": _l(
        "Several questions have the number %(number)s, and the table of keys does not say which it means."
    ),
    "KEY_UNCLEAR": _l("The key is not understood: %(value)s."),
    "LEVEL_UNSURE": _l('The level "%(value)s" is not surely one of this bank\'s; it is left empty.'),
    "LINE_LOST": _l("A line behind the question was not understood and is left out: %(text)s."),
    "MARKUP_CHANGED": _l("The wording is the same, its markup another: %(part)s."),
    "NOT_A_DOCX": _l("The file is no Word document (.docx)."),
    "NOT_WRITTEN": _l("The item was not written (%(reason)s)."),
    "NO_KEY": _l("No key: no option is marked, and no line or table names one."),
    "NO_QUESTIONS": _l('No question was found: a question begins with "Câu 1:" or "1.".'),
    "OBJECT_LOST": _l("An embedded object was left out: %(program)s."),
    "OLD_DOC": _l("The file is in Word's format before 2007 (.doc). Save it as .docx and choose it again."),
    "OPTIONS_MISSING": _l("The key is a letter (%(value)s), but the question has no options."),
    "OPTIONS_OUT_OF_ORDER": _l(
        "The letters of the options do not follow one another: %(options)s. Letter them A, B, C, D …"
    ),
    "OPTION_CONTINUED": _l("What follows option %(option)s was taken as part of it: %(text)s."),
    "OPTION_TEXTS_LOST": _l('The words for true and false become "Đúng" and "Sai".'),
    "PICTURE_LOST": _l("The picture %(name)s could not be taken (%(reason)s)."),
    "PICTURE_MISSING": _l("A picture is not there (%(sha256)s); its words stay."),
    "PICTURE_WITHOUT_WORDS": _l("The picture has no description; its name takes its place: %(name)s."),
    "RUBRIC_UNREADABLE": _l("A criterion has no whole number of points in brackets: %(value)s."),
    "STATISTICS_LOST": _l("Statistics are not carried."),
    "STIMULUS_LOST": _l("The shared text %(stimulus)s could not be taken (%(reason)s)."),
    "STIMULUS_UNKNOWN": _l("The shared text %(stimulus)s is not in the file."),
    "STRIKE_LOST": _l("Struck-out text is kept without its line: %(text)s."),
    "SYMBOL_LOST": _l("A sign of the font %(font)s is not known (%(sign)s); a question mark stands for it."),
    "TABLE_TOO_DEEP": _l("A table within more than %(limit)s others was left out."),
    "TEXT_LOST": _l("A part of the text could not be read: %(text)s."),
    "TEXT_TOO_LONG": _l("A text is too long: %(length)s characters, at most %(limit)s."),
    "TOO_LARGE": _l("The file is larger than this system reads."),
    "TRANSLATION_LOST": _l("The English wording is not carried."),
    "TWO_KEYS": _l(
        "More than one option is marked as right (%(options)s), and no line says that several are."
    ),
    "UNSAFE_ENTRY": _l("The file contains an entry outside its own folder: %(part)s."),
    "WORDING_NOT_CARRIED": _l("The wording has signs that cannot be written in this format."),
}
