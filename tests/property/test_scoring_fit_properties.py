"""Laws of fit statistics and reliability that hold for every form and every response."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.fit import (
    M2Options,
    benjamini_hochberg,
    item_mean_squares,
    m2,
    person_fit,
    person_mean_squares,
    q3,
    s_x2,
)
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.reliability import alpha, expected_omega, marginal_reliability
from scoring.responses import MISSING
from scoring.screening import BLANK, recode_not_reached

GRID = normal_quadrature()


@st.composite
def sittings(draw):
    """A form of mixed items, abilities, and marks some of which are missing."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n = draw(st.integers(3, 7))
    model = draw(st.sampled_from([ItemModel.GRM, ItemModel.GPCM, ItemModel.PCM]))
    steps = np.sort(rng.normal(size=(n, 2)), axis=1) + np.array([-0.1, 0.1])
    slopes = np.ones(n) if model.has_unit_slope else rng.lognormal(0, 0.3, n)
    params = ItemParams.concat(
        [
            ItemParams.polytomous(slopes, steps, model),
            ItemParams.two_pl(rng.lognormal(0, 0.3, 2), rng.normal(size=2)),
        ]
    )
    theta = rng.normal(size=draw(st.integers(30, 80)))
    curves = np.cumsum(category_probabilities(theta, params), axis=2)[:, :, :-1]
    marks = (rng.random((*curves.shape[:2], 1)) > curves).sum(axis=2)
    marks[rng.random(marks.shape) < draw(st.sampled_from([0.0, 0.3]))] = MISSING
    return params, theta, marks, rng


@settings(max_examples=20, deadline=None)
@given(sittings())
def test_the_order_of_persons_and_items_changes_nothing(sitting):
    params, theta, marks, rng = sitting
    persons, items = rng.permutation(len(marks)), rng.permutation(params.n_items)
    mixed, again = marks[persons][:, items], params.subset(items)
    one, other = item_mean_squares(marks, params, theta), item_mean_squares(mixed, again, theta[persons])
    assert np.allclose(one.infit[items], other.infit, equal_nan=True)
    assert np.allclose(
        q3(marks, params, theta).q3[np.ix_(items, items)], q3(mixed, again, theta[persons]).q3, equal_nan=True
    )
    fits = (
        person_fit(marks, params, theta, method="ML"),
        person_fit(mixed, again, theta[persons], method="ML"),
    )
    assert np.allclose(fits[0].lz_star[persons], fits[1].lz_star, equal_nan=True)
    statistics = s_x2(marks, params, GRID), s_x2(mixed, again, GRID)
    assert np.allclose(statistics[0].statistic[items], statistics[1].statistic, equal_nan=True)
    assert (statistics[0].df[items] == statistics[1].df).all()
    options = M2Options(population_parameters=0)
    both = m2(marks, params, GRID, options=options), m2(mixed, again, GRID, options=options)
    assert both[0].df == both[1].df
    assert np.isclose(both[0].statistic, both[1].statistic, rtol=1e-6, equal_nan=True)


@settings(max_examples=20, deadline=None)
@given(sittings(), st.floats(0.2, 5.0), st.floats(-3.0, 3.0))
def test_a_change_of_the_scale_of_theta_changes_no_fit(sitting, slope, intercept):
    params, theta, marks, _ = sitting
    moved = params.transformed(slope, intercept)
    there = slope * theta + intercept
    for of in (item_mean_squares, person_mean_squares):
        assert np.allclose(of(marks, params, theta).outfit, of(marks, moved, there).outfit, equal_nan=True)
    one = person_fit(marks, params, theta, method="WLE")
    other = person_fit(marks, moved, there, method="WLE")
    assert np.allclose(one.lz_star, other.lz_star, atol=1e-7, equal_nan=True)


@settings(max_examples=20, deadline=None)
@given(sittings())
def test_statistics_are_in_their_ranges_or_nan(sitting):
    params, theta, marks, _ = sitting
    squares = item_mean_squares(marks, params, theta)
    assert (squares.infit[squares.n > 0] >= 0).all()
    statistic = s_x2(marks, params, GRID)
    assert not (statistic.statistic < 0).any()
    assert not ((statistic.p < 0) | (statistic.p > 1)).any()
    correlations = q3(marks, params, theta).q3
    assert (np.abs(correlations[np.isfinite(correlations)]) <= 1).all()
    assert 0 <= expected_omega(params, GRID) < 1
    assert 0 <= marginal_reliability(params, GRID) < 1
    interval = alpha(marks)
    if np.isfinite(interval.alpha):
        assert interval.low <= interval.alpha <= interval.high <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusting_keeps_the_order_and_never_lowers_a_p_value(values):
    adjusted, p = benjamini_hochberg(values), np.array(values)
    assert (adjusted >= p - 1e-15).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 2, MISSING, BLANK]), min_size=4, max_size=4), min_size=1, max_size=8
    )
)
def test_recoding_touches_blanks_only_and_counts_every_one(rows):
    responses = np.array(rows)
    found = recode_not_reached(responses)
    blank = responses == BLANK
    assert (found.responses[~blank] == responses[~blank]).all()
    assert found.omitted.sum() + found.not_reached.sum() == blank.sum()
    assert (found.responses >= MISSING).all()
    assert (found.responses[:, -1][blank[:, -1]] == MISSING).all()
