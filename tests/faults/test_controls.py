"""The harness sees what it is there for: each broken promise is found out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from examsvc.services import Services, saving, sittings
from examsvc.store import Store
from tests.faults import controls
from tests.faults.conftest import Stage
from tests.integration.laid import lay_sitting, response, stored
from tests.load.seeding import services_over

pytestmark = pytest.mark.integration


def test_acknowledging_before_the_commit_is_found_out(stage: Stage):
    siege = controls.acknowledge_before_commit(stage.hasty, 12)
    assert siege.comparison.lost


def test_a_log_without_a_key_is_found_out(stage: Stage):
    siege = controls.save_without_key(stage.forgetful, 6)
    assert siege.comparison.duplicated


def test_asynchronous_commit_is_found_out(stage: Stage):
    siege = controls.commit_asynchronously(stage.honest, 12)
    assert siege.comparison.lost


@contextmanager
def _services(stage: Stage, name: str, *statements: str) -> Iterator[Services]:
    store = Store.connect(stage.ground.empty(name))
    try:
        with store.begin() as session:
            for statement in statements:
                session.execute(sa.text(statement))
        yield services_over(store)
    finally:
        store.dispose()


def test_the_log_is_consulted_even_where_no_key_stands_guard(stage: Stage):
    with _services(stage, "keyless", controls.DROP_KEYS) as services:
        laid = lay_sitting(services)
        sittings.open_sitting(services, laid.owner, laid.sitting_id, "m" * 40)
        event = response(1, laid.item_ids[0])
        for _ in range(2):
            sittings.save_events(services, laid.owner, laid.sitting_id, [event])
        assert stored(services, laid.sitting_id, "counted") == [(1, 1)]


def test_the_key_stands_guard_even_where_the_log_is_not_consulted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    with _services(stage, "guarded") as services:
        laid = lay_sitting(services)
        sittings.open_sitting(services, laid.owner, laid.sitting_id, "m" * 40)
        event = response(1, laid.item_ids[0])
        monkeypatch.setattr(saving, "_all_new", lambda _facts, _batch: True)
        for _ in range(2):
            sittings.save_events(services, laid.owner, laid.sitting_id, [event])
        assert stored(services, laid.sitting_id, "counted") == [(1, 1)]
