"""The options and places of a row, and what they are called where its author does not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.cells import column_letter
from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot, place_slot
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.notation import read_areas, read_count, read_limits, split_list
from item_bank.formats.xlsx_bank.words import upright
from item_bank.interactions.asked import Area, Asked, Option, Place, marks_in
from item_bank.interactions.kinds import KINDS, Form, Interaction
from item_bank.interactions.responses import parts_of
from item_bank.quality import equal_options
from item_bank.stem import plain_text

TRUTHS: Final = frozenset({Interaction.TRUE_FALSE, Interaction.STATEMENTS})
TRUE_AND_FALSE: Final = ("Đúng", "Sai")
# interactions whose key says, where the author does not, whether an option may be put to several places
SHARED: Final = frozenset({Interaction.MATCH, Interaction.GAP_MATCH})
_CHOICES: Final = frozenset(
    {Interaction.SINGLE_CHOICE, Interaction.MULTIPLE_RESPONSE, Interaction.TRUE_FALSE}
)


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts are called: option ids and place ids, in order."""

    options: tuple[str, ...]
    places: tuple[str, ...]


def usual_names(interaction: Interaction, own: Sequence[int], marks: Sequence[str], n_places: int) -> Names:
    """The names that need not be written.

    own : how many options there are; one number for each place where places have options of their own
    """
    kind = KINDS[interaction]
    places = tuple(marks) if kind.in_stem else tuple(str(number) for number in range(1, n_places + 1))
    if interaction in TRUTHS:
        return Names(("T", "F"), places)
    if kind.own_options:
        return Names(
            tuple(
                f"{place}{column_letter(number)}"
                for place, count in zip(places, own, strict=False)
                for number in range(1, count + 1)
            ),
            places,
        )
    return Names(tuple(column_letter(number) for number in range(1, sum(own) + 1)), places)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the cells of options and places hold, sanitised; choices are those of each place."""

    options: tuple[str, ...]
    places: tuple[str, ...]
    choices: tuple[tuple[str, ...], ...] = ()


def read_contents(line: Line, interaction: Interaction) -> Contents:
    """The options and places of a row; what is left out between others is missing."""
    kind = KINDS[interaction]
    n_options, n_places = line.last(Header.OPTION), line.last(Header.PLACE)
    if interaction not in TRUTHS:
        n_options = max(n_options, 0 if kind.own_options else kind.options[0])
        n_places = max(n_places, 0 if kind.in_stem else kind.places[0])
    if kind.own_options:
        return Contents((), (), tuple(_choices(line, number) for number in range(1, n_places + 1)))
    options = tuple(_whole(line, option_slot(number)) for number in range(1, n_options + 1))
    if kind.in_stem:
        return Contents(options, tuple(line.markup(place_slot(number)) for number in range(1, n_places + 1)))
    places = tuple(_whole(line, place_slot(number)) for number in range(1, n_places + 1))
    if interaction is Interaction.STATEMENTS and not places and len(options) >= KINDS[interaction].places[0]:
        return Contents((), options)  # as foreign workbooks have it: the statements in the options' columns
    return Contents(options, places)


def _whole(line: Line, slot: Slot) -> str:
    if not line.is_given(slot):
        line.fail(slot, "MISSING_CELL")
    return line.markup(slot)


def _choices(line: Line, number: int) -> tuple[str, ...]:
    slot = place_slot(number)
    if not line.is_given(slot):
        line.fail(slot, "MISSING_CELL")
    line.markup(slot)  # so that its pictures are known
    return tuple(line.sanitised(slot, typed) for typed in split_list(line.text(slot)))


def read_asked(line: Line, interaction: Interaction) -> Asked | None:
    """What the row asks for, each option for any number of places yet; None where its parts make no item."""
    contents = read_contents(line, interaction)
    if interaction in TRUTHS and not contents.options:
        contents = replace(contents, options=TRUE_AND_FALSE)
    marks = [id_ for id_, _words in marks_in(line.markup(Header.STEM))]
    own = [len(one) for one in contents.choices] or [len(contents.options)]
    usual = usual_names(interaction, own, marks, len(contents.places))
    names = line.read(Header.IDS, read_names, usual)
    none: list[Area | None] = []
    areas = line.read(Header.AREAS, read_areas, none)
    at_most = line.read(Header.AT_MOST, read_count, None)
    try:
        options = _options(interaction, contents, names)
        places = _places(line, interaction, contents, names, areas)
        asked = Asked(interaction, options, places, at_most)
    except InvalidItem as refusal:
        line.fail(_blamed(refusal.code, interaction), refusal.code, **refusal.params)
        return None
    _refuse_equal(line, asked)
    return asked


def _blamed(code: str, interaction: Interaction) -> Slot:
    if code in {"WRONG_NUMBER_OF_PLACES", "WRONG_NUMBER_OF_GAPS", "PLACE_WITHOUT_OPTIONS"}:
        return Slot(Header.STEM) if KINDS[interaction].in_stem else place_slot(1)
    if code == "PLACE_WITHOUT_AREA":
        return Slot(Header.AREAS)
    return Slot(Header.IDS) if code.endswith(("_ID", "_TWICE", "_NAMES")) else option_slot(1)


def read_names(text: str) -> Names:
    """x y z | g1 g2: the options', behind the bar the places'."""
    options, _bar, places = upright(text).partition("|")
    return Names(tuple(options.split()), tuple(places.split()))


def write_names(asked: Asked) -> str:
    bar = " | " if asked.options and asked.places else "| " if asked.places else ""
    return " ".join(asked.option_ids) + bar + " ".join(asked.place_ids)


def _options(interaction: Interaction, contents: Contents, names: Names) -> tuple[Option, ...]:
    kind = KINDS[interaction]
    most = None if kind.form is Form.PAIRED and not kind.own_options else 1
    owned: list[tuple[str, str | None]]
    if kind.own_options:
        owned = [
            (content, place)
            for place, choices in zip(names.places, contents.choices, strict=False)
            for content in choices
        ]
        if len(contents.choices) != len(names.places):
            raise InvalidItem("WRONG_NUMBER_OF_GAPS", count=len(names.places), expected=len(contents.choices))
    else:
        owned = [(content, None) for content in contents.options]
    if len(names.options) != len(owned):
        raise InvalidItem("WRONG_NUMBER_OF_NAMES", count=len(names.options), expected=len(owned))
    return tuple(
        Option(id_, content, place, most) for id_, (content, place) in zip(names.options, owned, strict=True)
    )


def _places(
    line: Line, interaction: Interaction, contents: Contents, names: Names, areas: Sequence[Area | None]
) -> tuple[Place, ...]:
    kind = KINDS[interaction]
    texts = contents.places
    if kind.in_stem:
        words = dict(marks_in(line.markup(Header.STEM)))
        if len(texts) > len(names.places):
            raise InvalidItem("WRONG_NUMBER_OF_GAPS", count=len(names.places), expected=len(texts))
        given = dict(zip(names.places, texts, strict=False))
        texts = tuple(given.get(id_) or words.get(id_, "") for id_ in names.places)
    if len(names.places) != len(texts):
        raise InvalidItem("WRONG_NUMBER_OF_NAMES", count=len(names.places), expected=len(texts))
    if areas and len(areas) != len(texts):
        raise InvalidItem("PLACE_WITHOUT_AREA", count=len(areas), expected=len(texts))
    most = None if interaction in SHARED else 1
    return tuple(
        Place(id_, text, areas[number] if areas else None, most)
        for number, (id_, text) in enumerate(zip(names.places, texts, strict=True))
    )


def usual_limits(asked: Asked, accepted: Sequence[str]) -> Asked:
    """Each option to one place and each place for one option, unless the key itself asks for more."""
    if asked.interaction not in SHARED:
        return asked
    used: Counter[str] = Counter()
    for response in accepted:
        pairs = [part.split(">") for part in parts_of(response)]
        here = Counter([option for option, _ in pairs]) + Counter([f">{place}" for _, place in pairs])
        used |= here
    often = {name.startswith(">") for name, times in used.items() if times > 1}
    options = tuple(replace(one, at_most=None if False in often else 1) for one in asked.options)
    places = tuple(replace(one, at_most=None if True in often else 1) for one in asked.places)
    return replace(asked, options=options, places=places)


def with_limits(asked: Asked, limits: Mapping[str, int | None]) -> Asked:
    """With the limits that are said; a place's name stands behind an arrow: B=2; >1=*.

    Raises InvalidItem INVALID_LIMIT.
    """
    known = {*asked.option_ids, *(f">{id_}" for id_ in asked.place_ids)}
    for name in limits.keys() - known:
        raise InvalidItem("INVALID_LIMIT", value=name[:40])
    return replace(
        asked,
        options=tuple(replace(one, at_most=limits.get(one.id, one.at_most)) for one in asked.options),
        places=tuple(replace(one, at_most=limits.get(f">{one.id}", one.at_most)) for one in asked.places),
    )


def said_limits(line: Line) -> dict[str, int | None]:
    return line.read(Header.LIMITS, read_limits, {})


def _refuse_equal(line: Line, asked: Asked) -> None:
    """Of two options that read alike nobody could tell which one the key means."""
    if asked.interaction not in _CHOICES:
        return
    readings = {one.id: plain_text(one.content) for one in asked.options}
    for earlier, later in equal_options({id_: text for id_, text in readings.items() if text}):
        line.fail(option_slot(asked.option_ids.index(later) + 1), "DUPLICATE_OPTION", same_as=earlier)
