"""Mean squares, Q3, local dependence, curves and flags with responses missing by design."""

import numpy as np
import pytest

from scoring import dif
from scoring.errors import InvalidParameters, InvalidResponses
from scoring.fit import (
    benjamini_hochberg,
    item_curve,
    item_mean_squares,
    local_dependence,
    misfit_flags,
    person_mean_squares,
    q3,
)
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import SparseResponses
from tests.unit.scoring.test_fit_m2 import MIXED, draw

GRID = normal_quadrature()


@pytest.fixture(scope="module")
def holes():
    rng = np.random.default_rng(3)
    theta = rng.normal(size=300)
    marks = draw(MIXED, 300, 4, theta).astype(np.int8)
    marks[:120, 4:] = -1  # a form
    marks[200:][rng.random((100, MIXED.n_items)) < 0.4] = -1  # a form per person
    theta[7] = np.nan
    return marks, theta


def moments(theta):
    p = category_probabilities(theta, MIXED)
    k = np.arange(p.shape[2])
    expected = p @ k
    deviation = k - expected[:, :, None]
    return expected, (p * deviation**2).sum(axis=2), (p * deviation**4).sum(axis=2)


def test_mean_squares_are_the_textbook_sums_over_what_was_met(holes):
    marks, theta = holes
    expected, variance, fourth = moments(np.nan_to_num(theta))
    counted = (marks >= 0) & np.isfinite(theta)[:, None]
    items = item_mean_squares(marks, MIXED, theta)
    for j in range(MIXED.n_items):
        use = counted[:, j]
        x, e, w, c = (values[use, j] for values in (marks, expected, variance, fourth))
        n = use.sum()
        outfit, infit = ((x - e) ** 2 / w).mean(), ((x - e) ** 2).sum() / w.sum()
        q_out, q_in = np.sqrt((c / w**2).sum() / n**2 - 1 / n), np.sqrt((c - w**2).sum()) / w.sum()
        assert items.n[j] == n
        assert items.outfit[j] == pytest.approx(outfit, abs=1e-12)
        assert items.infit[j] == pytest.approx(infit, abs=1e-12)
        assert items.z_outfit[j] == pytest.approx((outfit ** (1 / 3) - 1) * 3 / q_out + q_out / 3, abs=1e-10)
        assert items.z_infit[j] == pytest.approx((infit ** (1 / 3) - 1) * 3 / q_in + q_in / 3, abs=1e-10)
    persons = person_mean_squares(marks, MIXED, theta)
    assert np.isnan(persons.outfit[7])
    assert persons.n.tolist() == counted.sum(axis=1).tolist()


def test_sparse_and_dense_responses_agree(holes):
    marks, theta = holes
    sparse = SparseResponses.from_dense(marks)
    assert item_mean_squares(sparse, MIXED, theta).infit == pytest.approx(
        item_mean_squares(marks, MIXED, theta).infit, abs=1e-13
    )
    assert q3(sparse, MIXED, theta).q3 == pytest.approx(q3(marks, MIXED, theta).q3, abs=1e-12)
    dense_ld, sparse_ld = (local_dependence(data, MIXED, GRID) for data in (marks, sparse))
    assert sparse_ld.chi_square == pytest.approx(dense_ld.chi_square, nan_ok=True)


def test_q3_correlates_the_residuals_of_those_who_met_both(holes):
    marks, theta = holes
    expected = moments(np.nan_to_num(theta))[0]
    ours = q3(marks, MIXED, theta)
    for i in range(MIXED.n_items):
        for j in range(i):
            both = (marks[:, i] >= 0) & (marks[:, j] >= 0) & np.isfinite(theta)
            residual = marks[both] - expected[both]
            textbook = np.corrcoef(residual[:, i], residual[:, j])[0, 1]
            assert ours.q3[i, j] == ours.q3[j, i] == pytest.approx(textbook, abs=1e-11)
            assert ours.n[i, j] == both.sum()


def test_pairs_nobody_met_together_are_nan_and_never_flagged():
    params = ItemParams.two_pl(np.ones(4), np.zeros(4))
    marks = draw(params, 200, 5)
    marks[:100, 2:], marks[100:, :2] = -1, -1
    ours = q3(marks, params, np.zeros(200))
    assert np.isnan(ours.q3[0, 2])
    assert np.isfinite(ours.q3[0, 1])
    assert (0, 2) not in ours.flagged(0.0)
    assert np.isnan(local_dependence(marks, params, GRID).chi_square[0, 2])


def test_two_items_with_one_stimulus_are_the_pair_flagged():
    rng = np.random.default_rng(6)
    params = ItemParams.two_pl(np.full(15, 1.2), np.linspace(-1, 1, 15))
    theta = rng.normal(size=2000)
    marks = draw(params, 2000, 7, theta)
    copied = rng.random(2000) < 0.6
    marks[copied, 4] = marks[copied, 9]
    assert q3(marks, params, theta).flagged()[0] == (4, 9)
    dependence = local_dependence(marks, params, GRID)
    assert np.nanargmax(dependence.standardised) in (4 * 15 + 9, 9 * 15 + 4)
    assert dependence.cramers_v[4, 9] > 0.2
    assert (dependence.df == 1).all()


def test_local_dependence_is_pearsons_chi_square_of_each_table(holes):
    marks, _ = holes
    curves = category_probabilities(GRID.nodes, MIXED)
    ours = local_dependence(marks, MIXED, GRID)
    for i in range(MIXED.n_items):
        for j in range(i):
            both = (marks[:, i] >= 0) & (marks[:, j] >= 0)
            chi_square = 0.0
            for x in range(MIXED.n_categories[i]):
                for y in range(MIXED.n_categories[j]):
                    expected = both.sum() * (GRID.weights @ (curves[:, i, x] * curves[:, j, y]))
                    seen = (both & (marks[:, i] == x) & (marks[:, j] == y)).sum()
                    chi_square += (seen - expected) ** 2 / expected
            df = (MIXED.n_categories[i] - 1) * (MIXED.n_categories[j] - 1)
            assert ours.chi_square[i, j] == pytest.approx(chi_square, rel=1e-9)
            assert ours.df[i, j] == df
            assert abs(ours.standardised[i, j]) == pytest.approx(abs(chi_square - df) / np.sqrt(2 * df))


def test_a_curve_counts_everyone_who_met_the_item_once(holes):
    marks, theta = holes
    for item in (0, 4):
        curve = item_curve(marks, MIXED, theta, item, n_bins=6)
        met = (marks[:, item] >= 0) & np.isfinite(theta)
        assert curve.n.sum() == met.sum()
        assert (np.diff(curve.theta) > 0).all()
        highest = MIXED.n_categories[item] - 1
        assert (curve.n * curve.observed).sum() == pytest.approx(marks[met, item].sum() / highest)
        assert ((curve.low <= curve.observed) & (curve.observed <= curve.high)).all()
        assert curve.categories.sum(axis=1) == pytest.approx(np.ones(curve.n.size))
        expected = moments(theta[met])[0][:, item].sum() / highest
        assert (curve.n * curve.expected).sum() == pytest.approx(expected)
    with pytest.raises(InvalidParameters):
        item_curve(marks, MIXED, theta, 99)


def test_intervals_of_a_curve_hold_the_model_where_it_is_true():
    params = ItemParams.two_pl([1.3, 0.8], [0.2, -0.5])
    theta = np.random.default_rng(2).normal(size=20_000)
    curve = item_curve(draw(params, 20_000, 3, theta), params, theta, 0, n_bins=20)
    inside = (curve.low <= curve.expected) & (curve.expected <= curve.high)
    assert inside.sum() >= 17


def test_adjusted_p_values_are_benjamini_and_hochbergs():
    p = [0.01, 0.04, np.nan, 0.03, 0.005]
    # sorted .005 .01 .03 .04 of 4 tests: .02, .02, .04, .04
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, np.nan, 0.04, 0.02], nan_ok=True)
    assert misfit_flags(p, 0.03).tolist() == [True, False, False, False, True]
    assert benjamini_hochberg([]).size == 0
    with pytest.raises(InvalidResponses):
        benjamini_hochberg([1.2])


def test_extreme_abilities_stay_finite():
    params = ItemParams.two_pl([2.0, 1.0], [0.0, 3.0])
    squares = item_mean_squares([[1, 1], [0, 0], [1, 0]], params, [40.0, -40.0, 0.7])
    assert np.isfinite(squares.outfit).all()
    assert np.isfinite(squares.z_infit).all()


def test_fit_and_dif_adjust_p_values_by_one_function():
    assert benjamini_hochberg is dif.benjamini_hochberg
