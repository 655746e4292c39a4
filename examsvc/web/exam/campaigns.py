"""Campaigns: the list, the plan of one, its approval by a second person."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.edge.language import in_language
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.rulepacks.registry import get_pack, list_packs
from examsvc.services import campaigns
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import Session, database_now
from examsvc.store import campaigns as store
from examsvc.store.models import CampaignRow, LevelScaleRow
from examsvc.store.rows import get_row
from examsvc.web.exam import campaign_wording as wording
from examsvc.web.exam.inputs import AdministrationInput, CampaignInput, RosterInput
from examsvc.web.exam.room import room

Page = str | tuple[str, int]


@room.view("/campaigns", permission="campaigns.read")
def list_campaigns() -> Page:
    """All campaigns, and the form for a new one."""
    return _list_page(None)


@room.view("/campaigns", permission="campaigns.edit", methods=("POST",))
def create_campaign() -> Page | Response:
    """Open a campaign in draft."""
    inputs = _campaign_input()
    if not inputs.validate_on_submit():
        return _list_page(inputs), 400
    new = NewCampaign(
        inputs.code.data,
        inputs.name_vi.data,
        inputs.name_en.data,
        inputs.rule_pack.data,
        inputs.level_scale.data,
    )
    try:
        campaign_id = campaigns.create_campaign(deps(), current_actor(), new)
    except REFUSALS as error:
        inputs.code.errors = [explain(error)]
        return _list_page(inputs), 409
    flash(_("The campaign is open as a draft. Add its administrations."), "success")
    return redirect(url_for("exam.show_campaign", campaign_id=campaign_id))


@room.view("/campaigns/<int:campaign_id>", permission="campaigns.read")
def show_campaign(campaign_id: int) -> Page:
    """The plan of a campaign: rules, administrations, rooms, rosters."""
    return _campaign_page(campaign_id, None)


@room.view("/campaigns/<int:campaign_id>/administrations", permission="campaigns.edit", methods=("POST",))
def add_administration(campaign_id: int) -> Page | Response:
    """Plan a common start."""
    inputs = _administration_input()
    if not inputs.validate_on_submit():
        return _campaign_page(campaign_id, inputs), 400
    new = NewAdministration(
        campaign_id, inputs.code.data, inputs.blueprint.data, inputs.starts_at_utc, inputs.parsed_rooms
    )
    try:
        campaigns.add_administration(deps(), current_actor(), new)
    except REFUSALS as error:
        flash(explain(error), "danger")
        return _campaign_page(campaign_id, inputs), 409
    flash(_("The administration is planned. Now fill its roster."), "success")
    return redirect(url_for("exam.show_campaign", campaign_id=campaign_id))


@room.view("/campaigns/<int:campaign_id>/approve", permission="campaigns.approve", methods=("POST",))
def approve_campaign(campaign_id: int) -> Response:
    """The second person has looked at times, rooms and rosters."""
    try:
        campaigns.approve_campaign(deps(), current_actor(), campaign_id)
        flash(_("The campaign is approved. Proctors can now check candidates in."), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return redirect(url_for("exam.show_campaign", campaign_id=campaign_id))


def _list_page(inputs: CampaignInput | None) -> str:
    with deps().store.read() as session:
        found = [
            (campaign, store.list_administrations(session, campaign.id))
            for campaign in store.list_campaigns(session)
        ]
        scales = store.list_level_scales(session)
    return render_template(
        "exam/campaigns.html",
        campaigns=found,
        inputs=inputs or _campaign_input(),
        is_open=inputs is not None,
        facts_of={pack.code: wording.pack_facts(get_pack(pack.code)) for pack in list_packs()},
        scales=[(scale, wording.level_bands(scale)) for scale in scales],
        states=wording.CAMPAIGN_STATES,
        pack_name=wording.pack_name,
    )


def _campaign_page(campaign_id: int, inputs: AdministrationInput | None) -> str:
    with deps().store.read() as session:
        campaign = get_row(session, CampaignRow, campaign_id)
        scale = get_row(session, LevelScaleRow, campaign.level_scale_id)
        plans = _plans(session, campaign_id)
        regions = store.list_regions(session)
    pack = get_pack(campaign.rule_pack_code, campaign.rule_pack_version)
    return render_template(
        "exam/campaign.html",
        campaign=campaign,
        plans=plans,
        n_candidates=sum(plan["n_candidates"] for plan in plans),
        pack=pack,
        pack_name=wording.pack_name(pack.code),
        pack_facts=wording.pack_facts(pack),
        scale=scale,
        bands=wording.level_bands(scale),
        inputs=inputs or _administration_input(),
        is_open=inputs is not None,
        roster=RosterInput().offer(regions),
        states=wording.CAMPAIGN_STATES,
        late_rule=wording.late_rule,
    )


def _plans(session: Session, campaign_id: int) -> list[dict[str, object]]:
    now = database_now(session)
    plans: list[dict[str, object]] = []
    for administration, position in store.list_administrations(session, campaign_id):
        rooms = store.list_rooms(session, administration.id)
        plans.append(
            {
                "administration": administration,
                "state": wording.administration_state(administration, now),
                "position": position,
                "rooms": rooms,
                "n_candidates": sum(taken for _room, taken in rooms),
                "n_stations": sum(room.n_stations for room, _taken in rooms),
                "n_forms": len(store.list_published_forms(session, administration.blueprint_id)),
            }
        )
    return plans


def _campaign_input() -> CampaignInput:
    inputs = CampaignInput()
    with deps().store.read() as session:
        scales = store.list_level_scales(session)
    codes = dict.fromkeys(pack.code for pack in list_packs())
    inputs.rule_pack.choices = [SelectChoice(code, wording.pack_name(code)) for code in codes]
    inputs.level_scale.choices = [
        SelectChoice(scale.id, f"{in_language(scale)} ({scale.code}@{scale.version})") for scale in scales
    ]
    return inputs


def _administration_input() -> AdministrationInput:
    inputs = AdministrationInput()
    with deps().store.read() as session:
        examinable = store.list_examinable(session)
    inputs.blueprint.choices = [
        SelectChoice(
            blueprint.id,
            _blueprint_in_words(
                position.code, in_language(position), blueprint.n_items, blueprint.limit_s, n
            ),
        )
        for blueprint, position, n in examinable
    ]
    return inputs


def _blueprint_in_words(code: str, name: str, n_items: int, limit_s: int, n_forms: int) -> str:
    forms = ngettext("%(num)s published form", "%(num)s published forms", n_forms)
    size = _("%(items)s items, %(minutes)s minutes", items=n_items, minutes=limit_s // 60)
    return f"{code} · {name}: {size}, {forms}"
