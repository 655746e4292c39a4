"""The register of legal acts: which hold, which do not, which the register lacks, and what cites them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import legal_acts as acts
from examsvc.services.legal_acts import PER_PAGE, ActView
from examsvc.web.author import wording
from examsvc.web.author.legal_inputs import ActInput, offer_successors
from examsvc.web.author.room import room
from examsvc.web.author.showing import open_lines
from item_bank.errors import InvalidActNumber, ItemBankError
from item_bank.legal_basis import Standing, canonical_number
from item_bank.lifecycle import State

Page = str | tuple[str, int] | Response


@room.view("/legal-acts", permission="legal_acts.read")
def legal_acts() -> str:
    """The register, or the cited numbers that it lacks."""
    wanted = request.args.get("standing", "")
    wanted = wanted if wanted in set(Standing) else ""
    text = request.args.get("q", "")[:200]
    register = acts.list_register(deps(), current_actor(), text=text, wanted=wanted, page=_page())
    return render_template(
        "author/legal_acts.html",
        register=register,
        wanted=wanted,
        text=text,
        page=_page(),
        n_pages=_pages(register.n_lines),
    )


@room.view("/legal-acts/<int:act_id>", permission="legal_acts.read")
def legal_act(act_id: int) -> str:
    """One act: its days, the items that cite it, what was done to it."""
    return _act_page(acts.view_act(deps(), current_actor(), act_id, state=_state(), page=_page()))


@room.view("/legal-acts/cited", permission="legal_acts.read")
def cited_act() -> Response | str:
    """A number that items cite, whether the register knows it or not."""
    try:
        number = canonical_number(request.args.get("number", "")[:200])
    except InvalidActNumber:
        return redirect(url_for("author.legal_acts", standing=Standing.UNKNOWN.value))
    view = acts.view_number(deps(), current_actor(), number, state=_state(), page=_page())
    if view.act.row is not None:
        return redirect(url_for("author.legal_act", act_id=view.act.row.id))
    return _act_page(view)


@room.view("/legal-acts/new", permission="legal_acts.change", methods=("GET", "POST"))
def new_act() -> Page:
    """Enter an act; the number may come from the list of those that the register lacks."""
    inputs = ActInput(data={"number": request.args.get("number", "")[:100]})
    del inputs.successor
    if inputs.validate_on_submit():
        try:
            act_id = acts.add_act(deps(), current_actor(), inputs.facts())
        except ItemBankError as error:
            show_refusal(inputs, error)
        else:
            flash(_("The act is in the register."), "success")
            return redirect(url_for("author.legal_act", act_id=act_id))
    return _form(inputs, None)


@room.view("/legal-acts/<int:act_id>/edit", permission="legal_acts.change", methods=("GET", "POST"))
def edit_act(act_id: int) -> Page:
    """Correct an act."""
    act = acts.get_act(deps(), current_actor(), act_id)
    inputs = ActInput()
    if act.effective_to is None:
        del inputs.successor
    else:
        offer_successors(inputs.successor, acts.list_choices(deps(), current_actor()), act_id)
    if not inputs.is_submitted():
        inputs.show(act)
    elif inputs.validate():
        try:
            acts.edit_act(deps(), current_actor(), act_id, inputs.facts())
        except ItemBankError as error:
            show_refusal(inputs, error)
        else:
            flash(_("The act is corrected."), "success")
            return redirect(url_for("author.legal_act", act_id=act_id))
    return _form(inputs, act)


def show_refusal(inputs: Form, error: ItemBankError) -> None:
    """At the field that is wrong, else above the page."""
    name = "number" if isinstance(error, InvalidActNumber) else error.params.get("field")
    if name in inputs:
        inputs[name].errors = [wording.refusal(error)]
    else:
        flash(wording.refusal(error), "danger")


def _form(inputs: ActInput, act: object) -> Page:
    page = render_template("author/legal_act_form.html", inputs=inputs, act=act)
    return (page, 400) if inputs.is_submitted() else page


def _act_page(view: ActView) -> str:
    return render_template(
        "author/legal_act.html",
        view=view,
        opened=open_lines(view.lines, view.act.number),
        state=_state(),
        page=_page(),
        n_pages=_pages(view.n_lines),
    )


def _state() -> str:
    state = request.args.get("state", "")
    return state if state in set(State) else ""


def _page() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), 10_000)


def _pages(n_lines: int) -> int:
    return max(1, -(-n_lines // PER_PAGE))
