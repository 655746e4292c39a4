"""What would change if items were left out or cuts moved: computed and shown, never stored."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request
from werkzeug.exceptions import NotFound

from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import what_if as service
from examsvc.services.what_if import WhatIfResult
from examsvc.store import calibration_pages, scored
from examsvc.web.examiner import wording
from examsvc.web.examiner.calibration_page import load_context
from examsvc.web.examiner.document import Table
from examsvc.web.examiner.item_lines import ItemLine
from examsvc.web.examiner.question import Ground, Question, read_question, understand
from examsvc.web.examiner.room import room
from examsvc.web.examiner.wording import decimal

SUGGESTED = 24  # flagged items that are offered for a tick; any other is named by its code


@room.view(
    "/calibrations/<int:calibration_id>/what-if", permission="calibrations.read", methods=("GET", "POST")
)
def what_if(calibration_id: int) -> str | tuple[str, int]:
    """The question and what would come of it; asked by POST, for an address holds no long list of items."""
    arguments = request.form if request.method == "POST" else request.args
    with deps().store.read() as session:
        context = load_context(session, calibration_id)
        campaigns = scored.list_calibratable(session)
        known = {campaign.id for campaign in campaigns}
        campaign_id = arguments.get("campaign_id", context.row.campaign_id or 0, type=int)
        if campaign_id not in known:
            raise NotFound
        percents = calibration_pages.cut_percents(session, campaign_id)
        sat = frozenset[int]().union(*calibration_pages.sat_items(session, campaign_id).values())
    question = read_question(arguments, campaign_id, percents)
    found, problems = _found(question, Ground(calibration_id, context.lines, sat, percents))
    on_forms = [line for line in context.lines if line.version.id in sat]
    page = render_template(
        "examiner/what_if.html",
        row=context.row,
        campaigns=campaigns,
        question=question,
        usual=[f"{percent:g}" for percent in percents],
        suggested=_suggested(on_forms, question),
        lines=on_forms,
        found=found,
        cuts=None if found is None else _cuts(found),
        left_out=[] if found is None else [context.item_names[key] for key in found.left_out],
        problems=problems,
        words=wording,
    )
    return (page, 400) if problems else page


def _found(question: Question, ground: Ground) -> tuple[WhatIfResult | None, list[str]]:
    if not question.is_asked:
        return None, []
    asked, problems = understand(question, ground)
    if asked is None:
        return None, problems
    try:
        return service.what_if(deps(), current_actor(), asked), []
    except REFUSALS as error:
        return None, [explain(error)]


def _suggested(lines: Sequence[ItemLine], question: Question) -> list[ItemLine]:
    """The serious first, then what else is flagged; what was chosen stays on the list."""
    usable = [line for line in lines if line.parameter.a is not None and line.parameter.n_responses]
    flagged = [line for line in usable if line.is_serious or line.codes & _DOUBTFUL]
    first = sorted(flagged, key=lambda line: (not line.is_serious, -len(line.flags), line.item.code))
    offered = first[:SUGGESTED]
    return offered + [line for line in usable if line.version.id in question.chosen and line not in offered]


_DOUBTFUL = frozenset(
    {"MISFIT", "LOCAL_DEPENDENCE", "LOW_DISCRIMINATION", "EASY_DRIFT", "HARD_DRIFT", "SLOPE_DRIFT"}
)


def _cuts(found: WhatIfResult) -> Table:
    n_cuts = len(found.percents_before)
    headings = [_("Form")]
    for place in range(1, n_cuts + 1):
        headings += [_("Level %(level)s before", level=place), _("after")]
    rows = tuple(
        (
            line.form,
            *(
                text
                for before, after in zip(line.before, line.after, strict=True)
                for text in (decimal(before), decimal(after))
            ),
        )
        for line in found.cuts
    )
    numeric = frozenset(range(1, len(headings)))
    return Table(_("Cuts in θ by form, before and after"), tuple(headings), rows, numeric)
