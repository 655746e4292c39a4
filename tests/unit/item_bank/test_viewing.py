"""How much of the bank anybody may see a day, and whose looking is out of the ordinary."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.lifecycle import State
from item_bank.pool import Pool
from item_bank.viewing import (
    Habits,
    Oddity,
    Quota,
    Standing,
    View,
    Wording,
    admit,
    is_guarded,
    limit_of,
    odd_days,
)

MONDAY = datetime(2026, 11, 23, 9)


def guarded(item_id: int, **facts: bool) -> Wording:
    return Wording(item_id * 10, item_id, **{"guarded": True, "own": False, **facts})


@pytest.mark.parametrize("state", State)
def test_what_is_in_exams_or_was_or_may_come_into_one_is_guarded(state: State):
    wanted = {
        "approved",
        "pilot",
        "calibrated",
        "operational",
        "suspended",
        "needs_law_update",
        "quarantined",
    }
    assert is_guarded(state, Pool.OPERATIONAL) == (state.value in wanted)
    assert not is_guarded(state, Pool.PRACTICE)
    assert is_guarded(state, Pool.OPERATIONAL, [State.OPERATIONAL])


def test_an_item_seen_today_costs_nothing_again_and_neither_does_another_version_of_it():
    again = Wording(999, 1, guarded=True, own=False)
    found = admit([guarded(1), again, guarded(2)], {1}, Quota(2, seen=1))
    assert (len(found.shown), found.withheld, found.quota.seen) == (3, (), 2)


def test_what_is_own_or_waits_for_ones_judgement_or_is_not_guarded_is_never_withheld():
    free = [guarded(1, own=True), guarded(2, duty=True), Wording(30, 3, guarded=False, own=False)]
    found = admit([*free, guarded(4)], set(), Quota(0))
    assert found.shown == tuple(free)
    assert [wording.item_id for wording in found.withheld] == [4]


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.booleans())),
    st.sets(st.integers(1, 12)),
    st.integers(0, 10),
    st.integers(0, 3),
)
def test_no_sequence_of_looks_gets_past_the_allowance(wanted, seen, limit, extra):
    wordings = [
        Wording(n, item, guarded=True, own=own, duty=duty) for n, (item, own, duty) in enumerate(wanted)
    ]
    before = Quota(limit, extra, len(seen))
    found = admit(wordings, seen, before)
    counted = {wording.item_id for wording in found.shown if wording.counts} - seen
    assert found.quota.seen == len(seen | counted)
    assert len(counted) <= before.left
    assert len(found.shown) + len(found.withheld) == len(wordings)
    if found.withheld:
        assert found.quota.standing is Standing.REACHED


def test_a_warning_comes_at_four_fifths():
    assert Quota(100, seen=79).standing is Standing.WITHIN
    assert Quota(100, seen=80).standing is Standing.NEAR
    assert Quota(100, seen=100).standing is Standing.REACHED
    assert Quota(100, extra=50, seen=100).standing is Standing.WITHIN
    assert Quota(None, seen=10_000).standing is Standing.FREE


def test_the_most_generous_role_counts_and_one_without_a_limit_frees():
    limits = {"author": 100, "reviewer": 200, "auditor": None}
    assert limit_of(["author", "reviewer", "officer"], limits) == 200
    assert limit_of(["author", "auditor"], limits) is None
    assert limit_of(["chairman"], limits) is None


def looks(
    n_items: int, at: datetime, *, every: timedelta = timedelta(seconds=1), first: int = 1
) -> list[View]:
    return [View(7, first + n, at + n * every) for n in range(n_items)]


def test_a_working_day_is_nothing_out_of_the_ordinary():
    week = [
        view
        for day in range(5)
        for view in looks(40, MONDAY + timedelta(days=day), every=timedelta(minutes=5))
    ]
    assert odd_days(week) == []


def test_looking_by_night_and_on_sundays_is():
    night = odd_days(looks(5, MONDAY.replace(hour=2)))
    sunday = odd_days(looks(5, MONDAY - timedelta(days=1)))
    assert [one.oddity for one in (*night, *sunday)] == [Oddity.OUT_OF_HOURS] * 2
    assert odd_days(looks(4, MONDAY.replace(hour=2))) == []


def test_an_hour_is_any_sixty_minutes_and_repeats_do_not_count():
    across = looks(30, MONDAY.replace(minute=45)) + looks(30, MONDAY.replace(hour=10, minute=15), first=100)
    assert [(one.oddity, one.count) for one in odd_days(across)] == [(Oddity.MANY_IN_AN_HOUR, 60)]
    apart = looks(30, MONDAY.replace(minute=0)) + looks(30, MONDAY.replace(hour=10, minute=1), first=100)
    assert odd_days(apart) == []
    assert odd_days([View(7, 1, MONDAY + timedelta(seconds=n)) for n in range(500)]) == []


def test_a_day_is_held_against_what_is_usual_for_the_same_person():
    usual = [view for day in range(3) for view in looks(10, MONDAY + timedelta(days=day))]
    odd = odd_days([*usual, *looks(31, MONDAY + timedelta(days=3))])
    assert [(one.oddity, one.count, one.usual) for one in odd] == [(Oddity.ABOVE_OWN_MEDIAN, 31, 10)]
    assert odd_days([*usual, *looks(30, MONDAY + timedelta(days=3))]) == []
    colleague = [View(8, n, MONDAY + timedelta(days=3)) for n in range(31)]
    assert odd_days([*usual, *colleague]) == []


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 15)), max_size=60))
def test_the_busiest_hour_is_what_counting_from_each_look_finds(moves):
    views = [View(1, item, MONDAY + timedelta(minutes=minute)) for minute, item in moves]
    most = max(
        (
            len({o.item_id for o in views if timedelta(0) <= o.at - view.at < timedelta(hours=1)})
            for view in views
        ),
        default=0,
    )
    habits = Habits(in_an_hour=1, out_of_hours=10**6)
    found = [one.count for one in odd_days(views, habits)]
    assert max(found, default=0) == most
