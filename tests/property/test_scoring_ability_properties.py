"""Laws of person scores, sum scores and reporting scales that hold for every item and every response."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.ability import NormalPrior, ScoreStatus, eap_scores, map_scores, ml_scores, wle_scores
from scoring.multidim import CompetencyModel, multidimensional_eap
from scoring.number_correct import level_shares, score_distributions, shares_at_or_above, sum_score_table
from scoring.params import ItemModel, ItemParams
from scoring.plausible import draw_from_grid, pool
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING, SparseResponses
from scoring.scale import Rounding, ScoreScale

THETA = np.linspace(-4.0, 4.0, 17)
GRID = normal_quadrature()
FEW = settings(max_examples=30)  # every example is several persons and items of several models


def floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def items(draw, *, guessing=True):
    """One item of some model."""
    model = draw(st.sampled_from([ItemModel.TWO_PL, ItemModel.THREE_PL, ItemModel.GRM, ItemModel.GPCM]))
    a = draw(floats(0.3, 3.0))
    if model.is_dichotomous:
        c = draw(floats(0.05, 0.4)) if guessing and model is ItemModel.THREE_PL else 0.0
        return ItemParams([a], [draw(floats(-3, 3))], [c])
    steps = np.array(draw(st.lists(floats(-2.5, 2.5), min_size=2, max_size=4)))
    if model is ItemModel.GRM:
        steps = np.sort(steps) + 0.2 * np.arange(steps.size)
    return ItemParams.polytomous([a], steps[None], model)


@st.composite
def forms(draw, *, guessing=True, most=8):
    return ItemParams.concat(draw(st.lists(items(guessing=guessing), min_size=1, max_size=most)))


@st.composite
def scored_forms(draw, *, guessing=True):
    params = draw(forms(guessing=guessing))
    marks = [st.sampled_from([MISSING, *range(n)]) for n in params.n_categories.tolist()]
    rows = draw(st.lists(st.tuples(*marks), min_size=1, max_size=5))
    return params, np.array(rows, dtype=np.int8)


@FEW
@given(scored_forms())
def test_map_and_wle_are_finite_exactly_for_those_who_responded(case):
    params, marks = case
    responded = (marks != MISSING).any(axis=1)
    for found in (map_scores(marks, params), wle_scores(marks, params)):
        assert (np.isfinite(found.theta) == responded).all()
        assert (found.se[responded] > 0).all()
        assert (found.status[~responded] == ScoreStatus.NOT_SCORED).all()
    assert (map_scores(marks, params).status[responded] == ScoreStatus.CONVERGED).all()


@FEW
@given(scored_forms())
def test_ml_is_finite_or_says_infinite_and_never_nan_for_who_responded(case):
    params, marks = case
    found = ml_scores(marks, params)
    responded = (marks != MISSING).any(axis=1)
    assert (np.isnan(found.theta) == ~responded).all()
    assert (np.isinf(found.theta) == (found.status == ScoreStatus.INFINITE)).all()
    assert np.isnan(found.se[found.status == ScoreStatus.INFINITE]).all()


@FEW
@given(scored_forms(guessing=False))
def test_without_guessing_ml_is_infinite_exactly_for_extreme_patterns(case):
    params, marks = case
    met = marks != MISSING
    lowest = ((marks == 0) | ~met).all(axis=1) & met.any(axis=1)
    highest = ((marks == params.n_categories - 1) | ~met).all(axis=1) & met.any(axis=1)
    theta = ml_scores(marks, params).theta
    assert ((theta == -np.inf) == lowest).all()
    assert ((theta == np.inf) == highest).all()


@FEW
@given(scored_forms(), st.data())
def test_one_more_mark_never_lowers_a_map_estimate(case, data):
    params, marks = case
    item = data.draw(st.integers(0, params.n_items - 1))
    mark = data.draw(st.integers(1, int(params.n_categories[item]) - 1))
    lower, higher = marks.copy(), marks.copy()
    lower[:, item], higher[:, item] = mark - 1, mark
    assert (map_scores(higher, params).theta >= map_scores(lower, params).theta - 1e-6).all()


@FEW
@given(scored_forms(guessing=False), st.randoms(use_true_random=False))
def test_neither_the_order_of_items_nor_the_form_of_storage_changes_a_score(case, random):
    params, marks = case
    order = list(range(params.n_items))
    random.shuffle(order)
    for method in (ml_scores, map_scores, wle_scores, lambda m, p: eap_scores(m, p, GRID)):
        plain = method(marks, params)
        other = method(SparseResponses.from_dense(marks[:, order]), params.subset(order))
        np.testing.assert_allclose(other.theta, plain.theta, atol=1e-6)
        np.testing.assert_allclose(other.se, plain.se, rtol=1e-5)


@FEW
@given(scored_forms(guessing=False), floats(0.7, 1.5), floats(-1.0, 1.0))
def test_scores_move_with_the_scale_of_the_items(case, slope, intercept):
    params, marks = case
    moved = params.transformed(slope, intercept)
    plain, other = map_scores(marks, params), map_scores(marks, moved, NormalPrior(intercept, slope))
    np.testing.assert_allclose(other.theta, slope * plain.theta + intercept, atol=1e-6)
    np.testing.assert_allclose(other.se, slope * plain.se, rtol=1e-5)


@FEW
@given(forms())
def test_sum_scores_share_out_all_probability_and_rise_with_ability(params):
    found = score_distributions(THETA, params)
    assert found.shape[1] == (params.n_categories - 1).sum() + 1
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    reached = shares_at_or_above(found, np.arange(found.shape[1]))
    assert (np.diff(reached, axis=0) >= -1e-12).all()


@FEW
@given(st.lists(st.tuples(floats(0.3, 3), floats(-3, 3), floats(0, 0.4)), min_size=1, max_size=10))
def test_of_right_or_wrong_items_a_higher_sum_score_never_means_less_ability(rows):
    params = ItemParams(*np.array(rows).T)  # with partial credit it may (Hemker et al., 1996)
    assert (np.diff(sum_score_table(params, GRID).theta) > 0).all()


@FEW
@given(forms(most=4), forms(most=4))
def test_the_sum_of_two_forms_is_the_convolution_of_their_scores(first, second):
    both = score_distributions([0.3], ItemParams.concat([first, second]))[0]
    apart = np.convolve(score_distributions([0.3], first)[0], score_distributions([0.3], second)[0])
    np.testing.assert_allclose(both, apart, rtol=1e-9, atol=1e-300)


@FEW
@given(forms(most=4), st.lists(st.integers(-1, 12), max_size=4, unique=True))
def test_level_shares_share_out_everybody(params, cuts):
    assume(all(0 < cut <= (params.n_categories - 1).sum() for cut in cuts))
    shares = level_shares(score_distributions(THETA, params), sorted(cuts))
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


@given(
    st.lists(floats(-4, 4), min_size=2, max_size=20),
    floats(450, 550),
    st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.TRUNCATE, Rounding.NONE]),
    st.sampled_from([1.0, 5.0, 0.5]),
)
def test_reported_scores_keep_order_ends_and_the_side_of_a_cut(theta, cut, rounding, step):
    scale = ScoreScale(87.3, 501.7, 200.0, 800.0, rounding, step)
    ordered = np.sort(theta)
    for found in (scale.reported(ordered), scale.reported_consistently(ordered, [cut])):
        assert (np.diff(found) >= 0).all()
        assert ((found >= 200) & (found <= 800)).all()
        assert (np.abs(found - scale.unrounded(ordered)) <= step * (1 + 1e-9)).all()
    shown = scale.reported_consistently(ordered, [cut]) >= scale.printed_cuts([cut])[0]
    np.testing.assert_array_equal(shown, scale.levels(ordered, [cut]) == 1)


@given(floats(-2, 2), floats(0.3, 1.5), st.lists(floats(0, 0.999), min_size=2, max_size=20))
def test_draws_rise_with_the_uniform_number_and_stay_on_the_grid(mean, sd, uniform):
    draws = draw_from_grid(-0.5 * ((GRID.nodes - mean) / sd)[None] ** 2, GRID.nodes, np.sort(uniform)[None])[
        0
    ]
    assert (np.diff(draws) >= 0).all()
    assert ((draws >= -6) & (draws <= 6)).all()


@given(st.lists(floats(-5, 5), min_size=2, max_size=10), floats(0.01, 4))
def test_pooling_never_makes_a_figure_more_certain_than_its_sampling(estimates, variance):
    found = pool(estimates, [variance] * len(estimates))
    assert found.se**2 >= variance * (1 - 1e-12)
    assert 0 <= found.fraction_missing <= 1
    assert found.df >= len(estimates) - 1


@FEW
@given(st.integers(0, 2**32 - 1), floats(-0.4, 0.95))
def test_joint_scores_do_not_depend_on_the_order_of_competencies_and_stay_possible(seed, r):
    rng = np.random.default_rng(seed)
    params = ItemParams.two_pl(rng.lognormal(0, 0.3, 9), rng.normal(size=9))
    dimension = np.array([0, 1, 2] * 3)
    marks = rng.integers(-1, 2, size=(8, 9)).astype(np.int8)
    correlations = np.where(np.eye(3, dtype=bool), 1.0, r)
    scores = multidimensional_eap(marks, CompetencyModel(params, dimension), correlations)
    turned = multidimensional_eap(marks, CompetencyModel(params, 2 - dimension), correlations)
    np.testing.assert_allclose(turned.theta, scores.theta[:, ::-1], atol=1e-5)
    assert (np.linalg.eigvalsh(scores.covariance[scores.scored]) > 0).all()
    assert (scores.se[scores.scored] <= 1.0 + 1e-9).all()
