"""The room that every route of version 1 stands in."""

from examsvc.edge.room import Room

room = Room("api_v1", __name__, url_prefix="/api/v1")
