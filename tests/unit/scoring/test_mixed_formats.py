"""A campaign of right-or-wrong items and of partial credit together: calibrated, judged, linked, compared."""

import numpy as np
import pytest

from scoring import ItemParams, analyse, calibrate, eap, normal_quadrature, simulate_responses
from scoring.dif import likelihood_ratio_dif, logistic_dif, mantel
from scoring.linking import stocking_lord

N_PERSONS = 1500
STEPS = [1] * 10 + [2] * 3 + [3] * 2 + [4] * 3
MODELS = ["2PL" if n == 1 else "GPCM" for n in STEPS]
IN_PARTS = np.array(STEPS) > 1


def draw(rng):
    parts = []
    for n in STEPS:
        a, b = rng.lognormal(0.1, 0.25), rng.normal(-0.2, 0.7)
        steps = b + 0.8 * (np.arange(n) - (n - 1) / 2)
        parts.append(ItemParams.two_pl([a], [b]) if n == 1 else ItemParams.polytomous([a], steps[None, :]))
    return ItemParams.concat(parts)


TRUTH = draw(np.random.default_rng(41))
KNOWN = np.isfinite(TRUTH.thresholds)


def campaign(seed, mean=0.0, sd=1.0):
    rng = np.random.default_rng(seed)
    theta = rng.normal(mean, sd, N_PERSONS)
    return theta, simulate_responses(theta, TRUTH, rng)


@pytest.fixture(scope="module")
def fitted():
    theta, marks = campaign(1)
    return theta, marks, calibrate(marks, MODELS)


def test_parameters_of_both_formats_come_back_within_their_errors(fitted):
    _theta, _marks, found = fitted
    assert found.is_converged
    for of_format in (~IN_PARTS, IN_PARTS):
        error = (found.params.a - TRUTH.a)[of_format]
        assert np.sqrt((error**2).mean()) < 0.12
        z = error / found.se_a[of_format]
        assert np.abs(z).max() < 4
    z = ((found.params.thresholds - TRUTH.thresholds) / found.se_thresholds)[KNOWN]
    assert (z**2).mean() < 2
    assert np.abs(z).max() < 4.5


def test_abilities_rest_on_both(fitted):
    theta, marks, found = fitted
    whole = eap(marks, found.params, normal_quadrature())
    halves = eap(marks[:, ~IN_PARTS], found.params.subset(~IN_PARTS), normal_quadrature())
    assert np.corrcoef(whole.theta, theta)[0, 1] > np.corrcoef(halves.theta, theta)[0, 1] + 0.02


def test_items_that_fit_are_not_flagged_whatever_their_format(fitted):
    _theta, marks, found = fitted
    judged = analyse(found, marks)
    assert np.isfinite(judged.items.p).all()
    assert (judged.items.p_adjusted > 0.01).all()
    assert not any(judged.items.flags)
    assert judged.model_fit[0].m2.p > 0.01


def test_two_campaigns_of_mixed_items_are_linked(fitted):
    theta, marks = campaign(2, mean=0.4, sd=1.2)
    link = stocking_lord(calibrate(marks, MODELS).params, fitted[2].params)
    assert link.is_converged
    assert link.slope == pytest.approx(theta.std(), abs=0.1)
    assert link.intercept == pytest.approx(theta.mean(), abs=0.1)


def test_an_item_of_either_format_that_favours_a_group_is_found_by_every_method():
    rng = np.random.default_rng(9)
    focal = np.arange(N_PERSONS) % 2
    theta = rng.normal(size=N_PERSONS) - 0.4 * focal
    moved = np.zeros(len(STEPS))
    moved[[3, 16]] = 0.8
    other = ItemParams(TRUTH.a, TRUTH.b + moved, TRUTH.c, TRUTH.thresholds + moved[:, None], TRUTH.models)
    marks = np.where(
        focal[:, None] == 1, simulate_responses(theta, other, rng), simulate_responses(theta, TRUTH, rng)
    )
    by_score, by_regression = mantel(marks, focal, 1).p, logistic_dif(marks, focal, 1).p[:, 0]
    by_model = likelihood_ratio_dif(marks, focal, 1, MODELS).p
    for p in (by_score, by_regression, by_model):
        smallest = np.argsort(p.reshape(len(STEPS), -1)[:, 0])
        assert set(smallest[:2].tolist()) == {3, 16}
