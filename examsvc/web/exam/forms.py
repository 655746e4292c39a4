"""Assembling: the order, the run with its certificate, and the forms until they are published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.actor import Actor
from examsvc.edge.refusals import REFUSALS
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import Services, assembly
from examsvc.services.assembly import AssemblyOrder
from examsvc.store import Session, outlines, scored
from examsvc.store import assembly as store
from examsvc.store import jobs as job_rows
from examsvc.store.models import AssemblyRunRow, CalibrationRow, FormRow, JobRow
from examsvc.store.rows import get_row
from examsvc.store.topics import list_topics
from examsvc.web.exam import assembly_wording as wording
from examsvc.web.exam.blueprint_inputs import OrderInput
from examsvc.web.exam.blueprints import blueprint_page, shown_job
from examsvc.web.exam.certificate import picture_certificate
from examsvc.web.exam.curves import information_chart, share_chart
from examsvc.web.exam.room import room
from examsvc.web.exam.section_inputs import certified_sections

Page = str | tuple[str, int]


@room.view("/blueprints/<int:blueprint_id>/assemble", permission="forms.assemble", methods=("POST",))
def order_forms(blueprint_id: int) -> Page | Response:
    """Start assembling; the job's panel follows it."""
    inputs = OrderInput()
    if not inputs.validate_on_submit():
        return blueprint_page(blueprint_id, order=inputs), 400
    order = AssemblyOrder(blueprint_id, inputs.n_forms.data, inputs.seed.data, inputs.max_overlap.data)
    try:
        job_id = assembly.ask_for_forms(deps(), current_actor(), order)
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
        return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id))
    return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id, job=job_id))


@room.view("/assembly-runs/<int:run_id>", permission="forms.read_certificate")
def show_run(run_id: int) -> str:
    """The certificate: what was demanded and reached, the forms; or why there are none."""
    with deps().store.read() as session:
        run = get_row(session, AssemblyRunRow, run_id)
        blueprint, position, _value = store.load_blueprint(session, run.blueprint_id)
        calibration = get_row(session, CalibrationRow, run.calibration_id)
        forms = store.list_forms(session, run_id=run_id)
        doers = [run.created_by, *(form.published_by for form in forms)]
        names = scored.staff_names(session, doers)
        replayed = _last_replay(session, run_id)
    labels = [form.code for form in forms]
    is_charted = bool(forms)
    return render_template(
        "exam/run.html",
        run=run,
        blueprint=blueprint,
        position=position,
        calibration=calibration,
        forms=list(zip(forms, run.certificate["forms"], strict=True)),
        labels=labels,
        picture=picture_certificate(run.certificate, run.checksum),
        sections=certified_sections(run.certificate),
        information=information_chart(run.certificate, labels) if is_charted else None,
        shares=share_chart(run.certificate, labels) if is_charted else None,
        names=names,
        is_assembler=run.created_by == current_actor().user_id,
        replayed=replayed,
        job=shown_job("replay", {"run_id": run_id}),
        words=wording,
    )


@room.view("/assembly-runs/<int:run_id>/replay", permission="forms.read_certificate", methods=("POST",))
def replay_run(run_id: int) -> Response:
    """Assemble again on today's bank and compare."""
    job_id = assembly.ask_for_replay(deps(), current_actor(), run_id)
    return redirect(url_for("exam.show_run", run_id=run_id, job=job_id))


@room.view("/forms/<int:form_id>", permission="forms.read_items")
def show_form(form_id: int) -> str:
    """The form as it is delivered, without its keys; every look is noted."""
    form, lines = assembly.proof_read(deps(), current_actor(), form_id)
    with deps().store.read() as session:
        _blueprint, position, _value = store.load_blueprint(session, form.blueprint_id)
        topics = {topic.code: topic for topic in list_topics(session)}
        sections = {row.first_item: row for row in outlines.list_sections(session, form_id)}
    return render_template(
        "exam/form.html",
        form=form,
        position=position,
        lines=lines,
        topics=topics,
        sections=sections,
        words=wording,
    )


@room.view("/forms/<int:form_id>/publish", permission="forms.publish", methods=("POST",))
def publish_form(form_id: int) -> Response:
    """The second person puts a form into use."""
    return _form_act(assembly.publish_form, form_id, _("The form is published. It can be put on rosters."))


@room.view("/forms/<int:form_id>/withdraw", permission="forms.assemble", methods=("POST",))
def withdraw_form(form_id: int) -> Response:
    """Take a form out of use."""
    return _form_act(
        assembly.withdraw_form, form_id, _("The form is withdrawn. Sittings that have it keep it.")
    )


def _form_act(act: Callable[[Services, Actor, int], None], form_id: int, done: str) -> Response:
    try:
        act(deps(), current_actor(), form_id)
        flash(done, "success")
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
    with deps().store.read() as session:
        run_id = get_row(session, FormRow, form_id).assembly_run_id
    return redirect(url_for("exam.show_run", run_id=run_id))


def _last_replay(session: Session, run_id: int) -> tuple[JobRow, dict[str, Any]] | None:
    """The last comparison of this run with the bank, if anybody asked for one."""
    for row in job_rows.list_latest(session, "replay", limit=50):
        if row.state == "done" and row.params.get("run_id") == run_id:
            return row, row.outcome
    return None
