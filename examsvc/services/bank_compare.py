"""What has changed in an item: since its reviewer gave it back, since any earlier version, in its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.services.bank_views import ItemView, require_reader
from examsvc.services.deps import Services
from examsvc.services.viewing import Showing, admit_showing
from examsvc.store import item_versions as versions
from item_bank.changes import Difference, differences, key_differences
from item_bank.viewing import How


@dataclass(frozen=True, slots=True)
class Compared:
    """An earlier version held against this one; `since_return` says why it was that one."""

    version: int
    version_id: int
    since_return: bool
    found: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """A version of the key, why it came to be, and what it changed."""

    version: int
    reason: str
    by: str
    at: datetime
    found: tuple[Difference, ...]


def compare_versions(
    deps: Services, actor: Actor, view: ItemView, against: int | None = None
) -> Compared | None:
    """The version shown against an earlier one of the same item; None where there is none.

    against : its id; else the version that was given back last, which is what a reviewer asks for, else the
        one before
    """
    earlier = [row for row in view.history.versions if row.version < view.line.version]
    if not earlier:
        return None
    returned = [
        number
        for review, number, _name in view.history.reviews
        if review.decision == "return" and number < view.line.version
    ]
    wanted = max(returned, default=earlier[0].version)
    chosen = next((row for row in earlier if row.id == against), None)
    old = chosen or next(row for row in earlier if row.version == wanted)
    with deps.store.read() as session:
        require_reader(session, actor, old.id)
        item = versions.get_version(session, old.id)
        key = versions.newest_keys(session, [old.id])[old.id]
    admit_showing(deps, actor, Showing((old.id,), How.PAGE, "compared"))
    found = differences((item, key), (view.item, view.key))
    return Compared(old.version, old.id, old.version in returned, found)


def list_key_versions(deps: Services, actor: Actor, view: ItemView) -> list[KeyVersion]:
    """All versions of this wording's key, newest first, each with what it changed."""
    with deps.store.read() as session:
        require_reader(session, actor, view.line.version_id)
        rows = versions.list_keys(session, view.line.version_id)
    asked = view.item.asked
    found = []
    for place, (key, reason, name, at) in enumerate(rows):
        before = rows[place - 1][0] if place else None
        changed = () if before is None else key_differences(asked, before, asked, key)
        found.append(KeyVersion(key.version, reason, name, at, changed))
    return found[::-1]
