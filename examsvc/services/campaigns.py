"""Planning: campaigns, administrations, rooms, rosters; two persons before anybody sits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery import administration as rules
from examsvc.delivery import sitting as sitting_rules
from examsvc.delivery.administration import Administration, AdministrationAct
from examsvc.delivery.errors import NotReady, SeatsExceeded
from examsvc.delivery.roster import seat
from examsvc.delivery.sitting import SittingState
from examsvc.rulepacks.registry import get_pack
from examsvc.services.audit import record_act
from examsvc.services.deps import Services, time_changed
from examsvc.store import Session, database_now
from examsvc.store import campaigns as store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CampaignRow,
    CandidateRow,
    ExamRoomRow,
    LevelScaleRow,
    PositionRow,
)
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign's name, its rules and the scale it reports on."""

    code: str
    name_vi: str
    name_en: str
    rule_pack: str
    level_scale_id: int


@dataclass(frozen=True, slots=True)
class NewAdministration:
    """One common start of one position's exam; `rooms` are names with their stations."""

    campaign_id: int
    code: str
    blueprint_id: int
    starts_at: datetime
    rooms: tuple[tuple[str, int], ...]


def create_campaign(deps: Services, actor: Actor, new: NewCampaign) -> int:
    """Open a campaign in draft, under the newest version of its rule pack."""
    permit(actor, "campaigns.edit")
    pack = get_pack(new.rule_pack)
    with deps.store.begin() as session:
        get_row(session, LevelScaleRow, new.level_scale_id)
        if store.code_is_taken(session, CampaignRow, new.code):
            raise NotReady("code_taken")
        row = CampaignRow(
            code=new.code,
            name_vi=new.name_vi,
            name_en=new.name_en,
            rule_pack_code=pack.code,
            rule_pack_version=pack.version,
            level_scale_id=new.level_scale_id,
            state="draft",
            created_by=actor.user_id,
            created_at=database_now(session),
        )
        session.add(row)
        session.flush()
        record_act(session, actor, "campaigns.create", f"campaign:{row.id}", code=new.code, rules=pack.label)
        return row.id


def add_administration(deps: Services, actor: Actor, new: NewAdministration) -> int:
    """Plan a common start with its rooms; the time limit is the blueprint's."""
    permit(actor, "campaigns.edit")
    with deps.store.begin() as session:
        campaign = get_row(session, CampaignRow, new.campaign_id, lock=True)
        if campaign.state != "draft":
            raise NotReady("campaign_not_draft")
        blueprint = get_row(session, BlueprintRow, new.blueprint_id)
        if not store.list_published_forms(session, blueprint.id):
            raise NotReady("no_published_forms")
        if store.code_is_taken(session, AdministrationRow, new.code):
            raise NotReady("code_taken")
        now = database_now(session)
        if new.starts_at <= now:
            raise NotReady("starts_in_the_past")
        planned = Administration(new.starts_at, blueprint.limit_s)
        row = AdministrationRow(
            campaign_id=campaign.id,
            code=new.code,
            blueprint_id=blueprint.id,
            state=planned.state.value,
            starts_at=planned.starts_at,
            limit_s=planned.limit_s,
            window_ends_at=planned.window_ends_at,
            form_secret=secrets.token_hex(32),
            created_by=actor.user_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        session.add_all(
            ExamRoomRow(administration_id=row.id, code=f"P{index}", name=name, n_stations=stations)
            for index, (name, stations) in enumerate(new.rooms, start=1)
        )
        record_act(
            session,
            actor,
            "campaigns.add_administration",
            f"administration:{row.id}",
            code=new.code,
            starts_at=new.starts_at.isoformat(),
        )
        return row.id


def fill_roster(deps: Services, actor: Actor, administration_id: int, *, region: str | None = None) -> int:
    """Put every officer of the position (and region) on the roster; returns how many were added.

    Raises RosterTooLarge when the rooms do not hold them: nobody is left out in silence.
    """
    permit(actor, "campaigns.edit")
    with deps.store.begin() as session:
        administration = get_row(session, AdministrationRow, administration_id, lock=True)
        rules.require(store.as_administration(administration), AdministrationAct.FILL_ROSTER)
        blueprint = get_row(session, BlueprintRow, administration.blueprint_id)
        position = get_row(session, PositionRow, blueprint.position_id)
        officers = store.list_eligible_officers(session, position.code, region, administration_id)
        rooms = store.list_rooms(session, administration_id)
        forms = store.list_published_forms(session, blueprint.id)
        first = store.count_roster(session, administration_id) + 1
        places = seat(
            len(officers),
            [room.n_stations - taken for room, taken in rooms],
            len(forms),
            first=first,
            prefix=f"{position.code}-",
        )
        taken = {room.id: already for room, already in rooms}
        candidates = [
            CandidateRow(
                administration_id=administration_id,
                officer_id=officer.id,
                exam_room_id=rooms[place.room][0].id,
                number=place.number,
                station=f"{int(place.station) + taken[rooms[place.room][0].id]:02d}",
                form_id=forms[place.form].id,
            )
            for (officer, _user), place in zip(officers, places, strict=True)
        ]
        store.add_candidates(session, candidates, [user_id for _officer, user_id in officers])
        record_act(
            session,
            actor,
            "campaigns.fill_roster",
            f"administration:{administration_id}",
            added=len(candidates),
            region=region,
        )
        return len(candidates)


def approve_campaign(deps: Services, actor: Actor, campaign_id: int) -> None:
    """The second person looks at times, rooms and rosters; only then can anybody be checked in."""
    with deps.store.begin() as session:
        campaign = get_row(session, CampaignRow, campaign_id, lock=True)
        administrations = store.list_administrations(session, campaign_id)
        planners = (administration.created_by for administration, _position in administrations)
        permit(actor, "campaigns.approve", Facts(doers=(campaign.created_by, *planners)))
        if campaign.state != "draft":
            raise NotReady("campaign_not_draft")
        if not administrations:
            raise NotReady("no_administrations")
        excess = _seats_exceeded(deps, session, [row.id for row, _position in administrations])
        if excess is not None:
            raise excess
        for administration, _position in administrations:
            if not store.count_roster(session, administration.id):
                raise NotReady("empty_roster")
            administration.state = rules.make_ready(store.as_administration(administration)).state.value
        campaign.state = "approved"
        campaign.approved_by = actor.user_id
        campaign.approved_at = database_now(session)
        record_act(session, actor, "campaigns.approve", f"campaign:{campaign_id}")


def find_excess(deps: Services, actor: Actor, administration_id: int) -> SeatsExceeded | None:
    """What approval would say of the number of candidates who would sit at the same time as this roster."""
    permit(actor, "campaigns.read")
    with deps.store.read() as session:
        campaign_id = get_row(session, AdministrationRow, administration_id).campaign_id
        planned = [row.id for row, _position in store.list_administrations(session, campaign_id)]
        return _seats_exceeded(deps, session, planned)


def start_now(deps: Services, actor: Actor, administration_id: int, reason: str) -> datetime:
    """The chairman moves the common start to ten seconds from now, before witnesses, with a reason.

    Raises SeatsExceeded where more would then sit at the same time than the database holds.
    """
    permit(actor, "campaigns.approve")
    with deps.store.begin() as session:
        administration = get_row(session, AdministrationRow, administration_id, lock=True)
        now = database_now(session)
        planned = store.as_administration(administration)
        moved = rules.start_now(planned, now)
        _require_reason(reason)
        administration.starts_at = moved.starts_at
        administration.window_ends_at = moved.window_ends_at
        session.flush()
        excess = _seats_exceeded(deps, session, [administration_id])
        if excess is not None:  # moved into the time of others
            raise excess
        record_act(
            session,
            actor,
            "campaigns.start_now",
            f"administration:{administration_id}",
            planned=planned.starts_at.isoformat(),
            starts_at=moved.starts_at.isoformat(),
            reason=reason,
        )
    time_changed(deps, (), administration_id)
    return moved.starts_at


def close_administration(deps: Services, actor: Actor, administration_id: int, reason: str) -> int:
    """End an exam before its window does: whoever never came is absent; returns how many.

    Refused while anybody has checked in or writes (StillSitting), and while a late candidate may still enter.
    """
    permit(actor, "campaigns.close")
    with deps.store.begin() as session:
        administration = get_row(session, AdministrationRow, administration_id, lock=True)
        campaign = get_row(session, CampaignRow, administration.campaign_id)
        now = database_now(session)
        unfinished = [
            sitting_store.get_sitting(session, sitting_id, lock=True)
            for sitting_id in store.list_unfinished_ids(session, administration_id)
        ]
        missing = [facts for facts in unfinished if facts.sitting.state is SittingState.REGISTERED]
        closed = rules.close(
            store.as_administration(administration),
            now,
            gate_s=_late_gate_s(campaign, administration),
            n_still_here=sum(not facts.sitting.is_closed for facts in unfinished) - len(missing),
        )
        _require_reason(reason)
        for facts in missing:
            sitting_store.store_sitting(
                facts.row, sitting_rules.mark_absent(facts.sitting, now, entry_closed=True)
            )
        administration.state = closed.state.value
        record_act(
            session,
            actor,
            "campaigns.close",
            f"administration:{administration_id}",
            absent=[facts.row.id for facts in missing],
            reason=reason.strip(),
        )
        return len(missing)


def _seats_exceeded(deps: Services, session: Session, planned: list[int]) -> SeatsExceeded | None:
    limit = deps.store.seat_limit
    if limit is None:
        return None
    now = database_now(session)
    ahead = (span for span in store.list_exam_spans(session, or_ids=planned) if span[1] > now)
    n_seats = rules.most_at_once(ahead)
    return SeatsExceeded(n_seats, limit) if n_seats > limit else None


def _late_gate_s(campaign: CampaignRow, administration: AdministrationRow) -> int | None:
    pack = get_pack(campaign.rule_pack_code, campaign.rule_pack_version)
    return pack.late_gate.gate_s(administration.limit_s)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise NotReady("reason_missing")
