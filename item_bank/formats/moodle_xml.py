"""Moodle XML: every question of a file taken, degraded or refused by its type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from item_bank.errors import ImportRefused, InvalidItem, ItemBankError
from item_bank.formats.draft import Draft
from item_bank.formats.facts import read_tags, split_law, split_stimulus, stimulus_of, with_code
from item_bank.formats.foreign import ForeignBank, ForeignItem
from item_bank.formats.moodle_shares import MAX_MARK
from item_bank.formats.moodle_text import Format, Pictures, split_category
from item_bank.formats.moodle_tree import Element, format_of, htmls_of, parse, raw_text, value
from item_bank.formats.moodle_types import READERS, Source
from item_bank.formats.moodle_write import write_moodle_xml
from item_bank.stem import plain_line

__all__ = ["read_moodle_xml", "write_moodle_xml"]

MAX_ITEMS: Final = 20_000
WHERE_CHARACTERS: Final = 200

_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_FEEDBACK: Final = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
# what Moodle itself writes into every question: nobody's words
_DEFAULT_FEEDBACK: Final = re.compile(r"(?:<p>)?Your answer is (?:partially )?(?:in)?correct\.(?:</p>)?")
_DEFAULT_PENALTIES: Final = (0.0, 0.1, 0.33, 1 / 3, 1.0)
# how Moodle shows a question, not what it asks
_SHOWN: Final = frozenset(
    {
        "answernumbering",
        "showstandardinstruction",
        "shownumcorrect",
        "numberingstyle",
        "layouttype",
        "showgrading",
    }
)
_COMMON: Final = frozenset(
    {
        "name",
        "questiontext",
        "generalfeedback",
        "defaultgrade",
        "penalty",
        "hidden",
        "idnumber",
        "tags",
        "hint",
    }
)
_STATEMENTS: Final = {"scoringmethod", "shuffleanswers", "numberofrows", "numberofcolumns"} | {
    "row",
    "column",
    "weight",
}
_OWN: Final[dict[str, set[str]]] = {
    "multichoice": {"single", "shuffleanswers", "answer"},
    "multichoiceset": {"shuffleanswers", "answer"},
    "truefalse": {"answer"},
    "shortanswer": {"usecase", "answer"},
    "numerical": {"answer", "units", "unitgradingtype", "unitpenalty", "showunits", "unitsleft"},
    "matching": {"shuffleanswers", "subquestion"},
    "match": {"shuffleanswers", "subquestion"},
    "ddmatch": {"shuffleanswers", "subquestion"},
    "mtf": _STATEMENTS,
    "kprime": _STATEMENTS,
    "essay": {
        "responseformat",
        "responserequired",
        "responsefieldlines",
        "minwordlimit",
        "maxwordlimit",
        "attachments",
        "attachmentsrequired",
        "maxbytes",
        "filetypeslist",
        "graderinfo",
        "responsetemplate",
    },
    "ordering": {"selecttype", "selectcount", "gradingtype", "answer"},
    "ddwtos": {"shuffleanswers", "dragbox"},
    "gapselect": {"shuffleanswers", "selectoption"},
    "cloze": set(),
    "multianswer": set(),
}


def read_moodle_xml(data: bytes) -> ForeignBank:
    """The items of a Moodle XML file, with their pictures.

    Taken: multichoice, multichoiceset, truefalse, shortanswer, numerical, matching, ddmatch, essay, ordering,
    mtf and kprime (statements), ddwtos (gap match), gapselect and purely listed cloze (inline choice), cloze
    with one typed gap. Categories and tags are kept, general feedback is the rationale; an idnumber that is
    an item's code, and what this bank
    itself had written (see `item_bank.formats.facts`), are facts of the bank. How Moodle shows a question
    (numbering of options, layout) and a category's own description are passed over.

    Raises ImportRefused: TOO_LARGE (limit_mb, limit_elements, limit_depth, limit_items), DTD_IN_FILE,
    DAMAGED_FILE (reason, line), NOT_MOODLE_XML (root), NO_ITEMS.
    Items are refused, with the line of the file, for TYPE_NOT_SUPPORTED (type: description, calculated,
    random, ddmarker, ddimageortext and all that are not named above), TEXT_HAS_ELEMENTS, BAD_FRACTION,
    TRUE_FALSE_UNCLEAR, FILE_WANTED, ORDER_UNCLEAR, NO_GAPS, MARK_OF_NO_OPTION, CLOZE_NOT_SUPPORTED,
    ELEMENT_UNKNOWN and what `moodle_keys` refuses. Losses: FEEDBACK_LOST and COMBINED_FEEDBACK_LOST (count),
    HINTS_LOST, IDNUMBER_LOST, PENALTY_LOST and INVALID_MARK (value), HIDDEN, FIXED_ORDER_LOST, UNITS_LOST,
    GROUPS_MERGED, SUBSET_LOST, CREDIT_CHANGED, ATTACHMENTS_LOST, GRADER_NOTES_LOST, WORD_LIMITS_LOST,
    RESPONSE_TEMPLATE_LOST, FILE_NOT_USED, FILE_LOST, FORMAT_UNKNOWN, ELEMENT_LOST (element) and those of
    `moodle_keys` and `moodle_text`.

    Source: Moodle's documentation, "Moodle XML format", "Embedded Answers (Cloze) question type", "Ordering
    question type", "Drag and drop into text question type", "Select missing words question type".
    """
    root = parse(data, "quiz")
    pictures = Pictures()
    items: list[ForeignItem] = []
    category: tuple[str, ...] = ()
    for number, element in enumerate(root, start=1):
        if element.get("type") == "category" and element.tag == "question":
            category = _category(element, category)
            continue
        draft = Draft(f"#{number}", element.sourceline, category=category, language=_language(element, root))
        items.append(_item(element, draft, pictures))
        if len(items) > MAX_ITEMS:
            raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
    if not items:
        raise ImportRefused("NO_ITEMS")
    return ForeignBank(tuple(items), pictures.found)


def _category(element: Element, before: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(filter(None, map(plain_line, split_category(value(element, "category/text")))))
    except InvalidItem:
        return before


def _language(element: Element, root: Element) -> str | None:
    for one in (element, root):
        said = one.get(_XML_LANG) or one.get("lang") or ""
        if _LANGUAGE.fullmatch(said):
            return said.replace("_", "-")
    return None


def _item(element: Element, draft: Draft, pictures: Pictures) -> ForeignItem:
    try:
        if element.tag != "question":
            raise InvalidItem("ELEMENT_UNKNOWN", element=str(element.tag)[:40])
        kind = element.get("type", "")
        _read_head(element, draft)
        text = element.find("questiontext")
        form = format_of(text, Format.HTML, draft) if text is not None else Format.HTML
        _read_feedback(element.find("generalfeedback"), form, draft, pictures)
        if kind not in {"cloze", "multianswer"}:
            _read_stem(text, draft, pictures)
        if kind not in READERS:
            raise InvalidItem("TYPE_NOT_SUPPORTED", type=kind[:40])
        _note_losses(element, kind, draft)
        return draft.item(*READERS[kind](Source(element, form, pictures, draft)))
    except ItemBankError as refusal:
        return draft.refused(refusal)


def _read_head(element: Element, draft: Draft) -> None:
    """Title, mark and tags."""
    name, id_number = plain_line(value(element, "name/text")), plain_line(value(element, "idnumber"))
    draft.where = (name or id_number or draft.where)[:WHERE_CHARACTERS]
    tags = (plain_line(raw_text(tag)) for tag in element.findall("tags/tag"))
    draft.facts, draft.tags = read_tags(dict.fromkeys(tag for tag in tags if tag))
    coded = with_code(draft.facts, id_number)
    if coded is not None:
        draft.facts = coded
    elif name and id_number:
        draft.lose("IDNUMBER_LOST", value=id_number[:100])
    mark = value(element, "defaultgrade", "1")
    number = _number(mark)
    if number is not None and 0 < number <= MAX_MARK:
        draft.max_mark = number
    else:
        draft.lose("INVALID_MARK", value=mark[:40])


def _read_feedback(element: Element | None, form: Format, draft: Draft, pictures: Pictures) -> None:
    """The rationale, and the legal basis behind it."""
    said = split_law(raw_text(element))[1] if element is not None else ""
    (draft.rationale,) = htmls_of(element, form, (draft, pictures), lambda raw: [split_law(raw)[0]])
    draft.facts = replace(draft.facts, legal_basis=said)


def _read_stem(element: Element | None, draft: Draft, pictures: Pictures) -> None:
    """The stem, and the stimulus before it."""
    code = split_stimulus(raw_text(element))[1] if element is not None else ""
    draft.stem, shared = htmls_of(
        element, Format.HTML, (draft, pictures), lambda raw: split_stimulus(raw)[::2]
    )
    draft.stimulus = stimulus_of(code, shared)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{0,25})?", text) else None


def _note_losses(element: Element, kind: str, draft: Draft) -> None:
    """What stands in the question and has no place in the bank."""
    penalty = _number(value(element, "penalty", "0"))
    if penalty is None or all(abs(penalty - usual) > 1e-6 for usual in _DEFAULT_PENALTIES):
        draft.lose("PENALTY_LOST", value=value(element, "penalty")[:40])
    if value(element, "hidden", "0") != "0":
        draft.lose("HIDDEN")
    if any("".join(hint.itertext()).strip() for hint in element.findall("hint")):
        draft.lose("HINTS_LOST", count=len(element.findall("hint")))
    told = [value(element, f"{name}/text") for name in _FEEDBACK]
    if any(words and not _DEFAULT_FEEDBACK.fullmatch(words) for words in told):
        draft.lose("COMBINED_FEEDBACK_LOST", count=sum(map(bool, told)))
    known = _COMMON | _SHOWN | _OWN[kind] | set(_FEEDBACK)
    for child in element:
        if child.tag not in known and ("".join(child.itertext()).strip()):
            draft.lose("ELEMENT_LOST", element=str(child.tag)[:40])
    for name in ("questiontext", "generalfeedback"):
        if len(element.findall(name)) > 1:
            draft.lose("ELEMENT_LOST", element=name)
