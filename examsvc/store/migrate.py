"""Bringing a database to the schema that this code was written for."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from examsvc.store.engine import Store

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrate(store: Store) -> list[str]:
    """Run the migrations that this database has not seen; returns their names."""
    config = _config()
    with store.writer.begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    script = ScriptDirectory.from_config(config)
    run = [revision.revision for revision in script.iterate_revisions("head", before or "base")]
    return list(reversed(run))


def is_current(store: Store) -> bool:
    """Whether the database's schema is the newest."""
    script = ScriptDirectory.from_config(_config())
    with store.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
