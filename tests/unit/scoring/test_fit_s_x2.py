"""S-X2 against enumeration of all patterns, and over forms."""

from itertools import product

import numpy as np
import pytest

from scoring.errors import InvalidResponses, NotCalibrated
from scoring.fit import SX2Options, s_x2
from scoring.fit._sparse_cells import collapse
from scoring.fit.s_x2 import scores_without_each
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import SparseResponses
from tests.unit.scoring.test_fit_m2 import MIXED, draw

GRID = normal_quadrature()


def test_the_score_on_the_other_items_is_what_enumeration_gives():
    curves = category_probabilities(GRID.nodes[::12], MIXED)
    sizes = MIXED.n_categories.tolist()
    found = dict(scores_without_each(curves, sizes))
    assert sorted(found) == list(range(MIXED.n_items))
    for left_out in range(MIXED.n_items):
        others = [i for i in range(MIXED.n_items) if i != left_out]
        expected = np.zeros((len(curves), sum(sizes[i] - 1 for i in others) + 1))
        for pattern in product(*(range(sizes[i]) for i in others)):
            chance = np.prod([curves[:, i, x] for i, x in zip(others, pattern, strict=True)], axis=0)
            expected[:, sum(pattern)] += chance
        assert found[left_out] == pytest.approx(expected, abs=1e-14)


def test_without_sparse_cells_the_statistic_is_the_textbook_sum():
    params = ItemParams.two_pl([1.0, 1.3, 0.8, 1.1], [0.0, 0.3, -0.2, 0.1])
    marks = draw(params, 5000, 3)
    curves = category_probabilities(GRID.nodes, params)
    for item in range(4):
        statistic = 0.0
        for score in (1, 2, 3):
            right = total = 0.0
            for pattern in product((0, 1), repeat=4):
                if sum(pattern) == score:
                    chance = GRID.weights @ np.prod([curves[:, i, x] for i, x in enumerate(pattern)], axis=0)
                    total += chance
                    right += chance * pattern[item]
            group = marks[marks.sum(axis=1) == score]
            share, expected = group[:, item].mean(), right / total
            statistic += len(group) * (share - expected) ** 2 / (expected * (1 - expected))
        ours = s_x2(marks, params, GRID)
        assert ours.statistic[item] == pytest.approx(statistic, rel=1e-10)
        assert ours.df[item] == 3 - 2


def test_a_sum_over_forms_takes_the_parameters_off_once():
    params = ItemParams.two_pl(np.linspace(0.7, 1.4, 15), np.linspace(-1, 1, 15))
    marks = draw(params, 1200, 4).astype(np.int8)
    marks[:700, 10:], marks[700:, :5] = -1, -1
    whole = s_x2(marks, params, GRID)
    first = s_x2(marks[:700, :10], params.subset(range(10)), GRID)
    second = s_x2(marks[700:, 5:], params.subset(range(5, 15)), GRID)
    shared = slice(5, 10)
    assert whole.statistic[shared] == pytest.approx(first.statistic[5:] + second.statistic[:5], rel=1e-12)
    assert (whole.df[shared] == first.df[5:] + second.df[:5] + 2).all()
    assert whole.statistic[:5] == pytest.approx(first.statistic[:5], rel=1e-12)
    assert whole.n_forms.tolist() == [1] * 5 + [2] * 5 + [1] * 5
    sparse = s_x2(SparseResponses.from_dense(marks), params, GRID)
    assert sparse.statistic.tolist() == whole.statistic.tolist()


def test_with_a_form_per_person_there_is_no_statistic_and_no_flag():
    params = ItemParams.two_pl(np.ones(12), np.linspace(-1, 1, 12))
    marks = draw(params, 60, 5)
    marks[np.random.default_rng(6).random(marks.shape) < 0.5] = -1
    ours = s_x2(marks, params, GRID, options=SX2Options(min_persons=20))
    assert np.isnan(ours.statistic).all()
    assert np.isnan(ours.p).all()
    assert not ours.n_forms.any()


def test_known_parameters_take_nothing_off_and_true_ones_fit():
    rng = np.random.default_rng(8)
    params = ItemParams.two_pl(rng.lognormal(0, 0.3, 40), rng.normal(size=40))
    ours = s_x2(draw(params, 3000, 9), params, GRID, options=SX2Options(n_free=(0,) * 40))
    assert abs((ours.statistic / ours.df).mean() - 1) < 0.1
    assert (ours.p_adjusted < 0.05).sum() <= 1


def test_an_item_of_another_shape_is_the_one_flagged():
    rng = np.random.default_rng(10)
    params = ItemParams.two_pl(np.full(20, 1.2), rng.normal(size=20))
    theta = rng.normal(size=3000)
    marks = draw(params, 3000, 11, theta)
    marks[:, 7] = rng.random(3000) < 0.5 + 0.45 * np.cos(2 * theta)
    ours = s_x2(marks, params, GRID)
    assert ours.p_adjusted.argmin() == 7
    assert ours.p_adjusted[7] < 1e-6


def test_mixed_models_are_fitted_each_with_its_own_parameters_taken_off():
    ours = s_x2(draw(MIXED, 4000, 12), MIXED, GRID)
    assert (ours.df > 0).all()
    unit = ItemParams.polytomous(np.ones(6), np.tile([-0.7, 0.7], (6, 1)), ItemModel.PCM)
    free, fixed = (
        s_x2(draw(unit, 4000, 13), unit, GRID, options=SX2Options(population_parameters=k)).df for k in (1, 0)
    )
    assert (fixed - free == 1).all()
    assert (s_x2(draw(unit, 4000, 13), unit, GRID).df == free).all()  # unit slopes: the spread was estimated


def test_merging_leaves_totals_and_enough_expected():
    rng = np.random.default_rng(2)
    for _ in range(40):
        expected = rng.gamma(0.6, 2.0, (25, 4))
        observed = rng.poisson(expected).astype(float)
        seen, model = collapse(observed, expected, 1.0)
        kept = observed.sum(axis=1) > 0
        assert seen.sum() == observed.sum()
        assert model.sum() == pytest.approx(expected[kept].sum())
        assert len(model) == 1 or model[model > 0].min() >= 1.0


def test_an_empty_table_stays_empty():
    seen, model = collapse(np.zeros((5, 3)), np.ones((5, 3)), 1.0)
    assert seen.shape == model.shape == (0, 3)


def test_bad_input_is_refused():
    params = ItemParams.two_pl([1.0, 1.0], [0.0, 1.0])
    with pytest.raises(InvalidResponses):
        s_x2([[0, 1, 1]], params, GRID)
    with pytest.raises(InvalidResponses):
        s_x2([[0, 2]], params, GRID)
    with pytest.raises(NotCalibrated):
        s_x2([[0, 1]], ItemParams.two_pl([np.nan, 1.0], [np.nan, 0.0]), GRID)
