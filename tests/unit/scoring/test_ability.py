"""Ability estimates against a reference program and at the edges."""

import numpy as np
import pytest

from scoring import InvalidResponses, ItemParams, NotCalibrated, eap, normal_quadrature

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
