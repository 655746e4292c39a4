"""The time of a pause goes to the section that was on when the clock stopped, to the fraction of a second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from examsvc.delivery.admission import Outcome, admit
from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment
from examsvc.delivery.events import ResponseEvent
from examsvc.delivery.outline import Outline, Placed, Section
from examsvc.delivery.sections import schedule
from examsvc.delivery.sitting import Sitting, SittingState
from item_bank.interactions.asked import single_choice

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 600, START + timedelta(seconds=3000))
SECTIONS = (Section(1, 200), Section(2, 400))


def _paused(after: timedelta, for_: timedelta) -> TimeAdjustment:
    """A pause that began `after` the start; begun seconds are given back whole."""
    return TimeAdjustment(
        -(-for_ // timedelta(seconds=1)), AdjustmentKind.PAUSE, "r", "p", START + after + for_
    )


@pytest.mark.parametrize("moment_ms", [0, 1, 300, 999])
def test_a_pause_right_after_a_section_was_left_is_not_lost(moment_ms: int):
    left_at = START + timedelta(seconds=100)
    pause = _paused(timedelta(seconds=100, milliseconds=moment_ms), timedelta(seconds=600, milliseconds=500))
    first, second = schedule(CLOCK, SECTIONS, [pause], [left_at])
    assert first.ends_at == left_at
    assert second.ends_at == left_at + timedelta(seconds=400 + 601)


@pytest.mark.parametrize("moment_ms", [0, 300, 999])
def test_a_pause_right_after_the_start_belongs_to_the_first_section(moment_ms: int):
    pause = _paused(timedelta(milliseconds=moment_ms), timedelta(seconds=9, milliseconds=100))
    first, second = schedule(CLOCK, SECTIONS, [pause], [])
    assert first.ends_at == START + timedelta(seconds=210)
    assert second.ends_at == START + timedelta(seconds=610)


@pytest.mark.parametrize(("left_early", "outcome"), [(False, Outcome.ACCEPTED), (True, Outcome.LATE)])
def test_the_networks_grace_is_for_sections_that_the_clock_ended(left_early: bool, outcome: Outcome):
    clock = replace(CLOCK, grace_s=30)
    ended = START + timedelta(seconds=100 if left_early else 200)
    left_at = (ended,) if left_early else ()
    sitting = Sitting(
        "1",
        clock,
        state=SittingState.OPEN,
        epoch=1,
        spans=schedule(clock, SECTIONS, (), left_at),
        n_sections=2,
        left_at=left_at,
    )
    outline = Outline({"7": Placed(1, 1, single_choice("A", "B"))}, SECTIONS)
    event = ResponseEvent(1, 1, "5b3e0c1e-54b8-4f2c-9f0e-0c55b4a4e0a1", "7", {"response": "A"})
    [decision] = admit([event], sitting=sitting, outline=outline, held=(), now=ended + timedelta(seconds=10))
    assert decision.outcome is outcome
