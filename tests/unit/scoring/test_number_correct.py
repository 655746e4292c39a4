"""Sum-score distributions and tables against mirt and against every single pattern."""

from itertools import product

import numpy as np
import pytest

from scoring.ability import eap
from scoring.errors import InvalidCuts, InvalidParameters, InvalidResponses, NotCalibrated
from scoring.information import expected_number_correct
from scoring.models import category_probabilities, log_category_probabilities
from scoring.number_correct import (
    level_shares,
    score_distributions,
    shares_at_or_above,
    sum_score_table,
    sum_scores,
)
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING
from tests.unit.scoring.mirt_reference import CASES, column, load, params_of, responses_of

MIXED = ItemParams.concat(
    [
        ItemParams([1.1, 1.4], [-0.6, 0.4], [0.2, 0.0]),
        ItemParams.polytomous([1.3], [[-1.0, 0.1, 1.2]], ItemModel.GRM),
        ItemParams.polytomous([0.7, 1.2], [[-0.5, -0.9], [0.6, -0.2]], ItemModel.PCM),
    ]
)
THETA = np.array([-2.0, 0.0, 1.3])


@pytest.mark.parametrize("case", CASES)
def test_the_sum_score_table_agrees_with_mirt(case):
    printed, params = load(case), params_of(case)
    rows, factor = printed["EAPsum"], "F" if case == "lsat7_3pl_prior" else "F1"
    sd = float(np.ravel(printed["var"])[0]) ** 0.5
    # mirt's table rests on 121 nodes, as its scores do.
    table = sum_score_table(params, normal_quadrature(121, sd=sd))
    np.testing.assert_allclose(table.theta, column(rows, factor), atol=1e-6)
    np.testing.assert_allclose(table.se, column(rows, f"SE_{factor}"), atol=1e-6)
    np.testing.assert_allclose(printed["n"] * table.probability, column(rows, "expected"), rtol=1e-6)
    observed = np.bincount(sum_scores(responses_of(case), params), minlength=table.score.size)
    assert observed.tolist() == column(rows, "observed").tolist()


def test_the_distribution_is_that_of_every_pattern_counted_one_by_one():
    by_hand = np.zeros((THETA.size, 10))
    chances = category_probabilities(THETA, MIXED)
    for pattern in product(*(range(n) for n in MIXED.n_categories)):
        likelihood = np.prod([chances[:, item, mark] for item, mark in enumerate(pattern)], axis=0)
        by_hand[:, sum(pattern)] += likelihood
    np.testing.assert_allclose(score_distributions(THETA, MIXED), by_hand, rtol=1e-12)


def test_the_table_is_the_eap_of_all_patterns_with_that_sum():
    patterns = np.array(list(product(*(range(n) for n in MIXED.n_categories))), dtype=np.int8)
    grid = normal_quadrature()
    table, single = sum_score_table(MIXED, grid), eap(patterns, MIXED, grid)
    logs = log_category_probabilities(grid.nodes, MIXED)
    weight = np.exp(logs[:, np.arange(5), patterns].sum(axis=2)).T @ grid.weights
    for score in table.score:
        here = patterns.sum(axis=1) == score
        assert table.probability[score] == pytest.approx(weight[here].sum(), rel=1e-12)
        assert table.theta[score] == pytest.approx(np.average(single.theta[here], weights=weight[here]))


def test_the_mean_of_the_distribution_is_the_test_characteristic_curve():
    distributions = score_distributions(THETA, MIXED)
    np.testing.assert_allclose(distributions @ np.arange(10), expected_number_correct(THETA, MIXED))


def test_rare_scores_of_long_tests_keep_their_precision():
    params = ItemParams.two_pl(np.ones(300), np.zeros(300))
    found = score_distributions([-3.0], params)[0]
    assert found.sum() == pytest.approx(1.0, rel=1e-12)
    p = 1 / (1 + np.exp(3.0))
    assert found[300] == pytest.approx(p**300, rel=1e-10)
    assert found[0] == pytest.approx((1 - p) ** 300, rel=1e-10)


def test_many_points_are_worked_in_blocks_alike():
    theta = np.linspace(-4, 4, 1300)
    found = score_distributions(theta, MIXED)
    np.testing.assert_array_equal(found[[600]], score_distributions(theta[[600]], MIXED))


def test_under_the_rasch_model_the_sum_says_all_that_the_pattern_says():
    rasch = ItemParams(np.ones(6), np.linspace(-2, 2, 6), np.zeros(6), models=(ItemModel.RASCH,) * 6)
    patterns = np.array(list(product([0, 1], repeat=6)), dtype=np.int8)
    grid = normal_quadrature()
    theta, se = sum_score_table(rasch, grid).of(sum_scores(patterns, rasch))
    single = eap(patterns, rasch, grid)
    np.testing.assert_allclose(theta, single.theta, atol=1e-12)
    np.testing.assert_allclose(se, single.se, atol=1e-12)


def test_a_missing_response_leaves_no_sum_score():
    scores = sum_scores([[1, MISSING], [1, 1]], MIXED.subset([0, 1]))
    assert scores.tolist() == [-1, 2]
    theta, se = sum_score_table(MIXED.subset([0, 1]), normal_quadrature()).of(scores)
    assert np.isnan(theta[0])
    assert np.isnan(se[0])
    assert np.isfinite(theta[1])


def test_shares_and_levels_count_a_score_on_the_cut_as_passed():
    distributions = np.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
    np.testing.assert_allclose(
        shares_at_or_above(distributions, [0, 2, 2.5, 3, 4]),
        [[1.0, 0.7, 0.4, 0.4, 0.0], [1.0, 0.5, 0.25, 0.25, 0.0]],
    )
    np.testing.assert_allclose(level_shares(distributions, [1, 3]), [[0.1, 0.5, 0.4], [0.25, 0.5, 0.25]])


def test_bad_input_is_named():
    with pytest.raises(InvalidParameters, match="without items"):
        score_distributions([0.0], MIXED.subset([]))
    with pytest.raises(NotCalibrated):
        score_distributions([0.0], ItemParams.two_pl([np.nan], [np.nan]))
    with pytest.raises(InvalidCuts):
        shares_at_or_above(np.ones((1, 1)), [np.nan])
    with pytest.raises(InvalidCuts):
        level_shares(np.ones((1, 3)) / 3, [2, 1])
    with pytest.raises(InvalidResponses, match="9 marks"):
        sum_score_table(MIXED, normal_quadrature()).of(np.array([10]))


def test_the_table_of_a_long_form_is_that_of_many_nodes():
    params = ItemParams.two_pl(np.full(200, 1.5), np.random.default_rng(3).normal(size=200))
    found, exact = (
        sum_score_table(params, normal_quadrature()),
        sum_score_table(params, normal_quadrature(2401)),
    )
    middle = slice(10, 190)
    np.testing.assert_allclose(found.theta[middle], exact.theta[middle], atol=1e-6)
    np.testing.assert_allclose(found.se[middle], exact.se[middle], rtol=1e-6)
    np.testing.assert_allclose(found.probability, exact.probability, atol=1e-9)
    assert found.posterior.shape == (201, 61)
