"""M2 against a form so small that all its response patterns can be enumerated."""

from itertools import product

import numpy as np
import pytest

from scoring.errors import InvalidResponses
from scoring.fit import M2Options, M2Status, m2, m2_by_form
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import SparseResponses

GRID = normal_quadrature()
MIXED = ItemParams.concat(
    [
        ItemParams.two_pl([1.1, 0.7, 1.6], [-0.4, 0.9, 0.1]),
        ItemParams.polytomous([0.9, 1.3], [[-0.8, 0.6], [0.2, -0.1]], ItemModel.GPCM),
        ItemParams.polytomous([1.2], [[-1.0, 0.5]], ItemModel.GRM),
    ]
)
POLYTOMOUS = {
    "GPCM": ItemParams.polytomous(
        [0.8, 1.2, 0.5, 1.0], [[-0.5, 0.4], [0.3, -0.2], [0, 1], [-1, 0.2]], ItemModel.GPCM
    ),
    "PCM": ItemParams.polytomous(np.ones(4), [[-0.5, 0.4], [0.3, -0.2], [0, 1], [-1, 0.2]], ItemModel.PCM),
    "RSM": ItemParams.polytomous(np.ones(4), np.add.outer([-0.4, 0, 0.3, 0.8], [-0.5, 0.5]), ItemModel.RSM),
    "mixed": MIXED,
    "2PL": ItemParams.two_pl([1.1, 0.7, 1.6, 0.9, 1.3], [-0.4, 0.9, 0.1, 0.2, -1]),
    "3PL": ItemParams(
        np.array([1.1, 0.7, 1.6, 0.9, 1.3, 1, 1]), np.array([-0.4, 0.9, 0.1, 0.2, -1, 0, 1]), np.full(7, 0.2)
    ),
    "1PL": ItemParams(
        np.full(5, 0.8), np.array([-0.4, 0.9, 0.1, 0.2, -1]), np.zeros(5), models=(ItemModel.ONE_PL,) * 5
    ),
}


def draw(params, n, seed, theta=None):
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=n) if theta is None else theta
    curves = category_probabilities(ability, params)
    return (rng.random((n, params.n_items, 1)) > np.cumsum(curves, axis=2)[:, :, :-1]).sum(axis=2)


def moment_values(pattern, params):
    """What one person contributes to each moment of C2."""
    single = [
        float(mark == k) for mark, m in zip(pattern, params.n_categories, strict=True) for k in range(1, m)
    ]
    return [*single, *(float(pattern[i] * pattern[j]) for i in range(len(pattern)) for j in range(i))]


def pattern_chances(params, patterns):
    curves = category_probabilities(GRID.nodes, params)
    return np.array(
        [GRID.weights @ np.prod([curves[:, i, x] for i, x in enumerate(p)], axis=0) for p in patterns]
    )


def free_steps(params):
    """Of each free parameter its name, the items that share it, and its step; "all" moves a whole item."""
    everyone, model = list(range(params.n_items)), params.models[0]
    if model is ItemModel.RSM:
        return [("all", [item], 0) for item in everyone] + [("thresholds", everyone, 0)]
    steps = [("thresholds", [item], k) for item in everyone for k in range(params.n_categories[item] - 1)]
    if model is ItemModel.ONE_PL:
        return [*steps, ("a", everyone, 0)]
    steps += [("a", [item], 0) for item in everyone if not params.models[item].has_unit_slope]
    return steps + [("c", [item], 0) for item in everyone if params.models[item] is ItemModel.THREE_PL]


def neighbours(params):
    """Parameter sets a small step up and down in each free parameter, shared ones in all their items."""
    h = 1e-5
    for name, items, k in free_steps(params):
        pair = []
        for sign in (1, -1):
            values = {"a": params.a.copy(), "c": params.c.copy(), "thresholds": params.thresholds.copy()}
            if name == "thresholds":
                values[name][items, k] += sign * h
            else:
                values["thresholds" if name == "all" else name][items] += sign * h
            b = values["thresholds"]
            pair.append(ItemParams(values["a"], b[:, 0], values["c"], b, params.models))
        yield (*pair, 2 * h)


def enumerated_m2(marks, params):
    """N e' K (K' Xi K)^-1 K' e with K orthogonal to the derivatives: Maydeu-Olivares & Joe (2006), eq. 3."""
    patterns = list(product(*(range(m) for m in params.n_categories)))
    values = np.array([moment_values(pattern, params) for pattern in patterns])
    chances = pattern_chances(params, patterns)
    mean = chances @ values
    xi = (values * chances[:, None]).T @ values - np.outer(mean, mean)
    columns = [
        (pattern_chances(up, patterns) - pattern_chances(down, patterns)) @ values / step
        for up, down, step in neighbours(params)
    ]
    delta = np.array(columns).T
    left, singular, _ = np.linalg.svd(delta)
    free = left[:, int((singular > 1e-7 * singular[0]).sum()) :]
    seen = np.mean([moment_values(row, params) for row in marks], axis=0)
    residual = free.T @ (seen - mean)
    return len(marks) * residual @ np.linalg.solve(free.T @ xi @ free, residual), free.shape[1]


@pytest.mark.parametrize("name", POLYTOMOUS)
def test_m2_equals_the_formula_with_all_patterns_enumerated(name):
    params = POLYTOMOUS[name]
    marks = draw(params, 400, 5)
    statistic, df = enumerated_m2(marks, params)
    ours = m2(marks, params, GRID, options=M2Options(population_parameters=0))
    assert ours.df == df
    assert ours.statistic == pytest.approx(statistic, rel=1e-6)


def test_of_dichotomous_items_both_kinds_of_moments_are_the_same():
    params = POLYTOMOUS["2PL"]
    marks = draw(params, 300, 8)
    full, means = (m2(marks, params, GRID, options=M2Options(collapse_single=flag)) for flag in (False, True))
    assert full.statistic == pytest.approx(means.statistic, rel=1e-12)


def test_means_instead_of_categories_leave_fewer_moments():
    params = ItemParams.polytomous(np.linspace(0.7, 1.3, 8), np.tile([-0.5, 0.5], (8, 1)), ItemModel.GPCM)
    marks = draw(params, 500, 4)
    assert m2(marks, params, GRID).df == 16 + 28 - 24
    assert m2(marks, params, GRID, options=M2Options(collapse_single=True)).df == 8 + 28 - 24


def test_persons_without_all_items_are_left_out_and_counted():
    params = POLYTOMOUS["2PL"]
    marks = draw(params, 300, 9)
    holes = marks.copy()
    holes[:40, 2] = -1
    partial, complete = m2(holes, params, GRID), m2(marks[40:], params, GRID)
    assert partial.n == 260
    assert partial.statistic == pytest.approx(complete.statistic, rel=1e-12)
    assert m2(holes[:40], params, GRID).status is M2Status.TOO_FEW_PERSONS


def test_each_form_has_its_own_m2_dense_or_sparse():
    params = ItemParams.two_pl(np.linspace(0.6, 1.5, 12), np.linspace(-1, 1, 12))
    marks = draw(params, 900, 10).astype(np.int8)
    marks[:500, 8:], marks[500:, :4] = -1, -1
    dense = m2_by_form(marks, params, GRID)
    sparse = m2_by_form(SparseResponses.from_dense(marks), params, GRID)
    assert [items.tolist() for items, _ in dense] == [list(range(8)), list(range(4, 12))]
    assert [fit.n for _, fit in dense] == [500, 400]
    for (items, fit), (_, same) in zip(dense, sparse, strict=True):
        alone = m2(marks[marks[:, items[0]] >= 0][:, items], params.subset(items), GRID)
        assert fit.statistic == pytest.approx(alone.statistic, rel=1e-12)
        assert fit.statistic == same.statistic


def test_what_cannot_be_computed_is_a_status():
    params = POLYTOMOUS["2PL"]
    marks = draw(params, 100, 1)
    assert m2(marks, params, GRID, options=M2Options(most_moments=5)).status is M2Status.TOO_MANY_MOMENTS
    small = m2(marks[:, :3], params.subset([0, 1, 2]), GRID)
    assert small.status is M2Status.NO_DEGREES_OF_FREEDOM
    with pytest.raises(InvalidResponses):
        m2(marks[:, :3], params, GRID)


def test_misfit_raises_m2_and_rmsea():
    params = ItemParams.two_pl(np.full(10, 1.2), np.linspace(-1, 1, 10))
    rng = np.random.default_rng(3)
    theta = rng.normal(size=1500)
    good = draw(params, 1500, 11, theta)
    halves = np.concatenate(
        [draw(params.subset(range(5)), 1500, 12, theta), draw(params.subset(range(5, 10)), 1500, 13, -theta)],
        axis=1,
    )
    fits, fails = m2(good, params, GRID), m2(halves, params, GRID)
    assert fits.rmsea < 0.03 < fails.rmsea
    assert fits.rmsea_low <= fits.rmsea <= fits.rmsea_high
    assert fits.cfi > 0.95
