"""EAP, MAP, ML and WLE of every model against mirt, against explicit loops, and at the edges."""

import numpy as np
import pytest

from scoring.ability import (
    NormalPrior,
    ScoreStatus,
    SearchOptions,
    WeightedLikelihood,
    eap,
    eap_scores,
    map_scores,
    ml_scores,
    posterior_blocks,
    wle_scores,
)
from scoring.errors import InvalidOptions, InvalidQuadrature, InvalidResponses, NotCalibrated
from scoring.information import form_information
from scoring.models import category_probabilities, log_category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING, SparseResponses
from tests.unit.scoring.mirt_reference import CASES, load, params_of

MIXED = ItemParams.concat(
    [
        ItemParams([1.1, 0.8, 1.7], [-0.6, 0.4, 1.0], [0.2, 0.15, 0.25]),
        ItemParams.two_pl([1.0, -0.6], [0.0, 0.5]),
        ItemParams.polytomous([1.3, 0.9], [[-1.0, 0.1, 1.2], [-0.3, 0.8, np.nan]], ItemModel.GRM),
        ItemParams.polytomous([0.7, 1.2], [[-0.5, -0.9, 1.0], [0.6, -0.2, np.nan]], ItemModel.GPCM),
    ]
)


def numbers(case, name):
    return np.array([np.nan if value is None else value for value in load(case)["scores"][name]])


def case_of(case):
    printed = load(case)
    patterns = np.array(printed["scores"]["pattern"], dtype=np.int8)
    return patterns, params_of(case), float(np.ravel(printed["var"])[0]) ** 0.5


def some_responses(params, n_persons, seed, missing=0.3):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=n_persons)
    beyond = np.cumsum(category_probabilities(theta, params), axis=2)[:, :, :-1]
    marks = (rng.random((n_persons, params.n_items, 1)) > beyond).sum(axis=2).astype(np.int8)
    marks = np.minimum(marks, params.n_categories - 1).astype(np.int8)
    marks[rng.random(marks.shape) < missing] = MISSING
    return marks


def log_likelihood(theta, marks, params):
    """One person, one item after the other."""
    logs = log_category_probabilities([theta], params)[0]
    return sum(logs[item, mark] for item, mark in enumerate(marks.tolist()) if mark != MISSING)


@pytest.mark.parametrize("case", CASES)
def test_eap_agrees_with_mirt(case):
    patterns, params, sd = case_of(case)
    # mirt scored with 121 nodes, twice as many as it fitted with.
    found = eap(patterns, params, normal_quadrature(121, sd=sd))
    np.testing.assert_allclose(found.theta, numbers(case, "EAP"), atol=1e-9)
    np.testing.assert_allclose(found.se, numbers(case, "EAP_se"), atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_map_agrees_with_mirt(case):
    patterns, params, sd = case_of(case)
    found = map_scores(patterns, params, NormalPrior(0.0, sd))
    np.testing.assert_allclose(found.theta, numbers(case, "MAP"), atol=1e-5)
    np.testing.assert_allclose(found.se, numbers(case, "MAP_se"), rtol=2e-4)  # theirs is differenced


@pytest.mark.parametrize("case", CASES)
def test_wle_agrees_with_mirt_and_its_se_is_made_of_the_test_information(case):
    patterns, params, _ = case_of(case)
    found = wle_scores(patterns, params)
    np.testing.assert_allclose(found.theta, numbers(case, "WLE"), atol=1e-5)
    np.testing.assert_allclose(found.se, form_information(found.theta, params) ** -0.5, rtol=1e-6)
    assert (found.status == ScoreStatus.CONVERGED).all()


@pytest.mark.parametrize("case", CASES)
def test_ml_agrees_with_mirt_or_reaches_a_higher_likelihood(case):
    patterns, params, _ = case_of(case)
    found, printed = ml_scores(patterns, params), numbers(case, "ML")
    infinite = found.status == ScoreStatus.INFINITE
    assert (infinite == np.isnan(printed)).all()
    assert np.isinf(found.theta[infinite]).all()
    assert np.isnan(found.se[infinite]).all()
    assert (found.status[~infinite] == ScoreStatus.CONVERGED).all()
    elsewhere = ~infinite & (np.abs(found.theta - printed) > 1e-5)
    # One 3PL pattern of LSAT-7 has two maxima, and mirt printed the lower one.
    assert elsewhere.sum() == (1 if case == "lsat7_3pl_prior" else 0)
    for person in np.flatnonzero(elsewhere):
        ours, theirs = (
            log_likelihood(t, patterns[person], params) for t in (found.theta[person], printed[person])
        )
        assert ours > theirs
    same = ~infinite & ~elsewhere
    np.testing.assert_allclose(found.se[same], numbers(case, "ML_se")[same], rtol=2e-4)


def criterion(method, marks, theta):
    """What a method maximises, at many abilities: (n_points,)."""
    met = np.flatnonzero(marks != MISSING)
    total = sum(log_category_probabilities(theta, MIXED.subset([item]))[:, 0, marks[item]] for item in met)
    if method == "map":
        return total - 0.5 * ((theta - 0.3) / 1.2) ** 2
    return total + 0.5 * np.log(form_information(theta, MIXED.subset(met))) if method == "wle" else total


@pytest.mark.parametrize("method", ["ml", "map", "wle"])
def test_mixed_models_with_missing_responses_reach_the_global_maximum_of_a_fine_grid(method):
    marks = some_responses(MIXED, 60, 5)
    found = {
        "ml": lambda: ml_scores(marks, MIXED),
        "map": lambda: map_scores(marks, MIXED, NormalPrior(0.3, 1.2)),
        "wle": lambda: wle_scores(marks, MIXED),
    }[method]()
    grid = np.linspace(-12, 12, 481)
    for person in np.flatnonzero((marks != MISSING).any(axis=1)):
        heights = criterion(method, marks[person], grid)
        if found.status[person] == ScoreStatus.INFINITE:
            end = np.sign(found.theta[[person]]) * 40
            assert criterion(method, marks[person], end)[0] > heights.max() - 1e-6
            continue
        near = grid[heights.argmax()] + np.linspace(-0.05, 0.05, 501)
        at = criterion(method, marks[person], found.theta[[person]])[0]
        assert at >= criterion(method, marks[person], near).max() - 1e-12
        assert found.status[person] == ScoreStatus.CONVERGED


def test_map_and_ml_standard_errors_are_the_observed_curvature():
    marks = some_responses(MIXED, 40, 6, missing=0.0)
    ml, posterior = ml_scores(marks, MIXED), map_scores(marks, MIXED)
    h = 1e-4
    for person in range(40):
        for found, precision in ((ml, 0.0), (posterior, 1.0)):
            at = found.theta[person]
            if np.isfinite(at):
                values = [log_likelihood(at + step, marks[person], MIXED) for step in (-h, 0.0, h)]
                observed = -(values[0] - 2 * values[1] + values[2]) / h**2 + precision
                assert found.se[person] == pytest.approx(observed**-0.5, rel=1e-4)


def test_warms_correction_solves_his_equation_for_the_3pl():
    params = ItemParams([1.2, 0.8, 1.5, 1.0], [-1.0, 0.0, 0.5, 1.0], [0.2, 0.2, 0.1, 0.3])
    marks = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0]])
    found = wle_scores(marks, params, WeightedLikelihood.WARM)
    h = 1e-3
    for theta, row in zip(found.theta.tolist(), marks, strict=True):
        p = category_probabilities(theta + h * np.arange(-1, 2), params)[:, :, 1]
        slope, bend, middle = (p[2] - p[0]) / (2 * h), (p[2] - 2 * p[1] + p[0]) / h**2, p[1]
        weight = middle * (1 - middle)
        j, information = (slope * bend / weight).sum(), (slope**2 / weight).sum()
        equation = (slope * (row - middle) / weight).sum() + j / (2 * information)
        assert equation / information == pytest.approx(0.0, abs=1e-5)


def test_the_two_weights_agree_for_every_model_but_the_3pl():
    plain = MIXED.subset(np.arange(3, MIXED.n_items))
    marks = some_responses(plain, 200, 7)
    jeffreys, warm = wle_scores(marks, plain), wle_scores(marks, plain, WeightedLikelihood.WARM)
    np.testing.assert_allclose(warm.theta, jeffreys.theta, atol=1e-6)


def test_wle_is_nearly_unbiased_where_ml_and_map_are_not():
    rng = np.random.default_rng(4)
    params = ItemParams.two_pl(rng.lognormal(0.2, 0.2, 25), np.linspace(-2, 2, 25))
    chance = category_probabilities([1.5], params)[0, :, 1]
    marks = (rng.random((6000, 25)) < chance).astype(np.int8)
    bias = {
        "wle": wle_scores(marks, params).theta.mean() - 1.5,
        "map": map_scores(marks, params).theta.mean() - 1.5,
    }
    assert abs(bias["wle"]) < 0.02
    assert bias["map"] < -0.1


def test_ml_is_infinite_for_extreme_patterns_and_the_others_are_finite():
    graded = ItemParams.polytomous([1.0, 1.4], [[-1, 1], [0, 1]], ItemModel.GRM)
    marks = np.array([[2, 2], [0, 0], [2, MISSING], [2, 1]])
    ml = ml_scores(marks, graded)
    assert ml.theta[:3].tolist() == [np.inf, -np.inf, np.inf]
    assert ml.status.tolist() == [ScoreStatus.INFINITE] * 3 + [ScoreStatus.CONVERGED]
    for found in (wle_scores(marks, graded), map_scores(marks, graded)):
        assert np.isfinite(found.theta).all()
        assert np.isfinite(found.se).all()
        assert found.theta[0] > 0 > found.theta[1]


def test_a_reversed_key_turns_the_infinite_estimate_around():
    items = ItemParams.two_pl([-1.0, -1.5], [0.0, 0.5])
    assert ml_scores([[1, 1], [0, 0]], items).theta.tolist() == [-np.inf, np.inf]


def test_an_estimate_beyond_the_range_searched_is_said_to_be_at_its_bound():
    items = ItemParams.two_pl([1.0, 1.0], [9.0, 10.0])
    found = ml_scores([[1, 0]], items, options=SearchOptions(-6.0, 6.0))
    assert found.status.tolist() == [ScoreStatus.AT_BOUND]
    assert found.theta == pytest.approx([6.0], abs=1e-6)
    assert ml_scores([[1, 0]], items).theta == pytest.approx([9.5], abs=1e-6)


def test_a_scale_with_another_unit_is_searched_in_its_own_range():
    marks = some_responses(MIXED, 50, 8)
    moved = MIXED.transformed(100.0, 500.0)
    wide = SearchOptions(-1500.0, 2500.0, tolerance=1e-6)
    for method in (ml_scores, wle_scores):
        plain, other = method(marks, MIXED), method(marks, moved, options=wide)
        np.testing.assert_allclose(other.theta, 100.0 * plain.theta + 500.0, rtol=1e-5)
        np.testing.assert_allclose(other.se, 100.0 * plain.se, rtol=1e-5)


def test_nobody_is_scored_without_a_response():
    marks = np.full((2, MIXED.n_items), MISSING)
    marks[1, 0] = 1
    for found in (
        eap_scores(marks, MIXED, normal_quadrature()),
        map_scores(marks, MIXED),
        wle_scores(marks, MIXED),
        ml_scores(marks, MIXED),
    ):
        assert np.isnan(found.theta[0])
        assert np.isnan(found.se[0])
        assert found.status[0] == ScoreStatus.NOT_SCORED
        assert found.scored.tolist() == [False, True]


def test_sparse_and_dense_responses_are_scored_alike_in_blocks_or_whole():
    marks = some_responses(MIXED, 9000, 9)
    sparse, grid = SparseResponses.from_dense(marks), normal_quadrature()
    whole = eap(marks, MIXED, grid)
    np.testing.assert_allclose(eap(sparse, MIXED, grid).posterior, whole.posterior, atol=1e-12)
    np.testing.assert_allclose(eap_scores(sparse, MIXED, grid).theta, whole.theta, atol=1e-12)
    np.testing.assert_array_equal(eap_scores(marks, MIXED, grid).se, whole.se)
    blocks = list(posterior_blocks(marks, MIXED, grid))
    assert len(blocks) > 1
    assert sum(part.theta.size for _, part in blocks) == 9000
    for method in (ml_scores, wle_scores, map_scores):
        np.testing.assert_allclose(method(sparse, MIXED).theta, method(marks, MIXED).theta, atol=1e-7)


def test_each_person_may_have_a_prior_of_his_own():
    marks = np.repeat(some_responses(MIXED, 1, 10, missing=0.0), 3, axis=0)
    found = map_scores(marks, MIXED, NormalPrior(np.array([-1.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.001])))
    assert found.theta[0] < found.theta[1]
    assert found.theta[2] == pytest.approx(1.0, abs=1e-3)


def test_nobody_gives_nothing():
    none = np.zeros((0, MIXED.n_items), dtype=np.int8)
    assert eap(none, MIXED, normal_quadrature()).posterior.shape == (0, 61)
    assert wle_scores(none, MIXED).theta.size == 0


def test_bad_input_is_named():
    with pytest.raises(InvalidResponses, match=r"responses\[0, 0\] is 2"):
        wle_scores([[2, 0]], ItemParams.two_pl([1, 1], [0, 0]))
    with pytest.raises(InvalidResponses, match="2 columns for 3 items"):
        ml_scores([[1, 0]], ItemParams.two_pl([1, 1, 1], [0, 0, 0]))
    too_high = SparseResponses(np.array([0, 1]), np.array([1]), np.array([3], dtype=np.int8), 2)
    with pytest.raises(InvalidResponses, match=r"mark\[0\] is 3"):
        ml_scores(too_high, ItemParams.two_pl([1, 1], [0, 0]))
    with pytest.raises(InvalidResponses, match="2 columns for 3 items"):
        ml_scores(too_high, ItemParams.two_pl([1, 1, 1], [0, 0, 0]))
    with pytest.raises(NotCalibrated):
        map_scores([[1, 0]], ItemParams.two_pl([1, np.nan], [0, np.nan]))
    for prior in (NormalPrior(0.0, 0.0), NormalPrior(np.zeros(3)), NormalPrior(np.nan)):
        with pytest.raises(InvalidQuadrature, match="prior"):
            map_scores([[1, 0]], ItemParams.two_pl([1, 1], [0, 0]), prior)
    with pytest.raises(InvalidQuadrature, match="lower"):
        SearchOptions(2.0, 1.0)


def test_thousand_graded_items_do_not_overflow():
    rng = np.random.default_rng(2)
    many = ItemParams.polytomous(
        np.full(1000, 2.0), np.sort(rng.normal(size=(1000, 3)), axis=1), ItemModel.GRM
    )
    for mark in (0, 3):
        found = wle_scores(np.full((1, 1000), mark), many)
        assert np.isfinite(found.theta).all()
        assert found.status[0] == ScoreStatus.CONVERGED


@pytest.mark.parametrize("a", [8.0, 1e4])
def test_a_likelihood_level_to_the_last_digit_is_flat_and_its_middle_is_named(a):
    found = ml_scores([[1, 0], [1, 1]], ItemParams.two_pl([a, a], [-5, 5]))
    assert found.status.tolist() == [ScoreStatus.FLAT, ScoreStatus.INFINITE]
    assert found.theta[0] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(found.se[0])


@pytest.mark.parametrize("a", [8.0, 1e4])
def test_weighted_likelihoods_with_two_equal_maxima_are_flat(a):
    found = wle_scores([[1, 0], [1, 1]], ItemParams.two_pl([a, a], [-5, 5]))
    assert found.status.tolist() == [ScoreStatus.FLAT, ScoreStatus.CONVERGED]
    # Each maximum lies where P = 3/4 of one item: L sqrt(I) is then largest.
    assert np.abs(found.theta) == pytest.approx([5 - np.log(3) / a, 5 + np.log(3) / a], abs=1e-6)
    warm = wle_scores([[1, 0]], ItemParams.two_pl([1e4, 1e4], [-5, 5]), "warm")
    assert warm.status[0] != ScoreStatus.CONVERGED


@pytest.mark.parametrize(("a", "c"), [(8.0, 0.0), (8.0, 0.2), (20.0, 0.0)])
def test_wle_finds_the_highest_maximum_among_steep_items(a, c):
    rng = np.random.default_rng(17)
    difficulties = rng.choice([-5.0, 0.0, 5.0], 10) if a < 10 else rng.uniform(-3, 3, 10)
    params = ItemParams(np.full(10, a), difficulties, np.full(10, c))
    marks = rng.integers(0, 2, (150, 10)).astype(np.int8)
    grid = np.unique((difficulties[:, None] + np.linspace(-6, 6, 601) / a).ravel())
    logs = log_category_probabilities(grid, params)
    weight = 0.5 * np.log(np.maximum(form_information(grid, params), 1e-300))
    heights = sum(logs[:, item, marks[:, item]].T for item in range(10)) + weight
    found = wle_scores(marks, params)
    ours = log_category_probabilities(found.theta, params)
    at = sum(ours[np.arange(150), item, marks[:, item]] for item in range(10))
    at = at + 0.5 * np.log(form_information(found.theta, params))
    assert (at >= heights.max(axis=1) - 1e-6).all()


@pytest.mark.parametrize("mean", [30.0, -100.0, 5e4])
def test_map_reaches_a_prior_however_far(mean):
    items, marks = ItemParams.two_pl([1.0, 1.2, 0.8], [0.0, 0.5, -0.5]), [[1, 0, 1], [0, 0, 0]]
    found = map_scores(marks, items, NormalPrior(mean, 1.0))
    assert (found.status == ScoreStatus.CONVERGED).all()
    # So far out every item is sure: the score is the sum of a over misses, or over hits.
    pull = np.array([-1.2, -3.0]) if mean > 0 else np.array([1.8, 0.0])
    assert found.theta == pytest.approx(mean + pull, abs=1e-6)


def test_one_far_prior_does_not_move_the_others():
    marks = some_responses(MIXED, 40, 3)
    mean = np.zeros(40)
    mean[7] = -60.0
    far, near = map_scores(marks, MIXED, NormalPrior(mean, 1.0)), map_scores(marks, MIXED)
    np.testing.assert_allclose(np.delete(far.theta, 7), np.delete(near.theta, 7), atol=1e-7)


def test_arguments_of_another_kind_are_named():
    items = ItemParams.two_pl([1, 1], [0, 0])
    with pytest.raises(InvalidOptions, match="weight: 'foo'"):
        wle_scores([[1, 0]], items, "foo")
    with pytest.raises(InvalidQuadrature, match="prior mean"):
        map_scores([[1, 0]], items, NormalPrior("x", 1))
    with pytest.raises(InvalidQuadrature, match="prior sd"):
        map_scores([[1, 0]], items, NormalPrior(0, "y"))
    for method in (map_scores, ml_scores, wle_scores):
        with pytest.raises(InvalidResponses, match="responses"):
            method(None, items)
        with pytest.raises(InvalidResponses, match="responses"):
            method([[1, 0], [1]], items)
