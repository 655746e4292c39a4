"""Putting items to rest and waking them, looked at before it is done; and the rule by which items rest."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.audit import record_act, record_acts
from examsvc.services.bank_errors import RestRefused
from examsvc.services.deps import Services
from examsvc.services.office_calendar import today
from examsvc.services.resting import decide, list_resting, rule_in_force
from examsvc.services.usage import CellUse, use_cells
from examsvc.store import Session, bank, database_now
from examsvc.store import exposure as store
from examsvc.store.models import ItemRestRow, ItemRestRuleRow
from examsvc.store.topics import list_topics
from item_bank.exposure import (
    MOST_MONTHS,
    ItemFacts,
    OrderedRest,
    Rest,
    RestReason,
    RestRule,
    add_months,
)

MOST_NUMBER = 1_000_000
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RestOrder:
    """What is ordered for some items; `until_on` None wakes them."""

    version_ids: tuple[int, ...]
    until_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class RestPreview:
    """What an order would do: the items with their rest as it is, and the cells that it changes."""

    items: list[tuple[str, Rest | None]]
    until_on: date | None
    before: dict[tuple[str, str], CellUse]
    after: dict[tuple[str, str], CellUse]

    @property
    def changed(self) -> list[tuple[CellUse, CellUse]]:
        """The cells whose items awake change in number, before and after."""
        pairs = [(self.before[key], self.after[key]) for key in self.before]
        return [(old, new) for old, new in pairs if old.n_awake != new.n_awake]


@dataclass(frozen=True, slots=True)
class RestRules:
    """The rule in force, every version that ever was with who made it, and how many items rest by it now."""

    in_force: RestRule
    versions: list[tuple[ItemRestRuleRow, str]]
    n_resting: int


def preview_order(deps: Services, actor: Actor, order: RestOrder) -> RestPreview:
    """What the order would do today; raises RestRefused where it would be refused."""
    permit(actor, "exposure.rest")
    with deps.store.read() as session:
        items, day = _check(session, order), today(session)
        before = list_resting(session)
        changed = decide(session, sorted(items), rule_in_force(session), day, _ordered(order, day))
        after = {item_id: rest for item_id, rest in before.items() if item_id not in items} | changed
        topics = [topic.code for topic in list_topics(session)]
        return RestPreview(
            [(code, before.get(item_id)) for item_id, code in items.items()],
            order.until_on,
            use_cells(session, before, topics),
            use_cells(session, after, topics),
        )


def name_items(deps: Services, actor: Actor, version_ids: Collection[int]) -> list[str]:
    """The codes of the items for exams that were ticked."""
    permit(actor, "exposure.rest")
    with deps.store.read() as session:
        return list(store.items_of_versions(session, version_ids).values())


def order_rest(deps: Services, actor: Actor, order: RestOrder) -> int:
    """Put the items to rest or wake them, all or none; returns how many.

    Forms that are published keep them. An item that does not rest is not woken.
    """
    permit(actor, "exposure.rest")
    with deps.store.begin() as session:
        items = _check(session, order)
        now = database_now(session)
        session.add_all(
            ItemRestRow(
                item_id=item_id,
                until_on=order.until_on,
                reason=order.reason.strip(),
                made_by=actor.user_id,
                made_at=now,
            )
            for item_id in items
        )
        detail = {"reason": order.reason.strip()}
        if order.until_on is not None:
            detail["until_on"] = order.until_on.isoformat()
        act = "exposure.wake" if order.until_on is None else "exposure.rest"
        record_acts(session, actor, [(act, f"item:{item_id}", detail) for item_id in items])
        return len(items)


def view_rules(deps: Services, actor: Actor) -> RestRules:
    """The rule in force and its history."""
    permit(actor, "exposure.read")
    with deps.store.read() as session:
        rule = rule_in_force(session)
        resting = list_resting(session, rule).values()
        n_resting = sum(rest.reason is not RestReason.ORDERED for rest in resting)
        return RestRules(rule, store.list_rules(session), n_resting)


def set_rule(deps: Services, actor: Actor, rule: RestRule, reason: str) -> int:
    """Put a rule in force from now on; returns the number of the new version.

    Nothing is written to the items: those that it makes rest do so at once, those it no longer does are back.
    """
    permit(actor, "exposure.set_rule")
    percent = _require_rule(rule)
    if not reason.strip():
        raise RestRefused("REASON_MISSING", field="reason")
    with deps.store.begin() as session:
        bank.lock_bank(session)  # two managers at once do not make one version twice
        newest = store.find_rule(session)
        row = ItemRestRuleRow(
            version=1 if newest is None else newest.version + 1,
            most_sittings=rule.most_sittings,
            most_percent=percent,
            least_candidates=rule.least_candidates,
            months=rule.months,
            reason=reason.strip(),
            made_by=actor.user_id,
            made_at=database_now(session),
        )
        session.add(row)
        session.flush()
        record_act(
            session,
            actor,
            "exposure.set_rule",
            f"item_rest_rule:{row.version}",
            most_sittings=row.most_sittings,
            most_percent=row.most_percent,
            least_candidates=row.least_candidates,
            months=row.months,
            reason=row.reason,
        )
        return row.version


def _ordered(order: RestOrder, day: date) -> Callable[[ItemFacts], ItemFacts]:
    """An item's facts as they are once the order is given."""
    if order.until_on is None:
        return lambda facts: replace(facts, ordered=None, woken_on=day)
    ordered = OrderedRest(order.until_on, order.reason)
    return lambda facts: replace(facts, ordered=ordered)


def _require_rule(rule: RestRule) -> int | None:
    """The share in percent; raises RestRefused with the field that is out of range."""
    percent = None if rule.most_share is None else round(rule.most_share * 100)
    ranges: dict[str, tuple[int | None, int, int]] = {
        "most_sittings": (rule.most_sittings, 1, MOST_NUMBER),
        "most_percent": (percent, 1, 99),
        "least_candidates": (rule.least_candidates, 1, MOST_NUMBER),
        "months": (rule.months, 1, MOST_MONTHS),
    }
    for field, (value, least, most) in ranges.items():
        if value is not None and not least <= value <= most:
            raise RestRefused("NUMBER_OUT_OF_RANGE", field=field, least=least, most=most)
    return percent


def _check(session: Session, order: RestOrder) -> dict[int, str]:
    """The items that are meant, by code; raises RestRefused with what stands against the order."""
    if not order.reason.strip():
        raise RestRefused("REASON_MISSING", field="reason")
    day = today(session)
    items = store.items_of_versions(session, order.version_ids)
    if not items or len(items) > MOST_AT_ONCE:
        raise RestRefused("ITEMS_OUT_OF_RANGE", most=MOST_AT_ONCE)
    if order.until_on is None:
        _require_resting(session, items, day)
    elif not day < order.until_on <= add_months(day, MOST_MONTHS):
        raise RestRefused(
            "REST_DAY_OUT_OF_RANGE", field="until_on", first=day, last=add_months(day, MOST_MONTHS)
        )
    return items


def _require_resting(session: Session, items: dict[int, str], day: date) -> None:
    resting = decide(session, sorted(items), rule_in_force(session), day)
    awake = [code for item_id, code in items.items() if item_id not in resting]
    if awake:
        raise RestRefused("ITEM_AWAKE", item=awake[0])
