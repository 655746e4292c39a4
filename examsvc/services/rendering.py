"""Authored wording as it may reach a browser: with formulas to read, and its pictures in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from examsvc.services.deps import Services
from examsvc.store import Session
from examsvc.store.forms_delivery import DeliveredItem
from examsvc.store.media import get_pictures
from item_bank.media import references
from item_bank.rendering import render_for_delivery


def render_items(session: Session, items: Sequence[DeliveredItem]) -> list[DeliveredItem]:
    """Stems and options as safe HTML that asks nothing of anywhere else: MathML and data: addresses."""
    texts = [text for item in items for text in (item.stem, *(content for _id, content in item.options))]
    shown = iter(render_wordings(session, texts))
    return [
        replace(
            item,
            stem=next(shown),
            options=tuple((option_id, next(shown)) for option_id, _content in item.options),
        )
        for item in items
    ]


def render_wordings(session: Session, texts: Sequence[str]) -> list[str]:
    """Each stored text as safe HTML; all their pictures are read at once."""
    wanted = references(*texts)
    pictures = get_pictures(session, wanted) if wanted else {}
    return [render_for_delivery(text, pictures) for text in texts]


def render_wording(deps: Services, text: str) -> str:
    """One text, for a page that shows items to staff; the database is asked only for pictures."""
    if not references(text):
        return render_for_delivery(text, {})
    with deps.store.read() as session:
        return render_wordings(session, [text])[0]
