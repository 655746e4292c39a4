"""Sections between their three shapes: a blueprint's value, its JSON column, and the rows of a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import accumulate
from typing import Any

from sqlalchemy.orm import Session

from examsvc.assembly.blueprint import Blueprint, BlueprintSection
from examsvc.store.models import FormRow, FormSectionRow
from examsvc.store.outlines import list_sections


def sections_to_json(sections: Sequence[BlueprintSection]) -> list[Any] | None:
    """What the blueprint's column holds; None for a form that is one piece."""
    return [{**asdict(section), "topics": list(section.topics)} for section in sections] or None


def sections_from_json(column: Sequence[Any] | None) -> tuple[BlueprintSection, ...]:
    """The value that the assembler works on."""
    return tuple(BlueprintSection(**{**line, "topics": tuple(line["topics"])}) for line in column or ())


def add_sections(session: Session, form: FormRow, blueprint: Blueprint) -> None:
    """Cut a form that meets this blueprint into the blueprint's sections."""
    session.add_all(
        FormSectionRow(
            form_id=form.id,
            ordinal=ordinal,
            first_item=first_item,
            name_vi=section.name_vi,
            name_en=section.name_en,
            limit_s=section.limit_s,
        )
        for ordinal, (section, first_item) in enumerate(_placed(blueprint), start=1)
    )


def are_sections_kept(session: Session, form_id: int, blueprint: Blueprint) -> bool:
    """Whether a form's sections are those of its blueprint."""
    held = [
        (row.ordinal, row.first_item, row.name_vi, row.name_en, row.limit_s)
        for row in list_sections(session, form_id)
    ]
    return held == [
        (ordinal, first_item, section.name_vi, section.name_en, section.limit_s)
        for ordinal, (section, first_item) in enumerate(_placed(blueprint), start=1)
    ]


def _placed(blueprint: Blueprint) -> list[tuple[BlueprintSection, int]]:
    """Each section with the number of its first item: a form meets the cells exactly."""
    first_items = accumulate(blueprint.section_sizes[:-1], initial=1)
    return list(zip(blueprint.sections, first_items, strict=False))
