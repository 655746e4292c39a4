"""QTI's expressions over an item's variables; NULL is None, and an unknown expression is refused by name.

QTI 2.2 information model, section on expressions. Operators that draw at random or call a vendor's code are
none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from item_bank.formats.qti.areas import area_worth
from item_bank.formats.qti.declarations import NOTHING, Declared
from item_bank.formats.qti.operators import OPERATORS, fact_of, truth
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value, make_value, single
from item_bank.formats.qti.xml import Node


class Budget:
    """How many expressions may still be worked out; of a hostile package the sum is bounded."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise Refused("SCORING_TOO_LONG")


@dataclass(slots=True)
class State:
    """The variables while a response is processed."""

    declared: Mapping[str, Declared]
    responses: Mapping[str, Value | None]
    outcomes: dict[str, Value | None]
    budget: Budget = field(default_factory=lambda: Budget(1_000_000))

    def variable(self, name: str) -> Value | None:
        return self.outcomes[name] if name in self.outcomes else self.responses.get(name)


def evaluate(node: Node, state: State) -> Value | None:
    """The value of an expression. Raises Refused EXPRESSION_UNKNOWN (with its name), SCORING_TOO_LONG."""
    state.budget.spend()
    if node.name in _LEAVES:
        return _LEAVES[node.name](node, state)
    if node.name == "and" or node.name == "or":
        return _logical(node, state)
    if node.name not in OPERATORS:
        raise Refused("EXPRESSION_UNKNOWN", line=node.line, name=node.name)
    return OPERATORS[node.name](node, [evaluate(child, state) for child in node.children])


def _logical(node: Node, state: State) -> Value | None:
    """Three-valued: false decides a conjunction, and true a disjunction, beside any NULL."""
    decisive = node.name == "or"
    facts = [fact_of(evaluate(child, state)) for child in node.children]
    if decisive in facts:
        return truth(decisive)
    return None if None in facts else truth(not decisive)


def _of_variable(node: Node, state: State) -> Value | None:
    """What is not declared, such as the number of attempts, is not known here."""
    name = node.get("identifier")
    if name not in state.outcomes and name not in state.declared:
        raise Refused("VARIABLE_UNDECLARED", line=node.line, name=name)
    return state.variable(name)


def _of_key(node: Node, state: State) -> Value | None:
    declared = state.declared.get(node.get("identifier"))
    return None if declared is None else declared.key


def _of_default(node: Node, state: State) -> Value | None:
    declared = state.declared.get(node.get("identifier"))
    return None if declared is None else declared.start


def _of_literal(node: Node, _state: State) -> Value | None:
    base = node.get("baseType")
    return make_value([node.text if base == "string" else node.text.strip()], base, "single")


def _of_mapping(node: Node, state: State) -> Value | None:
    """The sum of what the values are worth, equal ones once, held within the bounds; of NULL 0."""
    declared = state.declared.get(node.get("identifier"))
    value = state.variable(node.get("identifier"))
    if declared is None or declared.mapping is None:
        raise Refused("MAPPING_MISSING", line=node.line, name=node.get("identifier"))
    if value is None:
        return single(NOTHING, "float")
    state.budget.spend(len(value.atoms) * len(declared.mapping.entries) // 10)
    total = sum((declared.mapping.worth(atom) for atom in dict.fromkeys(value.atoms)), NOTHING)
    return single(declared.mapping.held(total), "float")


def _of_areas(node: Node, state: State) -> Value | None:
    declared = state.declared.get(node.get("identifier"))
    value = state.variable(node.get("identifier"))
    if declared is None or declared.areas is None:
        raise Refused("MAPPING_MISSING", line=node.line, name=node.get("identifier"))
    return single(NOTHING if value is None else area_worth(declared.areas, value), "float")


_LEAVES: Final[dict[str, Callable[[Node, State], Value | None]]] = {
    "variable": _of_variable,
    "correct": _of_key,
    "default": _of_default,
    "baseValue": _of_literal,
    "null": lambda _node, _state: None,
    "mapResponse": _of_mapping,
    "mapResponsePoint": _of_areas,
}
