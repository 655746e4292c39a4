"""Drift between campaigns: each figure against its definition, and planted drift found."""

import numpy as np
import pytest
from scipy.stats import linregress, spearmanr

from scoring.drift import DriftFlag, DriftOptions, DriftReason, ParameterErrors, item_drift
from scoring.drift_monitoring import (
    ExposureOptions,
    ExposureReason,
    cusum,
    exposure_drift,
    residual_change,
)
from scoring.errors import InvalidOptions, InvalidParameters, InvalidResponses
from scoring.linking import robust_z_of_anchors
from scoring.models import category_probabilities, expected_marks
from scoring.params import ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING, SparseResponses
from scoring.simulate import simulate_responses


def bank(n: int = 20) -> tuple[ItemParams, ItemParams]:
    """Two calibrations with small random changes; item 0 is 0.9 easier, item 1 has lost half its slope."""
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0.8, 1.6, n), rng.normal(size=n)
    new_a, new_b = a * np.exp(rng.normal(0, 0.05, n)), b + rng.normal(0, 0.05, n)
    new_b[0], new_a[1] = b[0] - 0.9, a[1] / 2
    return ItemParams.two_pl(a, b), ItemParams.two_pl(new_a, new_b)


def test_planted_drift_is_flagged_and_little_else() -> None:
    old, new = bank()
    found = item_drift(old, new, options=DriftOptions(robust_z=2.7))
    assert found.flags[0] == (DriftFlag.DIFFICULTY, DriftFlag.CURVE)
    assert DriftFlag.DISCRIMINATION in found.flags[1]
    assert sum(bool(f) for f in found.flags[2:]) <= 2
    assert found.signed_area[0] == pytest.approx(-0.9)


def test_d_square_and_robust_z_follow_their_definitions() -> None:
    old, new = bank()
    found = item_drift(old, new, options=DriftOptions(ability=normal_quadrature(mean=0.3)))
    q = normal_quadrature(mean=0.3)
    gaps = expected_marks(q.nodes, new) - expected_marks(q.nodes, old)
    assert np.allclose(found.d_square, [np.average(g**2, weights=q.weights) for g in gaps.T], atol=1e-15)
    d = np.sort(new.b - old.b)
    quartile = [d[4] + 0.75 * (d[5] - d[4]), d[14] + 0.25 * (d[15] - d[14])]  # 20 values: places 4.75, 14.25
    z = (new.b - old.b - (d[9] + d[10]) / 2) / (0.74 * (quartile[1] - quartile[0]))
    assert np.allclose(found.robust_z_b, z, atol=1e-12)


def test_robust_z_does_not_depend_on_the_link() -> None:
    old, new = bank()
    shifted = new.transformed(1.2, 0.4)
    a = item_drift(old, new)
    b = item_drift(old.transformed(1.2, 0.4), shifted)
    assert np.allclose(a.robust_z_b, b.robust_z_b)


def test_lords_chi_square_is_the_quadratic_form_with_the_sum_of_covariances() -> None:
    old, new = bank(3)
    rng = np.random.default_rng(2)
    roots = rng.normal(0, 0.1, (2, 3, 3, 3))  # a, c, b
    errors = [ParameterErrors(r @ r.transpose(0, 2, 1)) for r in roots]
    found = item_drift(old, new, (errors[0], errors[1]))
    for item in range(3):
        v = np.array([new.a[item] - old.a[item], new.b[item] - old.b[item]])
        s = (errors[0].covariance[item] + errors[1].covariance[item])[np.ix_([0, 2], [0, 2])]
        assert abs(found.chi_square[item] / (v @ np.linalg.inv(s) @ v) - 1) < 1e-9
    assert found.df.tolist() == [2, 2, 2]
    diagonal = ParameterErrors.from_standard_errors(old, [0.1, 0.0, np.nan], [0.2, 0.2, 0.2])
    part = item_drift(old, new, (diagonal, diagonal))
    assert part.df.tolist() == [2, 1, 1]
    assert abs(part.chi_square[1] - (new.b[1] - old.b[1]) ** 2 / 0.08) < 1e-9
    a, b = (new.a[0] - old.a[0]) ** 2 / 0.02, (new.b[0] - old.b[0]) ** 2 / 0.08
    assert abs(part.chi_square[0] - a - b) < 1e-9


def test_lords_chi_square_without_drift_is_chi_square_distributed() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    covariance = np.array([[0.02, 0.01], [0.01, 0.04]])
    draws = rng.multivariate_normal([1.2, 0.0], covariance, size=(2, n))
    sides = [ItemParams.two_pl(d[:, 0], d[:, 1]) for d in draws]
    errors = ParameterErrors(np.tile(np.insert(np.insert(covariance, 1, 0, 0), 1, 0, 1), (n, 1, 1)))
    p = item_drift(sides[0], sides[1], (errors, errors)).p
    assert abs((p < 0.05).mean() - 0.05) < 0.012


def test_polytomous_items_and_items_of_one_campaign_only() -> None:
    old = ItemParams.polytomous([1.0, 1.2, np.nan], [[-1, 0, 1], [-0.5, 0.2, 0.4], [np.nan] * 3])
    new = ItemParams.polytomous([1.0, 1.2, 1.0], [[-1.2, -0.1, 0.8], [-0.5, 0.2, 0.4], [0.0, 1, 2]])
    errors = ParameterErrors.from_standard_errors(new, [0.1] * 3, np.full((3, 3), 0.2))
    found = item_drift(old, new, (errors, errors))
    assert found.signed_area[0] == pytest.approx(-0.5)
    assert found.df.tolist() == [4, 4, 0]
    assert found.reasons[2] is DriftReason.NOT_CALIBRATED
    assert np.isnan(found.d_square[2])
    assert found.flags[2] == ()


def test_cusum_finds_a_slow_drift_and_waits_through_campaigns_without_the_item() -> None:
    b = np.array([[0.0, 0.0], [-0.1, 0.0], [np.nan, 0.0], [-0.2, 0.0], [-0.3, 0.0], [-0.3, 0.0]])
    found = cusum(b, np.full(b.shape, 0.1), [0.0, 0.0])
    assert np.allclose(found.easier[:, 0], [0, 0.5, 0.5, 2.0, 4.5, 7.0])
    assert found.first_alarm.tolist() == [4, -1]
    assert found.direction.tolist() == [-1, 0]
    assert not found.harder.any()


def test_false_alarms_of_cusum_are_as_rare_as_stated() -> None:
    z = np.random.default_rng(4).normal(size=(400, 1500))
    found = cusum(z, np.ones(z.shape), np.zeros(1500))
    waits = np.where(found.first_alarm < 0, 400, found.first_alarm + 1)
    rate = (found.first_alarm >= 0).sum() / waits.sum()  # the maximum likelihood of a constant hazard
    assert abs(1 / rate - 168) < 15


def test_exposure_and_change_are_related_as_by_scipy_and_leaks_are_named() -> None:
    rng = np.random.default_rng(5)
    exposure = rng.integers(50, 2000, 60).astype(float)
    change = rng.normal(0, 0.1, 60) - 0.0002 * exposure
    change[3], exposure[3] = -1.2, 1990.0
    change[4], exposure[4] = -1.2, 60.0
    change[5] = np.nan
    known = np.arange(60) != 5
    found = exposure_drift(change, exposure)
    line = linregress(exposure[known], change[known])
    ranks = spearmanr(exposure[known], change[known])
    assert abs(found.slope - line.slope) < 1e-12
    assert abs((found.upper - found.lower) / 2 - 2.0024655 * line.stderr) < 1e-9  # t of 57 at 0.975
    assert found.rank_correlation == pytest.approx(ranks.statistic)
    assert found.p == pytest.approx(ranks.pvalue)
    assert found.suspects[3]
    assert not found.suspects[4]
    assert found.n_items == 59
    unsure = exposure_drift(change, exposure, np.full(60, 1.0))
    assert not unsure.suspects.any()


def test_the_interval_of_the_slope_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(6)
    x, hits = rng.uniform(0, 1000, 25), 0
    se = rng.uniform(0.05, 0.3, 25)
    for _ in range(600):
        found = exposure_drift(-0.001 * x + rng.normal(0, se), x, se, options=ExposureOptions(confidence=0.9))
        hits += found.lower < -0.001 < found.upper
    assert abs(hits / 600 - 0.9) < 0.035


def test_what_cannot_be_related_has_a_reason() -> None:
    assert exposure_drift([0.1, 0.2], [1, 2]).reason is ExposureReason.TOO_FEW_ITEMS
    found = exposure_drift([0.1, 0.2, 0.3, 0.4], [7, 7, 7, 7])
    assert found.reason is ExposureReason.NO_VARIATION
    assert np.isnan(found.slope)


def test_residuals_tell_a_change_of_difficulty_without_a_new_calibration() -> None:
    rng = np.random.default_rng(7)
    old = ItemParams.polytomous([1.0, 1.0, 1.0], [[-0.5, 0.3], [0.2, np.nan], [0.0, 0.6]])
    new = ItemParams.polytomous([1.0, 1.0, 1.0], [[-0.5, 0.3], [0.0, np.nan], [0.2, 0.8]])
    theta = rng.normal(size=6000)
    cumulated = np.cumsum(category_probabilities(theta, new), axis=2)
    marks = (rng.random((6000, 3, 1)) > cumulated[:, :, :-1]).sum(axis=2).astype(np.int8)
    marks[rng.random(marks.shape) < 0.3] = MISSING
    theta[:10] = np.nan
    found = residual_change(marks, theta, old)
    assert (np.abs(found.change - [0.0, -0.2, 0.2]) < 3 * found.se).all()
    p = category_probabilities(theta[10:], old)
    expected, square = p @ np.arange(3), p @ np.arange(3) ** 2
    met = marks[10:] >= 0
    for item in range(3):
        rows = met[:, item]
        residual = (marks[10:, item] - expected[:, item])[rows].sum()
        information = (square - expected**2)[rows, item].sum()
        assert abs(found.change[item] + residual / information) < 1e-12
        assert abs(found.se[item] - information**-0.5) < 1e-12
    sparse = residual_change(SparseResponses.from_dense(marks), theta, old)
    assert np.allclose(sparse.change, found.change, atol=1e-14)
    assert sparse.n.tolist() == found.n.tolist() == met.sum(axis=0).tolist()


def test_residual_change_is_in_logits_and_change_b_in_units_of_theta() -> None:
    rng = np.random.default_rng(8)
    old = ItemParams.two_pl([0.5, 1.0, 2.0, -1.0], [0.0, 0.2, -0.3, 0.0])
    new = ItemParams.two_pl(old.a, old.b + np.array([-0.3, 0.0, 0.1, 0.1]))
    theta = rng.normal(size=40000)
    found = residual_change(simulate_responses(theta, new, rng), theta, old)
    assert (np.abs(found.change_b - [-0.3, 0.0, 0.1, 0.1]) < 3 * found.se_b + 0.01).all()
    assert found.change_b * old.a == pytest.approx(found.change)
    assert found.se_b * np.abs(old.a) == pytest.approx(found.se)


def test_items_whose_middle_half_agrees_are_judged_alike_when_linking_and_in_drift() -> None:
    old = ItemParams.two_pl(np.ones(5), np.arange(5.0))
    new = ItemParams.two_pl(np.ones(5), np.array([0.0, 1.0, 2.0, 3.0, 4.5]))
    found = item_drift(old, new)
    assert found.robust_z_b == pytest.approx(-robust_z_of_anchors(new, old)[1])  # new - old, old - new
    assert found.flags == ((), (), (), (), (DriftFlag.DIFFICULTY,))
    assert set(found.reasons) == {None}


def test_bad_input_is_refused_by_name() -> None:
    old, new = bank(3)
    errors = ParameterErrors.from_standard_errors(old.subset([0, 1]), [0.1, 0.1], [0.1, 0.1])
    with pytest.raises(InvalidParameters, match="errors of old, covariance: expected 3 items"):
        item_drift(old, new, (errors, errors))
    in_another_order = ParameterErrors(np.tile(np.eye(2), (3, 1, 1)))  # a, b
    with pytest.raises(InvalidParameters, match=r"errors of old: expected 3 parameters .*a, c, b_1"):
        item_drift(old, new, (in_another_order, in_another_order))
    with pytest.raises(InvalidParameters, match="campaigns by items"):
        cusum([[0.0]], [[0.1, 0.1]], [0.0])
    with pytest.raises(InvalidParameters, match="negative"):
        exposure_drift([0.0], [-1.0])
    with pytest.raises(InvalidOptions, match="positive"):
        DriftOptions(robust_z=0.0)
    with pytest.raises(InvalidResponses, match="expected 2 persons by 3 items"):
        residual_change(np.zeros((3, 3)), [0.0, 0.0], old)
