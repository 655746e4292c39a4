"""What is killed takes nothing with it that was acknowledged."""

from __future__ import annotations

import pytest

from tests.faults import kills
from tests.faults.conftest import Stage

pytestmark = pytest.mark.integration


def test_no_acknowledged_event_is_lost_when_workers_are_killed(stage: Stage):
    siege = kills.kill_workers(stage.honest, 3)
    assert siege.comparison.is_clean, siege.comparison
    assert siege.comparison.acknowledged > 0


def test_while_redis_is_away_every_save_succeeds(stage: Stage):
    siege = kills.kill_redis(stage.honest, 2)
    assert siege.comparison.is_clean, siege.comparison
    assert siege.tried > 0
    assert siege.share_saved >= 0.999


def test_no_acknowledged_event_is_lost_when_postgresql_is_killed(stage: Stage):
    siege = kills.kill_postgresql(stage.honest, 2)
    assert siege.comparison.is_clean, siege.comparison
    assert siege.comparison.acknowledged > 0
