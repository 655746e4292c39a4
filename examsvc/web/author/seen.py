"""Who has seen which item: for the auditor and the bank manager."""

from __future__ import annotations

from flask import render_template, request

from examsvc.edge.room import current_actor, deps
from examsvc.services import view_log
from examsvc.services.view_log import PERIODS
from examsvc.web.author.room import room

DAYS = 31


@room.view("/bank/views", permission="views.read")
def views() -> str:
    """Everybody who looked, what is out of the ordinary; or the log of the item that was asked for."""
    days, code = _days(), request.args.get("code", "").strip()[:40]
    found = view_log.views_of_item(deps(), current_actor(), code, days) if code else None
    return render_template(
        "author/views.html",
        overview=None if found else view_log.view_overview(deps(), current_actor(), days),
        seen=found,
        code=code,
        days=days,
        periods=PERIODS,
    )


@room.view("/bank/views/<int:user_id>", permission="views.read")
def views_of_user(user_id: int) -> str:
    """The log of one person."""
    days = _days()
    seen = view_log.views_of_user(deps(), current_actor(), user_id, days)
    return render_template(
        "author/views.html", overview=None, seen=seen, code="", days=days, periods=PERIODS, user_id=user_id
    )


def _days() -> int:
    days = request.args.get("days", DAYS, type=int)
    return days if days in PERIODS else DAYS
