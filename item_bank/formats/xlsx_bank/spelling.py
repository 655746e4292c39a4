"""An item as the texts of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from item_bank.formats.bank_words import LEVEL_NAMES, POOL_NAMES
from item_bank.formats.foreign import BankFacts, ForeignItem
from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot, place_slot
from item_bank.formats.xlsx_bank.keys import Naming, write_key
from item_bank.formats.xlsx_bank.notation import (
    NONE,
    join_list,
    write_areas,
    write_bounds,
    write_float,
    write_limits,
    write_matching,
    write_rubric,
    write_statistics,
    write_weights,
)
from item_bank.formats.xlsx_bank.parts import (
    TRUE_AND_FALSE,
    TRUTHS,
    Names,
    usual_limits,
    usual_names,
    write_names,
)
from item_bank.formats.xlsx_bank.translations import write_translation
from item_bank.formats.xlsx_bank.words import CREDIT_NAMES, INTERACTION_NAMES
from item_bank.interactions.asked import Asked, Option, marks_in
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit, Key
from item_bank.stem import to_authored
from item_bank.stimulus import Stimulus

Cells = dict[Slot, str | float | None]


def item_cells(item: ForeignItem, asked: Asked, key: Key) -> Cells:
    """The row of an item; what is as usual stays empty. Raises InvalidItem NUMBER_UNCLEAR."""
    cells: Cells = {
        Slot(Header.INTERACTION): INTERACTION_NAMES[asked.interaction],
        Slot(Header.STEM): to_authored(item.stem),
        Slot(Header.RATIONALE): to_authored(item.rationale),
        Slot(Header.MARK): "" if item.max_mark == 1.0 else write_float(item.max_mark),
        Slot(Header.LANGUAGE): item.language or "",
        Slot(Header.CATEGORY): join_list(item.category),
        Slot(Header.TAGS): join_list(item.tags),
        Slot(Header.COMPETENCIES): join_list(item.competencies),
        Slot(Header.STATISTICS): write_statistics(item.statistics) if item.statistics else "",
        Slot(Header.STIMULUS): item.stimulus.code if item.stimulus else "",
        **_facts(item.facts),
        **_parts(item.stem, asked),
        **_key(item.stem, asked, key),
    }
    return {slot: value for slot, value in cells.items() if value not in {"", None}}


def english_cells(item: ForeignItem, asked: Asked, number: int) -> Cells | None:
    """The row of the English sheet: for an item without a code, the number of its row stands for it."""
    if item.english is None:
        return None
    cells: Cells = {Slot(Header.CODE): item.facts.code or f"#{number}"}
    cells.update(write_translation(asked, item.english))
    return {slot: value for slot, value in cells.items() if value not in {"", None}}


def english_stimulus_cells(stimulus: Stimulus) -> Cells | None:
    """The row of the English sheet that has no item's code: it names the stimulus."""
    if not stimulus.english:
        return None
    return {Slot(Header.STIMULUS): stimulus.code, Slot(Header.STEM): to_authored(stimulus.english)}


def _facts(facts: BankFacts) -> Cells:
    return {
        Slot(Header.CODE): facts.code or NONE,
        Slot(Header.TOPIC): facts.topic or NONE,
        Slot(Header.LEVEL): LEVEL_NAMES[facts.cognitive_level] if facts.cognitive_level else NONE,
        Slot(Header.BASIS): facts.legal_basis or NONE,
        Slot(Header.SHARE): facts.judged_share,
        Slot(Header.ENEMIES): ", ".join(facts.enemies),
        Slot(Header.POOL): POOL_NAMES[facts.pool] if facts.pool else "",
    }


def _parts(stem: str, asked: Asked) -> Cells:
    cells: Cells = {Slot(Header.AT_MOST): str(asked.at_most) if asked.at_most else ""}
    if asked.kind.own_options:
        for number, place in enumerate(asked.place_ids, start=1):
            cells[place_slot(number)] = join_list(to_authored(one.content) for one in _own(asked, place))
    else:
        spared = asked.interaction in TRUTHS and tuple(o.content for o in asked.options) == TRUE_AND_FALSE
        for number, option in enumerate(() if spared else asked.options, start=1):
            cells[option_slot(number)] = to_authored(option.content)
        words = dict(marks_in(stem)) if asked.kind.in_stem else {}
        for number, one in enumerate(asked.places, start=1):
            same = one.content == words.get(one.id, "")
            cells[place_slot(number)] = "" if same else to_authored(one.content)
    if any(place.area for place in asked.places):
        cells[Slot(Header.AREAS)] = write_areas(place.area for place in asked.places)
    return cells


def _own(asked: Asked, place: str) -> list[Option]:
    return [one for one in asked.options if one.place == place]


def _is_named(stem: str, asked: Asked) -> bool:
    """Whether the parts have other names than a reader would give them."""
    marks = [id_ for id_, _words in marks_in(stem)]
    own = [len(_own(asked, place)) for place in asked.place_ids]
    counts = own if asked.kind.own_options else [len(asked.options)]
    usual = usual_names(asked.interaction, counts, marks, len(asked.places))
    return usual != Names(asked.option_ids, asked.place_ids)


def _key(stem: str, asked: Asked, key: Key) -> Cells:
    named = _is_named(stem, asked)
    naming = Naming(asked, named)
    implied = Credit.WHOLE if key.weights is None else Credit.WEIGHTS
    cells: Cells = {
        Slot(Header.IDS): write_names(asked) if named else "",
        Slot(Header.KEY): write_key(naming, key.accepted, key.tolerance) if key.accepted else "",
        Slot(Header.CREDIT): "" if key.credit is implied else CREDIT_NAMES[key.credit],
        Slot(Header.MATCHING): write_matching(with_case=key.with_case, with_marks=key.with_marks),
        Slot(Header.RUBRIC): write_rubric(key.rubric),
        Slot(Header.LIMITS): write_limits(_limits(asked, key)),
    }
    if key.weights is not None:
        parts: Mapping[str, str] = {part: part for part in key.weights.of}
        if asked.kind.form is not Form.TEXT:
            parts = {part: write_key(naming, (part,), key.tolerance) for part in key.weights.of}
        cells[Slot(Header.WEIGHTS)] = write_weights({parts[part]: w for part, w in key.weights.of.items()})
        cells[Slot(Header.BOUNDS)] = write_bounds(key.weights)
    return cells


def _limits(asked: Asked, key: Key) -> dict[str, int | None]:
    """The limits that a reader would not suppose."""
    most = None if asked.interaction is Interaction.STATEMENTS else 1
    bare = replace(
        asked,
        options=tuple(replace(one, at_most=most) for one in asked.options),
        places=tuple(replace(one, at_most=1) for one in asked.places),
    )
    supposed = _said_limits(usual_limits(bare, key.accepted))
    return {name: most for name, most in _said_limits(asked).items() if supposed[name] != most}


def _said_limits(asked: Asked) -> dict[str, int | None]:
    options = {one.id: one.at_most for one in asked.options}
    return options | {f">{one.id}": one.at_most for one in asked.places}
