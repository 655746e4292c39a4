"""The sections of a blueprint as its pages take them in, one a line, and as they show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from examsvc.assembly.blueprint import LONGEST_S, MOST_SECTIONS, BlueprintSection, Cell
from examsvc.assembly.findings import Problem

BAR: Final = "|"
_BETWEEN_TOPICS: Final = re.compile(r"[,;\s]+")
_MINUTES: Final = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class TypedSections:
    """What was typed, without empty lines so that a section's number is its line's, and what it means."""

    text: str
    value: tuple[BlueprintSection, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as a line of a table."""

    name_vi: str
    name_en: str
    topics: str
    n_items: int
    limit_s: int | None


def parse_sections(text: str, topics: Iterable[str]) -> TypedSections:
    """Read `Tên | Name | T01, T02 | 30`, line by line; whether the sections fit the cells, others judge.

    Topics may be written in small letters; those that are not among `topics` are left as they were typed.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = "\n".join(lines)
    if len(lines) > MOST_SECTIONS:
        too_many = Problem("sections_many", {"found": len(lines), "most": MOST_SECTIONS})
        return TypedSections(kept, (), (too_many,))
    known = {topic.upper(): topic for topic in topics}
    read = [_read(number, line, known) for number, line in enumerate(lines, start=1)]
    return TypedSections(
        kept,
        tuple(line for line in read if isinstance(line, BlueprintSection)),
        tuple(line for line in read if isinstance(line, Problem)),
    )


def sections_text(sections: Sequence[BlueprintSection]) -> str:
    """The lines that `parse_sections` reads as these sections."""
    return "\n".join(f" {BAR} ".join(_parts(section)) for section in sections)


def picture_sections(
    sections: Iterable[BlueprintSection], cells: Iterable[tuple[Cell, int]]
) -> tuple[SectionRow, ...]:
    """Each section with the number of its items."""
    counts = list(cells)
    return tuple(
        SectionRow(
            section.name_vi,
            section.name_en,
            ", ".join(section.topics),
            sum(n_items for cell, n_items in counts if cell.topic in section.topics),
            section.limit_s,
        )
        for section in sections
    )


def certified_sections(certificate: Mapping[str, Any]) -> tuple[SectionRow, ...]:
    """The sections that a certificate names; none in one of a form that is one piece."""
    blueprint = certificate["blueprint"]
    cells = [
        (Cell(line["topic"], line["cognitive_level"]), int(line["n_items"])) for line in blueprint["cells"]
    ]
    named = blueprint.get("sections", ())
    return picture_sections(
        [BlueprintSection(**{**line, "topics": tuple(line["topics"])}) for line in named], cells
    )


def _read(number: int, line: str, known: Mapping[str, str]) -> BlueprintSection | Problem:
    # whatever separates words, be it a space that does not break, is one space in a name
    parts = [" ".join(part.split()) for part in line.split(BAR)]
    if len(parts) not in (3, 4):
        return Problem("section_parts", {"section": number})
    name_vi, name_en, topics, minutes = (*parts, "")[:4]
    if minutes and not _MINUTES.fullmatch(minutes):
        return Problem("section_minutes", {"section": number, "text": minutes[:20]})
    if minutes and 60 * int(minutes) > LONGEST_S:
        return Problem("section_limit_range", {"section": number, "limit_s": 60 * int(minutes)})
    codes = [code for code in _BETWEEN_TOPICS.split(topics) if code]
    return BlueprintSection(
        name_vi,
        name_en,
        tuple(known.get(code.upper(), code) for code in codes),
        60 * int(minutes) if minutes else None,
    )


def _parts(section: BlueprintSection) -> list[str]:
    parts = [section.name_vi, section.name_en, ", ".join(section.topics)]
    return parts if section.limit_s is None else [*parts, str(section.limit_s // 60)]
