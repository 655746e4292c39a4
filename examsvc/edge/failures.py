"""Refusals kept as code and parameters, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

WORDS: Final[dict[str, LazyString]] = {
    "cancelled": _l("The work was stopped. What was finished before stays."),
    "failed": _l("Something went wrong on our side. It has been logged."),
    "busy": _l("The server is busy. Nothing was lost; please try again in a moment."),
    "not_found": _l("This does not exist, or not any more."),
    "forbidden.role": _l("Your role does not allow this."),
    "forbidden.not_own": _l("A second person has to do this: you did an earlier step of it."),
    # calibration
    "calibration.nothing_to_calibrate": _l("The bank holds no approved item yet: there is nothing to judge."),
    "calibration.sittings_unfinished": _l(
        "Some sittings of this campaign are not over yet. Calibrate when the last one is."
    ),
    "calibration.no_responses": _l("Nobody has finished a sitting of this campaign yet."),
    "calibration.not_proposed": _l("This calibration has been decided on already."),
    "calibration.not_converged": _l("This calibration did not converge: it cannot be put in force."),
    "calibration.reference_changed": _l(
        "Another calibration has come into force since this one was linked. Start it again."
    ),
    "calibration.no_calibration_in_force": _l(
        "No calibration is in force that this one could be linked to. Take the free scale."
    ),
    "calibration.too_few_anchors": _l(
        "Too few items are shared with the calibration in force, or too many of them have moved: no link is "
        "possible. Take the free scale."
    ),
    "calibration.link_not_found": _l(
        "The shared items do not determine how the two scales go together. Take the free scale."
    ),
    "calibration.altered": _l(
        "What this calibration holds is not what was proposed: items, population, competencies or options "
        "have changed since. It is not used; tell the technician."
    ),
    "calibration.reason_missing": _l("Give a reason: whoever proposed the calibration will read it."),
    "calibration.model_unknown": _l("This model is not known."),
    "calibration.priors_unknown": _l("These priors are not known."),
    "calibration.min_responses_too_few": _l("At least 30 responses an item are needed."),
    "calibration.scale_unknown": _l("This scale is not known."),
    "calibration.layout_unknown": _l("This layout of a file is not known."),
    "what_if.nothing_to_compare": _l("Leave out an item or move a cut: there is nothing to compare yet."),
    "what_if.item_unknown": _l("One of the items stands on no form of this campaign."),
    "what_if.nothing_left": _l("A form would have no item left that can be scored. Leave out fewer."),
    "what_if.cuts_not_ascending": _l("The cuts must rise from level to level, between 0 and 100 percent."),
    "what_if.cut_unreachable": _l("One of the cuts cannot be placed on a form: move it less."),
    "scoring.NOTHING_TO_CALIBRATE": _l(
        "None of the %(n)s items can be calibrated: each has too few responses, or all right, or all wrong."
    ),
    "scoring.DISCONNECTED_DESIGN": _l(
        "The forms fall into %(n)s groups that share no items, so no common scale exists. "
        "Forms need common items."
    ),
    "scoring.NOT_CALIBRATED": _l("%(n)s items have no parameters."),
    "scoring.SHARE_UNREACHABLE": _l(
        "The cut at %(percent)s %% cannot be placed on a form: its items are too hard or too easy for it."
    ),
    # results
    "results.no_adopted_calibration": _l(
        "No calibration is in force. A second person has to adopt one before results can be scored."
    ),
    "results.sittings_unfinished": _l(
        "Some sittings of this campaign are not over yet. Score when the last one is."
    ),
    "results.late_events_undecided": _l(
        "Proposals on late responses wait for the chairman. Score when they are decided."
    ),
    "results.nothing_to_score": _l("Nobody has finished a sitting of this campaign yet."),
    "results.nothing_to_release": _l("There is no provisional result to release."),
    "results.rescoring_disagrees": _l(
        "Nothing was released: for at least one sitting the second, independent scoring disagrees."
    ),
    "results.keys_changed": _l(
        "Keys were corrected after these results had been scored. Score the campaign again, then release."
    ),
    "results.dimensions_no_correlations": _l(
        "The correlations of the competencies in this calibration contradict each other: it cannot be used."
    ),
    "results.dimensions_without_spread": _l(
        "A competency of this calibration has no spread: it cannot be used."
    ),
    "results.key_missing": _l("%(n)s items of a form have no key: a form is never marked in part."),
    "results.nothing_calibrated": _l("The calibration in force covers no item of one of the forms."),
    # long work
    "jobs.too_many_open": _l(
        "You already have %(n)s pieces of work waiting or running. Wait for one to end, or stop it."
    ),
    "jobs.finished": _l("This work is over: there is nothing to stop."),
    "jobs.exam_under_way": _l(
        "An exam is under way or about to begin: change at most %(n)s items now, or all of them when "
        "it is over."
    ),
    # assembly
    "assembly.refused": _l("No blueprint can be made from these figures."),
    "assembly.position_without_weights": _l("This position has no topic weights: the HR office loads them."),
    "assembly.blueprint_not_draft": _l("Only a draft can be changed or approved. Make a revision instead."),
    "assembly.blueprint_still_draft": _l("This blueprint is still a draft: change it as it is."),
    "assembly.cells_short": _l("The bank is too small for %(n_cells)s cells of this blueprint."),
    "assembly.form_not_draft": _l("This form has been published or withdrawn already."),
    "assembly.form_withdrawn": _l("This form has been withdrawn already."),
    "assembly.form_altered": _l(
        "The items of this form are not those of its certificate. It cannot be published; "
        "tell the technician."
    ),
    "assembly.items_not_operational": _l(
        "%(n_items)s items of this form have left the operational bank: %(codes)s. Assemble new forms."
    ),
    "assembly.blueprint_not_approved": _l("The blueprint has not been approved yet."),
    "assembly.no_adopted_calibration": _l(
        "No calibration is in force. An examiner proposes one, a second person adopts it."
    ),
    "assembly.blueprint_invalid": _l("The blueprint contradicts itself in %(n)s places."),
    "assembly.pool_invalid": _l("%(n)s items of the pool cannot take part: look at their parameters."),
    "assembly.request_invalid": _l("The order is outside its range: %(field)s."),
    "assembly.cut_unreachable": _l(
        "The pool's items are too hard or too easy for the cut at %(percent)s %%."
    ),
    "assembly.audit_disagrees": _l(
        "The check of the forms found a fault: no form was kept. Tell the technician."
    ),
}


def words_of(failure: Mapping[str, Any]) -> str:
    """What a kept refusal says; a code without words of its own is named, never hidden."""
    code = str(failure.get("code", ""))
    words = WORDS.get(code)
    if words is not None:
        return str(words) % failure
    return str(_("This step is not possible now (%(code)s).", code=code))
