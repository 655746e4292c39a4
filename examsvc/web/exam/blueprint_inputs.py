"""What the blueprint pages take in: a matrix of numbers, and an order for forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from examsvc.assembly.blueprint import COGNITIVE_MIX, LONGEST_S, MOST_ITEMS, Cell
from examsvc.assembly.findings import Problem
from examsvc.services.assembly import LARGEST_SEED, MOST_FORMS
from examsvc.services.blueprints import BlueprintEdit
from examsvc.web.exam.matrix import cell_name
from examsvc.web.exam.section_inputs import parse_sections

LONGEST_TEXT = 12


@dataclass(frozen=True, slots=True)
class TypedMatrix:
    """What was typed, kept as it is, and what it means where it is a number."""

    texts: Mapping[str, str]
    edit: BlueprintEdit
    problems: tuple[Problem, ...]


class OrderInput(FlaskForm):  # type: ignore[misc]
    """How many forms, from which seed, sharing how much."""

    n_forms = IntegerField(_l("Number of forms"), validators=[InputRequired(), NumberRange(1, MOST_FORMS)])
    seed = IntegerField(_l("Seed"), validators=[InputRequired(), NumberRange(0, LARGEST_SEED)])
    max_overlap = IntegerField(
        _l("Items two forms may share"), validators=[InputRequired(), NumberRange(0, MOST_ITEMS)]
    )


def parse_matrix(typed: Mapping[str, str], topics: Iterable[str]) -> TypedMatrix:
    """Read every cell, the number of items, the minutes and the sections; what cannot be read is told.

    A browser always sends the sections; who sends none leaves them as they are.
    """
    codes = list(topics)
    cells = [Cell(topic, level) for topic in codes for level in COGNITIVE_MIX]
    names = {cell_name(cell): cell for cell in cells}
    texts = {name: typed.get(name, "").strip()[:LONGEST_TEXT] for name in (*names, "n_items", "minutes")}
    problems: list[Problem] = []
    numbers: dict[str, int] = {}
    for name, text in texts.items():
        cell = names.get(name)
        place: dict[str, str] = (
            {"field": name}
            if cell is None
            else {"topic": cell.topic, "cognitive_level": cell.cognitive_level}
        )
        most = LONGEST_S // 60 if name == "minutes" else MOST_ITEMS
        number = _whole_number(text or ("0" if cell else ""))
        if number is None:
            problems.append(Problem("not_a_number", {**place, "text": text}))
        elif abs(number) > most:
            problems.append(Problem("number_range", {**place, "least": 0 if cell else 1, "most": most}))
        else:
            numbers[name] = number
    counts = {cell: numbers.get(name, 0) for name, cell in names.items()}
    size = numbers.get("n_items", 0), 60 * numbers.get("minutes", 0)
    if "sections" not in typed:
        return TypedMatrix(texts, BlueprintEdit(counts, *size), tuple(problems))
    sections = parse_sections(typed["sections"], codes)
    return TypedMatrix(
        {**texts, "sections": sections.text},
        BlueprintEdit(counts, *size, sections.value),
        (*problems, *sections.problems),
    )


def _whole_number(text: str) -> int | None:
    """The number that a text spells in plain digits, with a sign or without."""
    digits = text.removeprefix("-").removeprefix("−")
    if not digits.isascii() or not digits.isdecimal():
        return None
    return int(digits) if digits == text else -int(digits)
