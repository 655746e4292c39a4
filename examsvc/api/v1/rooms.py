"""What the proctor's page asks every two seconds."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, abort, jsonify

from examsvc.api.v1.room import room
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import picture_room
from examsvc.services import rooms


@room.view("/rooms/<int:exam_room_id>/snapshot", permission="rooms.watch")
def room_snapshot(exam_room_id: int) -> Response:
    """The room at this instant, as its page shows it."""
    if not deps().views.live:
        abort(503)  # turned off to spare the database: pages that were open before stop asking so often
    return jsonify(asdict(picture_room(rooms.watch_room(deps(), current_actor(), exam_room_id))))
