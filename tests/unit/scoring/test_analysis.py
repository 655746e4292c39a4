"""An analysis repeats the figures of R mirt, and its flags name what was planted and little else."""

import numpy as np
import pytest

from scoring import MAXIMUM_LIKELIHOOD, MISSING, CalibrationOptions, ItemParams, calibrate, simulate_responses
from scoring.ability import eap_scores
from scoring.analysis import AnalysisFlag, AnalysisOptions, analyse
from scoring.errors import InvalidGroups, InvalidOptions, InvalidResponses
from scoring.responses import SparseResponses
from tests.unit.scoring.mirt_reference import column, load, responses_of

N_ITEMS = 30


@pytest.fixture(scope="module")
def sound():
    """1,200 persons on two forms of 20 items each, everything as the model says."""
    rng = np.random.default_rng(11)
    truth = ItemParams.two_pl(rng.lognormal(0.2, 0.25, N_ITEMS), rng.normal(0, 1, N_ITEMS))
    marks = simulate_responses(rng.normal(size=1200), truth, rng)
    forms = np.repeat([0, 1], 600)
    marks[:600, 20:] = MISSING
    marks[600:, :10] = MISSING
    return marks, forms


def analysed(marks, **more):
    return analyse(calibrate(marks, "2PL"), marks, **more)


@pytest.mark.parametrize("case", ["lsat7_2pl", "verbal_2pl"])
def test_the_figures_are_those_of_r_mirt(case):
    printed, marks = load(case), responses_of(case)
    found = analyse(calibrate(marks, "2PL", options=MAXIMUM_LIKELIHOOD), marks)
    table = printed["S_X2"]
    assert found.items.s_x2 == pytest.approx(column(table, "S_X2"), abs=0.02)
    assert found.items.df.tolist() == column(table, "df.S_X2").tolist()
    assert found.items.outfit == pytest.approx(column(printed["infit"], "outfit"), abs=1e-3)
    assert found.items.infit == pytest.approx(column(printed["infit"], "infit"), abs=1e-3)
    assert found.marginal == pytest.approx(printed["marginal_rxx"], abs=1e-3)
    assert found.empirical == pytest.approx(printed["empirical_rxx_EAP"], abs=1e-3)
    assert found.model_fit[0].m2.statistic == pytest.approx(printed["M2"][0]["M2"], rel=1e-3)
    assert found.model_fit[0].m2.df == printed["M2"][0]["df"]


def test_data_as_the_model_says_raise_hardly_a_flag(sound):
    marks, forms = sound
    found = analysed(marks, forms=forms)
    assert sum(map(len, found.items.flags)) <= 2
    assert found.dependent_pairs == ()
    assert found.duplicates == ()
    assert found.persons.flagged.mean() < 0.02
    assert [(line.form, line.n) for line in found.reliabilities] == [(0, 600), (1, 600)]
    assert all(0.6 < line.alpha < line.omega + 0.05 < 1 for line in found.reliabilities)
    assert [fit.form for fit in found.model_fit] == [0, 1]
    assert all(fit.m2.rmsea < 0.03 for fit in found.model_fit)


def test_a_copied_item_is_locally_dependent_on_its_original(sound):
    marks, forms = sound[0].copy(), sound[1]
    copied = np.random.default_rng(2).random(1200) < 0.7
    marks[copied, 15] = marks[copied, 12]
    found = analysed(marks, forms=forms)
    assert (found.dependent_pairs[0].first, found.dependent_pairs[0].second) == (12, 15)
    assert AnalysisFlag.LOCAL_DEPENDENCE in found.items.flags[12]
    assert AnalysisFlag.LOCAL_DEPENDENCE in found.items.flags[15]
    assert (found.items.q3_with[12], found.items.q3_with[15]) == (15, 12)


def test_an_item_that_the_ablest_miss_does_not_fit(sound):
    marks, forms = sound[0].copy(), sound[1]
    total = np.where(marks == MISSING, 0, marks).sum(axis=1)
    marks[:, 14] = (total > 6) & (total < 12)
    found = analysed(marks, forms=forms)
    assert AnalysisFlag.MISFIT in found.items.flags[14]
    assert np.nanargmin(found.items.p) == 14


def test_a_person_who_misses_the_easy_and_solves_the_hard_is_flagged(sound):
    marks, forms = sound[0].copy(), sound[1]
    order = np.argsort(marks[:600, :20].mean(axis=0))
    marks[5, order] = np.repeat([1, 0], 10)
    found = analysed(marks, forms=forms)
    assert found.persons.flagged[5]
    assert found.persons.lz_star[5] == np.nanmin(found.persons.lz_star)


def test_identical_vectors_that_chance_does_not_explain_are_named(sound):
    marks, forms = sound[0].copy(), sound[1]
    marks[31, :20] = marks[77, :20] = [1, 0] * 10
    found = analysed(marks, forms=forms)
    assert [group.persons.tolist() for group in found.duplicates] == [[31, 77]]


def test_an_item_without_parameters_has_no_figures_and_stays_in_its_place(sound):
    marks, forms = sound[0].copy(), sound[1]
    marks[:, 3] = np.where(marks[:, 3] == MISSING, MISSING, 1)
    found = analysed(marks, forms=forms)
    assert np.isnan(found.items.infit[3])
    assert found.items.curves[3] is None
    assert found.items.q3_with[3] == -1
    assert found.items.flags[3] == ()
    assert np.isfinite(np.delete(found.items.infit, 3)).all()
    assert 3 not in found.items.q3_with


def test_who_responded_to_nothing_is_not_judged(sound):
    marks, forms = sound[0].copy(), sound[1]
    marks[9] = MISSING
    found = analysed(marks, forms=forms)
    assert np.isnan(found.persons.lz_star[9])
    assert not found.persons.flagged[9]


def test_stages_are_told_in_order_and_what_the_listener_raises_ends_the_work(sound):
    marks, forms = sound
    told = []
    analysed(marks, forms=forms, progress=told.append)
    assert told == ["items", "persons", "forms", "forms"]  # two forms

    def stop(stage):
        raise KeyboardInterrupt(stage)

    with pytest.raises(KeyboardInterrupt, match="items"):
        analysed(marks, forms=forms, progress=stop)


def test_forms_and_responses_of_another_shape_are_refused(sound):
    marks, forms = sound
    fitted = calibrate(marks, "2PL", options=CalibrationOptions(max_iterations=3))
    with pytest.raises(InvalidResponses, match="30 columns"):
        analyse(fitted, marks[:, :29])
    with pytest.raises(InvalidGroups, match="1200"):
        analyse(fitted, marks, forms=forms[:5])
    with pytest.raises(InvalidOptions):
        AnalysisOptions(q3_limit=-1)


@pytest.fixture(scope="module")
def two_groups():
    rng = np.random.default_rng(5)
    truth = ItemParams.two_pl(np.full(12, 1.2), np.linspace(-1.5, 1.5, 12))
    theta = np.concatenate([rng.normal(size=500), rng.normal(1.5, 0.7, size=700)])
    marks, groups = simulate_responses(theta, truth, rng), np.repeat(["young", "old"], [500, 700])
    return calibrate(marks, "2PL", groups=groups), marks, groups


def test_each_person_is_scored_under_his_own_group(two_groups):
    calibration, marks, groups = two_groups
    found = analyse(calibration, marks, groups=groups)
    for name in ("young", "old"):
        here = groups == name
        own = eap_scores(marks[here], calibration.params, calibration.population(name))
        np.testing.assert_array_equal(found.persons.eap[here], own.theta)
        np.testing.assert_array_equal(found.persons.eap_se[here], own.se)
    # All together are a mixture of groups: its model fits, while the first group's distribution would not.
    assert found.model_fit[0].m2.p > 0.01
    mixed = analyse(calibration, marks)
    assert mixed.persons.eap[groups == "old"].mean() < found.persons.eap[groups == "old"].mean()
    assert mixed.model_fit[0].m2.statistic == pytest.approx(found.model_fit[0].m2.statistic)


def test_groups_that_were_not_calibrated_are_refused(two_groups):
    calibration, marks, groups = two_groups
    with pytest.raises(InvalidGroups, match=r"groups: expected 1200 names"):
        analyse(calibration, marks, groups=groups[:3])
    with pytest.raises(
        InvalidGroups, match=r"groups\[0\]: 'elder' was not calibrated; known are 'young', 'old'"
    ):
        analyse(calibration, marks, groups=np.where(groups == "young", "elder", groups))


def test_sparse_responses_are_analysed_as_dense_ones(two_groups):
    calibration, marks, groups = two_groups
    dense = analyse(calibration, marks, groups=groups)
    sparse = analyse(calibration, SparseResponses.from_dense(marks), groups=groups)
    np.testing.assert_array_equal(sparse.persons.eap, dense.persons.eap)
    np.testing.assert_array_equal(sparse.items.s_x2, dense.items.s_x2)
