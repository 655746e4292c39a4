"""What an item of the file asks for in the bank's terms, and how its responses are called in either's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from item_bank.formats.qti.content import Body
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Atom, Value
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.responses import parts_of

_ID: Final = re.compile(r"[A-Za-z0-9_]{1,16}")
_PREFIXED: Final = re.compile(r"i-([A-Za-z0-9_]{1,16})")  # as the writer has names that cannot stand alone
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Given = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Posed:
    """An interaction that was read.

    options, places : the file's identifiers by the bank's
    variables : the response variable, by place where each place has its own; else under ""
    turned : pairs are written place first
    marks : what stands in the stem instead of an element, by the element's id
    behind : markup that belongs behind the stem (the picture of areas)
    """

    asked: Asked
    variables: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    turned: bool = False
    marks: Mapping[int, str] = field(default_factory=dict)
    behind: str = ""

    @property
    def variable(self) -> str:
        return self.variables[""]

    def given(self, response: str | None) -> Given:
        """A response of the bank as the file's variables have it."""
        if response is None:
            return {}
        form = self.asked.kind.form
        if form in {Form.NUMBER, Form.TEXT}:
            return {self.variable: (response,)}
        if form is not Form.PAIRED:
            names = {**self.places, **self.options}
            return {self.variable: tuple(names[part] for part in parts_of(response))}
        given: dict[str, tuple[str, ...]] = {}
        for part in parts_of(response):
            option, _arrow, place = part.partition(">")
            if "" not in self.variables:
                given[self.variables[place]] = (self.options[option],)
            else:
                given[self.variable] = (*given.get(self.variable, ()), self.pair(option, place))
        return given

    def pair(self, option: str, place: str) -> str:
        one, other = self.options[option], self.places[place]
        return f"{other} {one}" if self.turned else f"{one} {other}"

    def response_of(self, values: Mapping[str, Value | None]) -> str | None:
        """What the bank calls these values; None where the item does not have them, or there are none."""
        parts: list[str] = []
        own = {name: place for place, name in self.variables.items()}
        for name, value in values.items():
            for atom in value.atoms if value is not None and name in own else ():
                part = self.part_of(atom, own[name])
                if part is None:
                    return None
                parts.append(part)
        return " ".join(parts) or None

    def part_of(self, atom: Atom, place: str = "") -> str | None:
        """What the bank calls one value of the file; None where the item does not have it."""
        options = {there: here for here, there in self.options.items()}
        places = {there: here for here, there in self.places.items()}
        if self.asked.kind.form is Form.PAIRED:
            if place:
                # an option's name may repeat from place to place
                mine = {self.options[one.id]: one.id for one in self.asked.options if one.place == place}
                return f"{mine[atom]}>{place}" if isinstance(atom, str) and atom in mine else None
            if not isinstance(atom, tuple) or len(atom) != 2:
                return None
            one, other = reversed(atom) if self.turned else atom
            return f"{options[one]}>{places[other]}" if one in options and other in places else None
        names = options or places
        return names.get(atom) if isinstance(atom, str) else None


@dataclass(slots=True)
class Source:
    """What a reader of interactions works with."""

    body: Body
    declared: Mapping[str, Declared]

    def variable_of(self, node: Node) -> Declared:
        """The response variable of an interaction. Raises Refused VARIABLE_MISSING."""
        name = node.get("responseIdentifier")
        if name not in self.declared:
            raise Refused("VARIABLE_MISSING", line=node.line, name=name)
        return self.declared[name]

    def require(self, node: Node, cardinalities: Sequence[str], bases: Sequence[str]) -> Declared:
        """The variable, of a type that the interaction can have. Raises Refused VARIABLE_UNFIT."""
        variable = self.variable_of(node)
        if variable.cardinality not in cardinalities or variable.base not in bases:
            said = f"{variable.cardinality} {variable.base}"
            raise Refused("VARIABLE_UNFIT", line=node.line, name=variable.id, type=said)
        return variable


def names_for(nodes: Sequence[Node], prefix: str = "") -> dict[str, str]:
    """The file's identifiers by the bank's: kept where they all can be, else letters or numbers in order.

    Raises Refused IDENTIFIER_TWICE.
    """
    theirs = [node.get("identifier") for node in nodes]
    if len(set(theirs)) < len(theirs) or "" in theirs:
        raise Refused("IDENTIFIER_TWICE", line=nodes[0].line if nodes else None)
    ours = [_kept(name) for name in theirs]
    if None in ours or len(set(ours)) < len(ours):
        ours = [LETTERS[n] if not prefix and len(theirs) <= 26 else f"{prefix or 'o'}{n + 1}"
                for n in range(len(theirs))]  # fmt: skip
    return {mine: name for mine, name in zip(ours, theirs, strict=True) if mine is not None}


def limit_of(node: Node, name: str, otherwise: int) -> int | None:
    """A number of times, 0 for any. Raises Refused LIMIT_UNREADABLE."""
    text = node.get(name)
    if text and not (text.isascii() and text.isdecimal()):
        raise Refused("LIMIT_UNREADABLE", line=node.line, name=name, value=text)
    return (int(text[:6]) if text else otherwise) or None


def _kept(name: str) -> str | None:
    prefixed = _PREFIXED.fullmatch(name)
    if prefixed:
        return prefixed.group(1)
    return name if _ID.fullmatch(name) else None
