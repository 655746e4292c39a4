"""Who has passed, and why."""

import math

import pytest

from scoring.errors import InvalidPassRule
from scoring.pass_rule import ComponentResult, ComponentRule, Outcome, PassRule, decide

MIXED = PassRule(
    (
        ComponentRule("knowledge", weight=2.0, minimum=40.0),
        ComponentRule("case", weight=1.0),
        ComponentRule("leadership", minimum_level=1),
    ),
    overall_minimum=60.0,
)


def results(knowledge=70.0, case=50.0, level=1):
    return {
        "knowledge": ComponentResult(knowledge),
        "case": ComponentResult(case),
        "leadership": ComponentResult(level=level),
    }


def outcomes(decision):
    return [reason.outcome for reason in decision.reasons]


def test_a_strong_component_makes_good_a_weak_one_only_where_that_is_the_rule():
    shown = {"a": ComponentResult(80.0), "b": ComponentResult(45.0)}
    whole = decide(PassRule.compensatory({"a": 1.0, "b": 1.0}, 60.0), shown)
    assert (whole.passed, whole.overall) == (True, 62.5)
    each = decide(PassRule.conjunctive({"a": 50.0, "b": 50.0}), shown)
    assert each.passed is False
    assert outcomes(each) == [Outcome.MET, Outcome.BELOW_MINIMUM]
    assert (each.reasons[1].asked.minimum, each.reasons[1].shown.score) == (50.0, 45.0)
    assert each.overall is None


def test_a_mixed_rule_asks_for_everything_at_once():
    passed = decide(MIXED, results())
    assert passed.passed is True
    assert passed.overall == pytest.approx(190 / 3)
    assert outcomes(passed) == [Outcome.MET, Outcome.NO_MINIMUM, Outcome.MET]
    assert decide(MIXED, results(knowledge=39.9, case=100.0)).passed is False
    low = decide(MIXED, results(knowledge=60.0, case=59.0))
    assert (low.passed, low.overall_outcome) == (False, Outcome.BELOW_MINIMUM)


def test_level_1_passes_for_leadership():
    rule = PassRule.by_level({"leadership": 1})
    verdicts = [decide(rule, {"leadership": ComponentResult(level=level)}).passed for level in (0, 1, 2)]
    assert verdicts == [False, True, True]
    assert outcomes(decide(MIXED, results(level=0)))[2] is Outcome.BELOW_LEVEL


def test_who_stands_on_a_minimum_has_met_it():
    assert decide(PassRule.conjunctive({"a": 50.0}), {"a": ComponentResult(50.0)}).passed is True


@pytest.mark.parametrize("shown", [ComponentResult(), ComponentResult(math.nan)])
def test_an_unscored_component_leaves_the_decision_open_unless_another_failed(shown):
    open_ = decide(MIXED, results() | {"knowledge": shown})
    assert (open_.passed, open_.overall, open_.overall_outcome) == (None, None, Outcome.NOT_SCORED)
    assert decide(MIXED, results(level=0) | {"knowledge": shown}).passed is False


def test_no_level_is_not_scored():
    decision = decide(PassRule.by_level({"leadership": 1}), {"leadership": ComponentResult(level=-1)})
    assert (decision.passed, outcomes(decision)) == (None, [Outcome.NOT_SCORED])
    assert decide(PassRule.by_level({"leadership": 1}), {}).passed is None


def test_the_gravest_of_two_demands_is_named():
    rule = PassRule((ComponentRule("a", minimum=50.0, minimum_level=2),))
    assert outcomes(decide(rule, {"a": ComponentResult(60.0, 1)})) == [Outcome.BELOW_LEVEL]
    assert outcomes(decide(rule, {"a": ComponentResult(40.0, 2)})) == [Outcome.BELOW_MINIMUM]
    assert outcomes(decide(rule, {"a": ComponentResult(60.0)})) == [Outcome.NOT_SCORED]
    assert outcomes(decide(rule, {"a": ComponentResult(60.0, 2)})) == [Outcome.MET]


@pytest.mark.parametrize(
    ("components", "overall", "message"),
    [
        ((), 50.0, "distinct names"),
        ((ComponentRule("a", 1.0), ComponentRule("a", 1.0)), 50.0, "distinct names"),
        ((ComponentRule("a", -1.0),), 50.0, "weight of 'a'"),
        ((ComponentRule("a", math.nan),), 50.0, "weight of 'a'"),
        ((ComponentRule("a"),), 50.0, "needs a component with a weight"),
        ((ComponentRule("a", 1.0),), None, "asks for nothing"),
    ],
)
def test_rules_that_cannot_be_held_against_anyone_are_refused(components, overall, message):
    with pytest.raises(InvalidPassRule, match=message):
        PassRule(components, overall)


def test_results_the_rule_does_not_know_are_refused():
    with pytest.raises(InvalidPassRule, match="'b'"):
        decide(PassRule.conjunctive({"a": 1.0}), {"b": ComponentResult(1.0)})
