"""Links between items, and what simulations and their summaries promise."""

import numpy as np
import pytest

from scoring import MISSING, ItemParams, connected_components, recovery, simulate_responses

ITEMS = ItemParams.two_pl([1.0, 1.5, 0.7], [-1.0, 0.0, 1.0])


def groups(responses):
    return [group.tolist() for group in connected_components(responses)]


def test_a_chain_of_forms_is_one_group():
    chain = np.full((5, 6), MISSING)
    for person in range(5):
        chain[person, person : person + 2] = 1
    assert groups(chain) == [[0, 1, 2, 3, 4, 5]]
    assert groups(np.delete(chain, 2, axis=0)) == [[0, 1, 2], [3, 4, 5]]


def test_groups_come_largest_first_and_items_nobody_met_stand_alone():
    responses = [[MISSING, 1, MISSING, 0, MISSING], [0, MISSING, MISSING, MISSING, MISSING]]
    assert groups(responses) == [[1, 3], [0], [2], [4]]


def test_no_items_form_no_group():
    assert groups(np.empty((3, 0))) == []


def test_a_seed_fixes_the_responses_and_what_is_presented_does_not_change_them():
    theta, mask = np.linspace(-2, 2, 50), np.random.default_rng(0).random((50, 3)) < 0.5
    everything = simulate_responses(theta, ITEMS, np.random.default_rng(5))
    some = simulate_responses(theta, ITEMS, np.random.default_rng(5), presented=mask)
    assert (some[mask] == everything[mask]).all()
    assert (some[~mask] == MISSING).all()


def test_simulated_shares_follow_the_model():
    marks = simulate_responses(np.zeros(20_000), ITEMS, np.random.default_rng(6))
    assert marks.mean(axis=0) == pytest.approx([0.731, 0.5, 0.332], abs=0.015)


def test_recovery_leaves_out_what_was_not_estimated():
    found = recovery([0.0, 1.0, 2.0, 9.0], [0.5, 1.5, 2.5, np.nan])
    assert (found.n, found.rmse, found.bias) == (3, pytest.approx(0.5), pytest.approx(0.5))
    assert found.correlation == pytest.approx(1.0)


def test_recovery_of_nothing_is_unknown_not_perfect():
    assert recovery([1.0], [np.nan]).n == 0
    assert np.isnan(recovery([1.0], [np.nan]).rmse)
    assert np.isnan(recovery([1.0, 1.0], [0.0, 1.0]).correlation)
