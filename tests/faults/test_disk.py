"""A full disk acknowledges nothing, calls for somebody, and needs no repair once there is room."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Stage
from tests.faults.disk import Filled, Unavailable, fill_postgresql, fill_sqlite

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("fill", [fill_sqlite, fill_postgresql])
def test_a_full_disk_acknowledges_nothing_and_recovers_by_itself(
    stage: Stage, folder: Path, fill: Callable[..., Filled]
):
    try:
        found = fill(folder, stage.ground.redis.url, 1)
    except Unavailable as reason:
        if os.environ.get("EXAMSVC_REQUIRE_FAULTS") == "1":
            raise
        pytest.skip(str(reason))
    assert found.refused > 0
    assert found.wrong == []
    assert found.alarms > 0
    assert found.lost == []
    assert found.not_recovered == 0
    assert found.projection_is_replay
