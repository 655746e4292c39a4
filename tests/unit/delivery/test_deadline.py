"""Every second of a sitting is accounted for, and the window's end is hard."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from examsvc.delivery.deadline import (
    AdjustmentKind,
    ExamClock,
    Phase,
    TimeAdjustment,
    deadline_at,
    time_account,
    total_s,
    until_start_ms,
)
from examsvc.delivery.errors import TimeInvalid
from examsvc.delivery.sitting import Sitting

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 3600, START + timedelta(seconds=4200))
MS = timedelta(milliseconds=1)
SITTING = Sitting("s1", CLOCK)


def plus(seconds, kind=AdjustmentKind.EXTENSION):
    return TimeAdjustment(seconds, kind, "power cut", "p1", START)


def test_the_window_cuts_what_is_granted_beyond_it_and_says_so():
    lines = [plus(300), plus(600), plus(-60, AdjustmentKind.CORRECTION)]
    assert deadline_at(CLOCK, total_s(lines)) == START + timedelta(seconds=4200)
    account = time_account(CLOCK, lines)
    assert (account.granted_s, account.removed_s, account.cut_s, account.total_s) == (900, 60, 240, 4200)
    assert account.limit_s + account.granted_s - account.removed_s - account.cut_s == account.total_s


def test_corrections_never_move_the_deadline_before_the_start():
    lines = [plus(-9000, AdjustmentKind.CORRECTION)]
    assert deadline_at(CLOCK, total_s(lines)) == START


def test_phases_meet_without_gap_or_overlap():
    end = SITTING.deadline_at
    instants = [START - MS, START, end - MS, end, SITTING.counts_until, SITTING.counts_until + MS]
    expected = [Phase.WAITING, Phase.OPEN, Phase.OPEN, Phase.GRACE, Phase.GRACE, Phase.OVER]
    assert [SITTING.phase(now) for now in instants] == expected


def test_time_left_is_whole_before_the_start_and_zero_after_the_end():
    assert SITTING.remaining_ms(START - timedelta(hours=1)) == 3_600_000
    assert SITTING.remaining_ms(START + timedelta(seconds=3599, milliseconds=1)) == 999
    assert SITTING.remaining_ms(START + timedelta(hours=9)) == 0
    assert until_start_ms(CLOCK, START - timedelta(seconds=2)) == 2000
    assert until_start_ms(CLOCK, START) == 0


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"seconds": 0}, "adjustment_without_seconds"),
        ({"seconds": -5}, "only_a_correction_removes_time"),
        ({"reason": " "}, "adjustment_without_reason"),
        ({"actor": ""}, "adjustment_without_actor"),
        ({"made_at": datetime(2026, 5, 4, tzinfo=timezone(timedelta(hours=7)))}, "instant_not_utc"),
        ({"made_at": datetime(2026, 5, 4)}, "instant_not_utc"),
    ],
)
def test_an_adjustment_states_who_why_and_how_much(facts, code):
    values = {"seconds": 60, "kind": AdjustmentKind.EXTENSION, "reason": "r", "actor": "a", "made_at": START}
    with pytest.raises(TimeInvalid) as refusal:
        TimeAdjustment(**(values | facts))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("limit_s", "window_s", "grace_s", "code"),
    [
        (0, 10, 30, "limit_not_positive"),
        (60, 59, 30, "window_shorter_than_limit"),
        (60, 60, -1, "grace_negative"),
    ],
)
def test_a_clock_that_contradicts_itself_is_refused(limit_s, window_s, grace_s, code):
    with pytest.raises(TimeInvalid) as refusal:
        ExamClock(START, limit_s, START + timedelta(seconds=window_s), grace_s)
    assert refusal.value.code == code
