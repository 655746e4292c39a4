"""Sampling errors of item parameters: one class, in the order of a calibration, for linking and drift."""

from dataclasses import replace

import numpy as np
import pytest

from scoring import CalibrationOptions, ItemParams, StandardErrorMethod, calibrate, drift, linking
from scoring.drift import item_drift
from scoring.errors import InvalidParameters
from scoring.linking import mean_mean, mean_sigma, with_delta_errors
from scoring.parameter_errors import ParameterErrors
from scoring.simulate import draw_params, simulate_responses


@pytest.fixture(scope="module")
def calibration():
    rng = np.random.default_rng(1)
    items = ItemParams.concat([draw_params("2PL", 5, rng), draw_params("GPCM", 3, rng, n_categories=3)])
    return calibrate(simulate_responses(rng.normal(size=1500), items, rng), items.models)


def test_linking_and_drift_share_one_class() -> None:
    assert linking.ParameterErrors is drift.ParameterErrors is ParameterErrors


def test_errors_of_chosen_items_are_their_part_of_the_whole_matrix(calibration) -> None:
    whole = calibration.between_items.matrix()
    for items in ([6, 0, 3], np.isin(np.arange(8), [0, 3, 6])):
        chosen = np.arange(8)[items]
        rows = (4 * chosen[:, None] + np.arange(4)).ravel()
        expected = np.nan_to_num(whole[np.ix_(rows, rows)])
        assert np.allclose(ParameterErrors.of(calibration, items).covariance, expected, atol=1e-14)
    everything = ParameterErrors.of(calibration)
    assert everything.covariance.shape == (32, 32)
    assert np.count_nonzero(everything.covariance[:4, 4:]) > 0  # items hang together
    assert everything.blocks(8) == pytest.approx(np.nan_to_num(calibration.item_covariances), abs=1e-12)


def test_with_errors_of_each_item_alone_the_items_are_independent(calibration) -> None:
    alone = replace(calibration, between_items=None)
    assert ParameterErrors.of(alone, [1, 2]).covariance == pytest.approx(
        np.nan_to_num(calibration.item_covariances[[1, 2]])
    )


def test_a_calibration_without_standard_errors_is_refused_and_so_are_no_positions(calibration) -> None:
    rng = np.random.default_rng(2)
    marks = simulate_responses(rng.normal(size=300), ItemParams.two_pl([1.0, 1.0, 1.0], [0.0, 0.1, 0.2]), rng)
    bare = calibrate(marks, options=CalibrationOptions(standard_errors=StandardErrorMethod.NONE))
    with pytest.raises(InvalidParameters, match="no standard errors"):
        ParameterErrors.of(bare)
    for items in ([8], [-1], [0.5], [True, False]):
        with pytest.raises(InvalidParameters, match="items"):
            ParameterErrors.of(calibration, items)


def test_the_intercept_of_a_link_is_no_surer_than_the_mean_of_the_persons_behind_it() -> None:
    """Even abilities known without error would leave the mean of 600 persons 1 / sqrt(600) uncertain."""
    rng = np.random.default_rng(3)
    bank = draw_params("2PL", 12, rng)
    new = calibrate(simulate_responses(rng.normal(size=600), bank, rng))
    link, pair, errors = mean_mean(new.params, bank), (new.params, bank), ParameterErrors.of(new)
    whole = with_delta_errors(link, pair, (errors, None)).se_intercept
    alone = with_delta_errors(link, pair, (ParameterErrors(errors.blocks(12)), None)).se_intercept
    assert 1 / np.sqrt(600) < whole < 1.5 / np.sqrt(600)
    assert alone < 1 / np.sqrt(600)


def test_lords_test_reads_a_calibrations_errors_as_they_stand(calibration) -> None:
    params = calibration.params
    moved = ItemParams(
        params.a,
        params.b + 0.3 * (np.arange(8) == 2),
        params.c,
        params.thresholds + 0.3 * (np.arange(8) == 2)[:, None],
        params.models,
    )
    errors = ParameterErrors.of(calibration)
    found = item_drift(params, moved, (errors, errors))
    own = calibration.item_covariances[2][np.ix_([0, 2], [0, 2])]
    v = np.array([0.0, 0.3])
    assert found.chi_square[2] == pytest.approx(v @ np.linalg.inv(2 * own) @ v)
    assert found.df.tolist() == [2] * 5 + [3] * 3
    blocks = ParameterErrors(errors.blocks(8))
    assert item_drift(params, moved, (blocks, blocks)).chi_square == pytest.approx(found.chi_square)


def test_errors_follow_their_items_onto_another_scale(calibration) -> None:
    """Lord's chi-square does not depend on the scale that both sides are on."""
    params, errors = calibration.params, ParameterErrors.of(calibration)
    other = params.transformed(1.0, 0.2)
    before = item_drift(params, other, (errors, errors)).chi_square
    for given in (errors, ParameterErrors(errors.blocks(8))):
        carried = given.transformed(1.3, 8)
        after = item_drift(params.transformed(1.3, -0.4), other.transformed(1.3, -0.4), (carried, carried))
        assert after.chi_square == pytest.approx(before)


def test_standard_errors_become_variances_in_the_order_a_c_b() -> None:
    items = ItemParams.polytomous([1.0, 1.2], [[-0.5, 0.5], [0.1, np.nan]])
    errors = ParameterErrors.from_standard_errors(
        items, [0.1, 0.2], [[0.3, 0.4], [0.5, np.nan]], [0.05, np.nan], cov_ab=[0.01, -0.02]
    )
    assert np.diagonal(errors.covariance, axis1=1, axis2=2) == pytest.approx(
        np.array([[0.01, 0.0025, 0.09, 0.16], [0.04, 0.0, 0.25, 0.0]])
    )
    assert errors.covariance[:, 0, 2].tolist() == errors.covariance[:, 2, 0].tolist() == [0.01, -0.02]


def test_negative_variances_and_other_shapes_are_refused() -> None:
    with pytest.raises(InvalidParameters, match="variance is negative"):
        ParameterErrors(np.full((1, 2, 2), -1.0))
    with pytest.raises(InvalidParameters, match="variance is negative"):
        ParameterErrors(-np.eye(4))
    with pytest.raises(InvalidParameters, match=r"expected .* got \(3, 2\)"):
        ParameterErrors(np.zeros((3, 2)))
    with pytest.raises(InvalidParameters, match="cov_ab"):
        ParameterErrors.from_standard_errors(ItemParams.two_pl([1.0], [0.0]), [0.1], [0.1], cov_ab=[0.0, 0.0])
    with pytest.raises(InvalidParameters, match="expected 2 items"):
        ParameterErrors(np.zeros((9, 9))).blocks(2)
    pair = ItemParams.two_pl([1.0, 1.1], [0.0, 0.4]), ItemParams.two_pl([1.0, 1.0], [0.1, 0.5])
    with pytest.raises(InvalidParameters, match="expected"):
        with_delta_errors(mean_sigma(*pair), pair, (ParameterErrors(np.zeros((3, 3, 3))), None))
