"""What the standard says a response to an item scores: the measure that keys are held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.processing import RESPONSE, STEPS, read_program
from item_bank.formats.qti.values import Value, make_value
from item_bank.formats.qti.xml import parse

Given = str | Sequence[str] | None


def score(item_xml: bytes, response: Given | Mapping[str, Given]) -> Fraction:
    """The score of a response by the item's own processing, exactly.

    Parameters
    ----------
    item_xml : one item file, of any version
    response : of the variable RESPONSE, or by variable; a text, several (a container), or None for NULL;
        pairs as "source target", points as "x y", numbers as typed; texts are compared in one Unicode form
        with white space as one space, on both sides

    Returns
    -------
    SCORE (or the one outcome that stands for it) after processing; 0 where nothing sets it.

    Raises Refused where the processing has rules that this bank does not know.
    References: QTI 2.2 and 3.0 information models, response processing.
    """
    program = read_program(parse(item_xml))
    by_variable = response if isinstance(response, Mapping) else {RESPONSE: response}
    return program.score(values_of(program.responses, by_variable), Budget(STEPS))


def values_of(declared: Mapping[str, Declared], given: Mapping[str, Given]) -> dict[str, Value | None]:
    """The response variables with what was given; NULL where nothing, or nothing of the variable's type."""
    values: dict[str, Value | None] = {}
    for name, one in declared.items():
        said = given.get(name)
        texts = [said] if isinstance(said, str) else list(said or ())
        if one.base != "string":
            texts = [text for text in texts if text.strip()]
        values[name] = make_value(texts, one.base, one.cardinality) if texts != [""] else None
    return values
