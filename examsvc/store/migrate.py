"""Bringing a database to the schema that this code was written for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from examsvc.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"


def migrate(store: Store) -> list[str]:
    """Run the migrations that this database has not seen; returns their names."""
    # not above: a worker that only serves asks for the version, and carries nothing that changes schemas
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

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
    with store.reader.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [newest_revision()]


def newest_revision() -> str:
    """The last of the migrations, which are named in their order: `0007_response_event__aside.py`."""
    return max(path.stem.split("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*.py"))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
