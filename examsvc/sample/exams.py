"""The sample's exams: blueprints, forms, the campaign, its rooms and rosters."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from examsvc.assembly.errors import AssemblyRefused
from examsvc.sample.staff import actor
from examsvc.services import Services, assembly, blueprints, campaigns, rooms
from examsvc.services.assembly import AssemblyOrder
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import assembly as assembly_store
from examsvc.store import campaigns as store
from examsvc.store import database_now
from examsvc.store.models import AdministrationRow, BlueprintRow, CampaignRow, FormRow, PositionRow

POSITIONS = ("GSQL", "THUE", "KTSTQ", "QLRR", "CBL")
CAMPAIGN = "DGNL-2026-1"
TRIAL = "THI-THU-2026"
FORMS_EACH = 2
OVERLAP = 6
STATIONS = 25
Follow = Callable[[Iterable[str]], Iterable[str]]


def ensure_forms(deps: Services, follow: Follow) -> None:
    """For each position an approved blueprint and two published parallel forms."""
    secretary, chairman = actor(deps, "thu_ky"), actor(deps, "chu_tich")
    for code in follow(POSITIONS):
        blueprint_id = _approved_blueprint(deps, code)
        if blueprint_id is None:
            blueprint_id = blueprints.derive(deps, secretary, code)
            blueprints.approve(deps, chairman, blueprint_id)
        if not _forms(deps, blueprint_id):
            order = AssemblyOrder(
                blueprint_id, FORMS_EACH, seed=zlib.crc32(code.encode()) >> 1, max_overlap=OVERLAP
            )
            run_id = assembly.assemble_forms(deps, secretary, order, lambda _done, _total: None)
            if len(_forms(deps, blueprint_id)) != FORMS_EACH:
                raise AssemblyRefused("sample_forms_missing", position=code, run=run_id)
        for form in _forms(deps, blueprint_id):
            if form.state == "draft":
                assembly.publish_form(deps, chairman, form.id)


def ensure_campaign(deps: Services, follow: Follow) -> int:
    """The campaign "Kỳ ĐGNL 2026 đợt 1": one administration a position, everybody on a roster, approved."""
    secretary, chairman = actor(deps, "thu_ky"), actor(deps, "chu_tich")
    campaign = find_campaign(deps, CAMPAIGN)
    campaign_id = (
        campaign.id
        if campaign
        else _new_campaign(
            deps, CAMPAIGN, "Kỳ đánh giá năng lực 2026, đợt 1", "Competency assessment 2026, round 1"
        )
    )
    for code in follow(POSITIONS):
        if any(position.code == code for _row, position in administrations(deps, campaign_id)):
            continue
        officers = _n_officers(deps, code)
        n_rooms = -(-officers // STATIONS)
        administration_id = campaigns.add_administration(
            deps,
            secretary,
            NewAdministration(
                campaign_id,
                f"{CAMPAIGN}-{code}",
                _require_blueprint(deps, code),
                _soon(deps, timedelta(hours=1)),
                tuple((f"Phòng {number}", STATIONS) for number in range(1, n_rooms + 1)),
            ),
        )
        campaigns.fill_roster(deps, secretary, administration_id)
    campaign = find_campaign(deps, CAMPAIGN)
    if campaign is not None and campaign.state == "draft":
        campaigns.approve_campaign(deps, chairman, campaign_id)
    return campaign_id


def ensure_trial(deps: Services) -> int:
    """An approved exam that waits for the reader of the README: whoever logs in as the chairman starts it."""
    known = find_campaign(deps, TRIAL)
    if known is not None:
        return known.id
    secretary, chairman = actor(deps, "thu_ky"), actor(deps, "chu_tich")
    campaign_id = _new_campaign(deps, TRIAL, "Thi thử toàn hệ thống", "System trial exam")
    administration_id = campaigns.add_administration(
        deps,
        secretary,
        NewAdministration(
            campaign_id,
            f"{TRIAL}-GSQL",
            _require_blueprint(deps, "GSQL"),
            _soon(deps, timedelta(days=30)),
            (("Phòng 1", STATIONS), ("Phòng 2", STATIONS)),
        ),
    )
    campaigns.fill_roster(deps, secretary, administration_id, region=_first_region(deps))
    campaigns.approve_campaign(deps, chairman, campaign_id)
    return campaign_id


def check_in_all(deps: Services, campaign_id: int, follow: Follow) -> None:
    """The proctor lets everybody of the campaign into the waiting room."""
    proctor = actor(deps, "giam_thi")
    with deps.store.read() as session:
        room_ids = [
            room.id
            for administration, _position in store.list_administrations(session, campaign_id)
            for room, _n in store.list_rooms(session, administration.id)
        ]
    for room_id in follow([str(room_id) for room_id in room_ids]):
        rooms.check_in_room(deps, proctor, int(room_id))


def start_all(deps: Services, campaign_id: int) -> datetime:
    """The chairman starts every administration that has not begun; returns the last start."""
    chairman = actor(deps, "chu_tich")
    starts = []
    for administration, _position in administrations(deps, campaign_id):
        if administration.starts_at > _soon(deps, timedelta(seconds=30)):
            starts.append(
                campaigns.start_now(deps, chairman, administration.id, "Mẫu: bắt đầu trước các nhân chứng")
            )
        else:
            starts.append(administration.starts_at)
    return max(starts)


def find_campaign(deps: Services, code: str) -> CampaignRow | None:
    """The sample's campaign, when it is there."""
    with deps.store.read() as session:
        return next((row for row in store.list_campaigns(session) if row.code == code), None)


def administrations(deps: Services, campaign_id: int) -> list[tuple[AdministrationRow, PositionRow]]:
    """The campaign's administrations with their positions."""
    with deps.store.read() as session:
        return store.list_administrations(session, campaign_id)


def published_forms(deps: Services) -> list[FormRow]:
    """The forms of the sample's positions that may be sat."""
    with deps.store.read() as session:
        return [form for form in assembly_store.list_forms(session) if form.state == "published"]


def now(deps: Services) -> datetime:
    """The database's clock."""
    with deps.store.read() as session:
        return database_now(session)


def _new_campaign(deps: Services, code: str, name_vi: str, name_en: str) -> int:
    with deps.store.read() as session:
        scale = store.list_level_scales(session)[0]
    return campaigns.create_campaign(
        deps, actor(deps, "thu_ky"), NewCampaign(code, name_vi, name_en, "INTERNAL_CA", scale.id)
    )


def _approved_blueprint(deps: Services, position_code: str) -> int | None:
    with deps.store.read() as session:
        rows: list[tuple[BlueprintRow, PositionRow]] = assembly_store.list_blueprints(session)
    return next(
        (row.id for row, position in rows if position.code == position_code and row.state == "approved"), None
    )


def _require_blueprint(deps: Services, position_code: str) -> int:
    blueprint_id = _approved_blueprint(deps, position_code)
    if blueprint_id is None:
        raise AssemblyRefused("sample_blueprint_missing", position=position_code)
    return blueprint_id


def _forms(deps: Services, blueprint_id: int) -> list[FormRow]:
    with deps.store.read() as session:
        return assembly_store.list_forms(session, blueprint_id=blueprint_id)


def _n_officers(deps: Services, position_code: str) -> int:
    with deps.store.read() as session:
        return len(store.list_eligible_officers(session, position_code, None, 0))


def _first_region(deps: Services) -> str:
    with deps.store.read() as session:
        return store.list_regions(session)[0]


def _soon(deps: Services, ahead: timedelta) -> datetime:
    return now(deps) + ahead
