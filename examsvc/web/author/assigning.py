"""Assignments: made and changed by the bank manager, read by those whom they concern."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.accounts.permissions import allowed
from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import assignment_views, assignments, bank_lists
from examsvc.services.bank_errors import AssignmentRefused
from examsvc.services.bank_views import READS_ALL
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import AssignInput, DeadlineInput, EndInput
from examsvc.web.author.inputs import topic_choices
from examsvc.web.author.room import room
from item_bank.assignments import Ending

Page = str | tuple[str, int] | Response


@room.view("/assignments/new", permission="assignments.make", methods=("GET", "POST"))
def new_assignment() -> Page:
    """Ask one author or several for items, each for as many."""
    inputs = _inputs()
    if inputs.validate_on_submit():
        try:
            made = assignments.make_assignments(deps(), current_actor(), inputs.order())
        except AssignmentRefused as refusal:
            _show_refusal(inputs, refusal)
        else:
            flash(
                ngettext("%(num)s assignment was made.", "%(num)s assignments were made.", len(made)),
                "success",
            )
            return redirect(url_for("author.lateness"))
    page = render_template("author/assign.html", inputs=inputs)
    return (page, 400) if inputs.is_submitted() else page


@room.view("/assignments/<int:assignment_id>", permission="assignments.read")
def assignment(assignment_id: int) -> str:
    """What is owed, how its deadline moved, which items are written for it."""
    return _page(assignment_id, DeadlineInput(formdata=None), EndInput(formdata=None))


@room.view("/assignments/<int:assignment_id>/deadline", permission="assignments.make", methods=("POST",))
def change_deadline(assignment_id: int) -> Page:
    """Another date, with a reason."""
    inputs = DeadlineInput()
    if inputs.validate_on_submit():
        try:
            assignments.change_deadline(
                deps(), current_actor(), assignment_id, inputs.due_on.data, inputs.reason.data
            )
        except AssignmentRefused as refusal:
            _show_refusal(inputs, refusal)
        else:
            flash(_("The deadline was changed."), "success")
            return redirect(url_for("author.assignment", assignment_id=assignment_id))
    return _page(assignment_id, inputs, EndInput(formdata=None)), 400


@room.view("/assignments/<int:assignment_id>/end", permission="assignments.make", methods=("POST",))
def end_assignment(assignment_id: int) -> Page:
    """Close or withdraw it, with a reason."""
    inputs = EndInput()
    if inputs.validate_on_submit():
        ending = Ending(inputs.ending.data)
        try:
            assignments.end_assignment(deps(), current_actor(), assignment_id, ending, inputs.reason.data)
        except AssignmentRefused as refusal:
            _show_refusal(inputs, refusal)
        else:
            flash(_("The assignment has ended."), "success")
            return redirect(url_for("author.assignment", assignment_id=assignment_id))
    return _page(assignment_id, DeadlineInput(formdata=None), inputs), 400


def _page(assignment_id: int, deadline: DeadlineInput, ending: EndInput) -> str:
    actor = current_actor()
    view = assignment_views.view_assignment(deps(), actor, assignment_id)
    author_id = view.assessed.line.row.author_id
    return render_template(
        "author/assignment.html",
        view=view,
        deadline=deadline,
        ending=ending,
        reads_items=author_id == actor.user_id or bool(actor.roles & READS_ALL),
        writes=author_id == actor.user_id and allowed(actor, "items.write"),
    )


def _inputs() -> AssignInput:
    actor = current_actor()
    inputs = AssignInput()
    topics, _authors = bank_lists.list_choices(deps(), actor)
    inputs.topic.choices = topic_choices(topics)
    inputs.authors.choices = [
        SelectChoice(
            author.user_id, f"{author.name} · {in_language(author.unit)}" if author.unit else author.name
        )
        for author in assignment_views.list_authors(deps(), actor)
    ]
    if not inputs.is_submitted():
        _begin_from_cell(inputs)
    return inputs


def _begin_from_cell(inputs: AssignInput) -> None:
    """From a cell of the bank board the form begins with what that cell lacks."""
    inputs.topic.data = request.args.get("topic")
    inputs.level.data = request.args.get("level", "")
    inputs.n_items.data = request.args.get("n_items", type=int)


def _show_refusal(inputs: FlaskForm, refusal: AssignmentRefused) -> None:
    name = refusal.params.get("field")
    if name in inputs:
        inputs[name].errors = [wording.refusal(refusal)]
    else:
        flash(wording.refusal(refusal), "danger")
