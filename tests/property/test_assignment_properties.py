"""Whatever is written, returned and accepted when: the figures of assignments add up."""

from dataclasses import fields
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from item_bank.assignments import (
    OWING,
    Ending,
    Place,
    Progress,
    Quota,
    Standing,
    Sums,
    Tally,
    Terms,
    assess,
    choose,
    fits,
    sum_up,
)

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
ENDINGS = st.one_of(st.just((None, None)), st.tuples(st.sampled_from(Ending), DAYS))
TALLIES = st.lists(
    st.one_of(
        st.builds(Tally, st.just(Standing.WRITTEN), st.none(), st.integers(1, 9)),
        st.builds(Tally, st.sampled_from([*Standing][1:]), DAYS, st.integers(1, 9)),
    ),
    max_size=8,
)
TERMS = st.builds(lambda n, due, end: Terms(n, due, *end), st.integers(1, 20), DAYS, ENDINGS)
FIGURES = st.builds(assess, TERMS, TALLIES, DAYS)


@given(TERMS, TALLIES, DAYS)
def test_what_is_asked_is_delivered_owed_or_forgiven(terms, tallies, today):
    figures = assess(terms, tallies, today)
    assert figures.delivered + figures.owed <= max(figures.asked, figures.owed)
    if terms.ending is None:
        assert figures.delivered + figures.owed == figures.asked == terms.n_items
    assert (figures.owed > 0) == (figures.progress in OWING)
    assert figures.overdue in (0, figures.owed)
    assert (figures.overdue > 0) == (figures.progress is Progress.LATE)


@given(TERMS, TALLIES, DAYS)
def test_every_item_stands_somewhere_and_once(terms, tallies, today):
    figures = assess(terms, tallies, today)
    with_author = sum(t.n_items for t in tallies if t.standing is Standing.WRITTEN)
    assert figures.written == with_author + figures.in_review + figures.returned + figures.accepted
    assert figures.delivered_late <= figures.delivered <= figures.in_review + figures.accepted


@given(TERMS, TALLIES, DAYS, st.integers(0, 30))
def test_waiting_makes_no_assignment_less_late(terms, tallies, today, days):
    assert (
        assess(terms, tallies, today + timedelta(days=days)).days_late
        >= assess(terms, tallies, today).days_late
    )


@given(TERMS, TALLIES, DAYS)
def test_a_later_deadline_makes_no_assignment_later(terms, tallies, today):
    relaxed = Terms(terms.n_items, terms.due_on + timedelta(days=5), terms.ending, terms.ended_on)
    assert assess(relaxed, tallies, today).days_late <= assess(terms, tallies, today).days_late


@given(TERMS, TALLIES, DAYS, DAYS)
def test_another_item_in_time_never_hurts(terms, tallies, today, day):
    more = [*tallies, Tally(Standing.IN_REVIEW, min(day, terms.due_on), 1)]
    before, after = assess(terms, tallies, today), assess(terms, more, today)
    assert after.owed <= before.owed
    assert after.days_late <= before.days_late


@given(TERMS, TALLIES, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_counting_does_not_matter(terms, tallies, today, random):
    shuffled = random.sample(tallies, len(tallies))
    assert assess(terms, shuffled, today) == assess(terms, tallies, today)


@given(st.lists(FIGURES, max_size=8), st.integers(0, 8))
def test_units_add_up_to_the_whole(figures, cut):
    parts = (sum_up(figures[:cut]), sum_up(figures[cut:]))
    whole = sum_up(figures)
    for field in fields(Sums):
        join = max if field.name == "days_late" else sum
        assert getattr(whole, field.name) == join([getattr(part, field.name) for part in parts])


PLACES = st.builds(Place, st.sampled_from(["T01", "T02"]), st.sampled_from(["recall", "apply"]))
QUOTAS = st.lists(
    st.tuples(
        st.sampled_from(["T01", "T02"]), st.sampled_from([None, "recall", "apply"]), DAYS, st.integers(0, 4)
    ),
    max_size=5,
).map(lambda found: [Quota(id_, *facts) for id_, facts in enumerate(found, start=1)])


@given(QUOTAS, st.lists(PLACES, max_size=12))
def test_choosing_fills_only_what_fits_and_never_beyond_what_is_left(quotas, places):
    chosen = choose(quotas, places)
    by_id = {quota.id: quota for quota in quotas}
    assert len(chosen) == len(places)
    for place, id_ in zip(places, chosen, strict=True):
        assert id_ is None or fits(by_id[id_], place)
    assert all(chosen.count(quota.id) <= quota.left for quota in quotas)
