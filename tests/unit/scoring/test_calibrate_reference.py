"""Calibrations of two public data sets against another program's converged fits (see mirt_reference)."""

import numpy as np
import pytest

from scoring import CalibrationOptions, CalibrationStatus, ItemPriors, LogitNormal, calibrate
from tests.unit.scoring.mirt_reference import CASES, load, model_of, params_of, responses_of


def fitted(case, tolerance=1e-5):
    priors = ItemPriors(c=LogitNormal(-1.5, 1.0)) if case.endswith("3pl_prior") else None
    options = CalibrationOptions(priors=priors, min_responses=1, tolerance=tolerance)
    return calibrate(responses_of(case), model_of(case), options=options)


def printed_errors(case, name):
    items = load(case)["items"]
    return np.array([load(case)["se"][item].get(name) for item in items], dtype=np.float64)


@pytest.mark.parametrize("case", CASES)
def test_log_likelihood_parameters_and_their_number_meet_the_printed_fit(case):
    ours, printed = fitted(case), load(case)
    assert ours.status is CalibrationStatus.CONVERGED
    assert ours.log_likelihood == pytest.approx(printed["logLik"], abs=1e-5)
    assert ours.n_parameters == printed["npar"]
    assert ours.aic == pytest.approx(printed["AIC"], abs=1e-4)
    assert ours.bic == pytest.approx(printed["BIC"], abs=1e-4)
    assert ours.params.a == pytest.approx(params_of(case).a, abs=2e-4)
    assert ours.params.thresholds == pytest.approx(params_of(case).thresholds, abs=2e-4)
    assert ours.params.c == pytest.approx(params_of(case).c, abs=2e-4)
    # The other program stopped at 1e-7 of its own criterion: its Rasch variance is 7e-4 short of the maximum.
    assert ours.groups[0].sd ** 2 == pytest.approx(printed["var"], abs=1e-3)


@pytest.mark.parametrize("case", CASES)
def test_the_printed_fit_is_no_higher_than_ours(case):
    """Beyond its own last digit: where the two differ, ours is the likelier."""
    assert fitted(case, 1e-8).log_likelihood >= load(case)["logLik"] - 1e-7 or "prior" in case


@pytest.mark.parametrize("case", [case for case in CASES if "rasch" not in case])
def test_standard_errors_of_slopes_meet_the_printed_ones(case):
    """To 1e-4; of the 3PL to 2e-3, where the other program differentiates numerically."""
    precision = 2e-3 if "3pl" in case else 1e-4
    assert fitted(case, 1e-7).se_a == pytest.approx(printed_errors(case, "a1"), rel=precision)


@pytest.mark.parametrize("case", ["lsat7_rasch", "verbal_rasch"])
def test_standard_errors_of_rasch_difficulties_meet_the_printed_ones(case):
    assert fitted(case, 1e-7).se_b == pytest.approx(printed_errors(case, "d"), rel=1e-4)
