"""Classical statistics of items with more than two marks."""

import numpy as np
import pytest

from scoring.ctt import cronbach_alpha, item_statistics
from scoring.errors import InvalidResponses
from tests.unit.scoring.test_fit_m2 import MIXED, draw

SIZES = MIXED.n_categories


@pytest.fixture(scope="module")
def marks():
    return draw(MIXED, 500, 21)


def test_p_is_the_mean_mark_over_the_highest_and_the_correlation_leaves_the_item_out(marks):
    statistics = item_statistics(marks, n_categories=SIZES)
    assert statistics.p == pytest.approx(marks.mean(axis=0) / (SIZES - 1))
    rest = marks.sum(axis=1, keepdims=True) - marks
    textbook = [np.corrcoef(marks[:, j], rest[:, j])[0, 1] for j in range(MIXED.n_items)]
    assert statistics.point_biserial == pytest.approx(np.array(textbook), abs=1e-12)


def test_with_holes_the_rest_score_is_the_mean_surplus_of_the_other_items(marks):
    holes = marks.copy()
    holes[np.random.default_rng(1).random(holes.shape) < 0.4] = -1
    met = holes >= 0
    mean = np.array([holes[met[:, j], j].mean() for j in range(MIXED.n_items)])
    ours = item_statistics(holes, n_categories=SIZES)
    for j in range(MIXED.n_items):
        others = np.delete(np.arange(MIXED.n_items), j)
        use = met[:, j] & met[:, others].any(axis=1)
        surplus = np.where(met, holes - mean, 0.0)[use][:, others].sum(axis=1)
        rest = surplus / met[use][:, others].sum(axis=1)
        assert ours.point_biserial[j] == pytest.approx(np.corrcoef(holes[use, j], rest)[0, 1], abs=1e-12)


def test_an_outside_criterion_is_used_as_given(marks):
    theta = np.random.default_rng(2).normal(size=500)
    theta[:30] = np.nan
    ours = item_statistics(marks, criterion=theta, n_categories=SIZES).point_biserial
    expected = [np.corrcoef(marks[30:, j], theta[30:])[0, 1] for j in range(MIXED.n_items)]
    assert ours == pytest.approx(np.array(expected), abs=1e-12)


def test_dichotomous_items_come_out_the_same_by_either_road(marks):
    binary = (marks > 0).astype(int)
    one, other = item_statistics(binary), item_statistics(binary, n_categories=3)
    assert other.point_biserial == pytest.approx(one.point_biserial, abs=1e-12)
    assert other.p * 2 == pytest.approx(one.p)


def test_marks_beyond_an_item_are_refused_and_alpha_takes_them_when_told(marks):
    with pytest.raises(InvalidResponses):
        item_statistics(marks)
    with pytest.raises(InvalidResponses):
        cronbach_alpha(marks)
    total, single = marks.sum(axis=1).var(ddof=1), marks.var(axis=0, ddof=1).sum()
    n = MIXED.n_items
    assert cronbach_alpha(marks, n_categories=SIZES) == pytest.approx(n / (n - 1) * (1 - single / total))


def test_an_item_nobody_met_is_nan(marks):
    holes = marks.copy()
    holes[:, 3] = -1
    ours = item_statistics(holes, n_categories=SIZES)
    assert np.isnan(ours.p[3])
    assert np.isnan(ours.point_biserial[3])
    assert np.isfinite(ours.point_biserial[[0, 1, 2, 4, 5]]).all()
