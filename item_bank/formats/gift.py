"""GIFT, Moodle's text format for items: read line by line, written so that it is read back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.errors import ImportRefused, InvalidItem, ItemBankError
from item_bank.formats.draft import Draft, decoded
from item_bank.formats.facts import read_tags, split_law, split_stimulus, stimulus_of, with_code
from item_bank.formats.foreign import ForeignBank, ForeignItem
from item_bank.formats.fractions import Percent, read_percent
from item_bank.formats.gift_write import write_gift
from item_bank.formats.moodle_keys import (
    Graded,
    Near,
    between,
    chosen,
    matched,
    near,
    numbered,
    read_number,
    true_or_false,
    typed_text,
)
from item_bank.formats.moodle_text import Format, read_text, split_category
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.stem import from_authored, plain_line, plain_text

__all__ = ["read_gift", "write_gift"]

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ITEMS: Final = 20_000
MOST_ANSWERS: Final = 200  # of one item
WHERE_CHARACTERS: Final = 60
COMMENT_CHARACTERS: Final = 5_000
BLANK: Final = "_____"  # where the text goes on behind the braces

# escaped signs are noncharacters while the rest is taken apart
_SIGNS: Final = "\\:#=~{}\n"
_HELD: Final = dict(zip(_SIGNS, map(chr, range(0xFDD0, 0xFDE0)), strict=False))
_HOLD: Final = re.compile(r"\\([\\:#=~{}n])")
_RELEASED: Final = str.maketrans({held: sign for sign, held in _HELD.items()})
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef]")
_NEWLINE_OR_COMMAND: Final = re.compile(r"(?<!\\)\\n(?:eq|e|u|abla|otin|ot|eg|mid)(?![a-zA-Z])")
_CATEGORY: Final = "$CATEGORY:"
_TAG: Final = re.compile(r"\[tag:((?:[^\\\]]|\\.){1,500})\]")
_ID: Final = re.compile(r"\[id:((?:[^\\\]]|\\.){1,100})\]")
_FORMAT: Final = re.compile(r"\[(html|moodle|plain|markdown)\]")
_FORMATS: Final = {
    "html": Format.HTML,
    "moodle": Format.MOODLE,
    "plain": Format.PLAIN,
    "markdown": Format.MARKDOWN,
}
_WEIGHT: Final = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]*)?)%")
_ANSWER: Final = re.compile(r"([~=])([^~=]*)")
_WHOLE: Final = read_percent("100")
_NONE: Final = read_percent("0")


@dataclass(slots=True)
class _Block:
    """The lines between two empty ones, without comments."""

    line: int = 0
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def read_gift(data: bytes) -> ForeignBank:
    """The items of a GIFT file, in UTF-8 (or UTF-16 with its mark).

    Read are categories, titles, text formats, escapes, comments with `[id:…]` and `[tag:…]`, single and
    multiple choice, true/false, short text, numbers with tolerance or range, matching, essay, a missing word
    (a blank stands for the braces, as in Moodle) and general feedback, which is the rationale; and the facts
    that this bank itself had written (see `item_bank.formats.facts`).

    Raises ImportRefused: TOO_LARGE (limit_mb, limit_items), NOT_UTF8 (at), NOT_GIFT (no braces, or nothing
    but categories). Items are refused, with their first line, for TYPE_NOT_SUPPORTED (type: description, or
    the ordering plugin), UNBALANCED_BRACES, SECOND_BRACES, UNCLOSED_TITLE, ANSWERS_NOT_UNDERSTOOD,
    TOO_MANY_ANSWERS, BAD_FRACTION and what `item_bank.formats.moodle_keys` refuses. Losses are FEEDBACK_LOST
    (count), NEWLINE_OR_COMMAND (a line break that LaTeX would take for a command) and those of `moodle_keys`
    and `moodle_text`.

    Source: Moodle's documentation, "GIFT format".
    """
    text = _NONCHARACTERS.sub("", decoded(data, "NOT_GIFT", MAX_BYTES))
    if "{" not in text:
        raise ImportRefused("NOT_GIFT")
    items: list[ForeignItem] = []
    category: tuple[str, ...] = ()
    for block in _blocks(text):
        if block.lines[0].startswith(_CATEGORY):
            path = block.lines.pop(0).removeprefix(_CATEGORY)
            category = tuple(filter(None, map(plain_line, split_category(path))))
            block.line += 1
        if any(line.strip() for line in block.lines):
            items.append(_item(block, category))
        if len(items) > MAX_ITEMS:
            raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
    if not items:
        raise ImportRefused("NOT_GIFT")
    return ForeignBank(tuple(items))


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block()
    for number, typed in enumerate(text.split("\n"), start=1):
        line = typed.strip()
        if line.startswith("//"):
            block.tags += _in_brackets(_TAG, line)
            block.ids += _in_brackets(_ID, line)
            line = " " if block.lines else ""
        elif not line and block.lines:
            yield block
            block = _Block()
        if line:
            block.line = block.line or number
            block.lines.append(line)
    if block.lines:
        yield block


def _in_brackets(kind: re.Pattern[str], comment: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", said) for said in kind.findall(comment[:COMMENT_CHARACTERS])]


def _item(block: _Block, category: tuple[str, ...]) -> ForeignItem:
    typed = "\n".join(block.lines).strip()
    held = _HOLD.sub(lambda sign: _HELD["\n" if sign.group(1) == "n" else sign.group(1)], typed)
    facts, tags = read_tags(dict.fromkeys(filter(None, map(plain_line, block.tags))))
    draft = Draft(f"#{block.line}", block.line, category=category, tags=tags, facts=facts)
    for id_ in map(plain_line, block.ids[:1]):
        coded = with_code(facts, id_)
        draft.facts = coded or facts
        if coded is None:
            draft.lose("IDNUMBER_LOST", value=id_)
    for found in _NEWLINE_OR_COMMAND.finditer(typed):
        draft.lose("NEWLINE_OR_COMMAND", value=found.group())
    try:
        body = _without_title(held, draft)
        return draft.item(*_read_body(body, draft))
    except ItemBankError as refusal:
        return draft.refused(refusal)


def _without_title(held: str, draft: Draft) -> str:
    if not held.startswith("::"):
        draft.where = plain_text(from_authored(_released(held.partition("{")[0])[:500]))[:WHERE_CHARACTERS]
        draft.where = draft.where or f"#{draft.line}"
        return held
    title, end, body = held[2:].partition("::")
    if not end:
        raise InvalidItem("UNCLOSED_TITLE")
    draft.where = plain_line(_released(title)) or draft.where
    return body.strip()


def _read_body(body: str, draft: Draft) -> tuple[Asked, Key]:
    start, end = body.find("{"), body.find("}")
    if start < 0 and end < 0:
        draft.stem = _text(body, Format.MOODLE, draft)[0]
        raise InvalidItem("TYPE_NOT_SUPPORTED", type="description")
    if start < 0 or end < start:
        raise InvalidItem("UNBALANCED_BRACES")
    inside, behind = body[start + 1 : end], body[end + 1 :]
    if "{" in inside or "{" in behind or "}" in behind:
        raise InvalidItem("SECOND_BRACES")
    around = f"{body[:start]}{BLANK}{behind}" if behind.strip() else body[:start]
    typed, form = _typed(around, Format.MOODLE)
    typed, code, shared = split_stimulus(typed)
    draft.stem = read_text(typed, form, draft)
    draft.stimulus = stimulus_of(code, read_text(shared, form, draft))
    answers, separator, general = inside.rpartition("####")
    if separator:
        said, own = _typed(general, form)
        said, basis = split_law(said)
        draft.rationale = read_text(said, own, draft)
        draft.facts = replace(draft.facts, legal_basis=basis)
    return _read_answers((answers if separator else inside).strip(), form, draft)


def _read_answers(raw: str, form: Format, draft: Draft) -> tuple[Asked, Key]:
    """By the signs between the braces, in the order in which Moodle asks for them."""
    if not raw:
        return Asked(Interaction.ESSAY), Key(1, ())
    if raw.count("~") + raw.count("=") > MOST_ANSWERS:
        raise InvalidItem("TOO_MANY_ANSWERS", limit=MOST_ANSWERS)
    if raw.startswith("#"):
        return _numeric(raw[1:], draft)
    if raw.startswith(">"):
        raise InvalidItem("TYPE_NOT_SUPPORTED", type="ordering")
    if "~" in raw:
        answers = [
            Graded(_text(text, form, draft)[0], percent) for text, percent in _weighed(raw, draft, none="~")
        ]
        return chosen(answers, draft, single="=" in raw)
    if "=" in raw and "->" in raw:
        return matched([_pair(pair, form, draft) for pair in _after_signs(raw)])
    if "=" not in raw:
        return _true_or_false(raw, draft)
    texts = [
        Graded(_FORMAT.sub("", _released(text), count=1) if _FORMAT.match(text) else _released(text), percent)
        for text, percent in _weighed(raw, draft)
    ]
    return typed_text(texts, draft, with_case=False)


def _true_or_false(raw: str, draft: Draft) -> tuple[Asked, Key]:
    word, *feedback = raw.split("#", 2)
    truth = {"T": True, "TRUE": True, "F": False, "FALSE": False}.get(word.strip().upper())
    if truth is None:
        raise InvalidItem("ANSWERS_NOT_UNDERSTOOD", value=_released(raw)[:80])
    _note_feedback(feedback, draft)
    return true_or_false(true=truth)


def _after_signs(raw: str) -> list[str]:
    before, *answers = raw.split("=")
    if before.strip():
        raise InvalidItem("ANSWERS_NOT_UNDERSTOOD", value=_released(before).strip()[:80])
    return answers


def _pair(raw: str, form: Format, draft: Draft) -> tuple[str, str]:
    asked, arrow, option = raw.partition("->")
    if not arrow:
        raise InvalidItem("ANSWERS_NOT_UNDERSTOOD", value=_released(raw).strip()[:80])
    return _text(asked, form, draft)[0], _text_only(option, draft)


def _weighed(raw: str, draft: Draft, *, none: str = "") -> list[tuple[str, Percent]]:
    """Each answer with its share: what is said, else nothing behind the sign `none`, else everything."""
    first = _ANSWER.search(raw)
    before = raw[: first.start()] if first else raw
    if before.strip():
        raise InvalidItem("ANSWERS_NOT_UNDERSTOOD", value=_released(before).strip()[:80])
    answers: list[tuple[str, Percent]] = []
    feedbacks: list[str] = []
    for found in _ANSWER.finditer(raw):
        sign, answer = found.group(1), found.group(2).strip()
        percent = _NONE if sign == none else _WHOLE
        if weight := _WEIGHT.match(answer):
            percent, answer = read_percent(weight.group(1).rstrip(".")), answer[weight.end() :]
            if none and sign == "=" and percent != _WHOLE:
                raise InvalidItem("BAD_FRACTION", value=weight.group(1))
        text, _sign, feedback = answer.partition("#")
        answers.append((text.strip(), percent))
        feedbacks.append(feedback)
    _note_feedback(feedbacks, draft)
    return answers


def _numeric(raw: str, draft: Draft) -> tuple[Asked, Key]:
    raw, wrong, feedback = raw.partition("~")
    if wrong:
        _note_feedback([feedback.strip().lstrip("#")], draft)
    answers: list[Near] = []
    for text, percent in _weighed(raw if raw.lstrip().startswith("=") else f"={raw}", draft):
        if text == "*":
            if percent.meant > 0:
                raise InvalidItem("WILDCARD_KEY")
            continue
        answers.append(_range(_released(text), percent))
    return numbered(answers, draft)


def _range(text: str, percent: Percent) -> Near:
    if ".." in text:
        low, _dots, high = text.partition("..")
        return between(read_number(low), read_number(high), percent)
    value, colon, tolerance = text.partition(":")
    return near(read_number(value), read_number(tolerance if colon else "0"), percent)


def _note_feedback(feedbacks: list[str], draft: Draft) -> None:
    count = sum(bool(feedback.strip()) for feedback in feedbacks)
    if count:
        draft.lose("FEEDBACK_LOST", count=count)


def _text(raw: str, default: Format, draft: Draft) -> tuple[str, Format]:
    """Sanitised HTML, and the format that the text says it has."""
    typed, form = _typed(raw, default)
    return read_text(typed, form, draft), form


def _typed(raw: str, default: Format) -> tuple[str, Format]:
    """The text as it was typed, and the format that it says it has."""
    raw = raw.strip()
    said = _FORMAT.match(raw)
    form = _FORMATS[said.group(1)] if said else default
    return _released(raw[said.end() :] if said else raw), form


def _text_only(raw: str, draft: Draft) -> str:
    """What Moodle's lists show: typed text without a format of its own."""
    return read_text(_released(raw.strip()), Format.MOODLE, draft)


def _released(held: str) -> str:
    return held.translate(_RELEASED)
