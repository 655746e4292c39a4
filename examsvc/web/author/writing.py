"""Writing an item: the interaction first, then the form that it needs, with its preview."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import assignment_choice, bank, bank_lists, bank_stimuli, bank_views
from examsvc.services.bank_views import ItemView
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.choosing import offer_assignments
from examsvc.web.author.editing.faults import blanks, fault_of
from examsvc.web.author.editing.parts import Parts, parts_of
from examsvc.web.author.editing.reading import typed_of
from examsvc.web.author.editing.rows import TWO_WORDS, acted, blank
from examsvc.web.author.editing.showing import is_lossy, shown
from examsvc.web.author.editing.typed import LIMITED, PAIRED_ROWS, RIGHT_OPTIONS, TYPED_KEYS, Fields, Typed
from examsvc.web.author.inputs import ItemInput, MediaInput, identity, topic_choices
from examsvc.web.author.material import Material, offer_material
from examsvc.web.author.previewing import Preview, preview_of
from examsvc.web.author.room import room
from examsvc.web.author.wording_kinds import COORDINATES, SHAPES, credit_gives
from item_bank.errors import InvalidItem, ItemBankError
from item_bank.interactions.asked import marks_in
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, credits_of
from item_bank.stem import from_authored, plain_text

Page = str | tuple[str, int] | Response
_NUMBERED = re.compile(r"(.*?)(\d+)")
_SAME_AGAIN = ("topic", "level", "pool", "legal_basis", "stimulus")


@dataclass(slots=True)
class Desk:
    """One form as it stands: its inputs and typed parts, what is wrong by field, where to go on."""

    inputs: ItemInput
    typed: Typed
    material: Material
    view: ItemView | None = None
    errors: dict[str, str] = field(default_factory=dict)
    focus: str = ""


@room.view("/items/new", permission="items.write", methods=("GET", "POST"))
def new_item() -> Page:
    """Write an item; whoever has not said of which interaction chooses it first."""
    kind = request.args.get("kind", "")
    if request.method == "GET" and kind not in set(Interaction):
        return render_template("author/kinds.html", kept=_kept())
    desk = _desk(None, blank(Interaction(kind)) if kind in set(Interaction) else None)
    if not desk.inputs.is_submitted():
        _begin_from(desk.inputs, request.args.get("assignment", ""))
        _begin_like(desk.inputs, request.args.get("after", type=identity))
        desk.material.show_english()
        return _page(desk)
    return _acted(desk) or _saved_or_page(desk)


@room.view("/items/<int:version_id>/edit", permission="items.edit", methods=("GET", "POST"))
def edit_item(version_id: int) -> Page:
    """Change a draft."""
    view = bank_views.view_item(deps(), current_actor(), version_id)
    if not view.rights.edit:
        flash(_("This wording is frozen: make a new version instead."), "warning")
        return redirect(url_for("author.item", version_id=version_id))
    desk = _desk(view, shown(view.item, view.key))
    if view.line.version > 1:
        del desk.inputs.assignment  # fixed: an earlier version was handed in for it
    if not desk.inputs.is_submitted():
        desk.inputs.show(view)
        desk.material.show_english()
        if is_lossy(view.item, view.key):
            flash(
                _("This item has a key that the form cannot write. Saving here replaces it: check it."),
                "warning",
            )
        return _page(desk)
    return _acted(desk) or _saved_or_page(desk)


@room.view("/items/parts", permission="items.write", methods=("POST",))
def parts() -> str:
    """The form's rows after a button was pressed, or the stem's gaps have changed: for the page's module."""
    typed, focus = acted(typed_of(_fields()), request.form.get("act", ""))
    return render_template("author/_parts.html", errors={}, focus=focus, **_rows(typed))


@room.view("/items/preview", permission="items.write", methods=("POST",))
def preview() -> str:
    """What the form holds, as a candidate would see it, and what a response to it would earn."""
    return render_template("author/_preview.html", preview=_preview(_desk(None, None)))


@room.view("/items/material", permission="items.write", methods=("POST",))
def material() -> str:
    """The material that was just chosen, and its English text to be changed: for the page's module."""
    desk = _desk(None, None)
    desk.material.show_english()
    return render_template(
        "author/_material.html",
        inputs=desk.inputs,
        material=desk.material,
        own_codes=(desk.inputs.code.data,),
    )


def _fields() -> Fields:
    return request.form.to_dict(flat=False)


def _kept() -> dict[str, str]:
    """What the chooser hands on to the form."""
    return {name: request.args[name] for name in ("assignment", "after") if name in request.args}


def _desk(view: ItemView | None, first: Typed | None) -> Desk:
    """The form: as it was sent, or as it begins."""
    topics, _authors = bank_lists.list_choices(deps(), current_actor())
    stimuli = bank_stimuli.list_stimuli(deps(), current_actor())
    inputs = ItemInput()
    inputs.topic.choices = topic_choices(topics)
    offer_material(inputs, stimuli)
    offer_assignments(inputs)
    typed = typed_of(_fields()) if first is None or inputs.is_submitted() else first
    return Desk(inputs, typed, Material(inputs, stimuli, typed.with_english), view)


def _acted(desk: Desk) -> Page | None:
    """A button that changes the form, not the bank: everything typed comes back."""
    act = request.form.get("act", "")
    if not act:
        return None
    desk.typed, desk.focus = acted(desk.typed, act)
    desk.material.show_english()
    desk.inputs.stem.data = desk.typed.stem
    desk.inputs.english_stem.data = desk.typed.english_stem
    desk.focus = "tried" if act == "try" else desk.focus
    return _page(desk)


def _saved_or_page(desk: Desk) -> Page:
    valid = desk.inputs.validate()
    desk.errors = {fault.field: wording.words_of(fault.code, fault.params) for fault in blanks(desk.typed)}
    if not valid or desk.errors:
        return _page(desk), 400
    made: Parts | None = None
    try:
        made = parts_of(desk.typed)
        typed = desk.inputs.wording(made, desk.typed, desk.material.typed)
        if desk.view is None:
            version_id = bank.add_item(deps(), current_actor(), typed, desk.inputs.choice)
        else:
            version_id = desk.view.line.version_id
            bank.edit_draft(deps(), current_actor(), version_id, typed, desk.inputs.choice)
    except InvalidItem as error:
        _show_fault(desk, error, made)
        return _page(desk), 400
    except ItemBankError as error:
        _show_refusal(desk.inputs, error)
        return _page(desk), 400
    return _saved(version_id, desk)


def _show_fault(desk: Desk, error: InvalidItem, made: Parts | None) -> None:
    fault = fault_of(error, desk.typed, made)
    words = wording.words_of(fault.code, fault.params)
    if fault.field in desk.inputs:
        desk.inputs[fault.field].errors = [words]
    elif fault.field:
        desk.errors[fault.field] = words
    else:
        flash(words, "danger")


def _show_refusal(inputs: ItemInput, error: ItemBankError) -> None:
    name = error.params.get("field")
    if name in inputs:
        inputs[name].errors = [wording.refusal(error)]
    else:
        flash(wording.refusal(error), "danger")


def _page(desk: Desk) -> str:
    view = desk.view
    return render_template(
        "author/form.html",
        inputs=desk.inputs,
        view=view,
        picture=MediaInput(formdata=None),
        reply=ReplyInput(formdata=None),
        material=desk.material,
        errors=desk.errors,
        focus=desk.focus,
        preview=_preview(desk),
        own_codes=() if view is None else (view.line.code,),
        **_rows(desk.typed),
    )


def _preview(desk: Desk) -> Preview:
    stimulus = desk.material.shown
    return preview_of(desk.typed, _fields(), (desk.inputs.rationale.data or "")[:4000], stimulus)


def _rows(typed: Typed) -> Mapping[str, Any]:
    """What the template of the rows takes."""
    kind = typed.interaction
    return {
        "typed": typed,
        "marked_words": {id_: plain_text(words) for id_, words in marks_in(from_authored(typed.stem))},
        "paired": kind in PAIRED_ROWS,
        "marks_options": kind in RIGHT_OPTIONS,
        "two_words": kind in TWO_WORDS,
        "limited": kind in LIMITED,
        "typed_key": kind in TYPED_KEYS,
        "credits": [
            (one.value, credit_gives(one, typed.kind.form))
            for one in credits_of(kind, len(typed.places))
            if one is not Credit.WEIGHTS  # those are of files alone
        ],
        "shapes": SHAPES,
        "coordinates": COORDINATES,
        "points": sum(
            int(row.points) for row in typed.rubric if row.points.isascii() and row.points.isdigit()
        ),
    }


def _begin_from(inputs: ItemInput, choice: str) -> None:
    """A new item for this assignment begins with what it says: topic, cognitive level, legal basis."""
    own = assignment_choice.list_choices(deps(), current_actor())
    asked = next((line for line in own if str(line.row.id) == choice), None)
    if asked is not None:
        inputs.assignment.data = choice
        inputs.topic.data = asked.topic.code
        inputs.level.data = asked.row.cognitive_level or inputs.level.data
        inputs.legal_basis.data = asked.row.legal_basis


def _begin_like(inputs: ItemInput, version_id: int | None) -> None:
    """The next of a series begins with what the one before had, and with the next code."""
    if version_id is None:
        return
    view = bank_views.view_item(deps(), current_actor(), version_id)
    before = ItemInput(formdata=None)
    before.show(view)
    for name in _SAME_AGAIN:
        inputs[name].data = before[name].data
    if "assignment" in inputs:
        inputs.assignment.data = before.assignment.data
    counted = _NUMBERED.fullmatch(view.line.code)
    if counted is not None:
        inputs.code.data = f"{counted[1]}{int(counted[2]) + 1:0{len(counted[2])}d}"


def _saved(version_id: int, desk: Desk) -> Response:
    """To the item, to the next one, or straight on to the reviewers: where the author asked to go."""
    then = request.form.get("then")
    if then == "submit":
        try:
            bank.submit_for_review(deps(), current_actor(), [version_id])
        except ItemBankError as refusal:
            reason = wording.refusal(refusal)
            flash(_("Saved as a draft, but not handed in. %(reason)s", reason=reason), "warning")
        else:
            flash(_("Saved and handed to the reviewers."), "success")
    else:
        flash(_("Saved as a draft."), "success")
    if then == "next":
        kind = desk.typed.interaction.value
        return redirect(url_for("author.new_item", kind=kind, after=version_id))
    return redirect(url_for("author.item", version_id=version_id))
