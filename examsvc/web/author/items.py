"""An item: its page, and a new version of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services import bank, bank_compare, bank_views
from examsvc.services.bank_errors import DraftOpen
from examsvc.services.bank_views import ItemView
from examsvc.services.secrecy import ItemSecrecy, view_secrecy
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.inputs import MoveInput, identity
from examsvc.web.author.room import room
from examsvc.web.author.seeing import look_of, seen, seen_in_english
from item_bank.lifecycle import State, needs_comment

Page = str | tuple[str, int] | Response


@room.view("/items/<int:version_id>", permission="items.read")
def item(version_id: int) -> str:
    """The item as a candidate sees it, and all that stands around it."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    state = State(view.line.state)
    moves = sorted(view.rights.moves, key=lambda to: to is State.RETIRED)  # the end is offered last
    return render_template(
        "author/item.html",
        view=view,
        compared=bank_compare.compare_versions(
            deps(), current_actor(), view, request.args.get("against", type=identity)
        ),
        keys=bank_compare.list_key_versions(deps(), current_actor(), view),
        seen=seen(look_of(view.item, view.key)),
        english=seen_in_english(view.item, view.key),
        moves=[(to.value, needs_comment(state, to)) for to in moves],
        returned=_returned(view),
        inputs=MoveInput(formdata=None),
        reply=ReplyInput(formdata=None),
        secret=_secrecy(version_id),
    )


def _secrecy(version_id: int) -> ItemSecrecy | None:
    """For those who may know where an item stands: an author never sees forms."""
    if not allowed(current_actor(), "views.read"):
        return None
    return view_secrecy(deps(), current_actor(), version_id)


@room.view("/items/<int:version_id>/versions", permission="items.edit", methods=("POST",))
def make_version(version_id: int) -> Response:
    """Copy a frozen wording into a draft and open it."""
    try:
        draft_id = bank.new_version(deps(), current_actor(), version_id)
    except DraftOpen as error:
        draft_id = error.params["version_id"]
        flash(wording.refusal(error), "info")
    return redirect(url_for("author.edit_item", version_id=draft_id))


def _returned(view: ItemView) -> str:
    """Why this version came back, while it waits for its author."""
    if view.line.state != State.DRAFT:
        return ""
    reasons = [
        review.comment
        for review, number, _name in view.history.reviews
        if number == view.line.version and review.decision == "return"
    ]
    return reasons[0] if reasons else ""
