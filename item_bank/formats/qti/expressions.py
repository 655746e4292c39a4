"""QTI's expressions over an item's variables; NULL is None, and an unknown expression is refused by name.

QTI 2.2 information model, section on expressions. Operators that draw at random or call a vendor's code are
none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.areas import area_worth
from item_bank.formats.qti.declarations import NOTHING, Declared
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value, are_same, make_value, read_number, single
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
    if node.name not in _OPERATORS:
        raise Refused("EXPRESSION_UNKNOWN", line=node.line, name=node.name)
    return _OPERATORS[node.name](node, [evaluate(child, state) for child in node.children])


def is_known(node: Node) -> bool:
    """Whether `evaluate` knows this expression by its name."""
    return node.name in _LEAVES or node.name in _OPERATORS or node.name in {"and", "or"}


def _truth(fact: bool | None) -> Value | None:
    return None if fact is None else Value((fact,), "boolean")


def _fact(value: Value | None) -> bool | None:
    return None if value is None else value.atom is True


def _logical(node: Node, state: State) -> Value | None:
    """Three-valued: false decides a conjunction, and true a disjunction, beside any NULL."""
    decisive = node.name == "or"
    facts = [_fact(evaluate(child, state)) for child in node.children]
    if decisive in facts:
        return _truth(decisive)
    return None if None in facts else _truth(not decisive)


def _of_variable(node: Node, state: State) -> Value | None:
    return state.variable(node.get("identifier"))


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
    total = sum((declared.mapping.worth(atom) for atom in dict.fromkeys(value.atoms)), NOTHING)
    return single(declared.mapping.held(total), "float")


def _of_areas(node: Node, state: State) -> Value | None:
    declared = state.declared.get(node.get("identifier"))
    value = state.variable(node.get("identifier"))
    if declared is None or declared.areas is None:
        raise Refused("MAPPING_MISSING", line=node.line, name=node.get("identifier"))
    return single(NOTHING if value is None else area_worth(declared.areas, value), "float")


def _known(args: list[Value | None]) -> list[Value] | None:
    values = [arg for arg in args if arg is not None]
    return values if len(values) == len(args) and values else None


def _numbers(args: list[Value | None]) -> list[Fraction] | None:
    """Single numbers, and those in containers; None where any is NULL or no number."""
    numbers: list[Fraction] = []
    for value in _known(args) or []:
        for atom in value.atoms:
            if not isinstance(atom, Fraction):
                return None
            numbers.append(atom)
    return numbers if _known(args) else None


def _two(args: list[Value | None]) -> tuple[Value, Value] | None:
    values = _known(args)
    return (values[0], values[1]) if values and len(values) == 2 else None


def _isnull(_node: Node, args: list[Value | None]) -> Value | None:
    return _truth(args[:1] == [None])


def _match(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    return None if two is None else _truth(are_same(*two))


def _member(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    return None if two is None else _truth(two[0].atom in two[1].atoms)


def _contains(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None:
        return None
    whole, part = two
    if whole.cardinality == "ordered":
        length = len(part.atoms)
        starts = range(len(whole.atoms) - length + 1)
        return _truth(any(whole.atoms[start : start + length] == part.atoms for start in starts))
    return _truth(all(part.atoms.count(atom) <= whole.atoms.count(atom) for atom in part.atoms))


def _not(_node: Node, args: list[Value | None]) -> Value | None:
    fact = _fact(args[0]) if args else None
    return None if fact is None else _truth(not fact)


def _sum(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return None if numbers is None else single(sum(numbers, NOTHING), "float")


def _product(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    if numbers is None:
        return None
    product = Fraction(1)
    for number in numbers:
        product *= number
    return single(product, "float")


def _subtract(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return single(numbers[0] - numbers[1], "float") if numbers and len(numbers) == 2 else None


def _divide(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return single(numbers[0] / numbers[1], "float") if numbers and len(numbers) == 2 and numbers[1] else None


def _extreme(node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return None if not numbers else single((max if node.name == "max" else min)(numbers), "float")


def _compare(node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None or two[0].number is None or two[1].number is None:
        return None
    one, other = two[0].number, two[1].number
    return _truth({"gt": one > other, "gte": one >= other, "lt": one < other, "lte": one <= other}[node.name])


def tolerances(node: Node, literal: Fraction) -> tuple[Fraction, Fraction]:
    """The ends of what an `equal` takes for `literal`. Raises Refused TOLERANCE_UNREADABLE.

    QTI 2.2, equal: absolute or in percent, of two numbers the first below and the second above.
    """
    mode = node.get("toleranceMode", "exact")
    if mode == "exact":
        return literal, literal
    given = [read_number(part) for part in node.get("tolerance").split()]
    known = [one for one in given if one is not None and one >= 0]
    if mode not in {"absolute", "relative"} or not 1 <= len(known) == len(given) <= 2:
        raise Refused("TOLERANCE_UNREADABLE", line=node.line, value=node.get("tolerance"))
    below, above = known[0], known[-1]
    if mode == "relative":
        below, above = abs(literal) * below / 100, abs(literal) * above / 100
    return literal - below, literal + above


def _equal(node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None or two[0].number is None or two[1].number is None:
        return None
    # with a tolerance the first is the expected value in the standard's wording
    low, high = tolerances(node, two[0].number)
    given = two[1].number
    above = given > low or (given == low and node.get("includeLowerBound", "true") in {"true", "1"})
    below = given < high or (given == high and node.get("includeUpperBound", "true") in {"true", "1"})
    return _truth((above and below) or (node.get("toleranceMode", "exact") == "exact" and given == low))


def _string_match(node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None or not isinstance(two[0].atom, str) or not isinstance(two[1].atom, str):
        return None
    if node.is_true("substring"):
        raise Refused("EXPRESSION_UNKNOWN", line=node.line, name="stringMatch substring")
    one, other = two[0].atom, two[1].atom
    return _truth(one == other if node.is_true("caseSensitive") else one.casefold() == other.casefold())


def _container(node: Node, args: list[Value | None]) -> Value | None:
    values = [arg for arg in args if arg is not None]
    atoms = tuple(atom for value in values for atom in value.atoms)
    return Value(atoms, values[0].base, node.name) if atoms else None


def _index(node: Node, args: list[Value | None]) -> Value | None:
    place = node.get("n")
    if not args or args[0] is None or not place.isdecimal() or not 1 <= int(place[:6]) <= len(args[0].atoms):
        return None
    return Value((args[0].atoms[int(place[:6]) - 1],), args[0].base)


def _size(_node: Node, args: list[Value | None]) -> Value | None:
    return single(Fraction(len(args[0].atoms) if args and args[0] else 0), "integer")


def _same(_node: Node, args: list[Value | None]) -> Value | None:
    return args[0] if args else None


_LEAVES: Final[dict[str, Callable[[Node, State], Value | None]]] = {
    "variable": _of_variable,
    "correct": _of_key,
    "default": _of_default,
    "baseValue": _of_literal,
    "null": lambda _node, _state: None,
    "mapResponse": _of_mapping,
    "mapResponsePoint": _of_areas,
}
_OPERATORS: Final[dict[str, Callable[[Node, list[Value | None]], Value | None]]] = {
    "isNull": _isnull,
    "match": _match,
    "member": _member,
    "contains": _contains,
    "not": _not,
    "sum": _sum,
    "product": _product,
    "subtract": _subtract,
    "divide": _divide,
    "max": _extreme,
    "min": _extreme,
    "gt": _compare,
    "gte": _compare,
    "lt": _compare,
    "lte": _compare,
    "equal": _equal,
    "stringMatch": _string_match,
    "multiple": _container,
    "ordered": _container,
    "index": _index,
    "containerSize": _size,
    "integerToFloat": _same,
}
