"""A database as it was before some migrations, with all that is in it."""

from __future__ import annotations

from alembic import command

from examsvc.store import Store
from examsvc.store.migrate import _config


def go_back(store: Store, revision: str) -> None:
    """Undo the migrations after this one."""
    config = _config()
    with store.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
