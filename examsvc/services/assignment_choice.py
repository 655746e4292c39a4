"""Which assignment a new item is written for: the author's choice, or the one due first that it fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import Session
from examsvc.store import assignments as store
from examsvc.store.assignments import AssignmentLine
from item_bank.assignments import Place, Quota, choose, fits
from item_bank.errors import InvalidItem
from item_bank.item import ItemVersion

FITTING: Final = "fitting"  # the one due first that the item fits and that still lacks some
NONE: Final = "none"


def list_choices(deps: Services, actor: Actor) -> list[AssignmentLine]:
    """The actor's assignments that items may be written for, those due first at the top."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        return [line for line in store.list_assignments(session, actor.user_id) if line.row.ending is None]


def assign(session: Session, actor: Actor, items: Sequence[ItemVersion], choice: str) -> list[int | None]:
    """Each item's assignment; raises InvalidItem when the one named is not the actor's or does not fit."""
    if choice == NONE:
        return [None] * len(items)
    quotas = store.open_quotas(session, actor.user_id)
    places = [place_of(item) for item in items]
    if choice == FITTING:
        return choose(quotas, places)
    quota = _named(quotas, choice)
    for item, place in zip(items, places, strict=True):
        if not fits(quota, place):
            which = {"item": item.code} if len(items) > 1 else {}
            raise InvalidItem("NOT_FOR_ASSIGNMENT", field="assignment", **which)
    return [quota.id] * len(items)


def reassign(
    session: Session, actor: Actor, item: ItemVersion, choice: str, current: int | None
) -> int | None:
    """The assignment of a draft that is written anew: the one it has stays as long as it fits."""
    quotas = store.open_quotas(session, actor.user_id)
    kept = next((quota for quota in quotas if quota.id == current and fits(quota, place_of(item))), None)
    if choice == FITTING and kept is not None:
        return kept.id
    return assign(session, actor, [item], choice)[0]


def place_of(item: ItemVersion) -> Place:
    """The item as an assignment asks after it."""
    return Place(item.topic, item.cognitive_level.value, item.pool.value)


def _named(quotas: Sequence[Quota], choice: str) -> Quota:
    for quota in quotas:
        if str(quota.id) == choice:
            return quota
    raise InvalidItem("UNKNOWN_ASSIGNMENT", field="assignment")
