"""Items written as GIFT, so that reading it back gives the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.facts import TAGGED, tags_of, write_law, write_stimulus
from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.fractions import write_percent
from item_bank.formats.moodle_shares import (
    Losses,
    choice_shares,
    match_pairs,
    note_losses,
    numbers,
    parts,
    pictures_of,
    refuse_alike,
    text_shares,
    true_false,
)
from item_bank.formats.moodle_text import guarded, join_category, to_typed, without_pictures
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import WHOLE
from item_bank.stem import nfc, plain_line, strip_invisible

_CARRIED: Final = TAGGED | {"category", "tags", "rationale", "code", "legal_basis", "stimulus"}
_ESCAPES: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\#=~{}:"} | {"\n": "\\n"})


def write_gift(
    items: Sequence[ForeignItem], pictures: Mapping[str, bytes] | None = None
) -> tuple[bytes, tuple[tuple[str, Remark], ...]]:
    """The items as a GIFT file in UTF-8, and of which item what could not be carried.

    Identifiers of options and places are not carried: a reader letters and numbers them anew. Not written,
    each with its reason: NOT_WRITTEN (reason: INTERACTION_NOT_CARRIED, KEY_NOT_CARRIED, EQUAL_OPTIONS…).
    Lost: PICTURES_LOST (their words stay), MAX_MARK_LOST, LANGUAGE_LOST, COMPETENCIES_LOST, STATISTICS_LOST,
    CASE_LOST, RUBRIC_LOST, ENGLISH_LOST and what `item_bank.formats.moodle_shares` names. A code is written
    as Moodle's `[id:…]`; `item_bank.formats.facts` says how the other facts of the bank are.

    Source: Moodle's documentation, "GIFT format".
    """
    del pictures  # a text file carries none
    losses = Losses()
    category: tuple[str, ...] = ()
    blocks: list[str] = []
    for item in items:
        try:
            block = _block(item, losses)
        except InvalidItem as refusal:
            losses.add(item, "NOT_WRITTEN", reason=refusal.code, **refusal.params)
            continue
        if item.category != category:
            category = item.category
            blocks.append(f"$CATEGORY: {join_category(map(plain_line, category))}\n")
        blocks.append(block)
    return "\n".join(blocks).encode("utf-8"), tuple(losses.found)


def _block(item: ForeignItem, losses: Losses) -> str:
    answers = _answers(item, losses)
    if pictures_of(item):
        losses.add(item, "PICTURES_LOST", count=len(pictures_of(item)))
    note_losses(item, _CARRIED, losses)
    tags = "".join(f"// [tag:{_in_brackets(tag)}]\n" for tag in (*item.tags, *tags_of(item.facts)))
    code = f"// [id:{_in_brackets(item.facts.code)}]\n" if item.facts.code else ""
    title = plain_line(item.where).translate(_ESCAPES)
    said = item.rationale + write_law(item.facts.legal_basis)
    rationale = f"\t####{_html(said)}\n" if said else ""
    stem = _escaped(write_stimulus(item.stimulus) + item.stem)
    return f"{code}{tags}::{title}::[html]{stem}{{{answers}{rationale}}}\n"


def _answers(item: ForeignItem, losses: Losses) -> str:
    """What stands between the braces; raises InvalidItem where it has no form there."""
    asked, key = parts(item)
    match asked.interaction:
        case Interaction.ESSAY:
            return ""
        case Interaction.TRUE_FALSE if (truth := true_false(item, losses)) is not None:
            return "TRUE" if truth else "FALSE"
        case Interaction.SINGLE_CHOICE | Interaction.MULTIPLE_RESPONSE | Interaction.TRUE_FALSE:
            return _choices(item, losses)
        case Interaction.SHORT_TEXT:
            if key.with_case:
                losses.add(item, "CASE_LOST")
            pairs = text_shares(item, losses)
            if any("->" in text for text, _share in pairs):  # what a matching is told by
                raise InvalidItem("KEY_NOT_CARRIED")
            return _lines(f"=%{write_percent(share)}%[plain]{_typed(text)}" for text, share in pairs)
        case Interaction.NUMERIC:
            values, tolerance = numbers(item)
            return "#" + _lines(f"=%100%{value}:{tolerance}" for value in values)
        case Interaction.MATCH | Interaction.STATEMENTS:
            pairs_ = match_pairs(item, losses)
            return _lines(f"={_html(asked_)} -> {_typed(_as_typed(option))}" for asked_, option in pairs_)
        case _:
            raise InvalidItem("INTERACTION_NOT_CARRIED", interaction=asked.interaction.value)


def _choices(item: ForeignItem, losses: Losses) -> str:
    asked, _key = parts(item)
    if asked.interaction is Interaction.TRUE_FALSE:
        losses.add(item, "INTERACTION_CHANGED", interaction="true_false", to="single_choice")
    contents = [option.content for option in asked.options]
    refuse_alike(without_pictures(content)[0] for content in contents)
    single = asked.interaction is not Interaction.MULTIPLE_RESPONSE
    shares = choice_shares(item, losses)
    return _lines(
        f"{_sign(share, single=single)}{_html(content)}"
        for content, share in zip(contents, shares, strict=True)
    )


def _sign(share: Fraction, *, single: bool) -> str:
    if single and share == WHOLE:
        return "="
    return f"~%{write_percent(share)}%" if share else "~"


def _lines(answers: Iterable[str]) -> str:
    return "\n" + "".join(f"\t{one}\n" for one in answers)


def _html(markup: str) -> str:
    """In the item's own format, said again where the text itself could be taken for a format."""
    text = _escaped(markup)
    return f"[html]{text}" if text.startswith(("[", "%")) else text


def _escaped(markup: str) -> str:
    return guarded(without_pictures(markup)[0]).translate(_ESCAPES)


def _as_typed(markup: str) -> str:
    """What a list shows, as an author types it."""
    return to_typed(without_pictures(markup)[0])


def _typed(text: str) -> str:
    return strip_invisible(nfc(text)).translate(_ESCAPES)


def _in_brackets(tag: str) -> str:
    return plain_line(tag).replace("\\", "\\\\").replace("]", "\\]")
