"""Items that leave the bank: asked for, confirmed by a second person, taken out once."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.job_picture import JobPicture, picture_job
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import bank_lists, jobs
from examsvc.services import exports as service
from examsvc.services.bank_errors import ExportRefused
from examsvc.services.exports import ExportOrder
from examsvc.web.author import wording
from examsvc.web.author.desk import NARROWING, is_told, read_filter
from examsvc.web.author.guarding_inputs import DecisionInput, ExportInput
from examsvc.web.author.inputs import identity
from examsvc.web.author.room import room
from examsvc.web.author.showing import open_lines

Page = str | tuple[str, int] | Response


@room.view("/exports", permission="exports.read")
def exports() -> str:
    """All exports, those that wait first."""
    return render_template("author/exports.html", lines=service.list_exports(deps(), current_actor()))


@room.view("/exports/new", permission="exports.ask", methods=("GET", "POST"))
def ask_export() -> Page:
    """Say which items, as what, for what and to whom; ticked items or a filter bring their codes along."""
    inputs = ExportInput()
    if not inputs.is_submitted():
        inputs.codes.data = "\n".join(_chosen())
    elif inputs.validate():
        order = ExportOrder(
            inputs.codes.data or "",
            inputs.format.data,
            inputs.purpose.data or "",
            inputs.recipient.data or "",
        )
        try:
            export_id = service.ask_export(deps(), current_actor(), order)
        except ExportRefused as refusal:
            inputs[refusal.params["field"]].errors = [wording.refusal(refusal)]
        else:
            flash(_("Asked for. A second person has to confirm it."), "success")
            return redirect(url_for("author.export", export_id=export_id))
    page = render_template("author/export_form.html", inputs=inputs)
    return (page, 400) if inputs.is_submitted() else page


def _chosen() -> list[str]:
    """The codes that were ticked, or those of the list's filter."""
    ticked = request.args.getlist("version_ids", type=identity)
    if ticked or not any(name in request.args for name in NARROWING):
        return service.codes_of(deps(), current_actor(), ticked)
    wanted = read_filter()
    lines = bank_lists.list_items(deps(), current_actor(), wanted)
    lines = [line for line in lines if line.state not in ("draft", "retired")]
    if wanted.text:  # found by its words is as good as looked at
        opened = open_lines(lines, "export search")
        lines = [line for line in lines if is_told(line, wanted.text, opened)]
        if opened.withheld:
            flash(_("Items found by their words are listed as far as today's allowance goes."), "warning")
    return list(dict.fromkeys(line.code for line in lines))


@room.view("/exports/<int:export_id>", permission="exports.read")
def export(export_id: int) -> str:
    """One export: what leaves, what the format loses, and what may be done now."""
    return _page(export_id, DecisionInput(formdata=None))


@room.view("/exports/<int:export_id>/decide", permission="exports.decide", methods=("POST",))
def decide_export(export_id: int) -> Page:
    """The second person's word."""
    inputs = DecisionInput()
    actor, says = current_actor(), request.form.get("decision")
    if inputs.validate_on_submit() and says in ("confirm", "refuse"):
        try:
            if says == "confirm":
                service.confirm_export(deps(), actor, export_id, inputs.reason.data or "")
                flash(_("Confirmed. Whoever asked can take the file out within 24 hours, once."), "success")
            else:
                service.refuse_export(deps(), actor, export_id, inputs.reason.data or "")
                flash(_("Refused."), "success")
        except ExportRefused as refusal:
            if "field" not in refusal.params:
                flash(wording.refusal(refusal), "danger")
                return redirect(url_for("author.export", export_id=export_id))
            inputs.reason.errors = [wording.refusal(refusal)]
        else:
            return redirect(url_for("author.export", export_id=export_id))
    return _page(export_id, inputs), 400


@room.view("/exports/<int:export_id>/take", permission="exports.take", methods=("POST",))
def take_export(export_id: int) -> Response:
    """The file, once: a POST, so that no link and no prefetch can use it up."""
    try:
        taken = service.take_export(deps(), current_actor(), export_id)
    except ExportRefused as refusal:
        flash(wording.refusal(refusal), "danger")
        return redirect(url_for("author.export", export_id=export_id))
    answer = make_response(taken.data)
    answer.headers["Content-Type"] = taken.mime
    answer.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(export_id: int, inputs: DecisionInput) -> str:
    view = service.view_export(deps(), current_actor(), export_id)
    job_id = view.line.row.job_id
    return render_template(
        "author/export.html", view=view, inputs=inputs, job=None if job_id is None else _picture(job_id)
    )


def _picture(job_id: int) -> JobPicture:
    return picture_job(jobs.read_job(deps(), current_actor(), job_id))
