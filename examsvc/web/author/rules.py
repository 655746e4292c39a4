"""How many reviewers an item takes: in force now, and every version that ever was."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import appraisal_rules
from examsvc.services.bank_errors import RuleRefused
from examsvc.web.author import wording
from examsvc.web.author.assignment_inputs import RuleInput
from examsvc.web.author.room import room
from item_bank.pool import Pool


@room.view("/bank/rules", permission="bank.read_board")
def rules() -> str:
    """The rules in force and their history."""
    return _page(RuleInput(formdata=None))


@room.view("/bank/rules", permission="bank.set_rules", methods=("POST",))
def set_rule() -> str | tuple[str, int] | Response:
    """A new version of a rule, with its reason."""
    inputs = RuleInput()
    if inputs.validate_on_submit():
        wanted = (Pool(inputs.pool.data), inputs.min_reviewers.data, inputs.reason.data)
        try:
            version = appraisal_rules.set_min_reviewers(deps(), current_actor(), *wanted)
        except RuleRefused as refusal:
            inputs[refusal.params["field"]].errors = [wording.refusal(refusal)]
        else:
            flash(_("Version %(number)s is in force.", number=version), "success")
            return redirect(url_for("author.rules"))
    return _page(inputs), 400


def _page(inputs: RuleInput) -> str:
    view = appraisal_rules.view_rules(deps(), current_actor())
    in_force = {pool.value: asked for pool, asked in view.in_force.items()}
    return render_template("author/rules.html", in_force=in_force, versions=view.versions, inputs=inputs)
