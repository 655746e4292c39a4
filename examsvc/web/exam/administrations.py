"""One administration: its roster, and the chairman's start before witnesses."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from examsvc.delivery.sitting import UNFINISHED_STATES
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import phase_of
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.rulepacks.registry import get_pack
from examsvc.services import campaigns
from examsvc.store import campaigns as store
from examsvc.store import database_now
from examsvc.store.models import AdministrationRow, CampaignRow
from examsvc.store.rows import get_row
from examsvc.web.exam import campaign_wording as wording
from examsvc.web.exam.inputs import ExtendAllInput, ReasonInput, RosterInput
from examsvc.web.exam.room import room


@room.view("/administrations/<int:administration_id>", permission="campaigns.read")
def show_administration(administration_id: int) -> str:
    """Who sits where, and how far each is."""
    with deps().store.read() as session:
        administration = get_row(session, AdministrationRow, administration_id)
        campaign = get_row(session, CampaignRow, administration.campaign_id)
        position = next(
            position
            for found, position in store.list_administrations(session, campaign.id)
            if found.id == administration_id
        )
        roster = store.list_roster(session, administration_id)
        rooms = store.list_rooms(session, administration_id)
        now = database_now(session)
    phase = phase_of(administration.starts_at, administration.limit_s, now)
    sittings = [sitting for _candidate, _officer, _room, sitting in roster]
    states = [sitting.state for sitting in sittings]
    unfinished = [sitting for sitting in sittings if sitting.state in UNFINISHED_STATES]
    stopped = [sitting for sitting in unfinished if sitting.paused_at and not sitting.failed_at]
    return render_template(
        "exam/administration.html",
        administration=administration,
        campaign=campaign,
        position=position,
        roster=roster,
        rooms=rooms,
        may_start_now=administration.state == "ready" and phase == "before",
        may_close=administration.state == "ready" and phase != "before",
        n_missing=states.count("registered"),
        has_begun=administration.state == "ready" and phase != "before",
        n_unfinished=len(unfinished),
        n_stopped=len(stopped),
        extend=ExtendAllInput(formdata=None),
        reason=ReasonInput(formdata=None),
        n_sitting=states.count("checked_in") + states.count("open"),
        late_rule=wording.late_rule(
            get_pack(campaign.rule_pack_code, campaign.rule_pack_version), administration.limit_s
        ),
        state=wording.administration_state(administration, now),
        sitting_states=wording.SITTING_STATES,
    )


@room.view("/administrations/<int:administration_id>/roster", permission="campaigns.edit", methods=("POST",))
def fill_roster(administration_id: int) -> Response:
    """Put the position's officers on the roster."""
    with deps().store.read() as session:
        administration = get_row(session, AdministrationRow, administration_id)
        regions = store.list_regions(session)
    inputs = RosterInput().offer(regions)
    if inputs.validate_on_submit():
        try:
            added = campaigns.fill_roster(
                deps(), current_actor(), administration_id, region=inputs.region.data or None
            )
            flash(*_added_in_words(added))
            excess = campaigns.find_excess(deps(), current_actor(), administration_id)
            if excess is not None:
                flash(explain(excess), "warning")
        except REFUSALS as error:
            flash(explain(error), "danger")
    else:
        flash(_("Choose a region of the list."), "danger")
    return redirect(url_for("exam.show_campaign", campaign_id=administration.campaign_id))


@room.view(
    "/administrations/<int:administration_id>/start", permission="campaigns.approve", methods=("POST",)
)
def start_now(administration_id: int) -> Response:
    """Move the common start to ten seconds from now."""
    inputs = ReasonInput()
    if inputs.validate_on_submit():
        try:
            campaigns.start_now(deps(), current_actor(), administration_id, inputs.reason.data)
            flash(_("The exam starts in ten seconds, for everybody at once."), "success")
        except REFUSALS as error:
            flash(explain(error), "danger")
    else:
        flash(_("Give a reason: it goes into the minutes."), "danger")
    return redirect(url_for("exam.show_administration", administration_id=administration_id))


@room.view("/administrations/<int:administration_id>/close", permission="campaigns.close", methods=("POST",))
def close_administration(administration_id: int) -> Response:
    """End the exam early: everybody has handed in or never came."""
    inputs = ReasonInput()
    if inputs.validate_on_submit():
        try:
            absent = campaigns.close_administration(
                deps(), current_actor(), administration_id, inputs.reason.data
            )
            flash(_closed_in_words(absent), "success")
        except REFUSALS as error:
            flash(explain(error), "danger")
    else:
        flash(_("Give a reason: it goes into the minutes."), "danger")
    return redirect(url_for("exam.show_administration", administration_id=administration_id))


def _closed_in_words(absent: int) -> str:
    if not absent:
        return _("The exam is closed. Nobody was absent.")
    return ngettext(
        "The exam is closed. %(num)s candidate was absent.",
        "The exam is closed. %(num)s candidates were absent.",
        absent,
    )


def _added_in_words(added: int) -> tuple[str, str]:
    if not added:
        return _("No officer of this position is left to add."), "info"
    return ngettext(
        "%(num)s candidate is on the roster.", "%(num)s candidates are on the roster.", added
    ), "success"
