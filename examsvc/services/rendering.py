"""Authored wording as it may reach a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from examsvc.store import Session
from examsvc.store.forms_delivery import DeliveredItem
from item_bank.stem import sanitise


def render_items(session: Session, items: Sequence[DeliveredItem]) -> list[DeliveredItem]:
    """Stems and options as safe HTML."""
    del session
    return [
        replace(
            item,
            stem=sanitise(item.stem),
            options=tuple((option_id, sanitise(content)) for option_id, content in item.options),
        )
        for item in items
    ]
