"""Every response that an item allows, or one of each kind that its scoring can tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, islice, pairwise, permutations
from typing import Final

from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.operators import tolerances
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import NUMERIC, read_atom, read_number
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Form
from item_bank.interactions.responses import readings
from item_bank.stem import nfc

MOST: Final = 8_000  # responses: beyond these an item is not worked out one by one
_MOST_LITERALS: Final = 200
_COMPARING: Final = frozenset({"match", "equal", "gt", "gte", "lt", "lte", "member", "isNull", "stringMatch"})
_CONSTANT: Final = frozenset({"baseValue", "correct", "multiple", "ordered", "null"})


def responses_of(asked: Asked) -> list[str] | None:
    """All responses in the bank's spelling, apart from none; None where they are too many.

    Only of items whose responses name parts; typed ones have no end.
    """
    form, ids = asked.kind.form, asked.choosable_ids
    if form is Form.ONE:
        return list(ids)
    if form is Form.ORDERED:
        return _few(" ".join(order) for order in permutations(ids))
    if form is Form.SOME:
        sizes = range(1, min(asked.at_most or len(ids), len(ids)) + 1)
        return _few(" ".join(some) for size in sizes for some in combinations(ids, size))
    return _few(" ".join(pairs) for pairs in _placings(asked, 0, {}) if pairs)


def _few(responses: Iterable[str]) -> list[str] | None:
    found = list(islice(responses, MOST + 1))
    return found if len(found) <= MOST else None


def _placings(asked: Asked, number: int, used: dict[str, int]) -> Iterator[list[str]]:
    """What can be put to the places from the `number`-th on, the options' limits minded."""
    if number == len(asked.places):
        yield []
        return
    place = asked.places[number]
    own = [option for option in asked.options if option.place in {None, place.id} and _is_left(option, used)]
    most = len(own) if place.at_most is None else min(place.at_most, len(own))
    for chosen in chain.from_iterable(combinations(own, size) for size in range(most + 1)):
        for option in chosen:
            used[option.id] = used.get(option.id, 0) + 1
        pairs = [f"{option.id}>{place.id}" for option in chosen]
        for rest in _placings(asked, number + 1, used):
            yield pairs + rest
        for option in chosen:
            used[option.id] -= 1


def _is_left(option: Option, used: dict[str, int]) -> bool:
    return option.at_most is None or used.get(option.id, 0) < option.at_most


def numbers_told_apart(program: Program, variable: Declared) -> tuple[list[Fraction], set[Fraction]]:
    """One number of each kind that the scoring can tell apart, in order; and those that are whole kinds.

    The scoring may only compare the response with constants; then its score is the same between any two
    neighbouring ends of those comparisons. Raises Refused NUMBER_RULE_UNKNOWN, TOO_MANY_TO_CHECK.
    """
    _check_comparisons(program, variable.id)
    literals = named_numbers(program, variable)
    ends = set(literals)
    if len(literals) > _MOST_LITERALS:
        raise Refused("TOO_MANY_TO_CHECK", count=len(literals))
    for node in _nodes(program):
        if len(ends) > _MOST_LITERALS:
            break
        if node.name == "equal":
            if node.get("toleranceMode") == "relative" and not _names_key_first(node):
                raise Refused("TOLERANCE_OF_RESPONSE", line=node.line)
            for literal in literals:
                ends.update(tolerances(node, literal))
    if len(ends) > _MOST_LITERALS:
        raise Refused("TOO_MANY_TO_CHECK", count=len(ends))
    inner = sorted(ends) or [Fraction(0)]
    between = [(one + other) / 2 for one, other in pairwise(inner)]
    found = {*inner, *between, inner[0] - 1, inner[-1] + 1}
    if variable.base == "integer":  # each is a kind of its own: nothing lies between two neighbours
        near = {Fraction(int(end // 1) + step) for end in inner for step in (-1, 0, 1, 2)}
        found = {one for one in found | near if one.denominator == 1}
        return sorted(found), near
    return sorted(found), ends


def texts_told_apart(program: Program, variable: Declared) -> tuple[list[str], list[str]]:
    """One text of each kind that the scoring can tell apart, the last of them like none that it names.

    Also the texts that it names: each is a kind of its own. What differs from them in capitals alone is one
    kind for each; some literal has such a neighbour one letter away, unless all spellings are named.

    Raises Refused NUMBER_RULE_UNKNOWN, TOO_MANY_TO_CHECK.
    """
    _check_comparisons(program, variable.id)
    literals = _texts_in(program, variable)
    if len(literals) > _MOST_LITERALS:
        raise Refused("TOO_MANY_TO_CHECK", count=len(literals))
    named = set(literals)
    found = dict.fromkeys(literals)
    for literal in literals:
        variants = _in_other_capitals(literal)
        found.update(dict.fromkeys(islice((text for text in variants if text not in named), 1)))
    other = "khác"
    while any(other.casefold() == text.casefold() for text in found):
        other += "x"
    return [*found, other], list(literals)


def _in_other_capitals(literal: str) -> Iterator[str]:
    """The text with one letter the other way."""
    for place, letter in enumerate(literal):
        text = nfc(literal[:place] + letter.swapcase() + literal[place + 1 :])
        if text != literal and text.casefold() == literal.casefold():
            yield text


def typed_number(number: Fraction) -> str | None:
    """A number as it is typed, to be read in one way only; None where its decimals do not end."""
    scale = 0
    while number.denominator != 1 and (number * 10**scale).denominator != 1:
        scale += 1
        if scale > 25:
            return None
    digits = f"{abs(int(number * 10**scale)):0{scale + 1}d}"
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    text = f"-{text}" if number < 0 else text
    return f"{text}0" if len(readings(text)) > 1 else text


def _nodes(program: Program) -> Iterator[Node]:
    for rule in program.rules:
        yield from rule.walk()


def _names_key_first(node: Node) -> bool:
    return bool(node.children) and node.children[0].name in {"correct", "baseValue"}


def _check_comparisons(program: Program, variable: str) -> None:
    for node in _nodes(program):
        uses = [child for child in node.children if _is_variable(child, variable)]
        if not uses or (node.name == "setOutcomeValue" and node.get("identifier") not in program.relevant):
            continue
        others = [child for child in node.children if child not in uses]
        constant = all(part.name in _CONSTANT for child in others for part in child.walk())
        if node.name not in _COMPARING or not constant:
            raise Refused("NUMBER_RULE_UNKNOWN", line=node.line, name=node.name)


def _is_variable(node: Node, name: str) -> bool:
    return node.name == "variable" and node.get("identifier") == name


def named_numbers(program: Program, variable: Declared) -> list[Fraction]:
    found: set[Fraction] = set()
    for value in (variable.key,):
        found.update(atom for atom in (value.atoms if value else ()) if isinstance(atom, Fraction))
    for key, _worth, _with_case in variable.mapping.entries if variable.mapping else ():
        if isinstance(key, Fraction):
            found.add(key)
    for node in _nodes(program):
        if node.name == "baseValue" and node.get("baseType") in NUMERIC:
            number = read_number(node.text)
            found.update(() if number is None else (number,))
    return sorted(found)


def _texts_in(program: Program, variable: Declared) -> Sequence[str]:
    found: dict[str, None] = {}
    for value in (variable.key,):
        found.update(dict.fromkeys(atom for atom in (value.atoms if value else ()) if isinstance(atom, str)))
    for key, _worth, _with_case in variable.mapping.entries if variable.mapping else ():
        if isinstance(key, str):
            found[key] = None
    for node in _nodes(program):
        if node.name == "baseValue" and node.get("baseType") == "string":
            text = read_atom(node.text, "string")
            found.update({text: None} if isinstance(text, str) else {})
    return list(found)
