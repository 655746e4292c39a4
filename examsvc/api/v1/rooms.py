"""What the proctor's page asks every two seconds."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, jsonify

from examsvc.api.v1.room import room
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import picture_room
from examsvc.services import rooms


@room.view("/rooms/<int:exam_room_id>/snapshot", permission="rooms.watch")
def room_snapshot(exam_room_id: int) -> Response:
    """The room at this instant, as its page shows it."""
    view = rooms.watch_room(deps(), current_actor(), exam_room_id)
    incidents = rooms.list_incidents(deps(), current_actor(), exam_room_id)
    return jsonify(asdict(picture_room(view, incidents)))
