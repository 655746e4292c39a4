"""The report of an import as a workbook, to work through beside the file."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from examsvc.services.import_report import Report, ReportLine
from examsvc.web.author import wording_imports as words
from item_bank.formats.xlsx_table import Value, write_table

WIDTHS: Final = (6, 24, 16, 14, 60, 12, 12, 80)


def write_report(report: Report) -> bytes:
    """One row an item: where it stands, what becomes of it, every remark in words."""
    headers = (
        *(_("No."), _("Where"), _("Fate"), _("Code"), _("Stem"), _("Interaction"), _("Key"), _("Remarks")),
    )
    rows = [_row(line, report.format) for line in report.lines]
    return write_table(_("Import report"), headers, rows, WIDTHS)


def _row(line: ReportLine, form: str) -> tuple[Value, ...]:
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
