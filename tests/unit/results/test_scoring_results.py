"""Two ways from responses to result agree, and what proves nothing claims no level."""

import math
from dataclasses import replace

import numpy as np
import pytest

from examsvc.positions.framework import CUSTOMS_0_3
from examsvc.results.errors import KeyMissing, PlanMalformed, ReleaseRefused, ScoringRefused
from examsvc.results.estimate import ScoringPlan, items_by_competency, score_form
from examsvc.results.marks import ItemKey, mark_table, number_correct, scored_matrix
from examsvc.results.release import ResultAct, ResultState, require_releasable, state_after
from examsvc.results.rescore import curve_table, differences, rescore
from item_bank.interactions.marking import Key
from scoring.params import ItemParams

ITEMS = tuple(f"i{number:02d}" for number in range(30))
KEYS = {item: ItemKey.single("ABCD"[place % 4]) for place, item in enumerate(ITEMS)}
ASKED = KEYS[ITEMS[0]].asked
EITHER = ItemKey(ASKED, Key(1, ("A", "B")))
FAULTY = ItemKey(ASKED, Key(1, ("A",)), credits_all=True)
GROUPS = {"CM01": ITEMS[:20], "CM02": ITEMS[20:27], "CM03": ITEMS[27:]}
RNG = np.random.default_rng(5)
PARAMS = ItemParams(RNG.uniform(0.7, 1.8, 30), RNG.normal(-0.4, 0.9, 30), np.zeros(30))
PLAN = ScoringPlan(ITEMS, PARAMS, GROUPS, CUSTOMS_0_3, 4)


def sittings(count, rng, blank=0.05):
    found = []
    for theta in rng.normal(size=count):
        right = rng.random(30) < 1 / (1 + np.exp(-PARAMS.a * (theta - PARAMS.b)))
        responses = {}
        for place, item in enumerate(ITEMS):
            key = "ABCD"[place % 4]
            wrong = "ABCD"[(place + 1 + int(rng.integers(3))) % 4]
            responses[item] = None if rng.random() < blank else (key if right[place] else wrong)
        found.append(responses)
    return found


ALL_RIGHT = {item: "ABCD"[place % 4] for place, item in enumerate(ITEMS)}
ALL_WRONG = {item: "ABCD"[(place + 1) % 4] for place, item in enumerate(ITEMS)}


def test_blank_earns_nothing_and_either_of_two_right_options_earns_the_mark():
    keys = {
        "x": EITHER,
        "y": ItemKey.single("C"),
        "z": FAULTY,
    }
    table = mark_table(("x", "y", "z"), [{"x": "B"}, {"x": "C", "y": "C"}], keys)
    assert [[table.shares[place] for place in row] for row in table.places] == [[1, 0, 1], [0, 1, 1]]
    assert number_correct(("x", "y"), {"x": "A", "y": None}, keys) == 1


def test_a_form_with_a_keyless_item_is_not_marked_in_part():
    with pytest.raises(KeyMissing) as refusal:
        mark_table(("x", "y"), [{}], {"x": ItemKey.single("A")})
    assert refusal.value.item_ids == ("y",)


def test_an_item_credited_to_all_and_an_unattempted_form_say_nothing_of_ability():
    keys = {"x": ItemKey.single("A"), "z": FAULTY}
    assert scored_matrix(("x", "z"), [{"x": "A"}, {"z": None}], keys).tolist() == [[1, -1], [-1, -1]]


def test_scores_follow_ability_and_levels_follow_scores():
    low, high = score_form(PLAN, [ALL_WRONG, ALL_RIGHT], KEYS).scores
    assert (low.number_correct, high.number_correct) == (0, 30)
    assert (low.percent, high.percent) == (0, 100)
    assert (low.overall.level, high.overall.level) == (0, 3)
    assert low.overall.theta < high.overall.theta


def test_level_probabilities_sum_to_one_and_cuts_rise():
    scored = score_form(PLAN, sittings(20, np.random.default_rng(1)), KEYS)
    assert len(scored.cuts) == 3
    assert list(scored.cuts) == sorted(scored.cuts)
    for score in scored.scores:
        assert math.isclose(sum(score.overall.level_probabilities), 1, abs_tol=1e-9)


def test_cuts_stand_where_the_expected_share_reaches_the_percents():
    cuts = score_form(PLAN, [ALL_RIGHT], KEYS).cuts
    shares = [float(np.mean(1 / (1 + np.exp(-PARAMS.a * (cut - PARAMS.b))))) for cut in cuts]
    assert shares == pytest.approx([0.50, 0.66, 0.83], abs=1e-6)


def test_too_few_items_are_insufficient_evidence_and_claim_no_level():
    standing = score_form(PLAN, [ALL_RIGHT], KEYS).scores[0].competencies["CM03"]
    assert standing.n_items == 3
    assert not standing.is_sufficient
    assert standing.level is None
    assert standing.level_probabilities == ()


def test_an_uncalibrated_item_gives_its_mark_and_is_reported():
    a, b = PARAMS.a.copy(), PARAMS.b.copy()
    a[29] = b[29] = np.nan
    plan = replace(PLAN, params=ItemParams(a, b, np.zeros(30)))
    scored = score_form(plan, [ALL_RIGHT], KEYS)
    assert scored.left_out == (ITEMS[29],)
    assert scored.scores[0].number_correct == 30
    assert scored.scores[0].competencies["CM03"].n_items == 2


def test_a_competency_without_any_usable_item_has_no_estimate():
    keys = KEYS | dict.fromkeys(GROUPS["CM03"], FAULTY)
    standing = score_form(PLAN, [ALL_WRONG], keys).scores[0].competencies["CM03"]
    assert (standing.theta, standing.level, standing.n_items) == (None, None, 0)


def test_an_unattempted_form_is_not_scored_rather_than_average():
    scored = score_form(PLAN, [{}], KEYS).scores[0]
    assert (scored.number_correct, scored.overall.theta, scored.overall.level) == (0, None, None)


def test_the_second_scoring_agrees_for_everybody():
    rng = np.random.default_rng(7)
    everybody = [*sittings(40, rng), ALL_RIGHT, ALL_WRONG, {}]
    keys = KEYS | {ITEMS[3]: EITHER, ITEMS[4]: FAULTY}
    table = curve_table(PLAN)
    for score, responses in zip(score_form(PLAN, everybody, keys).scores, everybody, strict=True):
        assert differences(score, rescore(PLAN, table, responses, keys)) == ()


def test_keys_that_slipped_by_a_row_are_caught():
    responses = sittings(1, np.random.default_rng(9))[0]
    slipped = {item: KEYS[ITEMS[place - 1]] for place, item in enumerate(ITEMS)}
    score = score_form(PLAN, [responses], slipped).scores[0]
    second = rescore(PLAN, curve_table(PLAN), responses, KEYS)
    assert "number_correct" in differences(score, second)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item_ids": (*ITEMS[:29], ITEMS[0])}, "item_twice"),
        ({"item_ids": ITEMS[:29]}, "params_of_other_items"),
        ({"competencies": {"CM01": ("elsewhere",)}}, "competency_of_foreign_item"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(change, code):
    with pytest.raises(PlanMalformed) as refusal:
        replace(PLAN, **change)
    assert refusal.value.code == code


def test_items_are_grouped_under_the_competencies_of_their_topic():
    groups = items_by_competency({"a": "T1", "b": "T2", "c": "T9"}, {"T1": ("C1", "C2"), "T2": ("C1",)})
    assert groups == {"C1": ("a", "b"), "C2": ("a",)}


def test_nothing_is_released_while_one_of_the_two_scorings_differs():
    with pytest.raises(ScoringRefused, match="rescoring_disagrees"):
        require_releasable([True, False, True])
    with pytest.raises(ScoringRefused, match="nothing_to_release"):
        require_releasable([])
    require_releasable([True, True])


def test_withholding_may_follow_release_and_end_again():
    withheld = state_after(ResultState.RELEASED, ResultAct.WITHHOLD)
    assert withheld is ResultState.WITHHELD
    assert state_after(withheld, ResultAct.RELEASE) is ResultState.RELEASED


def test_a_superseded_result_never_comes_back():
    assert state_after(ResultState.RELEASED, ResultAct.SUPERSEDE) is ResultState.SUPERSEDED
    for act in ResultAct:
        with pytest.raises(ReleaseRefused):
            state_after(ResultState.SUPERSEDED, act)


def test_a_released_result_is_not_released_again():
    with pytest.raises(ReleaseRefused) as refusal:
        state_after(ResultState.RELEASED, ResultAct.RELEASE)
    assert refusal.value.code == "release_when_released"
