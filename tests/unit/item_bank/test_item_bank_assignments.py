"""What counts as delivered, accepted and late, day by day."""

from datetime import date, timedelta

import pytest

from item_bank.assignments import (
    Ending,
    Place,
    Progress,
    Quota,
    Reach,
    Standing,
    Tally,
    Terms,
    assess,
    choose,
    fits,
    reach,
    standing,
    sum_up,
)
from item_bank.lifecycle import ASIDE, State

DUE = date(2026, 3, 20)
BEFORE, AFTER = DUE - timedelta(days=3), DUE + timedelta(days=4)


def in_review(n_items, day=BEFORE):
    return Tally(Standing.IN_REVIEW, day, n_items)


def test_an_item_is_accepted_from_its_appraisal_on():
    for state in (State.APPRAISED, State.APPROVED, State.PILOT, State.CALIBRATED, State.OPERATIONAL):
        assert standing(reach(state, appraised=True), BEFORE) is Standing.ACCEPTED
    for state in (*ASIDE, State.RETIRED):
        assert standing(reach(state, appraised=True), BEFORE) is Standing.ACCEPTED


def test_what_is_set_aside_before_its_appraisal_is_still_handed_in():
    for state in ASIDE:
        assert standing(reach(state, appraised=False), BEFORE) is Standing.IN_REVIEW


def test_an_item_retired_before_its_appraisal_has_to_be_replaced():
    rejected = standing(reach(State.RETIRED, appraised=False), BEFORE)
    assert rejected is Standing.REJECTED
    figures = assess(Terms(1, DUE), [Tally(rejected, BEFORE, 1)], BEFORE)
    assert (figures.written, figures.delivered, figures.owed) == (0, 0, 1)


def test_a_draft_is_written_until_it_has_been_handed_in_and_returned_from_then_on():
    assert standing(Reach.WITH_AUTHOR, None) is Standing.WRITTEN
    assert standing(Reach.WITH_AUTHOR, BEFORE) is Standing.RETURNED


def test_a_returned_item_counts_again_from_its_first_day_when_it_comes_back():
    returned = assess(Terms(1, DUE), [Tally(Standing.RETURNED, BEFORE, 1)], AFTER)
    assert (returned.progress, returned.owed, returned.days_late) == (Progress.LATE, 1, 4)
    back = assess(Terms(1, DUE), [in_review(1)], AFTER)
    assert (back.progress, back.owed, back.days_late) == (Progress.DELIVERED, 0, 0)


@pytest.mark.parametrize(
    ("today", "progress", "days_late"),
    [
        (DUE - timedelta(days=8), Progress.OPEN, 0),
        (DUE - timedelta(days=7), Progress.DUE_SOON, 0),
        (DUE, Progress.DUE_SOON, 0),
        (DUE + timedelta(days=1), Progress.LATE, 1),
    ],
)
def test_what_is_missing_is_due_soon_a_week_before_and_late_the_day_after(today, progress, days_late):
    figures = assess(Terms(2, DUE), [in_review(1)], today)
    assert (figures.progress, figures.days_late) == (progress, days_late)
    assert figures.overdue == (1 if progress is Progress.LATE else 0)


def test_a_late_delivery_is_as_late_as_the_last_item_asked_for():
    tallies = [in_review(2), in_review(1, DUE + timedelta(days=2)), in_review(5, AFTER)]
    figures = assess(Terms(3, DUE), tallies, AFTER + timedelta(days=90))
    assert (figures.progress, figures.days_late, figures.delivered_late) == (Progress.DELIVERED_LATE, 2, 1)


def test_more_than_was_asked_for_counts_no_further():
    figures = assess(Terms(2, DUE), [in_review(5)], BEFORE)
    assert (figures.delivered, figures.owed, figures.written) == (2, 0, 5)


def test_a_closed_assignment_forgives_the_rest_and_stops_its_clock():
    closed = Terms(3, DUE, Ending.CLOSED, DUE + timedelta(days=2))
    figures = assess(closed, [in_review(1)], AFTER)
    assert (figures.progress, figures.owed, figures.days_late) == (Progress.CLOSED, 0, 2)


def test_a_withdrawn_assignment_weighs_nothing():
    withdrawn = assess(Terms(3, DUE, Ending.WITHDRAWN, AFTER), [], AFTER)
    assert (withdrawn.progress, withdrawn.owed, withdrawn.days_late) == (Progress.WITHDRAWN, 0, 0)
    assert sum_up([withdrawn]) == sum_up([])


def test_a_unit_is_as_late_as_its_latest_author():
    one = assess(Terms(2, DUE), [in_review(2)], AFTER)
    other = assess(Terms(3, DUE - timedelta(days=10)), [in_review(1)], AFTER)
    sums = sum_up([one, other])
    assert (sums.asked, sums.delivered, sums.owed, sums.days_late, sums.n_late) == (5, 3, 2, 14, 1)


def test_an_item_to_practise_with_fulfils_no_assignment():
    quota = Quota(1, "T01", None, DUE, 5)
    assert fits(quota, Place("T01", "apply"))
    assert not fits(quota, Place("T01", "apply", "practice"))


def test_a_new_item_goes_to_what_is_due_first_and_still_lacks_one():
    soon, later = Quota(1, "T01", "apply", DUE, 1), Quota(2, "T01", None, AFTER, 5)
    full = Quota(3, "T01", "apply", BEFORE, 0)
    apply, recall, other = Place("T01", "apply"), Place("T01", "recall"), Place("T02", "apply")
    assert choose([later, soon, full], [apply, apply, recall, other]) == [1, 2, 2, None]


def test_a_named_level_comes_before_any_of_the_same_day():
    anything, named = Quota(1, "T01", None, DUE, 1), Quota(2, "T01", "apply", DUE, 1)
    assert choose([anything, named], [Place("T01", "apply")]) == [2]
