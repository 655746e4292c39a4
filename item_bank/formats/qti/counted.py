"""Orders of many options whose right places are counted: what each count earns is worked out."""

from __future__ import annotations

from fractions import Fraction

from item_bank.formats.qti.declarations import starting_outcome
from item_bank.formats.qti.expressions import Budget, State, evaluate
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.values import Value, read_number
from item_bank.formats.qti.xml import Node


def counted_order(program: Program, variable: str, budget: Budget) -> tuple[dict[int, str], Fraction] | None:
    """The right option by place, from 1, and the best score; None where the scoring is no such count.

    All rules but the last add one for an option at its place; the last makes the score of that count alone,
    in equal steps.
    """
    if len(program.rules) < 2:
        return None
    hits = [_hit(rule, variable) for rule in program.rules[:-1]]
    known = [hit for hit in hits if hit is not None]
    counters, places = {hit[0] for hit in known}, {hit[1]: hit[2] for hit in known}
    if len(known) < len(hits) or len(counters) != 1 or len(places) < len(hits):
        return None
    last, counter = program.rules[-1], counters.pop()
    if last.name != "setOutcomeValue" or len(last.children) != 1 or counter == program.target:
        return None
    earned = [_earned(last.children[0], program, counter, count, budget) for count in range(len(hits) + 1)]
    best = earned[-1]
    steps = [None if best is None else best * count / len(hits) for count in range(len(hits) + 1)]
    return (places, best) if best is not None and best > 0 and earned == steps else None


def _hit(rule: Node, variable: str) -> tuple[str, int, str] | None:
    """The counter, the place and the option of a rule that adds one for an option at its place."""
    if [branch.name for branch in rule.children] != ["responseIf"] or len(rule.children[0].children) != 2:
        return None
    condition, act = rule.children[0].children
    names = [node.name for node in condition.walk()]
    if names != ["match", "index", "variable", "baseValue"] or act.name != "setOutcomeValue":
        return None
    index, option = condition.children
    place, counter = index.get("n"), act.get("identifier")
    if (
        index.children[0].get("identifier") != variable
        or not place.isdecimal()
        or not _adds_one(act, counter)
    ):
        return None
    return counter, int(place[:4]), option.text.strip()


def _adds_one(act: Node, counter: str) -> bool:
    nodes = [node for child in act.children for node in child.walk()]
    return (
        [node.name for node in nodes] == ["sum", "variable", "baseValue"]
        and nodes[1].get("identifier") == counter
        and read_number(nodes[2].text) == 1
    )


def _earned(expression: Node, program: Program, counter: str, count: int, budget: Budget) -> Fraction | None:
    """The score that this count earns; None where the response bears on it in another way too."""
    outcomes = {name: starting_outcome(one) for name, one in program.outcomes.items()}
    start = outcomes.get(counter)
    used = {node.get("identifier") for node in expression.walk() if node.name == "variable"}
    others = {"mapResponse", "mapResponsePoint", "correct"} & {node.name for node in expression.walk()}
    if start is None or start.number != 0 or not used <= outcomes.keys() or others:
        return None
    outcomes[counter] = Value((Fraction(count),), "float")
    value = evaluate(expression, State({}, {}, outcomes, budget))
    return None if value is None else value.number
