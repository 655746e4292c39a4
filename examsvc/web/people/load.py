"""Loading people: a file is checked and shown first, and written only when confirmed."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import cast

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.positions.errors import WorkbookUnsafe
from examsvc.positions.workbook import HrContent
from examsvc.positions.workbook_sheets import SHEETS
from examsvc.positions.workbook_writer import write_workbook
from examsvc.services import people
from examsvc.services.people import ImportReport, Upload
from examsvc.web.people.room import room
from examsvc.web.people.wording import fault_reason, refusal_reason

KEPT_S = 24 * 3600
SHA256 = re.compile(r"[0-9a-f]{64}")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOUNS = {
    "units": _l("Units"),
    "positions": _l("Positions"),
    "topics": _l("Topics"),
    "competencies": _l("Competencies"),
    "requirements": _l("Requirements"),
    "shares": _l("Topic weights"),
    "officers": _l("Officers"),
}


class LoadInput(FlaskForm):  # type: ignore[misc]
    """The HR office's workbook."""

    file = FileField(_l("Workbook (.xlsx)"), validators=[FileRequired()])


@room.view("/people/load", permission="people.import", methods=("GET", "POST"))
def load() -> str | tuple[str, int]:
    """Check a workbook and show what it would change, or all that is wrong with it."""
    inputs = LoadInput()
    if not inputs.validate_on_submit():
        if request.method == "POST":
            flash(_("Choose a file first."), "danger")
        return _render(inputs)
    upload = Upload(inputs.file.data.filename or "", inputs.file.data.read())
    try:
        report = people.check_people(deps(), current_actor(), upload)
    except WorkbookUnsafe as error:
        flash(refusal_reason(error.code), "danger")
        return _render(inputs), 422
    if not report.is_sound:
        return _render(inputs, report), 422
    _keep(upload)
    return _render(inputs, report)


@room.view("/people/load/confirm", permission="people.import", methods=("POST",))
def confirm_load() -> Response | str | tuple[str, int]:
    """Write the workbook that was checked."""
    digest = request.form.get("sha256", "")
    path = _kept_at(digest) if SHA256.fullmatch(digest) else None
    if path is None or not path.exists():
        flash(_("The checked file is no longer kept. Choose it again."), "warning")
        return redirect(url_for("people.load"))
    upload = Upload(request.form.get("filename", "")[:200], path.read_bytes())
    report = people.import_people(deps(), current_actor(), upload)
    if not report.is_sound:  # someone else changed what the file refers to since it was checked
        return _render(LoadInput(), report), 422
    path.unlink(missing_ok=True)
    flash(_("Loaded: %(filename)s", filename=upload.filename), "success")
    return redirect(url_for("people.load"))


@room.view("/people/empty.xlsx", permission="people.import")
def empty_workbook() -> Response:
    """A workbook with every sheet and column and no rows."""
    return send_file(
        io.BytesIO(write_workbook(HrContent())), mimetype=XLSX, as_attachment=True, download_name="empty.xlsx"
    )


def _render(inputs: LoadInput, report: ImportReport | None = None) -> str:
    return render_template(
        "people/load.html",
        inputs=inputs,
        report=report,
        nouns=NOUNS,
        sheets=SHEETS,
        reason=fault_reason,
        imports=people.list_imports(deps(), current_actor()),
    )


def _uploads() -> Path:
    folder = cast(Path, current_app.extensions["examsvc_home"]) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept_at(digest: str) -> Path:
    return _uploads() / f"people-{digest}.xlsx"


def _keep(upload: Upload) -> None:
    """Keep the file until it is confirmed; what was never confirmed goes after a day."""
    for old in _uploads().glob("people-*.xlsx"):
        if time.time() - old.stat().st_mtime > KEPT_S:
            old.unlink(missing_ok=True)
    _kept_at(upload.sha256).write_bytes(upload.data)
