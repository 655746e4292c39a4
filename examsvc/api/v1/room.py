"""The room that every route of version 1 stands in."""

from flask import abort, request

from examsvc.edge.room import Room

MAX_BODY = 256 * 1024  # fifty events are a twentieth of it

room = Room("api_v1", __name__, url_prefix="/api/v1")


@room.before_request
def limit_body() -> None:
    """Nothing that the interface takes in is as large as an upload."""
    if (request.content_length or 0) > MAX_BODY:
        abort(413)
