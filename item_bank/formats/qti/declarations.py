"""What an item declares: its response and outcome variables, with key, mapping and defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import NUMERIC, Atom, Value, make_value, read_atom, read_number
from item_bank.formats.qti.xml import Node

NOTHING: Final = Fraction(0)
MOST_VALUES: Final = 1_000  # of a key, or of a mapping


@dataclass(frozen=True, slots=True)
class Mapping:
    """What single values are worth; of a text with or without regard to capitals (`folded`)."""

    entries: tuple[tuple[Atom, Fraction, bool], ...]  # the key, its worth, whether capitals matter
    otherwise: Fraction = NOTHING
    low: Fraction | None = None
    high: Fraction | None = None

    def worth(self, atom: Atom) -> Fraction:
        for key, worth, with_case in self.entries:
            if key == atom:
                return worth
            if not with_case and _folded(key) == _folded(atom):
                return worth
        return self.otherwise

    def held(self, total: Fraction) -> Fraction:
        if self.low is not None:
            total = max(total, self.low)
        return total if self.high is None else min(total, self.high)


def _folded(atom: Atom) -> Atom:
    return atom.casefold() if isinstance(atom, str) else atom


@dataclass(frozen=True, slots=True)
class AreaEntry:
    shape: str
    coords: tuple[int, ...]
    worth: Fraction


@dataclass(frozen=True, slots=True)
class AreaMapping:
    """What areas of a picture are worth, each once (QTI's areaMapping)."""

    entries: tuple[AreaEntry, ...]
    otherwise: Fraction = NOTHING
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable of the item; `key` is the correct response, `start` the default value.

    texts : of a single text all that stand as correct, where there are several (a habit of Blackboard)
    """

    id: str
    base: str
    cardinality: str
    key: Value | None = None
    start: Value | None = None
    mapping: Mapping | None = None
    areas: AreaMapping | None = None
    most: Fraction | None = None  # normalMaximum
    least: Fraction | None = None  # normalMinimum
    texts: tuple[str, ...] = ()


def response_variables(item: Node) -> dict[str, Declared]:
    """By identifier. Raises Refused: VARIABLE_TWICE, VALUE_UNREADABLE."""
    return _by_id([_declared(node) for node in item.all("responseDeclaration")])


def outcome_variables(item: Node) -> dict[str, Declared]:
    """By identifier. Raises Refused: VARIABLE_TWICE, VALUE_UNREADABLE."""
    return _by_id([_declared(node) for node in item.all("outcomeDeclaration")])


def constants_of(item: Node) -> dict[str, Declared]:
    """Template variables that nothing draws (Inspera keeps its points in them), as far as they have a value.

    Raises Refused: VARIABLE_TWICE, VALUE_UNREADABLE.
    """
    found = [_declared(node) for node in item.all("templateDeclaration")]
    return _by_id([one for one in found if one.start is not None])


def _by_id(found: list[Declared]) -> dict[str, Declared]:
    by_id = {one.id: one for one in found}
    if len(by_id) < len(found):
        raise Refused("VARIABLE_TWICE")
    return by_id


def _declared(node: Node) -> Declared:
    base, cardinality = node.get("baseType"), node.get("cardinality", "single")
    mapping, areas = node.first("mapping"), node.first("areaMapping")
    correct = node.first("correctResponse")
    texts = _texts(correct) if correct is not None and (base, cardinality) == ("string", "single") else ()
    if len(texts) > 1 and correct is not None:
        correct = replace(correct, children=correct.all("value")[:1])
    return Declared(
        node.get("identifier"),
        base,
        cardinality,
        _value(correct, base, cardinality),
        _value(node.first("defaultValue"), base, cardinality),
        None if mapping is None else _mapping(mapping, base),
        None if areas is None else _areas(areas),
        number_of(node, "normalMaximum"),
        number_of(node, "normalMinimum"),
        texts if len(texts) > 1 else (),
    )


def _texts(correct: Node) -> tuple[str, ...]:
    _refuse_many(correct, len(correct.children))
    atoms = (read_atom(one.text, "string") for one in correct.all("value"))
    return tuple(dict.fromkeys(atom for atom in atoms if isinstance(atom, str)))


def _value(node: Node | None, base: str, cardinality: str) -> Value | None:
    if node is None or cardinality == "record" or base == "file":
        return None
    texts = [_literal(one, base) for one in node.all("value")]
    texts = [text for text in texts if text.strip()]
    _refuse_many(node, len(texts))
    value = make_value(texts, base, cardinality)
    if texts and (value is None or len(value.atoms) < len(texts)):
        raise Refused("VALUE_UNREADABLE", line=node.line, value=texts[0], base=base)
    return value


def _refuse_many(node: Node, count: int) -> None:
    if count > MOST_VALUES:
        raise Refused("VALUES_TOO_MANY", line=node.line, limit=MOST_VALUES)


def _literal(node: Node, base: str) -> str:
    return node.text if base == "string" else node.text.strip()


def number_of(node: Node, name: str) -> Fraction | None:
    """A number in an attribute; None where it is not given. Raises Refused VALUE_UNREADABLE."""
    text = node.get(name)
    if not text:
        return None
    number = read_number(text)
    if number is None:
        raise Refused("VALUE_UNREADABLE", line=node.line, value=text, base="float")
    return number


def _mapping(node: Node, base: str) -> Mapping:
    entries = []
    _refuse_many(node, len(node.children))
    for entry in node.all("mapEntry"):
        written = entry.attributes.get("mapKey", "")
        key, worth = read_atom(written, base), number_of(entry, "mappedValue")
        if key is None or worth is None:
            raise Refused("VALUE_UNREADABLE", line=entry.line, value=written, base=base)
        entries.append((key, worth, entry.get("caseSensitive", "true") in {"true", "1"}))
    return Mapping(
        tuple(entries),
        number_of(node, "defaultValue") or NOTHING,
        number_of(node, "lowerBound"),
        number_of(node, "upperBound"),
    )


def read_coords(text: str) -> tuple[int, ...] | None:
    """The numbers of an area; None where they are not whole numbers, such as percentages."""
    numbers = [read_number(part) for part in text.replace(",", " ").split()]
    if not numbers or any(one is None or one.denominator != 1 or abs(one) > 100_000 for one in numbers):
        return None
    return tuple(int(one) for one in numbers if one is not None)


def _areas(node: Node) -> AreaMapping:
    entries = []
    _refuse_many(node, len(node.children))
    for entry in node.all("areaMapEntry"):
        coords, worth = read_coords(entry.get("coords")) or (), number_of(entry, "mappedValue")
        if worth is None or (not coords and entry.get("shape") != "default"):
            raise Refused("VALUE_UNREADABLE", line=entry.line, value=entry.get("coords"), base="coords")
        entries.append(AreaEntry(entry.get("shape"), coords, worth))
    return AreaMapping(
        tuple(entries),
        number_of(node, "defaultValue") or NOTHING,
        number_of(node, "lowerBound"),
        number_of(node, "upperBound"),
    )


def starting_outcome(declared: Declared) -> Value | None:
    """The value before any rule: its default, 0 for single numbers, else NULL (QTI 2.2, 5.2)."""
    if declared.start is None and declared.base in NUMERIC and declared.cardinality == "single":
        return Value((NOTHING,), declared.base)
    return declared.start
