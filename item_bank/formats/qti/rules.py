"""The few expressions and rules that the writer uses, in the names of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.processing import RESPONSE
from item_bank.formats.qti.spaces import typed_number
from item_bank.formats.qti.versions import Version, attribute, name_of
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key, Weights
from item_bank.interactions.responses import parts_of, readings

_CARDINALITY: Final = {Form.SOME: "multiple", Form.ORDERED: "ordered", Form.PAIRED: "multiple"}
_BASE: Final = {Form.PAIRED: "directedPair", Form.NUMBER: "float", Form.TEXT: "string"}


def decimal_of(number: Fraction) -> str | None:
    """The number with all its decimals; None where they do not end soon."""
    text = typed_number(number)
    return text if text is not None and len(text) <= 20 else None


class Rules:
    """Writes the scoring of one item; `variables` by place where each place has its own, else under ""."""

    def __init__(self, version: Version, asked: Asked) -> None:
        self.version, self.asked = version, asked
        inline = asked.interaction is Interaction.INLINE_CHOICE
        self.variables = {one.id: name_of(one.id) for one in asked.places} if inline else {"": RESPONSE}
        self.base = "identifier" if inline else _BASE.get(asked.kind.form, "identifier")
        self.cardinality = "single" if inline else _CARDINALITY.get(asked.kind.form, "single")

    def element(self, name: str, attributes: Mapping[str, str] | None = None, *inside: str) -> str:
        return self.version.element(name, attributes, *inside)

    def variable(self, name: str) -> str:
        return self.element("variable", {"identifier": name})

    def literal(self, base: str, text: str) -> str:
        return self.element("baseValue", {"baseType": base}, attribute(text))

    def mapped(self, name: str) -> str:
        return self.element("mapResponse", {"identifier": name})

    def values_of(self, response: str) -> dict[str, list[str]]:
        """A response as the variables have it, by place."""
        if self.asked.kind.form is Form.TEXT:
            return {"": [response]}
        if self.asked.kind.form is Form.NUMBER:
            (number,) = readings(response)
            return {"": [f"{number:f}"]}
        values: dict[str, list[str]] = {place: [] for place in self.variables}
        for part in parts_of(response):
            place = part.partition(">")[2] if "" not in self.variables else ""
            values[place].append(self.written(part))
        return values

    def written(self, part: str) -> str:
        """A part of a response as its variable has it."""
        option, arrow, place = part.partition(">")
        if not arrow or "" not in self.variables:
            return name_of(option)
        pair = [name_of(option), name_of(place)]
        return " ".join(reversed(pair) if self.asked.interaction is Interaction.STATEMENTS else pair)

    def declarations(self, correct: str, mappings: Mapping[str, str] | None = None) -> str:
        """The response variables with the response to show as right, and mappings by place."""
        values = self.values_of(correct)
        return "".join(
            self.element(
                "responseDeclaration",
                {"identifier": name, "cardinality": self.cardinality, "baseType": self.base},
                self._correct(values[place]),
                (mappings or {}).get(place, ""),
            )
            for place, name in self.variables.items()
        )

    def _correct(self, values: Sequence[str]) -> str:
        inside = [self.element("value", {}, attribute(value)) for value in values]
        return self.element("correctResponse", {}, *inside) if inside else ""

    def outcome(self, name: str) -> str:
        said = {"identifier": name, "cardinality": "single", "baseType": "float"}
        return self.element("outcomeDeclaration", said, self._start("0"))

    def _start(self, text: str) -> str:
        return self.element("defaultValue", {}, self.element("value", {}, text))

    def mapping(self, weights: Weights, key: Key) -> str:
        text = self.asked.kind.form is Form.TEXT
        with_case = {"caseSensitive": "true" if key.with_case else "false"} if text else {}
        entries = {(part if text else self.written(part)): worth for part, worth in weights.of.items()}
        return self._mapping(entries, weights, with_case)

    def mapping_of(self, place: str, weights: Weights) -> str:
        """What the options of one place are worth, each named."""
        parts = {name_of(one.id): f"{one.id}>{place}" for one in self.asked.options if one.place == place}
        entries = {name: weights.of.get(part, weights.otherwise) for name, part in parts.items()}
        return self._mapping(entries, Weights({}, weights.best, low=None), {})

    def _mapping(self, entries: Mapping[str, Fraction], weights: Weights, more: Mapping[str, str]) -> str:
        said = {"defaultValue": decimal_of(weights.otherwise) or "0"}
        for name, bound in (("lowerBound", weights.low), ("upperBound", weights.high)):
            said |= {} if bound is None else {name: decimal_of(bound) or "0"}
        inside = [
            self.element("mapEntry", {"mapKey": key, "mappedValue": decimal_of(worth) or "0", **more})
            for key, worth in entries.items()
        ]
        return self.element("mapping", said, *inside)

    def template(self, name: str) -> str:
        ending = ".xml" if self.version.hyphens else ""
        address = f"{self.version.templates}{name}{ending}"
        return self.element("responseProcessing", {"template": address})

    def processing(self, *rules: str) -> str:
        return self.element("responseProcessing", {}, *rules)

    def sets(self, name: str, value: str) -> str:
        return self.element("setOutcomeValue", {"identifier": name}, value)

    def adds(self, name: str, number: int) -> str:
        return self.sets(
            name, self.element("sum", {}, self.variable(name), self.literal("float", str(number)))
        )

    def when(self, condition: str, *rules: str) -> str:
        return self.element("responseCondition", {}, self.element("responseIf", {}, condition, *rules))

    def first_of(self, branches: Sequence[tuple[str, str]]) -> str:
        written = [
            self.element("responseElseIf" if n else "responseIf", {}, condition, rule)
            for n, (condition, rule) in enumerate(branches)
        ]
        return self.element("responseCondition", {}, *written)

    def share_of_most(self, value: str, best: Fraction) -> str:
        """MAXSCORE times the value, divided by the best value."""
        product = self.element("product", {}, value, self.variable("MAXSCORE"))
        return self.element("divide", {}, product, self.literal("float", decimal_of(best) or "1"))

    def product(self, value: str, best: Fraction) -> str:
        return self.sets("SCORE", self.share_of_most(value, best))

    def any_of(self, conditions: Sequence[str]) -> str:
        return conditions[0] if len(conditions) == 1 else self.element("or", {}, *conditions)

    def all_of(self, conditions: Sequence[str]) -> str:
        return conditions[0] if len(conditions) == 1 else self.element("and", {}, *conditions)

    def matches_key(self, accepted: str) -> str:
        """Each variable matches its declared correct response; one that has none must be empty."""
        values = self.values_of(accepted)
        conditions = [
            self.element("match", {}, self.variable(name), self.element("correct", {"identifier": name}))
            if values[place]
            else self.element("isNull", {}, self.variable(name))
            for place, name in self.variables.items()
        ]
        return self.all_of(conditions)

    def is_exactly(self, response: str) -> str:
        """The response is this one, declared as correct or not."""
        values = self.values_of(response)
        conditions = [
            self.element("match", {}, self.variable(name), self._constant(values[place]))
            if values[place]
            else self.element("isNull", {}, self.variable(name))
            for place, name in self.variables.items()
        ]
        return self.all_of(conditions)

    def _constant(self, values: Sequence[str]) -> str:
        literals = [self.literal(self.base, value) for value in values]
        return literals[0] if self.cardinality == "single" else self.element(self.cardinality, {}, *literals)

    def has(self, part: str) -> str:
        """The response has this part."""
        place = part.partition(">")[2]
        literal = self.literal(self.base, self.written(part))
        if "" not in self.variables:
            return self.element("match", {}, self.variable(self.variables[place]), literal)
        return self.element("member", {}, literal, self.variable(RESPONSE))

    def stands_at(self, part: str, place: int) -> str:
        found = self.element("index", {"n": str(place)}, self.variable(RESPONSE))
        return self.element("match", {}, found, self.literal("identifier", self.written(part)))
