"""Anchors that moved are found, and what they would have done is told."""

import numpy as np
import pytest

from scoring.calibrating import calibrate
from scoring.calibration import CalibrationOptions, StandardErrorMethod
from scoring.errors import InvalidAnchors, NotCalibrated
from scoring.information import expected_number_correct
from scoring.linking import (
    AnchorErrors,
    DropReason,
    LinkMethod,
    NewForm,
    ScreeningRules,
    ScreeningStatus,
    anchors_as_fixed,
    curve_distance,
    displacement,
    dropping_report,
    linker_of,
    mean_mean,
    robust_z_of_anchors,
    screen_anchors,
    stocking_lord,
)
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.simulate import draw_params, simulate_responses


def campaign(moved=(), n=20, seed=9):
    """Anchors estimated twice, the second time on a scale where theta_old = 1.2 theta_new + 0.3."""
    rng = np.random.default_rng(seed)
    old = ItemParams.two_pl(rng.lognormal(0.0, 0.25, n), rng.normal(0.0, 1.0, n))
    new = old.transformed(1 / 1.2, -0.3 / 1.2)
    b = new.b + rng.normal(0.0, 0.05, n)
    for item, shift in moved:
        b[item] += shift
    return ItemParams.two_pl(new.a * rng.lognormal(0.0, 0.05, n), b), old


def test_exact_transforms_raise_no_alarm():
    _, old = campaign()
    z_a, z_b = robust_z_of_anchors(old.transformed(0.8, 0.1), old)
    assert np.abs(np.r_[z_a, z_b]).max() < 1e-6


def test_robust_z_of_difficulties_uses_the_slope_of_the_steady_items():
    new, old = campaign()
    z_a, z_b = robust_z_of_anchors(new, old)
    ratio = np.log(new.a) - np.log(old.a)
    q1, q2, q3 = np.percentile(ratio, [25, 50, 75])
    assert z_a == pytest.approx((ratio - q2) / (0.74 * (q3 - q1)))
    slope = np.exp(ratio[np.abs(z_a) < 1.645].mean())
    d = old.b - slope * new.b
    q1, q2, q3 = np.percentile(d, [25, 50, 75])
    assert z_b == pytest.approx((d - q2) / (0.74 * (q3 - q1)))


def test_anchors_that_moved_are_dropped_worst_first_and_no_others():
    new, old = campaign(moved=[(3, 0.6), (11, -1.0)])
    found = screen_anchors(new, old)
    assert [one.item for one in found.dropped] == [11, 3]
    assert all(one.reason is DropReason.ROBUST_Z_B for one in found.dropped)
    assert found.status is ScreeningStatus.CLEAN
    assert found.kept.sum() == 18
    assert found.displacement[3] == pytest.approx(-0.72, abs=0.12)  # 1.2 times the shift, on the old scale
    assert np.argsort(found.curve_distance)[-2:].tolist() == [3, 11]
    assert (found.link.slope, found.link.intercept) == pytest.approx((1.2, 0.3), abs=0.05)


def calibrated_anchors(seed, shift):
    """30 anchors, calibrated on 3,000 persons in either campaign; the eighth moves by `shift` in between."""
    rng = np.random.default_rng(seed)
    first = draw_params("2PL", 30, rng)
    b = first.b.copy()
    b[7] = 0.3
    first = ItemParams.two_pl(first.a, b)
    second = ItemParams.two_pl(first.a, b + shift * (np.arange(30) == 7))
    options = CalibrationOptions(standard_errors=StandardErrorMethod.NONE)
    return [
        calibrate(simulate_responses(rng.normal(mean, sd, 3000), items, rng), options=options).params
        for mean, sd, items in ((0.4, 1.1, second), (0.0, 1.0, first))
    ]


def test_sound_anchors_stay_and_one_that_moved_by_half_a_logit_goes():
    sound_dropped, moved_dropped = 0, 0
    for seed in range(4):
        sound_dropped += len(screen_anchors(*calibrated_anchors(seed, 0.0)).dropped)
        found = [one.item for one in screen_anchors(*calibrated_anchors(seed, 0.5)).dropped]
        moved_dropped += 7 in found
        sound_dropped += len(set(found) - {7})
    assert sound_dropped / (4 * 59) < 0.02
    assert moved_dropped == 4


def test_the_yardstick_does_not_shrink_as_anchors_are_dropped():
    new, old = campaign(moved=[(3, 0.6), (11, -1.0)])
    found = screen_anchors(new, old)
    z_a, z_b = robust_z_of_anchors(new, old)
    assert [one.z for one in found.dropped] == [z_b[11], z_b[3]]
    assert np.array_equal(found.z_b, z_b)
    assert np.array_equal(found.z_a, z_a)


def test_an_anchor_that_practically_does_not_differ_is_never_dropped():
    _, old = campaign()
    exact = old.transformed(1 / 1.2, -0.3 / 1.2)
    b = exact.b + np.random.default_rng(3).normal(0, 0.001, 20)
    b[4] += 0.05  # 50 times what the others differ by, and less than 0.02 of a mark
    same = ItemParams.two_pl(exact.a, b)
    found = screen_anchors(same, old)
    assert abs(found.z_b[4]) > 20
    assert found.curve_distance[4] < 0.02
    assert (found.dropped, found.status) == ((), ScreeningStatus.CLEAN)
    by_z = screen_anchors(same, old, ScreeningRules(least_curve_distance=0.0, most_z=20.0))
    assert [one.item for one in by_z.dropped] == [4]
    assert by_z.dropped[0].distance == pytest.approx(found.curve_distance[4], rel=0.2)
    with pytest.raises(InvalidAnchors, match="least_curve_distance"):
        ScreeningRules(least_curve_distance=-0.1)


def test_a_changed_slope_is_found_as_such():
    new, old = campaign()
    a = new.a.copy()
    a[7] *= 2.0
    found = screen_anchors(ItemParams.two_pl(a, new.b), old)
    assert (found.dropped[0].item, found.dropped[0].reason) == (7, DropReason.ROBUST_Z_A)


def test_a_reversed_key_goes_first_whatever_the_rules():
    new, old = campaign()
    a = new.a.copy()
    a[2] = -a[2]
    found = screen_anchors(ItemParams.two_pl(a, new.b), old, ScreeningRules(most_z=100.0))
    assert [(one.item, one.reason) for one in found.dropped] == [(2, DropReason.OPPOSITE_SLOPES)]


def test_dropping_stops_at_the_share_allowed_and_says_so():
    new, old = campaign(moved=[(k, 1.5) for k in range(6)])
    found = screen_anchors(new, old, ScreeningRules(most_z=1.0))
    assert found.status is ScreeningStatus.STOPPED
    assert found.kept.sum() == 16
    few = screen_anchors(new, old, ScreeningRules(most_z=1.0, min_anchors=19))
    assert few.kept.sum() == 19


def test_with_rules_only_anchors_stay_while_difficulties_agree():
    new, old = campaign(moved=[(3, 0.4)])
    found = screen_anchors(new, old, ScreeningRules(only_while_rules_fail=True))
    assert found.rules_hold
    assert found.dropped == ()
    assert found.correlation > 0.95


def test_polytomous_anchors_are_screened_by_the_mean_of_their_thresholds():
    rng = np.random.default_rng(1)
    old = ItemParams.polytomous(rng.lognormal(0, 0.2, 12), np.sort(rng.normal(0, 1, (12, 3)), axis=1))
    steps = old.thresholds + rng.normal(0, 0.05, (12, 3))
    steps[4] += 0.8
    new = ItemParams.polytomous(old.a, steps)
    assert [one.item for one in screen_anchors(new, old).dropped] == [4]


def test_too_few_anchors_cannot_be_screened():
    new, old = campaign(n=2)
    with pytest.raises(InvalidAnchors, match="at least 3"):
        screen_anchors(new, old)
    with pytest.raises(InvalidAnchors, match="one sign"):
        screen_anchors(
            ItemParams.two_pl([-1.0] * 4, np.arange(4.0)), ItemParams.two_pl([1.0] * 4, np.arange(4.0))
        )
    with pytest.raises(InvalidAnchors, match="most_z"):
        ScreeningRules(most_z=0.0)


def test_the_distance_of_curves_is_a_root_mean_square():
    first, second = ItemParams.two_pl([1.0], [0.0]), ItemParams.two_pl([1.0], [1.0])
    grid = normal_quadrature()
    difference = 1 / (1 + np.exp(-grid.nodes)) - 1 / (1 + np.exp(1.0 - grid.nodes))
    assert curve_distance(first, second, grid)[0] == pytest.approx(np.sqrt(grid.weights @ difference**2))


def test_the_report_tells_what_dropping_each_anchor_changes():
    new, old = campaign(moved=[(5, 1.0)])
    rng = np.random.default_rng(2)
    form = ItemParams.concat([new, ItemParams.two_pl(rng.lognormal(0, 0.2, 20), rng.normal(0, 1, 20))])
    cuts = np.array([-0.5, 0.8])
    whole, effects = dropping_report(new, old, stocking_lord, NewForm(0.25, form, cuts))
    assert len(effects) == 20
    assert max(effects, key=lambda effect: abs(effect.mean_theta_change)).item == 5
    keep = np.arange(20) != 5
    without = stocking_lord(new.subset(keep), old.subset(keep))
    effect = effects[5]
    assert effect.slope_change == pytest.approx(without.slope - whole.slope)
    assert effect.mean_theta_change == pytest.approx(
        without.apply_theta(0.25).item() - whole.apply_theta(0.25).item()
    )
    before, after = (expected_number_correct((cuts - k.intercept) / k.slope, form) for k in (whole, without))
    assert effect.raw_cut_change == pytest.approx(after - before)
    assert dropping_report(new, old, mean_mean)[1][0].raw_cut_change.size == 0


def test_displacement_is_free_minus_anchored_in_units_of_its_error():
    free, held = ItemParams.two_pl([1.1, 1.0], [0.5, 0.0]), ItemParams.two_pl([1.0, 1.0], [0.2, 0.0])
    se = AnchorErrors(np.array([0.05, 0.0]), np.array([0.1, np.nan]))
    found = displacement(free, held, se, AnchorErrors(np.zeros(2), np.array([0.1, 0.1])))
    assert found.b == pytest.approx([0.3, 0.0])
    assert found.z_a[0] == pytest.approx(2.0)
    assert found.z_b[0] == pytest.approx(0.3 / np.hypot(0.1, 0.1))
    assert np.isnan([found.z_a[1], found.z_b[1]]).all()
    assert np.isnan(displacement(free, held).z_b).all()
    with pytest.raises(InvalidAnchors, match="free has 2"):
        displacement(free, held.subset([0]))


def test_anchors_take_their_places_among_free_items():
    anchors = ItemParams.concat([
        ItemParams([1.2], [0.3], [0.2]),
        ItemParams.polytomous([0.9], [[-1.0, 1.0]], ItemModel.GRM),
    ])  # fmt: skip
    fixed = anchors_as_fixed(anchors, np.array([3, 1]), 5)
    assert fixed.calibrated.tolist() == [False, True, False, True, False]
    assert (fixed.a[3], fixed.c[3], fixed.models[1]) == (1.2, 0.2, ItemModel.GRM)
    assert fixed.thresholds[1].tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("positions", [[0], [0, 0], [0, 5], [-1, 0]])
def test_anchors_without_places_of_their_own_are_refused(positions):
    with pytest.raises(InvalidAnchors):
        anchors_as_fixed(ItemParams.two_pl([1.0, 1.0], [0.0, 0.0]), np.array(positions), 5)


def test_an_anchor_without_parameters_cannot_be_held():
    with pytest.raises(NotCalibrated):
        anchors_as_fixed(ItemParams.two_pl([np.nan], [np.nan]), np.array([0]), 2)


def test_screening_may_link_by_any_method():
    new, old = campaign()
    found = screen_anchors(new, old, method=LinkMethod.MEAN_SIGMA)
    assert (
        found.link.slope
        == linker_of(LinkMethod.MEAN_SIGMA)(new.subset(found.kept), old.subset(found.kept)).slope
    )
