"""Calibration against mirt and finite differences, on the campaign's design, and where it cannot be done."""

import numpy as np
import pytest

from scoring import (
    MISSING,
    CalibrationMessage,
    CalibrationOptions,
    CalibrationStatus,
    DisconnectedDesign,
    ExclusionReason,
    InvalidParameters,
    ItemParams,
    LogNormal,
    Normal,
    NothingToCalibrate,
    calibrate,
    eap,
    normal_quadrature,
    recovery,
    simulate_responses,
)

MAXIMUM_LIKELIHOOD = CalibrationOptions(priors=None)
GRID = normal_quadrature()


def simulated(n_persons, n_items, seed=7):
    rng = np.random.default_rng(seed)
    params = ItemParams.two_pl(rng.lognormal(0.0, 0.3, n_items), rng.normal(0.0, 1.0, n_items))
    return params, simulate_responses(rng.normal(size=n_persons), params, rng)


def test_lsat7_agrees_with_mirt_in_parameters_errors_and_likelihood(lsat7):
    fitted = calibrate(lsat7.responses, options=MAXIMUM_LIKELIHOOD)
    assert fitted.status is CalibrationStatus.CONVERGED
    assert fitted.message is CalibrationMessage.GRADIENT_BELOW_TOLERANCE
    assert fitted.log_likelihood == pytest.approx(lsat7.log_likelihood, abs=1e-6)
    assert fitted.params.a == pytest.approx(lsat7.params.a, abs=1e-5)
    assert fitted.params.b == pytest.approx(lsat7.params.b, abs=1e-5)
    assert fitted.se_a == pytest.approx(lsat7.se_a, rel=1e-4)


def test_600_persons_on_five_overlapping_forms_are_recovered(campaign):
    fitted = calibrate(campaign.responses)
    assert fitted.status is CalibrationStatus.CONVERGED
    usable = fitted.params.calibrated
    assert usable.sum() == (fitted.n_responses >= 50).sum() > 100
    estimates = eap(campaign.responses[:, usable], fitted.params.subset(usable), GRID)
    assert recovery(campaign.theta, estimates.theta).correlation >= 0.85
    assert recovery(campaign.params.b, fitted.params.b).correlation >= 0.9
    assert abs(recovery(campaign.params.a, fitted.params.a).bias) < 0.1


def test_standard_errors_match_the_spread_over_repeated_samples():
    rng = np.random.default_rng(5)
    params = ItemParams.two_pl([0.8, 1.0, 1.2, 1.5, 1.0, 0.9], [-1.0, -0.5, 0.0, 0.5, 1.0, 0.0])
    fits = [
        calibrate(simulate_responses(rng.normal(size=800), params, rng), options=MAXIMUM_LIKELIHOOD)
        for _ in range(60)
    ]
    for estimate, claimed in (
        (np.array([f.params.a for f in fits]), np.array([f.se_a for f in fits])),
        (np.array([f.params.b for f in fits]), np.array([f.se_b for f in fits])),
    ):
        ratio = np.median(claimed, axis=0) / estimate.std(axis=0, ddof=1)
        assert ((ratio > 0.7) & (ratio < 1.4)).all()


def test_rare_patterns_of_missing_are_treated_like_common_ones():
    _, responses = simulated(400, 12)
    responses[::2, :4] = MISSING
    responses[1::2, 8:] = MISSING
    few = responses.copy()
    few[:5, 4] = MISSING  # five patterns too rare for a block of their own
    few[5:9, 7] = MISSING
    fitted = calibrate(few)
    assert fitted.params.b == pytest.approx(calibrate(responses).params.b, abs=0.2)


def test_priors_matter_less_the_more_responses_there_are():
    def pull(n_persons):
        _, responses = simulated(n_persons, 15)
        free = calibrate(responses, options=MAXIMUM_LIKELIHOOD).params
        return np.abs(np.log(calibrate(responses).params.a) - np.log(free.a)).mean()

    assert pull(4000) < 0.3 * pull(250)


def test_items_that_cannot_be_calibrated_say_why_and_leave_the_others_alone():
    _, responses = simulated(300, 10)
    alone = calibrate(responses[:, :7])
    responses[:, 7], responses[:, 8] = 1, 0
    responses[40:, 9] = MISSING
    fitted = calibrate(responses)
    assert [(e.item, e.reason) for e in fitted.excluded] == [
        (7, ExclusionReason.ALL_CORRECT),
        (8, ExclusionReason.ALL_WRONG),
        (9, ExclusionReason.TOO_FEW_RESPONSES),
    ]
    assert fitted.params.calibrated.tolist() == [True] * 7 + [False] * 3
    assert np.isnan(fitted.se_a[7:]).all()
    assert fitted.params.a[:7] == pytest.approx(alone.params.a)
    assert fitted.n_responses.tolist() == [300] * 9 + [40]


def test_nothing_but_excluded_items_is_refused_with_the_reasons():
    with pytest.raises(NothingToCalibrate) as refused:
        calibrate(np.ones((100, 2)))
    assert refused.value.reasons == {0: "ALL_CORRECT", 1: "ALL_CORRECT"}


def test_a_reversed_key_is_flagged_with_priors_and_without():
    _, responses = simulated(600, 12)
    responses[:, 4] = 1 - responses[:, 4]
    bounded, free = calibrate(responses), calibrate(responses, options=MAXIMUM_LIKELIHOOD)
    for fitted in (bounded, free):
        flagged = [w.item for w in fitted.warnings if w.code is CalibrationMessage.NEGATIVE_DISCRIMINATION]
        assert flagged == [4]
    assert free.params.a[4] < 0 < bounded.params.a[4] < 0.3


def test_several_reversed_keys_do_not_keep_a_bank_from_converging():
    rng = np.random.default_rng(12)
    slopes = rng.lognormal(0.0, 0.5, 60) * np.where(np.arange(60) % 12 == 0, -1, 1)
    items = ItemParams.two_pl(slopes, rng.normal(0.0, 1.5, 60))
    met = np.argsort(rng.random((500, 60)), axis=1) < 36
    fitted = calibrate(simulate_responses(rng.normal(size=500), items, rng, presented=met))
    assert fitted.status is CalibrationStatus.CONVERGED
    assert fitted.n_iterations < 25


def test_groups_of_items_without_a_link_are_refused_with_their_members():
    _, responses = simulated(400, 6)
    responses[:200, 3:] = MISSING
    responses[200:, :3] = MISSING
    with pytest.raises(DisconnectedDesign) as refused:
        calibrate(responses)
    assert [component.tolist() for component in refused.value.components] == [[0, 1, 2], [3, 4, 5]]


def test_running_out_of_iterations_is_a_result():
    _, responses = simulated(300, 8)
    fitted = calibrate(responses, options=CalibrationOptions(max_iterations=2))
    assert fitted.status is CalibrationStatus.MAX_ITERATIONS
    assert fitted.message is CalibrationMessage.ITERATION_LIMIT_REACHED
    assert fitted.n_iterations == 2
    assert fitted.gradient_norm > 1e-5
    assert np.isfinite(fitted.params.a).all()


def test_a_caller_can_watch_and_cancel():
    _, responses = simulated(300, 8)
    seen = []
    fitted = calibrate(
        responses, progress=lambda *report: seen.append(report), should_cancel=lambda: len(seen) >= 3
    )
    assert fitted.status is CalibrationStatus.CANCELLED
    assert [report[:2] for report in seen] == [(1, 500), (2, 500), (3, 500)]
    assert fitted.n_iterations == 3
    assert np.isnan(fitted.se_a).all()


def test_empty_persons_are_reported_and_change_nothing():
    _, responses = simulated(300, 8)
    empty = np.full((5, 8), MISSING, dtype=np.int8)
    with_empty, without = calibrate(np.vstack([empty, responses])), calibrate(responses)
    assert with_empty.params.a == pytest.approx(without.params.a, abs=1e-9)
    assert with_empty.n_persons == 300
    assert [w.code for w in with_empty.warnings] == [CalibrationMessage.PERSONS_WITHOUT_RESPONSES]


def test_slopes_that_run_away_are_never_called_converged():
    always_alike = np.repeat(np.random.default_rng(1).integers(0, 2, (400, 1)), 2, axis=1)
    fitted = calibrate(always_alike, options=MAXIMUM_LIKELIHOOD)
    assert fitted.status is CalibrationStatus.NOT_DETERMINED
    assert fitted.message is CalibrationMessage.INFORMATION_NOT_POSITIVE_DEFINITE
    assert np.isnan(fitted.se_a).all()
    assert calibrate(always_alike).status is CalibrationStatus.CONVERGED  # priors hold them


@pytest.mark.parametrize("wrong", [{"max_iterations": 0}, {"tolerance": 0.0}, {"min_responses": 0}])
def test_options_without_meaning_are_refused(wrong):
    with pytest.raises(InvalidParameters):
        CalibrationOptions(**wrong)


@pytest.mark.parametrize("prior", [Normal, LogNormal])
def test_a_prior_needs_a_spread(prior):
    with pytest.raises(InvalidParameters):
        prior(0.0, 0.0)
