"""How the service is doing while exams run: the finaliser's backlog, the connections it lives on."""

from __future__ import annotations

from flask import render_template

from examsvc.edge.room import current_actor, deps
from examsvc.services.backlog import LATE_AFTER, read_backlog
from examsvc.web.admin.room import room


@room.view("/operation", permission="operation.watch")
def operation() -> str:
    """What waits, what has waited too long, and what is turned off."""
    return render_template(
        "admin/operation.html",
        backlog=read_backlog(deps(), current_actor()),
        late_after_s=int(LATE_AFTER.total_seconds()),
        presence_known=deps().presence.last_seen([1]) is not None,
        live=deps().views.live,
        seat_limit=deps().store.seat_limit,
    )
