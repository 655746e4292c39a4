"""An administration moves only along its table, and the clock says when."""

from datetime import UTC, datetime, timedelta

import pytest

from examsvc.delivery.administration import (
    TRANSITIONS,
    Administration,
    AdministrationAct,
    AdministrationState,
    close,
    make_ready,
    require,
    start_now,
)
from examsvc.delivery.errors import NotReady, StillSitting

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLANNED = Administration(START, 2700)
READY = make_ready(PLANNED)


def test_an_administration_closes_after_its_start_when_nobody_writes():
    with pytest.raises(NotReady, match="not_started"):
        close(READY, START - SECOND, gate_s=0, n_still_here=0)
    with pytest.raises(StillSitting) as refusal:
        close(READY, START, gate_s=0, n_still_here=2)
    assert refusal.value.n_candidates == 2
    assert close(READY, START, gate_s=0, n_still_here=0).state is AdministrationState.CLOSED


def test_nothing_closes_while_a_late_candidate_may_still_come():
    with pytest.raises(NotReady, match="gate_open"):
        close(READY, START + timedelta(seconds=599), gate_s=600, n_still_here=0)
    close(READY, START + timedelta(seconds=600), gate_s=600, n_still_here=0)
    close(READY, START, gate_s=None, n_still_here=0)


def test_the_start_moves_forward_with_the_whole_window_until_it_has_passed():
    moved = start_now(READY, START - timedelta(hours=1))
    assert moved.starts_at == START - timedelta(hours=1) + timedelta(seconds=10)
    assert moved.window_ends_at - moved.starts_at == READY.window_ends_at - READY.starts_at
    with pytest.raises(NotReady, match="already_started"):
        start_now(READY, START)


def test_the_roster_changes_only_while_planning_and_people_enter_only_when_ready():
    allowed = {
        state: {act for act in AdministrationAct if (state, act) in TRANSITIONS}
        for state in AdministrationState
    }
    assert allowed == {
        AdministrationState.PLANNED: {AdministrationAct.FILL_ROSTER, AdministrationAct.MAKE_READY},
        AdministrationState.READY: {
            AdministrationAct.START_NOW,
            AdministrationAct.ENTER,
            AdministrationAct.CLOSE,
        },
        AdministrationState.CLOSED: set(),
    }


@pytest.mark.parametrize(
    ("state", "act", "code"),
    [
        (AdministrationState.READY, AdministrationAct.FILL_ROSTER, "administration_not_planned"),
        (AdministrationState.CLOSED, AdministrationAct.MAKE_READY, "administration_not_planned"),
        (AdministrationState.PLANNED, AdministrationAct.ENTER, "administration_not_ready"),
        (AdministrationState.CLOSED, AdministrationAct.ENTER, "administration_closed"),
    ],
)
def test_a_refusal_says_what_stands_in_the_way(state, act, code):
    with pytest.raises(NotReady) as refusal:
        require(Administration(START, 2700, state), act)
    assert refusal.value.code == code
