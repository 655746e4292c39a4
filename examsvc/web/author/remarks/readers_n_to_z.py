"""What readers and writers of files remark: the other codes."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SECOND: Final[dict[str, LazyString]] = {
    "NOT_MOODLE_XML": _l("The file is no Moodle XML: it begins with <%(root)s> where <quiz> should stand."),
    "NOT_QTI12": _l("The file holds no QTI 1.2 that can be read (%(reason)s)."),
    "NOT_UTF8": _l("The text is not in UTF-8 (byte %(at)s). Save it with the encoding UTF-8."),
    "NOT_WELL_FORMED": _l("The XML is broken. Export the item again."),
    "NOT_WRITTEN": _l("The item is not in the file (%(reason)s)."),
    "NO_GAPS": _l("The text has no gap to fill."),
    "NO_INTERACTION": _l("The item asks for no response."),
    "NO_ITEMS": _l("The file holds no items."),
    "NO_KEY": _l("The file names no key that earns the whole mark. Mark the right option."),
    "NUMBER_AMBIGUOUS": _l(
        "%(value)s can be read in two ways. Write it with a decimal point and without thousands marks."
    ),
    "NUMBER_BASE": _l("The response is of the type %(base)s, which cannot be typed."),
    "NUMBER_NOT_NAMED": _l(
        "The accepted numbers have different tolerances, or none of them is named. Use one tolerance for all."
    ),
    "NUMBER_RULE_UNKNOWN": _l("The rule %(name)s compares the response with more than constants."),
    "NUMBER_TOO_LONG": _l("A number is too long."),
    "NUMBER_WITHOUT_END": _l(
        "The range of accepted numbers is open or leaves out its end. Include both ends."
    ),
    "NUMBER_WITH_PARTS": _l("Some numbers earn a part of the mark. A number earns all or nothing here."),
    "OLD_OFFICE": _l(
        "The file is of an old or locked Office format. Save it as .docx or .xlsx without a password."
    ),
    "OLD_QTI": _l("The package holds items of QTI 1 only. Import it as QTI 1.2."),
    "OLD_XLS": _l("The file is an old .xls workbook. Save it as .xlsx."),
    "OPTIONS_OUT_OF_ORDER": _l("The letters of the options do not run from A on: %(options)s."),
    "OPTION_ID_TWICE": _l("Two options have the name %(value)s."),
    "OPTION_OF_NO_PLACE": _l("An option belongs to the place %(place)s, which there is not."),
    "OPTION_TEXTS_LOST": _l("The words of true and false are those of Moodle."),
    "ORDER_OF_SOME": _l("Only some of the options are to be ordered. Ask for all."),
    "ORDER_UNCLEAR": _l("The right order is not clear from the file. Number the options."),
    "PARTIAL_CREDIT_LOST": _l("%(value)s earned %(share)s of the mark; here it earns nothing."),
    "PART_LOST": _l("%(name)s is lost."),
    "PART_TWICE": _l("A part is named twice."),
    "PATTERN_LOST": _l("The pattern of the response (%(pattern)s) is lost."),
    "PENALTY_LOST": _l("The penalty for further attempts (%(value)s) is lost: there is one attempt here."),
    "PICTURES_LOST": _l("%(count)s pictures are lost; their words stand instead."),
    "PICTURE_ELSEWHERE": _l("The picture lies at another address and is not fetched."),
    "PICTURE_LOST": _l("A picture is lost: it is none of PNG, JPEG, GIF or WebP, or not in the file."),
    "PICTURE_MISSING": _l("A picture is not in the file; its words stand instead."),
    "PICTURE_WITHOUT_WORDS": _l("The picture %(name)s has no words for who cannot see it. Write them."),
    "PLACE_ID_TWICE": _l("Two places have the name %(value)s."),
    "PLACE_NOT_IN_STEM": _l("The place %(value)s does not stand in the stem. Put it there."),
    "PLACE_WITHOUT_AREA": _l("A place has no area in the picture."),
    "PLACE_WITHOUT_OPTIONS": _l("The list at %(place)s needs at least two options."),
    "POOL_LOST": _l("The pool is lost."),
    "PRACTICAL_AS_UPLOAD": _l("The practical task is written as an upload."),
    "PROCESSING_MISSING": _l("The file has no rules of scoring; only its correct response can be taken."),
    "QTI_VERSION_UNKNOWN": _l("QTI %(version)s is not written. Choose 2.1, 2.2 or 3.0."),
    "RANGE_END_TAKEN": _l("%(value)s itself earned nothing, as the end of a range; here it earns the mark."),
    "RANGE_MIDDLE_SHOWN": _l("The file tells a range alone; its middle, %(value)s, is shown as the key."),
    "RATIONALE_LOST": _l("The rationale is lost."),
    "REFUSED": _l("The item was refused when it was read, and so is not written."),
    "RESPONSE_TEMPLATE_LOST": _l("The template of the response is lost."),
    "RUBRIC_LOST": _l("The rubric is lost."),
    "RUBRIC_UNEXPECTED": _l("A rubric is for essays and practical tasks only."),
    "RULE_UNKNOWN": _l("The rule %(name)s is not known here."),
    "SCORE_ALWAYS_NOTHING": _l("No response earns anything by the rules of the file."),
    "SCORE_NEGATIVE": _l("A response earns less than nothing. Here the least is nothing."),
    "SCORE_NEVER_SET": _l("The rules of the file never give a score; its correct response is the key."),
    "SCORE_UNCLEAR": _l("Several outcomes could be the score: %(names)s. Name one SCORE."),
    "SCORE_UNREADABLE": _l("The score “%(value)s” (%(action)s) cannot be read."),
    "SCORE_WITHOUT_RESPONSE": _l("Who does not respond earns something. Here no response earns nothing."),
    "SCORING_NOT_KEPT": _l(
        "No key of this bank marks every response as the file does. Simplify the scoring."
    ),
    "SCORING_TOO_LONG": _l("The scoring takes too many steps to be checked."),
    "SCRIPT_LOST": _l("Active content (%(tag)s) is lost."),
    "SECOND_BRACES": _l("The item has braces twice. Write \\{ and \\} in a text."),
    "SELECTION_LOST": _l("The group drew %(count)s of its items; all are taken."),
    "SEVERAL_BLANKS": _l(
        "The item has %(count)s blanks to type in; one is possible. Make an item of each, or use lists."
    ),
    "SEVERAL_INTERACTIONS": _l("The item asks several things (%(names)s). Make an item of each."),
    "SEVERAL_LANGUAGES": _l("The text is in several languages; all stand one after the other."),
    "SEVERAL_TEXTS": _l("%(name)s takes several texts at once. Ask for one."),
    "SHAPE_NOT_KEPT": _l(
        "The area %(shape)s %(coords)s has a shape that is not taken. Use a rectangle, circle or polygon."
    ),
    "SLIDER_LOST": _l("The slider from %(lower)s to %(upper)s is a typed number now."),
    "START_SCORE_LOST": _l("The score that everybody gets, even without a response (%(score)s), is lost."),
    "STATISTICS_LOST": _l("The statistics are lost."),
    "STATISTICS_UNCLEAR": _l("Several items are called %(identifier)s: statistics are not taken."),
    "STATISTIC_LOST": _l("The statistic %(name)s is not kept."),
    "STEM_LOOKS_LIKE_ANOTHER_LINE": _l(
        "The stem begins like an option or an answer of Aiken. Word it otherwise."
    ),
    "STEM_MISSING": _l("The item has no stem. Write it."),
    "STIMULUS_ENGLISH_LOST": _l(
        "The English text of the stimulus is lost: no item that shows it is in English too."
    ),
    "STIMULUS_IN_STEM": _l("The item has several shared texts; they stand in its stem now (%(file)s)."),
    "STIMULUS_LOST": _l("The stimulus is lost."),
    "STIMULUS_MISSING": _l("The shared text %(file)s is not in the file, or is empty."),
    "STYLE_LOST": _l("Colours and styles are lost."),
    "SUBSET_LOST": _l("Moodle asked for %(count)s of the options; here all are ordered."),
    "TAGS_LOST": _l("The tags are lost."),
    "TEMPLATE_PROCESSING": _l("The item draws its values when it is shown. Write it with fixed values."),
    "TEMPLATE_UNKNOWN": _l("The scoring template %(address)s is not known here."),
    "TEMPLATE_WITHOUT_RESPONSE": _l("The scoring template %(address)s needs a response named RESPONSE."),
    "TEST_NOT_KEPT": _l("The test itself is not taken, only its items: assemble a form here."),
    "TEST_WEIGHT_LOST": _l("The weight that the test %(test)s gives the item is lost."),
    "TEXT_ALONE": _l("A text without a question. Put it as a stimulus to the items that belong to it."),
    "TEXT_FORMAT_LOST": _l("The response was formatted text; here it is plain."),
    "TEXT_HAS_ELEMENTS": _l("In <%(element)s> markup stands outside CDATA. Export the file again."),
    "TEXT_RULE_LOST": _l(
        "Texts like “%(value)s” were accepted too (%(rule)s); here only the text itself is. "
        "Add what is right."
    ),
    "TEXT_TOO_LONG": _l("A text is too long (%(length)s characters). Shorten it."),
    "TOLERANCES_DIFFER": _l("The accepted numbers have different tolerances. Use one for all."),
    "TOLERANCE_OF_RESPONSE": _l("The tolerance is a percentage of the response. Make it one of the key."),
    "TOLERANCE_TURNED": _l(
        "The tolerance (%(tolerance)s) was a percentage of the response; here it is one of the key."
    ),
    "TOLERANCE_UNREADABLE": _l("%(value)s is no tolerance."),
    "TOO_LARGE": _l("The file holds more than is read at once. Split it."),
    "TOO_LONG": _l("The response has %(length)s characters; at most %(most)s are allowed."),
    "TOO_MANY": _l("%(count)s are chosen; at most %(most)s may be."),
    "TOO_MANY_ANSWERS": _l("There are more than %(limit)s answers between the braces."),
    "TOO_MANY_TO_CHECK": _l("There are too many responses to prove the key. Simplify the scoring."),
    "TOPIC_LOST": _l("The topic is lost."),
    "TRANSLATION_INCOMPLETE": _l("The English version has no words for %(part)s."),
    "TRANSLATION_OF_NO_PART": _l("The English version words %(value)s, which the item does not have."),
    "TRUE_FALSE_UNCLEAR": _l("“%(value)s” is neither true nor false."),
    "TWO_KEYS": _l("Several options earn the whole mark (%(options)s), but one may be chosen. Keep one."),
    "TYPE_NOT_SUPPORTED": _l("Items of the type %(type)s are not taken. Write it as another type."),
    "UNBALANCED_BRACES": _l("A brace is not closed. Write { and } in pairs, and \\{ in a text."),
    "UNCLOSED_TITLE": _l("The title is not closed by ::."),
    "UNITS_LOST": _l("Units are lost: %(units)s. Say the unit in the stem."),
    "UNKNOWN_PART": _l("%(value)s is no part of the item."),
    "UNSAFE_ENTRY": _l("The archive holds a file with an unsafe path: %(part)s. Pack it again."),
    "UPLOAD_LOST": _l("The uploaded file is not taken: the item is a practical task."),
    "VALUES_TOO_MANY": _l("There are more than %(limit)s values."),
    "VALUE_UNREADABLE": _l("%(value)s is no value of the type %(base)s."),
    "VARIABLE_MISSING": _l("The response %(name)s is not declared."),
    "VARIABLE_TWICE": _l("A response or outcome is declared twice."),
    "VARIABLE_UNDECLARED": _l("The rules name %(name)s, which is not declared."),
    "VARIABLE_UNFIT": _l("The response %(name)s is of the type %(type)s, which the interaction cannot have."),
    "VIETNAMESE_MARKS_MATTER": _l("Vietnamese marks matter there: responses without them are wrong."),
    "WEIGHTS_MISSING": _l("Credit by weights needs weights, and only that."),
    "WHOLE_NUMBERS_LOST": _l(
        "The file takes whole numbers only; here decimals within the tolerance count too."
    ),
    "WILDCARD_KEY": _l(
        "Any response would earn the mark, or the key is a pattern with *. Write the accepted texts."
    ),
    "WILDCARD_LOST": _l("The pattern %(value)s is lost. Write the accepted texts."),
    "WITHOUT_MARKS_LOST": _l("Responses without Vietnamese marks are wrong there."),
    "WORD_LIMITS_LOST": _l("The limits of words (%(least)s to %(most)s) are lost."),
    "WRONG_NUMBER_OF_OPTIONS": _l("There are %(count)s options; there may be %(least)s to %(most)s."),
    "WRONG_NUMBER_OF_PLACES": _l("There are %(count)s places to fill; there may be %(least)s to %(most)s."),
    "XML_TOO_DEEP": _l("The XML is nested more than %(limit)s levels deep."),
    "XML_TOO_LONG": _l("The XML has more than %(limit)s elements. Split the file."),
    "ZIPS_WITHIN": _l(
        "The archive holds %(count)s archives and no items. Unpack it, and import each of them."
    ),
}
