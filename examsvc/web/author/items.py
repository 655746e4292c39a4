"""An item: its page, the form to write it, its preview."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.accounts.permissions import allowed
from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import assignment_choice, bank, bank_views
from examsvc.services.bank_errors import DraftOpen
from examsvc.services.bank_views import ItemView
from examsvc.services.secrecy import ItemSecrecy, view_secrecy
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.choosing import offer_assignments
from examsvc.web.author.inputs import OPTION_IDS, ItemInput, MediaInput, MoveInput
from examsvc.web.author.room import room
from item_bank.errors import ItemBankError
from item_bank.lifecycle import State, needs_comment
from item_bank.quality import broken_formulas
from item_bank.stem import from_authored

Page = str | tuple[str, int] | Response
# a fault of the whole item that belongs to one field of the form
_FIELD_OF = {"INVALID_CODE": "code", "SHARE_OUT_OF_RANGE": "judged_share", "UNKNOWN_OPTION": "key"}


@room.view("/items/<int:version_id>", permission="items.read")
def item(version_id: int) -> str:
    """The item as a candidate sees it, and all that stands around it."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    state = State(view.line.state)
    moves = sorted(view.rights.moves, key=lambda to: to is State.RETIRED)  # the end is offered last
    return render_template(
        "author/item.html",
        view=view,
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


@room.view("/items/new", permission="items.write", methods=("GET", "POST"))
def new_item() -> Page:
    """Write an item."""
    inputs = _inputs()
    if not inputs.is_submitted():
        _begin_from(inputs, request.args.get("assignment", ""))
    elif inputs.validate():
        try:
            version_id = bank.add_item(deps(), current_actor(), inputs.wording(), inputs.choice)
        except ItemBankError as error:
            _show_refusal(inputs, error)
        else:
            return _saved(version_id)
    return _form(inputs, None)


@room.view("/items/<int:version_id>/edit", permission="items.edit", methods=("GET", "POST"))
def edit_item(version_id: int) -> Page:
    """Change a draft."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    if not view.rights.edit:
        flash(_("This wording is frozen: make a new version instead."), "warning")
        return redirect(url_for("author.item", version_id=version_id))
    inputs = _inputs()
    if view.line.version > 1:
        del inputs.assignment  # fixed: an earlier version was handed in for it
    if not inputs.is_submitted():
        inputs.show(view)
    elif inputs.validate():
        try:
            bank.edit_draft(deps(), current_actor(), version_id, inputs.wording(), inputs.choice)
        except ItemBankError as error:
            _show_refusal(inputs, error)
        else:
            return _saved(version_id)
    return _form(inputs, view)


@room.view("/items/<int:version_id>/versions", permission="items.edit", methods=("POST",))
def make_version(version_id: int) -> Response:
    """Copy a frozen wording into a draft and open it."""
    try:
        draft_id = bank.new_version(deps(), current_actor(), version_id)
    except DraftOpen as error:
        draft_id = error.params["version_id"]
        flash(wording.refusal(error), "info")
    return redirect(url_for("author.edit_item", version_id=draft_id))


@room.view("/items/preview", permission="items.write", methods=("POST",))
def preview() -> str:
    """What the form holds, as a candidate would see it: a fragment for the page's module."""
    typed = {
        "stem": request.form.get("stem", "")[:4000],
        "rationale": request.form.get("rationale", "")[:4000],
    }
    typed |= {id_: request.form.get(f"option_{id_.lower()}", "")[:1500] for id_ in OPTION_IDS}
    return render_template("author/_preview.html", key=request.form.get("key", ""), **_preview(typed))


def _preview(typed: dict[str, str]) -> dict[str, object]:
    """What was typed, part by part, as the preview's template takes it."""
    texts = {part: from_authored(text) for part, text in typed.items()}
    return {
        "preview_stem": texts["stem"],
        "preview_options": [(id_, texts[id_]) for id_ in OPTION_IDS],
        "preview_rationale": texts["rationale"],
        "preview_faults": broken_formulas(texts),
    }


def _inputs() -> ItemInput:
    topics, _authors = bank_views.list_choices(deps(), current_actor())
    inputs = ItemInput()
    inputs.topic.choices = [
        SelectChoice(topic.code, f"{topic.code} · {in_language(topic)}") for topic in topics
    ]
    offer_assignments(inputs)
    return inputs


def _begin_from(inputs: ItemInput, choice: str) -> None:
    """A new item for this assignment begins with what it says: topic, cognitive level, legal basis."""
    own = assignment_choice.list_choices(deps(), current_actor())
    asked = next((line for line in own if str(line.row.id) == choice), None)
    if asked is not None:
        inputs.assignment.data = choice
        inputs.topic.data = asked.topic.code
        inputs.level.data = asked.row.cognitive_level or inputs.level.data
        inputs.legal_basis.data = asked.row.legal_basis


def _form(inputs: ItemInput, view: ItemView | None) -> Page:
    typed = {"stem": inputs.stem.data or "", "rationale": inputs.rationale.data or ""}
    typed |= {id_: inputs[f"option_{id_.lower()}"].data or "" for id_ in OPTION_IDS}
    page = render_template(
        "author/form.html",
        inputs=inputs,
        view=view,
        picture=MediaInput(formdata=None),
        reply=ReplyInput(formdata=None),
        key=inputs.key.data,
        **_preview(typed),
    )
    return (page, 400) if inputs.is_submitted() else page


def _show_refusal(inputs: ItemInput, error: ItemBankError) -> None:
    name = error.params.get("field") or _FIELD_OF.get(error.code)
    if name in inputs:
        inputs[name].errors = [wording.refusal(error)]
    else:
        flash(wording.refusal(error), "danger")


def _saved(version_id: int) -> Response:
    """To the item, or straight on to the reviewers where the author asked for that."""
    if request.form.get("then") == "submit":
        try:
            bank.submit_for_review(deps(), current_actor(), [version_id])
        except ItemBankError as refusal:
            reason = wording.refusal(refusal)
            flash(_("Saved as a draft, but not handed in. %(reason)s", reason=reason), "warning")
        else:
            flash(_("Saved and handed to the reviewers."), "success")
    else:
        flash(_("Saved as a draft."), "success")
    return redirect(url_for("author.item", version_id=version_id))


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
