"""Near-duplicates of the bank: the search, the pairs side by side, and what the bank manager decides."""

from __future__ import annotations

import re

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.permissions import allowed
from examsvc.edge.job_picture import JobPicture, picture_job
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import jobs, near_duplicate_views
from examsvc.services.near_duplicate_views import DECIDED_AT_ONCE, GROUPS_AT_ONCE
from examsvc.services.near_duplicates import Basis, Decision, Search, decide, reopen
from examsvc.store import jobs as job_rows
from examsvc.web.author import wording
from examsvc.web.author.desk import page_numbers
from examsvc.web.author.room import room
from item_bank.errors import ItemBankError

KIND = "near_duplicates"
THRESHOLDS = (95, 90, 85, 80, 75, 70)  # percent
USUAL = 80
_PAIR = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


@room.view("/bank/near-duplicates", permission="near_duplicates.read")
def near_duplicates() -> str:
    """The groups that nobody has decided yet, and the search that finds them."""
    page = max(1, request.args.get("page", 1, type=int))
    found = near_duplicate_views.view_undecided(deps(), current_actor(), page)
    return render_template(
        "author/near_duplicates.html",
        found=found,
        page=page,
        page_numbers=page_numbers(page, max(1, -(-found.n_groups // GROUPS_AT_ONCE))),
        thresholds=THRESHOLDS,
        usual=USUAL,
        bases=[basis.value for basis in Basis],
        job=_shown_job(),
        may_decide=allowed(current_actor(), "near_duplicates.decide"),
        may_search=allowed(current_actor(), "near_duplicates.search"),
    )


@room.view("/bank/near-duplicates/search", permission="near_duplicates.search", methods=("POST",))
def search_near_duplicates() -> Response:
    """Start a search, or follow the one that is under way."""
    percent = request.form.get("threshold", USUAL, type=int)
    try:
        search = Search(percent / 100, request.form.get("basis", Basis.WHOLE.value))
        params = {"threshold": search.threshold, "basis": search.basis}
        job_id = jobs.ask_once(deps(), current_actor(), KIND, params)
    except ItemBankError as error:
        flash(wording.refusal(error), "danger")
        return redirect(url_for("author.near_duplicates"))
    except REFUSALS as error:
        flash(explain(error), "danger")
        return redirect(url_for("author.near_duplicates"))
    return redirect(url_for("author.near_duplicates", job=job_id))


@room.view("/bank/near-duplicates/decide", permission="near_duplicates.decide", methods=("POST",))
def decide_near_duplicates() -> Response:
    """Declare pairs enemies, or dismiss them."""
    decision = request.form.get("decision", "")
    if decision not in set(Decision):
        abort(400)
    pairs = _pairs()
    try:
        decide(deps(), current_actor(), pairs, Decision(decision), request.form.get("reason", ""))
    except ItemBankError as error:
        flash(wording.refusal(error), "danger")
    else:
        said = _("Declared enemies: never on one form.") if decision == Decision.ENEMIES else _("Dismissed.")
        flash(said, "success")
    page = request.form.get("page", 1, type=int)
    return redirect(url_for("author.near_duplicates", page=page if page > 1 else None))


@room.view("/bank/near-duplicates/decided", permission="near_duplicates.read")
def decided_near_duplicates() -> str:
    """What was decided, by whom and when."""
    page = max(1, request.args.get("page", 1, type=int))
    decided, n_decided = near_duplicate_views.list_decided(deps(), current_actor(), page)
    return render_template(
        "author/near_duplicates_decided.html",
        decided=decided,
        n_decided=n_decided,
        page=page,
        page_numbers=page_numbers(page, max(1, -(-n_decided // DECIDED_AT_ONCE))),
        may_decide=allowed(current_actor(), "near_duplicates.decide"),
    )


@room.view("/bank/near-duplicates/reopen", permission="near_duplicates.decide", methods=("POST",))
def reopen_near_duplicate() -> Response:
    """Show a dismissed pair again."""
    try:
        for pair in _pairs():
            reopen(deps(), current_actor(), pair)
    except ItemBankError as error:
        flash(wording.refusal(error), "danger")
    else:
        flash(_("The pair is shown again."), "success")
    return redirect(url_for("author.decided_near_duplicates"))


def _pairs() -> list[tuple[int, int]]:
    named = [_PAIR.fullmatch(name) for name in request.form.getlist("pairs")]
    if not named or not all(named):
        abort(400)
    return [(int(name[1]), int(name[2])) for name in named if name]


def _shown_job() -> JobPicture | None:
    """The search that the address names, or one that is under way."""
    wanted = request.args.get("job", type=int)
    with deps().store.read() as session:
        rows = job_rows.list_latest(session, KIND)
    for row in rows:
        if row.id == wanted or (wanted is None and row.state in jobs.UNFINISHED):
            return picture_job(row)
    return None
