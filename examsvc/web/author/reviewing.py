"""Appraising: one item after another, by checklist, with the keyboard alone if one likes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import bank_compare, bank_lists, bank_review, bank_views
from examsvc.services.bank_review import Judgement
from examsvc.web.author import wording
from examsvc.web.author.inputs import ReviewInput, identity
from examsvc.web.author.room import room
from examsvc.web.author.seeing import look_of, seen, seen_in_english
from item_bank.errors import ItemBankError
from item_bank.lifecycle import State
from item_bank.review import Check, Decision


@room.view("/items/<int:version_id>/review", permission="items.review", methods=("GET", "POST"))
def review(version_id: int) -> str | tuple[str, int] | Response:
    """Look at one item, judge it, go on to the next."""
    inputs = ReviewInput()
    following = _next_after(version_id)
    if inputs.validate_on_submit() and inputs.decision.data in set(Decision):
        judgement = Judgement(
            Decision(inputs.decision.data),
            frozenset(Check(value) for value in inputs.checklist.data),
            inputs.comment.data or "",
        )
        try:
            state = bank_review.review_item(deps(), current_actor(), version_id, judgement)
        except ItemBankError as error:
            flash(wording.refusal(error), "danger")
            return _page(inputs, version_id, following), 409
        flash(_said(state), "success")
        if following is None:
            return redirect(url_for("author.desk", tab="review"))
        return redirect(url_for("author.review", version_id=following))
    return _page(inputs, version_id, following)


def _said(state: State) -> str:
    """What has become of the item."""
    if state is State.IN_REVIEW:
        return _("Accepted. Another reviewer has to accept it as well.")
    return _("Accepted.") if state is State.APPRAISED else _("Returned to the author.")


def _page(inputs: ReviewInput, version_id: int, following: int | None) -> str:
    view = bank_views.view_item(deps(), current_actor(), version_id)
    queue = bank_lists.list_to_appraise(deps(), current_actor())
    return render_template(
        "author/review.html",
        inputs=inputs,
        view=view,
        compared=bank_compare.compare_versions(
            deps(), current_actor(), view, request.args.get("against", type=identity)
        ),
        seen=seen(look_of(view.item, view.key)),
        english=seen_in_english(view.item, view.key),
        following=following,
        place=queue.index(version_id) + 1 if version_id in queue else None,
        n_queue=len(queue),
        ticked=request.form.getlist("checklist"),
    )


def _next_after(version_id: int) -> int | None:
    """The item after this one in the reviewer's queue, round to the first."""
    queue = bank_lists.list_to_appraise(deps(), current_actor())
    if version_id in queue:
        at = queue.index(version_id)
        queue = [*queue[at + 1 :], *queue[:at]]
    return queue[0] if queue else None
