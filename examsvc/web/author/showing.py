"""The stems of a list's page, logged before the page is made, and the page that says: no more today."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template

from examsvc.edge.room import current_actor, deps
from examsvc.services.bank_errors import QuotaReached
from examsvc.services.viewing import Opened, Showing, open_stems
from examsvc.store.bank import ItemLine
from examsvc.web.author.room import room
from item_bank.viewing import How


def open_lines(lines: Sequence[ItemLine], name: str, *, duty: bool = False) -> Opened:
    """The stems that this page shows, as `opened` in its template; `duty`: they wait for who looks."""
    showing = Showing([line.version_id for line in lines], How.LIST, name, duty=duty)
    return open_stems(deps(), current_actor(), showing)


@room.app_errorhandler(QuotaReached)
def quota_reached(error: QuotaReached) -> tuple[str, int]:
    """Why no more is shown today, and who can allow more."""
    return render_template("author/quota.html", **error.params), 429
