"""The English sheet: the same columns for the same parts, an item's row found by its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot, place_slot
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.notation import join_list, split_list
from item_bank.formats.xlsx_bank.parts import TRUE_AND_FALSE, TRUTHS
from item_bank.interactions.asked import Asked, marks_in
from item_bank.stem import to_authored
from item_bank.translation import Translation, check_translation

IN_ENGLISH: Final = dict(zip(TRUE_AND_FALSE, ("True", "False"), strict=True))


def read_translation(line: Line, asked: Asked) -> Translation:
    """Raises InvalidItem: what `check_translation` says, and TRANSLATION_OF_NO_PART of one part too many."""
    stem = line.markup(Header.STEM)
    if asked.kind.own_options:
        options = _choices(line, asked)
        places: dict[str, str] = {}
    else:
        options = _texts(line, Header.OPTION, asked.option_ids)
        places = _texts(line, Header.PLACE, asked.place_ids)
    if not options and _is_usual(asked):
        options = {one.id: IN_ENGLISH[one.content] for one in asked.options}
    if asked.kind.in_stem:
        places = {id_: words for id_, words in marks_in(stem) if words} | places
    translation = Translation(stem, options, places, line.markup(Header.RATIONALE))
    check_translation(asked, translation)
    return translation


def _is_usual(asked: Asked) -> bool:
    """Whether the options are the two words that need not be written."""
    return asked.interaction in TRUTHS and all(one.content in IN_ENGLISH for one in asked.options)


def _texts(line: Line, header: Header, ids: tuple[str, ...]) -> dict[str, str]:
    """By id; one that the item does not have is named by its number, for the check to find."""
    named = dict(enumerate(ids, start=1))
    slots = (Slot(header, number) for number in range(1, line.last(header) + 1))
    texts = {named.get(slot.number, f"{slot.number}"): line.markup(slot) for slot in slots}
    return {id_: text for id_, text in texts.items() if text}


def _choices(line: Line, asked: Asked) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, place in enumerate(asked.place_ids, start=1):
        slot = place_slot(number)
        ids = [one.id for one in asked.options if one.place == place]
        texts = split_list(line.text(slot)) if line.text(slot) else []
        for at, text in enumerate(texts):
            found[ids[at] if at < len(ids) else f"{place}-{at + 1}"] = line.sanitised(slot, text)
    return found


def write_translation(asked: Asked, translation: Translation) -> dict[Slot, str]:
    """The cells of the row, beside the code."""
    cells = {
        Slot(Header.STEM): to_authored(translation.stem),
        Slot(Header.RATIONALE): to_authored(translation.rationale),
    }
    if asked.kind.own_options:
        return cells | _written_choices(asked, translation.options)
    spared = IN_ENGLISH if _is_usual(asked) else {}
    if any(translation.options.get(one.id) != spared.get(one.content) for one in asked.options):
        for number, one in enumerate(asked.options, start=1):
            cells[option_slot(number)] = to_authored(translation.options.get(one.id, ""))
    words = dict(marks_in(translation.stem)) if asked.kind.in_stem else {}
    for number, place in enumerate(asked.place_ids, start=1):
        text = translation.places.get(place, "")
        if text != words.get(place):
            cells[place_slot(number)] = to_authored(text)
    return cells


def _written_choices(asked: Asked, texts: Mapping[str, str]) -> dict[Slot, str]:
    return {
        place_slot(number): join_list(
            to_authored(texts.get(one.id, "")) for one in asked.options if one.place == place
        )
        for number, place in enumerate(asked.place_ids, start=1)
    }
