"""Plausible values: draws that have the posterior's shape, and Rubin's rules."""

import numpy as np
import pytest

from scoring.ability import NormalPrior, eap
from scoring.cuts import level_probabilities
from scoring.errors import InvalidCuts, InvalidPlausibleValues
from scoring.params import ItemParams
from scoring.plausible import draw_from_grid, plausible_values, pool, pooled_level_shares, pooled_mean
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import MISSING, SparseResponses
from scoring.simulate import simulate_responses

GRID = normal_quadrature()
ITEMS = ItemParams.two_pl([1.0, 1.5, 0.8, 1.2, 2.0], [-0.5, 0.0, 0.7, -1.0, 1.5])
PATTERNS = np.array([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, MISSING, 1, 0], [1, 1, 0, 1, 0]])


def test_draws_have_the_mean_sd_and_level_shares_of_the_posterior():
    rng = np.random.default_rng(1)
    draws = plausible_values(PATTERNS, ITEMS, GRID, rng, n_values=100_000)
    posterior = eap(PATTERNS, ITEMS, GRID)
    np.testing.assert_allclose(draws.mean(axis=1), posterior.theta, atol=0.01)
    np.testing.assert_allclose(draws.std(axis=1), posterior.se, atol=0.006)
    levels = level_probabilities(posterior.posterior, GRID.nodes, [-0.5, 0.55])
    found = np.stack([(draws < -0.5).mean(axis=1), (draws >= 0.55).mean(axis=1)], axis=1)
    np.testing.assert_allclose(found, levels[:, [0, 2]], atol=0.01)


def test_the_interpolated_normal_is_the_normal_even_on_a_coarse_grid():
    nodes, uniform = np.linspace(-6, 6, 61), (np.arange(20_000) + 0.5) / 20_000
    for mean, sd in ((0.0, 1.0), (0.33, 0.3), (-1.1, 0.2)):
        draws = draw_from_grid(-0.5 * ((nodes - mean) / sd)[None] ** 2, nodes, uniform[None])[0]
        assert draws.mean() == pytest.approx(mean, abs=1e-6)
        assert draws.std() == pytest.approx(sd, rel=1e-4)
        assert (np.diff(draws) >= 0).all()
        assert np.unique(draws).size == 20_000


def test_the_seed_decides_and_nobody_elses_responses_do():
    first, again = (plausible_values(PATTERNS, ITEMS, GRID, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    unscored = PATTERNS.copy()
    unscored[0] = MISSING
    other = plausible_values(unscored, ITEMS, GRID, np.random.default_rng(5))
    assert np.isnan(other[0]).all()
    np.testing.assert_array_equal(other[1:], first[1:])
    sparse = plausible_values(SparseResponses.from_dense(PATTERNS.astype(np.int8)), ITEMS, GRID,
                              np.random.default_rng(5))  # fmt: skip
    np.testing.assert_allclose(sparse, first, atol=1e-12)


def test_nodes_without_weight_are_never_drawn():
    nodes = np.linspace(-3, 3, 31)
    weights = np.where(np.abs(nodes) < 1.01, 1.0, 0.0)
    draws = plausible_values(
        PATTERNS, ITEMS, Quadrature(nodes, weights / weights.sum()), np.random.default_rng(2), n_values=2000
    )
    assert np.isfinite(draws).all()
    assert np.abs(draws).max() < 1.21


def test_levels_of_a_group_are_unbiased_where_those_of_eaps_are_not():
    rng = np.random.default_rng(7)
    params = ItemParams.two_pl(rng.lognormal(0, 0.2, 10), rng.normal(size=10))
    theta = rng.normal(size=8000)
    marks = simulate_responses(theta, params, rng)
    shares = pooled_level_shares(plausible_values(marks, params, GRID, rng), [-1.0, 1.0])
    assert [share.estimate for share in shares] == pytest.approx([0.159, 0.683, 0.159], abs=0.015)
    assert (eap(marks, params, GRID).theta > 1.0).mean() < 0.13
    assert sum(share.estimate for share in shares) == pytest.approx(1.0)
    # A short test leaves more to measurement than sampling 8,000 persons does.
    assert shares[2].se > np.sqrt(shares[2].within)


def test_only_conditional_values_keep_the_difference_between_groups():
    rng = np.random.default_rng(8)
    params = ItemParams.two_pl(np.full(8, 1.0), np.linspace(-1.5, 1.5, 8))
    means = np.repeat([-0.5, 0.5], 4000)
    marks = simulate_responses(rng.normal(means, 1.0), params, rng)
    wide = normal_quadrature(sd=np.sqrt(1.25))
    common = plausible_values(marks, params, wide, rng)
    own = plausible_values(marks, params, wide, rng, conditional=NormalPrior(means, 1.0))
    gap = [values[4000:].mean() - values[:4000].mean() for values in (common, own)]
    assert gap[1] == pytest.approx(1.0, abs=0.06)
    assert gap[0] < 0.8


def test_rubins_rules_by_hand():
    found = pool([10.0, 12.0, 11.0], [4.0, 4.0, 4.0])
    assert found.estimate == pytest.approx(11.0)
    assert found.between == pytest.approx(1.0)
    assert found.se == pytest.approx((4.0 + 4.0 / 3.0) ** 0.5)
    assert found.df == pytest.approx(2.0 * (1 + 4.0 / (4.0 / 3.0)) ** 2)
    assert found.fraction_missing == pytest.approx(0.25)
    agreed = pool([3.0, 3.0], [1.0, 1.0])
    assert agreed.se == 1.0
    assert agreed.df == np.inf
    assert np.isnan(pool([3.0], [1.0]).se)


def test_a_mean_leaves_out_the_unscored_and_counts_weights():
    values = np.array([[1.0, 1.0], [3.0, 3.0], [np.nan, np.nan], [100.0, 100.0]])
    found = pooled_mean(values, [1.0, 3.0, 5.0, 0.0])
    assert found.estimate == pytest.approx(2.5)
    plain = pooled_mean(values[:2])
    assert plain.se == pytest.approx(np.std([1, 3], ddof=1) / np.sqrt(2))
    assert np.isnan(pooled_mean(values[2:3]).estimate)


@pytest.mark.parametrize(("mean", "sd"), [(50.0, 1.0), (-5.9, 0.5), (0.0, 4.0)])
def test_a_prior_that_reaches_beyond_the_nodes_is_refused(mean, sd):
    means = np.zeros(len(PATTERNS))
    means[1] = mean
    sds = np.where(np.arange(means.size) == 1, sd, 1.0)
    with pytest.raises(InvalidPlausibleValues, match=r"prior of person 1, mean .* beyond the nodes, -6 to 6"):
        plausible_values(PATTERNS, ITEMS, GRID, np.random.default_rng(1), conditional=NormalPrior(means, sds))


def test_a_prior_within_the_nodes_is_drawn_from_as_it_is():
    nothing_known = ItemParams.two_pl([1e-9], [0.0])
    draws = plausible_values(
        np.ones((4000, 1)), nothing_known, normal_quadrature(), np.random.default_rng(2),
        conditional=NormalPrior(2.5, 1.1),
    )  # fmt: skip
    assert (draws.mean(), draws.std()) == pytest.approx((2.5, 1.1), abs=0.02)


def test_bad_input_is_named():
    with pytest.raises(InvalidPlausibleValues, match="n_values"):
        plausible_values(PATTERNS, ITEMS, GRID, np.random.default_rng(1), n_values=0)
    with pytest.raises(InvalidPlausibleValues, match="two vectors"):
        pool([1.0, 2.0], [1.0])
    with pytest.raises(InvalidPlausibleValues, match="2 numbers"):
        pooled_mean(np.ones((2, 3)), [1.0, -1.0])
    with pytest.raises(InvalidPlausibleValues, match="n_persons, n_values"):
        pooled_mean(np.ones(3))
    with pytest.raises(InvalidCuts):
        pooled_level_shares(np.ones((2, 3)), [1.0, 0.0])


def test_values_of_a_long_test_vary_as_its_posterior_does():
    rng = np.random.default_rng(3)
    params = ItemParams.two_pl(np.full(500, 1.5), rng.normal(size=500))
    marks = simulate_responses(rng.normal(size=3), params, rng)
    exact = eap(marks, params, normal_quadrature(2401))
    for conditional in (None, NormalPrior(0.0, 1.0)):
        values = plausible_values(
            marks,
            params,
            normal_quadrature(),
            np.random.default_rng(1),
            n_values=40_000,
            conditional=conditional,
        )
        np.testing.assert_allclose(values.mean(axis=1), exact.theta, atol=0.002)
        np.testing.assert_allclose(values.std(axis=1), exact.se, rtol=0.01)
