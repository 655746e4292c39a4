"""Another key for a frozen wording: proposed, decided by a second person, and what was marked before it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import bank_compare, bank_views, key_corrections
from examsvc.services.bank_views import ItemView
from examsvc.services.key_corrections import KeyPage
from examsvc.web.author import wording
from examsvc.web.author.editing.keys import corrected, fields_of, typed_key
from examsvc.web.author.editing.typed import Fields
from examsvc.web.author.inputs import KeyInput
from examsvc.web.author.room import room
from examsvc.web.author.seeing import Look, look_of, seen
from examsvc.web.author.wording_kinds import credit_gives
from item_bank.changes import Difference, key_differences
from item_bank.errors import ItemBankError
from item_bank.interactions.marking import Credit, credits_of

Page = str | tuple[str, int] | Response


@room.view("/items/<int:version_id>/key", permission="items.read")
def key(version_id: int) -> str:
    """The key in force, what is proposed in its place, and what was marked by it."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    return _page(view, fields_of(view.item.asked, view.key), KeyInput(formdata=None), {})


@room.view("/items/<int:version_id>/key", permission="keys.propose", methods=("POST",))
def propose_key(version_id: int) -> Page:
    """Propose another key."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    inputs = KeyInput()
    fields = request.form.to_dict(flat=False)
    try:
        proposed = corrected(view.item.asked, fields)
        key_corrections.propose_key_correction(
            deps(), current_actor(), version_id, proposed, inputs.reason.data or ""
        )
    except ItemBankError as error:
        name = error.params.get("field", "key")
        words = wording.words_of(error.code, error.params)
        if name == "reason":
            inputs.reason.errors = [words]
        return _page(view, fields, inputs, {} if name == "reason" else {name: words}), 400
    flash(_("Proposed. The key stays as it is until a second person confirms the correction."), "success")
    return redirect(url_for("author.key", version_id=version_id))


@room.view("/key-corrections/<int:correction_id>/confirm", permission="keys.confirm", methods=("POST",))
def confirm_key(correction_id: int) -> Response:
    """Put a proposed key in force."""
    try:
        number = key_corrections.confirm_key_correction(deps(), current_actor(), correction_id)
    except ItemBankError as refusal:
        flash(wording.refusal(refusal), "danger")
    else:
        flash(_("Key version %(number)s is in force.", number=number), "success")
    return _back()


@room.view("/key-corrections/<int:correction_id>/refuse", permission="keys.confirm", methods=("POST",))
def refuse_key(correction_id: int) -> Response:
    """Leave the key as it is."""
    inputs = KeyInput()
    try:
        key_corrections.refuse_key_correction(
            deps(), current_actor(), correction_id, inputs.reason.data or ""
        )
    except ItemBankError as refusal:
        flash(wording.refusal(refusal), "danger")
    else:
        flash(_("The key stays as it is."), "success")
    return _back()


def _back() -> Response:
    version_id = request.form.get("version_id", type=int)
    if version_id is None:
        return redirect(url_for("author.desk"))
    return redirect(url_for("author.key", version_id=version_id))


def _page(view: ItemView, fields: Fields, inputs: KeyInput, errors: dict[str, str]) -> str:
    asked = view.item.asked
    page = key_corrections.view_key(deps(), current_actor(), view.line.version_id)
    return render_template(
        "author/key.html",
        view=view,
        page=page,
        inputs=inputs,
        errors=errors,
        seen=seen(look_of(view.item, view.key)),
        asking=seen(Look(view.item.stem, asked, response=fields)),
        also=fields.get("also", ()),
        typed=typed_key(asked, view.key),
        credits=[
            (one.value, credit_gives(one, asked.kind.form))
            for one in credits_of(asked.interaction, len(asked.places))
            if one is not Credit.WEIGHTS
        ],
        proposed=_proposed(view, page),
        keys=bank_compare.list_key_versions(deps(), current_actor(), view),
        may_read_results=allowed(current_actor(), "results.read"),
    )


def _proposed(view: ItemView, page: KeyPage) -> tuple[Difference, ...]:
    """What the open proposal would change."""
    asked = view.item.asked
    return () if page.open is None else key_differences(asked, view.key, asked, page.open.key)
