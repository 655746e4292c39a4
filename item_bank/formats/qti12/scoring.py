"""Response processing of QTI 1.2 in the terms of QTI 2, so that one machine proves keys of both.

Source: IMS QTI 1.2 ASI information model, resprocessing. Conditions are tried in order and the first that
holds ends the processing, unless it says continue="Yes". Where the attribute is missing, one that adds to
the score lets the next be tried: those who leave it out mean that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value, read_number
from item_bank.formats.qti.xml import Node

SCORE: Final = "SCORE"
MOST_CONDITIONS: Final = 400
_COMPARED: Final = {"varlt": "lt", "varlte": "lte", "vargt": "gt", "vargte": "gte"}
_ACTS: Final = {"add": "sum", "subtract": "subtract", "multiply": "product", "divide": "divide"}


class Scoring:
    """The conditions of an item that bear on its score.

    Raises Refused: SCORE_UNCLEAR (several outcomes), SCORING_TOO_LONG.
    """

    def __init__(self, item: Node) -> None:
        self._processing = item.first("resprocessing")
        conditions = [] if self._processing is None else self._processing.within("respcondition")
        if len(conditions) > MOST_CONDITIONS:
            raise Refused("SCORING_TOO_LONG")
        self.target = _target(conditions)
        self._start = self._starting()
        self._known = [one for one in conditions if self._start or not self._says_nothing(one)]
        self.conditions = [one for one in self._known if self._sets(one)]

    @property
    def is_absent(self) -> bool:
        return not self.conditions

    def _starting(self) -> Fraction:
        """What the score is before any condition."""
        for node in self._processing.within("decvar") if self._processing is not None else ():
            if node.get("varname", SCORE) == self.target:
                return read_number(node.get("defaultval")) or Fraction(0)
        return Fraction(0)

    def _least(self) -> Fraction | None:
        for node in self._processing.within("decvar") if self._processing is not None else ():
            if node.get("varname", SCORE) == self.target:
                return read_number(node.get("minvalue"))
        return None

    def _says_nothing(self, condition: Node) -> bool:
        """Whether it says that what is not right earns nothing: so it does without being said."""
        test = condition.first("conditionvar")
        is_other = test is not None and [one.name for one in test.children] == ["other"]
        return is_other and all(read_number(node.text) == 0 for node in self._sets(condition))

    def best(self) -> Fraction | None:
        """The greatest score that the file declares."""
        for node in self._processing.within("decvar") if self._processing is not None else ():
            if node.get("varname", SCORE) == self.target:
                return read_number(node.get("maxvalue"))
        return None

    def named(self) -> list[tuple[str, str]]:
        """The (response, value) of every equality that the conditions name."""
        return [
            (node.get("respident"), node.text.strip())
            for one in self.conditions
            for node in one.within("varequal")
        ]

    def program(self, responses: Mapping[str, Declared]) -> Program:
        """The processing as QTI 2's rules.

        Raises Refused: EXPRESSION_UNKNOWN, VARIABLE_UNDECLARED, VALUE_UNREADABLE, SCORE_UNREADABLE.
        """
        rules: list[Node] = []
        last = self._known[-1:] if self._known else []
        for one in self._known:
            sets = self._sets(one)
            ends = _ends(one, sets) and one not in last
            if not sets and not ends:
                continue
            if any(node.name == "other" for node in one.walk()) and not _all_end(rules):
                raise Refused("EXPRESSION_UNKNOWN", line=one.line, name="other")
            acts = [_act(node) for node in sets] + ([Node("exitResponse", {})] if ends else [])
            condition = _condition(one.first("conditionvar") or Node("conditionvar", {}), responses)
            rules.append(
                Node("responseCondition", {}, children=[Node("responseIf", {}, children=[condition, *acts])])
            )
        if self._least() == 0 and any(_is_less(node) for one in self.conditions for node in self._sets(one)):
            rules.append(_sets_score([Node("max", {}, children=[_score(), literal("float", "0")])]))
        start = Value((self._start,), "float") if self._start else None
        outcomes = {SCORE: Declared(SCORE, "float", "single", start=start)}
        return Program(responses, outcomes, SCORE, rules=tuple(rules), relevant=frozenset({SCORE}))

    def sums(self) -> dict[tuple[str, str], Fraction] | None:
        """What each (response, value) adds, where the score is such a sum; None where it is none."""
        worth: dict[tuple[str, str], Fraction] = {}
        for one in self.conditions if not self._start else ():
            sets = self._sets(one)
            condition = one.first("conditionvar")
            if (
                condition is None
                or len(sets) != 1
                or _ends(one, sets)
                or sets[0].get("action").lower() != "add"
            ):
                return None
            parts = _parts(condition, "or")
            value = read_number(sets[0].text)
            pairs = [(part.get("respident"), part.text.strip()) for part in parts]
            one_of = len({name for name, _value in pairs}) == 1
            if value is None or not one_of or any(part.name != "varequal" for part in parts):
                return None
            for pair in pairs:
                if pair in worth:
                    return None
                worth[pair] = value
        return worth or None

    def all_of(self) -> tuple[dict[str, list[str]], set[tuple[str, str]], Fraction] | None:
        """The values that must all be given, those that must not, and what that earns; None elsewhere."""
        if len(self.conditions) != 1 or len(self._sets(self.conditions[0])) != 1 or self._start:
            return None
        condition = self.conditions[0].first("conditionvar")
        act = self._sets(self.conditions[0])[0]
        worth = read_number(act.text)
        if condition is None or worth is None or act.get("action", "Set").lower() not in {"set", "add"}:
            return None
        parts = _parts(condition, "and")
        wanted: dict[str, list[str]] = {}
        barred: set[tuple[str, str]] = set()
        for part in parts:
            if part.name == "varequal":
                wanted.setdefault(part.get("respident"), []).append(part.text.strip())
            elif part.name == "not" and {one.name for one in part.children} == {"varequal"}:
                barred |= {(one.get("respident"), one.text.strip()) for one in part.children}
            else:
                return None
        return wanted, barred, worth

    def each_of(self) -> list[tuple[list[tuple[str, str]], Fraction]] | None:
        """For each condition the (response, value) pairs that must all be given, and what that adds."""
        found: list[tuple[list[tuple[str, str]], Fraction]] = []
        for one in self.conditions:
            condition, sets = one.first("conditionvar"), self._sets(one)
            parts = [] if condition is None else _parts(condition, "and")
            worth = read_number(sets[0].text) if len(sets) == 1 else None
            adds = len(self.conditions) == 1 or sets[0].get("action").lower() == "add"
            if worth is None or worth <= 0 or not adds or any(part.name != "varequal" for part in parts):
                return None
            if parts:
                found.append(([(part.get("respident"), part.text.strip()) for part in parts], worth))
        return found or None

    def _sets(self, condition: Node) -> list[Node]:
        return [node for node in condition.all("setvar") if node.get("varname", SCORE) == self.target]


def declared(name: str, base: str, cardinality: str = "single", key: Value | None = None) -> Declared:
    return Declared(name, base, cardinality, key)


def literal(base: str, text: str) -> Node:
    return Node("baseValue", {"baseType": base}, text)


def _variable(name: str) -> Node:
    return Node("variable", {"identifier": name})


def _score() -> Node:
    return _variable(SCORE)


def _sets_score(children: list[Node]) -> Node:
    return Node("setOutcomeValue", {"identifier": SCORE}, children=children)


def _parts(condition: Node, joined: str) -> list[Node]:
    """What a condition is made of, whether or not it says how that is joined."""
    parts = condition.children
    return parts[0].children if [one.name for one in parts] == [joined] else parts


def _target(conditions: Sequence[Node]) -> str:
    """SCORE, or the only outcome that is set."""
    found = dict.fromkeys(node.get("varname", SCORE) for one in conditions for node in one.all("setvar"))
    if SCORE in found or not found:
        return SCORE
    scores = [name for name in found if "SCORE" in name.upper()] or list(found)
    if len(scores) > 1:
        raise Refused("SCORE_UNCLEAR", names=", ".join(scores))
    return scores[0]


def _ends(condition: Node, sets: Sequence[Node]) -> bool:
    said = condition.get("continue").lower()
    if said:
        return said != "yes"
    return not sets or any(node.get("action", "Set").lower() == "set" for node in sets)


def _all_end(rules: Sequence[Node]) -> bool:
    return all(rule.children[0].children[-1].name == "exitResponse" for rule in rules)


def _is_less(setvar: Node) -> bool:
    worth = read_number(setvar.text)
    return worth is not None and (worth < 0) != (setvar.get("action").lower() == "subtract") and worth != 0


def _act(setvar: Node) -> Node:
    worth, action = read_number(setvar.text), setvar.get("action", "Set").lower()
    if worth is None or (action != "set" and action not in _ACTS):
        raise Refused("SCORE_UNREADABLE", line=setvar.line, value=setvar.text, action=action)
    number = literal("float", setvar.text.strip())
    if action == "set":
        return _sets_score([number])
    return _sets_score([Node(_ACTS[action], {}, children=[_score(), number])])


def _condition(node: Node, responses: Mapping[str, Declared]) -> Node:
    """A condition of QTI 2; several texts or single choices side by side are alternatives, for no response
    is two of them at once."""
    parts = node.children
    names = {part.get("respident") for part in parts if part.name == "varequal"}
    singles = len(names) == 1 and all(part.name == "varequal" for part in parts) and len(parts) > 1
    if singles and responses.get(next(iter(names)), declared("", "", "multiple")).cardinality == "single":
        return Node("or", {}, children=[_expression(part, responses) for part in parts])
    made = [_expression(part, responses) for part in parts]
    return made[0] if len(made) == 1 else Node("and", {}, children=made)


def _any_of(node: Node, responses: Mapping[str, Declared]) -> Node:
    """What `not` turns round: of several values side by side none may be given (so Brightspace means it)."""
    if len(node.children) > 1 and all(part.name == "varequal" for part in node.children):
        return Node("or", {}, children=[_expression(part, responses) for part in node.children])
    return _condition(node, responses)


def _expression(node: Node, responses: Mapping[str, Declared]) -> Node:
    if node.name in {"and", "or"}:
        return Node(
            node.name, {}, line=node.line, children=[_expression(one, responses) for one in node.children]
        )
    if node.name == "not":
        return Node("not", {}, line=node.line, children=[_any_of(node, responses)])
    if node.name == "other":
        return literal("boolean", "true")
    variable = responses.get(node.get("respident"))
    if variable is None:
        raise Refused("VARIABLE_UNDECLARED", line=node.line, name=node.get("respident"))
    if node.name == "unanswered":
        return Node("isNull", {}, children=[_variable(variable.id)])
    if node.name == "varequal":
        return _equal(node, variable)
    if node.name in _COMPARED and variable.base == "float":
        number = literal("float", node.text.strip())
        if read_number(node.text) is None:
            raise Refused("VALUE_UNREADABLE", line=node.line, value=node.text, base="float")
        return Node(_COMPARED[node.name], {}, children=[_variable(variable.id), number])
    raise Refused("EXPRESSION_UNKNOWN", line=node.line, name=node.name)


def _equal(node: Node, variable: Declared) -> Node:
    value = literal(variable.base, node.text if variable.base == "string" else node.text.strip())
    if variable.base == "float":
        if read_number(node.text) is None:
            raise Refused("VALUE_UNREADABLE", line=node.line, value=node.text, base="float")
        return Node("equal", {"toleranceMode": "exact"}, children=[value, _variable(variable.id)])
    if variable.base == "string":
        said = {"caseSensitive": "true" if node.get("case").lower() == "yes" else "false"}
        return Node("stringMatch", said, children=[_variable(variable.id), value])
    if variable.cardinality == "multiple":
        return _or_false(Node("member", {}, children=[value, _variable(variable.id)]), variable)
    return _or_false(Node("match", {}, children=[_variable(variable.id), value]), variable)


def _or_false(test: Node, variable: Declared) -> Node:
    """What is not answered is not equal: in QTI 1.2 a comparison is never unknown."""
    there = Node("not", {}, children=[Node("isNull", {}, children=[_variable(variable.id)])])
    return Node("and", {}, children=[there, test])
