"""Importing a workbook: choose, read the report, confirm; a checked file need not be chosen again."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import ngettext
from examsvc.services import bank_import
from examsvc.services.assignment_choice import FITTING
from examsvc.store import NotFound
from examsvc.web.author import wording
from examsvc.web.author.choosing import offer_assignments
from examsvc.web.author.inputs import ConfirmInput, FileInput
from examsvc.web.author.room import room
from examsvc.web.author.uploads import Uploads
from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.report import ImportReport
from item_bank.formats.xlsx import write_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REMEMBERED = 8  # checked files of one user
Page = str | tuple[str, int] | Response


@room.view("/items/import", permission="items.write", methods=("GET", "POST"))
def import_items() -> Page:
    """Choose a workbook; it is checked, and nothing is imported yet."""
    inputs = FileInput()
    if not inputs.is_submitted():
        return render_template("author/import.html", inputs=inputs)
    if not inputs.validate():
        return render_template("author/import.html", inputs=inputs), 400
    upload = inputs.file.data
    data = upload.read()
    try:
        bank_import.check_workbook(deps(), current_actor(), data)
    except ImportRefused as error:
        inputs.file.errors = [wording.refusal(error)]
        return render_template("author/import.html", inputs=inputs, refused=upload.filename), 422
    sha256 = _uploads().keep(data)
    _remember(sha256, upload.filename or "")
    return redirect(url_for("author.checked_import", sha256=sha256))


@room.view("/items/import/<sha256>", permission="items.write")
def checked_import(sha256: str) -> str:
    """What importing the checked file would do."""
    filename, data = _checked(sha256)
    report = bank_import.check_workbook(deps(), current_actor(), data)
    return _report_page(report, sha256, filename)


@room.view("/items/import/<sha256>", permission="items.write", methods=("POST",))
def confirm_import(sha256: str) -> Page:
    """Import the checked file, all or nothing."""
    filename, data = _checked(sha256)
    inputs = ConfirmInput()
    choice = inputs.assignment.data if offer_assignments(inputs) else FITTING
    try:
        outcome = bank_import.import_workbook(deps(), current_actor(), filename, data, choice)
    except InvalidItem as error:
        report = bank_import.check_workbook(deps(), current_actor(), data)
        if "assignment" in inputs:
            inputs.assignment.errors = [wording.refusal(error)]
        return _report_page(report, sha256, filename, inputs), 409
    if outcome.import_id is None:  # the bank has changed since the report
        return _report_page(outcome.report, sha256, filename), 409
    _uploads().drop(sha256)
    count = len(outcome.version_ids)
    flash(
        ngettext("%(num)s item was imported as a draft.", "%(num)s items were imported as drafts.", count),
        "success",
    )
    return redirect(url_for("author.desk", tab="drafts"))


@room.view("/items/import/template.xlsx", permission="items.write")
def import_template() -> Response:
    """The empty workbook with its headers."""
    response: Response = make_response(write_template())
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = "attachment; filename=mau-cau-hoi.xlsx"
    return response


def _report_page(
    report: ImportReport, sha256: str, filename: str, confirm: ConfirmInput | None = None
) -> str:
    if confirm is None:
        confirm = ConfirmInput(formdata=None)
        offer_assignments(confirm)
    return render_template(
        "author/report.html",
        report=report,
        warned={problem.row for problem in report.warnings},
        problem_words=wording.problem,
        sha256=sha256,
        filename=filename,
        inputs=FileInput(formdata=None),
        confirm=confirm,
    )


def _uploads() -> Uploads:
    return Uploads(Path(current_app.extensions["examsvc_home"]))


def _remember(sha256: str, filename: str) -> None:
    known = {**session.get("checked_files", {}), sha256: filename[:200]}
    session["checked_files"] = dict(list(known.items())[-REMEMBERED:])


def _checked(sha256: str) -> tuple[str, bytes]:
    """The name and content of a file that this browser had checked."""
    filename = session.get("checked_files", {}).get(sha256)
    data = _uploads().find(sha256) if filename is not None else None
    if data is None:
        raise NotFound("upload", sha256)
    return str(filename), data
