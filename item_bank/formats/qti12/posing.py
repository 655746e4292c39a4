"""What readers of types work with: an item's responses, its labels, and scorings as QTI 2 has them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from item_bank.formats.draft import Draft
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import Node
from item_bank.formats.qti12.scoring import SCORE, Scoring, literal
from item_bank.formats.qti12.texts import Texts
from item_bank.stem import plain_text

CHOSEN: Final = ("response_lid",)
TYPED: Final = ("response_str", "response_num")


@dataclass(frozen=True, slots=True)
class Source:
    """An item's element with what its parts are read by."""

    item: Node
    texts: Texts
    draft: Draft
    scoring: Scoring

    def asked(self, *names: str) -> list[Node]:
        """The responses of these kinds.

        Raises Refused NO_INTERACTION, INTERACTION_NOT_KEPT (another kind, or one shown in another way),
        IDENTIFIER_TWICE.
        """
        found = [node for node in self.item.walk() if node.name.startswith("response_") and node.get("ident")]
        found = [node for node in found if node.name != "response_label"]
        if not found:
            raise Refused("NO_INTERACTION", line=self.item.line)
        if any(node.name not in names for node in found):
            raise Refused("INTERACTION_NOT_KEPT", line=found[0].line, name=found[0].name)
        self._look(found)
        if len({node.get("ident") for node in found}) < len(found):
            raise Refused("IDENTIFIER_TWICE", line=found[0].line)
        return found

    def _look(self, responses: list[Node]) -> None:
        """Refuses what is pointed at in a picture; a scale to slide along is lost where a number stays."""
        for shown in (node for one in responses for node in one.within("render_hotspot", "render_slider")):
            if shown.name == "render_hotspot" or any(one.name in CHOSEN for one in responses):
                raise Refused("INTERACTION_NOT_KEPT", line=shown.line, name=shown.name)
            lower, upper = shown.get("lowerbound"), shown.get("upperbound")
            self.draft.losses.add("SLIDER_LOST", line=shown.line, lower=lower, upper=upper)

    def only(self, *names: str) -> Node:
        found = self.asked(*names)
        if len(found) > 1:
            raise Refused(
                "SEVERAL_INTERACTIONS", line=found[1].line, names=", ".join(n.name for n in found[:10])
            )
        return found[0]

    def labels(self, response: Node) -> list[Node]:
        """What is to be chosen from. Raises Refused IDENTIFIER_TWICE."""
        labels = response.within("response_label")
        names = [label.get("ident") for label in labels]
        if len(set(names)) < len(names) or "" in names:
            raise Refused("IDENTIFIER_TWICE", line=response.line)
        return labels

    def contents(self, labels: list[Node]) -> list[str]:
        return [self.texts.of(label, self.draft) for label in labels]


Read = tuple[Posed, Program | None]


def labelled(source: Source, response: Node) -> list[tuple[Node, str]]:
    labels = source.labels(response)
    return list(zip(labels, source.contents(labels), strict=True))


def mark_places(source: Source, responses: list[Node], marks: list[str]) -> None:
    """Puts a mark where the stem has the name of a list in brackets. Raises Refused PLACE_NOT_IN_STEM.

    The name is what the list shows above itself (Canvas) or its identifier (New Quizzes shows a key there).
    """
    draft = source.draft
    for response, mark in zip(responses, marks, strict=True):
        ident = response.get("ident")
        names = (plain_text(source.texts.of(response, draft)), ident.removeprefix("response_"), ident)
        written = [f"[{html.escape(name, quote=False)}]" for name in names if name]
        found = next((one for one in written if one in draft.stem), None)
        if found is None:
            raise Refused("PLACE_NOT_IN_STEM", line=response.line, value=written[0][1:-1])
        draft.stem = draft.stem.replace(found, mark)


def matching(declared: Mapping[str, Declared], worth: Fraction) -> Program:
    """All variables match their keys, or nothing is earned."""
    tests = [
        Node(
            "match",
            {},
            children=[Node("variable", {"identifier": name}), Node("correct", {"identifier": name})],
        )
        for name in declared
    ]
    test = tests[0] if len(tests) == 1 else Node("and", {}, children=tests)
    number = literal("float", str(float(worth)))
    sets = Node("setOutcomeValue", {"identifier": SCORE}, children=[number])
    rule = Node("responseCondition", {}, children=[Node("responseIf", {}, children=[test, sets])])
    return _program(declared, rule)


def summing(declared: Mapping[str, Declared]) -> Program:
    """What the responses are worth together."""
    mapped = [Node("mapResponse", {"identifier": name}) for name in declared]
    total = mapped[0] if len(mapped) == 1 else Node("sum", {}, children=mapped)
    return _program(declared, Node("setOutcomeValue", {"identifier": SCORE}, children=[total]))


def _program(declared: Mapping[str, Declared], rule: Node) -> Program:
    outcomes = {SCORE: Declared(SCORE, "float", "single")}
    return Program(declared, outcomes, SCORE, rules=(rule,), relevant=frozenset({SCORE}))
