"""Taking in the file that a cut-off machine left, and saying what became of it."""

from __future__ import annotations

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import outcomes_in_words
from examsvc.edge.texts import gettext as _
from examsvc.services.emergency import MAX_BYTES, upload_emergency
from examsvc.store.models import ExamRoomRow
from examsvc.store.rows import get_row
from examsvc.web.proctor.acts import to_room
from examsvc.web.proctor.room import room


@room.view("/rooms/<int:exam_room_id>/emergency-file", permission="rooms.upload_emergency", methods=("POST",))
def upload_emergency_file(exam_room_id: int) -> Response | str:
    """Save what the file holds; the page tells of each entry what became of it."""
    with deps().store.read() as session:
        exam_room = get_row(session, ExamRoomRow, exam_room_id)
    file = request.files.get("file")
    content = file.stream.read(MAX_BYTES + 1) if file else b""
    if not content:
        flash(_("Choose the file that the exam machine has saved."), "danger")
        return to_room(exam_room_id)
    try:
        taken = upload_emergency(deps(), current_actor(), exam_room_id, content)
    except REFUSALS as error:
        flash(explain(error), "danger")
        return to_room(exam_room_id)
    return render_template(
        "proctor/emergency.html",
        exam_room=exam_room,
        taken=taken,
        summary=outcomes_in_words({outcome.value: n for outcome, n in taken.counts.items()}),
        fates={
            "accepted": (_("counted"), "badge-good"),
            "duplicate": (_("was there already"), ""),
            "quarantined": (_("kept aside: the sitting goes on at another machine"), "badge-warn"),
            "late": (_("kept aside: came after the end"), "badge-warn"),
            "out_of_turn": (_("kept aside: the item was closed"), "badge-warn"),
            "altered": (_("contradicts what the server holds"), "badge-bad"),
            "seq_conflict": (_("contradicts what the server holds"), "badge-bad"),
        },
    )
