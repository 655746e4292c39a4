"""Importing a file: choose, read the report, answer what the file does not say, confirm."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import msgspec
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.edge.job_picture import picture_job
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import ngettext
from examsvc.services import bank_import, bank_lists, import_report, jobs
from examsvc.services.assignment_choice import FITTING
from examsvc.services.bank_errors import ImportIncomplete
from examsvc.services.bank_import import File, Order
from examsvc.services.import_report import Answers, Report, ReportLine
from examsvc.services.uploads import keep_upload
from examsvc.store import NotFound
from examsvc.web.author import wording, wording_imports
from examsvc.web.author.choosing import offer_assignments
from examsvc.web.author.import_inputs import AnswersInput, ConfirmInput, FileInput
from examsvc.web.author.import_table import write_report
from examsvc.web.author.inputs import topic_choices
from examsvc.web.author.room import room
from item_bank.errors import ImportRefused, ItemBankError
from item_bank.formats.foreign import Fate
from item_bank.formats.xlsx_bank.template import write_template

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGE: Final = 400_000  # bytes; what is more is checked by a worker, with its progress on the page
SHOWN: Final = 200  # items on a page of the report
Page = str | tuple[str, int] | Response


@room.view("/items/import", permission="items.write", methods=("GET", "POST"))
def import_items() -> Page:
    """Choose a file; it is checked, and nothing is imported yet."""
    inputs = FileInput()
    if not inputs.is_submitted():
        return render_template("author/import.html", inputs=inputs)
    if not inputs.validate():
        return render_template("author/import.html", inputs=inputs), 400
    upload = inputs.file.data
    file = File((upload.filename or "")[:200], upload.read())
    try:
        return _checked(file, _answers_before(inputs.after.data or ""))
    except ImportRefused as error:
        inputs.file.errors = [wording_imports.whole_file(error)]
        return render_template("author/import.html", inputs=inputs, refused=file.name), 422


@room.view("/items/import/jobs/<int:job_id>", permission="items.write")
def import_job(job_id: int) -> Page:
    """A file being checked or imported by a worker, and where that leads."""
    row = jobs.read_job(deps(), current_actor(), job_id)
    if row.kind not in ("check_import", "import_items") or row.created_by != current_actor().user_id:
        raise NotFound("job", job_id)
    if "report_id" in row.outcome:
        return redirect(url_for("author.import_report_page", report_id=row.outcome["report_id"]))
    if "n_items" in row.outcome:
        return _imported(int(row.outcome["n_items"]))
    return render_template("author/import_job.html", job=picture_job(row), filename=row.params["filename"])


@room.view("/items/import/<report_id>", permission="items.write")
def import_report_page(report_id: str) -> str:
    """What importing the checked file would do."""
    return _report_page(_own_report(report_id), report_id)


@room.view("/items/import/<report_id>/answers", permission="items.write", methods=("POST",))
def answer_import(report_id: str) -> Page:
    """Say what holds for the items that do not say it themselves; the file is checked again."""
    report = _own_report(report_id)
    inputs = _answers_input()
    if not inputs.validate():
        return _report_page(report, report_id, answers=inputs), 400
    return _checked(_file_of(report), inputs.answers())


@room.view("/items/import/<report_id>", permission="items.write", methods=("POST",))
def confirm_import(report_id: str) -> Page:
    """Import the checked file."""
    report = _own_report(report_id)
    confirm = ConfirmInput()
    choice = confirm.assignment.data if offer_assignments(confirm) else FITTING
    order = Order(report.answers, choice, without_refused=bool(confirm.without_refused.data))
    file = _file_of(report)
    if len(file.data) > LARGE:
        params = _params(report) | {"assignment": choice, "without_refused": order.without_refused}
        return redirect(url_for("author.import_job", job_id=_ask("import_items", params)))
    try:
        outcome = bank_import.import_file(deps(), current_actor(), file, order)
    except ImportIncomplete:  # not ticked, or the bank has changed since the report
        fresh = bank_import.check_file(deps(), current_actor(), file, report.answers)
        confirm.without_refused.errors = [str(_("Tick this, or put the file right."))]
        return _report_page(fresh, report_id, confirm=confirm), 409
    except ItemBankError as error:
        confirm.assignment.errors = [wording.refusal(error)]
        return _report_page(report, report_id, confirm=confirm), 409
    for kept in (report.sha256, report_id):
        deps().uploads.remove(kept)
    return _imported(len(outcome.version_ids))


@room.view("/items/import/<report_id>/report.xlsx", permission="items.write")
def import_report_table(report_id: str) -> Response:
    """The whole report as a workbook, to work through beside the file."""
    report = _own_report(report_id)
    return _download(write_report(report), "bao-cao-nhap.xlsx")


@room.view("/items/import/template.xlsx", permission="items.write")
def import_template() -> Response:
    """The empty workbook with its headers and examples."""
    return _download(write_template(), "mau-cau-hoi.xlsx")


def _checked(file: File, answers: Answers) -> Response:
    """To the report of the file, or to the worker that is making it."""
    sha256 = keep_upload(deps(), file.data)
    if len(file.data) > LARGE:
        params = {"filename": file.name, "sha256": sha256, "answers": asdict(answers)}
        return redirect(url_for("author.import_job", job_id=_ask("check_import", params)))
    report = bank_import.check_file(deps(), current_actor(), file, answers)
    report_id = keep_upload(deps(), import_report.encode(report))
    return redirect(url_for("author.import_report_page", report_id=report_id))


def _ask(kind: str, params: dict[str, Any]) -> int:
    return jobs.ask_once(deps(), current_actor(), kind, params)


def _params(report: Report) -> dict[str, Any]:
    return {"filename": report.filename, "sha256": report.sha256, "answers": asdict(report.answers)}


def _imported(count: int) -> Response:
    flash(
        ngettext("%(num)s item was imported as a draft.", "%(num)s items were imported as drafts.", count),
        "success",
    )
    return redirect(url_for("author.desk", tab="drafts"))


def _own_report(report_id: str) -> Report:
    """A report that this user asked for. Raises NotFound: another's is as good as none."""
    data = deps().uploads.find(report_id)
    try:
        report = None if data is None else import_report.decode(data)
    except msgspec.DecodeError:  # a file of another kind
        report = None
    if report is None or report.user_id != current_actor().user_id:
        raise NotFound("import report", report_id)
    return report


def _answers_before(report_id: str) -> Answers:
    """What was answered to the report that this file corrects: nobody wants to say it twice."""
    try:
        return _own_report(report_id).answers
    except NotFound:  # a first file, or a report that has gone
        return Answers()


def _file_of(report: Report) -> File:
    data = deps().uploads.find(report.sha256)
    if data is None:
        raise NotFound("upload", report.sha256)
    return File(report.filename, data)


def _answers_input(report: Report | None = None) -> AnswersInput:
    inputs = AnswersInput(formdata=None) if report is not None else AnswersInput()
    topics, _authors = bank_lists.list_choices(deps(), current_actor())
    inputs.topic.choices = [
        SelectChoice("", str(_("Not said"))),
        *topic_choices(topics),
    ]
    if report is not None:
        inputs.show(report.answers)
    return inputs


def _report_page(
    report: Report,
    report_id: str,
    *,
    answers: AnswersInput | None = None,
    confirm: ConfirmInput | None = None,
) -> str:
    if confirm is None:
        confirm = ConfirmInput(formdata=None)
        offer_assignments(confirm)
    lines = _chosen(report, request.args.get("fate", ""))
    page = max(1, request.args.get("page", 1, int))
    return render_template(
        "author/report.html",
        report=report,
        report_id=report_id,
        counts={fate.value: report.count(fate) for fate in Fate},
        fate=request.args.get("fate", ""),
        lines=lines[(page - 1) * SHOWN : page * SHOWN],
        page=page,
        n_pages=max(1, -(-len(lines) // SHOWN)),
        words=wording_imports,
        answers=answers or _answers_input(report),
        inputs=FileInput(formdata=None),
        confirm=confirm,
    )


def _chosen(report: Report, fate: str) -> list[ReportLine]:
    if fate == "warned":
        return [line for line in report.lines if line.warnings]
    if fate == "lacking":
        return [line for line in report.lines if line.lacks_answer]
    return [line for line in report.lines if not fate or (line.fate == fate and not line.lacks_answer)]


def _download(data: bytes, name: str) -> Response:
    response: Response = make_response(data)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
