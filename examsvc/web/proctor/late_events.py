"""What was kept aside: one person proposes, the chairman decides; nobody sees a response."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.delivery.events import Position
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import late_events
from examsvc.services.late_events import Bundle, Proposal
from examsvc.store.models import AdministrationRow, ExamRoomRow
from examsvc.store.rows import get_row
from examsvc.web.proctor.inputs import DecideInput, ProposeInput
from examsvc.web.proctor.room import room

_PLACE = re.compile(r"(\d{1,7}):(\d{1,7})")


@room.view("/rooms/<int:exam_room_id>/late-events", permission="late_events.read")
def room_late_events(exam_room_id: int) -> str:
    """What was kept aside in one room."""
    with deps().store.read() as session:
        exam_room = get_row(session, ExamRoomRow, exam_room_id)
        administration = get_row(session, AdministrationRow, exam_room.administration_id)
    bundles = late_events.list_kept_aside(deps(), current_actor(), exam_room_id=exam_room_id)
    return _page(bundles, exam_room=exam_room, administration=administration)


@room.view("/administrations/<int:administration_id>/late-events", permission="late_events.read")
def administration_late_events(administration_id: int) -> str:
    """What was kept aside in every room of an administration."""
    with deps().store.read() as session:
        administration = get_row(session, AdministrationRow, administration_id)
    bundles = late_events.list_kept_aside(deps(), current_actor(), administration_id=administration_id)
    return _page(bundles, exam_room=None, administration=administration)


@room.view("/sittings/<int:sitting_id>/late-events", permission="late_events.propose", methods=("POST",))
def propose_late_events(sitting_id: int) -> Response:
    """Propose to let the chosen entries count, or to leave them aside."""
    inputs = ProposeInput()
    if not inputs.validate_on_submit():
        flash(_("Choose what shall be done, and give a reason."), "danger")
        return _back(inputs.back_to)
    counts = inputs.counts.data == "yes"
    try:
        proposal = Proposal(_positions(), counts, inputs.reason.data)
        late_events.propose(deps(), current_actor(), sitting_id, proposal)
        flash(_("Proposed. The chairman decides."), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return _back(inputs.back_to)


@room.view("/late-decisions/<int:decision_id>", permission="late_events.decide", methods=("POST",))
def decide_late_events(decision_id: int) -> Response:
    """The chairman confirms or rejects a proposal."""
    inputs = DecideInput()
    if not inputs.validate_on_submit():
        flash(_("Choose what shall be done, and give a reason."), "danger")
        return _back(inputs.back_to)
    confirm = inputs.decision.data == "confirm"
    try:
        row = late_events.decide(deps(), current_actor(), decision_id, confirm=confirm)
        flash(_decided_in_words(confirm, row.counts, len(row.positions)), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return _back(inputs.back_to)


def _page(bundles: list[Bundle], *, exam_room: ExamRoomRow | None, administration: AdministrationRow) -> str:
    return render_template(
        "proctor/late_events.html",
        bundles=bundles,
        exam_room=exam_room,
        administration=administration,
        back_to=request.path,
        me=current_actor().user_id,
        propose=ProposeInput(formdata=None),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "standings": {
            "late": _("after the end"),
            "quarantined": _("from a window or machine that had lost the sitting"),
            "out_of_turn": _("for an item that was closed by the rules"),
        },
        "effects": {
            "changes": _("changed"),
            "same": _("same response"),
            "older": _("no effect: something newer holds"),
        },
        "fates": {
            "open": (_("not decided"), "badge-warn"),
            "proposed": (_("proposed"), "badge-info"),
            "counts": (_("counts"), "badge-good"),
            "left": (_("stays aside"), ""),
        },
        "decision_states": {
            "proposed": (_("waits for the chairman"), "badge-warn"),
            "confirmed": (_("confirmed"), "badge-good"),
            "rejected": (_("rejected"), ""),
        },
    }


def _positions() -> list[Position]:
    """The places in the log that were ticked; what is no place is left out, and then nothing is chosen."""
    found = map(_PLACE.fullmatch, request.form.getlist("event"))
    return [(int(match[1]), int(match[2])) for match in found if match]


def _decided_in_words(confirm: bool, counts: bool, n: int) -> str:
    if not confirm:
        return _("The proposal is rejected; another one may be made.")
    if counts:
        return ngettext(
            "%(num)s entry counts now. The candidate has a new receipt, and the sitting is marked anew.",
            "%(num)s entries count now. The candidate has a new receipt, and the sitting is marked anew.",
            n,
        )
    return ngettext("%(num)s entry stays aside for good.", "%(num)s entries stay aside for good.", n)


def _back(path: str | None) -> Response:
    """To the page of the room or of the administration that the form stood on."""
    kind = re.fullmatch(r"/(rooms|administrations)/([1-9]\d{0,8})/late-events", path or "")
    if kind is None:
        return redirect(url_for("proctor.list_rooms"))
    if kind[1] == "rooms":
        return redirect(url_for("proctor.room_late_events", exam_room_id=int(kind[2])))
    return redirect(url_for("proctor.administration_late_events", administration_id=int(kind[2])))
