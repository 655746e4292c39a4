"""The floor: a bare Flask application whose only route does one INSERT and commits it.

It runs in the same gunicorn, behind the same driver and over the same SQLAlchemy pool as the service, so that
what the service adds can be told from what Flask, the driver and the disk cost anyway.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask, jsonify, request

from examsvc.settings import Settings
from examsvc.store import Store

APPLICATION = "tests.benchmarks.delivery_floor:serve()"
PATH = "/floor"
_METADATA = sa.MetaData()
FLOOR = sa.Table(
    "bench_floor",
    _METADATA,
    sa.Column("event_id", sa.String(36), primary_key=True),
    sa.Column("payload", sa.JSON, nullable=False),
)


def prepare(store: Store) -> None:
    """Make the table."""
    with store.writer.begin() as connection:
        _METADATA.create_all(connection)


def serve() -> Flask:
    """The application."""
    store = Store.connect(Settings.from_environ().database_url)
    app = Flask("floor")

    @app.post(PATH)
    def insert() -> Any:
        event = request.get_json()["events"][0]
        with store.writer.begin() as connection:
            connection.execute(sa.insert(FLOOR), {"event_id": event["event_id"], "payload": event["payload"]})
        return jsonify({"durable_through": event["seq"]})

    return app
