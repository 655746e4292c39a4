"""Competencies estimated together: both scorings agree, and both are what exact integration gives."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from examsvc.positions.framework import CUSTOMS_0_3
from examsvc.results.dimensions import Dimensions, Population
from examsvc.results.errors import PlanMalformed
from examsvc.results.estimate import ScoringPlan, score_form
from examsvc.results.marks import ItemKey
from examsvc.results.rescore import curve_table, differences, rescore
from scoring.params import ItemParams

ITEMS = tuple(f"i{number:02d}" for number in range(24))
KEYS = {item: ItemKey.single("A") for item in ITEMS}
FAULTY = ItemKey(KEYS[ITEMS[0]].asked, KEYS[ITEMS[0]].key, credits_all=True)
GROUPS = {"CM01": ITEMS[:12], "CM02": ITEMS[12:19], "CM03": ITEMS[19:23]}  # the last is no competency's
RNG = np.random.default_rng(8)
PARAMS = ItemParams(
    RNG.uniform(0.8, 1.9, 24), RNG.normal(-0.2, 0.9, 24), np.r_[np.zeros(18), np.full(6, 0.15)]
)
CODES = ("CM00", "CM01", "CM02", "CM03")  # CM00 has no item on this form
CORRELATIONS = ((1, 0.2, 0.3, 0.1), (0.2, 1, 0.8, 0.7), (0.3, 0.8, 1, 0.6), (0.1, 0.7, 0.6, 1))
DIMENSIONS = Dimensions(CODES, CORRELATIONS, (0.0, 0.1, -0.2, 0.0), (1.0, 1.1, 0.9, 1.2))
PLAN = ScoringPlan(ITEMS, PARAMS, GROUPS, CUSTOMS_0_3, 4, Population(0.2, 1.1), DIMENSIONS)


def sittings(count, seed):
    rng = np.random.default_rng(seed)
    right = rng.random((count, 24)) < 1 / (1 + np.exp(-PARAMS.a * (rng.normal(size=(count, 1)) - PARAMS.b)))
    return [
        {item: "A" if right[row, place] else "B" for place, item in enumerate(ITEMS)} for row in range(count)
    ]


ALL_RIGHT, ALL_WRONG = dict.fromkeys(ITEMS, "A"), dict.fromkeys(ITEMS, "B")
EVERYBODY = [*sittings(60, 1), ALL_RIGHT, ALL_WRONG, {}, {ITEMS[0]: "A"}]


def exact(responses):
    """Posterior mean and sd of each competency by summing over a grid of three dimensions."""
    places = [CODES.index(code) for code in GROUPS]
    z = np.arange(-6, 6.01, 0.15)
    logs = []
    for code, place in zip(GROUPS, places, strict=True):
        theta = DIMENSIONS.means[place] + DIMENSIONS.sds[place] * z
        total = np.zeros(z.size)
        for item in GROUPS[code]:
            at = ITEMS.index(item)
            p = PARAMS.c[at] + (1 - PARAMS.c[at]) / (1 + np.exp(-PARAMS.a[at] * (theta - PARAMS.b[at])))
            total += np.log(p if responses.get(item) == "A" else 1 - p)
        logs.append(total)
    inverse = np.linalg.inv(np.array(CORRELATIONS)[np.ix_(places, places)])
    grid = np.stack(np.meshgrid(z, z, z, indexing="ij"), axis=-1)
    joint = -0.5 * np.einsum("...i,ij,...j->...", grid, inverse, grid)
    for axis, log in enumerate(logs):
        joint += log.reshape([-1 if axis == other else 1 for other in range(3)])
    weight = np.exp(joint - joint.max())
    weight /= weight.sum()
    found = {}
    for axis, (code, place) in enumerate(zip(GROUPS, places, strict=True)):
        own = weight.sum(axis=tuple(other for other in range(3) if other != axis))
        mean = own @ z
        sd = math.sqrt(own @ (z - mean) ** 2)
        found[code] = (DIMENSIONS.means[place] + DIMENSIONS.sds[place] * mean, DIMENSIONS.sds[place] * sd)
    return found


def test_both_scorings_agree_for_everybody():
    table = curve_table(PLAN)
    for score, responses in zip(score_form(PLAN, EVERYBODY, KEYS).scores, EVERYBODY, strict=True):
        assert differences(score, rescore(PLAN, table, responses, KEYS)) == ()


@pytest.mark.parametrize("who", [0, 1, 2, 3, 4, 60, 61])
def test_both_are_what_exact_integration_gives(who):
    responses = EVERYBODY[who]
    first = score_form(PLAN, [responses], KEYS).scores[0].competencies
    second = rescore(PLAN, curve_table(PLAN), responses, KEYS)
    for code, (theta, se) in exact(responses).items():
        assert (first[code].theta, first[code].se) == (
            pytest.approx(theta, abs=2e-3),
            pytest.approx(se, abs=5e-3),
        )
        assert (second.thetas[code], second.ses[code]) == (
            pytest.approx(theta, abs=2e-3),
            pytest.approx(se, abs=5e-3),
        )


def test_a_slip_in_the_correlations_is_caught():
    slipped = replace(PLAN, dimensions=replace(DIMENSIONS, codes=("CM03", "CM01", "CM02", "CM00")))
    score = score_form(slipped, [EVERYBODY[0]], KEYS).scores[0]
    assert "theta CM03" in differences(score, rescore(PLAN, curve_table(PLAN), EVERYBODY[0], KEYS))


def test_borrowing_makes_estimates_surer_and_follows_the_other_competencies():
    apart = replace(PLAN, dimensions=None)
    strong = {item: "A" if item in GROUPS["CM01"] else "B" for item in ITEMS}
    alone, joint = (score_form(plan, [strong], KEYS).scores[0].competencies["CM03"] for plan in (apart, PLAN))
    assert joint.se < alone.se
    assert joint.theta > alone.theta


def test_a_competency_with_few_items_of_its_own_claims_no_level_whatever_it_borrows():
    plan = replace(PLAN, min_items=6)
    standing = score_form(plan, [ALL_RIGHT], KEYS).scores[0].competencies["CM03"]
    assert standing.theta is not None
    assert (standing.n_items, standing.level, standing.is_sufficient) == (4, None, False)


def test_a_competency_without_a_response_has_no_estimate_though_others_would_predict_it():
    faulty = KEYS | dict.fromkeys(GROUPS["CM03"], FAULTY)
    score = score_form(PLAN, [ALL_RIGHT], faulty).scores[0]
    assert (score.competencies["CM03"].theta, score.competencies["CM03"].n_items) == (None, 0)
    assert differences(score, rescore(PLAN, curve_table(PLAN), ALL_RIGHT, faulty)) == ()


def test_level_probabilities_of_a_joint_estimate_sum_to_one():
    for score, code in itertools.product(score_form(PLAN, EVERYBODY[:5], KEYS).scores, GROUPS):
        assert math.isclose(sum(score.competencies[code].level_probabilities), 1, abs_tol=1e-9)


def test_a_competency_the_calibration_did_not_know_stands_on_its_own_items():
    plan = replace(PLAN, dimensions=DIMENSIONS.of(("CM01", "CM02")))
    alone = score_form(replace(PLAN, dimensions=None), EVERYBODY, KEYS)
    mixed = score_form(plan, EVERYBODY, KEYS)
    table = curve_table(plan)
    for one, other, responses in zip(alone.scores, mixed.scores, EVERYBODY, strict=True):
        assert one.competencies["CM03"] == other.competencies["CM03"]
        assert differences(other, rescore(plan, table, responses, KEYS)) == ()


def test_what_a_calibration_stored_is_read_and_what_did_not_converge_is_not_used():
    stored = {
        "population": {"mean": 0.3, "sd": 1.2},
        "dimensions": {"codes": ["A", "B"], "correlations": [[1, 0.5], [0.5, 1]], "status": "CONVERGED"},
    }
    assert Population.from_analysis(stored) == Population(0.3, 1.2)
    assert Population.from_analysis(None) == Population(0.0, 1.0)
    assert Dimensions.from_analysis(stored) == Dimensions(
        ("A", "B"), ((1.0, 0.5), (0.5, 1.0)), (0.0, 0.0), (1.0, 1.0)
    )
    assert (
        Dimensions.from_analysis({"dimensions": {**stored["dimensions"], "status": "NOT_CONVERGED"}}) is None
    )
    assert Dimensions.from_analysis({}) is None


def test_dimensions_that_contradict_themselves_are_refused():
    with pytest.raises(PlanMalformed, match="dimensions_of_other_competencies"):
        Dimensions(("A", "B"), ((1.0,),), (0.0, 0.0), (1.0, 1.0))
    with pytest.raises(PlanMalformed, match="item_of_two_dimensions"):
        replace(PLAN, competencies={"CM01": ITEMS[:12], "CM02": ITEMS[11:19]})
