"""How many exports wait for somebody's word: for the menu, which every page has."""

from __future__ import annotations

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed
from examsvc.services.deps import Services
from examsvc.store import StoreBusy
from examsvc.store.exports import count_waiting


def exports_waiting(deps: Services, actor: Actor) -> int:
    """The exports that this person may decide on; 0 where the database does not answer: pages show anyway."""
    if not allowed(actor, "exports.decide"):
        return 0
    try:
        with deps.store.read() as session:
            return count_waiting(session, actor.user_id)
    except StoreBusy:
        return 0
