"""Which items rest today: what was seen and ordered, decided by the library's one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time

from examsvc.assembly.blueprint import Cell
from examsvc.assembly.resting import RestingItem
from examsvc.services.office_calendar import OFFICE_TIME, office_date, today
from examsvc.store import Session
from examsvc.store import exposure as store
from examsvc.store.exposure import Sight, Suspicion
from examsvc.store.models import ItemRestRow, ItemRestRuleRow
from item_bank.exposure import (
    NO_RULE,
    ItemFacts,
    OrderedRest,
    Rest,
    RestRule,
    Sighting,
    earliest_sight,
    rests,
)

Change = Callable[[ItemFacts], ItemFacts]


def unchanged(facts: ItemFacts) -> ItemFacts:
    """As they are."""
    return facts


def rule_in_force(session: Session) -> RestRule:
    """The newest version of the rule; where none was made no item rests by itself."""
    row = store.find_rule(session)
    return NO_RULE if row is None else as_rule(row)


def as_rule(row: ItemRestRuleRow) -> RestRule:
    """A stored rule as the library knows it."""
    share = None if row.most_percent is None else row.most_percent / 100
    return RestRule(row.most_sittings, share, row.least_candidates, row.months)


def facts_of(sights: Iterable[Sight], orders: Sequence[ItemRestRow]) -> ItemFacts:
    """What was seen of an item, and the orders about it (newest first), as the library knows them."""
    newest = orders[0] if orders else None
    woken = next((row for row in orders if row.until_on is None), None)
    return ItemFacts(
        sightings=tuple(
            Sighting(
                one.campaign.code, one.position, one.n_sittings, one.n_candidates, office_date(one.last_at)
            )
            for one in sights
        ),
        ordered=OrderedRest(newest.until_on, newest.reason) if newest and newest.until_on else None,
        woken_on=None if woken is None else office_date(woken.made_at),
    )


def list_resting(session: Session, rule: RestRule | None = None) -> dict[int, Rest]:
    """Every item that rests today, and why; under another rule than the one in force where it is given.

    The database passes by what cannot rest, the library decides about the others.
    """
    rule, day = rule or rule_in_force(session), today(session)
    beyond = Suspicion(rule.most_sittings, rule.most_share, _begin_of(earliest_sight(rule, day)))
    suspects = sorted({*store.list_ordered(session, day), *store.list_suspects(session, beyond)})
    return decide(session, suspects, rule, day)


def decide(
    session: Session, item_ids: Sequence[int], rule: RestRule, day: date, change: Change = unchanged
) -> dict[int, Rest]:
    """Those of these items that rest on a day, and why; were their facts changed so, where that is given."""
    sights, orders = store.list_sights(session, item_ids), store.list_orders(session, item_ids)
    found = {
        item_id: rests(change(facts_of(sights.get(item_id, ()), orders.get(item_id, ()))), rule, day)
        for item_id in item_ids
    }
    return {item_id: rest for item_id, rest in found.items() if rest is not None}


def resting_items(session: Session, resting: dict[int, Rest]) -> tuple[RestingItem, ...]:
    """The operational item versions that no new form may take."""
    return tuple(
        RestingItem(version_id, Cell(topic, level), resting[item_id].until_on)
        for item_id, version_id, topic, level in store.cells_of(session, sorted(resting))
    )


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_TIME).astimezone(UTC)
