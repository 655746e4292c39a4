"""Ability estimates against a reference program and at the edges."""

import numpy as np
import pytest

from scoring import (
    InvalidResponses,
    ItemParams,
    NotCalibrated,
    Quadrature,
    eap,
    eap_scores,
    normal_quadrature,
    simulate_responses,
)
from scoring.errors import InvalidQuadrature

GRID = normal_quadrature()
ITEMS = ItemParams.two_pl([1.0, 1.5, 0.8], [-0.5, 0.0, 0.7])


def test_eap_and_its_se_agree_with_mirt_for_every_pattern(lsat7):
    estimates = eap(lsat7.patterns, lsat7.params, GRID)
    assert estimates.theta == pytest.approx(lsat7.eap, abs=1e-6)
    assert estimates.se == pytest.approx(lsat7.eap_se, abs=1e-6)


def test_a_person_without_responses_is_not_scored_rather_than_average():
    estimates = eap([[-1, -1, -1], [1, -1, -1]], ITEMS, GRID)
    assert estimates.scored.tolist() == [False, True]
    assert np.isnan(estimates.theta[0])
    assert np.isnan(estimates.se[0])
    assert np.isnan(estimates.posterior[0]).all()
    assert np.isfinite(estimates.theta[1])


def test_all_right_and_all_wrong_have_finite_estimates():
    estimates = eap([[1, 1, 1], [0, 0, 0]], ITEMS, GRID)
    assert np.isfinite(estimates.theta).all()
    assert estimates.theta[0] > 0 > estimates.theta[1]


def test_a_thousand_items_do_not_underflow():
    many = ItemParams.two_pl(np.full(1000, 1.5), np.linspace(-2, 2, 1000))
    estimates = eap(np.ones((1, 1000)), many, normal_quadrature(241))
    assert np.isfinite(estimates.theta).all()
    assert estimates.posterior.sum() == pytest.approx(1.0)


def test_with_little_data_the_prior_population_decides():
    high = eap([[1, 0, -1]], ITEMS, normal_quadrature(mean=1.0))
    low = eap([[1, 0, -1]], ITEMS, normal_quadrature(mean=-1.0))
    assert high.theta[0] > low.theta[0] + 1.0


def test_more_responses_make_an_estimate_more_certain():
    long = ItemParams.two_pl(np.tile(ITEMS.a, 5), np.tile(ITEMS.b, 5))
    pattern = np.array([[1, 1, 0]])
    assert eap(np.tile(pattern, 5), long, GRID).se[0] < eap(pattern, ITEMS, GRID).se[0]


def test_columns_must_be_the_items():
    with pytest.raises(InvalidResponses, match="2 columns for 3 items"):
        eap([[1, 0]], ITEMS, GRID)


def test_an_item_without_parameters_is_refused():
    with pytest.raises(NotCalibrated):
        eap([[1, 0]], ItemParams.two_pl([1.0, np.nan], [0.0, np.nan]), GRID)


@pytest.mark.parametrize(("n_items", "a"), [(200, 1.5), (500, 1.5), (100, 3.0), (12, 9.0)])
def test_long_and_steep_tests_are_scored_on_a_finer_grid_than_given(n_items, a):
    rng = np.random.default_rng(7)
    params = ItemParams.two_pl(np.full(n_items, a), rng.normal(size=n_items))
    marks = simulate_responses(rng.normal(scale=0.8, size=120), params, rng)
    found, exact = eap(marks, params, GRID), eap(marks, params, normal_quadrature(4801))
    inside = np.abs(exact.theta) < 2.3  # the range ends at 6: beyond, that decides the sixth digit
    assert found.theta[inside] == pytest.approx(exact.theta[inside], abs=1e-6)
    assert found.se[inside] == pytest.approx(exact.se[inside], rel=1e-6)
    assert eap_scores(marks, params, GRID).se.tolist() == found.se.tolist()
    assert found.posterior.shape == (120, 61)
    assert found.posterior.sum(axis=1) == pytest.approx(1.0)
    cells = exact.posterior @ (np.abs(GRID.nodes - normal_quadrature(4801).nodes[:, None]) < 0.1)
    assert found.posterior == pytest.approx(cells, abs=0.03)


def test_a_usual_test_is_scored_on_the_grid_given_to_the_last_bit():
    rng = np.random.default_rng(8)
    params = ItemParams.two_pl(rng.lognormal(0, 0.3, 30), rng.normal(size=30))
    marks = simulate_responses(rng.normal(size=200), params, rng)
    p = 1.0 / (1.0 + np.exp(-params.a * (GRID.nodes[:, None] - params.b)))
    logs = marks @ np.log(p).T + (1 - marks) @ np.log1p(-p).T + GRID.log_weights
    posterior = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    assert eap(marks, params, GRID).posterior == pytest.approx(posterior, abs=1e-13)


def test_a_narrow_population_and_long_tests_agree_with_many_nodes():
    rng = np.random.default_rng(9)
    params = ItemParams.two_pl(np.full(150, 2.0), rng.normal(size=150))
    marks = simulate_responses(rng.normal(0.5, 0.15, size=50), params, rng)
    found = eap(marks, params, normal_quadrature(mean=0.5, sd=0.15))
    exact = eap(marks, params, normal_quadrature(4801, mean=0.5, sd=0.15))
    assert found.theta == pytest.approx(exact.theta, abs=1e-8)
    assert found.se == pytest.approx(exact.se, rel=1e-7)


def test_few_or_uneven_nodes_are_the_distribution_itself():
    params = ItemParams.two_pl(np.full(200, 2.0), np.linspace(-2, 2, 200))
    marks = np.tile([1, 0], 100)[None]
    classes = Quadrature(np.array([-1.0, 0.0, 1.0]), np.array([0.2, 0.5, 0.3]))
    assert np.isfinite(eap(marks, params, classes).theta).all()
    assert classes.spacing == np.inf
    with pytest.raises(InvalidQuadrature, match="finer"):
        classes.finer(2)


def test_a_finer_grid_is_the_same_normal_distribution():
    finer = normal_quadrature(mean=0.4, sd=0.7).finer(4)
    assert finer.weights == pytest.approx(normal_quadrature(241, mean=0.4, sd=0.7).weights, rel=1e-9)


@pytest.mark.parametrize(
    "arguments",
    [(-3,), (1,), (2.5,), ("many",), (61, 2.0, 1.0), (61, -6.0, 6.0, np.nan), (61, -6, 6, 0, "x")],
)
def test_a_normal_quadrature_that_is_none_is_refused(arguments):
    with pytest.raises(InvalidQuadrature, match=r"n_nodes|lower|mean|sd"):
        normal_quadrature(*arguments)
