"""Aiken: single choice as plain lines, one right option each."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.draft import MAX_TEXT, Draft, decoded
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.moodle_keys import LETTERS, lettered
from item_bank.formats.moodle_shares import Losses, note_losses, parts, pictures_of
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from item_bank.math import formula_faults
from item_bank.stem import plain_line, plain_text, sanitise

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ITEMS: Final = 20_000
WHERE_CHARACTERS: Final = 60

_OPTION: Final = re.compile(r"([A-Za-z])[.)]\s*(.*)")
_ANSWER: Final = re.compile(r"ANSWER\s*[:\uff1a]\s*(.*)", re.IGNORECASE)
_LETTER: Final = re.compile(r"([A-Za-z])[.)]?")


@dataclass(slots=True)
class _Open:
    """The item whose lines are being read."""

    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    fault: InvalidItem | None = None


class _Reader:
    def __init__(self) -> None:
        self.items: list[ForeignItem] = []
        self._open: _Open | None = None
        self._blank_before = False

    def read(self, line: str, number: int) -> None:
        if answer := _ANSWER.fullmatch(line):
            self._answered(answer.group(1), number)
        elif (option := _OPTION.fullmatch(line)) and self._takes_option(option.group(1)):
            opened = self._opened(number)
            opened.options.append((option.group(1).upper(), option.group(2).strip()))
        elif line:
            self._text(line, number)
        self._blank_before = not line

    def end(self) -> None:
        self._close(InvalidItem("NO_KEY"))

    def _takes_option(self, letter: str) -> bool:
        """A small letter is an option only in its turn: a wording may begin with one."""
        expected = LETTERS[len(self._open.options) % len(LETTERS)] if self._open else "A"
        return letter.isupper() or letter.upper() == expected

    def _opened(self, number: int) -> _Open:
        if self._open is None:
            self._open = _Open(number)
        return self._open

    def _text(self, line: str, number: int) -> None:
        if self._open is not None and (self._open.options or self._blank_before):
            self._close(InvalidItem("NO_KEY"))
        self._opened(number).stem.append(line)

    def _answered(self, typed: str, number: int) -> None:
        opened = self._opened(number)
        letter = _LETTER.fullmatch(typed.strip())
        if letter is None:
            self._close(InvalidItem("KEY_UNCLEAR", value=typed[:40]))
            return
        letters = [option for option, _text in opened.options]
        if letters != list(LETTERS[: len(letters)]):
            self._close(InvalidItem("OPTIONS_OUT_OF_ORDER", options=tuple(letters[:30])))
        elif letter.group(1).upper() not in letters:
            self._close(InvalidItem("KEY_NO_OPTION", value=letter.group(1)))
        else:
            self._close(None, letter.group(1).upper())

    def _close(self, fault: InvalidItem | None, letter: str = "") -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        stem = "\n".join(opened.stem)
        draft = Draft(plain_line(stem)[:WHERE_CHARACTERS] or f"#{opened.line}", opened.line)
        try:
            draft.stem = _markup(stem, draft)
            if fault is not None:
                raise fault
            options = lettered(_markup(text, draft) for _letter, text in opened.options)
            self.items.append(draft.item(Asked(Interaction.SINGLE_CHOICE, options), Key(1, (letter,))))
        except InvalidItem as refusal:
            self.items.append(draft.refused(refusal))


def read_aiken(data: bytes) -> ForeignBank:
    """The items of an Aiken file, in UTF-8 (or UTF-16 with its mark).

    A stem on one line, options `A.` or `A)` from A on, `ANSWER: X`; capitals, line ends, spaces at their
    ends and empty lines do not matter. A stem on several lines is taken where no empty line parts it.
    Everything is text: what looks like markup is shown as typed.

    Raises ImportRefused: TOO_LARGE (limit_mb, limit_items), NOT_UTF8 (at), NOT_AIKEN (no line says ANSWER).
    Items are refused, with the line of their beginning, for: NO_KEY, KEY_UNCLEAR (value), KEY_NO_OPTION,
    OPTIONS_OUT_OF_ORDER, EMPTY_STEM, EMPTY_PART, EQUAL_OPTIONS, TEXT_TOO_LONG and what `Asked` refuses.

    Source: Moodle's documentation, "Aiken format".
    """
    lines = [line.strip() for line in decoded(data, "NOT_AIKEN", MAX_BYTES).split("\n")]
    answers = sum(_ANSWER.fullmatch(line) is not None for line in lines)
    if not answers:
        raise ImportRefused("NOT_AIKEN")
    if answers > MAX_ITEMS:
        raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        reader.read(line, number)
        if len(reader.items) > 2 * MAX_ITEMS:
            raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
    reader.end()
    return ForeignBank(tuple(reader.items))


def _markup(text: str, draft: Draft) -> str:
    if len(text) > MAX_TEXT:
        raise InvalidItem("TEXT_TOO_LONG", length=len(text), limit=MAX_TEXT)
    markup = _from_plain(text)
    for fault in formula_faults(markup):
        draft.lose(fault.code, number=fault.number, source=fault.source, **fault.params)
    return markup


def _from_plain(text: str) -> str:
    return sanitise(html.escape(text, quote=False).replace("\n", "<br>"))


def write_aiken(
    items: Sequence[ForeignItem], pictures: Mapping[str, bytes] | None = None
) -> tuple[bytes, tuple[tuple[str, Remark], ...]]:
    """The items as an Aiken file, and of which item what could not be carried.

    Only single choice with one right option has a form there; true/false becomes one. Not written, each with
    its reason: NOT_WRITTEN (reason). Lost: MARKUP_LOST, PICTURES_LOST (their words stay), RATIONALE_LOST,
    CATEGORY_LOST, TAGS_LOST, LANGUAGE_LOST, MAX_MARK_LOST, CREDIT_CHANGED, INTERACTION_CHANGED.
    """
    del pictures  # a text file carries none
    losses = Losses()
    blocks: list[str] = []
    for item in items:
        try:
            blocks.append(_block(item, losses))
        except InvalidItem as refusal:
            losses.add(item, "NOT_WRITTEN", reason=refusal.code, **refusal.params)
    return "\n".join(blocks).encode("utf-8"), tuple(losses.found)


def _block(item: ForeignItem, losses: Losses) -> str:
    asked, key = parts(item)
    if asked.interaction not in {Interaction.SINGLE_CHOICE, Interaction.TRUE_FALSE}:
        raise InvalidItem("INTERACTION_NOT_CARRIED", interaction=asked.interaction.value)
    if len(key.accepted) > 1:
        raise InvalidItem("KEY_NOT_CARRIED", accepted=len(key.accepted))
    stem = plain_text(item.stem)
    if _OPTION.fullmatch(stem) or _ANSWER.fullmatch(stem):
        raise InvalidItem("STEM_LOOKS_LIKE_ANOTHER_LINE")
    contents = [option.content for option in asked.options]
    if len(set(map(plain_text, contents))) < len(contents):
        raise InvalidItem("EQUAL_OPTIONS")
    if asked.interaction is Interaction.TRUE_FALSE:
        losses.add(item, "INTERACTION_CHANGED", interaction="true_false", to="single_choice")
    if key.credit is not Credit.WHOLE:
        losses.add(item, "CREDIT_CHANGED", credit=key.credit.value, to=Credit.WHOLE.value)
    if pictures_of(item):
        losses.add(item, "PICTURES_LOST", count=len(pictures_of(item)))
    if any(_from_plain(plain_text(text)) != text for text in (item.stem, *contents)):
        losses.add(item, "MARKUP_LOST")
    note_losses(item, (), losses)
    options = [f"{letter}. {plain_text(text)}" for letter, text in zip(LETTERS, contents, strict=False)]
    answer = LETTERS[asked.option_ids.index(key.option_id)]
    return "\n".join((stem, *options, f"ANSWER: {answer}", ""))
