"""The report of an import as a workbook, to work through beside the file."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from examsvc.services.import_report import Report, ReportLine
from examsvc.web.author import wording_imports as words

WIDTHS = (6, 24, 16, 14, 60, 12, 12, 80)


def write_table(report: Report) -> bytes:
    """One row an item: where it stands, what becomes of it, every remark in words."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = _("Import report")
    headers = (
        *(_("No."), _("Where"), _("Fate"), _("Code"), _("Stem"), _("Interaction"), _("Key"), _("Remarks")),
    )
    rows = [_row(line, report.format) for line in report.lines]
    for number, row in enumerate([headers, *rows], 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(value, str):  # what begins like a formula stays a text
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
            if number == 1:
                cell.font = Font(bold=True)
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _row(line: ReportLine, form: str) -> tuple[object, ...]:
    remarks = [
        words.sentence(note, form)
        for note in (*([line.refused] if line.refused else []), *line.lost, *line.warnings)
    ]
    return (
        line.number,
        line.where[:200],
        words.fate(line.fate),
        line.code,
        line.stem,
        words.interaction(line.interaction),
        line.key,
        "\n".join(remarks)[:30_000],
    )
