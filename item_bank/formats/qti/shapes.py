"""Scorings whose form shows what they do for every response: one match, or sums of mappings.

They let items be taken whose responses are too many to be tried one by one; the writer writes no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from item_bank.formats.qti.declarations import NOTHING
from item_bank.formats.qti.expressions import State, evaluate
from item_bank.formats.qti.processing import RESPONSE, Program
from item_bank.formats.qti.values import NUMERIC, Value, read_number
from item_bank.formats.qti.xml import Node


@dataclass(frozen=True, slots=True)
class Matched:
    """All variables match their keys: `worth`; else nothing."""

    variables: tuple[str, ...]
    worth: Fraction


@dataclass(frozen=True, slots=True)
class Summed:
    """The mapped responses, each times its factor; the sum held within `low` and `high`, None: nothing."""

    factors: Mapping[str, Fraction]
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The variable is one of these values: `worth`; else nothing."""

    variable: str
    values: tuple[Value, ...]
    worth: Fraction


Shape = Matched | Summed | AnyOf
_Linear = dict[str, Fraction]  # by variable that is mapped; "" is the constant


def shape_of(program: Program) -> Shape | None:
    """The form of a scoring; None where it is another."""
    if program.template == "match_correct":
        return Matched((RESPONSE,), Fraction(1))
    if program.template == "map_response":
        return Summed({RESPONSE: Fraction(1)})
    start = program.outcomes.get(program.target)
    starts_at_nothing = start is None or start.start is None or start.start.number == 0
    if not program.rules or not starts_at_nothing:
        return None
    rule = program.rules[0]
    if len(program.rules) > 1:
        return _held(rule, program)
    if rule.name == "setOutcomeValue":
        return _summed(rule, program)
    return _conditional(rule, program) if rule.name == "responseCondition" else None


def _held(first: Node, program: Program) -> Summed | None:
    """What OPAL and ONYX write: the mapped response is added to the score, which is then held in bounds."""
    added = first
    if (
        first.name == "responseCondition"
        and len(first.children) == 1
        and len(first.children[0].children) == 2
    ):
        condition, added = first.children[0].children
        unasked = first.children[0].name != "responseIf"
        if unasked or [node.name for node in condition.walk()] != ["not", "isNull", "variable"]:
            return None
    names = [node.name for node in added.walk()]
    if names != ["setOutcomeValue", "sum", "variable", "mapResponse"] or not _is_target(added, program):
        return None
    score, mapped = added.children[0].children
    asked = [node.get("identifier") for node in first.walk() if node.name == "variable"]
    name = mapped.get("identifier")
    if score.get("identifier") != program.target or asked not in ([name, program.target], [program.target]):
        return None
    bounds: dict[str, Fraction] = {}
    for rule in program.rules[1:]:
        bound = _bound(rule, program)
        if bound is None or bound[0] in bounds:
            return None
        bounds[bound[0]] = bound[1]
    low, high = bounds.get("lt"), bounds.get("gt")
    if (low is not None and low > 0) or (high is not None and high < 0):
        return None
    return Summed({name: Fraction(1)}, low, high)


def _bound(rule: Node, program: Program) -> tuple[str, Fraction] | None:
    """If the score is less, or greater, than a number it becomes that number."""
    branches = rule.children
    if [one.name for one in branches] != ["responseIf"] or len(branches[0].children) != 2:
        return None
    condition, act = branches[0].children
    if condition.name not in {"lt", "gt"} or len(condition.children) != 2 or not _is_target(act, program):
        return None
    score, number = condition.children
    limit, becomes = _linear(number, program), _linear(act.children[0], program)
    if score.name != "variable" or score.get("identifier") != program.target or limit is None:
        return None
    return (condition.name, limit.get("", NOTHING)) if limit == becomes and limit.keys() <= {""} else None


def _conditional(rule: Node, program: Program) -> Shape | None:
    """If all match, a constant, else nothing; or: if there is no response, nothing, else a sum."""
    branches = rule.children
    if [branch.name for branch in branches] not in (["responseIf"], ["responseIf", "responseElse"]):
        return None
    if len(branches[0].children) != 2:
        return None
    condition, first = branches[0].children
    other = branches[1].children[0] if len(branches) == 2 and len(branches[1].children) == 1 else None
    if len(branches) == 2 and other is None:
        return None
    if condition.name == "isNull" and other is not None and _is_nothing(first, program):
        summed = _summed(other, program)
        asked = [child.get("identifier") for child in condition.children if child.name == "variable"]
        return summed if summed is not None and asked == list(summed.factors) else None
    worth = _constant(first, program)
    if worth is None or (other is not None and not _is_nothing(other, program)):
        return None
    variables = _matched(condition)
    return _any_of(condition, worth) if variables is None else Matched(variables, worth)


def _any_of(condition: Node, worth: Fraction) -> AnyOf | None:
    """One variable matches one of several constants."""
    parts = condition.children if condition.name == "or" else [condition]
    names, values = set[str](), list[Value]()
    for part in parts:
        if part.name != "match" or len(part.children) != 2 or part.children[0].name != "variable":
            return None
        names.add(part.children[0].get("identifier"))
        value = constant_of(part.children[1])
        if value is None:
            return None
        values.append(value)
    return AnyOf(names.pop(), tuple(values), worth) if len(names) == 1 else None


def constant_of(node: Node) -> Value | None:
    """The value of an expression that is made of literals alone; None of any other."""
    if any(part.name not in {"baseValue", "multiple", "ordered"} for part in node.walk()):
        return None
    return evaluate(node, State({}, {}, {}))


def _is_nothing(node: Node, program: Program) -> bool:
    return _constant(node, program) == 0


def _constant(node: Node, program: Program) -> Fraction | None:
    """What the score is set to, where that is the same for all responses."""
    linear = _linear(node.children[0], program) if _is_target(node, program) else None
    return None if linear is None or linear.keys() - {""} else linear.get("", NOTHING)


def _is_target(node: Node, program: Program) -> bool:
    sets = node.name == "setOutcomeValue" and node.get("identifier") == program.target
    return sets and len(node.children) == 1


def _matched(condition: Node) -> tuple[str, ...] | None:
    parts = condition.children if condition.name == "and" else [condition]
    names = [_match_of(part) for part in parts]
    known = tuple(name for name in names if name is not None)
    return known if known and len(known) == len(names) else None


def _match_of(node: Node) -> str | None:
    if node.name != "match" or sorted(child.name for child in node.children) != ["correct", "variable"]:
        return None
    one, other = (child.get("identifier") for child in node.children)
    return one if one == other else None


def _summed(rule: Node, program: Program) -> Summed | None:
    linear = _linear(rule.children[0], program) if _is_target(rule, program) else None
    if linear is None or linear.pop("", NOTHING) != 0 or not linear:
        return None
    return Summed(linear)


def _linear(node: Node, program: Program) -> _Linear | None:
    """An expression as a sum of mapped responses times constants; None where it is none."""
    if node.name == "mapResponse":
        return {node.get("identifier"): Fraction(1)}
    if node.name == "baseValue":
        number = read_number(node.text) if node.get("baseType") in NUMERIC else None
        return None if number is None else {"": number}
    if node.name == "variable":
        return _standing(node.get("identifier"), program)
    parts = [_linear(child, program) for child in node.children]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    if node.name == "sum":
        names = dict.fromkeys(name for part in known for name in part)
        return {name: sum((part.get(name, NOTHING) for part in known), NOTHING) for name in names}
    return _scaled(node.name, known)


def _scaled(name: str, parts: list[_Linear]) -> _Linear | None:
    if len(parts) != 2:
        return None
    one, other = parts
    if name == "product" and one.keys() <= {""}:
        one, other = other, one
    factor = other.get("", NOTHING)
    if other.keys() - {""} or name not in {"product", "divide"} or (name == "divide" and not factor):
        return None
    return {key: worth * factor if name == "product" else worth / factor for key, worth in one.items()}


def _standing(name: str, program: Program) -> _Linear | None:
    """An outcome that no rule sets, such as MAXSCORE: its default."""
    declared = program.outcomes.get(name)
    sets = any(
        node.name == "setOutcomeValue" and node.get("identifier") == name
        for rule in program.rules
        for node in rule.walk()
    )
    if declared is None or sets or declared.start is None or declared.start.number is None:
        return None
    return {"": declared.start.number}
