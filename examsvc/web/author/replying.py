"""An author's reply to whoever returned his item."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import bank_replies
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.inputs import identity
from examsvc.web.author.room import room
from item_bank.errors import ItemBankError


@room.view("/items/reviews/<int:review_id>/reply", permission="items.edit", methods=("POST",))
def reply_to_return(review_id: int) -> Response:
    """Store the reply, and go back to where the form stood."""
    inputs = ReplyInput()
    if inputs.validate_on_submit():
        try:
            bank_replies.reply_to_return(deps(), current_actor(), review_id, inputs.reply.data)
        except ItemBankError as refusal:
            flash(wording.refusal(refusal), "danger")
        else:
            flash(_("Your reply is stored; the reviewers see it beside the comment."), "success")
    else:
        flash(" ".join(str(error) for error in inputs.reply.errors), "danger")
    return _back()


def _back() -> Response:
    item = request.form.get("back", type=identity)
    if item is None:
        return redirect(url_for("author.desk", tab="returned"))
    return redirect(url_for("author.item", version_id=item))
