"""What Blackboard and Brightspace (D2L) write, put into the one shape in which Canvas writes it.

Blackboard names types and marks in elements of its own, keeps texts as `mat_formattedtext`, names a score by
`variablename` and its greatest value by `SCORE.max`, and says of texts, numbers and pairs that they are right
by the feedback that they show alone. Brightspace names a typed response by its label.

Source: exports of Blackboard Learn 6 to 9.1 and Ultra, and of Brightspace; both say QTI 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from item_bank.formats.qti.values import read_number
from item_bank.formats.qti.xml import Node
from item_bank.formats.qti12.scoring import SCORE

_BLACKBOARD: Final = "bbmd_questiontype"
_TYPES: Final = {
    "true/false": "true_false_question",
    "multiple choice": "multiple_choice_question",
    "either/or": "multiple_choice_question",
    "multiple answer": "multiple_answers_question",
    "matching": "matching_question",
    "ordering": "ordering_question",
    "fill in the blank": "short_answer_question",
    "fill in the blank plus": "fill_in_multiple_blanks_question",
    "jumbled sentence": "multiple_dropdowns_question",
    "numeric": "numerical_question",
    "essay": "essay_question",
    "short response": "essay_question",
    "file upload": "file_upload_question",
    # Brightspace
    "multi-select": "multiple_answers_question",
    "short answer": "short_answer_question",
    "long answer": "essay_question",
}
_EITHER: Final = re.compile(r"([A-Za-z]+)_([A-Za-z]+)\.(true|false)")
_WHOLE: Final = "100"


def known_type(said: str) -> str:
    """Canvas's name of a type that another system names; what is not known stays as it is said."""
    return _TYPES.get(said.lower(), said)


def in_one_shape(item: Node) -> Node:
    """The item itself, changed where it is written as Blackboard or Brightspace have it."""
    said = next((node for node in item.within(_BLACKBOARD)), None)
    if said is not None:
        _Blackboard(item, said.words()).reshape()
    _name_responses(item)
    _name_texts(item)
    return item


def _name_responses(item: Node) -> None:
    """A condition that names the label of what is typed means its response."""
    owners = {
        label.get("ident"): response.get("ident")
        for response in item.within("response_str", "response_num")
        for label in response.within("response_label")
    }
    for node in item.walk():
        if node.name == "qti_metadatafield":
            node.name = "qtimetadatafield"
        if node.get("respident") in owners:
            node.attributes["respident"] = owners[node.get("respident")]


def _name_texts(item: Node) -> None:
    for node in item.walk():
        if node.name == "mat_extension":
            node.name = "material"
        elif node.name == "mat_formattedtext":
            node.name = "mattext"
            node.attributes["texttype"] = "text/html" if node.get("type") == "HTML" else "text/plain"


class _Blackboard:
    def __init__(self, item: Node, kind: str) -> None:
        self._item, self._kind = item, kind.lower()
        metadata = item.first("itemmetadata")
        fields = metadata.children if metadata is not None else []
        self._facts = {node.name: node.words() for node in fields}
        self._most = self._greatest()
        self._conditions = item.within("respcondition")
        self._is_partial = self._facts.get("bbmd_partialcredit", "").lower()

    def _greatest(self) -> str:
        said = [self._facts.get("qmd_absolutescore_max", "")]
        said += [node.get("maxvalue") for node in self._item.within("decvar")]
        numbers = [text for text in said if (read_number(text) or 0) > 0]
        return numbers[0] if numbers else _WHOLE

    def reshape(self) -> None:
        points = self._facts.get("qmd_absolutescore_max", "")
        fields = [_field("question-type", known_type(self._kind))]
        fields += [_field("points_possible", points)] if (read_number(points) or 0) > 0 else []
        metadata = self._item.first("itemmetadata")
        if metadata is not None:
            metadata.children = [Node("qtimetadata", {}, children=fields)]
        for node in self._item.walk():
            self._rename(node)
        shares = self._take_shares()
        for condition in self._conditions:
            self._score(condition)
        if self._kind == "matching":
            self._pair()
        elif shares:
            self._by_shares(shares)

    def _rename(self, node: Node) -> None:
        if node.name in {"mattext", "mat_formattedtext"} and self._kind == "either/or":
            either = _EITHER.fullmatch(node.text.strip())
            node.text = either.group(1 if either.group(3) == "true" else 2) if either else node.text
        elif node.name == "setvar":
            node.attributes.setdefault("varname", node.get("variablename", SCORE))
            node.text = self._most if node.text.strip() == "SCORE.max" else node.text
        elif node.name == "response_lid" and self._kind == "multiple answer":
            node.attributes["rcardinality"] = "Multiple"

    def _take_shares(self) -> dict[str, str]:
        """The percentage that each option is said to earn, taken out of the conditions.

        Blackboard writes them always and means them where it gives credit by parts.
        """
        labels = {node.get("ident") for node in self._item.within("response_label")}
        own = [one for one in self._conditions if (_option_of(one) or "") in labels]
        shares = {_option_of(one) or "": one.all("setvar")[0].text.strip() for one in own}
        for processing in self._item.all("resprocessing"):
            processing.children = [one for one in processing.children if _option_of(one) is None]
        self._conditions = [one for one in self._conditions if _option_of(one) is None]
        is_meant = self._is_partial == "true" and any(read_number(text) for text in shares.values())
        return shares if is_meant else {}

    def _score(self, condition: Node) -> None:
        """What shows the feedback of a right response earns everything, where nothing else is said."""
        sets = [node for node in condition.all("setvar") if node.get("varname") == SCORE]
        shown = [node.get("linkrefid") for node in condition.all("displayfeedback")]
        if not sets and "correct" in shown:
            condition.children.append(_sets("Set", self._most))
        test = condition.first("conditionvar")
        if test is not None and {one.name for one in test.children} == {"vargte", "varlte", "varequal"}:
            # the number in the middle of its range is said once more
            test.children = [one for one in test.children if one.name != "varequal"]

    def _by_shares(self, shares: dict[str, str]) -> None:
        """Each option by itself; the condition of what is wholly right says no more."""
        processing = self._item.first("resprocessing")
        response = next(iter(self._item.within("response_lid")), None)
        if processing is None or response is None:
            return
        act = "Add" if response.get("rcardinality") == "Multiple" else "Set"
        kept = [one for one in processing.children if one.name != "respcondition"]
        most = read_number(self._most) or Fraction(1)
        for option, text in shares.items():
            worth = most * (read_number(text) or Fraction(0)) / 100
            test = Node("varequal", {"respident": response.get("ident")}, option)
            kept.append(_condition([test], _sets(act, f"{float(worth):.10g}")))
        processing.children = kept

    def _pair(self) -> None:
        """Each list gets its own words and those of the other side, by their order."""
        rights = self._right_side()
        for flow in self._item.within("flow"):
            response = flow.first("response_lid")
            if response is None:
                continue
            beside = [one for one in flow.children if one is not response]
            flow.children = [response]
            response.children = [*beside, *response.children]
            for label, right in zip(response.within("response_label"), rights, strict=False):
                label.children = [right]
        processing = self._item.first("resprocessing")
        if processing is None:
            return
        right_ones = [one for one in self._conditions if any(True for _ in _tests(one))]
        share = (read_number(self._most) or Fraction(1)) / max(1, len(right_ones))
        tests = [test for one in right_ones for test in _tests(one)]
        kept = [one for one in processing.children if one.name != "respcondition"]
        if self._is_partial == "false":
            kept.append(_condition(tests, _sets("Set", self._most)))
        else:
            kept += [_condition([one], _sets("Add", f"{float(share):.10g}")) for one in tests]
        processing.children = kept

    def _right_side(self) -> list[Node]:
        found: list[Node] = []
        for flow in self._item.within("flow"):
            sides = [one for one in flow.children if one.get("class") == "RIGHT_MATCH_BLOCK"]
            for side in sides:
                found += side.children
                flow.children = [one for one in flow.children if one is not side]
        return found


def _option_of(condition: Node) -> str | None:
    """The option that a condition gives a share, as `<varequal respident="option"/>`; None of another."""
    test = condition.first("conditionvar")
    if condition.name != "respcondition" or test is None or [n.name for n in test.children] != ["varequal"]:
        return None
    only = test.children[0]
    return only.get("respident") if not only.text.strip() and condition.all("setvar") else None


def _tests(condition: Node) -> Iterator[Node]:
    test = condition.first("conditionvar")
    yield from (one for one in test.children if one.name == "varequal") if test is not None else ()


def _condition(tests: Sequence[Node], act: Node) -> Node:
    return Node("respcondition", {}, children=[Node("conditionvar", {}, children=list(tests)), act])


def _sets(action: str, worth: str) -> Node:
    return Node("setvar", {"varname": SCORE, "action": action}, worth)


def _field(label: str, entry: str) -> Node:
    words = [Node("fieldlabel", {}, label), Node("fieldentry", {}, entry)]
    return Node("qtimetadatafield", {}, children=words)
