"""Whether the service does its work, in one word, for a monitor without a login."""

from __future__ import annotations

from flask import Response, jsonify

from examsvc.api.v1.room import room
from examsvc.edge.room import PUBLIC, deps
from examsvc.services.backlog import Health, read_health


@room.view("/health", permission=PUBLIC)
def health() -> tuple[Response, int]:
    """ok, behind (sittings wait too long for their end or their mark) or down (no database)."""
    found = read_health(deps())
    return jsonify({"status": found.value}), 503 if found is Health.DOWN else 200
