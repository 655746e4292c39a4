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
    InvalidResponses,
    ItemParams,
    ItemPriors,
    LogNormal,
    Normal,
    NothingToCalibrate,
    ScoringError,
    SparseResponses,
    StandardErrorMethod,
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


def test_options_are_read_by_name_and_unknown_names_refused():
    assert CalibrationOptions(standard_errors="OBSERVED").standard_errors is StandardErrorMethod.OBSERVED
    with pytest.raises(InvalidParameters, match="standard_errors: 'exact'; known are AUTO"):
        CalibrationOptions(standard_errors="exact")


def test_marks_that_nobody_earned_are_closed_up_and_later_responses_follow():
    rng = np.random.default_rng(6)
    marks = rng.integers(0, 4, (400, 5)).astype(np.int8)
    marks[:, 2] = np.array([0, 0, 2, 3])[marks[:, 2]]
    fitted = calibrate(marks, "GPCM")
    assert [(item.item, item.marks) for item in fitted.recoded] == [(2, (0, 2, 3))]
    assert fitted.params.n_categories.tolist() == [4, 4, 3, 4, 4]
    assert [w.item for w in fitted.warnings if w.code is CalibrationMessage.EMPTY_CATEGORIES] == [2]
    later = np.array(
        [[0, 1, 0, 2, 3], [3, 3, 1, 3, MISSING], [1, 1, 2, 1, 1], [2, 2, 3, 2, 2]], dtype=np.int8
    )
    recoded = fitted.recode(later)
    assert recoded[:, 2].tolist() == [0, 0, 1, 2]
    assert (np.delete(recoded, 2, axis=1) == np.delete(later, 2, axis=1)).all()
    sparse = fitted.recode(SparseResponses.from_dense(later))
    assert (sparse.dense() == recoded).all()


def test_a_group_is_found_by_its_name():
    _, responses = simulated(400, 10)
    groups = np.array(["south", "north"])[np.arange(400) % 2]
    fitted = calibrate(responses, groups=groups, options=CalibrationOptions(reference="north"))
    assert (fitted.groups[0].name, fitted.groups[0].mean, fitted.groups[0].sd) == ("north", 0.0, 1.0)
    south = fitted.group("south")
    population = fitted.population("south")
    assert population.nodes @ population.weights == pytest.approx(south.mean, abs=1e-6)
    with pytest.raises(InvalidParameters, match="known are 'north', 'south'"):
        fitted.group("west")


def test_fixed_items_hold_and_a_new_populations_mean_and_spread_are_found():
    rng = np.random.default_rng(9)
    params = ItemParams.two_pl(rng.lognormal(0, 0.2, 30), rng.normal(0, 1, 30))
    responses = simulate_responses(rng.normal(0.8, 0.7, 4000), params, rng)
    known = ItemParams.two_pl(
        np.where(np.arange(30) < 15, params.a, np.nan), np.where(np.arange(30) < 15, params.b, np.nan)
    )
    fitted = calibrate(responses, fixed=known, options=MAXIMUM_LIKELIHOOD)
    assert (fitted.params.a[:15] == params.a[:15]).all()
    assert np.isnan(fitted.se_a[:15]).all()
    assert fitted.groups[0].mean == pytest.approx(0.8, abs=3 * fitted.groups[0].se_mean)
    assert fitted.groups[0].sd == pytest.approx(0.7, abs=3 * fitted.groups[0].se_sd)
    assert recovery(params.b[15:], fitted.params.b[15:]).rmse < 0.1


def test_groups_no_person_links_are_one_scale_when_each_holds_a_fixed_item():
    params, responses = simulated(800, 10)
    responses[:400, 5:] = MISSING
    responses[400:, :5] = MISSING
    held = np.isin(np.arange(10), [0, 1, 5, 6])
    known = ItemParams.two_pl(np.where(held, params.a, np.nan), np.where(held, params.b, np.nan))
    assert calibrate(responses, fixed=known).status is CalibrationStatus.CONVERGED


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"groups": ["a"]}, "groups: expected 60 labels, got 1"),
        ({"weights": [1.0]}, r"weights: expected numbers of shape \(60,\)"),
        ({"weights": [-1.0] + [1.0] * 59}, r"weights\[0\] is -1.0"),
        ({"models": ["2PL"]}, "models: expected one for each of 8 items, got 1"),
        ({"models": "4PL"}, "'4PL' is not a valid ItemModel; known are Rasch"),
        ({"fixed": ItemParams.two_pl([1.0], [0.0])}, "fixed: expected 8 items, got 1"),
        ({"options": CalibrationOptions(priors=ItemPriors(b=Normal(np.zeros(3), 1.0)))}, "priors.b.mean"),
        ({"options": CalibrationOptions(reference="z"), "groups": ["a"] * 60}, "nobody belongs to group 'z'"),
    ],
)
def test_wrong_arguments_are_named(wrong, message):
    _, responses = simulated(60, 8)
    with pytest.raises(ScoringError, match=message):
        calibrate(responses, **wrong)


def test_a_wrong_response_is_named_by_its_place():
    _, responses = simulated(60, 8)
    responses[7, 3] = 2
    with pytest.raises(InvalidResponses, match=r"responses\[:, 3\]: mark 2 for a 2PL item"):
        calibrate(responses)
    with pytest.raises(InvalidResponses, match=r"responses\[1, 0\] is 0.5"):
        calibrate([[0, 1], [0.5, 1]])
