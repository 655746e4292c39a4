"""How secret an item is, from where it stands and what became of the exams that had it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from item_bank.confidentiality import (
    Sat,
    Secrecy,
    Stage,
    Step,
    Use,
    confidentiality_of,
    stage_of,
    steps_after_leak,
)
from item_bank.lifecycle import State
from item_bank.pool import Pool

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def use(stage: Stage, code: str = "GSQL-1") -> Use:
    return Use(1, code, stage, "K26", 1)


def sat(starts: timedelta, ends: timedelta, **facts: object) -> Sat:
    return Sat(NOW + starts, NOW + ends, **{"closed": False, **facts})


@pytest.mark.parametrize(
    ("exam", "stage"),
    [
        (sat(HOUR, 2 * HOUR), Stage.AWAITED),
        (sat(0 * HOUR, HOUR), Stage.RUNNING),
        (sat(-HOUR, HOUR, closed=True), Stage.MARKING),
        (sat(-2 * HOUR, 0 * HOUR), Stage.MARKING),
        (sat(-2 * HOUR, -HOUR, provisional=1, released=30), Stage.MARKING),
        (sat(-2 * HOUR, -HOUR, released=30), Stage.OVER),
    ],
)
def test_an_exam_passes_from_awaited_to_released(exam: Sat, stage: Stage):
    assert stage_of(exam, NOW) is stage


def test_a_form_that_no_exam_has_is_awaited_once_it_is_published():
    assert stage_of(None, NOW) is Stage.AWAITED
    assert stage_of(None, NOW, published=False) is Stage.DRAFT


@pytest.mark.parametrize(
    ("stages", "secrecy"),
    [
        ([], Secrecy.UNUSED),
        ([Stage.DRAFT], Secrecy.UNUSED),
        ([Stage.OVER], Secrecy.SAT),
        ([Stage.OVER, Stage.MARKING], Secrecy.KEYS_CLOSED),
        ([Stage.OVER, Stage.MARKING, Stage.AWAITED], Secrecy.AWAITED),
        ([Stage.OVER, Stage.AWAITED, Stage.RUNNING], Secrecy.RUNNING),
    ],
)
def test_the_most_secret_use_decides(stages: list[Stage], secrecy: Secrecy):
    known = confidentiality_of(State.OPERATIONAL, Pool.OPERATIONAL, [use(stage) for stage in stages])
    assert known.secrecy is secrecy
    assert all(one.stage in stages for one in known.decisive)


def test_a_suspected_leak_stands_above_all_and_practice_is_open():
    assert confidentiality_of(State.QUARANTINED, Pool.OPERATIONAL, []).secrecy is Secrecy.LEAK_SUSPECTED
    assert confidentiality_of(State.APPROVED, Pool.PRACTICE, []).secrecy is Secrecy.OPEN
    assert confidentiality_of(State.IN_REVIEW, Pool.OPERATIONAL, []).secrecy is Secrecy.IN_THE_MAKING
    assert confidentiality_of(State.RETIRED, Pool.OPERATIONAL, []).secrecy is Secrecy.RETIRED


def test_a_retired_item_on_a_form_still_to_be_sat_is_as_secret_as_before():
    known = confidentiality_of(State.RETIRED, Pool.OPERATIONAL, [use(Stage.AWAITED)])
    assert known.secrecy is Secrecy.AWAITED


def test_after_a_leak_the_exam_that_runs_comes_first_and_who_has_seen_it_is_always_asked():
    stages = [Stage.OVER, Stage.AWAITED, Stage.RUNNING, Stage.MARKING]
    steps = [step for step, _use in steps_after_leak([use(stage) for stage in stages])]
    assert steps == [
        Step.TELL_CHAIRMAN,
        Step.WITHDRAW_FORM,
        Step.CHECK_RESPONSES,
        Step.EXAMINE_RESULTS,
        Step.READ_VIEWS,
    ]
    assert steps_after_leak([]) == [(Step.READ_VIEWS, None)]
