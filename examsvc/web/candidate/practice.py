"""Practice pages: choose topics, respond to one item after the other, see at once what was right and why."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from examsvc.delivery.errors import PracticeRefused
from examsvc.delivery.practice import MAX_ITEMS
from examsvc.edge.refusals import explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import practice as service
from examsvc.web.candidate.practice_form import Posted, fault_words, fill_places, posted_response
from examsvc.web.candidate.practice_told import own_parts, right_parts, told_lines
from examsvc.web.candidate.views import room
from item_bank.errors import InvalidResponse
from item_bank.stem import plain_text

Page = str | tuple[str, int] | Response
SEED_BELOW = 2**48
NUMBERS = (5, 10, 20, MAX_ITEMS)


class PracticeInput(FlaskForm):  # type: ignore[misc]
    """What to practise."""

    topics = SelectMultipleField(coerce=int, validate_choice=False)
    n_items = SelectField(
        _l("Number of items"),
        coerce=int,
        default=10,
        choices=[SelectChoice(number, str(number)) for number in NUMBERS],
    )


@room.view("/practice", permission="practice.use", methods=("GET", "POST"))
def practice() -> Page:
    """Choose topics and a number; earlier runs, and the share right in each topic."""
    inputs = PracticeInput()
    if not inputs.validate_on_submit():
        page = _desk(inputs)
        return (page, 400) if inputs.is_submitted() else page
    if not inputs.topics.data:
        flash(_("Choose at least one topic."), "danger")
        return _desk(inputs), 400
    chosen = set(inputs.topics.data)
    return _started(
        lambda: service.start_run(deps(), current_actor(), chosen, inputs.n_items.data, _new_seed())
    )


@room.view("/practice/<int:run_id>", permission="practice.use")
def practice_run(run_id: int) -> Page:
    """The item that is due, an earlier one with its feedback, or the summary."""
    return _run_page(run_id, request.args.get("item", type=int), MultiDict())


@room.view("/practice/<int:run_id>/responses", permission="practice.use", methods=("POST",))
def practice_respond(run_id: int) -> Page:
    """Keep a response and show what was right."""
    ordinal = request.form.get("ordinal", type=int) or 0
    try:
        item = service.view_run(deps(), current_actor(), run_id).item
        response = None
        if "unknown" not in request.form and item is not None and item.ordinal == ordinal:
            response = posted_response(item.asked, request.form)
        service.respond(deps(), current_actor(), run_id, ordinal, response)
    except InvalidResponse as fault:
        flash(fault_words(fault), "danger")
        return _run_page(run_id, None, request.form)
    except PracticeRefused as refusal:
        if refusal.code == "at_an_exam":
            return _back_to_desk(refusal)
        flash(explain(refusal), "warning")
        return redirect(url_for("candidate.practice_run", run_id=run_id))
    return redirect(url_for("candidate.practice_run", run_id=run_id, item=ordinal))


def _run_page(run_id: int, ordinal: int | None, posted: Posted) -> Page:
    """`posted`: what came and could not be taken, to be put right."""
    try:
        page = service.view_run(deps(), current_actor(), run_id, ordinal)
    except PracticeRefused as refusal:
        return _back_to_desk(refusal)
    if page.item is None:
        return render_template("candidate/practice_summary.html", page=page)
    feedback, has_english = page.item.feedback, page.item.english is not None and str(get_locale()) == "en"
    language = "en" if has_english and request.args.get("wording") != "vi" else "vi"
    item = page.item.in_english() if language == "en" else page.item
    shown = render_template(
        "candidate/practice_item.html",
        page=page,
        item=item,
        language=language,
        has_english=has_english,
        posted=posted,
        fill=fill_places,
        plain=plain_text,
        lines=told_lines(item),
        right_parts=frozenset() if feedback is None else right_parts(feedback),
        own_parts=frozenset() if feedback is None else own_parts(feedback),
    )
    return (shown, 400) if posted else shown


@room.view("/practice/<int:run_id>/end", permission="practice.use", methods=("POST",))
def practice_end(run_id: int) -> Response:
    """Stop here: the summary of what has been responded to."""
    service.finish_run(deps(), current_actor(), run_id)
    return redirect(url_for("candidate.practice_run", run_id=run_id))


@room.view("/practice/<int:run_id>/again", permission="practice.use", methods=("POST",))
def practice_again(run_id: int) -> Response:
    """A new run of the items that went wrong."""
    return _started(lambda: service.repeat_wrong(deps(), current_actor(), run_id, _new_seed()))


def _desk(inputs: PracticeInput) -> str:
    desk = service.view_desk(deps(), current_actor())
    ticked = [offer.topic.id for offer in desk.offers]
    if inputs.is_submitted():
        ticked = inputs.topics.data or []  # None where what was sent are no numbers
    return render_template("candidate/practice_desk.html", desk=desk, inputs=inputs, ticked=ticked)


def _started(start: Callable[[], int]) -> Response:
    try:
        run_id = start()
    except PracticeRefused as refusal:
        return _back_to_desk(refusal)
    return redirect(url_for("candidate.practice_run", run_id=run_id))


def _back_to_desk(refusal: PracticeRefused) -> Response:
    flash(explain(refusal), "warning")
    return redirect(url_for("candidate.practice"))


def _new_seed() -> int:
    return secrets.randbelow(SEED_BELOW)
