"""A sitting moves only along its table, on the administration's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment
from examsvc.delivery.errors import (
    NotCheckedIn,
    NotDue,
    NotOpen,
    NotStarted,
    PermitRequired,
    SittingClosed,
    TransitionRefused,
    WindowOver,
)
from examsvc.delivery.sitting import (
    CLOSED_STATES,
    TRANSITIONS,
    Sitting,
    SittingAct,
    SittingState,
    adjust,
    annul,
    check_in,
    expire,
    mark_absent,
    open_sitting,
    pause,
    submit,
    take_over,
)

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 2700, START + timedelta(hours=2))
END = START + timedelta(seconds=2700)
SECOND = timedelta(seconds=1)


def registered():
    return Sitting("s1", CLOCK)


def opened(at=START):
    return open_sitting(check_in(registered(), START - 60 * SECOND), at, "pc1")


def test_logging_in_never_starts_the_clock():
    late = opened(START + timedelta(minutes=5))
    assert late.started_at == START
    assert late.deadline_at == END


def test_a_late_candidate_gets_more_time_only_by_an_adjustment():
    late = opened(START + timedelta(minutes=5))
    granted = adjust(late, TimeAdjustment(300, AdjustmentKind.LATE_ENTRY, "accident", "chair", START))
    assert granted.deadline_at == END + timedelta(minutes=5)


def test_in_a_pause_longer_than_the_exam_one_may_still_come_until_the_window_ends():
    stopped = pause(registered(), START + 60 * SECOND)
    after_the_end = START + timedelta(minutes=100)
    assert after_the_end > END
    came = open_sitting(check_in(stopped, after_the_end), after_the_end, "pc1")
    assert came.remaining_ms(after_the_end) == 20 * 60_000  # what the window leaves of 44 minutes
    for act in (lambda: check_in(stopped, CLOCK.window_ends_at), lambda: open_at_the_windows_end(stopped)):
        with pytest.raises(WindowOver):
            act()


def open_at_the_windows_end(stopped: Sitting) -> Sitting:
    return open_sitting(check_in(stopped, START + 61 * SECOND), CLOCK.window_ends_at, "pc1")


def test_no_form_before_check_in_and_common_start():
    with pytest.raises(NotCheckedIn):
        open_sitting(registered(), START, "pc1")
    waiting = check_in(registered(), START - SECOND)
    with pytest.raises(NotStarted):
        open_sitting(waiting, START - SECOND, "pc1")
    with pytest.raises(NotOpen):
        submit(waiting, START)
    with pytest.raises(WindowOver):
        open_sitting(waiting, END, "pc1")
    with pytest.raises(WindowOver):
        check_in(registered(), END)


def test_submission_counts_through_the_grace_and_no_longer():
    done = submit(opened(), END + 30 * SECOND)
    assert done.state is SittingState.SUBMITTED
    assert done.submitted_at == done.finalised_at == END + 30 * SECOND
    with pytest.raises(WindowOver):
        submit(opened(), END + 31 * SECOND)


def test_nobody_ends_a_sitting_that_has_time_left():
    with pytest.raises(NotDue):
        expire(opened(), END + 30 * SECOND)
    ended = expire(opened(), END + 31 * SECOND)
    assert ended.state is SittingState.EXPIRED
    assert ended.submitted_at is None
    assert ended.finalised_at == END + 31 * SECOND


def test_who_waited_and_never_opened_expires_and_who_never_came_is_absent():
    over = END + 31 * SECOND
    assert expire(check_in(registered(), START), over).state is SittingState.EXPIRED
    assert mark_absent(registered(), over).state is SittingState.ABSENT


def test_when_the_exam_is_closed_early_only_who_never_came_is_absent():
    assert mark_absent(registered(), START, entry_closed=True).state is SittingState.ABSENT
    with pytest.raises(NotDue):
        mark_absent(registered(), START)
    for present in (check_in(registered(), START), opened()):
        with pytest.raises(TransitionRefused):
            mark_absent(present, START, entry_closed=True)


def test_another_device_needs_a_permit_and_takes_a_new_epoch():
    sitting = opened()
    assert take_over(sitting, START, "pc1").epoch == 2
    with pytest.raises(PermitRequired):
        take_over(sitting, START, "pc2")
    moved = take_over(sitting, START, "pc2", permitted=True)
    assert (moved.epoch, moved.device_id) == (2, "pc2")


def test_a_closed_sitting_takes_no_act_but_annulment():
    done = submit(opened(), START + SECOND)
    for act in (lambda s: submit(s, END), lambda s: take_over(s, END, "pc1"), lambda s: expire(s, END)):
        with pytest.raises(SittingClosed):
            act(done)
    gone = annul(done, END)
    assert gone.state is SittingState.ANNULLED
    assert gone.finalised_at == START + SECOND
    with pytest.raises(SittingClosed):
        annul(gone, END)


def test_checking_in_twice_is_refused():
    with pytest.raises(TransitionRefused):
        check_in(check_in(registered(), START), START)


def test_every_state_can_be_left_or_is_closed():
    for state in SittingState:
        leaves = {
            act for (origin, act), target in TRANSITIONS.items() if origin is state and target is not state
        }
        assert leaves or state in CLOSED_STATES
    assert {act for _, act in TRANSITIONS} == set(SittingAct)
