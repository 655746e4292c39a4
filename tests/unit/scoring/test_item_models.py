"""Response functions, information and the TCC against closed forms and a reference program."""

import numpy as np
import pytest

from scoring import (
    ItemParams,
    expected_number_correct,
    form_information,
    item_information,
    probability_correct,
)
from scoring.models import log_probabilities

THREE_PL = ItemParams(np.array([0.6, 1.3, 2.4]), np.array([-1.0, 0.2, 1.1]), np.array([0.0, 0.15, 0.25]))
GRID = np.linspace(-4.0, 4.0, 17)


def test_at_its_difficulty_an_item_is_half_way_between_guessing_and_certainty():
    at_b = np.diag(probability_correct(THREE_PL.b, THREE_PL))
    assert at_b == pytest.approx((1.0 + THREE_PL.c) / 2.0)


def test_a_discrimination_of_one_is_the_plain_logistic_without_the_factor_1_7():
    assert probability_correct([1.0], ItemParams.two_pl([1.0], [0.0]))[0, 0] == pytest.approx(0.7310585786)


def test_log_probabilities_agree_with_probabilities():
    right, wrong = log_probabilities(GRID, THREE_PL)
    p = probability_correct(GRID, THREE_PL)
    assert np.exp(right) == pytest.approx(p)
    assert np.exp(wrong) == pytest.approx(1.0 - p)


def test_log_probabilities_stay_finite_where_probabilities_round_to_zero_and_one():
    steep = ItemParams.two_pl([50.0], [0.0])
    right, wrong = log_probabilities([-40.0, 40.0], steep)
    assert right[:, 0] == pytest.approx([-2000.0, 0.0])
    assert wrong[:, 0] == pytest.approx([0.0, -2000.0])


def test_information_is_the_squared_slope_over_the_variance():
    p, h = probability_correct(GRID, THREE_PL), 1e-5
    slope = (probability_correct(GRID + h, THREE_PL) - probability_correct(GRID - h, THREE_PL)) / (2 * h)
    assert item_information(GRID, THREE_PL) == pytest.approx(slope**2 / (p * (1 - p)), rel=1e-6)


def test_guessing_never_adds_information():
    without = ItemParams.two_pl(THREE_PL.a, THREE_PL.b)
    assert (item_information(GRID, THREE_PL) <= item_information(GRID, without) + 1e-15).all()


def test_information_far_from_an_item_is_zero_and_not_undefined():
    steep = ItemParams(np.array([50.0, 50.0]), np.zeros(2), np.array([0.0, 0.2]))
    assert item_information([-40.0, 40.0], steep) == pytest.approx(np.zeros((2, 2)))


def test_form_information_and_tcc_agree_with_mirt(lsat7):
    assert form_information(lsat7.theta, lsat7.params) == pytest.approx(lsat7.information, abs=2e-8)
    assert expected_number_correct(lsat7.theta, lsat7.params) == pytest.approx(lsat7.expected_score, abs=2e-8)


def test_an_empty_form_measures_nothing():
    empty = ItemParams.two_pl([], [])
    assert form_information(GRID, empty).tolist() == [0.0] * GRID.size
    assert expected_number_correct(GRID, empty).tolist() == [0.0] * GRID.size
