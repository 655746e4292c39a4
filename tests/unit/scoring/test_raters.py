"""Raters: the many-facet model against its likelihood written out, and what its numbers promise."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from scoring.errors import DisconnectedRatings, InvalidParameters, InvalidResponses
from scoring.quadrature import normal_quadrature
from scoring.raters import (
    Facet,
    FacetExclusion,
    FacetOptions,
    FacetParams,
    RaterMessage,
    RaterStatus,
    Ratings,
    Steps,
    agreement,
    band_marks,
    calibrate_raters,
    draw_facets,
    person_measures,
    rater_fit,
    rater_links,
    rater_pairs,
    rater_task_bias,
    simulate_ratings,
    task_fit,
)

GRID = normal_quadrature(41)


def simulated(seed, n_persons=400, n_tasks=4, n_raters=8, n_categories=6, truth=None):
    """Two raters a candidate, drawn anew for each."""
    rng = np.random.default_rng(seed)
    truth = truth or draw_facets(n_tasks, n_raters, n_categories, rng)
    theta = rng.normal(0.0, truth.sd, n_persons)
    ratings = simulate_ratings(theta, truth, rater_pairs(n_persons, truth.n_raters, rng), rng)
    return truth, theta, ratings


@pytest.fixture(scope="module")
def panel():
    truth, theta, ratings = simulated(3)
    return truth, theta, ratings, calibrate_raters(ratings)


def log_likelihood_in_loops(ratings, slope, difficulty, severity, steps, sd):
    """Every person, rating and category one after the other, at all nodes together."""
    total = 0.0
    for person in range(ratings.n_persons):
        at_nodes = GRID.weights.copy()
        for row in np.flatnonzero(ratings.person == person):
            t, r, x = ratings.task[row], ratings.rater[row], ratings.mark[row]
            logits = [slope[t] * (sd * GRID.nodes - difficulty[t] - severity[r] - step) for step in steps[t]]
            odds = [np.exp(sum(logits[:k], np.zeros(GRID.n_nodes))) for k in range(len(logits) + 1)]
            at_nodes *= odds[x] / sum(odds)
        total += math.log(at_nodes.sum())
    return total


def tiny(seed=5):
    rng = np.random.default_rng(seed)
    truth = draw_facets(2, 3, 3, rng)
    return simulate_ratings(rng.normal(0, 1.2, 24), truth, rater_pairs(24, 3, rng), rng)


def rating_scale(x):
    difficulty, severity = x[:2], np.array([x[2], x[3], -x[2] - x[3]])
    return np.ones(2), difficulty, severity, np.tile([x[4], -x[4]], (2, 1)), math.exp(x[5])


def partial_credit(x):
    difficulty, severity = x[:2], np.array([x[2], x[3], -x[2] - x[3]])
    return np.exp(x[6:8]), difficulty, severity, np.array([[x[4], -x[4]], [x[5], -x[5]]]), 1.0


@pytest.mark.parametrize(
    ("unpack", "n_free", "options"),
    [
        (rating_scale, 6, FacetOptions(quadrature=GRID, min_ratings=1)),
        (
            partial_credit,
            8,
            FacetOptions(quadrature=GRID, min_ratings=1, steps=Steps.BY_TASK, estimate_slopes=True),
        ),
    ],
)
def test_estimates_and_errors_are_those_of_the_likelihood_written_out(unpack, n_free, options):
    ratings = tiny()
    fit = calibrate_raters(ratings, options)
    assert fit.is_converged
    found = minimize(
        lambda x: -log_likelihood_in_loops(ratings, *unpack(x)), np.zeros(n_free), method="BFGS",
        options={"gtol": 1e-4},
    )  # fmt: skip
    slope, difficulty, severity, steps, sd = unpack(found.x)
    assert fit.n_parameters == n_free
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert fit.params.slope == pytest.approx(slope, abs=1e-4)
    assert fit.params.difficulty == pytest.approx(difficulty, abs=1e-4)
    assert fit.params.severity == pytest.approx(severity, abs=1e-4)
    assert fit.params.steps == pytest.approx(steps, abs=1e-4)
    assert fit.params.sd == pytest.approx(sd, abs=1e-4)
    errors = np.sqrt(np.diag(np.linalg.inv(second_differences(ratings, unpack, found.x))))
    assert fit.se.difficulty == pytest.approx(errors[:2], rel=1e-3)
    assert fit.se.severity[:2] == pytest.approx(errors[2:4], rel=1e-3)
    assert fit.se.steps[0] == pytest.approx(errors[[4, 4]], rel=1e-3)
    if options.estimate_slopes:
        assert fit.se.slope == pytest.approx(errors[6:] * slope, rel=1e-3)
        assert math.isnan(fit.se.sd)
    else:
        assert fit.se.sd == pytest.approx(errors[5] * sd, rel=1e-3)
        assert np.isnan(fit.se.slope).all()


def second_differences(ratings, unpack, x, h=1e-3):
    """Negative second derivatives of the log-likelihood."""

    def at(*moves):
        point = x.copy()
        for place, by in moves:
            point[place] += by
        return -log_likelihood_in_loops(ratings, *unpack(point))

    n, centre = x.size, at()
    table = np.empty((n, n))
    for i in range(n):
        table[i, i] = (at((i, h)) + at((i, -h)) - 2 * centre) / h**2
        for j in range(i):
            corners = at((i, h), (j, h)) + at((i, -h), (j, -h)) - at((i, h), (j, -h)) - at((i, -h), (j, h))
            table[i, j] = table[j, i] = corners / (4 * h**2)
    return table


def test_severities_are_recovered_within_their_errors():
    errors, widths = [], []
    for seed in range(12):
        truth, _, ratings = simulated(seed, n_persons=250)
        fit = calibrate_raters(ratings)
        assert fit.is_converged
        assert abs(np.mean(fit.params.severity)) < 1e-12
        errors.append(fit.params.severity - truth.severity)
        widths.append(fit.se.severity)
    rmse, error = np.sqrt(np.mean(np.square(errors))), np.sqrt(np.mean(np.square(widths)))
    assert rmse < 0.12
    assert rmse == pytest.approx(error, rel=0.2)
    inside = np.abs(errors) < 1.96 * np.array(widths)
    assert 0.89 <= inside.mean() <= 0.99  # 96 intervals


def test_steps_difficulties_and_spread_are_recovered_for_each_rating_scale():
    rng = np.random.default_rng(8)
    common = draw_facets(4, 8, 6, rng)
    steps = np.sort(common.steps + rng.normal(0, 0.3, common.steps.shape), axis=1)
    steps -= steps.mean(axis=1, keepdims=True)
    slope = np.array([0.7, 1.0, 1.3, 1.6])
    truth = FacetParams(slope, common.difficulty, common.severity, steps, 1.0, common.category_marks)
    _, theta, ratings = simulated(9, n_persons=1500, truth=truth)
    fit = calibrate_raters(ratings, FacetOptions(steps=Steps.BY_TASK, estimate_slopes=True))
    assert fit.is_converged
    for name, least in (("slope", 0.2), ("difficulty", 0.2), ("severity", 0.15), ("steps", 0.35)):
        error = getattr(fit.params, name) - getattr(truth, name)
        assert np.abs(error).max() < least
        assert np.abs(error / getattr(fit.se, name)).max() < 3.5
    assert np.corrcoef(person_measures(ratings, fit).theta, theta)[0, 1] > 0.93


def test_a_mean_rater_stands_for_all_in_the_fair_average(panel):
    truth, theta, ratings, fit = panel
    measures = person_measures(ratings, fit)
    k = np.arange(6.0)
    fair = np.zeros(theta.size)
    for difficulty in truth.difficulty:
        logits = theta[:, None] - difficulty - truth.steps[0]
        psi = np.c_[np.zeros(theta.size), np.cumsum(logits, axis=1)]
        fair += np.exp(psi) @ k / np.exp(psi).sum(axis=1) / 4
    assert np.sqrt(np.mean((measures.fair_average - fair) ** 2)) < np.sqrt(
        np.mean((measures.observed_average - fair) ** 2)
    )
    standardised = (measures.fair_average - fair) / measures.fair_average_se
    assert standardised.std() == pytest.approx(1.0, abs=0.15)
    assert ((measures.theta - theta) / measures.se).std() == pytest.approx(1.0, abs=0.15)


def test_who_met_severe_raters_gets_credit_for_it():
    truth, _, _ = simulated(1)
    harsh = FacetParams(truth.slope, truth.difficulty, np.array([1.5] * 4 + [-1.5] * 4), truth.steps, 1.5,
                        truth.category_marks)  # fmt: skip
    _, _, ratings = simulated(2, truth=harsh)
    fit = calibrate_raters(ratings)
    measures = person_measures(ratings, fit)
    n_severe = np.bincount(ratings.person, weights=ratings.rater < 4, minlength=400) / 4
    gain = measures.fair_average - measures.observed_average
    assert gain[n_severe == 2].mean() > 0.4
    assert gain[n_severe == 0].mean() < -0.4
    assert abs(gain[n_severe == 1].mean()) < 0.1
    assert fit.separation_reliability > 0.98


def test_mean_squares_and_agreement_are_as_expected_when_the_model_holds(panel):
    _, _, ratings, fit = panel
    for found in (rater_fit(ratings, fit), task_fit(ratings, fit)):
        assert found.infit.mean() == pytest.approx(1.0, abs=0.06)
        assert found.outfit.mean() == pytest.approx(1.0, abs=0.08)
        assert found.n_ratings.sum() == ratings.n_ratings
        assert found.observed == pytest.approx(found.expected, abs=1e-5)  # the likelihood equations
    pairs = agreement(ratings, fit)
    assert pairs.total_pairs == 400 * 4
    assert pairs.total_exact == pytest.approx(pairs.total_expected, abs=0.03)
    assert pairs.n_pairs.sum() == 2 * pairs.total_pairs
    assert abs(pairs.kappa) < 0.05


def test_agreement_counts_every_pair_once():
    ratings = Ratings.from_labels(
        person=[p for p in range(40) for _ in range(3)], task=["t"] * 120, rater=list("abc") * 40,
        mark=[0, 0, 1, 1, 1, 0] * 20,
    )  # fmt: skip
    pairs = agreement(ratings, calibrate_raters(ratings, FacetOptions(quadrature=GRID)))
    assert (pairs.total_pairs, pairs.total_exact) == (120, pytest.approx(1 / 3))
    assert pairs.exact == pytest.approx([0.5, 0.5, 0.0])
    assert pairs.total_adjacent == 1.0


def test_erratic_and_copying_raters_stand_out():
    _, _, ratings = simulated(4, n_persons=800)
    marks = ratings.mark.copy()
    marks[ratings.rater == 0] = np.random.default_rng(0).integers(0, 6, (ratings.rater == 0).sum())
    for person in range(800):
        mine = np.flatnonzero(ratings.person == person)
        if 1 in ratings.rater[mine] and 0 not in ratings.rater[mine]:
            for task in range(4):
                work = mine[ratings.task[mine] == task]
                marks[work] = marks[work[ratings.rater[work] != 1][0]]
    changed = Ratings(ratings.person, ratings.task, ratings.rater, marks, ratings.persons, ratings.tasks,
                      ratings.raters)  # fmt: skip
    fit = calibrate_raters(changed)
    found = rater_fit(changed, fit)
    assert np.argmax(found.infit) == 0
    assert found.infit[0] > 1.4
    assert found.z_infit[0] > 4
    pairs = agreement(changed, fit)
    assert np.argmax(pairs.exact - pairs.expected) == 1


def test_bias_is_found_where_it_is_and_seldom_elsewhere():
    z = []
    for seed in range(12):
        _, _, ratings = simulated(seed, n_persons=200)
        found = rater_task_bias(ratings, calibrate_raters(ratings))
        z.extend(found.z)
    assert np.std(z) == pytest.approx(1.0, abs=0.08)  # 384 pairs
    assert abs(np.mean(z)) < 0.05
    _, _, ratings = simulated(11, n_persons=500)
    at = (ratings.rater == 2) & (ratings.task == 1)
    marks = ratings.mark - at * (ratings.mark > 0)
    biased = Ratings(ratings.person, ratings.task, ratings.rater, marks, ratings.persons, ratings.tasks,
                     ratings.raters)  # fmt: skip
    found = rater_task_bias(biased, calibrate_raters(biased))
    worst = np.argmax(found.z)
    assert (found.rater[worst], found.task[worst]) == (2, 1)
    assert found.flagged[worst]
    assert found.bias[worst] > 0.5
    assert found.observed[worst] < found.expected[worst]


def test_the_bias_is_the_score_test_of_the_likelihood_written_out():
    ratings = tiny(7)
    fit = calibrate_raters(ratings, FacetOptions(quadrature=GRID, min_ratings=1))
    found = rater_task_bias(ratings, fit)

    def unpack(x):
        # A task of its own for the cell: same curve, its difficulty moved by the bias.
        _, difficulty, severity, steps, sd = rating_scale(x[:6])
        return np.ones(3), np.r_[difficulty, difficulty[1] + x[6]], severity, np.tile(steps[0], (3, 1)), sd

    p = fit.params
    x = np.r_[p.difficulty, p.severity[:2], p.steps[0, 0], math.log(p.sd), 0.0]
    cell = (ratings.task == 1) & (ratings.rater == 2)
    split = Ratings(ratings.person, np.where(cell, 2, ratings.task), ratings.rater, ratings.mark,
                    ratings.persons, (0, 1, 2), ratings.raters)  # fmt: skip
    information = second_differences(split, unpack, x)
    up, down = (log_likelihood_in_loops(split, *unpack(x + h * np.eye(7)[6])) for h in (1e-4, -1e-4))
    variance = np.linalg.inv(information)[6, 6]
    place = np.flatnonzero((found.task == 1) & (found.rater == 2))[0]
    assert found.se[place] == pytest.approx(math.sqrt(variance), rel=1e-3)
    assert found.bias[place] == pytest.approx((up - down) / 2e-4 * variance, abs=1e-3)


def table(*rows):
    return Ratings.from_labels(*zip(*rows, strict=True))


def test_pairs_with_candidates_of_their_own_share_no_scale_though_the_graph_hangs_together():
    rows = [(p, t, 2 * (p % 2) + r, (p + t + r) % 3) for p in range(40) for t in range(3) for r in range(2)]
    ratings = table(*rows)
    links = rater_links(ratings)
    assert len(links.components) == 1
    assert [group.tolist() for group in links.rater_groups] == [[0, 1], [2, 3]]
    assert not links.confounded
    with pytest.raises(DisconnectedRatings, match="2 groups, no persons link them") as caught:
        calibrate_raters(ratings)
    assert caught.value.groups == ((0, 1), (2, 3))
    fit = calibrate_raters(ratings, FacetOptions(require_links=False))
    assert RaterMessage.LINKED_BY_POPULATION_ONLY in {warning.code for warning in fit.warnings}


def test_one_candidate_rated_by_both_pairs_links_them():
    rows = [(p, t, 2 * (p % 2) + r, (p + t + r) % 3) for p in range(40) for t in range(3) for r in range(2)]
    assert rater_links(table(*rows, (0, 0, 2, 1))).connected


def test_raters_each_with_tasks_of_their_own_are_refused_even_if_persons_are_alike():
    rows = [(p, t, t, (p + t) % 3) for p in range(40) for t in range(2)]
    with pytest.raises(DisconnectedRatings) as caught:
        calibrate_raters(table(*rows), FacetOptions(require_links=False))
    assert caught.value.confounded


def test_pieces_of_the_graph_are_named():
    rows = [(p, t, t, p % 2) for p, t in ((0, 0), (1, 0), (2, 1))]
    pieces = rater_links(table(*rows)).components
    assert [(piece.persons.tolist(), piece.tasks.tolist()) for piece in pieces] == [([0, 1], [0]), ([2], [1])]


def test_a_rater_of_few_ratings_or_of_one_mark_has_no_severity_and_touches_no_other(panel):
    _, _, ratings, fit = panel
    more = [(p, t, "few", 3) for p in range(2) for t in range(4)]
    more += [(p, t, "always top", 5) for p in range(20) for t in range(4)]
    columns = [list(ratings.person), list(ratings.task), list(ratings.rater), list(ratings.mark)]
    extended = Ratings.from_labels(
        *[column + list(extra) for column, extra in zip(columns, zip(*more, strict=True), strict=True)]
    )
    again = calibrate_raters(extended)
    assert [(e.facet, extended.raters[e.position], e.reason) for e in again.excluded] == [
        (Facet.RATER, "few", FacetExclusion.TOO_FEW_RATINGS),
        (Facet.RATER, "always top", FacetExclusion.ALL_HIGHEST),
    ]
    assert np.isnan(again.params.severity[-2:]).all()
    order = [extended.raters.index(r) for r in range(8)]
    assert again.params.severity[order] == pytest.approx(fit.params.severity, abs=1e-6)
    assert again.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)


def test_a_person_without_ratings_that_count_is_not_scored(panel):
    _, _, ratings, fit = panel
    with_absent = Ratings(ratings.person, ratings.task, ratings.rater, ratings.mark,
                          (*ratings.persons, "absent"), ratings.tasks, ratings.raters)  # fmt: skip
    measures = person_measures(with_absent, fit)
    assert np.isnan([measures.theta[-1], measures.se[-1], measures.fair_average[-1]]).all()
    assert measures.n_ratings[-1] == 0
    assert np.isfinite(measures.theta[:-1]).all()


def test_marks_nobody_gave_have_no_step_and_averages_stay_in_marks(panel):
    _, _, ratings, fit = panel
    marks = np.array([0, 10, 20, 50, 90, 100])[ratings.mark]
    spread = Ratings(ratings.person, ratings.task, ratings.rater, marks, ratings.persons, ratings.tasks,
                     ratings.raters)  # fmt: skip
    again = calibrate_raters(spread)
    assert again.params.severity == pytest.approx(fit.params.severity, abs=1e-9)
    assert {warning.code for warning in again.warnings} == {RaterMessage.CATEGORIES_RECODED}
    fair = person_measures(spread, again).fair_average
    assert 0 < fair.min() < 40
    assert 60 < fair.max() < 100


def test_few_nodes_are_refined_until_they_resolve_the_posteriors():
    rng = np.random.default_rng(2)
    truth = draw_facets(4, 4, 8, rng)
    wide = FacetParams(truth.slope, truth.difficulty, truth.severity, truth.steps, 4.0, truth.category_marks)
    theta = rng.normal(0, 4, 40)
    ratings = simulate_ratings(theta, wide, rater_pairs(40, 4, rng, n_each=3), rng)
    fit = calibrate_raters(ratings)
    assert fit.quadrature.n_nodes > 61
    finer = calibrate_raters(ratings, FacetOptions(quadrature=normal_quadrature(281, -7, 7)))
    assert fit.params.severity == pytest.approx(finer.params.severity, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(finer.log_likelihood, abs=1e-3)
    coarse = calibrate_raters(ratings, FacetOptions(quadrature=normal_quadrature(31)))
    assert RaterMessage.QUADRATURE_TOO_COARSE in {warning.code for warning in coarse.warnings}


def test_a_fit_can_be_watched_cancelled_and_cut_short(panel):
    _, _, ratings, fit = panel
    seen = []
    calibrate_raters(ratings, progress=lambda i, n, log_likelihood: seen.append(log_likelihood))
    assert (np.diff(seen) > -1e-6).all()
    assert seen[-1] == pytest.approx(fit.log_likelihood)
    assert calibrate_raters(ratings, should_cancel=lambda: True).status is RaterStatus.CANCELLED
    short = calibrate_raters(ratings, FacetOptions(max_iterations=2))
    assert short.status is RaterStatus.MAX_ITERATIONS
    assert not short.is_converged


def test_ratings_at_fault_are_named():
    with pytest.raises(InvalidResponses, match=r"already rated this person's task \(row 2\)"):
        table(("p", "t", "r", 1), ("p", "t", "s", 1), ("p", "t", "r", 2))
    with pytest.raises(InvalidResponses, match=r"whole number from 0 \(row 1\)"):
        table(("p", "t", "r", 1), ("p", "t", "s", 1.5))
    with pytest.raises(InvalidResponses, match=r"whole number from 0 \(row 0\)"):
        table(("p", "t", "r", float("nan")))
    with pytest.raises(InvalidResponses, match=r"rater: has no label \(row 0\)"):
        Ratings(np.array([0]), np.array([0]), np.array([3]), np.array([1]), ("p",), ("t",), ("r",))
    with pytest.raises(InvalidResponses, match="no rater and task"):
        calibrate_raters(table(("p", "t", "r", 1)))
    with pytest.raises(InvalidParameters):
        FacetOptions(min_ratings=0)


def test_bands_are_equally_wide_and_full_marks_fall_into_the_last():
    assert band_marks([0, 9.9, 10, 55, 99, 100], 10).tolist() == [0, 0, 1, 5, 9, 9]
    with pytest.raises(InvalidResponses, match=r"expected 0 to 100 \(row 1\)"):
        band_marks([5, 101], 5)
