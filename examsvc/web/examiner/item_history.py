"""An item's history: what happened to it, what calibrations found, who has seen it, when it rests."""

from __future__ import annotations

from flask import render_template

from examsvc.edge.language import in_language, local_time
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import item_history as service
from examsvc.services.item_history import ItemHistory
from examsvc.web import terms
from examsvc.web.examiner import history_wording as wording
from examsvc.web.examiner.document import Table, figures
from examsvc.web.examiner.history_figures import drift, overview, portrait
from examsvc.web.examiner.room import room
from examsvc.web.examiner.wording import decimal, percent


@room.view("/items/<int:version_id>/history", permission="items.read_history")
def item_history(version_id: int) -> str:
    """For whoever may read the item, and for examiners, who read its figures alone."""
    history = service.view_history(deps(), current_actor(), version_id)
    return render_template(
        "examiner/item_history.html",
        history=history,
        line=history.line,
        overview=overview(history.found),
        portraits=[portrait(one) for one in history.found],
        drift=drift(history.found),
        seen=_seen(history),
        events=[(event, wording.event_words(event)) for event in history.events],
        rest=wording.rest_line(history.rest),
        terms=terms,
    )


def _seen(history: ItemHistory) -> Table:
    headings = (_("Campaign"), _("Position"), _("Sittings"), _("Of candidates"), _("Share"), _("Last seen"))
    rows = tuple(
        (
            f"{sight.campaign.code} · {in_language(sight.campaign)}",
            sight.position,
            decimal(sight.n_sittings, 0),
            decimal(sight.n_candidates, 0),
            percent(sight.n_sittings / sight.n_candidates),
            local_time(sight.last_at),
        )
        for sight in history.sights
    )
    caption = _("Sittings that saw the item, by campaign")
    return Table(caption, headings, rows, figures(headings[:5], 2), _("Nobody has seen it in an exam."))
