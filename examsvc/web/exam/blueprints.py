"""Blueprints: those of each position, one as a matrix, its approval by a second person, its runs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.permissions import allowed
from examsvc.assembly.eligibility import rated_findings
from examsvc.assembly.errors import BlueprintInvalid
from examsvc.assembly.findings import Problem
from examsvc.edge.job_picture import JobPicture, picture_job
from examsvc.edge.language import in_language
from examsvc.edge.refusals import REFUSALS
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import blueprints, jobs
from examsvc.store import Session, scored
from examsvc.store import assembly as store
from examsvc.store import jobs as job_rows
from examsvc.store.models import PositionRow
from examsvc.store.topics import list_topics
from examsvc.web.exam import assembly_wording as wording
from examsvc.web.exam.blueprint_inputs import OrderInput, TypedMatrix, parse_matrix
from examsvc.web.exam.matrix import Bank, Draft, picture_matrix
from examsvc.web.exam.room import room
from examsvc.web.exam.section_inputs import picture_sections, sections_text
from examsvc.web.resting_wording import resting_words

Page = str | tuple[str, int]


@room.view("/blueprints", permission="blueprints.read")
def list_blueprints() -> str:
    """Each position in force with its blueprints."""
    with deps().store.read() as session:
        rows = store.list_blueprints(session)
        n_forms = store.count_forms(session)
        positions = [
            (position, [row for row, of in rows if of.code == position.code])
            for position in store.list_positions(session)
        ]
    in_force = {position.id for position, _rows in positions}
    return render_template(
        "exam/blueprints.html",
        positions=positions,
        in_force=in_force,
        n_forms=n_forms,
        states=wording.BLUEPRINT_STATES,
    )


@room.view("/blueprints/derive", permission="blueprints.edit", methods=("POST",))
def derive_blueprint() -> Response:
    """A draft from a position's weights."""
    try:
        blueprint_id = blueprints.derive(deps(), current_actor(), request.form.get("position", ""))
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
        return redirect(url_for("exam.list_blueprints"))
    flash(
        _("The draft is derived. Look at it, change what has to change; a second person approves."), "success"
    )
    return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id))


@room.view("/blueprints/<int:blueprint_id>", permission="blueprints.read")
def show_blueprint(blueprint_id: int) -> str | Response:
    """The matrix, and what may be done with it now; `done` leads on to what a finished job brought."""
    if "done" in request.args:
        job = shown_job("assemble", {"blueprint_id": blueprint_id})
        if job is not None and job.state == "done" and job.url:
            return redirect(job.url)
    return blueprint_page(blueprint_id)


@room.view("/blueprints/<int:blueprint_id>", permission="blueprints.edit", methods=("POST",))
def save_blueprint(blueprint_id: int) -> Page | Response:
    """Keep the cells when they hold together; else say every problem at its place and keep what was typed."""
    with deps().store.read() as session:
        store.load_blueprint(session, blueprint_id)
        topics = [topic.code for topic in list_topics(session)]
    typed = parse_matrix(request.form, topics)
    if typed.problems:
        return blueprint_page(blueprint_id, typed=typed, problems=typed.problems), 400
    try:
        blueprints.edit(deps(), current_actor(), blueprint_id, typed.edit)
    except BlueprintInvalid as error:
        return blueprint_page(blueprint_id, typed=typed, problems=error.problems), 400
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
    else:
        flash(_("The blueprint is saved."), "success")
    return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id))


@room.view("/blueprints/<int:blueprint_id>/approve", permission="blueprints.approve", methods=("POST",))
def approve_blueprint(blueprint_id: int) -> Response:
    """The second person has looked at it."""
    try:
        blueprints.approve(deps(), current_actor(), blueprint_id)
        flash(_("The blueprint is approved. Forms can be assembled from it."), "success")
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
    return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id))


@room.view("/blueprints/<int:blueprint_id>/revise", permission="blueprints.edit", methods=("POST",))
def revise_blueprint(blueprint_id: int) -> Response:
    """A new draft with the same cells; the approved one stays in force until the draft is approved."""
    try:
        blueprint_id = blueprints.revise(deps(), current_actor(), blueprint_id)
        flash(
            _("This is the new draft. The approved version stays in force until this one is approved."),
            "info",
        )
    except REFUSALS as error:
        flash(wording.refusal_words(error), "danger")
    return redirect(url_for("exam.show_blueprint", blueprint_id=blueprint_id))


def blueprint_page(
    blueprint_id: int,
    *,
    typed: TypedMatrix | None = None,
    problems: tuple[Problem, ...] = (),
    order: OrderInput | None = None,
) -> str:
    """The page of a blueprint, with what was typed where a step was refused."""
    with deps().store.read() as session:
        row, position, value = store.load_blueprint(session, blueprint_id)
        bank = _bank(session, position)
        rated = store.count_rated(session)
        runs = [
            (run, store.list_forms(session, run_id=run.id)) for run in store.list_runs(session, blueprint_id)
        ]
        doers = [row.created_by, row.approved_by, *(run.created_by for run, _forms in runs)]
        names = scored.staff_names(session, doers)
    is_editable = row.state == "draft" and allowed(current_actor(), "blueprints.edit")
    texts = {
        "n_items": str(row.n_items),
        "minutes": str(row.limit_s // 60),
        "sections": sections_text(value.sections),
        **(typed.texts if typed else {}),
    }
    draft = Draft(
        counts=typed.edit.counts if typed else value.counts,
        n_items=typed.edit.n_items if typed else row.n_items,
        texts=texts if typed else {},
        problems={wording.field_of(problem): wording.problem_words(problem) for problem in problems},
    )
    return render_template(
        "exam/blueprint.html",
        row=row,
        position=position,
        matrix=picture_matrix(draft, bank, every_topic=is_editable),
        texts=texts,
        field_problems=draft.problems,
        rated_left_out=wording.rated_words(rated_findings(value, rated)),
        problems=[_placed(problem) for problem in problems],
        sections=picture_sections(value.sections, value.counts.items()),
        is_editable=is_editable,
        is_writer=row.created_by == current_actor().user_id,
        cut_shares=value.cut_shares,
        names=names,
        runs=runs,
        order=order or _new_order(value.max_overlap),
        job=shown_job("assemble", {"blueprint_id": blueprint_id}),
        words=wording,
    )


def shown_job(kind: str, subject: Mapping[str, Any]) -> JobPicture | None:
    """The job about this subject that the address names, or else one that is still under way."""
    wanted = request.args.get("job", type=int)
    with deps().store.read() as session:
        rows = job_rows.list_latest(session, kind, limit=50)
    for row in rows:
        about = all(row.params.get(name) == value for name, value in subject.items())
        if about and (row.id == wanted or (wanted is None and row.state in jobs.UNFINISHED)):
            return picture_job(row)
    return None


def _bank(session: Session, position: PositionRow) -> Bank:
    available, resting = blueprints.available_cells(session)
    return Bank(
        topics={topic.code: in_language(topic) for topic in list_topics(session)},
        weights=store.topic_weights(session, position.id),
        eligible=available,
        resting={cell: resting_words(rest.facts) for cell, rest in resting.items()},
    )


def _new_order(max_overlap: int) -> OrderInput:
    seed = secrets.randbelow(999_999) + 1
    return OrderInput(formdata=None, data={"n_forms": 2, "seed": seed, "max_overlap": max_overlap})


def _placed(problem: Problem) -> tuple[str, str, str]:
    return wording.field_of(problem), wording.problem_place(problem), wording.problem_words(problem)
