"""Authored wording as it may reach a browser: with formulas to read, and its pictures in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from examsvc.services.deps import Services
from examsvc.store import Session
from examsvc.store.forms_delivery import DeliveredStimulus, DeliveredWording
from examsvc.store.media import get_pictures
from item_bank.interactions.asked import Asked
from item_bank.media import Picture, references
from item_bank.rendering import render_for_delivery, render_stem
from item_bank.translation import Translation

Pictures = Mapping[str, Picture]


def render_items(session: Session, wordings: Sequence[DeliveredWording]) -> list[DeliveredWording]:
    """Wordings as safe HTML that asks nothing of anywhere else: MathML and data: addresses."""
    wanted = references(*(text for wording in wordings for text in _texts(wording)))
    pictures = get_pictures(session, wanted) if wanted else {}
    return [_rendered(wording, pictures) for wording in wordings]


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


def render_authored_stem(deps: Services, text: str) -> str:
    """A stem, for the same pages: its marks are elements that a page can fill."""
    if not references(text):
        return render_stem(text, {})
    with deps.store.read() as session:
        return render_stem(text, get_pictures(session, references(text)))


def _texts(wording: DeliveredWording) -> list[str]:
    texts = [wording.stem, *(one.content for one in wording.asked.options)]
    texts += [one.content for one in wording.asked.places]
    if wording.stimulus is not None:
        texts += [wording.stimulus.content, wording.stimulus.english]
    if wording.english is not None:
        texts += [
            wording.english.stem,
            *wording.english.options.values(),
            *wording.english.places.values(),
        ]
    return texts


def _rendered(wording: DeliveredWording, pictures: Pictures) -> DeliveredWording:
    stimulus, english = wording.stimulus, wording.english
    return DeliveredWording(
        render_stem(wording.stem, pictures),
        _asked(wording.asked, pictures),
        None
        if stimulus is None
        else DeliveredStimulus(
            stimulus.id,
            render_for_delivery(stimulus.content, pictures),
            render_for_delivery(stimulus.english, pictures),
        ),
        None if english is None else _translation(english, pictures),
    )


def _asked(asked: Asked, pictures: Pictures) -> Asked:
    return replace(
        asked,
        options=tuple(
            replace(one, content=render_for_delivery(one.content, pictures)) for one in asked.options
        ),
        places=tuple(
            replace(one, content=render_for_delivery(one.content, pictures)) for one in asked.places
        ),
    )


def _translation(english: Translation, pictures: Pictures) -> Translation:
    return Translation(
        render_stem(english.stem, pictures),
        {id_: render_for_delivery(text, pictures) for id_, text in english.options.items()},
        {id_: render_for_delivery(text, pictures) for id_, text in english.places.items()},
    )
