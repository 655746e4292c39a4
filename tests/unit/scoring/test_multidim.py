"""Several competencies at once, against brute-force quadrature and known truth."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from scoring.ability import eap
from scoring.cuts import level_probabilities
from scoring.errors import InvalidDimensions, InvalidOptions, InvalidResponses, NotCalibrated
from scoring.models import category_probabilities, log_category_probabilities
from scoring.multidim import (
    CompetencyModel,
    CorrelationOptions,
    CorrelationStatus,
    JointStatus,
    borrowing_gain,
    estimate_correlations,
    multidimensional_blocks,
    multidimensional_eap,
)
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING, SparseResponses


def equal(n_dims, r):
    return np.where(np.eye(n_dims, dtype=bool), 1.0, r)


def draw(theta, params, rng):
    """Marks of persons with their own theta for every item; theta (n_persons, n_items)."""
    marks = np.empty(theta.shape, dtype=np.int8)
    for item in range(params.n_items):
        chances = category_probabilities(theta[:, item], params.subset([item]))[:, 0]
        marks[:, item] = (rng.random((len(theta), 1)) > np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
    return marks


def sample(n_persons, lengths, correlations, seed, c=0.0):
    rng = np.random.default_rng(seed)
    dimension = np.repeat(np.arange(len(lengths)), lengths)
    n_items = dimension.size
    a, b = rng.lognormal(0.1, 0.3, n_items), rng.normal(size=n_items)
    params = ItemParams(a, b, np.full(n_items, c))
    theta = rng.multivariate_normal(np.zeros(len(lengths)), correlations, size=n_persons)
    return CompetencyModel(params, dimension), theta, draw(theta[:, dimension], params, rng)


def log_joint(marks, model, correlations, nodes):
    """Every combination of nodes, one at a time: (n_persons, n_points), and the points (n_points, n_dims)."""
    points = np.array(list(product(nodes, repeat=model.n_dims)))
    inverse = np.linalg.inv(correlations)
    prior = -0.5 * np.einsum("gi,ij,gj->g", points, inverse, points)
    prior -= 0.5 * np.linalg.slogdet(2 * np.pi * correlations)[1]
    prior += model.n_dims * np.log(nodes[1] - nodes[0])
    total = np.repeat(prior[None], len(marks), axis=0)
    theta = model.mean + model.sd * points
    for item in range(marks.shape[1]):
        logs = log_category_probabilities(theta[:, model.dimension[item]], model.params.subset([item]))[:, 0]
        met = marks[:, item] != MISSING
        total[met] += logs[:, marks[met, item]].T
    return total, theta


def brute_force(marks, model, correlations, n_nodes):
    total, theta = log_joint(marks, model, correlations, np.linspace(-6, 6, n_nodes))
    weights = np.exp(total - total.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ theta
    return mean, np.einsum("ng,gi,gj->nij", weights, theta, theta) - mean[:, :, None] * mean[:, None, :]


@pytest.mark.parametrize(
    ("lengths", "r", "c", "of_mean", "of_covariance"),
    [
        ((6, 6), 0.8, 0.0, 0.001, 0.005),
        ((2, 8), 0.95, 0.0, 0.002, 0.01),
        ((6, 6), -0.6, 0.0, 0.001, 0.005),
        ((6, 6), 0.8, 0.2, 0.003, 0.01),
        ((6, 6, 6), 0.8, 0.0, 0.001, 0.01),
        ((1, 2, 10), 0.9, 0.0, 0.002, 0.01),
        ((4, 4, 4), 0.7, 0.25, 0.004, 0.02),
    ],
)
def test_scores_agree_with_brute_force_quadrature_in_two_and_three_dimensions(
    lengths, r, c, of_mean, of_covariance
):
    correlations = equal(len(lengths), r)
    model, _, marks = sample(60, lengths, correlations, 5, c)
    scores = multidimensional_eap(marks, model, correlations)
    mean, covariance = brute_force(marks, model, correlations, 61 if len(lengths) == 2 else 31)
    np.testing.assert_allclose(scores.theta, mean, atol=of_mean)
    np.testing.assert_allclose(scores.covariance, covariance, atol=of_covariance)
    np.testing.assert_allclose(
        scores.se, np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)), atol=of_covariance
    )


def test_mixed_models_means_sds_and_missing_responses_agree_with_brute_force():
    rng = np.random.default_rng(8)
    graded = ItemParams.polytomous([1.2, 0.9, 1.5], [[-1, 0.2], [0, 1], [-0.5, 0.8]], ItemModel.GRM)
    credit = ItemParams.polytomous([0.8, 1.1], [[-0.5, 0.5], [0.7, -0.1]])
    params = ItemParams.concat([graded, ItemParams.two_pl([1.0, 1.4], [0.1, -0.4]), credit])
    model = CompetencyModel(
        params, np.array([0, 1, 0, 1, 0, 1, 0]), np.array([0.4, -0.3]), np.array([1.3, 0.8])
    )
    correlations = equal(2, 0.7)
    z = rng.multivariate_normal([0, 0], correlations, size=80)
    marks = draw((model.mean + model.sd * z)[:, model.dimension], params, rng)
    marks[rng.random(marks.shape) < 0.3] = MISSING
    scores = multidimensional_eap(marks, model, correlations)
    mean, covariance = brute_force(marks, model, correlations, 81)
    scored = scores.scored
    np.testing.assert_allclose(scores.theta[scored], mean[scored], atol=0.002)
    np.testing.assert_allclose(scores.covariance[scored], covariance[scored], atol=0.008)


def test_each_dimensions_posterior_and_levels_agree_with_brute_force():
    correlations = equal(2, 0.8)
    model, _, marks = sample(40, (5, 7), correlations, 11)
    scores = multidimensional_eap(marks, model, correlations, keep_posterior=True)
    total, theta = log_joint(marks, model, correlations, model.standard_nodes)
    weights = np.exp(total - total.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    for dim in (0, 1):
        exact = np.stack([weights[:, theta[:, dim] == node].sum(axis=1) for node in model.nodes[dim]], axis=1)
        np.testing.assert_allclose(scores.posterior[:, dim], exact, atol=0.002)
        ours = level_probabilities(scores.posterior[:, dim], scores.nodes[dim], [-0.5, 0.6])
        np.testing.assert_allclose(
            ours, level_probabilities(exact, model.nodes[dim], [-0.5, 0.6]), atol=0.002
        )


@pytest.mark.parametrize(("lengths", "r"), [((6, 6), 0.8), ((3, 8), 0.5), ((6, 6), 0.0), ((2, 6), 0.9)])
def test_the_correlation_agrees_with_maximum_likelihood_by_brute_force(lengths, r):
    model, _, marks = sample(250, lengths, equal(2, r), 3)
    options = CorrelationOptions(prior_persons=0.5, tolerance=1e-6)
    found = estimate_correlations(marks, model, options)

    def log_likelihood(correlation):
        total, _ = log_joint(marks, model, equal(2, correlation), np.linspace(-6, 6, 49))
        top = total.max(axis=1)
        return float((top + np.log(np.exp(total - top[:, None]).sum(axis=1))).sum())

    def loss(correlation):
        matrix = equal(2, correlation)
        prior = np.linalg.slogdet(matrix)[1] + np.trace(np.linalg.solve(matrix, equal(2, 0.5)))
        return 0.25 * prior - log_likelihood(correlation)

    exact = minimize_scalar(loss, bounds=(-0.5, 0.99), method="bounded", options={"xatol": 1e-4}).x
    assert found.is_converged
    assert found.correlations[0, 1] == pytest.approx(exact, abs=0.005)
    assert found.log_likelihood == pytest.approx(log_likelihood(found.correlations[0, 1]), abs=0.5)


def test_three_correlations_agree_with_maximum_likelihood_by_brute_force():
    truth = np.array([[1, 0.8, 0.4], [0.8, 1, 0.6], [0.4, 0.6, 1]])
    model, _, marks = sample(300, (6, 4, 6), truth, 31)
    found = estimate_correlations(marks, model, CorrelationOptions(prior_persons=0.5, tolerance=1e-6))
    nodes = np.linspace(-6, 6, 31)
    joint, points = log_joint(marks, model, np.eye(3), nodes)
    likelihood = np.exp(joint + 0.5 * (points**2).sum(axis=1))
    off = np.tril_indices(3, -1)

    def loss(free):
        matrix = np.eye(3)
        matrix[off] = matrix.T[off] = np.tanh(free)
        if np.linalg.eigvalsh(matrix)[0] < 1e-3:
            return 1e6
        inverse = np.linalg.inv(matrix)
        prior = np.exp(-0.5 * np.einsum("gi,ij,gj->g", points, inverse, points))
        penalty = np.linalg.slogdet(matrix)[1] + (inverse * equal(3, 0.5)).sum()
        return 0.25 * penalty - np.log(likelihood @ (prior / prior.sum())).sum()

    exact = np.tanh(minimize(loss, np.arctanh(found.correlations[off]), options={"gtol": 1e-3}).x)
    np.testing.assert_allclose(found.correlations[off], exact, atol=0.005)


def test_correlations_are_recovered_within_their_standard_errors():
    truth = np.array([[1, 0.9, 0.6, 0.3], [0.9, 1, 0.5, 0.4], [0.6, 0.5, 1, 0.7], [0.3, 0.4, 0.7, 1]])
    model, _, marks = sample(3000, (8, 8, 8, 8), truth, 17)
    found = estimate_correlations(marks, model)
    off = np.tril_indices(4, -1)
    assert (np.abs(found.correlations - truth)[off] < 3.0 * found.se[off]).all()
    assert (found.se[off] < 0.04).all()
    assert (found.status[off] == CorrelationStatus.ESTIMATED).all()


def test_with_correlations_of_0_8_and_six_items_each_errors_fall_by_a_fifth():
    correlations = equal(6, 0.8)
    model, theta, marks = sample(2000, (6,) * 6, correlations, 2026)
    found = estimate_correlations(marks, model)
    joint = multidimensional_eap(marks, model, found.correlations)
    alone = multidimensional_eap(marks, model, np.eye(6))
    rmse = [np.sqrt(((scores.theta - theta) ** 2).mean()) for scores in (joint, alone)]
    assert rmse[0] < 0.8 * rmse[1]
    gain = borrowing_gain(joint, alone, model.sd)
    # The standard errors that are reported are those that occur.
    assert np.sqrt((joint.se**2).mean()) == pytest.approx(rmse[0], rel=0.03)
    assert (gain.se_ratio < 0.85).all()
    assert (gain.reliability_joint > gain.reliability_alone + 0.1).all()
    assert ((gain.extra_items > 4) & (gain.extra_items < 18)).all()


def test_borrowing_from_equal_halves_of_one_test_is_worth_the_other_half():
    a, b = np.full(24, 1.2), np.tile(np.linspace(-1.5, 1.5, 12), 2)
    model = CompetencyModel(ItemParams.two_pl(a, b), np.repeat([0, 1], 12))
    rng = np.random.default_rng(1)
    marks = draw(np.repeat(rng.normal(size=(1500, 1)), 24, axis=1), model.params, rng)
    joint = multidimensional_eap(marks, model, equal(2, 0.9999))
    gain = borrowing_gain(joint, multidimensional_eap(marks, model, np.eye(2)), model.sd)
    assert gain.extra_items == pytest.approx([12, 12], abs=1.0)


def test_without_correlations_the_scores_are_the_separate_eaps():
    model, _, marks = sample(200, (6, 8, 3), np.eye(3), 4)
    scores = multidimensional_eap(marks, model, np.eye(3), keep_posterior=True)
    for dim in range(3):
        here = model.dimension == dim
        separate = eap(marks[:, here], model.params.subset(here), normal_quadrature())
        np.testing.assert_allclose(scores.theta[:, dim], separate.theta, atol=1e-9)
        np.testing.assert_allclose(scores.se[:, dim], separate.se, atol=1e-9)
        np.testing.assert_allclose(scores.posterior[:, dim], separate.posterior, atol=1e-9)


def test_who_met_nothing_of_a_competency_is_estimated_from_the_others_and_flagged():
    correlations = equal(2, 0.8)
    model, _, marks = sample(50, (6, 6), correlations, 9)
    marks[:20, 6:] = MISSING
    marks[:3] = MISSING
    scores = multidimensional_eap(marks, model, correlations, keep_posterior=True)
    assert scores.n_responses[3:20, 1].tolist() == [0] * 17
    assert scores.borrowed[3:20, 1].all()
    assert not scores.borrowed[:3].any()
    # Regression on the only ability that is known: E = r theta, Var = 1 - r^2 + r^2 se^2.
    np.testing.assert_allclose(scores.theta[3:20, 1], 0.8 * scores.theta[3:20, 0], atol=1e-6)
    np.testing.assert_allclose(scores.se[3:20, 1] ** 2, 0.36 + 0.64 * scores.se[3:20, 0] ** 2, atol=1e-6)
    assert np.isnan(scores.theta[:3]).all()
    assert np.isnan(scores.posterior[:3]).all()
    assert not scores.scored[:3].any()


def test_a_pair_nobody_met_is_said_to_rest_on_the_prior_and_a_short_competency_to_be_weak():
    model, _, marks = sample(150, (8, 8, 2), equal(3, 0.8), 6)
    marks[:75, :8], marks[75:, 8:16] = MISSING, MISSING
    found = estimate_correlations(marks, model)
    assert found.status[0, 1] == CorrelationStatus.NOT_OBSERVED
    assert found.n_common[0, 1] == 0
    assert found.status[0, 2] == CorrelationStatus.WEAK
    assert np.linalg.eigvalsh(found.correlations)[0] > 0.01


def test_correlations_stay_positive_definite_with_two_items_and_thirty_persons():
    for seed in range(5):
        model, _, marks = sample(30, (2, 2, 2, 2), equal(4, 0.95), seed)
        found = estimate_correlations(marks, model)
        assert np.linalg.eigvalsh(found.correlations)[0] > 0.01
        assert found.is_converged


def test_a_stronger_prior_draws_correlations_towards_its_own():
    model, _, marks = sample(200, (3, 3), equal(2, 0.9), 21)
    weak, strong = (
        estimate_correlations(marks, model, CorrelationOptions(prior_persons=n, prior_correlation=0.2))
        for n in (1.0, 1e5)
    )
    assert strong.correlations[0, 1] == pytest.approx(0.2, abs=0.01)
    assert weak.correlations[0, 1] > 0.5


def test_sparse_responses_and_blocks_give_the_same_scores():
    model, _, marks = sample(2500, (5, 4), equal(2, 0.6), 12)
    marks[np.random.default_rng(0).random(marks.shape) < 0.4] = MISSING
    dense = multidimensional_eap(marks, model, equal(2, 0.6))
    sparse = multidimensional_eap(SparseResponses.from_dense(marks), model, equal(2, 0.6))
    np.testing.assert_allclose(sparse.theta, dense.theta, atol=1e-6)
    covered = [persons for persons, _ in multidimensional_blocks(marks, model, equal(2, 0.6))]
    assert [persons.start for persons in covered[1:]] == [persons.stop for persons in covered[:-1]]
    options = CorrelationOptions(most_persons=900)
    few = [estimate_correlations(one, model, options) for one in (marks, SparseResponses.from_dense(marks))]
    assert few[0].n_persons == few[1].n_persons == 834
    np.testing.assert_allclose(few[0].correlations, few[1].correlations, atol=1e-6)


def test_one_dimension_alone_is_an_ordinary_eap():
    model, _, marks = sample(100, (7,), np.eye(1), 13)
    found = estimate_correlations(marks, model)
    scores = multidimensional_eap(marks, model, found.correlations)
    np.testing.assert_allclose(
        scores.theta[:, 0], eap(marks, model.params, normal_quadrature()).theta, atol=1e-9
    )


def test_nobody_gives_nothing():
    model, _, marks = sample(3, (2, 2), equal(2, 0.5), 1)
    assert multidimensional_eap(marks[:0], model, np.eye(2), keep_posterior=True).theta.shape == (0, 2)
    found = estimate_correlations(marks[:0], model)
    assert found.correlations[0, 1] == pytest.approx(0.5)
    assert found.status[0, 1] == CorrelationStatus.NOT_OBSERVED


def test_bad_input_is_named():
    model, _, marks = sample(4, (2, 2), equal(2, 0.5), 1)
    with pytest.raises(InvalidDimensions, match=r"expected \(2, 2\)"):
        multidimensional_eap(marks, model, np.eye(3))
    with pytest.raises(InvalidDimensions, match="positive definite"):
        multidimensional_eap(marks, model, equal(2, 1.0))
    with pytest.raises(InvalidDimensions, match="symmetric"):
        multidimensional_eap(marks, model, [[1.0, 0.3], [0.4, 1.0]])
    with pytest.raises(InvalidDimensions, match="whole numbers"):
        CompetencyModel(model.params, np.array([0.0, 0.5, 1.0, 1.0]))
    with pytest.raises(InvalidOptions, match="prior_persons"):
        CorrelationOptions(prior_persons=0.0)
    with pytest.raises(InvalidDimensions, match="positive definite"):
        estimate_correlations(marks, model, CorrelationOptions(prior_correlation=1.0))
    with pytest.raises(InvalidDimensions, match="beyond mean"):
        CompetencyModel(model.params, np.array([0, 0, 1, 2]), np.zeros(2))
    with pytest.raises(InvalidResponses):
        multidimensional_eap(marks[:, :3], model, np.eye(2))
    with pytest.raises(NotCalibrated):
        multidimensional_eap(
            marks,
            CompetencyModel(ItemParams.two_pl([1, np.nan, 1, 1], [0, np.nan, 0, 0]), [0, 0, 1, 1]),
            np.eye(2),
        )


def conditional_quadrature(marks, model, r, n=801):
    """Over z1 and what of z2 is independent of it: exact for any correlation, a person at a time."""
    z = np.linspace(-8, 8, n)
    first, second = z[:, None] + 0 * z, r * z[:, None] + np.sqrt(1 - r * r) * z
    found = []
    for row in marks:
        logs = -0.5 * z[:, None] ** 2 - 0.5 * z**2
        for item, mark in enumerate(row):
            a, b, c = (getattr(model.params, name)[item] for name in "abc")
            right = c + (1 - c) / (1 + np.exp(-a * ((first, second)[model.dimension[item]] - b)))
            logs = logs + np.log(right if mark else 1 - right)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        means = [(weights * one).sum() for one in (first, second)]
        sds = [
            np.sqrt((weights * (one - m) ** 2).sum()) for one, m in zip((first, second), means, strict=True)
        ]
        found.append([*means, *sds])
    return np.array(found)


@pytest.mark.parametrize(
    ("r", "c", "length"), [(0.9, 0.0, 8), (0.99, 0.25, 8), (-0.99, 0.25, 20), (0.9999, 0.1, 6)]
)
def test_exact_scores_of_two_competencies_are_those_of_quadrature_over_a_conditional(r, c, length):
    model, _, marks = sample(4, (length, length), equal(2, r), 23, c)
    marks[0], marks[1] = 1, 0
    truth = conditional_quadrature(marks, model, r)
    scores = multidimensional_eap(marks, model, equal(2, r), exact=True, keep_posterior=True)
    np.testing.assert_allclose(scores.theta, truth[:, :2], atol=1e-5)
    np.testing.assert_allclose(scores.se, truth[:, 2:], rtol=2e-5)
    np.testing.assert_allclose(
        np.sqrt(np.diagonal(scores.covariance, axis1=1, axis2=2)), scores.se, rtol=1e-9
    )
    assert scores.posterior.shape == (4, 2, 61)
    assert (scores.status == JointStatus.CONVERGED).all()


def test_whose_responses_contradict_the_correlation_is_said_to_be_approximate():
    b = np.linspace(-2, 2, 30)
    for n_dims in (2, 3):
        correlations = np.eye(n_dims)
        correlations[0, 1] = correlations[1, 0] = -0.99
        params = ItemParams(np.full(30 * n_dims, 1.2), np.tile(b, n_dims), np.full(30 * n_dims, 0.25))
        model = CompetencyModel(params, np.repeat(np.arange(n_dims), 30))
        marks = np.ones((3, 30 * n_dims), dtype=np.int8)
        marks[1, :30] = b < 0.6
        marks[1, 30:60] = b < -0.6
        marks[2] = MISSING
        scores = multidimensional_eap(marks, model, correlations)
        assert scores.status.tolist()[::2] == [JointStatus.APPROXIMATE, JointStatus.NOT_SCORED]
        assert np.abs(scores.theta[0, :2]).max() < 0.3  # 2.5 were it not for the correlation


def test_exact_scores_survive_responses_that_all_but_rule_out_the_prior():
    params = ItemParams.two_pl(np.full(1200, 2.0), np.tile(np.linspace(-1, 1, 600), 2))
    model = CompetencyModel(params, np.repeat([0, 1], 600))
    scores = multidimensional_eap(np.ones((1, 1200)), model, equal(2, -0.99), exact=True)
    assert np.isfinite(scores.theta).all()
    assert scores.theta[0, 0] == pytest.approx(scores.theta[0, 1])


def test_exact_scores_are_of_two_competencies_at_most():
    model, _, marks = sample(4, (2, 2, 2), equal(3, 0.5), 1)
    with pytest.raises(InvalidDimensions, match="exact"):
        multidimensional_eap(marks, model, equal(3, 0.5), exact=True)
