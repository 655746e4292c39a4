"""Fit statistics at the parameters another program printed, against its figures (see mirt_reference)."""

import numpy as np
import pytest

from scoring.fit import (
    M2Options,
    M2Status,
    item_mean_squares,
    local_dependence,
    m2,
    person_fit,
    person_mean_squares,
    q3,
    s_x2,
)
from scoring.models import log_category_probabilities
from scoring.quadrature import normal_quadrature
from scoring.reliability import empirical_reliability, marginal_reliability
from tests.unit.scoring.mirt_reference import CASES, column, load, params_of, responses_of

WITH_M2 = [case for case in CASES if case != "lsat7_3pl_prior"]


def population(case, n_nodes=61):
    return normal_quadrature(n_nodes, -6.0, 6.0, 0.0, load(case)["var"] ** 0.5)


def eap(case):
    """EAP and its standard error as R mirt scores persons: 121 nodes, where it calibrated with 61."""
    grid, marks = population(case, 121), responses_of(case).astype(int)
    logs = log_category_probabilities(grid.nodes, params_of(case))
    joint = sum(logs[:, item, marks[:, item]].T for item in range(marks.shape[1])) + grid.log_weights
    posterior = np.exp(joint - joint.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    theta = posterior @ grid.nodes
    return theta, np.sqrt(posterior @ grid.nodes**2 - theta**2)


def printed_persons(case):
    scores = load(case)["scores"]
    return np.array(scores["pattern"]), np.array(scores["EAP"], dtype=float), load(case)["personfit"]


@pytest.mark.parametrize("case", CASES)
def test_s_x2_meets_the_printed_figures_with_equal_df(case):
    printed = load(case)["S_X2"]
    ours = s_x2(responses_of(case), params_of(case), population(case))
    assert ours.df.tolist() == column(printed, "df.S_X2").astype(int).tolist()
    assert ours.statistic == pytest.approx(column(printed, "S_X2"), rel=1e-10)
    assert ours.p == pytest.approx(column(printed, "p.S_X2"), rel=1e-8)
    assert ours.rmsea == pytest.approx(column(printed, "RMSEA.S_X2"), abs=1e-10)
    assert ours.n.tolist() == [load(case)["n"]] * len(printed)


@pytest.mark.parametrize("case", [case for case in WITH_M2 if case != "verbal_gpcm"])
def test_m2_meets_the_printed_figures_with_equal_df(case):
    printed = load(case)["M2"][0]
    ours = m2(responses_of(case), params_of(case), population(case))
    assert ours.status is M2Status.COMPUTED
    assert ours.df == printed["df"]
    assert ours.statistic == pytest.approx(printed["M2"], rel=1e-10)
    assert ours.p == pytest.approx(printed["p"], rel=1e-8, abs=1e-100)
    assert ours.rmsea == pytest.approx(printed["RMSEA"], rel=1e-8)
    # The interval is a root the other program found to some five digits.
    assert ours.rmsea_low == pytest.approx(printed["RMSEA_5"], abs=2e-7)
    assert ours.rmsea_high == pytest.approx(printed["RMSEA_95"], abs=2e-7)


@pytest.mark.parametrize("case", WITH_M2)
def test_srmsr_and_the_indices_against_independence_meet_the_printed_figures(case):
    printed = load(case)["M2"][0]
    ours = m2(responses_of(case), params_of(case), population(case))
    assert ours.srmsr == pytest.approx(printed["SRMSR"], rel=1e-10)
    if case != "verbal_gpcm":
        # The other program estimated the independence model, to 1e-5; here it is in closed form.
        assert ours.tli == pytest.approx(printed["TLI"], abs=2e-5)
        assert ours.cfi == pytest.approx(printed["CFI"], abs=2e-5)


def test_m2_of_the_gpcm_has_the_printed_df_but_not_the_printed_statistic():
    """The printed 1451.9 is no C2 of the printed parameters. test_fit_m2 enumerates patterns to show that
    our derivatives and covariances are right; of the GRM, where only the curves differ, both agree."""
    ours = m2(responses_of("verbal_gpcm"), params_of("verbal_gpcm"), population("verbal_gpcm"))
    assert ours.df == load("verbal_gpcm")["M2"][0]["df"] == 252
    assert ours.statistic == pytest.approx(1523.9348917, rel=1e-8)


def test_a_model_with_as_many_parameters_as_moments_has_no_m2():
    case = "lsat7_3pl_prior"
    assert "too few degrees of freedom" in load(case)["M2"]["error"]
    ours = m2(responses_of(case), params_of(case), population(case))
    assert ours.status is M2Status.NO_DEGREES_OF_FREEDOM
    assert np.isnan(ours.statistic)


def test_projecting_out_the_spread_of_ability_changes_m2_of_the_rasch_model_little():
    data, params, grid = responses_of("verbal_rasch"), params_of("verbal_rasch"), population("verbal_rasch")
    as_printed = m2(data, params, grid)
    projected = m2(data, params, grid, options=M2Options(project_population=True))
    assert projected.df == as_printed.df == 275
    assert as_printed.statistic * (1 - 1e-4) < projected.statistic < as_printed.statistic


@pytest.mark.parametrize("case", CASES)
def test_infit_and_outfit_of_items_meet_the_printed_figures(case):
    ours = item_mean_squares(responses_of(case), params_of(case), eap(case)[0])
    for name, values in (("outfit", ours.outfit), ("infit", ours.infit)):
        assert values == pytest.approx(column(load(case)["infit"], name), abs=1e-11)
    for name, values in (("z.outfit", ours.z_outfit), ("z.infit", ours.z_infit)):
        assert values == pytest.approx(column(load(case)["infit"], name), abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_person_fit_meets_the_printed_figures(case):
    marks, theta, printed = printed_persons(case)
    squares = person_mean_squares(marks, params_of(case), theta)
    for name, values in (
        ("outfit", squares.outfit),
        ("infit", squares.infit),
        ("z.outfit", squares.z_outfit),
        ("z.infit", squares.z_infit),
        ("Zh", person_fit(marks, params_of(case), theta).lz),
    ):
        assert values == pytest.approx(column(printed, name), abs=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_q3_meets_the_printed_figures(case):
    ours = q3(responses_of(case), params_of(case), eap(case)[0]).q3
    assert ours == pytest.approx(np.array(load(case)["Q3"], dtype=float), abs=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_local_dependence_meets_the_printed_figures(case):
    printed = np.array(load(case)["LD"], dtype=float)
    above = np.triu_indices(len(printed), 1)
    ours = local_dependence(responses_of(case), params_of(case), population(case))
    assert ours.chi_square[above] == pytest.approx(printed.T[above], rel=1e-9)
    assert ours.cramers_v[above] == pytest.approx(printed[above], rel=1e-9)
    assert ours.chi_square.T[above] == pytest.approx(ours.chi_square[above], rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_empirical_reliability_meets_the_printed_figure(case):
    assert empirical_reliability(*eap(case)) == pytest.approx(load(case)["empirical_rxx_EAP"], abs=1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if "rasch" not in case])
def test_marginal_reliability_meets_the_printed_figure(case):
    ours = marginal_reliability(params_of(case), normal_quadrature(121, -8, 8))
    assert ours == pytest.approx(load(case)["marginal_rxx"], abs=1e-9)
