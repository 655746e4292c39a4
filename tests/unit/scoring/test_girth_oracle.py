"""A second engine, written by others, finds the same items."""

import numpy as np
import pytest

from scoring import (
    MISSING,
    CalibrationOptions,
    ItemParams,
    calibrate,
    simulate_responses,
)
from scoring._girth import calibrate_2pl_girth


def test_complete_data_agree_with_girth():
    rng = np.random.default_rng(42)
    truth = ItemParams.two_pl(rng.lognormal(0.0, 0.25, 30), rng.normal(0.0, 1.0, 30))
    responses = simulate_responses(rng.normal(size=1500), truth, rng)
    ours = calibrate(responses, options=CalibrationOptions(priors=None)).params
    theirs = calibrate_2pl_girth(responses)
    assert ours.a == pytest.approx(theirs.a, abs=0.01)
    assert ours.b == pytest.approx(theirs.b, abs=0.01)


def test_lsat7_agrees_with_girth(lsat7):
    ours = calibrate(lsat7.responses, options=CalibrationOptions(priors=None)).params
    theirs = calibrate_2pl_girth(lsat7.responses)
    assert ours.a == pytest.approx(theirs.a, abs=0.01)
    assert ours.b == pytest.approx(theirs.b, abs=0.01)


def test_missing_by_design_is_near_girth_and_likelier():
    """girth takes each item's difficulty from its share correct, as if all who met it were average."""
    rng = np.random.default_rng(43)
    truth = ItemParams.two_pl(rng.lognormal(0.0, 0.25, 12), rng.normal(0.0, 0.8, 12))
    responses = simulate_responses(rng.normal(size=1000), truth, rng)
    responses[:500, 8:] = MISSING
    responses[500:, :4] = MISSING
    ours = calibrate(responses, options=CalibrationOptions(priors=None))
    theirs = calibrate_2pl_girth(responses)
    assert ours.params.a == pytest.approx(theirs.a, abs=0.02)
    assert ours.params.b == pytest.approx(theirs.b, abs=0.05)
    held = calibrate(responses, options=CalibrationOptions(priors=None, max_iterations=1), start=theirs)
    assert held.log_likelihood < ours.log_likelihood
