"""Cuts from shares, and levels from abilities."""

import numpy as np
import pytest
from scipy.stats import norm

from scoring import (
    NO_LEVEL,
    InvalidCuts,
    InvalidParameters,
    InvalidQuadrature,
    ItemParams,
    ShareUnreachable,
    expected_number_correct,
    level_of,
    level_probabilities,
    normal_quadrature,
    theta_at_expected_share,
)

FORM = ItemParams.two_pl([0.8, 1.2, 1.0, 1.5], [-1.0, 0.0, 0.5, 1.0])
CUTS = (-0.5, 0.4, 1.2)


@pytest.mark.parametrize("share", [0.5, 0.66, 0.83])
def test_at_the_cut_a_person_is_expected_to_earn_the_share(share):
    theta = theta_at_expected_share(share, FORM)
    assert expected_number_correct([theta], FORM)[0] / 4 == pytest.approx(share, abs=1e-9)


def test_a_harder_form_puts_the_cut_higher():
    harder = ItemParams.two_pl(FORM.a, FORM.b + 0.7)
    assert theta_at_expected_share(0.66, harder) == pytest.approx(theta_at_expected_share(0.66, FORM) + 0.7)


def test_a_share_below_the_guessing_floor_is_unreachable_and_says_what_is_not():
    guessed = ItemParams(FORM.a, FORM.b, np.full(4, 0.25))
    with pytest.raises(ShareUnreachable) as refused:
        theta_at_expected_share(0.2, guessed)
    assert refused.value.share == 0.2
    assert 0.25 < refused.value.lowest < 0.3
    assert 0.97 < refused.value.highest < 1.0


def test_an_empty_form_has_no_cut():
    with pytest.raises(InvalidParameters):
        theta_at_expected_share(0.5, ItemParams.two_pl([], []))


def test_who_stands_on_a_cut_has_passed_it_and_who_was_not_scored_has_no_level():
    assert level_of([-3.0, -0.5, 0.39, 0.4, 5.0, np.nan], CUTS).tolist() == [0, 1, 1, 2, 3, NO_LEVEL]


def test_level_probabilities_are_the_areas_under_the_posterior():
    grid = normal_quadrature(mean=0.3, sd=0.35)  # nodes 0.2 apart: as coarse as a posterior gets
    areas = np.diff(np.r_[0.0, norm.cdf(CUTS, 0.3, 0.35), 1.0])
    assert level_probabilities(grid.weights[None], grid.nodes, CUTS)[0] == pytest.approx(areas, abs=0.015)


def test_a_cut_between_nodes_moves_probability_smoothly():
    grid = normal_quadrature(sd=0.4)
    below = [
        level_probabilities(grid.weights[None], grid.nodes, [cut])[0, 0] for cut in np.arange(-1, 1, 0.01)
    ]
    assert np.diff(below).min() >= 0
    assert np.diff(below).max() < 0.0125


def test_a_person_who_was_not_scored_has_no_level_probabilities():
    grid = normal_quadrature()
    posterior = np.vstack([grid.weights, np.full(61, np.nan)])
    found = level_probabilities(posterior, grid.nodes, CUTS)
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


def test_without_cuts_there_is_one_level():
    grid = normal_quadrature()
    assert level_probabilities(grid.weights[None], grid.nodes, []) == pytest.approx(np.ones((1, 1)))
    assert level_of([0.0], []).tolist() == [0]


@pytest.mark.parametrize("cuts", [[1.0, 0.0], [0.0, 0.0], [np.nan], [np.inf], [[0.0]]])
def test_cuts_that_do_not_ascend_are_refused(cuts):
    with pytest.raises(InvalidCuts):
        level_of([0.0], cuts)


@pytest.mark.parametrize(
    ("posterior", "nodes"),
    [(np.full((2, 3), 1 / 3), [0.0, 1.0]), (np.ones(2) / 2, [0.0, 1.0]), (np.full((1, 2), 0.5), [1.0, 0.0]),
     (np.ones((1, 1)), [0.0])],
)  # fmt: skip
def test_a_posterior_over_other_nodes_has_no_level_probabilities(posterior, nodes):
    with pytest.raises(InvalidQuadrature, match=r"posterior|nodes"):
        level_probabilities(posterior, nodes, [0.5])
