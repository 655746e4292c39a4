"""Stopping a clock, letting it run on, and giving one candidate time for good cause."""

from __future__ import annotations

from flask_babel import format_datetime
from werkzeug.wrappers import Response

from examsvc.edge.clock_words import resumed_in_words, stopped_in_words
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import minutes_in_words
from examsvc.edge.texts import gettext as _
from examsvc.services import pauses, rooms
from examsvc.web.proctor.acts import candidate_number, done
from examsvc.web.proctor.inputs import ExtendInput, ReasonInput
from examsvc.web.proctor.room import room

SEAT = "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>"


@room.view("/rooms/<int:exam_room_id>/pause", permission="rooms.pause", methods=("POST",))
def pause_room(exam_room_id: int) -> Response:
    """Stop the clock of everybody in the room who has time left."""
    inputs = ReasonInput()

    def act() -> str:
        n = pauses.pause_room(deps(), current_actor(), exam_room_id, inputs.reason.data)
        return stopped_in_words(n)

    return done(exam_room_id, act, inputs)


@room.view("/rooms/<int:exam_room_id>/resume", permission="rooms.pause", methods=("POST",))
def resume_room(exam_room_id: int) -> Response:
    """Let the room's clocks run on."""
    inputs = ReasonInput()

    def act() -> str:
        n = pauses.resume_room(deps(), current_actor(), exam_room_id, inputs.reason.data)
        return resumed_in_words(n)

    return done(exam_room_id, act, inputs)


@room.view(f"{SEAT}/pause", permission="rooms.pause", methods=("POST",))
def pause_one(exam_room_id: int, sitting_id: int) -> Response:
    """Stop one candidate's clock."""
    number, inputs = candidate_number(exam_room_id, sitting_id), ReasonInput()

    def act() -> str:
        pauses.pause(deps(), current_actor(), sitting_id, inputs.reason.data)
        return _("The clock of %(number)s stands still.", number=number)

    return done(exam_room_id, act, inputs)


@room.view(f"{SEAT}/resume", permission="rooms.pause", methods=("POST",))
def resume_one(exam_room_id: int, sitting_id: int) -> Response:
    """Let one candidate's clock run on."""
    number, inputs = candidate_number(exam_room_id, sitting_id), ReasonInput()

    def act() -> str:
        pauses.resume(deps(), current_actor(), sitting_id, inputs.reason.data)
        return _("The clock of %(number)s runs on, with the stopped time given back.", number=number)

    return done(exam_room_id, act, inputs)


@room.view(f"{SEAT}/accommodate", permission="rooms.accommodate", methods=("POST",))
def accommodate(exam_room_id: int, sitting_id: int) -> Response:
    """The chairman gives one candidate more time for good cause."""
    number, inputs = candidate_number(exam_room_id, sitting_id), ExtendInput()

    def act() -> str:
        seconds = inputs.minutes.data * 60
        rooms.accommodate(deps(), current_actor(), sitting_id, seconds, inputs.reason.data)
        view = rooms.watch_room(deps(), current_actor(), exam_room_id)
        return _(
            "%(number)s has %(time)s more as an accommodation. No time goes beyond %(end)s.",
            number=number,
            time=minutes_in_words(seconds),
            end=format_datetime(view.administration.window_ends_at, "HH:mm"),
        )

    return done(exam_room_id, act, inputs)
