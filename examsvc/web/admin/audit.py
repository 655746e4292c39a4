"""The audit chain: what was done, and whether the record is whole."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from examsvc.audit.chain import ChainReport
from examsvc.edge.room import current_actor, deps
from examsvc.services import supervision
from examsvc.web.admin.room import room
from examsvc.web.admin.wording import ACT_NAMES

SHOWN = 100


@room.view("/audit", permission="audit.read")
def audit() -> str:
    """The latest acts."""
    return _render(None)


@room.view("/audit/verify", permission="audit.read", methods=("POST",))
def verify_audit() -> str:
    """Walk the chain and say whether it is whole."""
    return _render(supervision.verify(deps(), current_actor()))


def break_reason(report: ChainReport) -> str:
    """What a break in the chain means."""
    reasons = {
        "altered": _("The entry was altered."),
        "missing": _("An entry is missing here."),
        "reordered": _("The entry does not follow the one before it."),
        "truncated": _("The end of the chain is not the recorded one."),
    }
    return str(reasons[report.reason or "altered"])


def _render(report: ChainReport | None) -> str:
    return render_template(
        "admin/audit.html",
        acts=supervision.list_acts(deps(), current_actor(), SHOWN),
        names=ACT_NAMES,
        report=report,
        reason=break_reason(report) if report and report.first_bad_seq is not None else None,
    )
