"""Calibrations: all of them, how to start one, and the second person who puts one in force."""

from __future__ import annotations

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examsvc.accounts.errors import Forbidden
from examsvc.edge.job_picture import JobPicture, picture_job
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import calibration as service
from examsvc.services import jobs
from examsvc.store import jobs as job_rows
from examsvc.store import measuring as store
from examsvc.store import scored
from examsvc.web.examiner import choices, wording
from examsvc.web.examiner.offers import hints_for, list_offers
from examsvc.web.examiner.order import Order, read_order, usual_order
from examsvc.web.examiner.room import room

Page = str | tuple[str, int]
REJECT: Final = "calibrations.reject"
MOST_REASON: Final = 500


@room.view("/calibrations", permission="calibrations.read")
def list_calibrations() -> str:
    """All parameter sets, which one is in force, and how to propose another."""
    with deps().store.read() as session:
        rows = store.list_calibrations(session)
        in_force = store.find_adopted(session)
        users = [user for row, _campaign in rows for user in (row.created_by, row.adopted_by)]
        names = scored.staff_names(session, users)
    return render_template(
        "examiner/calibrations.html",
        rows=rows,
        in_force=in_force,
        names=names,
        job=shown_job("calibrate"),
        words=wording,
    )


@room.view("/calibrations/new", permission="calibrations.run")
def new_calibration() -> str:
    """The form that starts a calibration, filled in as it is usual."""
    return _order_page(None, {})


@room.view("/calibrations/campaign", permission="calibrations.run", methods=("POST",))
def calibrate() -> Page | Response:
    """Start fitting a campaign's items; a job that does so already is shown instead."""
    order, problems = read_order(request.form)
    if problems:
        return _order_page(order, problems), 400
    try:
        job_id = jobs.ask_once(deps(), current_actor(), "calibrate", order.as_job())
    except REFUSALS as error:
        return _order_page(order, {"order": explain(error)}), 409
    return redirect(url_for("examiner.list_calibrations", job=job_id))


@room.view("/calibrations/judgement", permission="calibrations.run", methods=("POST",))
def propose() -> Response:
    """Provisional parameters from the authors' estimates."""
    try:
        calibration_id = service.propose_by_judgement(deps(), current_actor())
    except REFUSALS as error:
        flash(explain(error), "danger")
        return redirect(url_for("examiner.list_calibrations"))
    flash(_("The calibration is proposed. A second person looks at it and adopts it."), "success")
    return redirect(url_for("examiner.calibration", calibration_id=calibration_id))


@room.view("/calibrations/<int:calibration_id>/adopt", permission="calibrations.adopt", methods=("POST",))
def adopt(calibration_id: int) -> Response:
    """The second person puts it in force."""
    try:
        service.adopt_calibration(deps(), current_actor(), calibration_id)
        flash(_("The calibration is in force. Forms and scores made from now on rest on it."), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    except Forbidden as error:
        if error.code != "not_own":
            raise
        flash(_("You proposed this calibration: a second person has to adopt it."), "danger")
    return redirect(url_for("examiner.calibration", calibration_id=calibration_id))


@room.view("/calibrations/<int:calibration_id>/reject", permission=REJECT, methods=("POST",))
def reject(calibration_id: int) -> Response:
    """A proposal that shall never be adopted, one's own or another's, with the reason why."""
    reason = " ".join(request.form.get("reason", "").split())
    if not reason or len(reason) > MOST_REASON:
        flash(_("Give a reason of at most %(most)s characters.", most=MOST_REASON), "danger")
        return redirect(url_for("examiner.calibration", calibration_id=calibration_id, _anchor="adoption"))
    try:
        service.reject_calibration(deps(), current_actor(), calibration_id, reason)
        flash(_("The calibration is rejected: nobody can adopt it any more."), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return redirect(url_for("examiner.calibration", calibration_id=calibration_id))


def ask_once(kind: str, campaign_id: int) -> int:
    """The job for this campaign: the one that is under way, or a new one."""
    return jobs.ask_once(deps(), current_actor(), kind, {"campaign_id": campaign_id})


def shown_job(kind: str) -> JobPicture | None:
    """The job that the address names, or else one that is still under way."""
    wanted = request.args.get("job", type=int)
    with deps().store.read() as session:
        rows = job_rows.list_latest(session, kind)
    for row in rows:
        if row.id == wanted or (wanted is None and row.state in jobs.UNFINISHED):
            return picture_job(row)
    return None


def _order_page(order: Order | None, problems: dict[str, str]) -> str:
    with deps().store.read() as session:
        in_force = store.find_adopted(session)
        offers = list_offers(session, in_force)
    wanted = order.campaign_id if order else request.args.get("campaign_id", "")
    named = [offer for offer in offers if str(offer.counts.campaign.id) == wanted]
    offer = next(iter(named or offers), None)
    context: dict[str, Any] = {
        "order": order or usual_order(offer, in_force),
        "problems": problems,
        "offers": offers,
        "offer": offer,
        "hints": hints_for(offer, in_force),
        "in_force": in_force,
    }
    return render_template("examiner/new_calibration.html", choices=choices, words=wording, **context)
