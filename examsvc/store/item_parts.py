"""An item's parts and its key as their rows keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from examsvc.store.models import ItemKeyRow, ItemVersionRow
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, Weights
from item_bank.translation import Translation

OPTION_ID_LIMIT = 8  # characters of item_key.option_id


def write_asked(row: ItemVersionRow, asked: Asked) -> None:
    """Put an interaction with its parts into the row."""
    row.interaction = asked.interaction.value
    row.options = [_option(option) for option in asked.options]
    row.places = [_place(place) for place in asked.places] or None
    row.most_chosen = asked.at_most


def read_asked(row: ItemVersionRow) -> Asked:
    """The interaction of a stored wording."""
    return asked_of(row.interaction, row.options, row.places, row.most_chosen)


def asked_of(
    interaction: str, options: Sequence[Any], places: Sequence[Any] | None, most_chosen: int | None
) -> Asked:
    """The interaction of a stored wording, from its columns."""
    return Asked(
        Interaction(interaction),
        tuple(Option(one["id"], one["content"], one.get("place"), one.get("at_most", 1)) for one in options),
        tuple(
            Place(one["id"], one["content"], _area(one.get("area")), one.get("at_most", 1))
            for one in places or ()
        ),
        most_chosen,
    )


def _option(option: Option) -> dict[str, Any]:
    """What most options are without saying it is left out."""
    kept: dict[str, Any] = {"id": option.id, "content": option.content}
    if option.place is not None:
        kept["place"] = option.place
    if option.at_most != 1:
        kept["at_most"] = option.at_most
    return kept


def _place(place: Place) -> dict[str, Any]:
    kept: dict[str, Any] = {"id": place.id, "content": place.content}
    if place.area is not None:
        kept["area"] = {"shape": place.area.shape, "coords": list(place.area.coords)}
    if place.at_most != 1:
        kept["at_most"] = place.at_most
    return kept


def _area(kept: Mapping[str, Any] | None) -> Area | None:
    return None if kept is None else Area(kept["shape"], tuple(kept["coords"]))


def keep_translation(translation: Translation | None) -> dict[str, Any] | None:
    """A translation as the column keeps it."""
    if translation is None:
        return None
    return {
        "stem": translation.stem,
        "options": dict(translation.options),
        "places": dict(translation.places),
        "rationale": translation.rationale,
    }


def translation_of(kept: Mapping[str, Any] | None) -> Translation | None:
    """A translation from its column."""
    if kept is None:
        return None
    return Translation(kept["stem"], kept["options"], kept["places"], kept["rationale"])


def write_key(row: ItemKeyRow, key: Key) -> None:
    """Put a key into the row: by its option where that says all, else as a rule."""
    row.version = key.version
    option = key.accepted[0] if len(key.accepted) == 1 else ""
    if 0 < len(option) <= OPTION_ID_LIMIT and " " not in option and key == Key(key.version, (option,)):
        row.option_id, row.rule = option, None
    else:
        row.option_id, row.rule = "", _rule(key)


def read_key(row: ItemKeyRow) -> Key:
    """A stored key."""
    return key_of(row.version, row.option_id, row.rule)


def key_of(version: int, option_id: str, rule: Mapping[str, Any] | None) -> Key:
    """A stored key, from its columns."""
    if rule is None:
        return Key(version, (option_id,))
    return Key(
        version,
        tuple(rule["accepted"]),
        Credit(rule.get("credit", Credit.WHOLE)),
        Decimal(rule.get("tolerance", "0")),
        rule.get("with_case", False),
        rule.get("with_marks", True),
        _weights(rule.get("weights")),
        tuple(Criterion(one["description"], one["points"]) for one in rule.get("rubric", ())),
    )


def _rule(key: Key) -> dict[str, Any]:
    rule: dict[str, Any] = {"accepted": list(key.accepted), "credit": key.credit.value}
    if key.tolerance:
        rule["tolerance"] = str(key.tolerance)
    rule |= {"with_case": key.with_case, "with_marks": key.with_marks}
    if key.weights is not None:
        weights = key.weights
        rule["weights"] = {
            "of": {part: str(weight) for part, weight in weights.of.items()},
            "best": str(weights.best),
            "otherwise": str(weights.otherwise),
            "low": None if weights.low is None else str(weights.low),
            "high": None if weights.high is None else str(weights.high),
        }
    if key.rubric:
        rule["rubric"] = [{"description": one.description, "points": one.points} for one in key.rubric]
    return rule


def _weights(kept: Mapping[str, Any] | None) -> Weights | None:
    if kept is None:
        return None
    return Weights(
        {part: Fraction(weight) for part, weight in kept["of"].items()},
        Fraction(kept["best"]),
        Fraction(kept["otherwise"]),
        None if kept["low"] is None else Fraction(kept["low"]),
        None if kept["high"] is None else Fraction(kept["high"]),
    )
