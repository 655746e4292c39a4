"""Items with few responses borrow from their topic, and come nearer to the truth for it."""

import numpy as np
import pytest

from scoring import CalibrationOptions, InvalidParameters, ItemParams, calibrate, simulate_responses
from scoring.hierarchy import borrowed_priors, calibrate_borrowing

TOPICS = np.repeat(np.arange(6), 20)


def small_campaign(seed):
    """120 items of six topics that differ in difficulty; 500 persons who met 25 items each."""
    rng = np.random.default_rng(seed)
    centres = np.array([-1.5, -0.8, -0.2, 0.3, 0.9, 1.6])
    params = ItemParams.two_pl(rng.lognormal(0.1, 0.25, 120), centres[TOPICS] + rng.normal(0, 0.4, 120))
    met = np.argsort(rng.random((500, 120)), axis=1) < 25
    return params, simulate_responses(rng.normal(size=500), params, rng, presented=met)


def fit(responses, topics=TOPICS):
    options = CalibrationOptions(min_responses=20)
    return calibrate_borrowing(
        lambda chosen, start: calibrate(responses, options=chosen, start=start),
        topics.tolist(),
        options=options,
    )


def rmse(estimated, true):
    return float(np.sqrt(np.mean((estimated - true) ** 2)))


def test_borrowing_brings_difficulties_and_slopes_nearer_to_the_truth():
    plain_errors, borrowed_errors = [], []
    for seed in range(4):
        truth, responses = small_campaign(seed)
        plain = calibrate(responses, options=CalibrationOptions(min_responses=20))
        borrowed, _ = fit(responses)
        for errors, found in ((plain_errors, plain), (borrowed_errors, borrowed)):
            errors.append([rmse(found.params.b, truth.b), rmse(found.params.a, truth.a)])
    gain = np.mean(borrowed_errors, axis=0) / np.mean(plain_errors, axis=0)
    assert gain[0] < 0.9
    assert gain[1] < 0.97


def test_topics_means_and_spread_are_found():
    _, responses = small_campaign(11)
    _, borrowing = fit(responses)
    assert [t.mean_b for t in borrowing.topics] == pytest.approx([-1.5, -0.8, -0.2, 0.3, 0.9, 1.6], abs=0.35)
    assert all(0.3 <= t.sd_b < 0.8 for t in borrowing.topics)
    assert [t.n_items for t in borrowing.topics] == [20] * 6


def test_an_item_without_responses_gets_its_topics_prior():
    _, responses = small_campaign(2)
    responses[:, 119] = -1
    found = calibrate(responses, options=CalibrationOptions(min_responses=20))
    priors = borrowed_priors(found, TOPICS.tolist()).priors
    assert np.asarray(priors.b.mean)[119] == np.asarray(priors.b.mean)[118] > 1.0


def test_much_data_are_hardly_moved_by_borrowing():
    rng = np.random.default_rng(4)
    truth = ItemParams.two_pl(rng.lognormal(0, 0.2, 12), rng.normal(0, 1, 12))
    responses = simulate_responses(rng.normal(size=6000), truth, rng)
    borrowed, _ = fit(responses, np.repeat([0, 1], 6))
    assert borrowed.params.b == pytest.approx(calibrate(responses).params.b, abs=0.03)


def test_topics_must_name_every_item():
    _, responses = small_campaign(1)
    with pytest.raises(InvalidParameters, match="topics: expected one for each of 120"):
        borrowed_priors(calibrate(responses), ["a"])
