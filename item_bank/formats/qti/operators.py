"""QTI's operators on values that are already worked out; NULL is None.

QTI 2.2 information model, section on expressions. Operators that draw at random or call a vendor's code are
none of these.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Final

from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value, are_same, read_number, single
from item_bank.formats.qti.xml import Node

MOST_BITS: Final = 4_000


def truth(fact: bool | None) -> Value | None:
    return None if fact is None else Value((fact,), "boolean")


def fact_of(value: Value | None) -> bool | None:
    return None if value is None else value.atom is True


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


def _bounded(act: Callable[[Fraction, Fraction], Fraction]) -> Callable[[Fraction, Fraction], Fraction]:
    """The operation, refused where exact results grow longer than anything that scores responses."""

    def bounded(one: Fraction, other: Fraction) -> Fraction:
        result = act(one, other)
        if max(result.numerator.bit_length(), result.denominator.bit_length()) > MOST_BITS:
            raise Refused("NUMBER_TOO_LONG")
        return result

    return bounded


def _two(args: list[Value | None]) -> tuple[Value, Value] | None:
    values = _known(args)
    return (values[0], values[1]) if values and len(values) == 2 else None


def _isnull(_node: Node, args: list[Value | None]) -> Value | None:
    return truth(args[:1] == [None])


def _match(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    return None if two is None else truth(are_same(*two))


def _member(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    return None if two is None else truth(two[0].atom in two[1].atoms)


def _contains(_node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None:
        return None
    whole, part = two
    if whole.cardinality == "ordered":
        length = len(part.atoms)
        starts = range(len(whole.atoms) - length + 1)
        return truth(any(whole.atoms[start : start + length] == part.atoms for start in starts))
    return truth(all(part.atoms.count(atom) <= whole.atoms.count(atom) for atom in part.atoms))


def _not(_node: Node, args: list[Value | None]) -> Value | None:
    fact = fact_of(args[0]) if args else None
    return None if fact is None else truth(not fact)


def _sum(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return None if numbers is None else single(reduce(_bounded(operator.add), numbers), "float")


def _product(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return None if numbers is None else single(reduce(_bounded(operator.mul), numbers), "float")


def _subtract(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    if not numbers or len(numbers) != 2:
        return None
    return single(_bounded(operator.sub)(*numbers), "float")


def _divide(_node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    if not numbers or len(numbers) != 2 or not numbers[1]:
        return None
    return single(_bounded(operator.truediv)(*numbers), "float")


def _extreme(node: Node, args: list[Value | None]) -> Value | None:
    numbers = _numbers(args)
    return None if not numbers else single((max if node.name == "max" else min)(numbers), "float")


def _compare(node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None or two[0].number is None or two[1].number is None:
        return None
    one, other = two[0].number, two[1].number
    return truth({"gt": one > other, "gte": one >= other, "lt": one < other, "lte": one <= other}[node.name])


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
    return truth((above and below) or (node.get("toleranceMode", "exact") == "exact" and given == low))


def _string_match(node: Node, args: list[Value | None]) -> Value | None:
    two = _two(args)
    if two is None or not isinstance(two[0].atom, str) or not isinstance(two[1].atom, str):
        return None
    if node.is_true("substring"):
        raise Refused("EXPRESSION_UNKNOWN", line=node.line, name="stringMatch substring")
    one, other = two[0].atom, two[1].atom
    return truth(one == other if node.is_true("caseSensitive") else one.casefold() == other.casefold())


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


OPERATORS: Final[dict[str, Callable[[Node, list[Value | None]], Value | None]]] = {
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
