"""Repealing a legal act: typed, looked at, confirmed; and taken back while its day lies ahead."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.language import local_day
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import legal_acts as acts
from examsvc.services import legal_repeals as repeals
from examsvc.services.legal_repeals import SHOWN
from examsvc.web.author import wording
from examsvc.web.author.legal_acts import Page, show_refusal
from examsvc.web.author.legal_inputs import RepealInput, offer_successors
from examsvc.web.author.room import room
from examsvc.web.author.showing import open_lines
from item_bank.errors import ItemBankError


@room.view("/legal-acts/<int:act_id>/repeal", permission="legal_acts.change", methods=("GET", "POST"))
def repeal_act(act_id: int) -> Page:
    """The form; what would move; and, when that has been seen, the repeal itself."""
    act = acts.get_act(deps(), current_actor(), act_id)
    inputs = RepealInput()
    offer_successors(inputs.successor, acts.list_choices(deps(), current_actor()), act_id)
    step = request.form.get("step")
    if step in ("preview", "confirm") and inputs.validate_on_submit():
        try:
            return _repeal(act_id, inputs) if step == "confirm" else _preview(act_id, inputs)
        except ItemBankError as error:
            show_refusal(inputs, error)
    page = render_template("author/legal_act_repeal.html", act=act, inputs=inputs)
    return (page, 400) if inputs.errors or step == "confirm" else page


@room.view("/legal-acts/<int:act_id>/undo-repeal", permission="legal_acts.change", methods=("POST",))
def undo_repeal(act_id: int) -> Response:
    """Take back a repeal that has not taken effect."""
    try:
        repeals.undo_repeal(deps(), current_actor(), act_id)
    except ItemBankError as error:
        flash(wording.refusal(error), "danger")
    else:
        flash(_("The repeal is taken back: the act stays in force."), "success")
    return redirect(url_for("author.legal_act", act_id=act_id))


def _preview(act_id: int, inputs: RepealInput) -> str:
    preview = repeals.preview_repeal(deps(), current_actor(), act_id, inputs.repeal())
    return render_template(
        "author/legal_act_preview.html",
        preview=preview,
        opened=open_lines(preview.moving, preview.act.number),
        inputs=inputs,
        moved=repeals.MOVED,
        shown=SHOWN,
    )


def _repeal(act_id: int, inputs: RepealInput) -> Response:
    n_moved = repeals.repeal_act(deps(), current_actor(), act_id, inputs.repeal())
    if n_moved is None:
        day = local_day(inputs.effective_to.data)
        flash(_("The repeal is entered. Its items move on %(day)s by themselves.", day=day), "success")
    else:
        flash(
            ngettext(
                "The act is repealed. %(num)s item now needs an update of the law.",
                "The act is repealed. %(num)s items now need an update of the law.",
                n_moved,
            ),
            "success",
        )
    return redirect(url_for("author.legal_act", act_id=act_id))
