"""lz and lz* against Snijders' formulas, written out with loops over items and categories."""

import numpy as np
import pytest

from scoring.errors import InvalidParameters, InvalidResponses
from scoring.fit import ThetaMethod, person_fit, person_mean_squares
from scoring.fit._pairs import pair_curves
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.responses import SparseResponses
from tests.unit.scoring.mirt_reference import CASES, load, params_of
from tests.unit.scoring.test_fit_m2 import MIXED, draw

THREE_PL = ItemParams(np.linspace(0.7, 1.8, 12), np.linspace(-2, 2, 12), np.linspace(0.05, 0.3, 12))


def curves_at(theta, params):
    """P, P' and P'' of each item by central differences of the public curves."""
    h = 1e-4
    low, middle, high = category_probabilities([theta - h, theta, theta + h], params)
    return middle, (high - low) / (2 * h), (high - 2 * middle + low) / h**2


def snijders(marks, params, theta, method, prior=(0.0, 1.0)):
    """Snijders (2001), eq. 5-10; Sinharay (2016) for more categories. One person, plain loops."""
    p, slope, bend = curves_at(theta, params)
    numerator = denominator = info = skew = 0.0
    for i in range(params.n_items):
        if marks[i] < 0:
            continue
        for k in range(params.n_categories[i]):
            numerator += slope[i, k] * np.log(p[i, k])
            denominator += slope[i, k] * slope[i, k] / p[i, k]
            info += slope[i, k] ** 2 / p[i, k]
            skew += slope[i, k] * bend[i, k] / p[i, k]
    c = numerator / denominator
    h = 1e-5
    information = [
        sum(
            curves_at(theta + step, params)[1][i, k] ** 2 / curves_at(theta + step, params)[0][i, k]
            for i in range(params.n_items)
            if marks[i] >= 0
            for k in range(params.n_categories[i])
        )
        for step in ((-h, h) if method == "JEFFREYS" else ())
    ]
    rise = (information[1] - information[0]) / (2 * h) if information else 0.0
    r0 = {
        "ML": 0.0,
        "JEFFREYS": rise / (2 * info),
        "WLE": skew / (2 * info),
        "MAP": -(theta - prior[0]) / prior[1] ** 2,
    }[method]
    surplus = variance = 0.0
    for i in range(params.n_items):
        if marks[i] < 0:
            continue
        values = []
        for k in range(params.n_categories[i]):
            weight = np.log(p[i, k])
            surplus += ((marks[i] == k) - p[i, k]) * weight
            values.append(weight - c * slope[i, k] / p[i, k])
        mean = sum(p[i, k] * v for k, v in enumerate(values))
        variance += sum(p[i, k] * (v - mean) ** 2 for k, v in enumerate(values))
    return (surplus + c * r0) / np.sqrt(variance)


@pytest.mark.parametrize("method", ["ML", "WLE", "MAP", "JEFFREYS"])
@pytest.mark.parametrize("name", ["3PL", "mixed"])
def test_lz_star_is_snijders_formula(name, method):
    params = THREE_PL if name == "3PL" else MIXED
    rng = np.random.default_rng(4)
    theta = rng.normal(size=12)
    marks = draw(params, 12, 7, theta)
    marks[rng.random(marks.shape) < 0.2] = -1
    ours = person_fit(marks, params, theta, method=method, prior=(0.3, 1.4))
    for person in range(12):
        expected = snijders(marks[person], params, theta[person], method, (0.3, 1.4))
        assert ours.lz_star[person] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("method", ["ML", "WLE"])
@pytest.mark.parametrize("case", CASES)
def test_lz_star_is_snijders_formula_at_the_estimates_of_another_program(case, method):
    params, scores = params_of(case), load(case)["scores"]
    marks, theta = np.array(scores["pattern"])[:30], np.array(scores[method], dtype=float)[:30]
    ours = person_fit(marks, params, theta, method=method).lz_star
    for person in range(len(marks)):
        if np.isfinite(theta[person]):
            assert ours[person] == pytest.approx(
                snijders(marks[person], params, theta[person], method), abs=1e-5
            )
        else:
            assert np.isnan(ours[person])


@pytest.mark.parametrize("case", ["lsat7_2pl", "verbal_2pl", "verbal_grm", "verbal_gpcm"])
def test_the_estimating_equations_behind_r0_hold_at_those_estimates(case):
    """sum (x - P) P'/P + r0 = 0, which decides the sign of the correction."""
    params, scores = params_of(case), load(case)["scores"]
    for method in ("ML", "WLE"):
        # Far out the other program stopped early; what matters here is the sign.
        known = [t is not None and abs(t) < 1.5 for t in scores[method]]
        for marks, theta in list(zip(np.array(scores["pattern"])[known], np.array(scores[method])[known],
                                     strict=True))[:10]:  # fmt: skip
            p, slope, bend = curves_at(float(theta), params)
            at = np.arange(len(marks)), marks
            score, valid = slope[at] / p[at], p > 0
            r0 = (slope * bend)[valid] @ (1 / p[valid]) / (2 * (slope**2)[valid] @ (1 / p[valid]))
            assert score.sum() + (r0 if method == "WLE" else 0.0) == pytest.approx(0.0, abs=2e-3)


def test_lz_star_is_standard_normal_where_lz_is_too_narrow():
    rng = np.random.default_rng(1)
    params = ItemParams.two_pl(rng.lognormal(0.2, 0.3, 40), rng.normal(size=40))
    theta = rng.normal(0, 0.8, size=4000)
    marks = draw(params, 4000, 2, theta)
    estimate = theta.copy()
    for _ in range(12):  # Fisher scoring from the truth
        p = category_probabilities(estimate, params)[:, :, 1]
        estimate = np.clip(estimate + ((marks - p) @ params.a) / ((p * (1 - p)) @ params.a**2), -4, 4)
    fit = person_fit(marks, params, estimate, method=ThetaMethod.ML)
    assert abs(fit.lz_star.std() - 1) < 0.05 < 1 - fit.lz.std() + 0.03
    assert fit.lz.std() < fit.lz_star.std()
    assert (fit.p_lz_star < 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_a_reversed_pattern_is_flagged_and_sparse_data_say_the_same():
    params = ItemParams.two_pl(np.full(30, 1.5), np.linspace(-2, 2, 30))
    marks = draw(params, 50, 3, np.zeros(50)).astype(np.int8)
    marks[0] = np.arange(30) >= 15  # all the hard items right, all the easy ones wrong
    fit = person_fit(marks, params, np.zeros(50), method="ML")
    assert fit.lz_star.argmin() == 0
    assert fit.p_lz_star[0] < 1e-6
    sparse = person_fit(SparseResponses.from_dense(marks), params, np.zeros(50), method="ML")
    assert sparse.lz_star == pytest.approx(fit.lz_star, abs=1e-12)
    assert person_mean_squares(marks, params, np.zeros(50)).outfit.argmax() == 0


def test_who_was_not_scored_or_asked_nothing_is_nan():
    params = ItemParams.two_pl([1.0, 1.0, 0.6], [0.0, 1.0, 0.3])
    marks = [[1, 0, 1], [-1, -1, -1], [1, 1, 1], [1, -1, -1]]
    fit = person_fit(marks, params, [0.1, 0.0, np.nan, 0.2], method="ML")
    assert fit.n.tolist() == [3, 0, 0, 1]
    assert np.isfinite(fit.lz[[0, 3]]).all()
    assert np.isnan(fit.lz[[1, 2]]).all()
    assert np.isnan(fit.lz_star[1:]).all()  # of one item nothing is left once theta is estimated from it
    assert np.isnan(person_fit(marks, params, [0.1, 0.0, np.nan, 0.2]).lz_star).all()


def test_equal_rasch_items_leave_nothing_to_judge():
    params = ItemParams(np.ones(5), np.full(5, 0.4), np.zeros(5), models=(ItemModel.RASCH,) * 5)
    fit = person_fit([[1, 0, 1, 0, 1]], params, [0.8], method="ML")
    assert np.isnan(fit.lz_star[0])


@pytest.mark.parametrize("params", [THREE_PL, MIXED], ids=["3PL", "mixed"])
def test_curves_of_pairs_are_the_public_curves_and_their_derivatives(params):
    for theta in (-3.0, 0.2, 2.5):
        p, slope, bend = curves_at(theta, params)
        ours = pair_curves(np.full(params.n_items, theta), np.arange(params.n_items), params)
        assert ours.p == pytest.approx(p, abs=1e-14)
        assert ours.slope == pytest.approx(slope, abs=1e-7)
        assert ours.curvature == pytest.approx(bend, abs=1e-6)


def test_bad_input_is_refused():
    params = ItemParams.two_pl([1.0], [0.0])
    with pytest.raises(InvalidResponses, match="theta"):
        person_fit([[1]], params, [0.0, 1.0])
    with pytest.raises(InvalidParameters):
        person_fit([[1]], params, [0.0], prior=(0.0, 0.0))
    with pytest.raises(InvalidResponses, match="no mark"):
        person_fit(SparseResponses(np.array([0, 1]), np.array([0]), np.array([2], np.int8), 1), params, [0.0])
    with pytest.raises(ValueError, match="EAP"):
        person_fit([[1]], params, [0.0], method="EAP")
