"""Changing many items: choose, look at what would happen, apply, read what came of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.edge.failures import words_of
from examsvc.edge.job_picture import picture_job
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.results.errors import JobRefused
from examsvc.services import bank_lists, bulk_previews, jobs
from examsvc.services import bulk as service
from examsvc.services.bulk_order import targets_of
from examsvc.services.failures import failure_of
from examsvc.store import NotFound
from examsvc.web.author import wording_bulk
from examsvc.web.author.bulk_inputs import CHOOSE, BulkInput
from examsvc.web.author.desk import page_numbers, read_filter
from examsvc.web.author.inputs import identity, topic_choices
from examsvc.web.author.room import room
from item_bank.errors import BulkRefused

Page = str | tuple[str, int] | Response


@room.view("/bank/bulk", permission="bulk.order")
def bulk() -> Page:
    """Say what shall change; ticked items come with the address, or a filter."""
    ticked = request.args.getlist("version_ids", type=identity)
    if request.args.get("of") == "ticked" and not ticked:
        flash(_("Tick at least one item."), "warning")
        return redirect(url_for("author.desk", tab=request.args.get("tab")))
    inputs = BulkInput(formdata=None)
    inputs.begin(ticked)
    return _form_page(inputs, len(ticked))


@room.view("/bank/bulk", permission="bulk.order", methods=("POST",))
def order_bulk() -> Page:
    """To the preview of what was ordered, or to the worker that makes it; nothing is changed yet."""
    inputs = BulkInput()
    _offer(inputs)
    try:
        ids = inputs.chosen_ids()
    except ValueError:
        raise NotFound("item_version", 0) from None
    if not inputs.validate():
        return _form_page(inputs, len(ids)), 400
    try:
        wanted = ids or bank_lists.list_ids(deps(), current_actor(), read_filter())
        made = bulk_previews.ask_preview(deps(), current_actor(), inputs.order(), wanted)
    except BulkRefused as refusal:
        field = {"legal_basis": "basis"}.get(refusal.params["field"], refusal.params["field"])
        inputs[field].errors = [wording_bulk.refusal_words(refusal.code, refusal.params)]
        return _form_page(inputs, len(ids)), 400
    except JobRefused as refusal:
        flash(words_of(failure_of(refusal) or {}), "danger")
        return _form_page(inputs, len(ids)), 409
    return _to_preview(made)


@room.view("/bank/bulk/<preview_id>", permission="bulk.order")
def bulk_preview(preview_id: str) -> str:
    """What would happen to each item."""
    fate, page = request.args.get("fate", ""), max(1, request.args.get("page", 1, int))
    preview = bulk_previews.view_preview(deps(), current_actor(), preview_id, fate, page)
    return render_template(
        "author/bulk_preview.html",
        preview=preview,
        preview_id=preview_id,
        fate=fate,
        page=page,
        page_numbers=page_numbers(page, preview.n_pages),
        words=wording_bulk,
        said=wording_bulk.order_words(preview.order.facts),
    )


@room.view("/bank/bulk/<preview_id>", permission="bulk.order", methods=("POST",))
def apply_bulk(preview_id: str) -> Response:
    """Have exactly this done."""
    try:
        job_id = service.ask_change(deps(), current_actor(), preview_id)
    except BulkRefused as refusal:
        flash(wording_bulk.refusal_words(refusal.code, refusal.params), "danger")
    except JobRefused as refusal:
        flash(words_of(failure_of(refusal) or {}), "danger")
    else:
        return redirect(url_for("author.bulk_job", job_id=job_id))
    return redirect(url_for("author.bulk_preview", preview_id=preview_id))


@room.view("/bank/bulk/<preview_id>/again", permission="bulk.order", methods=("POST",))
def renew_bulk(preview_id: str) -> Response:
    """The same order for the same items, held against the bank as it is now."""
    try:
        return _to_preview(bulk_previews.renew_preview(deps(), current_actor(), preview_id))
    except JobRefused as refusal:
        flash(words_of(failure_of(refusal) or {}), "danger")
        return redirect(url_for("author.bulk_preview", preview_id=preview_id))


@room.view("/bank/bulk/jobs/<int:job_id>", permission="bulk.order")
def bulk_job(job_id: int) -> Page:
    """How far a worker is, and in the end what came of it."""
    row = jobs.read_job(deps(), current_actor(), job_id)
    if row.kind == bulk_previews.PREVIEWING and "preview_id" in row.outcome:
        return redirect(url_for("author.bulk_preview", preview_id=row.outcome["preview_id"]))
    if row.kind == bulk_previews.PREVIEWING and row.created_by == current_actor().user_id:
        return render_template("author/bulk_job.html", job=picture_job(row), preview_id=None)
    page = max(1, request.args.get("page", 1, int))
    report = service.view_report(deps(), current_actor(), job_id, page)
    if report.outcome is None:
        preview_id = row.params["preview_id"]
        return render_template("author/bulk_job.html", job=picture_job(row), preview_id=preview_id)
    return render_template(
        "author/bulk_report.html",
        report=report,
        outcome=report.outcome,
        page=page,
        page_numbers=page_numbers(page, report.n_pages),
        words=wording_bulk,
        said=wording_bulk.order_words(report.outcome.order),
    )


def _to_preview(made: str | int) -> Response:
    if isinstance(made, int):
        return redirect(url_for("author.bulk_job", job_id=made))
    return redirect(url_for("author.bulk_preview", preview_id=made))


def _offer(inputs: BulkInput) -> None:
    """The topics there are, and the states this person may move items to."""
    topics, _authors = bank_lists.list_choices(deps(), current_actor())
    inputs.topic.choices = [
        CHOOSE,
        *topic_choices(topics),
    ]
    targets = [SelectChoice(to.value, wording_bulk.TARGETS[to.value]) for to in targets_of(current_actor())]
    inputs.to.choices = [CHOOSE, *targets]


def _form_page(inputs: BulkInput, n_ticked: int) -> str:
    _offer(inputs)
    n_items = n_ticked or bank_lists.count_items(deps(), current_actor(), read_filter())
    return render_template("author/bulk.html", inputs=inputs, n_items=n_items, filtered=not n_ticked)
