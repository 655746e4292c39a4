"""The `examsvc` command as an operator uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from examsvc.bootstrap import open_house
from examsvc.cli.commands import group
from examsvc.services.audit import record_act
from examsvc.settings import Settings

pytestmark = [pytest.mark.integration, pytest.mark.either_database]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environ({"EXAMSVC_HOME": str(tmp_path)})


def _run(tmp_path: Path, *words: str):
    environment = {"EXAMSVC_HOME": str(tmp_path), "DATABASE_URL": None, "REDIS_URL": None}
    return CliRunner().invoke(group, words, env=environment)


def _three_acts(settings: Settings) -> None:
    with open_house(settings, migrating=True) as house:
        for number in range(3):
            with house.services.store.begin() as session:
                record_act(session, None, "test.act", f"thing:{number}")


def test_verify_reports_an_unbroken_chain_also_beside_a_running_server(settings: Settings, tmp_path: Path):
    _three_acts(settings)
    with open_house(settings):
        done = _run(tmp_path, "audit", "verify")
    assert done.exit_code == 0, done.output
    assert "3 entries, unbroken" in done.output


def test_verify_names_the_first_bad_entry_and_fails(settings: Settings, tmp_path: Path):
    _three_acts(settings)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'examsvc.db'}")
    with engine.begin() as connection:  # as somebody with the file in hand could
        connection.execute(sa.text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(sa.text("UPDATE audit_entry SET record = '{}' WHERE seq = 2"))
    engine.dispose()
    done = _run(tmp_path, "audit", "verify")
    assert done.exit_code == 1
    assert "entry 2: altered" in done.output


def test_a_second_writer_is_told_why_not(settings: Settings, tmp_path: Path):
    with open_house(settings, migrating=True):
        done = _run(tmp_path, "migrate")
    assert done.exit_code == 1
    assert "one writer" in done.output


def test_a_database_that_is_behind_says_what_to_run(tmp_path: Path):
    done = _run(tmp_path, "audit", "verify")
    assert done.exit_code == 1
    assert "examsvc migrate" in done.output
