"""How secret an item is, where it stands, and who has seen it: for those who may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import database_now
from examsvc.store import exports as exports_store
from examsvc.store import views as views_store
from examsvc.store.item_uses import list_uses
from examsvc.store.models import ItemRow, ItemVersionRow
from examsvc.store.rows import get_row
from item_bank.confidentiality import Confidentiality, Step, Use, confidentiality_of, steps_after_leak
from item_bank.lifecycle import State
from item_bank.pool import Pool


@dataclass(frozen=True, slots=True)
class ItemSecrecy:
    """An item's confidentiality, who has seen it, the exports that had it, and what a leak calls for.

    viewers : name, how often, first and last time; exports : number and recipient of those taken out
    """

    confidentiality: Confidentiality
    viewers: list[tuple[str, int, datetime, datetime]]
    exports: list[tuple[int, str]]
    steps: list[tuple[Step, Use | None]]


def view_secrecy(deps: Services, actor: Actor, version_id: int) -> ItemSecrecy:
    """Facts alone, no wording: forms, campaigns, looks and exports. Raises NotFound."""
    permit(actor, "views.read")
    with deps.store.read() as session:
        version = get_row(session, ItemVersionRow, version_id)
        item = get_row(session, ItemRow, version.item_id)
        uses = list_uses(session, item.id, database_now(session))
        return ItemSecrecy(
            confidentiality_of(State(version.state), Pool(item.pool), uses),
            views_store.viewers_of(session, item.id),
            exports_store.taken_with(session, item.id),
            steps_after_leak(uses),
        )
