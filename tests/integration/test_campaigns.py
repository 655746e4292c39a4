"""Planning a campaign: what is refused, and that two persons stand behind every exam."""

import itertools
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.delivery.errors import NotReady, RosterTooLarge, StillSitting
from examsvc.services import Services, campaigns, rooms, sittings
from examsvc.services.audit import verify_chain
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import campaigns as store
from examsvc.store.models import AdministrationRow, AuditEntryRow, CampaignRow, SittingRow
from examsvc.store.rows import get_row
from tests.integration.laid_campaign import (
    Laid,
    approved_room,
    lay_organisation,
    move_start,
    now_of,
    plan_campaign,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_organisation(services)


def _roster(services: Services, administration_id: int):
    with services.store.read() as session:
        return store.list_roster(session, administration_id)


def test_a_campaign_takes_the_newest_version_of_its_rules(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    with services.store.read() as session:
        campaign = get_row(session, CampaignRow, campaign_id)
        administration = get_row(session, AdministrationRow, administration_id)
    assert (campaign.rule_pack_code, campaign.rule_pack_version) == ("INTERNAL_CA", 1)
    assert administration.limit_s == 2700


def test_a_code_is_used_once(services: Services, laid: Laid):
    campaign_id, _administration_id = plan_campaign(services, laid)
    again = NewCampaign("C1", "Lại", "Again", "INTERNAL_CA", laid.level_scale_id)
    with pytest.raises(NotReady, match="code_taken"):
        campaigns.create_campaign(services, laid.manager, again)
    twice = NewAdministration(
        campaign_id, "C1-GSQL", laid.blueprint_id, now_of(services) + timedelta(hours=2), (("P", 1),)
    )
    with pytest.raises(NotReady, match="code_taken"):
        campaigns.add_administration(services, laid.manager, twice)


def test_a_start_in_the_past_is_refused(services: Services, laid: Laid):
    campaign_id, _administration_id = plan_campaign(services, laid)
    past = NewAdministration(
        campaign_id, "LATE", laid.blueprint_id, now_of(services) - timedelta(seconds=1), (("P", 1),)
    )
    with pytest.raises(NotReady, match="starts_in_the_past"):
        campaigns.add_administration(services, laid.manager, past)


def test_a_roster_larger_than_its_rooms_adds_nobody(services: Services, laid: Laid):
    _campaign_id, administration_id = plan_campaign(services, laid, rooms=(("P1", 4), ("P2", 3)))
    with pytest.raises(RosterTooLarge) as refused:
        campaigns.fill_roster(services, laid.manager, administration_id)
    assert (refused.value.n_candidates, refused.value.n_stations) == (8, 7)
    assert _roster(services, administration_id) == []


def test_a_roster_is_filled_region_by_region_without_repeating_anybody(services: Services, laid: Laid):
    _campaign_id, administration_id = plan_campaign(services, laid, rooms=(("P1", 6), ("P2", 6)))
    assert campaigns.fill_roster(services, laid.manager, administration_id, region="I") == 5
    assert campaigns.fill_roster(services, laid.manager, administration_id) == 3
    assert campaigns.fill_roster(services, laid.manager, administration_id) == 0
    roster = _roster(services, administration_id)
    places = [(room.name, candidate.station) for candidate, _officer, room, _sitting in roster]
    assert places == [*(("P1", f"{n:02d}") for n in range(1, 7)), ("P2", "01"), ("P2", "02")]
    assert [candidate.number for candidate, *_rest in roster] == [f"GSQL-{n:03d}" for n in range(1, 9)]
    assert {sitting.state for *_rest, sitting in roster} == {"registered"}


def test_neighbours_get_different_forms(services: Services, laid: Laid):
    _campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id, region="I")
    campaigns.fill_roster(services, laid.manager, administration_id, region="III")
    forms = [candidate.form_id for candidate, *_rest in _roster(services, administration_id)]
    assert all(left != right for left, right in itertools.pairwise(forms))


def test_a_second_person_approves(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id)
    with pytest.raises(Forbidden):
        campaigns.approve_campaign(services, laid.manager, campaign_id)
    campaigns.approve_campaign(services, laid.chairman, campaign_id)
    with services.store.read() as session:
        campaign = get_row(session, CampaignRow, campaign_id)
        administration = get_row(session, AdministrationRow, administration_id)
    assert (campaign.state, campaign.approved_by) == ("approved", laid.chairman.user_id)
    assert administration.state == "ready"


def test_who_opened_a_campaign_cannot_approve_it_even_as_chairman(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id)
    with services.store.begin() as session:
        get_row(session, CampaignRow, campaign_id).created_by = laid.chairman.user_id
    with pytest.raises(Forbidden) as refused:
        campaigns.approve_campaign(services, laid.chairman, campaign_id)
    assert refused.value.code == "not_own"


def test_nothing_empty_is_approved(services: Services, laid: Laid):
    campaign_id, _administration_id = plan_campaign(services, laid)
    with pytest.raises(NotReady, match="empty_roster"):
        campaigns.approve_campaign(services, laid.chairman, campaign_id)
    bare = NewCampaign("C2", "Trống", "Bare", "PRACTICE", laid.level_scale_id)
    bare_id = campaigns.create_campaign(services, laid.manager, bare)
    with pytest.raises(NotReady, match="no_administrations"):
        campaigns.approve_campaign(services, laid.chairman, bare_id)


def test_an_approved_plan_does_not_change(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id, region="I")
    campaigns.approve_campaign(services, laid.chairman, campaign_id)
    with pytest.raises(NotReady, match="administration_not_planned"):
        campaigns.fill_roster(services, laid.manager, administration_id)
    more = NewAdministration(
        campaign_id, "MORE", laid.blueprint_id, now_of(services) + timedelta(hours=1), (("P", 1),)
    )
    with pytest.raises(NotReady, match="campaign_not_draft"):
        campaigns.add_administration(services, laid.manager, more)


def test_the_chairman_moves_the_common_start_once_and_with_a_reason(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    with pytest.raises(NotReady, match="administration_not_ready"):
        campaigns.start_now(services, laid.chairman, administration_id, "nhân chứng đủ")
    campaigns.fill_roster(services, laid.manager, administration_id)
    campaigns.approve_campaign(services, laid.chairman, campaign_id)
    with pytest.raises(NotReady, match="reason_missing"):
        campaigns.start_now(services, laid.chairman, administration_id, "  ")
    before = now_of(services)
    starts_at = campaigns.start_now(services, laid.chairman, administration_id, "nhân chứng đủ")
    assert timedelta(seconds=9) < starts_at - before < timedelta(seconds=20)
    move_start(services, administration_id, ago_s=1)
    with pytest.raises(NotReady, match="already_started"):
        campaigns.start_now(services, laid.chairman, administration_id, "lần nữa")


def _states(services: Services, administration_id: int) -> list[str]:
    return [sitting.state for *_rest, sitting in _roster(services, administration_id)]


def test_closing_marks_absent_who_never_came_and_only_them(services: Services, laid: Laid):
    administration_id, _room_id, ids = approved_room(services, laid)
    rooms.check_in(services, laid.proctor, ids[0])
    move_start(services, administration_id, ago_s=1)
    owner = next(actor for actor in laid.officers if _owns(services, actor, ids[0]))
    with pytest.raises(StillSitting) as waiting:
        campaigns.close_administration(services, laid.chairman, administration_id, "đã nộp hết")
    sittings.open_sitting(services, owner, ids[0], "máy-1")
    with pytest.raises(StillSitting) as writing:
        campaigns.close_administration(services, laid.chairman, administration_id, "đã nộp hết")
    assert (waiting.value.n_candidates, writing.value.n_candidates) == (1, 1)
    assert set(_states(services, administration_id)) == {"open", "registered"}
    sittings.submit_sitting(services, owner, ids[0], final_seq=0)
    closed = campaigns.close_administration(services, laid.chairman, administration_id, "đã nộp hết")
    assert closed == len(ids) - 1
    assert _states(services, administration_id) == ["submitted"] + ["absent"] * (len(ids) - 1)
    with pytest.raises(NotReady, match="administration_closed"):
        rooms.admit_late(services, laid.chairman, ids[1], "kẹt xe")
    with pytest.raises(NotReady, match="administration_closed"):
        campaigns.close_administration(services, laid.chairman, administration_id, "lần nữa")
    assert verify_chain(services).first_bad_seq is None


def test_closing_needs_the_chairman_a_reason_and_a_started_exam(services: Services, laid: Laid):
    administration_id, _room_id, ids = approved_room(services, laid)
    with pytest.raises(NotReady, match="not_started"):
        campaigns.close_administration(services, laid.chairman, administration_id, "không ai đến")
    move_start(services, administration_id, ago_s=1)
    for outsider in (laid.manager, laid.proctor, laid.auditor, laid.officers[0]):
        with pytest.raises(Forbidden):
            campaigns.close_administration(services, outsider, administration_id, "không ai đến")
    with pytest.raises(NotReady, match="reason_missing"):
        campaigns.close_administration(services, laid.chairman, administration_id, "  ")
    assert _states(services, administration_id) == ["registered"] * len(ids)


def test_nothing_is_closed_while_the_late_gate_is_open(services: Services):
    laid = lay_organisation(services, limit_s=3600)
    administration_id, _room_id, ids = approved_room(services, laid)
    move_start(services, administration_id, ago_s=580)
    with pytest.raises(NotReady, match="gate_open"):
        campaigns.close_administration(services, laid.chairman, administration_id, "không ai đến")
    move_start(services, administration_id, ago_s=601)
    closed = campaigns.close_administration(services, laid.chairman, administration_id, "không ai đến")
    assert closed == len(ids)


def _owns(services: Services, actor: Actor, sitting_id: int) -> bool:
    with services.store.read() as session:
        return get_row(session, SittingRow, sitting_id).user_id == actor.user_id


def test_only_the_exam_manager_plans(services: Services, laid: Laid):
    _campaign_id, administration_id = plan_campaign(services, laid)
    for outsider in (laid.proctor, laid.auditor, laid.chairman, laid.officers[0]):
        with pytest.raises(Forbidden):
            campaigns.fill_roster(services, outsider, administration_id)


def test_every_step_of_the_plan_stands_in_the_audit_chain(services: Services, laid: Laid):
    campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id)
    campaigns.approve_campaign(services, laid.chairman, campaign_id)
    campaigns.start_now(services, laid.chairman, administration_id, "nhân chứng đủ")
    with services.store.read() as session:
        records = [
            json.loads(text) for text in session.scalars(sa.select(AuditEntryRow.record).order_by("seq"))
        ]
    assert [record["action"] for record in records] == [
        "campaigns.create",
        "campaigns.add_administration",
        "campaigns.fill_roster",
        "campaigns.approve",
        "campaigns.start_now",
    ]
    assert verify_chain(services).first_bad_seq is None
