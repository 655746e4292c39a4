"""Bad networks, wrong clocks, slow senders and floods of logins change nothing of what counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.clocks import forge_clocks
from tests.faults.conftest import Stage
from tests.faults.expiry import expire_together
from tests.faults.flood import flood_logins
from tests.faults.machines import run_store_machine
from tests.faults.network import cross_bad_network
from tests.faults.slow import save_beside_slow_senders
from tests.load.servers import migrated_store

pytestmark = pytest.mark.integration


def test_a_bad_network_neither_loses_nor_doubles_nor_reorders(stage: Stage):
    crossing = cross_bad_network(stage.honest, 30)
    assert crossing.comparison.is_clean, crossing.comparison
    assert crossing.out_of_order == ()
    assert len(crossing.fates) > 5, "hardly a fault was met"


def test_a_forged_clock_moves_no_deadline(stage: Stage, folder: Path):
    store = migrated_store(f"sqlite:///{folder / 'clocks.db'}")
    found = forge_clocks(store, folder, stage.ground.redis.url, 20)
    store.dispose()
    assert (found.moved, found.refused, found.counted_late) == (0, 0, 0)


def test_slow_senders_hold_up_nobody(stage: Stage):
    besieged = save_beside_slow_senders(stage.embedded, slow=60, saves=10)
    assert besieged.failed == 0
    assert besieged.comparison.is_clean, besieged.comparison


def test_a_flood_of_logins_fails_no_save(stage: Stage):
    flooded = flood_logins(stage.honest, 1)
    assert flooded.logins > 0
    assert flooded.failed == {}
    assert flooded.comparison.is_clean, flooded.comparison


def test_who_expires_together_is_closed_and_marked_once_each(stage: Stage):
    expired = expire_together(stage.ground, 200, each=5)
    assert expired.killed_after > 0
    assert (expired.wrong, expired.unfinished) == ((), 0)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_sequence_of_acts_breaks_what_a_database_holds(stage: Stage, folder: Path, database: str):
    url = f"sqlite:///{folder / 'm.db'}" if database == "sqlite" else stage.ground.empty("machine")
    assert run_store_machine(url, 8) >= 8
