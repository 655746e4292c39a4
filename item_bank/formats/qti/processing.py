"""Response processing: templates and rules, run over a response to the score that they give it.

QTI 2.2 information model, sections on response processing and its three templates. Only rules that bear on
the score are run; rules that set feedback are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Final

from item_bank.formats.qti.declarations import (
    NOTHING,
    Declared,
    outcome_variables,
    response_variables,
    starting_outcome,
)
from item_bank.formats.qti.expressions import Budget, State, evaluate
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import NUMERIC, Value
from item_bank.formats.qti.xml import Node

STEPS: Final = 400_000  # of scoring: expressions worked out for one item
TEMPLATES: Final = frozenset({"match_correct", "map_response", "map_response_point"})
RESPONSE: Final = "RESPONSE"
_MOST_ROUNDS: Final = 40  # of outcomes that are made of outcomes
_BRANCHES: Final = ("responseIf", "responseElseIf", "responseElse")


Variables = tuple[Mapping[str, Declared], Mapping[str, Declared]]  # of responses, and of outcomes


class _Exit(Exception):
    """exitResponse: what was set so far stands."""


@dataclass(frozen=True, slots=True)
class Program:
    """How an item's responses are scored.

    template : its name, where a template is used
    rules : else; those that bear on the outcome `target`
    silent : there are rules, but none ever sets a score (a fault of some exporters)
    ranges : the file may tell a number by the ends of a range alone
    """

    responses: Mapping[str, Declared]
    outcomes: Mapping[str, Declared]
    target: str
    template: str | None = None
    rules: tuple[Node, ...] = ()
    relevant: frozenset[str] = frozenset()
    silent: bool = False
    ranges: bool = False

    @property
    def is_absent(self) -> bool:
        return self.template is None and not self.rules

    def score(self, given: Mapping[str, Value | None], budget: Budget) -> Fraction:
        """The score of a response, from 0 where nothing sets it. Raises Refused of what is unknown."""
        declared = {**self.responses, **self.outcomes}
        outcomes = {name: starting_outcome(one) for name, one in self.outcomes.items()}
        state = State(declared, given, outcomes, budget)
        if self.template is not None:
            return _by_template(self.template, state)
        with suppress(_Exit):
            for rule in self.rules:
                _run(rule, state)
        value = state.outcomes.get(self.target)
        return NOTHING if value is None or value.number is None else value.number


def read_program(item: Node, declared: Variables | None = None) -> Program:
    """The scoring of an item; `declared`: its variables, where they have been read already.

    Raises Refused: TEMPLATE_UNKNOWN (with its address), SCORE_UNCLEAR (several outcomes may be the score),
    RULE_UNKNOWN, VARIABLE_TWICE, VALUE_UNREADABLE.
    """
    responses, outcomes = declared or (response_variables(item), outcome_variables(item))
    processing = item.first("responseProcessing")
    if processing is None:
        return Program(responses, outcomes, "SCORE")
    if not processing.children:
        return _with_template(processing, responses, outcomes)
    rules = tuple(processing.children)
    target = _target(rules, outcomes)
    if target is None:
        return Program(responses, outcomes, "SCORE", rules=rules, silent=True)
    relevant = _relevant(rules, target)
    bearing = tuple(rule for rule in map(partial(_pruned, relevant), rules) if rule is not None)
    return Program(responses, outcomes, target, None, bearing, relevant)


def _with_template(
    processing: Node, responses: Mapping[str, Declared], outcomes: Mapping[str, Declared]
) -> Program:
    address = processing.get("template") or processing.get("templateLocation")
    if not address:
        return Program(responses, outcomes, "SCORE")
    name = address.rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if name not in TEMPLATES:
        raise Refused("TEMPLATE_UNKNOWN", line=processing.line, address=address)
    if RESPONSE not in responses:
        raise Refused("TEMPLATE_WITHOUT_RESPONSE", line=processing.line, address=address)
    return Program(responses, outcomes, "SCORE", template=name)


def _by_template(name: str, state: State) -> Fraction:
    node = Node({"match_correct": "match"}.get(name, "mapResponse"), {"identifier": RESPONSE})
    if name == "map_response_point":
        node.name = "mapResponsePoint"
    if name == "match_correct":
        node.children = [Node(one, {"identifier": RESPONSE}) for one in ("variable", "correct")]
        value = evaluate(node, state)
        return Fraction(1) if value is not None and value.atom is True else NOTHING
    value = evaluate(node, state)
    return NOTHING if value is None or value.number is None else value.number


def _setters(rules: tuple[Node, ...]) -> Iterator[Node]:
    for rule in rules:
        for node in rule.walk():
            if node.name in {"setOutcomeValue", "lookupOutcomeValue"}:
                yield node


def _target(rules: tuple[Node, ...], outcomes: Mapping[str, Declared]) -> str | None:
    """The outcome that is the score: SCORE, or the only number that the rules set besides MAXSCORE."""
    found = dict.fromkeys(node.get("identifier") for node in _setters(rules))
    if "SCORE" in found:
        return "SCORE"
    numeric = [name for name in found if name in outcomes and outcomes[name].base in NUMERIC]
    numeric = [name for name in numeric if not name.upper().startswith("MAX")]
    scores = [name for name in numeric if "SCORE" in name.upper()] or numeric
    if len(scores) > 1:
        raise Refused("SCORE_UNCLEAR", names=", ".join(scores))
    return scores[0] if scores else None


def _relevant(rules: tuple[Node, ...], target: str) -> frozenset[str]:
    """The outcomes that the score is made of: what its rules read, and the conditions around them."""
    relevant = {target}
    for _ in range(_MOST_ROUNDS):
        more = set(relevant)
        for rule in rules:
            if any(node.get("identifier") in relevant for node in _setters((rule,))):
                more |= {
                    node.get("identifier")
                    for part in _bearing(rule, relevant)
                    for node in part.walk()
                    if node.name == "variable"
                }
        if more == relevant:
            return frozenset(relevant)
        relevant = more
    raise Refused("SCORING_TOO_LONG")


def _bearing(node: Node, relevant: set[str]) -> Iterator[Node]:
    """The expressions of a rule that decide what a relevant outcome becomes."""
    if node.name == "setOutcomeValue":
        if node.get("identifier") in relevant:
            yield from node.children
    elif node.name in _BRANCHES or node.name in {"responseCondition", "responseProcessingFragment"}:
        for child in node.children:
            yield from _bearing(child, relevant)
    else:
        yield node


def _pruned(relevant: frozenset[str], rule: Node) -> Node | None:
    """The rule with only what bears on the score; None where nothing does."""
    if rule.name in {"setOutcomeValue", "lookupOutcomeValue"}:
        return rule if rule.get("identifier") in relevant else None
    if rule.name not in {*_BRANCHES, "responseCondition", "responseProcessingFragment"}:
        return rule
    condition = rule.children[:1] if rule.name in _BRANCHES[:2] else []
    parts = rule.children[len(condition) :]
    kept = [part for part in map(partial(_pruned, relevant), parts) if part is not None]
    if rule.name in _BRANCHES:  # an empty branch still keeps those behind it from being taken
        return replace(rule, children=[*condition, *kept])
    acts = (
        kept if rule.name == "responseProcessingFragment" else [one for part in kept for one in _acts(part)]
    )
    return replace(rule, children=kept) if acts else None


def _acts(branch: Node) -> list[Node]:
    return branch.children if branch.name not in _BRANCHES[:2] else branch.children[1:]


def _run(rule: Node, state: State) -> None:
    state.budget.spend()
    if rule.name == "setOutcomeValue":
        value = evaluate(rule.children[0], state) if rule.children else None
        state.outcomes[rule.get("identifier")] = value
    elif rule.name == "responseCondition":
        _run_condition(rule, state)
    elif rule.name == "responseProcessingFragment":
        for child in rule.children:
            _run(child, state)
    elif rule.name == "exitResponse":
        raise _Exit
    else:
        raise Refused("RULE_UNKNOWN", line=rule.line, name=rule.name)


def _run_condition(rule: Node, state: State) -> None:
    for branch in rule.children:
        if branch.name not in _BRANCHES:
            raise Refused("RULE_UNKNOWN", line=branch.line, name=branch.name)
        if branch.name != "responseElse":
            value = evaluate(branch.children[0], state) if branch.children else None
            if value is None or value.atom is not True:
                continue
        for child in _acts(branch):
            _run(child, state)
        return
