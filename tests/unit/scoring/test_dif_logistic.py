"""Logistic regression against difR's figures and against a general optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from scoring.dif import (
    DifClass,
    DifEffect,
    DifOptions,
    DifReason,
    Matching,
    MatchOn,
    PurificationOptions,
    PurificationStatus,
    logistic_dif,
)
from scoring.responses import MISSING, SparseResponses
from tests.unit.scoring import dif_reference as difr
from tests.unit.scoring.mirt_reference import gender, load, responses_of

PRINTED = 5.1e-5


def verbal() -> np.ndarray:
    places = [load("verbal_2pl")["items"].index(name) for name in difr.ITEMS]
    return responses_of("verbal_2pl")[:, places]


def optimised(y: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray]:
    """Log-likelihood and slopes of a proportional-odds model by a general-purpose optimiser."""
    k = int(y.max())

    def minus(p: np.ndarray) -> float:
        cuts = p[0] - np.concatenate([[0.0], np.cumsum(np.exp(p[1:k]))])
        eta = x @ p[k:]
        reach = np.column_stack([np.ones(len(y)), expit(cuts + eta[:, None]), np.zeros(len(y))])
        return -float(np.log(reach[np.arange(len(y)), y] - reach[np.arange(len(y)), y + 1]).sum())

    found = minimize(minus, np.zeros(k + x.shape[1]), method="BFGS", options={"gtol": 1e-7})
    return -found.fun, found.x[k:]


def two_groups(rng: np.random.Generator, n: int = 800) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    focal = rng.integers(0, 2, n)
    theta = rng.normal(size=n) + 0.4 * focal
    marks = (rng.random((n, 15)) < expit(theta[:, None] - rng.normal(size=15))).astype(np.int8)
    return marks, focal, theta


def test_every_figure_of_difr_is_reproduced() -> None:
    found = logistic_dif(verbal(), gender(), "male")
    assert np.abs(found.chi_square[:, 0] - difr.LOGISTIC_UNIFORM).max() < PRINTED
    assert np.abs(found.chi_square[:, 1] - difr.LOGISTIC_NON_UNIFORM).max() < PRINTED
    assert np.abs(found.chi_square[:, 2] - difr.LOGISTIC_BOTH).max() < PRINTED
    assert np.abs(found.r_square_change - difr.LOGISTIC_R_SQUARE_CHANGE).max() < PRINTED
    assert set(found.jodoin_gierl) == set(found.zumbo_thomas) == {DifClass.A}


@pytest.mark.parametrize("case", ["verbal_2pl", "verbal_gpcm"])
def test_fits_equal_those_of_a_general_optimiser(case: str) -> None:
    marks, men = responses_of(case), (np.array(gender()) == "male").astype(float)
    found = logistic_dif(marks, gender(), "male")
    score = marks.sum(axis=1).astype(float)
    for item in (0, 11, 23):
        y = marks[:, item].astype(int)
        z = (score - score.mean()) / score.std()
        designs = [np.column_stack([z, men, z * men])[:, : k + 1] for k in range(3)]
        fits = [optimised(y, x) for x in designs]
        both = 2 * (fits[2][0] - fits[0][0])
        assert abs(found.chi_square[item, 2] - both) < 1e-6
        assert abs(found.log_odds_ratio[item] - fits[1][1][1]) < 1e-4
        raw = np.column_stack([score, men, score * men])
        eta = raw @ found.coefficients[item]
        assert np.ptp(eta - designs[2] @ fits[2][1]) < 1e-3  # the same curve but for the threshold


def test_group_effect_and_its_error_are_those_of_plain_newton_steps() -> None:
    marks, focal, theta = two_groups(np.random.default_rng(2))
    options = DifOptions(matching=Matching(MatchOn.THETA, theta=theta))
    found = logistic_dif(marks, focal, 1, options=options)
    for item in range(15):
        x = np.column_stack([np.ones(len(theta)), theta, focal])
        beta = np.zeros(3)
        for _ in range(25):
            p = expit(x @ beta)
            information = x.T @ (x * (p * (1 - p))[:, None])
            beta += np.linalg.solve(information, x.T @ (marks[:, item] - p))
        assert abs(found.log_odds_ratio[item] - beta[2]) < 1e-9
        assert abs(found.se_log_odds_ratio[item] - np.sqrt(np.linalg.inv(information)[2, 2])) < 1e-8


def test_separated_data_end_with_a_reason_and_leave_the_other_items_alone() -> None:
    marks, focal, theta = two_groups(np.random.default_rng(3))
    marks[:, 0] = theta > 0.1  # ability separates it
    marks[focal == 1, 1] = 1  # the group does
    options = DifOptions(matching=Matching(MatchOn.THETA, theta=theta))
    found = logistic_dif(marks, focal, 1, options=options)
    assert found.reasons[:2] == (DifReason.SEPARATION, DifReason.SEPARATION)
    assert np.isnan(found.chi_square[0]).all()
    assert np.isnan(found.chi_square[1]).all()
    assert found.reasons[2:] == (None,) * 13
    alone = logistic_dif(marks[:, 2:], focal, 1, options=options)
    assert np.allclose(found.chi_square[2:], alone.chi_square, atol=1e-9)


def test_steep_but_not_separated_items_converge() -> None:
    rng = np.random.default_rng(4)
    focal, theta = rng.integers(0, 2, 2000), rng.normal(size=2000)
    marks = (rng.random((2000, 4)) < expit(25 * (theta[:, None] - [0, 1, -1, 2]))).astype(np.int8)
    found = logistic_dif(marks, focal, 1, options=DifOptions(matching=Matching(MatchOn.THETA, theta=theta)))
    assert found.reasons == (None,) * 4
    assert np.abs(found.coefficients[:, 0] / 25 - 1).max() < 0.5


def test_non_uniform_dif_shows_in_its_own_test() -> None:
    rng = np.random.default_rng(5)
    focal, theta = rng.integers(0, 2, 3000), rng.normal(size=3000)
    slope = np.where(focal == 1, 0.5, 1.7)[:, None]
    marks = (rng.random((3000, 20)) < expit(theta[:, None] - rng.normal(size=20))).astype(np.int8)
    marks[:, :1] = rng.random((3000, 1)) < expit(slope * theta[:, None])
    options = DifOptions(effect=DifEffect.NON_UNIFORM, purification=PurificationOptions())
    found = logistic_dif(marks, focal, 1, options=options)
    assert found.p[0, 1] < 1e-6 < found.p[0, 0]
    assert found.coefficients[0, 2] < 0
    assert not found.purification.anchors[0]
    assert found.purification.status in (PurificationStatus.CONVERGED, PurificationStatus.CYCLE)


def test_missing_responses_leave_a_person_out_of_a_score_but_not_of_an_ability() -> None:
    marks, focal, theta = two_groups(np.random.default_rng(6))
    gap = marks.copy()
    gap[:100, 3] = MISSING
    by_score, whole = logistic_dif(gap, focal, 1), logistic_dif(marks[100:], focal[100:], 1)
    assert np.allclose(by_score.chi_square, whole.chi_square, atol=1e-9)
    options = DifOptions(matching=Matching(MatchOn.THETA, theta=theta))
    by_ability = logistic_dif(gap, focal, 1, options=options)
    assert (by_ability.n_focal + by_ability.n_reference).tolist() == [800] * 3 + [700] + [800] * 11
    sparse = logistic_dif(SparseResponses.from_dense(gap), focal, 1, options=options)
    assert np.array_equal(sparse.chi_square, by_ability.chi_square)


def test_an_empty_category_is_left_out_of_the_order() -> None:
    marks = responses_of("verbal_gpcm").copy()
    doubled = np.where(marks[:, 0] == 2, 5, marks[:, 0])
    options = DifOptions(matching=Matching(MatchOn.THETA, theta=marks.sum(axis=1).astype(float)))
    one = logistic_dif(marks, gender(), "male", options=options)
    marks[:, 0] = doubled
    other = logistic_dif(marks, gender(), "male", options=options)
    assert np.allclose(one.chi_square[0], other.chi_square[0], atol=1e-10)


def test_a_criterion_or_group_that_tells_nothing_has_a_reason() -> None:
    marks, focal, _ = two_groups(np.random.default_rng(7))
    constant = DifOptions(matching=Matching(MatchOn.THETA, theta=np.ones(800)))
    assert set(logistic_dif(marks, focal, 1, options=constant).reasons) == {DifReason.NOT_ESTIMABLE}
    in_group = DifOptions(matching=Matching(MatchOn.THETA, theta=np.where(focal == 1, 0.0, marks[:, 0])))
    assert set(logistic_dif(marks[:, 1:], focal, 1, options=in_group).reasons) == {DifReason.NOT_ESTIMABLE}


def test_without_dif_five_per_cent_are_significant() -> None:
    rng = np.random.default_rng(8)
    p = []
    for _ in range(40):
        marks, focal, theta = two_groups(rng, 400)
        options = DifOptions(matching=Matching(MatchOn.THETA, theta=theta))
        p.append(logistic_dif(marks, focal, 1, options=options).p)
    shares = (np.vstack(p) < 0.05).mean(axis=0)
    assert (shares > 0.03).all()
    assert (shares < 0.075).all()
