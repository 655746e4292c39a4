"""Drawing items to practise with."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from examsvc.delivery.practice import MAX_ITEMS, Tally, draw, next_ordinal


def drawn(offered, n_items, seen=None, seed=1):
    return draw(offered, n_items, seen or {}, np.random.default_rng(seed))


@given(st.sets(st.integers(1, 500)), st.integers(0, 80), st.integers(0, 2**48))
def test_a_run_has_different_items_of_those_offered(offered, n_items, seed):
    items = drawn(sorted(offered), n_items, seed=seed)
    assert len(set(items)) == len(items) == min(n_items, MAX_ITEMS, len(offered))
    assert set(items) <= offered


def test_the_same_seed_draws_the_same_items():
    assert drawn(range(1, 40), 10, seed=7) == drawn(range(1, 40), 10, seed=7)
    assert drawn(range(1, 40), 10, seed=7) != drawn(range(1, 40), 10, seed=8)


def test_items_not_met_before_come_first():
    assert set(drawn([1, 2, 3, 4], 2, {1: 1, 2: 1})) == {3, 4}


def test_an_item_withdrawn_meanwhile_is_passed_over():
    assert next_ordinal([10, 11, 12], {1}, {10, 12}) == 3
    assert next_ordinal([10, 11, 12], {1, 3}, {10, 12}) is None


def test_there_is_no_share_before_the_first_response():
    assert Tally().share is None
    assert Tally(4, 3).share == 0.75
    assert Tally(4, 3).n_wrong == 1
