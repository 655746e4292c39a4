"""Calibration finds again what data were simulated from, and its standard errors say how closely.

Seeds are fixed. The binomial standard error of a coverage of 0.95 is 0.009 at 600 intervals, 0.006 at 1,200;
bands are three or more of them wide, because intervals of one replication hang together.
"""

import numpy as np
import pytest

from scoring.calibration import CalibrationOptions
from scoring.designs import assigned, chained_forms, linear_on_the_fly, multistage, not_reached, spiralled
from scoring.errors import InvalidOptions
from scoring.params import ItemModel
from scoring.recovery_study import RecoveryPlan, draw_items, parameter_recovery
from scoring.simulate import Population, simulate_multistage


def recovered(plan, n_replications, seed=20):
    found = parameter_recovery(plan, n_replications, np.random.default_rng(seed))
    assert found.n_converged == n_replications
    return found


def test_intervals_of_the_2pl_hold_the_truth_as_often_as_they_say():
    found = recovered(RecoveryPlan("2PL", (ItemModel.TWO_PL,) * 20), 30)
    inside = sum(found.of(parameter).coverage * 600 for parameter in ("a", "b"))
    assert 0.93 <= inside / 1200 <= 0.97
    for parameter in ("a", "b"):
        row = found.of(parameter)
        assert row.n_intervals == 600
        assert 0.92 <= row.coverage <= 0.98
        assert row.rmse == pytest.approx(row.mean_se, rel=0.12)
        assert abs(row.bias) < 0.03
    assert found.of("theta").coverage == pytest.approx(0.95, abs=0.01)
    assert found.of("b").correlation > 0.98


@pytest.mark.parametrize("model", [ItemModel.GRM, ItemModel.GPCM, ItemModel.PCM, ItemModel.RSM])
def test_intervals_of_thresholds_hold_the_truth_as_often_as_they_say(model):
    row = recovered(RecoveryPlan(str(model), (model,) * 8), 14).of("threshold")
    assert row.n_intervals > 300
    assert 0.91 <= row.coverage <= 0.99
    assert row.rmse == pytest.approx(row.mean_se, rel=0.15)
    assert abs(row.bias) < 0.04


def test_guessing_is_recovered_about_as_far_as_its_prior_reaches():
    plan = RecoveryPlan(
        "3PL", (ItemModel.THREE_PL,) * 25, (Population("all", 3000),), options=CalibrationOptions()
    )
    found = recovered(plan, 4)
    assert found.of("c").rmse < 0.09
    assert found.of("b").rmse < 0.35
    for parameter in "abc":  # with a prior, intervals lean to the safe side
        assert found.of(parameter).coverage >= 0.9
    assert found.of("theta").coverage == pytest.approx(0.95, abs=0.015)


def test_mixed_models_in_linked_forms_of_two_populations_share_a_scale():
    models = (ItemModel.TWO_PL,) * 25 + (ItemModel.GRM,) * 5 + (ItemModel.GPCM,) * 5
    forms = [form * 5 % 37 for form in chained_forms(3, 15, 4)]  # 37 places, items of all kinds on each form
    forms = [np.unique(form[form < 35]) for form in forms]

    def design(theta, items, rng):
        return assigned(forms, spiralled(theta.size, 3, rng), items.n_items)

    populations = (Population("first", 1500), Population("second", 1500, 0.6, 1.3))
    found = recovered(RecoveryPlan("linked", models, populations, design), 10)
    assert abs(found.of("mean").bias) < 0.06
    assert abs(found.of("sd").bias) < 0.08
    for parameter in ("a", "b", "threshold"):
        assert 0.9 <= found.of(parameter).coverage <= 0.99
        assert found.of(parameter).rmse == pytest.approx(found.of(parameter).mean_se, rel=0.2)


def test_random_forms_and_unfinished_tests_leave_estimates_unbiased():
    def design(theta, items, rng):
        return not_reached(linear_on_the_fly(theta.size, items.n_items, 20, rng), rng)

    plan = RecoveryPlan("LOFT", (ItemModel.TWO_PL,) * 60, (Population("all", 2500),), design)
    found = recovered(plan, 9)
    for parameter in ("a", "b"):
        assert found.of(parameter).n_intervals == 540
        assert 0.92 <= found.of(parameter).coverage <= 0.98
        assert abs(found.of(parameter).bias) < 0.03


def test_routing_by_marks_can_be_ignored_and_routing_by_ability_itself_cannot():
    def modules(items):
        order = np.argsort(items.b)
        return [[order[::4]], np.split(np.setdiff1d(order, order[::4], assume_unique=True), 3)]

    def as_run(theta, items, rng):
        return simulate_multistage(theta, items, modules(items), rng)

    def clairvoyant(theta, items, rng):
        return multistage(theta, modules(items), items.n_items, rng, noise_sd=0.0)

    everyone, models = (Population("all", 2500),), (ItemModel.TWO_PL,) * 60
    found = recovered(RecoveryPlan("MST", models, everyone, as_run), 8)
    assert abs(found.of("a").bias) < 0.04
    assert 0.91 <= found.of("a").coverage <= 0.98
    assert 0.91 <= found.of("b").coverage <= 0.98
    assert recovered(RecoveryPlan("not", models, everyone, clairvoyant), 2).of("a").bias < -0.15


def test_a_seed_fixes_the_recovery_and_progress_is_told():
    plan = RecoveryPlan("2PL", (ItemModel.TWO_PL,) * 5, (Population("all", 200),))
    seen = []
    one = parameter_recovery(plan, 2, np.random.default_rng(4), progress=lambda *done: seen.append(done))
    assert seen == [(1, 2), (2, 2)]
    assert repr(one) == repr(parameter_recovery(plan, 2, np.random.default_rng(4)))


def test_what_a_model_shares_is_shared_wherever_its_items_stand():
    models = (ItemModel.ONE_PL, ItemModel.RSM, ItemModel.ONE_PL, ItemModel.GRM, ItemModel.RSM)
    items = draw_items(models, np.random.default_rng(1))
    assert items.models == models
    assert items.a[0] == items.a[2] != 1.0
    assert np.diff(items.thresholds[1]) == pytest.approx(np.diff(items.thresholds[4]))


def test_plans_that_could_not_be_judged_are_refused():
    with pytest.raises(InvalidOptions, match="mean 0 and sd 1"):
        RecoveryPlan("shifted", (ItemModel.TWO_PL,), (Population("all", 10, 0.5),))
    with pytest.raises(InvalidOptions, match="one at least"):
        RecoveryPlan("empty", ())
    with pytest.raises(InvalidOptions, match="1 or more"):
        parameter_recovery(RecoveryPlan("x", (ItemModel.TWO_PL,)), 0, np.random.default_rng(0))
