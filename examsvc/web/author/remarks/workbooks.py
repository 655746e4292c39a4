"""What the reader of workbooks remarks, where it can say more than the others."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WORKBOOKS: Final[dict[str, LazyString]] = {
    "BAD_IMAGE": _l("A picture in the text has no description, or is written wrongly."),
    "CELL_NOT_TEXT": _l(
        "The cell is no text (a date, a percentage, a currency): what was typed is lost. Format it "
        "as text and type it again."
    ),
    "CODE_IN_BANK": _l("The bank has an item “%(value)s” already."),
    "CREDIT_UNFIT": _l("This way of marking does not fit the interaction."),
    "DAMAGED_FILE": _l("The workbook is damaged (%(part)s: %(reason)s)."),
    "DTD_IN_FILE": _l("The workbook holds declarations that are not read, in %(part)s."),
    "DUPLICATE_CODE": _l("Code “%(value)s” stands in the file already."),
    "DUPLICATE_HEADER": _l("Column %(column)s: “%(header)s” means the same as column %(first)s."),
    "DUPLICATE_OPTION": _l("The option reads like option %(same_as)s."),
    "EMPTY_PART": _l("Part %(value)s has no words."),
    "EMPTY_SHEET": _l("Sheet “%(sheet)s” is empty."),
    "EMPTY_STEM": _l("The item has no stem."),
    "EMPTY_STIMULUS": _l("The stimulus has no words and no picture."),
    "ENCRYPTED": _l("The workbook is locked with a password."),
    "EQUAL_OPTIONS": _l("Options %(first)s and %(second)s are equal."),
    "ERROR_CELL": _l("The cell holds an error value."),
    "FORMULA_CELL": _l("The cell holds a formula. Paste its value instead."),
    "HIDDEN_ROW": _l("The row is hidden in the workbook; it was read all the same."),
    "INTERACTION_FROM_KEY": _l(
        "The key names several options (%(value)s) and no column says the interaction: taken as "
        "several right options."
    ),
    "INVALID_AREA": _l(
        "The area is not understood. Write rect 10 20 30 40, circle 10 20 5 or poly 0 0 9 0 9 9."
    ),
    "INVALID_CODE": _l(
        "“%(value)s” can be no item code: letters without diacritics, digits, dot, dash and "
        "underscore, at most 40."
    ),
    "INVALID_ENEMY": _l("“%(value)s” can be no item code."),
    "INVALID_ID": _l("“%(value)s” can be no name of a part."),
    "INVALID_KEY": _l("The key “%(value)s” names nothing that the item has. A key is never guessed."),
    "INVALID_LIMIT": _l("“%(value)s” is no limit: write a whole number from 1, or A=2; B=*."),
    "INVALID_MARK": _l("“%(value)s” is no mark above 0."),
    "INVALID_MATCHING": _l("“%(value)s” is not understood: write phân biệt hoa thường, or bỏ dấu."),
    "INVALID_RUBRIC": _l(
        "The criterion “%(value)s” needs a description and 1 to 100 points: Nêu đúng căn cứ = 10."
    ),
    "INVALID_SHARE": _l("“%(value)s” is no share: write 0,65 or 65 %%."),
    "INVALID_STATISTICS": _l("The statistics are not understood: %(value)s."),
    "INVALID_TOLERANCE": _l("The tolerance “%(value)s” is none."),
    "INVALID_WEIGHTS": _l("The weights are not understood: %(value)s. Write A = 1/2 | C = -1/4."),
    "KEY_AMBIGUOUS": _l("The number “%(value)s” can be read in two ways. Write 1234 or 1,2340."),
    "KEY_MISSING": _l("The item has no key."),
    "KEY_NO_RESPONSE": _l("The key is no response that the item allows."),
    "KEY_TWO_MEANINGS": _l("The key “%(value)s” may mean two options. Write the letter of the right one."),
    "KEY_UNEXPECTED": _l("People mark this interaction: it has no key."),
    "LEVEL_UNSURE": _l("“%(value)s” lies between two cognitive levels of the bank; it is left open."),
    "MARK_OF_NO_PLACE": _l("The stem marks [[%(value)s]], which is no place of the item."),
    "MARK_TWICE": _l("The stem marks [[%(value)s]] twice."),
    "MERGED_CELLS": _l(
        "Merged cells %(range)s: nobody can tell what belongs to which row or column. Unmerge them."
    ),
    "MISSING_CELL": _l("“%(header)s” is empty: this must be filled in."),
    "MISSING_HEADER": _l("Sheet “%(sheet)s”, row %(row)s: there is no column “%(header)s”."),
    "MISSING_SHEET": _l(
        "No sheet is certain to hold the items. Name it “%(sheet)s”. Sheets found: %(found)s."
    ),
    "MODEL_ANSWER_AS_RATIONALE": _l("The model answer is kept as the rationale."),
    "NOT_AN_XLSX": _l("This file is no .xlsx workbook."),
    "NOT_CARRIED": _l("A workbook cannot carry these parts unchanged: %(parts)s."),
    "NOT_WRITTEN": _l("The item was not written: %(reason)s."),
    "NO_ROWS": _l("Sheet “%(sheet)s” has headers but no items."),
    "NUMBER_FOR_TEXT": _l("The cell holds a number; it is taken as the text “%(value)s”."),
    "NUMBER_UNCLEAR": _l("“%(value)s” is no number with one reading."),
    "OLD_XLS": _l("This is an old .xls workbook. Save it as .xlsx."),
    "OPTION_ID_TWICE": _l("Two options are called “%(value)s”."),
    "OPTION_OF_NO_PLACE": _l("An option belongs to place “%(place)s”, which is not there."),
    "PICTURE_LOST": _l("A picture over the row could not be taken (%(reason)s)."),
    "PICTURE_MISSING": _l("A picture of the item is not in the workbook written (%(sha256)s)."),
    "PICTURE_NOT_IN_FILE": _l("The picture “%(value)s” is not in the file; add it after the import."),
    "PICTURE_OF_NO_ITEM": _l("A picture lies over a row without an item."),
    "PICTURE_WITHOUT_WORDS": _l("A picture has no description for those who cannot see it; add it."),
    "PLACE_ID_TWICE": _l("Two places are called “%(value)s”."),
    "PLACE_NOT_IN_STEM": _l("The stem does not mark [[%(value)s]]."),
    "PLACE_WITHOUT_AREA": _l("Each place needs its area on the picture."),
    "PLACE_WITHOUT_OPTIONS": _l("Place “%(place)s” needs two options or more."),
    "REFUSED": _l("The item itself was refused."),
    "ROW_REFUSED": _l("The row makes no item."),
    "RUBRIC_UNEXPECTED": _l("Only essays and practical tasks have a rubric."),
    "SELF_ENEMY": _l("The item names itself as its enemy."),
    "STIMULUS_CODE_TWICE": _l("Another stimulus with the code “%(value)s” is in the workbook already."),
    "STIMULUS_OF_NO_ITEM": _l("No item uses the stimulus “%(value)s”."),
    "STIMULUS_TWICE": _l("Stimulus “%(value)s” stands twice on its sheet."),
    "TEXT_TOO_LONG": _l("“%(header)s” has %(length)s characters, at most %(limit)s are allowed."),
    "TOO_LARGE": _l("The workbook is larger than what is read."),
    "TRANSLATED_TWICE": _l("“%(value)s” has two rows on the English sheet; the other is row %(other_row)s."),
    "TRANSLATION_INCOMPLETE": _l("The English of part %(part)s is missing."),
    "TRANSLATION_OF_NO_STIMULUS": _l("There is no stimulus “%(value)s” for this row of the English sheet."),
    "TRANSLATION_OF_NO_ITEM": _l("There is no item “%(value)s” for this row of the English sheet."),
    "TRANSLATION_OF_NO_PART": _l("The English has a part %(value)s that the item does not have."),
    "UNKNOWN_COLUMN": _l("Column %(column)s “%(header)s” means nothing here; what it says is left out."),
    "UNKNOWN_CREDIT": _l("“%(value)s” is no way of marking. Choose one from the cell's list."),
    "UNKNOWN_ENEMY": _l("There is no item “%(value)s”, neither in the file nor in the bank."),
    "UNKNOWN_INTERACTION": _l("“%(value)s” is no interaction. Choose one from the cell's list."),
    "UNKNOWN_LEVEL": _l("“%(value)s” is no cognitive level. Choose one from the cell's list."),
    "UNKNOWN_MEDIA": _l("There is no picture “%(value)s” in the bank."),
    "UNKNOWN_POOL": _l("“%(value)s” is no pool of the bank."),
    "UNKNOWN_STIMULUS": _l("There is no stimulus “%(value)s” on the sheet of stimuli."),
    "UNKNOWN_TOPIC": _l("“%(value)s” is no topic code of the bank."),
    "UNSAFE_ENTRY": _l("The file holds a part with an unsafe name: %(part)s."),
    "WEIGHTS_MISSING": _l("Marking by weights needs weights, and no other way has them."),
    "WRONG_NUMBER_OF_GAPS": _l("The stem marks %(count)s gaps, the row has %(expected)s."),
    "WRONG_NUMBER_OF_NAMES": _l("“Ký hiệu” names %(count)s parts, the row has %(expected)s."),
    "WRONG_NUMBER_OF_OPTIONS": _l("There are %(count)s options; this interaction has %(least)s to %(most)s."),
    "WRONG_NUMBER_OF_PLACES": _l("There are %(count)s places; this interaction has %(least)s to %(most)s."),
}
