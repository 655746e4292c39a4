"""Laws of the psychometric library that hold for every item and every response."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring import (
    MISSING,
    ItemParams,
    calibrate,
    connected_components,
    eap,
    expected_number_correct,
    form_information,
    item_information,
    item_statistics,
    level_of,
    level_probabilities,
    normal_quadrature,
    probability_correct,
    simulate_responses,
    theta_at_expected_share,
)
from tests.property.searches import part

GRID = normal_quadrature()
THETA = np.linspace(-5.0, 5.0, 41)


def floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def forms(draw, *, guessing=True, max_items=12):
    n = draw(st.integers(1, max_items))
    a = draw(st.lists(floats(0.1, 4.0), min_size=n, max_size=n))
    b = draw(st.lists(floats(-4.0, 4.0), min_size=n, max_size=n))
    c = draw(st.lists(floats(0.0, 0.5), min_size=n, max_size=n)) if guessing else [0.0] * n
    return ItemParams(np.array(a), np.array(b), np.array(c))


@st.composite
def scored_forms(draw):
    params = draw(forms())
    marks = st.lists(st.sampled_from([0, 1, MISSING]), min_size=params.n_items, max_size=params.n_items)
    return params, np.array(draw(st.lists(marks, min_size=1, max_size=6)), dtype=np.int8)


@given(forms())
def test_a_correct_response_never_gets_less_likely_with_ability(params):
    p = probability_correct(THETA, params)
    assert (np.diff(p, axis=0) >= 0).all()
    assert ((p >= params.c) & (p <= 1)).all()


@given(forms(), forms())
def test_adding_items_never_reduces_information(first, second):
    both = ItemParams(*(np.r_[getattr(first, n), getattr(second, n)] for n in "abc"))
    assert (item_information(THETA, both) >= 0).all()
    total = form_information(THETA, first) + form_information(THETA, second)
    np.testing.assert_allclose(form_information(THETA, both), total, rtol=1e-12)
    assert (form_information(THETA, both) >= form_information(THETA, first) * (1 - 1e-12)).all()  # rounding


@given(forms(), floats(0.0, 0.4))
def test_guessing_never_adds_information(params, more):
    guessed = ItemParams(params.a, params.b, params.c + more)
    assert (item_information(THETA, guessed) <= item_information(THETA, params) * (1 + 1e-12)).all()


@given(scored_forms(), st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_change_an_estimate(case, random):
    params, marks = case
    order = list(range(params.n_items))
    random.shuffle(order)
    plain, shuffled = eap(marks, params, GRID), eap(marks[:, order], params.subset(order), GRID)
    np.testing.assert_allclose(shuffled.theta, plain.theta, atol=1e-9)
    np.testing.assert_allclose(shuffled.se, plain.se, atol=1e-9)


@given(scored_forms(), forms())
def test_items_a_person_never_met_do_not_change_an_estimate(case, others):
    params, marks = case
    both = ItemParams(*(np.r_[getattr(params, n), getattr(others, n)] for n in "abc"))
    unmet = np.full((len(marks), others.n_items), MISSING, dtype=np.int8)
    padded = eap(np.hstack([marks, unmet]), both, GRID)
    np.testing.assert_allclose(padded.theta, eap(marks, params, GRID).theta, atol=1e-9)


@given(scored_forms())
def test_estimates_are_finite_exactly_for_those_who_responded(case):
    params, marks = case
    estimates = eap(marks, params, GRID)
    responded = (marks != MISSING).any(axis=1)
    assert (np.isfinite(estimates.theta) == responded).all()
    assert (estimates.se[responded] > 0).all()
    assert (np.abs(estimates.theta[responded]) < 6).all()


@given(scored_forms(), st.data())
def test_one_more_right_mark_never_lowers_an_estimate(case, data):
    params, marks = case
    item = data.draw(st.integers(0, params.n_items - 1))
    wrong, right = marks.copy(), marks.copy()
    wrong[:, item], right[:, item] = 0, 1
    assert (eap(right, params, GRID).theta >= eap(wrong, params, GRID).theta).all()


@given(scored_forms(), st.lists(floats(-5.5, 5.5), max_size=5, unique=True))
def test_level_probabilities_share_out_the_whole_posterior(case, cuts):
    params, marks = case
    ascending = sorted(cuts)
    estimates = eap(marks, params, GRID)
    found = level_probabilities(estimates.posterior, GRID.nodes, ascending)[estimates.scored]
    assert found.shape[1] == len(cuts) + 1
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@given(st.lists(floats(-6, 6), min_size=2, max_size=20), st.lists(floats(-3, 3), max_size=4, unique=True))
def test_levels_rise_with_ability(theta, cuts):
    levels = level_of(np.sort(theta), sorted(cuts))
    assert (np.diff(levels) >= 0).all()


@given(forms(guessing=False), floats(0.0, 1.0))
def test_the_cut_inverts_the_tcc(params, position):
    lowest, highest = expected_number_correct([-5.9, 5.9], params) / params.n_items
    share = float(lowest + position * (highest - lowest))
    theta = theta_at_expected_share(share, params)
    np.testing.assert_allclose(expected_number_correct([theta], params)[0] / params.n_items, share, atol=1e-8)


@given(scored_forms())
def test_item_statistics_stay_in_their_bounds(case):
    _, marks = case
    statistics = item_statistics(marks)
    known = statistics.n > 0
    assert ((statistics.p[known] >= 0) & (statistics.p[known] <= 1)).all()
    assert np.isnan(statistics.p[~known]).all()
    assert (np.abs(statistics.point_biserial[np.isfinite(statistics.point_biserial)]) <= 1).all()


@given(scored_forms())
def test_groups_of_linked_items_partition_the_items(case):
    _, marks = case
    groups = connected_components(marks)
    assert sorted(np.concatenate(groups).tolist()) == list(range(marks.shape[1]))
    for row in marks != MISSING:
        assert sum(bool(row[group].any()) for group in groups) <= 1


@part(12)
@given(st.integers(0, 2**32 - 1))
def test_a_calibration_does_not_depend_on_the_order_of_persons_or_items(seed):
    rng = np.random.default_rng(seed)
    params = ItemParams.two_pl(rng.lognormal(0, 0.3, 8), rng.normal(0, 0.8, 8))
    met = rng.random((250, 8)) < 0.8
    marks = simulate_responses(rng.normal(size=250), params, rng, presented=met)
    persons, items = rng.permutation(250), rng.permutation(8)
    plain, shuffled = calibrate(marks), calibrate(marks[persons][:, items])
    np.testing.assert_allclose(shuffled.params.a, plain.params.a[items], atol=2e-5)
    np.testing.assert_allclose(shuffled.params.b, plain.params.b[items], atol=2e-5)
    np.testing.assert_allclose(shuffled.log_likelihood, plain.log_likelihood, rtol=1e-9)
