"""Use and rest: which items officers have seen, which rest, and whether rest starves an exam."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services import rest_orders
from examsvc.services import usage as service
from examsvc.services.bank_errors import RestRefused
from examsvc.services.resting import as_rule
from examsvc.services.usage import PER_PAGE
from examsvc.store.usage import UsageFilter
from examsvc.web.author import wording_usage as wording
from examsvc.web.author.room import room
from examsvc.web.author.usage_inputs import OrderInput, RestRuleInput
from examsvc.web.item_flags import item_flags
from examsvc.web.resting_wording import resting_words
from item_bank.taxonomy import CognitiveLevel

Page = str | tuple[str, int] | Response
LEAST_FLAGGED = {"flagged": 1, "flagged_twice": 2}
LAST_PAGE = 100_000


@room.view("/bank/usage", permission="exposure.read")
def usage() -> str:
    """The items for exams, the most seen first."""
    show = request.args.get("show", "")
    wanted = UsageFilter(
        request.args.get("topic", ""), request.args.get("level", ""), LEAST_FLAGGED.get(show, 0)
    )
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    view = service.view_usage(deps(), current_actor(), wanted, resting_only=show == "resting", page=page)
    return render_template(
        "author/usage.html",
        view=view,
        wanted=wanted,
        show=show if show == "resting" or show in LEAST_FLAGGED else "",
        page=page,
        n_pages=max(1, -(-view.n_items // PER_PAGE)),
        levels=[level.value for level in CognitiveLevel],
        words=wording,
        item_flags=item_flags,
        resting_words=resting_words,
    )


@room.view("/bank/usage/order", permission="exposure.rest", methods=("POST",))
def order_rest() -> Page:
    """The form for what was ticked; what it would do; and, when that has been seen, the order itself."""
    inputs = OrderInput()
    step = request.form.get("step", "")
    if not inputs.version_ids.data:
        flash(_("Tick at least one item."), "warning")
        return redirect(url_for("author.usage"))
    preview = None
    if step in ("preview", "confirm") and inputs.validate_on_submit():
        try:
            if step == "confirm":
                return _ordered(inputs)
            preview = rest_orders.preview_order(deps(), current_actor(), inputs.order())
        except RestRefused as refused:
            _show_refusal(inputs, refused)
    page = render_template(
        "author/rest_order.html",
        inputs=inputs,
        items=rest_orders.name_items(deps(), current_actor(), inputs.version_ids.data),
        preview=preview,
        words=wording,
    )
    return (page, 400) if inputs.errors else page


@room.view("/bank/usage/rules", permission="exposure.read")
def rest_rules() -> str:
    """The rule in force and its history."""
    inputs = RestRuleInput(formdata=None)
    inputs.show(rest_orders.view_rules(deps(), current_actor()).in_force)
    return _rules_page(inputs)


@room.view("/bank/usage/rules", permission="exposure.set_rule", methods=("POST",))
def set_rest_rule() -> Page:
    """A new version of the rule, with its reason."""
    inputs = RestRuleInput()
    if inputs.validate_on_submit():
        try:
            version = rest_orders.set_rule(deps(), current_actor(), inputs.rule(), inputs.reason.data)
        except RestRefused as refused:
            _show_refusal(inputs, refused)
        else:
            flash(_("Version %(number)s is in force.", number=version), "success")
            return redirect(url_for("author.rest_rules"))
    return _rules_page(inputs), 400


def _rules_page(inputs: RestRuleInput) -> str:
    view = rest_orders.view_rules(deps(), current_actor())
    rules = [(row, name, as_rule(row)) for row, name in view.versions]
    return render_template("author/rest_rules.html", view=view, rules=rules, inputs=inputs, words=wording)


def _ordered(inputs: OrderInput) -> Response:
    count = rest_orders.order_rest(deps(), current_actor(), inputs.order())
    if inputs.wakes:
        flash(ngettext("%(num)s item is awake.", "%(num)s items are awake.", count), "success")
    else:
        flash(ngettext("%(num)s item rests.", "%(num)s items rest.", count), "success")
    return redirect(url_for("author.usage", show=None if inputs.wakes else "resting"))


def _show_refusal(inputs: OrderInput | RestRuleInput, refused: RestRefused) -> None:
    words = wording.refusal_words(refused.code, refused.params)
    field = refused.params.get("field", "reason")
    inputs[field].errors = [words]
