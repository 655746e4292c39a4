"""What the chairman does to every clock of an administration at once."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from examsvc.edge.clock_words import extended_in_words, resumed_in_words, stopped_in_words
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import pauses, rooms
from examsvc.web.exam.inputs import ExtendAllInput, ReasonInput
from examsvc.web.exam.room import room

PAGE = "/administrations/<int:administration_id>"


@room.view(f"{PAGE}/extend", permission="administrations.extend", methods=("POST",))
def extend_administration(administration_id: int) -> Response:
    """Give everybody who is not done the same time."""
    inputs = ExtendAllInput()

    def act() -> str:
        seconds = inputs.minutes.data * 60
        n = rooms.extend_administration(
            deps(), current_actor(), administration_id, seconds, inputs.reason.data
        )
        return extended_in_words(n, seconds)

    return _done(administration_id, act, inputs)


@room.view(f"{PAGE}/pause", permission="administrations.pause", methods=("POST",))
def pause_administration(administration_id: int) -> Response:
    """Stop every clock."""
    inputs = ReasonInput()

    def act() -> str:
        n = pauses.pause_administration(deps(), current_actor(), administration_id, inputs.reason.data)
        return stopped_in_words(n)

    return _done(administration_id, act, inputs)


@room.view(f"{PAGE}/resume", permission="administrations.pause", methods=("POST",))
def resume_administration(administration_id: int) -> Response:
    """Let every clock run on."""
    inputs = ReasonInput()

    def act() -> str:
        n = pauses.resume_administration(deps(), current_actor(), administration_id, inputs.reason.data)
        return resumed_in_words(n)

    return _done(administration_id, act, inputs)


def _done(administration_id: int, act: Callable[[], str], inputs: ReasonInput) -> Response:
    if inputs.validate_on_submit():
        try:
            flash(act(), "success")
        except REFUSALS as error:
            flash(explain(error), "danger")
    elif inputs.reason.errors:
        flash(_("Give a reason: it goes into the minutes."), "danger")
    else:
        flash(_("An extension is between one minute and four hours."), "danger")
    return redirect(url_for("exam.show_administration", administration_id=administration_id))
