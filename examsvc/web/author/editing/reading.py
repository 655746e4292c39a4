"""The form's fields as typed parts, whatever a browser sends."""

from __future__ import annotations

import re
from typing import Final

from examsvc.web.author.editing.typed import (
    SHAPES,
    Fields,
    Typed,
    TypedCriterion,
    TypedOption,
    TypedPlace,
    settled,
    with_place_names,
)
from item_bank.interactions.kinds import MOST, MOST_INLINE, Interaction

MOST_STEM: Final = 4000
MOST_TEXT: Final = 1500
MOST_LINE: Final = 300
MOST_ROWS: Final = MOST_INLINE
_OPTION: Final = re.compile(r"option_([a-z]{1,3})")
_PLACE: Final = re.compile(r"(?:place|pair|right|shape)_(p\d{1,3})")
_MARKED: Final = re.compile(r"[A-Z0-9_]{1,16}")
_ACCEPTED: Final = re.compile(r"accepted_\d{1,3}")
_CRITERION: Final = re.compile(r"criterion_(\d{1,3})")


def typed_of(fields: Fields) -> Typed:
    """What the fields say; rows stand in the order in which the form sent them.

    Nothing is refused and nothing left out: what is wrong is said when the wording is made. Texts beyond what
    any item may hold are cut, for the form lets nobody type them.
    """
    interaction = interaction_of(_one(fields, "interaction"))
    typed = Typed(
        interaction,
        stem=with_place_names(_one(fields, "stem")[:MOST_STEM]),
        english_stem=with_place_names(_one(fields, "english_stem")[:MOST_STEM]),
        options=_options(fields),
        places=_places(fields, interaction),
        accepted=tuple(_texts(fields, _ACCEPTED)) or ("",),
        tolerance=_one(fields, "tolerance")[:40],
        with_case="with_case" in fields,
        with_marks="with_marks" in fields,
        reuse="reuse" in fields,
        at_most=_one(fields, "at_most")[:10],
        credit=_one(fields, "credit"),
        rubric=_rubric(fields),
        with_english="english" in fields,
    )
    return settled(typed)


def interaction_of(name: str) -> Interaction:
    """The interaction of this name; a form that does not say it is one of a single choice."""
    return Interaction(name) if name in set(Interaction) else Interaction.SINGLE_CHOICE


def _one(fields: Fields, name: str) -> str:
    values = fields.get(name) or [""]
    return str(values[0])


def _options(fields: Fields) -> tuple[TypedOption, ...]:
    chosen = {value.upper() for value in fields.get("key", ())}
    chosen |= {value.upper() for name in fields if name.startswith("right_p") for value in fields[name]}
    return tuple(
        TypedOption(
            id_.upper(),
            _one(fields, f"option_{id_}")[:MOST_TEXT],
            _one(fields, f"english_option_{id_}")[:MOST_TEXT],
            id_.upper() in chosen,
            _one(fields, f"of_{id_}")[:16],
        )
        for id_ in _ids(fields, _OPTION, MOST_ROWS)
    )


def _places(fields: Fields, interaction: Interaction) -> tuple[TypedPlace, ...]:
    chosen = {value.upper() for value in fields.get("key", ())}
    ids = _ids(fields, _PLACE, MOST)
    if interaction is Interaction.HOTTEXT:  # of marked words nothing is typed but which of them are right
        ids = sorted(id_.lower() for id_ in chosen if _MARKED.fullmatch(id_))
    return tuple(_place(fields, id_, chosen) for id_ in ids)


def _place(fields: Fields, id_: str, chosen: set[str]) -> TypedPlace:
    shape = _one(fields, f"shape_{id_}")
    return TypedPlace(
        id_.upper(),
        _one(fields, f"place_{id_}")[:MOST_TEXT],
        _one(fields, f"english_place_{id_}")[:MOST_TEXT],
        _one(fields, f"right_{id_}").upper()[:3],
        id_.upper() in chosen,
        _one(fields, f"pair_{id_}")[:MOST_TEXT],
        _one(fields, f"english_pair_{id_}")[:MOST_TEXT],
        shape if shape in SHAPES else "rect",
        tuple(_one(fields, f"area_{id_}_{number}")[:6] for number in range(1, 5)),
        _one(fields, f"points_{id_}")[:600],
    )


def _ids(fields: Fields, pattern: re.Pattern[str], most: int) -> list[str]:
    found = (match.group(1) for name in fields if (match := pattern.fullmatch(name)))
    return list(dict.fromkeys(found))[:most]


def _texts(fields: Fields, pattern: re.Pattern[str]) -> list[str]:
    return [_one(fields, name)[:MOST_LINE] for name in fields if pattern.fullmatch(name)][:MOST]


def _rubric(fields: Fields) -> tuple[TypedCriterion, ...]:
    numbers = _ids(fields, _CRITERION, MOST)
    return tuple(
        TypedCriterion(
            _one(fields, f"criterion_{number}")[:MOST_TEXT], _one(fields, f"points_{number}").strip()[:6]
        )
        for number in numbers
    )
