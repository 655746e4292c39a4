"""Scorings that count right parts one by one: what each count earns is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import NUMERIC, Atom, Value, read_atom, read_number
from item_bank.formats.qti.xml import Node

# what looks at the response, or at what is declared of a variable, beside the count
_LOOKS_ELSEWHERE = frozenset({"mapResponse", "mapResponsePoint", "correct", "default"})


@dataclass(frozen=True, slots=True)
class Hit:
    """One is added where the response has `atom`: at a place of an order (from 1), or anywhere (None)."""

    atom: Atom
    place: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """The hits, all different, and what each number of them earns, from none to all."""

    hits: tuple[Hit, ...]
    earned: tuple[Fraction, ...]


def counted(program: Program, variable: str, budget: Budget) -> Counted | None:
    """The scoring as a count of hits on one response variable; None where it is no such count.

    All rules but the last add one to a counter that starts at 0, each for a hit of its own; the last looks at
    no response and sets the score. So the score is a function of the count, and that is worked out by running
    the last rule with the counter at each value.
    """
    if len(program.rules) < 2 or variable in program.outcomes:
        return None
    found = [_hit(rule, variable) for rule in program.rules[:-1]]
    known = [one for one in found if one is not None]
    hits, counters = tuple(hit for _counter, hit in known), {counter for counter, _hit in known}
    if len(known) < len(found) or len(set(hits)) < len(hits) or len(counters) != 1:
        return None
    earned = _earned(program, counters.pop(), len(hits), budget)
    return None if earned is None else Counted(hits, earned)


def counted_order(program: Program, variable: str, budget: Budget) -> tuple[dict[int, str], Fraction] | None:
    """The right option by place, from 1, and the best score, where each right place earns an equal part."""
    found = counted(program, variable, budget)
    if found is None:
        return None
    places = {hit.place: hit.atom for hit in found.hits if hit.place is not None}
    order = {place: atom for place, atom in places.items() if isinstance(atom, str)}
    steps, best = len(found.hits), found.earned[-1]
    equal = tuple(best * count / steps for count in range(steps + 1))
    return (order, best) if len(order) == steps and best > 0 and found.earned == equal else None


def _hit(rule: Node, variable: str) -> tuple[str, Hit] | None:
    """The counter and the hit of a rule that adds one for it."""
    if rule.name != "responseCondition" or [one.name for one in rule.children] != ["responseIf"]:
        return None
    branch = rule.children[0]
    if len(branch.children) != 2 or len(branch.children[0].children) != 2:
        return None
    condition, act = branch.children
    one, other = condition.children
    hit = None
    if condition.name == "match" and one.name == "index":
        hit = _at_place(one, other, variable)
    elif condition.name == "member" and _is_variable(other, variable):
        hit = _literal(one, None)
    counter = act.get("identifier")
    return (counter, hit) if hit is not None and _adds_one(act, counter) else None


def _at_place(index: Node, option: Node, variable: str) -> Hit | None:
    place = index.get("n")
    if len(index.children) != 1 or not _is_variable(index.children[0], variable):
        return None
    return _literal(option, int(place[:6])) if place.isdecimal() else None


def _is_variable(node: Node, name: str) -> bool:
    return node.name == "variable" and node.get("identifier") == name and not node.children


def _literal(node: Node, place: int | None) -> Hit | None:
    """Of an identifier or a pair of them; whatever else it may be, it is no part of a response."""
    base = node.get("baseType")
    if node.name != "baseValue" or base not in {"identifier", "directedPair"}:
        return None
    atom = read_atom(node.text, base)
    return Hit(atom, place) if atom else None


def _adds_one(act: Node, counter: str) -> bool:
    if act.name != "setOutcomeValue" or [one.name for one in act.children] != ["sum"]:
        return False
    parts = act.children[0].children
    if [one.name for one in parts] != ["variable", "baseValue"] or parts[0].get("identifier") != counter:
        return False
    return parts[1].get("baseType") in NUMERIC and read_number(parts[1].text) == 1


def _earned(program: Program, counter: str, most: int, budget: Budget) -> tuple[Fraction, ...] | None:
    """The score of each count; None where the last rule looks at more than the count."""
    last, declared = program.rules[-1], program.outcomes.get(counter)
    if declared is None or counter == program.target:
        return None
    if declared.base not in NUMERIC or declared.cardinality != "single":
        return None
    starts_at = None if declared.start is None else declared.start.number
    nodes = list(last.walk())
    if starts_at not in {None, 0} or last.name not in {"setOutcomeValue", "responseCondition"}:
        return None
    if not _LOOKS_ELSEWHERE.isdisjoint(node.name for node in nodes) or not _reads_outcomes(nodes, program):
        return None
    try:
        return tuple(_score_at(program, counter, count, budget) for count in range(most + 1))
    except Refused:  # of a count that no response may reach
        return None


def _reads_outcomes(nodes: Sequence[Node], program: Program) -> bool:
    return all(node.get("identifier") in program.outcomes for node in nodes if node.name == "variable")


def _score_at(program: Program, counter: str, count: int, budget: Budget) -> Fraction:
    at = replace(program.outcomes[counter], start=Value((Fraction(count),), "float"))
    alone = replace(program, rules=program.rules[-1:], outcomes={**program.outcomes, counter: at})
    return alone.score({}, budget)
