"""Keys of items with more responses than can be tried: by the form of their scoring alone."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidResponse
from item_bank.formats.qti.counted import counted_order
from item_bank.formats.qti.declarations import Mapping
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.shapes import AnyOf, Matched, Summed, shape_of
from item_bank.formats.qti.trial import score_of
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Credit, Key, Weights
from item_bank.interactions.responses import read_response

NOTHING: Final = Fraction(0)
Factors = abc.Mapping[str, Fraction]


def key_of(posed: Posed, program: Program, budget: Budget) -> tuple[Key, Fraction]:
    """The key and the best score, where the form of the scoring proves them.

    Raises Refused: TOO_MANY_TO_CHECK, KEY_MISSING, SCORE_NEGATIVE.
    """
    if program.responses.keys() & program.outcomes.keys():  # the forms know a variable by its name
        raise Refused("TOO_MANY_TO_CHECK")
    shape, shown = shape_of(program), _declared(posed, program)
    if isinstance(shape, Matched) and set(shape.variables) == set(posed.variables.values()):
        if any(program.responses[name].key is None for name in shape.variables) or shown is None:
            raise Refused("KEY_MISSING")
        if shape.worth > 0:
            return Key(1, (shown,)), shape.worth
    if isinstance(shape, AnyOf) and posed.variables == {"": shape.variable} and shape.worth > 0:
        cardinality = program.responses[shape.variable].cardinality
        return _any_of(posed, shape, cardinality, shown), shape.worth
    if posed.asked.kind.form is Form.ORDERED:
        return _by_count(posed, program, budget)
    if isinstance(shape, Summed):
        weights = declared_weights(posed, program)
        if weights is not None:
            return _by_weights(posed, program, weights, shown, budget)
    raise Refused("TOO_MANY_TO_CHECK")


def _any_of(posed: Posed, shape: AnyOf, cardinality: str, shown: str | None) -> Key:
    """The responses among those that the scoring names; what the item does not allow is none of them."""
    accepted: list[str] = []
    for value in shape.values:
        if value.cardinality != cardinality:  # never the same as a response
            continue
        written = posed.response_of({shape.variable: value})
        try:
            accepted += [] if written is None else [read_response(posed.asked, written)]
        except InvalidResponse:
            continue
    if not accepted:
        raise Refused("SCORE_ALWAYS_NOTHING")
    return Key(1, tuple(sorted(dict.fromkeys(accepted), key=lambda one: one != shown)))


def _by_count(posed: Posed, program: Program, budget: Budget) -> tuple[Key, Fraction]:
    found = counted_order(program, posed.variable, budget)
    names = {theirs: ours for ours, theirs in posed.options.items()}
    if (
        found is None
        or sorted(found[0]) != list(range(1, len(names) + 1))
        or set(found[0].values()) != set(names)
    ):
        raise Refused("TOO_MANY_TO_CHECK")
    places, best = found
    order = " ".join(names[places[place]] for place in sorted(places))
    return Key(1, (order,), Credit.PARTS), best


def declared_weights(posed: Posed, program: Program) -> Weights | None:
    """What the mappings say the parts are worth, `best` left at 1; None where the form is no sum of them."""
    shape = shape_of(program)
    if not isinstance(shape, Summed) or set(shape.factors) != set(posed.variables.values()):
        return None
    several = "" in posed.variables and posed.asked.kind.form in {Form.SOME, Form.PAIRED}
    if several and program.responses[posed.variable].cardinality != "multiple" and posed.asked.at_most != 1:
        return None  # several values of a single variable are NULL, whatever they add up to
    weights = mapped_weights(posed, program, shape.factors)
    if weights is None or (shape.low is None and shape.high is None):
        return weights
    lows = [one for one in (weights.low, shape.low) if one is not None]
    highs = [one for one in (weights.high, shape.high) if one is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    is_one = "" in posed.variables and (low is None or high is None or low <= high)
    return replace(weights, low=low, high=high) if is_one else None


def mapped_weights(posed: Posed, program: Program, factors: Factors) -> Weights | None:
    """What the mappings, each times its factor, say the parts are worth; None where one is missing."""
    mappings = {name: program.responses[name].mapping for name in posed.variables.values()}
    if "" in posed.variables:
        mapping, factor = mappings[posed.variable], factors[posed.variable]
        return None if mapping is None or factor <= 0 else _of_mapping(posed, mapping, factor)
    worth: dict[str, Fraction] = {}
    for option in posed.asked.options:
        name = posed.variables[option.place or ""]
        mapping = mappings[name]
        if mapping is None:
            return None
        earned = mapping.held(mapping.worth(posed.options[option.id])) * factors[name]
        if earned:
            worth[f"{option.id}>{option.place}"] = earned
    return Weights(worth, Fraction(1))


def with_best(weights: Weights, best: Fraction) -> Weights:
    return replace(weights, best=best)


def _of_mapping(posed: Posed, mapping: Mapping, factor: Fraction) -> Weights:
    named = {posed.part_of(atom): worth * factor for atom, worth, _with_case in reversed(mapping.entries)}
    return Weights(
        {part: worth for part, worth in reversed(named.items()) if part is not None},
        Fraction(1),
        mapping.otherwise * factor,
        None if mapping.low is None else mapping.low * factor,
        None if mapping.high is None else mapping.high * factor,
    )


def _declared(posed: Posed, program: Program) -> str | None:
    written = posed.response_of({name: one.key for name, one in program.responses.items()})
    try:
        return None if written is None else read_response(posed.asked, written)
    except InvalidResponse as fault:
        raise Refused("KEY_NO_RESPONSE", fault=fault.code, value=written) from fault


def _by_weights(
    posed: Posed, program: Program, weights: Weights, shown: str | None, budget: Budget
) -> tuple[Key, Fraction]:
    parts = list(parts_in(posed.asked))
    worth = {part: weights.of.get(part, weights.otherwise) for part in parts}
    if (weights.low is None and min(worth.values()) < 0) or (weights.low is not None and weights.low > 0):
        raise Refused("SCORE_NEGATIVE" if weights.low is None else "SCORE_WITHOUT_RESPONSE")
    best = sum_at_most(posed.asked, worth)
    best = best if weights.high is None else min(best, weights.high)
    if best <= 0:
        raise Refused("SCORE_ALWAYS_NOTHING")
    if shown is None and posed.asked.kind.form is Form.SOME:
        ranked = sorted((part for part in parts if worth[part] > 0), key=lambda part: -worth[part])
        shown = read_response(posed.asked, " ".join(ranked[: posed.asked.at_most or len(ranked)]))
    # the bound is the best score only where a response reaches it
    if shown is None or score_of(posed, program, shown, budget) != best:
        raise Refused("TOO_MANY_TO_CHECK")
    weights = with_best(weights, best)
    if _are_equal_parts(posed.asked, weights, worth, shown):
        return Key(1, (shown,), Credit.PARTS), best
    return Key(1, (shown,), Credit.WEIGHTS, weights=weights), best


def parts_in(asked: Asked) -> Iterable[str]:
    """Everything that a response may name."""
    if asked.kind.form is not Form.PAIRED:
        return asked.choosable_ids
    return (
        f"{option.id}>{place.id}"
        for place in asked.places
        for option in asked.options
        if option.place in {None, place.id}
    )


def sum_at_most(asked: Asked, worth: dict[str, Fraction]) -> Fraction:
    """A sum that no response exceeds: of the best parts that the limits of places, or of options, allow."""
    if asked.kind.form is not Form.PAIRED:
        return _best_of(worth.values(), asked.at_most)
    by_place = sum(
        (
            _best_of([one for part, one in worth.items() if part.endswith(f">{place.id}")], place.at_most)
            for place in asked.places
        ),
        NOTHING,
    )
    by_option = sum(
        (
            _best_of([one for part, one in worth.items() if part.startswith(f"{option.id}>")], option.at_most)
            for option in asked.options
        ),
        NOTHING,
    )
    return min(by_place, by_option)


def _best_of(worths: Iterable[Fraction], most: int | None) -> Fraction:
    ranked = sorted((one for one in worths if one > 0), reverse=True)
    return sum(ranked[:most], NOTHING)


def _are_equal_parts(asked: Asked, weights: Weights, worth: dict[str, Fraction], shown: str) -> bool:
    """Whether the weights are those of equal shares: what is right alike, what is wrong as PARTS has it."""
    right = set(shown.split(" "))
    each = weights.best / len(right)
    is_open = any(place.at_most != 1 for place in asked.places) or asked.kind.form is Form.SOME
    wrong = -each if is_open else NOTHING
    if is_open and weights.low != 0:
        return False
    if weights.high is not None and weights.high < weights.best:
        return False
    return all(one == (each if part in right else wrong) for part, one in worth.items())
