"""Queries for what a candidate reads of a form: stems and options, and nothing else of an item."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import FormItemRow, ItemVersionRow
from examsvc.store.outlines import list_sections, section_of


@dataclass(frozen=True, slots=True)
class DeliveredItem:
    """An item as it is delivered; `options` are (id, content) in the author's order."""

    item_id: int
    number: int
    section: int
    interaction: str
    stem: str
    options: tuple[tuple[str, str], ...]


def list_delivered_items(session: Session, form_id: int) -> list[DeliveredItem]:
    """The items of a form in order; keys, rationales and parameters are never even selected."""
    sections = list_sections(session, form_id)
    query = (
        sa.select(
            ItemVersionRow.id,
            FormItemRow.ordinal,
            ItemVersionRow.interaction,
            ItemVersionRow.stem,
            ItemVersionRow.options,
        )
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .where(FormItemRow.form_id == form_id)
        .order_by(FormItemRow.ordinal)
    )
    return [
        DeliveredItem(
            item_id,
            number,
            section_of(sections, number),
            interaction,
            stem,
            tuple((option["id"], option["content"]) for option in options),
        )
        for item_id, number, interaction, stem, options in session.execute(query)
    ]
