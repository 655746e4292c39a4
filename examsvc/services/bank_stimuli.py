"""Material that several items share, as an author chooses it."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import stimuli as store


@dataclass(frozen=True, slots=True)
class StimulusChoice:
    """The newest version of a stimulus, and the items that show it."""

    code: str
    content: str
    english: str
    items: tuple[str, ...]


def list_stimuli(deps: Services, actor: Actor) -> list[StimulusChoice]:
    """All there is to choose from, by code."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        items = store.items_of_stimuli(session)
        return [
            StimulusChoice(row.code, row.content, row.english, tuple(items.get(row.code, ())))
            for row in store.list_stimuli(session)
        ]
