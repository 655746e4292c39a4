"""Material that several items share, as an author chooses it."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import stimuli as store


@dataclass(frozen=True, slots=True)
class StimulusChoice:
    """The newest version of a stimulus, and the author's items that show it."""

    code: str
    content: str
    items: tuple[str, ...]


def list_stimuli(deps: Services, actor: Actor) -> list[StimulusChoice]:
    """The author's own to choose from, by code: others' material is part of items that he may not read."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        items = store.items_of_stimuli(session, actor.user_id)
        return [
            StimulusChoice(row.code, row.content, tuple(items.get(row.code, ())))
            for row in store.list_stimuli(session, actor.user_id)
        ]


def is_code_taken(deps: Services, actor: Actor, code: str) -> bool:
    """Whether any material of the bank has this code, whoever wrote it."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        return code.casefold() in {known.casefold() for known in store.list_codes(session)}
