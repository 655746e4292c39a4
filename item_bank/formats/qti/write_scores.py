"""The declarations and the response processing that score an item as its key marks it.

A template where one suffices; else one of three patterns: a condition that earns MAXSCORE, a sum of mapped
responses, or right parts that are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from item_bank.formats.qti.large import parts_in, sum_at_most
from item_bank.formats.qti.processing import RESPONSE
from item_bank.formats.qti.rules import Rules, decimal_of
from item_bank.formats.qti.versions import Version
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import STATEMENT_SHARES, Credit, Key, Weights
from item_bank.interactions.responses import parts_of, readings

NOTHING: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Scoring:
    """XML: response declarations, further outcome declarations, the processing (empty where people mark)."""

    responses: str
    outcomes: str
    processing: str


def scoring_of(version: Version, asked: Asked, key: Key, best: Decimal) -> Scoring:
    """How QTI scores the item: for every response its share of the mark `best`."""
    rules = Rules(version, asked)
    form = asked.kind.form
    if asked.kind.rated:
        base = "string" if asked.interaction is Interaction.ESSAY else "file"
        declared = version.element(
            "responseDeclaration", {"identifier": RESPONSE, "cardinality": "single", "baseType": base}
        )
        return Scoring(declared, "", "")
    if form is Form.NUMBER:
        return _by_condition(rules, key, rules.any_of([_near(rules, one, key) for one in key.accepted]))
    weights = _weights(asked, key, Fraction(best))
    if weights is not None:
        return _mapped(rules, key, weights, best)
    if key.credit is Credit.WHOLE:
        if len(key.accepted) == 1 and best == 1 and "" in rules.variables:
            return Scoring(rules.declarations(key.accepted[0]), "", rules.template("match_correct"))
        condition = (
            rules.matches_key(key.accepted[0])
            if len(key.accepted) == 1
            else rules.any_of([rules.is_exactly(one) for one in key.accepted])
        )
        return _by_condition(rules, key, condition)
    return _counted(rules, key)


def _by_condition(rules: Rules, key: Key, condition: str) -> Scoring:
    rule = rules.when(condition, rules.sets("SCORE", rules.variable("MAXSCORE")))
    return Scoring(rules.declarations(key.accepted[0]), "", rules.processing(rule))


def _near(rules: Rules, accepted: str, key: Key) -> str:
    (number,) = readings(accepted)
    expected = rules.literal("float", f"{number:f}")
    tolerance = f"{key.tolerance:f}"
    said = {"toleranceMode": "absolute", "tolerance": f"{tolerance} {tolerance}"} if key.tolerance else {
        "toleranceMode": "exact"
    }  # fmt: skip
    return rules.element("equal", said, expected, rules.variable(RESPONSE))


def _weights(asked: Asked, key: Key, best: Fraction) -> Weights | None:
    """The key as what its parts are worth, where it can be said so; `best` of a text that is accepted."""
    if key.weights is not None:
        return key.weights
    form = asked.kind.form
    if form is Form.TEXT and not (key.with_case and len(key.accepted) == 1):
        return Weights(dict.fromkeys(key.accepted, best), best)
    if key.credit is not Credit.PARTS or form is Form.ORDERED or len(key.accepted) > 1:
        return None
    right = parts_of(key.accepted[0])
    is_open = any(place.at_most != 1 for place in asked.places)
    wrong = Fraction(-1) if form is Form.SOME or is_open else NOTHING
    return Weights(dict.fromkeys(right, Fraction(1)), Fraction(len(right)), wrong)


def _mapped(rules: Rules, key: Key, weights: Weights, best: Decimal) -> Scoring:
    """A template where the shares of the mark have decimals that end; else whole weights, and a product."""
    held = _held(rules.asked, weights)
    factor = Fraction(best) / weights.best
    scaled = _times(held, factor)
    if "" in rules.variables:
        if all(decimal_of(worth) is not None for worth in _numbers(scaled)):
            declared = rules.declarations(key.accepted[0], {"": rules.mapping(scaled, key)})
            return Scoring(declared, "", rules.template("map_response"))
        held = _times(held, Fraction(lcm(*(worth.denominator for worth in _numbers(held)))))
        declared = rules.declarations(key.accepted[0], {"": rules.mapping(held, key)})
        return Scoring(declared, "", rules.processing(rules.product(rules.mapped(RESPONSE), held.best)))
    held = _times(held, Fraction(lcm(*(worth.denominator for worth in _numbers(held)))))
    mappings = {place: rules.mapping_of(place, held) for place in rules.variables}
    total = rules.element("sum", {}, *(rules.mapped(name) for name in rules.variables.values()))
    if held.high is not None:
        total = rules.element("min", {}, total, rules.literal("float", _said(held.high)))
    if min(_numbers(held)) < 0:
        total = rules.element("max", {}, total, rules.literal("float", _said(held.low or NOTHING)))
    return Scoring(
        rules.declarations(key.accepted[0], mappings), "", rules.processing(rules.product(total, held.best))
    )


def _held(asked: Asked, weights: Weights) -> Weights:
    """With the bounds of the bank's shares: never below nothing, never above the whole mark."""
    low = weights.low if weights.low is not None and weights.low > 0 else NOTHING
    high = weights.high
    if asked.kind.form is not Form.TEXT:
        worth = {part: weights.of.get(part, weights.otherwise) for part in parts_in(asked)}
        most = sum_at_most(asked, worth)
    else:
        most = max((*weights.of.values(), weights.otherwise))
    if most > weights.best or (high is not None and high > weights.best):
        high = weights.best if high is None else min(high, weights.best)
    return replace(weights, low=low, high=high)


def _numbers(weights: Weights) -> list[Fraction]:
    bounds = [one for one in (weights.low, weights.high) if one is not None]
    return [*weights.of.values(), weights.otherwise, weights.best, *bounds]


def _times(weights: Weights, factor: Fraction) -> Weights:
    return Weights(
        {part: worth * factor for part, worth in weights.of.items()},
        weights.best * factor,
        weights.otherwise * factor,
        None if weights.low is None else weights.low * factor,
        None if weights.high is None else weights.high * factor,
    )


def _said(number: Fraction) -> str:
    return decimal_of(number) or "0"


def _counted(rules: Rules, key: Key) -> Scoring:
    """Right parts less wrong ones are counted for each accepted response; the best of them counts."""
    names = [f"HITS_{n}" for n in range(1, len(key.accepted) + 1)]
    counting = [
        rule
        for name, accepted in zip(names, key.accepted, strict=True)
        for rule in _counts(rules, name, accepted, key.credit)
    ]
    outcomes = "".join(rules.outcome(name) for name in names)
    sizes = [len(parts_of(accepted)) for accepted in key.accepted]
    if key.credit is Credit.STATEMENTS:
        final = _by_statements(rules, names)
    else:
        shares = [
            rules.share_of_most(rules.variable(name), Fraction(size))
            for name, size in zip(names, sizes, strict=True)
        ]
        nothing = rules.literal("float", "0")
        final = rules.sets("SCORE", rules.element("max", {}, nothing, *shares))
    return Scoring(rules.declarations(key.accepted[0]), outcomes, rules.processing(*counting, final))


def _counts(rules: Rules, name: str, accepted: str, credit: Credit) -> Sequence[str]:
    form, right = rules.asked.kind.form, parts_of(accepted)
    if form is Form.ORDERED:
        return [rules.when(rules.stands_at(part, n), rules.adds(name, 1)) for n, part in enumerate(right, 1)]
    found = [rules.when(rules.has(part), rules.adds(name, 1)) for part in right]
    is_open = any(place.at_most != 1 for place in rules.asked.places)
    if credit is Credit.PARTS and (form is Form.SOME or is_open):
        wrong = [part for part in parts_in(rules.asked) if part not in right]
        found += [rules.when(rules.has(part), rules.adds(name, -1)) for part in wrong]
    return found


def _by_statements(rules: Rules, names: Sequence[str]) -> str:
    """0.1, 0.25, 0.5 and the whole mark for one to four right statements."""
    most = rules.element("max", {}, *(rules.variable(name) for name in names))
    branches: list[tuple[str, str]] = []
    for hits in range(len(STATEMENT_SHARES) - 1, 0, -1):
        condition = rules.element("gte", {}, most, rules.literal("float", str(hits)))
        share = rules.literal("float", _said(STATEMENT_SHARES[hits]))
        earned = rules.element("product", {}, rules.variable("MAXSCORE"), share)
        branches.append((condition, rules.sets("SCORE", earned)))
    return rules.first_of(branches)
