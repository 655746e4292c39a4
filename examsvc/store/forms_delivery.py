"""Queries for what a candidate reads of a form: wordings, and nothing else of an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.item_parts import asked_of, translation_of
from examsvc.store.models import FormItemRow, ItemVersionRow, StimulusRow
from examsvc.store.outlines import list_sections, section_of
from item_bank.interactions.asked import Asked
from item_bank.translation import Translation

# keys and parameters are never even selected
WORDING = (
    ItemVersionRow.interaction,
    ItemVersionRow.stem,
    ItemVersionRow.options,
    ItemVersionRow.places,
    ItemVersionRow.most_chosen,
    ItemVersionRow.english,
    StimulusRow.id,
    StimulusRow.content,
    StimulusRow.english,
)


@dataclass(frozen=True, slots=True)
class DeliveredStimulus:
    """What several items share, by its identity; `english` is empty where there is none."""

    id: int
    content: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class DeliveredWording:
    """What a candidate reads of an item, options in the author's order; the rationale of none.

    stimulus : what the item shares with others
    """

    stem: str
    asked: Asked
    stimulus: DeliveredStimulus | None = None
    english: Translation | None = None


@dataclass(frozen=True, slots=True)
class DeliveredItem:
    """An item as it is delivered, and where on the form."""

    item_id: int
    number: int
    section: int
    wording: DeliveredWording


def wording_of(columns: tuple[Any, ...]) -> DeliveredWording:
    """From the columns of WORDING, in their order."""
    interaction, stem, options, places, most_chosen, english, stimulus_id, shared, shared_english = columns
    told = None if english is None else {**english, "rationale": ""}  # why an option is right gives it away
    return DeliveredWording(
        stem,
        asked_of(interaction, options, places, most_chosen),
        None if stimulus_id is None else DeliveredStimulus(stimulus_id, shared, shared_english),
        translation_of(told),
    )


def list_delivered_items(session: Session, form_id: int) -> list[DeliveredItem]:
    """The items of a form in order."""
    sections = list_sections(session, form_id)
    query = (
        sa.select(ItemVersionRow.id, FormItemRow.ordinal, *WORDING)
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .outerjoin(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
        .where(FormItemRow.form_id == form_id)
        .order_by(FormItemRow.ordinal)
    )
    return [
        DeliveredItem(item_id, number, section_of(sections, number), wording_of(tuple(columns)))
        for item_id, number, *columns in session.execute(query)
    ]
