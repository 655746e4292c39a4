"""Items put to rest and woken, the rule of rest, and what an assembly makes of it; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.assembly.errors import AssemblyRefused
from examsvc.services import Services, assembly, blueprints, rest_orders, usage
from examsvc.services.assembly import AssemblyOrder
from examsvc.services.bank_errors import RestRefused
from examsvc.services.office_calendar import today
from examsvc.services.rest_orders import RestOrder
from examsvc.services.resting import list_resting
from examsvc.store import assembly as store
from examsvc.store.models import AssemblyRunRow, AuditEntryRow, ItemRestRow, ItemRow, ItemVersionRow, TopicRow
from examsvc.store.usage import UsageFilter
from item_bank.exposure import RestReason, RestRule
from tests.integration.assembly_bank import Laid, add_actor, lay_bank

pytestmark = pytest.mark.integration
REASON = "Để dành cho nửa cuối năm."


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_bank(services)


@pytest.fixture
def manager(services: Services, laid: Laid) -> Actor:
    with services.store.begin() as session:
        return add_actor(session, "bank_manager", Role.BANK_MANAGER)


def day(services: Services, later: int = 0) -> date:
    with services.store.read() as session:
        return today(session) + timedelta(days=later)


def versions_of(services: Services, topic: str, level: str) -> list[int]:
    query = (
        sa.select(ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(TopicRow.code == topic, ItemVersionRow.cognitive_level == level)
        .order_by(ItemVersionRow.id)
    )
    with services.store.read() as session:
        return list(session.scalars(query))


def put_to_rest(services: Services, manager: Actor, version_ids: list[int], later: int = 100) -> None:
    rest_orders.order_rest(services, manager, RestOrder(tuple(version_ids), day(services, later), REASON))


def run(services: Services, laid: Laid, blueprint_id: int) -> AssemblyRunRow:
    order = AssemblyOrder(blueprint_id, n_forms=1, seed=7)
    run_id = assembly.assemble_forms(services, laid.secretary, order, lambda _done, _total: None)
    with services.store.read() as session:
        return session.get_one(AssemblyRunRow, run_id)


def test_an_order_is_audited_item_by_item_and_shows_what_it_does_first(
    services: Services, laid: Laid, manager: Actor
):
    ids = versions_of(services, "T10", "recall")
    order = RestOrder(tuple(ids[:2]), day(services, 30), REASON)
    preview = rest_orders.preview_order(services, manager, order)
    [(old, new)] = preview.changed
    assert (old.cell.topic, old.n_awake, new.n_awake) == ("T10", 4, 2)
    with services.store.read() as session:
        assert list_resting(session) == {}  # looked at, nothing done
    assert rest_orders.order_rest(services, manager, order) == 2
    with services.store.read() as session:
        assert [rest.until_on for rest in list_resting(session).values()] == [day(services, 30)] * 2
        records = list(session.scalars(sa.select(AuditEntryRow.record)))
    assert sum('"action":"exposure.rest"' in record and REASON in record for record in records) == 2


def test_a_woken_item_is_back_and_one_that_does_not_rest_is_not_woken(
    services: Services, laid: Laid, manager: Actor
):
    first, second = versions_of(services, "T10", "recall")[:2]
    put_to_rest(services, manager, [first])
    with pytest.raises(RestRefused) as refused:
        rest_orders.order_rest(services, manager, RestOrder((first, second), None, REASON))
    assert refused.value.code == "ITEM_AWAKE"
    rest_orders.order_rest(services, manager, RestOrder((first,), None, REASON))
    with services.store.read() as session:
        assert list_resting(session) == {}


@pytest.mark.parametrize("later", [0, -1, 365 * 11])
def test_a_rest_ends_after_today_and_in_sight(services: Services, laid: Laid, manager: Actor, later: int):
    [first, *_others] = versions_of(services, "T10", "recall")
    with pytest.raises(RestRefused) as refused:
        rest_orders.order_rest(services, manager, RestOrder((first,), day(services, later), REASON))
    assert (refused.value.code, refused.value.params["field"]) == ("REST_DAY_OUT_OF_RANGE", "until_on")


def test_nobody_but_the_bank_manager_puts_items_to_rest(services: Services, laid: Laid):
    order = RestOrder((versions_of(services, "T10", "recall")[0],), day(services, 5), REASON)
    for actor in (laid.author, laid.secretary, laid.chairman):
        with pytest.raises(Forbidden):
            rest_orders.order_rest(services, actor, order)


def test_the_log_of_rests_only_grows(services: Services, laid: Laid, manager: Actor):
    put_to_rest(services, manager, versions_of(services, "T10", "recall")[:1])
    for change in (sa.update(ItemRestRow).values(reason="x"), sa.delete(ItemRestRow)):
        with pytest.raises(sa.exc.DBAPIError, match="only grows"), services.store.begin() as session:
            session.execute(change)


def test_an_assembly_takes_no_item_that_rests_and_replays_as_it_was(
    services: Services, laid: Laid, manager: Actor
):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.second, blueprint_id)
    free = run(services, laid, blueprint_id)
    assert "resting" not in free.certificate["request"]
    resting = versions_of(services, "T01", "recall")[:6]
    put_to_rest(services, manager, resting)
    with services.store.read() as session:
        [form] = store.list_forms(session, run_id=free.id)
        before = [line.version_id for line in store.list_form_lines(session, form.id)]
    assembly.publish_form(services, laid.chairman, form.id)
    rested = run(services, laid, blueprint_id)
    with services.store.read() as session:
        [new] = store.list_forms(session, run_id=rested.id)
        assert not {line.version_id for line in store.list_form_lines(session, new.id)} & set(resting)
        assert [line.version_id for line in store.list_form_lines(session, form.id)] == before
    assert [one["version_id"] for one in rested.certificate["request"]["resting"]] == resting
    rest_orders.order_rest(services, manager, RestOrder(tuple(resting), None, REASON))
    assert assembly.replay(services, laid.chairman, rested.id).same
    assert assembly.replay(services, laid.chairman, free.id).same


def test_a_bank_at_rest_stops_the_approval_and_says_so(services: Services, laid: Laid, manager: Actor):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    resting = versions_of(services, "T01", "recall")[:9]
    put_to_rest(services, manager, resting)
    with pytest.raises(AssemblyRefused) as refused:
        blueprints.approve(services, laid.second, blueprint_id)
    [cell] = refused.value.params["cells"]
    assert (cell["topic"], cell["cognitive_level"], cell["have"], cell["resting"]) == ("T01", "recall", 3, 9)
    assert cell["back_by"] == day(services, 100).isoformat()


def test_an_impossible_order_names_the_items_that_rest(services: Services, laid: Laid, manager: Actor):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.second, blueprint_id)
    put_to_rest(services, manager, versions_of(services, "T01", "recall")[:11])
    impossible = run(services, laid, blueprint_id)
    assert impossible.status == "INFEASIBLE"
    [repair] = impossible.certificate["clashes"][0]["repairs"]
    assert (repair["params"]["has"], repair["params"]["resting"]) == (1, 11)


def test_the_page_warns_of_cells_that_rest_leaves_too_small(services: Services, laid: Laid, manager: Actor):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.second, blueprint_id)
    assert usage.view_usage(services, manager, UsageFilter()).warnings == []
    put_to_rest(services, manager, versions_of(services, "T01", "recall")[:11])
    view = usage.view_usage(services, manager, UsageFilter(), resting_only=True)
    [cell] = view.warnings
    assert (cell.cell.topic, cell.n_awake, cell.status) == ("T01", 1, "starved")
    assert (view.n_items, view.n_resting) == (11, 11)
    assert {one.rest.reason for one in view.items} == {RestReason.ORDERED}


def test_a_rule_is_made_in_versions_and_refused_out_of_range(services: Services, laid: Laid, manager: Actor):
    rule = RestRule(most_sittings=300, most_share=0.4, least_candidates=20, months=6)
    assert rest_orders.set_rule(services, manager, rule, REASON) == 1
    assert rest_orders.set_rule(services, manager, replace(rule, months=12), REASON) == 2
    view = rest_orders.view_rules(services, manager)
    assert (view.in_force.months, [row.version for row, _name in view.versions]) == (12, [2, 1])
    wrong = {"most_sittings": 0, "most_share": 1.0, "least_candidates": 0, "months": 121}
    for name, value in wrong.items():
        with pytest.raises(RestRefused) as refused:
            rest_orders.set_rule(services, manager, replace(rule, **{name: value}), REASON)
        assert refused.value.params["field"] == name.replace("share", "percent")
