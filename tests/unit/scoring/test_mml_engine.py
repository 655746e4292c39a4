"""The engine's derivatives against finite differences, over every model and kind of missing response."""

import numpy as np
import pytest

from scoring import (
    MAXIMUM_LIKELIHOOD,
    MISSING,
    Beta,
    CalibrationMessage,
    CalibrationOptions,
    CalibrationStatus,
    ItemModel,
    ItemParams,
    ItemPriors,
    LogitNormal,
    LogNormal,
    Normal,
    Quadrature,
    SparseResponses,
    calibrate,
    category_probabilities,
    simulate_responses,
)
from scoring.mml.iteration import Limits, evaluate, iterate
from scoring.mml.iteration import _em_step as em_step
from scoring.mml.iteration import _gradient_and_scale as gradient_and_scale
from scoring.mml.observed import observed_information
from scoring.mml.set_up import Request, set_up

MODELS = ["2PL", "2PL", "3PL", "3PL", "GRM", "GRM", "GPCM", "GPCM", "1PL", "1PL"]
MODELS += ["RSM", "RSM", "PCM", "Rasch"]
PRIORS = ItemPriors(LogNormal(0.1, 0.4), Normal(0.2, 1.5), LogitNormal(-1.4, 0.6))
OTHER_PRIORS = ItemPriors(Normal(1.0, 0.5), Normal(0.0, 2.0), Beta(5.0, 17.0))


def mixed_responses(n_persons=240, seed=3):
    """Marks under all models at once, with holes of all kinds: whole forms, rare patterns, single gaps."""
    rng = np.random.default_rng(seed)
    dichotomous = ItemParams(
        rng.lognormal(0, 0.2, 7), rng.normal(0, 0.8, 7), np.array([0, 0, 0.2, 0.2, 0, 0, 0])
    )
    steps = np.sort(rng.normal(0, 1, (7, 3)), axis=1)
    order = [0, 1, 2, 3, 7, 8, 9, 10, 4, 5, 11, 12, 13, 6]
    graded = ItemParams.polytomous(np.ones(2), steps[:2], ItemModel.GRM)
    partial = ItemParams.polytomous(np.ones(5), steps[2:])
    params = ItemParams.concat([dichotomous, graded, partial]).subset(order)
    theta = rng.normal(0.2, 1.1, n_persons)
    cumulative = np.cumsum(category_probabilities(theta, params), axis=2)
    marks = (rng.random((n_persons, 14))[:, :, None] > cumulative[:, :, :-1]).sum(axis=2).astype(np.int8)
    marks[:80, 9:12] = MISSING
    marks[80:160, :3] = MISSING
    marks[160:][rng.random((n_persons - 160, 14)) < 0.3] = MISSING
    return marks


def laid_out(priors, *, as_sparse=False, groups=None, fixed=None):
    marks = mixed_responses()
    responses = SparseResponses.from_dense(marks) if as_sparse else marks
    options = CalibrationOptions(priors=priors, min_responses=1)
    return set_up(Request(responses, MODELS, groups, None, fixed), options)


def two_groups():
    return ["men" if place % 3 else "women" for place in range(240)]


def gradient_at(model, state):
    point = evaluate(model, state)
    return gradient_and_scale(model, state, point.expectation, point.slopes)[0]


def bumped(ready):
    """A point that is no maximum."""
    rng = np.random.default_rng(1)
    vector = ready.start.vector()
    return ready.start.at(vector + 0.05 * rng.random(vector.size))


def differences(function, state, h=1e-5):
    vector = state.vector()
    steps = h * np.eye(vector.size)
    return np.array(
        [(function(state.at(vector + e)) - function(state.at(vector - e))) / (2 * h) for e in steps]
    )


@pytest.mark.parametrize("priors", [None, PRIORS, OTHER_PRIORS])
@pytest.mark.parametrize("groups", [None, two_groups()])
def test_the_gradient_is_the_slope_of_the_log_posterior(priors, groups):
    ready = laid_out(priors, groups=groups)
    state = bumped(ready)
    slope = differences(lambda at: evaluate(ready.model, at).log_posterior, state)
    assert gradient_at(ready.model, state) == pytest.approx(slope, abs=2e-5)


@pytest.mark.parametrize("priors", [PRIORS, OTHER_PRIORS])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_the_observed_information_is_the_slope_of_the_gradient(priors, as_sparse):
    ready = laid_out(priors, as_sparse=as_sparse, groups=two_groups())
    _, end = iterate(ready.model, ready.start, Limits(500, 1e-9), (None, None))
    numeric = -differences(lambda at: gradient_at(ready.model, at), end.state)
    exact, _ = observed_information(ready.model, end)
    assert exact == pytest.approx(numeric, abs=2e-5 * np.abs(numeric).max())
    errors, expected = (np.sqrt(np.diag(np.linalg.inv(matrix))) for matrix in (exact, numeric))
    assert errors == pytest.approx(expected, rel=1e-4)


def test_the_em_step_never_lowers_the_log_posterior():
    ready = laid_out(PRIORS, groups=two_groups())
    state = ready.start
    reached = []
    for _ in range(30):
        point = evaluate(ready.model, state)
        reached.append(point.log_posterior)
        state = em_step(ready.model, point)
    assert np.diff(reached).min() > -1e-8


def test_acceleration_ends_where_plain_em_would():
    ready = laid_out(PRIORS)
    _, end = iterate(ready.model, ready.start, Limits(500, 1e-7), (None, None))
    state = ready.start
    for _ in range(200):
        state = em_step(ready.model, evaluate(ready.model, state))
    assert end.state.vector() == pytest.approx(state.vector(), abs=5e-3)
    assert end.log_posterior >= evaluate(ready.model, state).log_posterior - 1e-9
    assert end.n_iterations < 60


def test_sparse_and_dense_responses_give_the_same_calibration():
    options = CalibrationOptions(priors=PRIORS, min_responses=1)
    marks = mixed_responses()
    dense = calibrate(marks, MODELS, options=options, groups=two_groups())
    sparse = calibrate(SparseResponses.from_dense(marks), MODELS, options=options, groups=two_groups())
    assert sparse.params.thresholds == pytest.approx(dense.params.thresholds, abs=1e-6, nan_ok=True)
    assert sparse.params.a == pytest.approx(dense.params.a, abs=1e-6)
    assert sparse.log_likelihood == pytest.approx(dense.log_likelihood, abs=1e-7)
    assert sparse.se_a == pytest.approx(dense.se_a, rel=1e-4, nan_ok=True)


def test_a_weight_is_a_person_repeated():
    marks = mixed_responses()
    times = np.random.default_rng(5).integers(0, 4, len(marks))
    options = CalibrationOptions(priors=PRIORS, min_responses=1)
    weighted = calibrate(marks, MODELS, options=options, weights=times)
    repeated = calibrate(np.repeat(marks, times, axis=0), MODELS, options=options)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-6)
    assert weighted.params.a == pytest.approx(repeated.params.a, abs=1e-5)
    assert weighted.se_thresholds == pytest.approx(repeated.se_thresholds, rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("models", [["GRM"] * 6, ["3PL", "GRM"] * 3, ["GRM", "GPCM", "2PL"] * 2])
def test_the_order_of_items_changes_no_standard_error(models):
    rng = np.random.default_rng(7)
    theta = rng.normal(size=(700, 1, 1))
    marks = (rng.random((700, 6, 1)) < 1 / (1 + np.exp(-1.4 * (theta - np.linspace(-1, 1, 3))))).sum(axis=2)
    most = [1 if model in ("3PL", "2PL") else 2 + place % 2 for place, model in enumerate(models)]
    marks = np.minimum(marks, most)
    order = np.argsort([models[place] for place in range(6)], kind="stable")
    given = calibrate(marks, models)
    sorted_by_model = calibrate(marks[:, order], [models[place] for place in order])
    assert given.status is sorted_by_model.status is CalibrationStatus.CONVERGED
    assert given.se_thresholds[order] == pytest.approx(sorted_by_model.se_thresholds, rel=1e-6, nan_ok=True)


def test_forms_of_different_length_each_get_the_terms_their_persons_need():
    """Persons who met fixed items alone, first in order, say nothing of how wide others' posteriors are."""
    rng = np.random.default_rng(12)
    params = ItemParams.two_pl(rng.lognormal(0.2, 0.3, 9), rng.normal(0, 1, 9))
    theta = np.concatenate([rng.normal(0, 1, 300), rng.normal(1, 0.7, 600)])
    marks = simulate_responses(theta, params, rng)
    marks[:300, 4:] = MISSING
    marks[300:, 0] = MISSING
    held = np.arange(9) < 4
    fixed = ItemParams.two_pl(np.where(held, params.a, np.nan), np.where(held, params.b, np.nan))
    groups = ["old"] * 300 + ["new"] * 600
    options = CalibrationOptions(priors=None, tolerance=1e-8)
    forward = calibrate(marks, fixed=fixed, groups=groups, options=options)
    backward = calibrate(marks[::-1], fixed=fixed, groups=groups[::-1], options=options)
    assert forward.se_a == pytest.approx(backward.se_a, rel=2e-4, nan_ok=True)


@pytest.mark.parametrize("n_items", [1, 2])
def test_fewer_facts_than_parameters_are_never_called_converged(n_items):
    marks = (np.random.default_rng(2).random((500, n_items)) < 0.6).astype(int)
    found = calibrate(marks, options=MAXIMUM_LIKELIHOOD)
    assert found.status is CalibrationStatus.NOT_DETERMINED


def test_a_maximum_that_nobody_checked_is_announced():
    marks = mixed_responses()
    found = calibrate(marks, MODELS, options=CalibrationOptions(min_responses=1, standard_errors="ITEM"))
    assert CalibrationMessage.MAXIMUM_NOT_VERIFIED in [warning.code for warning in found.warnings]


def test_nodes_follow_a_population_that_is_narrow_or_far_away():
    rng = np.random.default_rng(3)
    params = ItemParams.two_pl(np.full(40, 1.2), np.linspace(-2, 6, 40))
    theta = np.concatenate([rng.normal(0, 1, 1500), rng.normal(4, 0.3, 1500)])
    marks = simulate_responses(theta, params, rng)
    found = calibrate(marks, groups=np.repeat([0, 1], 1500), options=MAXIMUM_LIKELIHOOD)
    assert found.status is CalibrationStatus.CONVERGED
    assert found.warnings == ()
    assert found.group(1).mean == pytest.approx(4.0, abs=3 * found.group(1).se_mean)
    assert found.group(1).sd == pytest.approx(0.3, abs=3 * found.group(1).se_sd)


def test_a_population_without_spread_is_announced():
    """Two items answered with no more agreement than chance gives, or less."""
    marks = np.array([[0, 1], [1, 0], [0, 1], [1, 0], [1, 1], [0, 0]] * 40)
    found = calibrate(marks, "Rasch", options=CalibrationOptions(max_iterations=2000))
    assert found.status is CalibrationStatus.CONVERGED
    assert [w.code for w in found.warnings] == [CalibrationMessage.POPULATION_WITHOUT_SPREAD]
    assert found.groups[0].sd == pytest.approx(0.05)
    assert found.groups[0].se_sd == 0.0


def test_weightless_nodes_and_two_humps_are_distributions_too():
    nodes = np.linspace(-6, 6, 61)
    cut, humps = (
        np.where(np.abs(nodes) > 3, 0, np.exp(-(nodes**2) / 2)),
        np.exp(-2 * (np.abs(nodes) - 2) ** 2),
    )
    for weights in (cut, humps):
        grid = Quadrature(nodes, weights / weights.sum())
        marks = mixed_responses()[:, :2]
        whole = marks[(marks != MISSING).all(axis=1)]
        found = calibrate(whole, "Rasch", fixed=ItemParams.two_pl([1.0, np.nan], [0.0, np.nan]),
                          options=CalibrationOptions(quadrature=grid, min_responses=1))  # fmt: skip
        assert np.isfinite(found.log_likelihood)


def test_forms_given_at_random_may_stay_unlinked_when_asked():
    rng = np.random.default_rng(4)
    params = ItemParams.two_pl(np.ones(12), rng.normal(0, 1, 12))
    marks = simulate_responses(rng.normal(size=4000), params, rng)
    marks[::2, 6:] = MISSING
    marks[1::2, :6] = MISSING
    found = calibrate(marks, options=CalibrationOptions(priors=None, allow_unlinked=True))
    assert found.params.b == pytest.approx(params.b, abs=0.2)
    assert [w.code for w in found.warnings] == [CalibrationMessage.UNLINKED_FORMS]


@pytest.mark.parametrize("n_items", [60, 260])
def test_long_tests_have_exact_errors_too(n_items):
    """Posteriors on three or four nodes carry as many polynomials and no more."""
    rng = np.random.default_rng(21)
    params = ItemParams.two_pl(rng.lognormal(0.1, 0.3, n_items), rng.normal(0, 1, n_items))
    marks = simulate_responses(rng.normal(size=500), params, rng)
    ready = set_up(Request(marks), CalibrationOptions(priors=PRIORS, min_responses=1))
    model, end = iterate(ready.model, ready.start, Limits(500, 1e-8), (None, None))
    exact, _ = observed_information(model, end)
    vector, h = end.state.vector(), 1e-5
    for place in (0, 1, n_items, vector.size - 1):
        step = h * (np.arange(vector.size) == place)
        rise = gradient_at(model, end.state.at(vector + step)) - gradient_at(
            model, end.state.at(vector - step)
        )
        assert exact[place] == pytest.approx(-rise / (2 * h), abs=1e-4 * exact[place, place])
    assert calibrate(marks).status is CalibrationStatus.CONVERGED
    assert model.quadrature.n_nodes == (61 if n_items == 60 else 71)
