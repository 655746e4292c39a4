"""An item's history as reviewers, the bank manager and examiners read it: events, figures, use, rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, allowed, permit
from examsvc.accounts.roles import Role
from examsvc.services.bank_errors import QuotaReached
from examsvc.services.bank_views import READS_ALL
from examsvc.services.deps import Services
from examsvc.services.office_calendar import today
from examsvc.services.resting import decide, rule_in_force
from examsvc.services.viewing import Showing, admit_showing
from examsvc.store import Session, database_now, exposure, measuring, scored
from examsvc.store import bank as items
from examsvc.store import item_history as store
from examsvc.store import item_versions as versions
from examsvc.store.bank import ItemLine
from examsvc.store.bulk import ItemChange, list_changes
from examsvc.store.exposure import Sight
from examsvc.store.item_uses import list_uses
from examsvc.store.models import CalibrationRow, CampaignRow, ItemParameterRow, ItemRow, ItemVersionRow
from examsvc.store.rows import get_row
from item_bank.confidentiality import Stage
from item_bank.exposure import Rest
from item_bank.viewing import How

READS_USE = READS_ALL | {Role.EXAMINER}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an item; `version` None: to the item as a whole.

    kind : made | edited | moved | filed | keyed | reviewed | rested | woken | calibrated
    who : empty where the reader may not know, or nobody did it
    """

    at: datetime
    kind: str
    version: int | None
    who: str = ""
    note: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What one calibration found of one version of the item."""

    parameter: ItemParameterRow
    version: ItemVersionRow
    calibration: CalibrationRow
    campaign: CampaignRow | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """All of it, newest first. `reads_item` says that the reader may open the item itself.

    sights, n_officers, rest : to an author of exams whose results are released alone: he never learns that
        his item stands on a form that is still sat
    """

    line: ItemLine
    versions: list[ItemVersionRow]
    events: list[Event]
    found: list[Found]
    sights: list[Sight]
    n_officers: int | None
    rest: Rest | None
    reads_item: bool
    reads_calibrations: bool

    @property
    def n_sittings(self) -> int:
        """How many sittings have seen any version."""
        return sum(sight.n_sittings for sight in self.sights)


def view_history(deps: Services, actor: Actor, version_id: int) -> ItemHistory:
    """The history of the item that this is a version of; an author reads his own items'.

    An examiner, who reads figures alone, is told neither names nor what people wrote, which quotes wordings
    and keys. Nor is whoever may see no more today; to the others it is logged as the item's own page is.
    """
    history = _compose(deps, actor, version_id)
    if history.reads_item:
        try:
            admit_showing(deps, actor, Showing((version_id,), How.PAGE, "history"))
        except QuotaReached:
            return replace(history, events=_without_words(history.events))
    return history


def _without_words(events: Sequence[Event]) -> list[Event]:
    return [Event(one.at, one.kind, one.version, facts=one.facts) for one in events]


def _compose(deps: Services, actor: Actor, version_id: int) -> ItemHistory:
    with deps.store.read() as session:
        version = get_row(session, ItemVersionRow, version_id)
        item = get_row(session, ItemRow, version.item_id)
        permit(actor, "items.read_history", Facts(owner_user_id=item.author_id))
        reads_item = item.author_id == actor.user_id or bool(actor.roles & READS_ALL)
        in_force = measuring.find_adopted(session)
        found = [
            Found(*row, in_force=in_force is not None and row[2].id == in_force.id)
            for row in store.list_adopted(session, item.id)
        ]
        all_versions = versions.list_versions(session, item.id)
        events = [*_events(session, item, all_versions), *_calibrated(found)]
        if not reads_item:
            events = _without_words(events)
        sights = exposure.list_sights(session, [item.id]).get(item.id, [])
        n_officers: int | None = None
        rest: Rest | None = None
        if actor.roles & READS_USE:
            n_officers = exposure.count_officers(session, [item.id]).get(item.id, 0)
            rest = decide(session, [item.id], rule_in_force(session), today(session)).get(item.id)
        else:
            sights = _over(session, item.id, sights)
        return ItemHistory(
            line=items.get_line(session, version_id),
            versions=all_versions,
            events=sorted(events, key=lambda event: event.at, reverse=True),
            found=found,
            sights=sights,
            n_officers=n_officers,
            rest=rest,
            reads_item=reads_item,
            reads_calibrations=allowed(actor, "calibrations.read"),
        )


def _over(session: Session, item_id: int, sights: list[Sight]) -> list[Sight]:
    uses = list_uses(session, item_id, database_now(session))
    going_on = {use.campaign_code for use in uses if use.stage is not Stage.OVER}
    return [sight for sight in sights if sight.campaign.code not in going_on]


def _events(session: Session, item: ItemRow, all_versions: list[ItemVersionRow]) -> list[Event]:
    """What people did, with their names."""
    numbers = {version.id: version.version for version in all_versions}
    moves = store.list_moves(session, list(numbers))
    keys = store.list_keys(session, item.id)
    orders = exposure.list_orders(session, [item.id]).get(item.id, [])
    changes = list_changes(session, item.id, list(numbers))
    why_made = _why_made(changes)
    names = scored.staff_names(
        session,
        [
            *(version.created_by for version in all_versions),
            *(move.actor_id for move in moves),
            *(key.created_by for key, _number in keys),
            *(order.made_by for order in orders),
            *(change.actor_id for change in changes),
        ],
    )

    def name_of(user_id: int | None) -> str:
        return "" if user_id is None else names.get(user_id, "")

    def listed() -> Iterator[Event]:
        for version in all_versions:
            who = name_of(version.created_by)
            yield Event(version.created_at, "made", version.version, who, why_made.get(version.id, ""))
        for move in moves:
            facts: dict[str, Any] = {"from_state": move.from_state, "to_state": move.to_state}
            who = name_of(move.actor_id)
            yield Event(move.at, "moved", numbers[move.version_id], who, move.comment, facts)
        yield from (
            _changed(change, numbers, name_of(change.actor_id)) for change in changes if not change.made
        )
        for key, number in keys:
            if key.version > 1:
                facts = {"key_version": key.version}
                yield Event(key.created_at, "keyed", number, name_of(key.created_by), key.reason, facts)
        for review, number, reviewer in versions.list_reviews(session, item.id):
            facts = {"decision": review.decision}
            yield Event(review.created_at, "reviewed", number, reviewer, review.comment, facts)
        for order in orders:
            kind = "woken" if order.until_on is None else "rested"
            facts = {"until_on": order.until_on}
            yield Event(order.made_at, kind, None, name_of(order.made_by), order.reason, facts)

    return list(listed())


def _why_made(changes: list[ItemChange]) -> dict[int, str]:
    """Item version → why an order for many items has made it."""
    made = ((one.version_id, str(one.detail["reason"])) for one in changes if one.made)
    return {version_id: reason for version_id, reason in made if version_id is not None}


def _changed(change: ItemChange, numbers: dict[int, int], who: str) -> Event:
    """By an order for many items: its topic, or the wording of a draft."""
    reason = str(change.detail["reason"])
    if change.version_id is None:
        facts = {name: change.detail[name] for name in ("from_topic", "to_topic")}
        return Event(change.at, "filed", None, who, reason, facts)
    return Event(change.at, "edited", numbers[change.version_id], who, reason)


def _calibrated(found: list[Found]) -> Iterator[Event]:
    for one in found:
        facts = {"calibration": one.calibration.code}
        at = one.calibration.adopted_at or one.calibration.created_at
        yield Event(at, "calibrated", one.version.version, facts=facts)
