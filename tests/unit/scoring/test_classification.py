"""Accuracy and consistency of levels, against simulation, integration and enumeration."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from scoring.classification import lee, lee_in_population, rudner, rudner_in_population
from scoring.cuts import (
    NO_LEVEL,
    cuts_from_shares,
    level_of,
    marks_at_cuts,
    normal_level_probabilities,
    theta_at_expected_marks,
    theta_at_expected_share,
)
from scoring.errors import InvalidCuts, InvalidParameters
from scoring.information import expected_number_correct, form_information
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.zones import level_zones, posterior_level_zones

CUTS = (-0.4, 0.55)
NAN = float("nan")


def form(n=25, seed=1):
    rng = np.random.default_rng(seed)
    return ItemParams(rng.lognormal(0.1, 0.25, n), rng.normal(0, 1, n), rng.uniform(0, 0.2, n))


def mixed():
    steps = np.array([[-0.8, 0.1, 0.9], [-0.2, 0.4, NAN]])
    return ItemParams.concat([form(12, 2), ItemParams.polytomous([1.2, 0.9], steps, ItemModel.GRM)])


def simulated(levels, first, second):
    """Shares of a large sample: accuracy, consistency, kappa, false positives, false negatives."""
    agree, k = np.mean(first == second), int(max(levels.max(), first.max())) + 1
    shares = np.bincount(np.r_[first, second], minlength=k) / (2 * len(first))
    chance = np.sum(shares**2)
    return [np.mean(first == levels), agree, (agree - chance) / (1 - chance),
            np.mean(first > levels), np.mean(first < levels)]  # fmt: skip


def figures(found):
    return [found.accuracy, found.consistency, found.kappa, found.false_positive, found.false_negative]


def test_rudner_agrees_with_simulated_estimates():
    rng, params = np.random.default_rng(4), form()
    theta = rng.normal(size=400_000)
    se = np.interp(theta, grid := np.linspace(-6, 6, 601), 1 / np.sqrt(form_information(grid, params)))
    first, second = (level_of(theta + se * rng.normal(size=theta.size), CUTS) for _ in range(2))
    levels = level_of(theta, CUTS)
    found = rudner_in_population(params, normal_quadrature(), CUTS)
    assert figures(found) == pytest.approx(simulated(levels, first, second), abs=0.004)
    for cut in (0, 1):
        sides = [(x > cut).astype(int) for x in (levels, first, second)]
        assert figures(found.cuts[cut]) == pytest.approx(simulated(*sides), abs=0.004)


def test_rudner_is_the_integral_over_the_population():
    params = form()
    theta = np.linspace(-6, 6, 40_001)
    density = norm.pdf(theta) / norm.pdf(theta).sum()
    given = normal_level_probabilities(theta, 1 / np.sqrt(form_information(theta, params)), CUTS)
    truth = np.eye(3)[level_of(theta, CUTS)]
    found = rudner_in_population(params, normal_quadrature(), CUTS)
    assert found.accuracy_table == pytest.approx((density[:, None] * truth).T @ given, abs=1e-3)
    assert found.consistency_table == pytest.approx((density[:, None] * given).T @ given, abs=5e-4)


def test_rudner_of_persons_worked_by_hand():
    found = rudner([-1.0, 0.2, NAN], [0.5, 0.4, 0.3], [0.0])
    below = norm.cdf([1.0 / 0.5, -0.2 / 0.4])
    assert found.accuracy == pytest.approx((below[0] + 1 - below[1]) / 2)
    assert found.consistency == pytest.approx(np.mean(below**2 + (1 - below) ** 2))
    assert found.false_positive == pytest.approx(below[1] / 2)  # given level 1, truly below
    assert found.false_negative == pytest.approx((1 - below[0]) / 2)
    assert found.conditional_accuracy == pytest.approx([below[0], 1 - below[1]])
    weighted = rudner([-1.0, 0.2], [0.5, 0.4], [0.0], [3.0, 1.0])
    assert weighted.accuracy == pytest.approx(0.75 * below[0] + 0.25 * (1 - below[1]))


@pytest.mark.parametrize("params", [form(), mixed()], ids=["3PL", "mixed"])
def test_lee_agrees_with_simulated_raw_scores(params):
    rng, raw_cuts = np.random.default_rng(6), (8.0, 13.0)
    theta = rng.normal(size=200_000)
    scores = np.zeros((2, theta.size), dtype=int)
    for first in range(0, theta.size, 20_000):
        part = slice(first, first + 20_000)
        reached = np.cumsum(category_probabilities(theta[part], params), axis=2)[:, :, :-1]
        for turn in range(2):
            draws = rng.random(reached.shape[:2])
            scores[turn, part] = (draws[:, :, None] > reached).sum(axis=2).sum(axis=1)
    levels = np.searchsorted(raw_cuts, expected_number_correct(theta, params), side="right")
    first, second = (np.searchsorted(raw_cuts, one, side="right") for one in scores)
    found = lee_in_population(params, normal_quadrature(), raw_cuts)
    assert figures(found) == pytest.approx(simulated(levels, first, second), abs=0.005)


def test_lee_of_given_abilities_is_the_enumeration_of_patterns():
    params = ItemParams.concat([form(5, 3), ItemParams.polytomous([1.2], [[-0.5, 0.6]], ItemModel.GPCM)])
    theta = np.array([-0.7, 0.4])
    curves = category_probabilities(theta, params)
    passing = np.zeros(2)
    for pattern in itertools.product(*(range(k) for k in params.n_categories)):
        if sum(pattern) >= 4:
            passing += np.prod([curves[:, item, mark] for item, mark in enumerate(pattern)], axis=0)
    truly = expected_number_correct(theta, params) >= 4
    found = lee(theta, params, [4])
    assert found.conditional_accuracy == pytest.approx(np.where(truly, passing, 1 - passing), abs=1e-12)
    assert found.consistency == pytest.approx(np.mean(passing**2 + (1 - passing) ** 2), abs=1e-12)
    assert lee(theta, params, [3.5]).accuracy_table[:, 1].sum() == pytest.approx(passing.mean())


def test_lee_may_take_the_truth_from_cuts_on_theta():
    params = form()
    by_curve = lee_in_population(params, normal_quadrature(), [12.0, 18.0])
    cuts = theta_at_expected_marks([12.0, 18.0], params)
    by_theta = lee_in_population(params, normal_quadrature(), [12.0, 18.0], cuts)
    assert by_theta.accuracy_table == pytest.approx(by_curve.accuracy_table)
    assert lee_in_population(params, normal_quadrature(), [12.0, 18.0], cuts - 1).accuracy < by_curve.accuracy


def test_a_raw_cut_below_guessing_is_passed_in_truth_by_everybody():
    found = lee_in_population(form(), normal_quadrature(), [0.5])
    assert found.accuracy_table[0].sum() == 0.0
    assert found.false_positive == 0.0


def test_true_levels_have_the_shares_of_the_population():
    found = rudner_in_population(form(), normal_quadrature(), [0.0])  # a cut on a node
    assert found.accuracy_table.sum(axis=1) == pytest.approx([0.5, 0.5])
    assert found.weights.sum() == pytest.approx(1.0)


def test_a_longer_form_decides_better():
    short, long = form(15), ItemParams.concat([form(15)] * 3)
    assert rudner_in_population(long, normal_quadrature(), CUTS).accuracy > (
        rudner_in_population(short, normal_quadrature(), CUTS).accuracy + 0.05
    )


def test_without_cuts_every_decision_is_right():
    found = rudner([0.0, 1.0], [0.3, 0.3], [])
    assert (found.accuracy, found.consistency, found.cuts) == (1.0, 1.0, ())
    assert np.isnan(found.kappa)


def test_what_cannot_be_classified_is_refused():
    with pytest.raises(InvalidParameters, match="nobody is scored"):
        rudner([NAN], [NAN], [0.0])
    with pytest.raises(InvalidParameters, match="weights: expected 2"):
        rudner([0.0, 1.0], [0.3, 0.3], [0.0], [1.0])
    with pytest.raises(InvalidParameters, match=r"se .*\(1,\)"):
        rudner([0.0, 1.0], [0.3, -0.3], [0.0])
    with pytest.raises(InvalidCuts, match="theta_cuts: expected 1"):
        lee_in_population(form(), normal_quadrature(), [10.0], [0.0, 1.0])
    with pytest.raises(InvalidCuts):
        lee([0.0], form(), [10.0, 9.0])
    with pytest.raises(InvalidParameters, match="no information"):
        rudner_in_population(ItemParams.two_pl([], []), normal_quadrature(), [0.0])


def test_normal_level_probabilities_are_areas():
    found = normal_level_probabilities([0.3, NAN, 0.2], [0.5, 0.5, NAN], CUTS)
    assert found[0] == pytest.approx(np.diff(np.r_[0, norm.cdf(CUTS, 0.3, 0.5), 1]))
    assert np.isnan(found[1:]).all()
    certain = normal_level_probabilities([CUTS[0], -1.0], 0.0, CUTS)
    assert certain.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]


def test_far_levels_keep_their_digits():
    found = normal_level_probabilities([0.0], 1.0, [9.0, 10.0])[0]
    assert found[1] == pytest.approx(norm.sf(9) - norm.sf(10), rel=1e-12)
    assert normal_level_probabilities([19.0], 1.0, [9.0, 10.0])[0, 1] == pytest.approx(norm.sf(9), rel=1e-6)


def test_a_cut_within_reach_makes_the_level_indeterminate():
    z = norm.ppf(0.95)
    near, far = CUTS[0] + 0.2 * z - 1e-6, CUTS[0] + 0.2 * z + 1e-6
    found = level_zones([near, far, -2.0, NAN], [0.2, 0.2, 0.2, 0.2], CUTS)
    assert found.indeterminate.tolist() == [True, False, False, False]
    assert found.level.tolist() == [1, 1, 0, NO_LEVEL]
    labels = [found.label(person) for person in range(4)]
    assert labels == ["indeterminate between 0 and 1", "level 1", "level 0", "not scored"]
    assert level_zones([near], [0.2], CUTS, confidence=0.8).indeterminate.tolist() == [False]
    assert level_zones([0.0], [2.0], CUTS).label(0) == "indeterminate between 0 and 2"
    with pytest.raises(InvalidParameters, match="confidence"):
        level_zones([0.0], [0.3], CUTS, confidence=1.0)


def test_zones_of_a_normal_posterior_are_those_of_the_interval():
    nodes = normal_quadrature(241).nodes
    means = np.linspace(-2, 2, 41)
    posterior = norm.pdf(nodes, means[:, None], 0.35)
    posterior /= posterior.sum(axis=1, keepdims=True)
    by_grid = posterior_level_zones(posterior, nodes, CUTS)
    by_normal = level_zones(means, np.full(41, 0.35), CUTS)
    differ = (by_grid.lowest != by_normal.lowest) | (by_grid.highest != by_normal.highest)
    assert differ.sum() == 0
    assert (by_grid.level == by_normal.level).all()
    unscored = posterior_level_zones(np.full((1, 241), NAN), nodes, CUTS)
    assert (unscored.lowest[0], unscored.highest[0], unscored.label(0)) == (NO_LEVEL, NO_LEVEL, "not scored")


def test_cuts_from_shares_and_back():
    params = mixed()
    cuts = cuts_from_shares([0.5, 0.66, 0.83], params)
    assert marks_at_cuts(cuts, params) == pytest.approx(np.array([0.5, 0.66, 0.83]) * 17)
    assert theta_at_expected_share(0.66, params) == pytest.approx(cuts[1])
    with pytest.raises(InvalidCuts):
        cuts_from_shares([0.66, 0.5], params)


def test_the_inverse_of_the_curve_reaches_everywhere():
    params = form()
    floor = params.c.sum()
    wanted = np.array([floor - 0.1, floor + 1e-6, 10.0, 25 - 1e-9, 25.0, NAN])
    theta = theta_at_expected_marks(wanted, params)
    assert (theta[0], theta[4]) == (-np.inf, np.inf)
    assert np.isnan(theta[5])
    inside = theta[1:4]
    assert expected_number_correct(inside, params) == pytest.approx(wanted[1:4], abs=1e-13)
    assert inside[0] < -6 < inside[1] < 6 < inside[2]
