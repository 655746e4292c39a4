"""What was seen of items and what calibrations found of them; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services, flagged_items, item_history, rest_orders, usage
from examsvc.services.rest_orders import RestOrder
from examsvc.services.resting import list_resting
from examsvc.store import database_now
from examsvc.store.item_uses import list_uses
from examsvc.store.models import ItemVersionRow, SittingRow
from examsvc.store.usage import UsageFilter
from item_bank.confidentiality import Stage, Use
from item_bank.exposure import RestReason, RestRule
from tests.integration.assembly_bank import add_actor
from tests.integration.measured_campaign import (
    N_FORMS,
    N_ITEMS,
    N_SITTINGS,
    REVERSED,
    SURNAME,
    Measured,
    lay_measured_campaign,
)
from tests.integration.measuring_steps import adopted, lay_reference
from tests.integration.signing_in import sign_in

pytestmark = pytest.mark.integration
PASSWORD = "a-long-enough-password"
REASON = "Thử nghỉ."


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services, password=PASSWORD)


@pytest.fixture
def manager(services: Services, measured: Measured) -> Actor:
    with services.store.begin() as session:
        hashed = services.passwords.hash(PASSWORD)
        return add_actor(session, "bank_manager", Role.BANK_MANAGER, password_hash=hashed)


def move_sittings(services: Services, days_ago: int) -> None:
    """The campaign was so many days ago."""
    with services.store.begin() as session:
        at = database_now(session) - timedelta(days=days_ago)
        session.execute(sa.update(SittingRow).values(submitted_at=at))


def item_of(services: Services, version_id: int) -> int:
    with services.store.read() as session:
        return session.get_one(ItemVersionRow, version_id).item_id


def test_every_sitting_that_was_opened_counts_once_for_each_item(
    services: Services, measured: Measured, manager: Actor
):
    first = usage.view_usage(services, manager, UsageFilter())
    assert first.n_items == N_ITEMS
    seen = {
        one.line.version_id: one
        for page in (1, 2)
        for one in usage.view_usage(services, manager, UsageFilter(), page=page).items
    }
    assert {
        place: seen[version_id].line.n_sittings for place, version_id in enumerate(measured.version_ids)
    } == (measured.sittings_by_item)
    assert all(one.n_officers == one.line.n_sittings for one in seen.values())  # nobody sat twice
    counts = [one.line.n_sittings for one in first.items]
    assert counts == sorted(counts, reverse=True)
    assert first.items[0].line.share == pytest.approx(counts[0] / N_SITTINGS)


def test_who_never_opened_his_exam_has_seen_nothing(services: Services, measured: Measured, manager: Actor):
    with services.store.begin() as session:
        absent = sa.update(SittingRow).where(SittingRow.id.in_(measured.sitting_ids[:N_FORMS]))
        session.execute(absent.values(state="absent", submitted_at=None))
    history = item_history.view_history(services, manager, measured.version_ids[0])
    assert history.n_sittings == measured.sittings_by_item[0] - 1
    assert history.sights[0].n_candidates == N_SITTINGS - N_FORMS


def test_an_item_that_too_many_saw_rests_by_the_rule_until_it_is_woken(
    services: Services, measured: Measured, manager: Actor
):
    move_sittings(services, 10)
    most = N_SITTINGS // N_FORMS  # what stands on two forms has been seen by more
    rest_orders.set_rule(services, manager, RestRule(most_sittings=most, months=6), REASON)
    worn = [place for place, n in measured.sittings_by_item.items() if n > most]
    with services.store.read() as session:
        resting = list_resting(session)
    assert sorted(resting) == sorted(item_of(services, measured.version_ids[place]) for place in worn)
    assert {rest.reason for rest in resting.values()} == {RestReason.SITTINGS}
    woken = measured.version_ids[worn[-1]]
    rest_orders.order_rest(services, manager, RestOrder((woken,), None, REASON))
    with services.store.read() as session:
        assert set(resting) - set(list_resting(session)) == {item_of(services, woken)}


def test_a_share_of_the_candidates_makes_an_item_rest_and_time_ends_it(
    services: Services, measured: Measured, manager: Actor
):
    move_sittings(services, 10)
    rule = RestRule(most_share=0.25, least_candidates=N_SITTINGS, months=1)
    rest_orders.set_rule(services, manager, rule, REASON)
    with services.store.read() as session:
        resting = list_resting(session)
        assert {rest.reason for rest in resting.values()} == {RestReason.SHARE}
        assert list_resting(session, replace(rule, least_candidates=N_SITTINGS + 1)) == {}
    move_sittings(services, 40)
    with services.store.read() as session:
        assert list_resting(session) == {}


def test_flags_of_two_calibrations_are_told_apart_from_those_carried_over(
    services: Services, measured: Measured, manager: Actor
):
    calibration_id = adopted(services, measured)
    flagged = usage.view_usage(services, manager, UsageFilter(least_flagged=1))
    reversed_item = measured.version_ids[REVERSED]
    line = next(one for one in flagged.items if one.line.version_id == reversed_item)
    assert "NEGATIVE_DISCRIMINATION" in {flag["code"] for flag in line.flags}
    assert line.n_flagged == 1
    assert usage.view_usage(services, manager, UsageFilter(least_flagged=2)).n_items == 0
    lay_reference(services, measured, calibration_id, lambda _place, a, b: (abs(a), b))
    assert usage.view_usage(services, manager, UsageFilter(least_flagged=1)).n_items == flagged.n_items


def test_the_board_names_the_items_that_the_calibration_in_force_flags(
    services: Services, measured: Measured, manager: Actor
):
    assert flagged_items.list_flagged(services, manager) == {}
    adopted(services, measured)
    found = flagged_items.list_flagged(services, manager)
    assert measured.version_ids[REVERSED] in {id_ for id_, _code in found["NEGATIVE_DISCRIMINATION"].first}
    assert not {"ANCHORED", "CARRIED_OVER"} & set(found)


def test_a_history_tells_of_moves_rests_and_calibrations_newest_first(
    services: Services, measured: Measured, manager: Actor
):
    version_id = measured.version_ids[0]  # approved: the calibration makes it calibrated
    calibration_id = adopted(services, measured)
    lay_reference(services, measured, calibration_id, lambda _place, a, b: (abs(a), b + 0.5))
    until = (datetime.now(UTC) + timedelta(days=90)).date()
    rest_orders.order_rest(services, manager, RestOrder((version_id,), until, REASON))
    history = item_history.view_history(services, manager, version_id)
    kinds = [event.kind for event in history.events]
    assert kinds[0] == "rested"
    assert kinds[-1] == "made"
    assert kinds.count("calibrated") == 2
    [moved] = [event for event in history.events if event.kind == "moved"]
    assert (moved.facts["from_state"], moved.facts["to_state"]) == ("approved", "calibrated")
    assert [found.in_force for found in history.found] == [True, False]
    assert history.rest is not None


def test_who_may_not_read_the_item_reads_its_figures_without_names(services: Services, measured: Measured):
    version_id = measured.version_ids[0]
    examiner = item_history.view_history(services, measured.staff["examiner"], version_id)
    assert not examiner.reads_item
    assert {(event.who, event.note) for event in examiner.events} == {("", "")}
    author = item_history.view_history(services, measured.staff["author"], version_id)
    assert author.reads_item
    with services.store.begin() as session:
        other = add_actor(session, "other_author", Role.AUTHOR)
    with pytest.raises(Forbidden):
        item_history.view_history(services, other, version_id)


def test_an_author_learns_of_exams_with_his_item_when_they_are_over_and_not_before(
    services: Services, measured: Measured, monkeypatch: pytest.MonkeyPatch
):
    """Nobody has a result yet: who else sits a form with it would be worth telling."""
    version_id, author = measured.version_ids[0], measured.staff["author"]
    told = item_history.view_history(services, measured.staff["examiner"], version_id)
    assert told.n_sittings > 0
    before = item_history.view_history(services, author, version_id)
    assert (before.sights, before.n_officers, before.rest) == ([], None, None)

    def over(*asked: Any) -> list[Use]:
        return [replace(use, stage=Stage.OVER) for use in list_uses(*asked)]

    monkeypatch.setattr(item_history, "list_uses", over)
    assert item_history.view_history(services, author, version_id).n_sittings == told.n_sittings


def test_the_pages_show_curves_tables_and_use_and_no_wording_or_candidate(
    app: Flask, services: Services, measured: Measured, manager: Actor
):
    version_id = measured.version_ids[REVERSED]
    browser = sign_in(app, "bank_manager", PASSWORD)
    page = browser.get(f"/items/{version_id}/history").text
    assert "No figures yet" in page
    calibration_id = adopted(services, measured)
    lay_reference(services, measured, calibration_id, lambda _place, a, b: (abs(a), b + 0.5))
    page = browser.get(f"/items/{version_id}/history").text
    for said in ("Reversed", "Difficulty b from calibration to calibration", "plot-dot", "DG-2026-1"):
        assert said in page
    assert page.count('class="chart plot"') == 3  # two curves and the drift
    examiner = sign_in(app, "examiner", PASSWORD).get(f"/items/{version_id}/history").text
    for text in (page, examiner):
        assert SURNAME not in text
        assert f"Câu {REVERSED}" not in text


def test_the_manager_ticks_looks_and_confirms(
    app: Flask, services: Services, measured: Measured, manager: Actor
):
    browser = sign_in(app, "bank_manager", PASSWORD)
    assert "Use and rest" in browser.get("/bank/usage").text
    ticked = {"version_ids": [str(measured.version_ids[10])], "act": "rest"}
    form = browser.post_form("/bank/usage/order", **ticked)
    assert "Nothing is changed yet" in form.text
    until = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    refused = browser.post_form("/bank/usage/order", **ticked, reason=REASON, step="preview")
    assert (refused.status_code, "Fill this in." in refused.text) == (400, True)
    typed = {**ticked, "reason": REASON, "until_on": until}
    preview = browser.post_form("/bank/usage/order", **typed, step="preview")
    assert "No new form takes these items before" in preview.text
    done = browser.post_form("/bank/usage/order", **typed, step="confirm")
    assert done.status_code == 302
    assert "put to rest" in browser.get("/bank/usage?show=resting").text
    wake = {"version_ids": ticked["version_ids"], "act": "wake", "reason": REASON, "step": "confirm"}
    assert browser.post_form("/bank/usage/order", **wake).status_code == 302
    assert "There is no item here" in browser.get("/bank/usage?show=resting").text
    again = browser.post_form("/bank/usage/order", **wake)
    assert (again.status_code, "there is nothing to wake" in again.text) == (400, True)


def test_the_rule_is_set_on_its_page(app: Flask, services: Services, measured: Measured, manager: Actor):
    browser = sign_in(app, "bank_manager", PASSWORD)
    assert "No item rests by itself." in browser.get("/bank/usage/rules").text
    typed = {"most_sittings": "60", "most_percent": "", "least_candidates": "30", "months": "6"}
    assert browser.post_form("/bank/usage/rules", **typed).status_code == 400  # no reason
    assert browser.post_form("/bank/usage/rules", **typed, reason=REASON).status_code == 302
    assert "more than 60 sittings rests 6 months" in browser.get("/bank/usage").text
    wrong = browser.post_form("/bank/usage/rules", **{**typed, "months": "300"}, reason=REASON)
    assert "Write a number from 1 to 120" in wrong.text
