"""The key of an item, and what share of its mark a response earns by it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import KINDS, Form, Interaction
from item_bank.interactions.responses import parts_of, read_response, readings
from item_bank.stem import nfc

# Of four statements: as in the Vietnamese national examination since 2025 (see the domain's notes).
STATEMENT_SHARES: Final = (Fraction(0), Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(1))
MOST_POINTS: Final = 100  # of one criterion of a rubric
NOTHING: Final = Fraction(0)
WHOLE: Final = Fraction(1)


class Credit(StrEnum):
    """What a response that is right in part earns."""

    WHOLE = "whole"  # the whole mark, or nothing
    PARTS = "parts"  # each right part its share; where parts are chosen, each wrong one takes a share away
    STATEMENTS = "statements"  # 0.1, 0.25, 0.5, 1 for one to four right statements
    WEIGHTS = "weights"  # the sum of the weights of its parts: QTI's map_response


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of a response is worth, as QTI's mapping has it.

    of : by part (an option, a pair, a typed text)
    otherwise : of a part that is not named
    low, high : what the sum is held within; None: nothing
    best : the sum that earns the whole mark, above 0
    """

    of: Mapping[str, Fraction]
    best: Fraction
    otherwise: Fraction = NOTHING
    low: Fraction | None = NOTHING
    high: Fraction | None = None

    def __post_init__(self) -> None:
        if self.best <= 0 or (self.low is not None and self.high is not None and self.low > self.high):
            raise InvalidItem("INVALID_WEIGHTS")
        object.__setattr__(self, "of", MappingProxyType(dict(self.of)))


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an assessor looks for in an essay or a practical task, and the most points it is worth.

    description : plain text
    """

    description: str
    points: int


@dataclass(frozen=True, slots=True)
class Key:
    """What earns the mark; `version` counts corrections of the key, apart from the wording's versions.

    accepted : responses that earn the whole mark, the first of them the one to show; texts and numbers too
    tolerance : how far a number may be from an accepted one, either way, both ends included
    with_case, with_marks : whether a text must agree in capitals, and in Vietnamese marks

    A key of an essay or a practical task accepts nothing: people mark those by the rubric.
    """

    version: int
    accepted: tuple[str, ...]
    credit: Credit = Credit.WHOLE
    tolerance: Decimal = Decimal(0)
    with_case: bool = False
    with_marks: bool = True
    weights: Weights | None = field(default=None)
    rubric: tuple[Criterion, ...] = ()

    @property
    def option_id(self) -> str:
        """The right option of a single choice; empty of what people mark."""
        return self.accepted[0] if self.accepted else ""


def check_key(asked: Asked, key: Key) -> Key:
    """The key with its responses in their one spelling.

    Raises InvalidItem: INVALID_KEY_VERSION, KEY_MISSING, KEY_UNEXPECTED (of what people mark),
    KEY_NO_RESPONSE (with the response's own fault), KEY_TWICE, KEY_AMBIGUOUS (a number that can be read in
    two ways), CREDIT_UNFIT, INVALID_TOLERANCE, WEIGHTS_MISSING, RUBRIC_UNEXPECTED, INVALID_RUBRIC.
    """
    if key.version < 1:
        raise InvalidItem("INVALID_KEY_VERSION", version=key.version)
    if asked.kind.rated:
        if key.accepted:
            raise InvalidItem("KEY_UNEXPECTED")
        for criterion in key.rubric:
            if not criterion.description.strip() or not 1 <= criterion.points <= MOST_POINTS:
                raise InvalidItem("INVALID_RUBRIC", value=criterion.description[:80], points=criterion.points)
        return key
    if key.rubric:
        raise InvalidItem("RUBRIC_UNEXPECTED")
    accepted = _accepted(asked, key)
    if not key.tolerance.is_finite() or key.tolerance < 0:
        raise InvalidItem("INVALID_TOLERANCE", value=str(key.tolerance))
    if key.credit not in _CREDITS[asked.kind.form] or (
        key.credit is Credit.STATEMENTS and len(asked.places) + 1 != len(STATEMENT_SHARES)
    ):
        raise InvalidItem("CREDIT_UNFIT", credit=key.credit.value)
    if (key.credit is Credit.WEIGHTS) != (key.weights is not None):
        raise InvalidItem("WEIGHTS_MISSING")
    return replace(key, accepted=accepted)


def _accepted(asked: Asked, key: Key) -> tuple[str, ...]:
    """The key's responses, each in its one spelling and once."""
    if not key.accepted:
        raise InvalidItem("KEY_MISSING")
    try:
        accepted = tuple(read_response(asked, response) for response in key.accepted)
    except InvalidResponse as fault:
        raise InvalidItem("KEY_NO_RESPONSE", fault=fault.code, **fault.params) from fault
    if len(set(accepted)) < len(accepted):
        raise InvalidItem("KEY_TWICE")
    for number in accepted if asked.kind.form is Form.NUMBER else ():
        if len(readings(number)) > 1:
            raise InvalidItem("KEY_AMBIGUOUS", value=number)
    return accepted


def credits_of(interaction: Interaction, n_places: int) -> tuple[Credit, ...]:
    """The credits that a key may give, in the order in which they are defined; none where people mark."""
    kind = KINDS[interaction]
    if kind.rated:
        return ()
    fitting = _CREDITS[kind.form]
    if interaction is not Interaction.STATEMENTS or n_places + 1 != len(STATEMENT_SHARES):
        fitting = fitting - {Credit.STATEMENTS}
    return tuple(credit for credit in Credit if credit in fitting)


def share(asked: Asked, key: Key, response: str | None) -> Fraction:
    """What share of the item's mark the response earns: from 0 to 1, exactly.

    No response, and one that the item does not allow, earn nothing. Raises InvalidItem KEY_MISSING where
    people mark.
    """
    if asked.kind.rated:
        raise InvalidItem("KEY_MISSING")
    if response is None:
        return NOTHING
    try:
        given = read_response(asked, response)
    except InvalidResponse:
        return NOTHING
    if key.weights is not None:
        return _weighed(asked, key, key.weights, given)
    return max(_share_by(asked, key, given, accepted) for accepted in key.accepted)


def _share_by(asked: Asked, key: Key, given: str, accepted: str) -> Fraction:
    form = asked.kind.form
    if form is Form.NUMBER:
        return WHOLE if _is_near(given, accepted, key.tolerance) else NOTHING
    if form is Form.TEXT:
        return WHOLE if _compared(given, key) == _compared(accepted, key) else NOTHING
    if key.credit is Credit.WHOLE:
        return WHOLE if given == accepted else NOTHING
    right, named = set(_placed(form, accepted)), set(_placed(form, given))
    hits = len(right & named)
    if key.credit is Credit.STATEMENTS:
        return STATEMENT_SHARES[hits]
    # who marks every option must not earn what those earn who know which
    wrong = len(named - right) if form is Form.SOME or _is_open(asked) else 0
    return max(NOTHING, Fraction(hits - wrong, len(right)))


def _placed(form: Form, response: str) -> tuple[str, ...]:
    """The parts of a response; of an order each with its place."""
    parts = parts_of(response)
    if form is Form.ORDERED:
        return tuple(f"{part}>{place}" for place, part in enumerate(parts))
    return parts


def _is_open(asked: Asked) -> bool:
    """Whether a place takes several options, so that naming all of them would hit the right ones."""
    return any(place.at_most != 1 for place in asked.places)


def _weighed(asked: Asked, key: Key, weights: Weights, given: str) -> Fraction:
    if asked.kind.form is Form.TEXT:
        worth = {_compared(text, key): weight for text, weight in weights.of.items()}
        total = worth.get(_compared(given, key), weights.otherwise)
    else:
        total = sum((weights.of.get(part, weights.otherwise) for part in set(parts_of(given))), NOTHING)
    if weights.low is not None:
        total = max(total, weights.low)
    if weights.high is not None:
        total = min(total, weights.high)
    return min(WHOLE, max(NOTHING, total / weights.best))


def _is_near(given: str, accepted: str, tolerance: Decimal) -> bool:
    return any(abs(one - other) <= tolerance for one in readings(given) for other in readings(accepted))


def _compared(text: str, key: Key) -> str:
    """A text as keys are compared: white space as one space, and what the key does not ask for taken away."""
    reading = " ".join(nfc(text).split())
    if not key.with_case:
        reading = reading.casefold()
    if not key.with_marks:
        apart = unicodedata.normalize("NFD", reading.replace("đ", "d").replace("Đ", "D"))
        reading = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return nfc(reading)


_CREDITS: Final[dict[Form, frozenset[Credit]]] = {
    Form.ONE: frozenset({Credit.WHOLE, Credit.WEIGHTS}),
    Form.SOME: frozenset({Credit.WHOLE, Credit.PARTS, Credit.WEIGHTS}),
    Form.ORDERED: frozenset({Credit.WHOLE, Credit.PARTS}),
    Form.PAIRED: frozenset({Credit.WHOLE, Credit.PARTS, Credit.STATEMENTS, Credit.WEIGHTS}),
    Form.NUMBER: frozenset({Credit.WHOLE}),
    Form.TEXT: frozenset({Credit.WHOLE, Credit.WEIGHTS}),
    Form.NOTHING: frozenset({Credit.WHOLE}),
}
