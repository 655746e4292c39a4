"""What a proctor or the chairman does in a room: ordinary posts that lead back to its page."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask_babel import format_datetime
from werkzeug.wrappers import Response

from examsvc.edge.clock_words import extended_in_words
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import minutes_in_words
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import rooms
from examsvc.services.room_view import RoomView
from examsvc.web.proctor.inputs import ExtendInput, IncidentInput, ReasonInput, TakeoverInput
from examsvc.web.proctor.room import room
from examsvc.web.proctor.views import incident_input, room_page
from proctoring.incidents import Incident, IncidentKind


@room.view("/rooms/<int:exam_room_id>/check-in", permission="rooms.check_in", methods=("POST",))
def check_in_room(exam_room_id: int) -> Response:
    """Check in everybody who has not been yet."""

    def act() -> str:
        n = rooms.check_in_room(deps(), current_actor(), exam_room_id)
        return ngettext("%(num)s candidate is checked in.", "%(num)s candidates are checked in.", n)

    return done(exam_room_id, act)


@room.view(
    "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>/check-in",
    permission="rooms.check_in",
    methods=("POST",),
)
def check_in(exam_room_id: int, sitting_id: int) -> Response:
    """Let one candidate into the waiting room."""
    number = candidate_number(exam_room_id, sitting_id)

    def act() -> str:
        rooms.check_in(deps(), current_actor(), sitting_id)
        return _("%(number)s is checked in.", number=number)

    return done(exam_room_id, act)


@room.view(
    "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>/admit-late",
    permission="rooms.admit_late",
    methods=("POST",),
)
def admit_late(exam_room_id: int, sitting_id: int) -> Response:
    """The chairman lets a late candidate in."""
    number, inputs = candidate_number(exam_room_id, sitting_id), ReasonInput()

    def act() -> str:
        rooms.admit_late(deps(), current_actor(), sitting_id, inputs.reason.data)
        return _("%(number)s is admitted late; the common end stays.", number=number)

    return done(exam_room_id, act, inputs)


@room.view(
    "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>/takeover",
    permission="rooms.allow_takeover",
    methods=("POST",),
)
def allow_takeover(exam_room_id: int, sitting_id: int) -> Response:
    """Let a candidate go on at another machine."""
    number, inputs = candidate_number(exam_room_id, sitting_id), TakeoverInput()

    def act() -> str:
        restore = inputs.restore.data
        sign = rooms.allow_takeover(deps(), current_actor(), sitting_id, inputs.reason.data, restore=restore)
        if not restore:
            return _("%(number)s may log in at another machine and go on, once.", number=number)
        return _(
            "%(number)s may log in at another machine and go on, once. The clock stands still since %(time)s "
            "until then.",
            number=number,
            time=format_datetime(sign.at, "HH:mm:ss"),
        )

    return done(exam_room_id, act, inputs)


@room.view(
    "/rooms/<int:exam_room_id>/sittings/<int:sitting_id>/extend", permission="rooms.extend", methods=("POST",)
)
def extend_one(exam_room_id: int, sitting_id: int) -> Response:
    """Give one candidate more time."""
    number, inputs = candidate_number(exam_room_id, sitting_id), ExtendInput()

    def act() -> str:
        seconds = inputs.minutes.data * 60
        rooms.extend(deps(), current_actor(), [sitting_id], seconds, inputs.reason.data)
        return _("%(number)s has %(time)s more.", number=number, time=minutes_in_words(seconds))

    return done(exam_room_id, act, inputs)


@room.view("/rooms/<int:exam_room_id>/extend", permission="rooms.extend", methods=("POST",))
def extend_room(exam_room_id: int) -> Response:
    """Give everybody who is not done the same time."""
    inputs = ExtendInput()

    def act() -> str:
        seconds = inputs.minutes.data * 60
        n = rooms.extend_room(deps(), current_actor(), exam_room_id, seconds, inputs.reason.data)
        return extended_in_words(n, seconds)

    return done(exam_room_id, act, inputs)


@room.view("/rooms/<int:exam_room_id>/incidents", permission="rooms.log_incident", methods=("POST",))
def log_incident(exam_room_id: int) -> Response | tuple[str, int]:
    """Write an incident into the room's minutes; what was typed survives a refusal."""
    view = rooms.watch_room(deps(), current_actor(), exam_room_id)
    inputs = incident_input(view)
    if not inputs.validate_on_submit():
        return room_page(exam_room_id, inputs), 400
    try:
        rooms.log_incident(deps(), current_actor(), exam_room_id, _as_incident(view, inputs))
    except REFUSALS as error:
        flash(explain(error), "danger")
        return room_page(exam_room_id, inputs), 409
    flash(_("The incident is in the minutes."), "success")
    return to_room(exam_room_id)


def _as_incident(view: RoomView, inputs: IncidentInput) -> Incident:
    kind = IncidentKind(inputs.kind.data)
    item = inputs.item_number.data if kind is IncidentKind.ITEM_CHALLENGE else None
    # The proctor knows an item only by its number on the candidate's screen; the note carries it.
    note = _("Item %(number)s: %(note)s", number=item, note=inputs.note.data) if item else inputs.note.data
    return Incident(
        kind,
        note,
        current_actor().username,
        view.snapshot.taken_at,
        str(inputs.sitting.data) if inputs.sitting.data else None,
        str(item) if item else None,
    )


def candidate_number(exam_room_id: int, sitting_id: int) -> str:
    """The candidate's number; a sitting of another room is not found in this one."""
    return rooms.find_candidate(deps(), current_actor(), exam_room_id, sitting_id)


def done(exam_room_id: int, act: Callable[[], str], inputs: ReasonInput | None = None) -> Response:
    """Do it and say so, or say why not; then back to the room."""
    if inputs is not None and not inputs.validate_on_submit():
        for field in inputs:
            for error in field.errors:
                flash(f"{field.label.text}: {error}", "danger")
        return to_room(exam_room_id)
    try:
        flash(act(), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return to_room(exam_room_id)


def to_room(exam_room_id: int) -> Response:
    """Back to the room's page."""
    return redirect(url_for("proctor.show_room", exam_room_id=exam_room_id))
