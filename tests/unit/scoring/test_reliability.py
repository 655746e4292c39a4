"""Reliability coefficients against their definitions, and against the truth of simulated forms."""

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from scoring.ctt import cronbach_alpha
from scoring.errors import InvalidResponses
from scoring.information import form_information
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.reliability import alpha, empirical_reliability, expected_omega, marginal_reliability, omega
from scoring.responses import MISSING, SparseResponses
from tests.unit.scoring.test_fit_m2 import MIXED, draw

GRID = normal_quadrature()
FORM = ItemParams.polytomous(
    np.linspace(0.6, 1.6, 12), np.add.outer(np.linspace(-1, 1, 12), [-0.8, 0.0, 0.8]), ItemModel.GRM
)


def test_alpha_is_the_ratio_of_variances_and_agrees_with_the_classical_module():
    marks = draw(FORM, 300, 1)
    variances, total = marks.var(axis=0, ddof=1).sum(), marks.sum(axis=1).var(ddof=1)
    assert alpha(marks).alpha == pytest.approx(12 / 11 * (1 - variances / total), abs=1e-12)
    assert cronbach_alpha(marks, n_categories=4) == pytest.approx(alpha(marks).alpha, abs=1e-12)


def test_feldts_interval_is_the_f_interval_and_covers():
    marks = draw(FORM, 120, 2)
    result = alpha(marks, confidence=0.9)
    for bound, tail in ((result.low, 0.95), (result.high, 0.05)):
        assert (1 - bound) / (1 - result.alpha) == pytest.approx(f_distribution.ppf(tail, 119, 119 * 11))
    # Feldt's own assumptions: essentially tau-equivalent normal parts, population alpha 10 v / (10 v + 1).
    rng, hits = np.random.default_rng(3), 0
    population = 10 * 0.5 / (10 * 0.5 + 1)
    for _ in range(200):
        parts = rng.normal(size=(80, 1)) * np.sqrt(0.5) + rng.normal(size=(80, 10))
        coded = np.clip(np.round(parts * 8 + 45), 0, 99).astype(int)
        interval = alpha(coded, confidence=0.9)
        hits += interval.low <= population <= interval.high
    assert 0.83 < hits / 200 < 0.96


def test_pairwise_alpha_uses_everyone_who_met_both_items():
    marks = draw(FORM, 400, 4)
    holes = marks.copy()
    holes[:200, 9:] = -1
    holes[200:, :3] = -1
    assert np.isnan(alpha(holes).alpha)  # nobody met them all
    assert np.isnan(alpha(holes, pairwise=True).alpha)  # and no one met the first and the last
    holes[:60] = marks[:60]
    found = alpha(holes, pairwise=True)
    covariance = np.empty((12, 12))
    for i in range(12):
        for j in range(12):
            both = (holes[:, i] >= 0) & (holes[:, j] >= 0)
            covariance[i, j] = np.cov(holes[both][:, i], holes[both][:, j])[0, 1]
    assert found.alpha == pytest.approx(12 / 11 * (1 - np.trace(covariance) / covariance.sum()), abs=1e-10)
    assert 60 < found.n_persons < 400
    assert alpha(marks, pairwise=True).alpha == pytest.approx(alpha(marks).alpha, abs=1e-12)


def test_omega_is_alpha_for_equal_loadings_and_above_it_otherwise():
    rng = np.random.default_rng(5)
    theta = rng.normal(size=(60_000, 1))
    equal = np.round((theta * 0.7 + rng.normal(size=(60_000, 8))) * 8 + 50).clip(0, 99).astype(int)
    assert omega(equal).omega == pytest.approx(alpha(equal).alpha, abs=2e-3)
    loadings = np.array([0.2, 0.3, 0.5, 0.9, 1.2, 1.5])
    unequal = np.round((theta * loadings + rng.normal(size=(60_000, 6))) * 6 + 50).clip(0, 99).astype(int)
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + 6)
    found = omega(unequal)
    assert found.is_converged
    assert not found.heywood
    assert found.omega == pytest.approx(truth, abs=0.01)
    assert found.loadings / 6 == pytest.approx(loadings, abs=0.03)
    assert alpha(unequal).alpha < found.omega


def test_the_factor_solves_the_equations_of_maximum_likelihood():
    """At the maximum diag(Sigma^-1 (S - Sigma) Sigma^-1) = 0: Lawley & Maxwell (1971), eq. 4.13."""
    marks = draw(FORM, 500, 6)
    found, covariance = omega(marks), np.cov(marks, rowvar=False)
    implied = np.outer(found.loadings, found.loadings) + np.diag(found.uniquenesses)
    inverse = np.linalg.inv(implied)
    gradient = inverse @ (covariance - implied) @ inverse
    assert np.diag(gradient) == pytest.approx(np.zeros(12), abs=1e-5)
    assert gradient @ found.loadings == pytest.approx(np.zeros(12), abs=1e-5)


def test_omega_needs_three_items_that_vary():
    assert np.isnan(omega([[0, 1], [1, 0], [1, 1]]).omega)
    assert np.isnan(omega([[0, 1, 1], [1, 0, 1], [1, 1, 1]]).omega)


def test_expected_omega_is_the_correlation_of_two_like_sittings():
    theta = np.random.default_rng(7).normal(size=40_000)
    twice = [draw(MIXED, 40_000, seed, theta).sum(axis=1) for seed in (8, 9)]
    assert expected_omega(MIXED, GRID) == pytest.approx(np.corrcoef(*twice)[0, 1], abs=0.012)


def test_marginal_reliability_is_one_number_of_information_and_spread():
    flat = ItemParams.two_pl(np.full(40, 1e-6), np.zeros(40))
    assert marginal_reliability(flat, GRID) == pytest.approx(0.0, abs=1e-9)
    wide = normal_quadrature(121, -12, 12, 0, 2.0)
    rho = [info / (info + 1 / 4) for info in form_information(wide.nodes, FORM)]
    assert marginal_reliability(FORM, wide) == pytest.approx(wide.weights @ rho, rel=1e-6)
    # A change of scale changes no reliability.
    moved = FORM.transformed(10.0, 50.0)
    grid = normal_quadrature(61, -10, 110, 50, 10)
    assert marginal_reliability(moved, grid) == pytest.approx(marginal_reliability(FORM, GRID), abs=1e-9)


def test_empirical_reliability_of_shrunken_and_raw_estimates():
    theta, se = np.array([-1.0, 0.0, 1.0, np.nan]), np.array([0.5, 0.5, 0.5, 0.1])
    assert empirical_reliability(theta, se) == pytest.approx(1.0 / 1.25)
    assert empirical_reliability(theta, se, shrunken=False) == pytest.approx(0.75)
    assert np.isnan(empirical_reliability([0.0, 0.0], [1.0, 1.0]))
    with pytest.raises(InvalidResponses):
        empirical_reliability([0.0], [1.0, 2.0])


@pytest.mark.parametrize("pairwise", [False, True])
def test_sparse_responses_have_the_alpha_and_omega_of_the_same_matrix(pairwise):
    rng = np.random.default_rng(5)
    marks = (rng.normal(size=(300, 1)) + rng.normal(size=(300, 6)) > 0).astype(np.int8) + 1
    marks[rng.random(marks.shape) < 0.1] = MISSING
    sparse = SparseResponses.from_dense(marks)
    dense, found = alpha(marks, pairwise=pairwise), alpha(sparse, pairwise=pairwise)
    assert (found.alpha, found.low, found.high) == pytest.approx((dense.alpha, dense.low, dense.high))
    assert (found.n_persons, found.n_items) == (dense.n_persons, dense.n_items)
    assert omega(sparse, pairwise=pairwise).omega == pytest.approx(omega(marks, pairwise=pairwise).omega)
