"""The technical report of a calibration: one text, as a page to print and as PDF."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template
from flask_babel import get_locale
from werkzeug.wrappers import Response

from examsvc.edge.language import in_language, local_time
from examsvc.edge.pdf import typeset
from examsvc.edge.plain import file_name, printable
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services.reports import TechnicalReport, read_report
from examsvc.web.examiner import sections, wording
from examsvc.web.examiner.calibration_page import found_sections, load_context
from examsvc.web.examiner.document import Block, Facts, Figure, Section, Table, Text, as_cell
from examsvc.web.examiner.plots import Plot
from examsvc.web.examiner.room import room

MOST_LINES = 25  # of sittings, anchors and the like: the report sums up, the service lists all


@room.view("/calibrations/<int:calibration_id>/report", permission="calibrations.read")
def report(calibration_id: int) -> str:
    """The report as a page that prints well."""
    found, parts = _report(calibration_id, is_linked=True)
    return render_template(
        "examiner/report.html", row=found.row, campaign=found.campaign, parts=parts, words=wording
    )


@room.view("/calibrations/<int:calibration_id>/report.pdf", permission="calibrations.read")
def report_pdf(calibration_id: int) -> Response:
    """The same text as PDF."""
    found, parts = _report(calibration_id, is_linked=False)
    row, campaign = found.row, found.campaign
    document = {
        "lang": get_locale().language,
        "title": _("Technical report on a calibration"),
        "subtitle": row.code if campaign is None else f"{row.code} · {in_language(campaign)}",
        "footer": _(
            "As of %(at)s · checksum %(checksum)s", at=local_time(row.created_at), checksum=row.checksum[:16]
        ),
        "sections": [
            {"title": part.title, "blocks": [as_data(block) for block in part.blocks]} for part in parts
        ],
    }
    answer = current_app.response_class(
        typeset(document, row.adopted_at or row.created_at), mimetype="application/pdf"
    )
    answer.headers.set(
        "Content-Disposition", "inline", filename=file_name(f"{row.code}-{document['lang']}.pdf")
    )
    return answer


def as_data(block: Block) -> dict[str, Any]:
    """A block as the typesetter's template reads it."""
    if isinstance(block, Text):
        return {"kind": "text", "tone": block.tone, "text": block.words}
    if isinstance(block, Facts):
        return {"kind": "facts", "rows": [[term, as_cell(value).text] for term, value in block.rows]}
    if isinstance(block, Figure):
        key = [f"{_shape(shape)} {words}" for shape, words in block.plot.key]
        return {
            "kind": "figure",
            "title": block.plot.title,
            "svg": as_svg(block.plot),
            "key": key,
            "table": _table_data(block.table, caption=""),
        }
    return _table_data(block, caption=block.caption)


def as_svg(plot: Plot) -> str:
    """A picture that carries its own style."""
    return printable(str(render_template("examiner/plot.svg", plot=plot)))


def _report(calibration_id: int, *, is_linked: bool) -> tuple[TechnicalReport, list[Section]]:
    found = read_report(deps(), current_actor(), calibration_id)
    with deps().store.read() as session:
        context = load_context(session, calibration_id, is_linked=is_linked, most=MOST_LINES)
    measuring = sections.measuring_section(context)
    parts = [
        sections.data_section(context, found.forms),
        sections.options_section(context),
        sections.convergence_section(context),
        *([measuring] if measuring else []),
        sections.items_section(context),
        *found_sections(context),
        sections.software_section(context, found.software),
    ]
    return found, parts


def _table_data(table: Table, caption: str) -> dict[str, Any]:
    rows = [[as_cell(cell).text for cell in row] for row in table.rows]
    if not rows:
        rows = [[table.empty or _("None."), *[""] * (len(table.headings) - 1)]]
    return {
        "kind": "table",
        "caption": caption,
        "headings": list(table.headings),
        "numeric": sorted(table.numeric),
        "rows": rows,
    }


def _shape(shape: str) -> str:
    return {"dot": "●", "square": "□", "line": "—", "dash": "- -", "bar": "■", "bar-second": "▨"}[shape]
