"""When an item rests: by order until a day, by rule for some months after it was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.exposure import (
    NO_RULE,
    ItemFacts,
    OrderedRest,
    RestReason,
    RestRule,
    Sighting,
    add_months,
    earliest_sight,
    rests,
)

SEEN_ON = date(2027, 1, 15)
TODAY = date(2027, 3, 1)
RULE = RestRule(most_sittings=100, most_share=0.5, least_candidates=30, months=6)


def seen(n_sittings: int = 10, n_candidates: int = 100, last_on: date = SEEN_ON) -> Sighting:
    return Sighting("DG-2027-1", "GSQL", n_sittings, n_candidates, last_on)


def test_an_item_that_nobody_has_seen_does_not_rest():
    assert rests(ItemFacts(), RULE, TODAY) is None


def test_without_a_rule_nothing_rests_however_often_it_was_seen():
    assert rests(ItemFacts((seen(100_000, 100_000),)), NO_RULE, TODAY) is None


def test_an_order_holds_until_its_day_and_not_on_it():
    facts = ItemFacts(ordered=OrderedRest(date(2027, 7, 1), "nửa cuối năm"))
    found = rests(facts, NO_RULE, date(2027, 6, 30))
    assert found is not None
    assert (found.reason, found.until_on, found.note) == (
        RestReason.ORDERED,
        date(2027, 7, 1),
        "nửa cuối năm",
    )
    assert rests(facts, NO_RULE, date(2027, 7, 1)) is None


def test_what_too_many_sittings_saw_rests_after_the_last_of_them():
    worn = ItemFacts(
        (seen(60, 1000), replace(seen(41, 1000), campaign="DG-2026-2", last_on=date(2026, 9, 1)))
    )
    found = rests(worn, RULE, TODAY)
    assert found is not None
    assert (found.reason, found.until_on, found.n_sittings) == (RestReason.SITTINGS, date(2027, 7, 15), 101)
    assert rests(ItemFacts((seen(100, 1000),)), RULE, TODAY) is None  # as many as allowed
    assert rests(worn, RULE, date(2027, 7, 15)) is None


def test_what_too_large_a_share_saw_rests_after_that_campaign():
    found = rests(ItemFacts((seen(21, 40),)), RULE, TODAY)
    assert found is not None
    assert (found.reason, found.share, found.campaign) == (RestReason.SHARE, 21 / 40, "DG-2027-1")
    assert rests(ItemFacts((seen(20, 40),)), RULE, TODAY) is None  # half is not more than half


def test_shares_of_few_candidates_are_passed_over():
    assert rests(ItemFacts((seen(29, 29),)), RULE, TODAY) is None
    assert rests(ItemFacts((seen(30, 30),)), RULE, TODAY) is not None


def test_what_is_woken_rests_by_the_rule_only_once_it_is_seen_again():
    worn = ItemFacts((seen(90, 90),), woken_on=SEEN_ON)
    assert rests(worn, RULE, TODAY) is None
    again = replace(worn, sightings=(*worn.sightings, seen(20, 1000, date(2027, 2, 1))))
    found = rests(again, RULE, TODAY)
    assert found is not None
    assert (found.reason, found.n_sittings) == (RestReason.SITTINGS, 110)  # what was seen before still wears


def test_waking_does_not_end_a_rest_that_is_ordered_after_it():
    facts = ItemFacts(ordered=OrderedRest(date(2027, 7, 1)), woken_on=date(2027, 2, 1))
    assert rests(facts, RULE, TODAY) is not None


def test_of_several_reasons_the_one_that_holds_longest_is_named():
    worn = ItemFacts((seen(200, 1000),), ordered=OrderedRest(date(2027, 4, 1)))
    assert rests(worn, RULE, TODAY).reason is RestReason.SITTINGS
    longer = replace(worn, ordered=OrderedRest(date(2028, 1, 1)))
    assert rests(longer, RULE, TODAY).reason is RestReason.ORDERED


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_months_later_is_a_day_of_that_month(day: date, months: int, later: date):
    assert add_months(day, months) == later


days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(last_on=days, today=days, months=st.integers(1, 120), n=st.integers(1, 300))
def test_nothing_that_was_last_seen_before_the_search_begins_rests_by_the_rule(
    last_on: date, today: date, months: int, n: int
):
    rule = RestRule(most_sittings=100, most_share=0.5, months=months)
    if last_on < earliest_sight(rule, today):
        assert rests(ItemFacts((seen(n, 300, last_on),)), rule, today) is None


@given(today=days, until_on=days, n=st.integers(0, 300), months=st.integers(1, 120))
def test_whatever_rests_is_back_after_today(today: date, until_on: date, n: int, months: int):
    facts = ItemFacts((seen(n, 300, today),), OrderedRest(until_on))
    found = rests(facts, RestRule(100, 0.5, 30, months), today)
    assert found is None or found.until_on > today
