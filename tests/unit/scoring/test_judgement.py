"""Expert judgement as provisional parameters."""

import numpy as np
import pytest

from scoring import InvalidParameters, normal_quadrature, probability_correct
from scoring.judgement import params_from_expected_shares

SHARES = np.array([0.1, 0.25, 0.5, 0.65, 0.8, 0.95])


@pytest.mark.parametrize("discrimination", [0.7, 1.0, 1.5])
def test_the_judged_share_of_a_normal_population_answers_right(discrimination: float):
    params = params_from_expected_shares(SHARES, discrimination=discrimination)
    population = normal_quadrature()
    shares = population.weights @ probability_correct(population.nodes, params)
    assert np.abs(shares - SHARES).max() < 0.01


def test_a_harder_judged_item_is_harder():
    assert (np.diff(params_from_expected_shares(SHARES).b) < 0).all()


def test_an_even_judgement_lies_in_the_middle_of_the_scale():
    assert params_from_expected_shares([0.5]).b[0] == 0.0


def test_a_judgement_says_nothing_of_discrimination():
    params = params_from_expected_shares(SHARES, discrimination=1.3)
    assert set(params.a.tolist()) == {1.3}
    assert not params.c.any()


@pytest.mark.parametrize("shares", [[0.0], [1.0], [0.5, 1.2], [-0.1], [float("nan")]])
def test_shares_outside_the_open_interval_are_refused(shares: list[float]):
    with pytest.raises(InvalidParameters):
        params_from_expected_shares(shares)


def test_no_items_have_no_parameters():
    assert params_from_expected_shares([]).n_items == 0
