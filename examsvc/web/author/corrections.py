"""The list of key corrections: which wait for a second person, which were decided, what they touch."""

from __future__ import annotations

from flask import render_template, request

from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services.key_correction_views import DECIDED_AT_ONCE, list_key_corrections
from examsvc.web.author.desk import page_numbers
from examsvc.web.author.room import room


@room.view("/bank/key-corrections", permission="keys.read_corrections")
def key_corrections() -> str:
    """What waits and what was decided; keys and reasons stand on each item's own page, which is logged."""
    page = max(1, request.args.get("page", 1, type=int))
    found = list_key_corrections(deps(), current_actor(), page)
    return render_template(
        "author/key_corrections.html",
        found=found,
        page=page,
        page_numbers=page_numbers(page, max(1, -(-found.n_decided // DECIDED_AT_ONCE))),
        may_decide=allowed(current_actor(), "keys.confirm"),
        may_propose=allowed(current_actor(), "keys.propose"),
        may_read_results=allowed(current_actor(), "results.read"),
    )
