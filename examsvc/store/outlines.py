"""A form as the engine sees it: read once a process, since the items of a form never change."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.outline import Outline, Placed, Section
from examsvc.store.item_parts import asked_of
from examsvc.store.models import FormItemRow, FormSectionRow, ItemVersionRow
from examsvc.store.unchanging import read_once


@read_once(maxsize=512)
def get_outline(session: Session, form_id: int) -> Outline:
    """Items, options and sections of a form."""
    sections = list_sections(session, form_id)
    query = (
        sa.select(
            ItemVersionRow.id,
            FormItemRow.ordinal,
            ItemVersionRow.interaction,
            ItemVersionRow.options,
            ItemVersionRow.places,
            ItemVersionRow.most_chosen,
        )
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .where(FormItemRow.form_id == form_id)
    )
    placed = {
        str(version_id): Placed(number, section_of(sections, number), asked_of(*asked))
        for version_id, number, *asked in session.execute(query)
    }
    return Outline(placed, tuple(Section(row.ordinal, row.limit_s) for row in sections))


def list_sections(session: Session, form_id: int) -> list[FormSectionRow]:
    """The sections of a form in order; none for a form that is one piece."""
    query = (
        sa.select(FormSectionRow).where(FormSectionRow.form_id == form_id).order_by(FormSectionRow.ordinal)
    )
    return list(session.scalars(query))


def section_of(sections: list[FormSectionRow], number: int) -> int:
    """In which section, from 1, the item with this number stands."""
    return max((row.ordinal for row in sections if row.first_item <= number), default=1)
