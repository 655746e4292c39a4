"""How many guarded items anybody may see a day, and allowing somebody more for today."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.accounts.permissions import allowed
from examsvc.accounts.roles import Role
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import view_limits as limits
from examsvc.services import viewing
from examsvc.services.bank_errors import RuleRefused
from examsvc.web.author import wording
from examsvc.web.author.guarding_inputs import GrantInput, LimitInput
from examsvc.web.author.room import room

Page = str | tuple[str, int] | Response


@room.view("/bank/view-limits", permission="views.read_limits")
def view_limits() -> Page:
    """The limits in force, one's own day, and what was granted lately."""
    return _page(LimitInput(formdata=None), GrantInput(formdata=None))


@room.view("/bank/view-limits", permission="views.set_limit", methods=("POST",))
def set_view_limit() -> Page:
    """A new version of a role's limit, with its reason."""
    inputs = LimitInput()
    if inputs.validate_on_submit():
        wanted = (Role(inputs.role.data), inputs.day_limit.data, inputs.reason.data)
        try:
            version = limits.set_limit(deps(), current_actor(), *wanted)
        except RuleRefused as refusal:
            inputs[refusal.params["field"]].errors = [wording.refusal(refusal)]
        else:
            flash(_("Version %(number)s is in force.", number=version), "success")
            return redirect(url_for("author.view_limits"))
    return _page(inputs, GrantInput(formdata=None)), 400


@room.view("/bank/view-grants", permission="views.grant", methods=("POST",))
def grant_views() -> Page:
    """More items for somebody else, for today."""
    inputs = GrantInput()
    _offer(inputs)
    if inputs.validate_on_submit():
        wanted = (inputs.user.data, inputs.extra.data, inputs.reason.data)
        try:
            limits.grant_views(deps(), current_actor(), *wanted)
        except RuleRefused as refusal:
            inputs[refusal.params["field"]].errors = [wording.refusal(refusal)]
        else:
            flash(_("Allowed for today. It stands in the audit log."), "success")
            return redirect(url_for("author.view_limits"))
    return _page(LimitInput(formdata=None), inputs), 400


def _offer(inputs: GrantInput) -> None:
    """Whose looking is limited, with how the day stands; nobody is offered himself."""
    actor = current_actor()
    holders = limits.list_holders(deps(), actor) if allowed(actor, "views.grant") else []
    inputs.user.choices = [
        SelectChoice(
            holder.user_id,
            _(
                "%(name)s: %(seen)s of %(allowed)s today",
                name=holder.name,
                seen=holder.quota.seen,
                allowed=holder.quota.allowance,
            ),
        )
        for holder in holders
        if holder.user_id != actor.user_id
    ]


def _page(inputs: LimitInput, grant: GrantInput) -> str:
    if grant.user.choices is None:
        _offer(grant)
    return render_template(
        "author/view_limits.html",
        view=limits.view_limits(deps(), current_actor()),
        quota=viewing.read_quota(deps(), current_actor()),
        inputs=inputs,
        grant=grant,
    )
