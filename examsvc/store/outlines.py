"""A form as the engine sees it: read once a process, since the items of a form never change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.outline import Outline, Placed, Section
from examsvc.store.models import FormItemRow, FormSectionRow, ItemVersionRow


def get_outline(session: Session, form_id: int) -> Outline:
    """Items, options and sections of a form."""
    return _outline_of(form_id, _Source(session))


def list_sections(session: Session, form_id: int) -> list[FormSectionRow]:
    """The sections of a form in order; none for a form that is one piece."""
    query = (
        sa.select(FormSectionRow).where(FormSectionRow.form_id == form_id).order_by(FormSectionRow.ordinal)
    )
    return list(session.scalars(query))


def section_of(sections: list[FormSectionRow], number: int) -> int:
    """In which section, from 1, the item with this number stands."""
    return max((row.ordinal for row in sections if row.first_item <= number), default=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Carries the session past the cache's key: two are equal when they read the same database."""

    session: Session

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and other.session.get_bind() is self.session.get_bind()

    def __hash__(self) -> int:
        return id(self.session.get_bind())


@lru_cache(maxsize=512)
def _outline_of(form_id: int, source: _Source) -> Outline:
    sections = list_sections(source.session, form_id)
    query = (
        sa.select(ItemVersionRow.id, FormItemRow.ordinal, ItemVersionRow.options)
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .where(FormItemRow.form_id == form_id)
    )
    placed = {
        str(version_id): Placed(
            number, section_of(sections, number), frozenset(option["id"] for option in options)
        )
        for version_id, number, options in source.session.execute(query)
    }
    return Outline(placed, tuple(Section(row.ordinal, row.limit_s) for row in sections))
