"""The lateness board: which owner unit owes the bank how many items, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from flask import make_response, render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import assignment_views
from examsvc.services.assignment_views import Assessed, LatenessBoard, UnitLines
from examsvc.web.author import wording
from examsvc.web.author.importing import XLSX
from examsvc.web.author.room import room
from examsvc.web.terms import COGNITIVE_LEVELS
from item_bank.formats.xlsx_table import Value, write_table

# order of the owner units → its name, and what it sorts by; the board itself comes worst first
ORDERS: Final[dict[str, tuple[LazyString, Callable[[UnitLines], Any] | None]]] = {
    "late": (_l("Latest first"), None),
    "owed": (_l("Most owed first"), lambda unit: -unit.sums.owed),
    "unit": (_l("By unit"), lambda unit: unit.unit.code if unit.unit else ""),
}


@room.view("/assignments", permission="assignments.read_board")
def lateness() -> str:
    """Owed, delivered, late, by owner unit and author."""
    board = assignment_views.view_lateness(deps(), current_actor())
    order = request.args.get("order", "")
    order = order if order in ORDERS else "late"
    key = ORDERS[order][1]
    return render_template(
        "author/lateness.html",
        board=board,
        units=board.units if key is None else sorted(board.units, key=key),
        orders={name: words for name, (words, _key) in ORDERS.items()},
        order=order,
        only_owing=request.args.get("show") == "owing",
    )


@room.view("/assignments.xlsx", permission="assignments.read_board")
def lateness_workbook() -> Response:
    """The same, an assignment a row."""
    board = assignment_views.export_lateness(deps(), current_actor())
    data = write_table(_("Assignments"), _headers(), _rows(board))
    response: Response = make_response(data)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f"attachment; filename=giao-viec-{board.today:%Y-%m-%d}.xlsx"
    return response


def _headers() -> list[str]:
    return [
        _("Owner unit"),
        _("Author"),
        _("Topic"),
        _("Cognitive level"),
        _("Legal basis to write from"),
        _("Deadline"),
        _("State"),
        _("Asked"),
        _("Written"),
        _("In review"),
        _("Returned"),
        _("Accepted"),
        _("Delivered"),
        _("Delivered late"),
        _("Owed"),
        _("Overdue"),
        _("Days late"),
    ]


def _rows(board: LatenessBoard) -> Iterator[list[Value]]:
    for unit in board.units:
        name = in_language(unit.unit) if unit.unit else _("No unit")
        for author in unit.authors:
            for one in author.lines:
                yield [name, *_texts(one), *_numbers(one)]


def _texts(one: Assessed) -> list[Value]:
    row = one.line.row
    level = COGNITIVE_LEVELS[row.cognitive_level] if row.cognitive_level else _("Any")
    return [
        one.line.author_name,
        f"{one.line.topic.code} · {in_language(one.line.topic)}",
        str(level),
        row.legal_basis,
        row.due_on,
        str(wording.PROGRESS[one.figures.progress.value][0]),
    ]


def _numbers(one: Assessed) -> list[Value]:
    figures = one.figures
    return [
        figures.asked,
        figures.written,
        figures.in_review,
        figures.returned,
        figures.accepted,
        figures.delivered,
        figures.delivered_late,
        figures.owed,
        figures.overdue,
        figures.days_late,
    ]
