"""Moving items on: submission by authors, every other move by the bank manager, one or many at a time."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import bank, bank_review
from examsvc.web.author import wording
from examsvc.web.author.inputs import MoveInput
from examsvc.web.author.room import room
from item_bank.errors import ItemBankError
from item_bank.lifecycle import State


@room.view("/items/submit", permission="items.write", methods=("POST",))
def submit_items() -> Response:
    """Hand the ticked drafts to the reviewers."""
    inputs = MoveInput()
    if _nothing_ticked(inputs):
        return _back(inputs)
    try:
        bank.submit_for_review(deps(), current_actor(), inputs.version_ids.data)
    except ItemBankError as error:
        flash(_nothing_changed(error), "danger")
        return _back(inputs)
    count = len(inputs.version_ids.data)
    flash(
        ngettext(
            "%(num)s item was handed to the reviewers.", "%(num)s items were handed to the reviewers.", count
        ),
        "success",
    )
    return _back(inputs)


@room.view("/items/approve", permission="items.approve", methods=("POST",))
def approve_items() -> Response:
    """Approve the ticked items."""
    return _move(State.APPROVED)


@room.view("/items/move", permission="items.release_to_exams", methods=("POST",))
def move_items() -> Response:
    """Move the ticked items where the form says."""
    to = MoveInput().to.data
    if to not in set(State):
        flash(_("Choose where the item goes."), "danger")
        return _back(MoveInput())
    return _move(State(to))


def _move(to: State) -> Response:
    inputs = MoveInput()
    if _nothing_ticked(inputs):
        return _back(inputs)
    comment = inputs.comment.data or ""
    try:
        bank_review.move_items(deps(), current_actor(), inputs.version_ids.data, to, comment=comment)
    except ItemBankError as error:
        flash(_nothing_changed(error), "danger")
        return _back(inputs)
    count = len(inputs.version_ids.data)
    name = wording.STATES[to.value][0]
    flash(
        ngettext("%(num)s item is now: %(state)s.", "%(num)s items are now: %(state)s.", count, state=name),
        "success",
    )
    return _back(inputs)


def _nothing_ticked(inputs: MoveInput) -> bool:
    if inputs.validate_on_submit() and inputs.version_ids.data:
        return False
    flash(_("Tick at least one item."), "warning")
    return True


def _nothing_changed(error: ItemBankError) -> str:
    return _("Nothing was changed. %(reason)s", reason=wording.refusal(error))


def _back(inputs: MoveInput) -> Response:
    """To the list or to the item that the form stood on."""
    back = inputs.back.data or ""
    if back == "item" and inputs.version_ids.data:
        return redirect(url_for("author.item", version_id=inputs.version_ids.data[0]))
    return redirect(url_for("author.desk", tab=back))
