"""Moodle's tables of statements: the question types mtf and kprime, each statement true or false."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.draft import Draft
from item_bank.formats.fractions import read_percent
from item_bank.formats.moodle_keys import FALSE, TRUE, lettered, says_true
from item_bank.formats.moodle_tree import Element, value
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import STATEMENT_SHARES, Credit, Key
from item_bank.stem import plain_text

_CREDITS: Final = {
    "subpoints": Credit.PARTS,
    "mtfonezero": Credit.WHOLE,
    "kprimeonezero": Credit.WHOLE,
}
_FOUR: Final = len(STATEMENT_SHARES) - 1


def read_statements(element: Element, statements: Sequence[str], draft: Draft) -> tuple[Asked, Key]:
    """Statements, of which each row of weights says which of two columns is right.

    statements : their sanitised HTML, by row in the order of the file

    Raises InvalidItem: NO_KEY (a row without one right column), BAD_FRACTION (of a weight). Loses
    FEEDBACK_LOST and CREDIT_CHANGED: K-prime gives half for three right ones of four, nothing for fewer.

    Source: the question types mtf and kprime of ETH Zürich, their files of Moodle XML.
    """
    columns = element.findall("column")
    options = _options([value(column, "responsetext/text") for column in columns])
    rows = element.findall("row")
    numbers = [row.get("number", str(place)) for place, row in enumerate(rows, start=1)]
    names = {column.get("number", ""): option for column, option in zip(columns, options, strict=True)}
    right = _right_columns(element)
    if any(len(right.get(number, [])) != 1 or right[number][0] not in names for number in numbers):
        raise InvalidItem("NO_KEY")
    told = sum(bool(value(row, "feedbacktext/text")) for row in rows)
    if told:
        draft.lose("FEEDBACK_LOST", count=told)
    places = tuple(Place(str(place), text) for place, text in enumerate(statements, start=1))
    chosen = [names[right[number][0]].id for number in numbers]
    key = " ".join(f"{option}>{place.id}" for option, place in zip(chosen, places, strict=True))
    asked = Asked(Interaction.STATEMENTS, options, places)
    return asked, Key(1, (key,), _credit(element, len(places), draft))


def _options(words: Sequence[str]) -> tuple[Option, ...]:
    """The two columns; plainly true and false ones in the bank's own words."""
    said = [says_true(plain_text(text)) for text in words]
    if len(said) == 2 and set(said) == {True, False}:
        words = [TRUE.content if truth else FALSE.content for truth in said]
    return lettered(words, at_most=None)


def _right_columns(element: Element) -> dict[str, list[str]]:
    """By row the columns that have a weight above nothing."""
    right: dict[str, list[str]] = {}
    for weight in element.findall("weight"):
        if read_percent(value(weight, "value", "0")).written > 0:
            right.setdefault(weight.get("rownumber", ""), []).append(weight.get("columnnumber", ""))
    return right


def _credit(element: Element, count: int, draft: Draft) -> Credit:
    said = (value(element, "scoringmethod/text") or value(element, "scoringmethod")).lower()
    credit = _CREDITS.get(said)
    if credit is None:
        credit = Credit.STATEMENTS if said == "kprime" and count == _FOUR else Credit.PARTS
        draft.lose("CREDIT_CHANGED", credit=said[:40], to=credit.value)
    return credit
