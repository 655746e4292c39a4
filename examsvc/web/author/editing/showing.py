"""A stored item as its author would type it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from examsvc.web.author.editing.parts import key_of, parts_of
from examsvc.web.author.editing.typed import (
    PAIRED_ROWS,
    TYPED_KEYS,
    Typed,
    TypedCriterion,
    TypedOption,
    TypedPlace,
    settled,
)
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Area, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of as parts_of_response
from item_bank.item import ItemVersion
from item_bank.labels import Parts, relabelled
from item_bank.stem import from_authored, to_authored

_NUMBERS: Final = 4


def shown(item: ItemVersion, key: Key) -> Typed:
    """The form of a stored item; where the form cannot say all of its key, see `is_lossy`."""
    asked, english = item.asked, item.english
    right = _right_parts(item, key)
    limits = [one.at_most for one in asked.options]
    typed = Typed(
        item.interaction,
        stem=to_authored(item.stem),
        english_stem="" if english is None else to_authored(english.stem),
        options=_options(item, right),
        places=tuple(_place(item, place, right) for place in asked.places),
        accepted=(key.accepted if item.interaction in TYPED_KEYS else ()) or ("",),
        tolerance=str(key.tolerance).replace(".", ",") if key.tolerance else "",
        with_case=key.with_case,
        with_marks=key.with_marks,
        reuse=item.interaction in PAIRED_ROWS and any(limit != 1 for limit in limits),
        at_most="" if asked.at_most is None else str(asked.at_most),
        credit=key.credit.value,
        rubric=tuple(TypedCriterion(one.description, str(one.points)) for one in key.rubric)
        or (TypedCriterion(),),
        with_english=english is not None,
    )
    if item.interaction in PAIRED_ROWS:
        typed = _in_pairs(typed, right)
    return settled(typed)


def is_lossy(item: ItemVersion, key: Key) -> bool:
    """Whether what the form shows would be stored as another interaction or key than this one.

    Files bring keys that the form does not write: weights of single parts, several right responses.
    """
    typed = shown(item, key)
    try:
        parts = parts_of(typed)
        again = relabelled(
            Parts(
                from_authored(typed.stem),
                replace(
                    parts.asked,
                    options=tuple(
                        replace(one, content=from_authored(one.content)) for one in parts.asked.options
                    ),
                    places=tuple(
                        replace(one, content=from_authored(one.content)) for one in parts.asked.places
                    ),
                ),
                key_of(typed, parts),
            )
        )
    except InvalidItem:
        return True
    return (again.asked, replace(again.key, version=key.version)) != (item.asked, key)


def _right_parts(item: ItemVersion, key: Key) -> tuple[str, ...]:
    if item.asked.kind.rated or item.interaction in TYPED_KEYS or not key.accepted:
        return ()
    return parts_of_response(key.accepted[0])


def _options(item: ItemVersion, right: tuple[str, ...]) -> tuple[TypedOption, ...]:
    english = {} if item.english is None else item.english.options
    rows = [
        TypedOption(
            option.id,
            to_authored(option.content),
            to_authored(english.get(option.id, "")),
            option.id in right or f"{option.id}>{option.place}" in right,
            option.place or "",
        )
        for option in item.options
    ]
    if item.interaction is Interaction.ORDER:
        rows.sort(key=lambda row: right.index(row.id) if row.id in right else len(right))
        return tuple(replace(row, right=False) for row in rows)
    if item.asked.kind.own_options:
        rows.sort(key=lambda row: item.asked.place_ids.index(row.place))
    return tuple(rows)


def _place(item: ItemVersion, place: Place, right: tuple[str, ...]) -> TypedPlace:
    english = {} if item.english is None else item.english.places
    said = next((part.partition(">")[0] for part in right if part.partition(">")[2] == place.id), "")
    numbers, points = _coordinates(place.area)
    return TypedPlace(
        place.id,
        "" if item.interaction is Interaction.HOTTEXT else to_authored(place.content),
        "" if item.interaction is Interaction.HOTTEXT else to_authored(english.get(place.id, "")),
        said if item.interaction is Interaction.STATEMENTS else "",
        place.id in right,
        shape="rect" if place.area is None else place.area.shape,
        numbers=numbers,
        points=points,
    )


def _coordinates(area: Area | None) -> tuple[tuple[str, ...], str]:
    blank = ("",) * _NUMBERS
    if area is None:
        return blank, ""
    if area.shape == "poly":
        return blank, " ".join(map(str, area.coords))
    texts = tuple(map(str, area.coords))
    return (*texts, *blank)[:_NUMBERS], ""


def _in_pairs(typed: Typed, right: tuple[str, ...]) -> Typed:
    """Each right pair a row; options that belong nowhere are those that remain."""
    options = {row.id: row for row in typed.options}
    rows: list[TypedPlace] = []
    used: set[str] = set()
    for place in typed.places:
        named = [part.partition(">")[0] for part in right if part.partition(">")[2] == place.id]
        used.update(named)
        for option in named or [""]:
            found = options.get(option, TypedOption(""))
            rows.append(replace(place, right=False, pair=found.content, english_pair=found.english))
    extras = tuple(replace(row, right=False) for row in typed.options if row.id not in used)
    return replace(typed, options=extras, places=tuple(rows))
