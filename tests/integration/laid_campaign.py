"""A small organisation with published forms, laid directly into the database, and its staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.delivery.administration import Administration
from examsvc.services import Services, campaigns
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import Session, database_now
from examsvc.store import accounts as account_store
from examsvc.store import campaigns as campaign_store
from examsvc.store import rooms as room_store
from examsvc.store.models import (
    AdministrationRow,
    AssemblyRunRow,
    BlueprintRow,
    CalibrationRow,
    FormItemRow,
    FormRow,
    FormSectionRow,
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PositionRow,
    TopicRow,
    UserRow,
)
from examsvc.store.rows import get_row
from tests.integration.laid_items import Made, lay_item

Cut = tuple[int, int | None]  # items of a section, and its limit in seconds where it has one

AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
STAFF = {
    "manager": Role.EXAM_MANAGER,
    "chairman": Role.CHAIRMAN,
    "proctor": Role.PROCTOR,
    "auditor": Role.AUDITOR,
    "author": Role.AUTHOR,
}
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Quang Cường", "Phạm Thu Dung", "Hoàng Minh Đức", "Vũ Hải Yến")


@dataclass(frozen=True, slots=True)
class Laid:
    """What the tests name: the staff, the officers' accounts by region, the blueprint, the scale."""

    staff: dict[str, Actor]
    officers: tuple[Actor, ...]
    blueprint_id: int
    level_scale_id: int
    topic_id: int
    item_version_ids: tuple[int, ...]

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.staff[name]
        except KeyError:
            raise AttributeError(name) from None


def lay_organisation(
    deps: Services,
    *,
    limit_s: int = 2700,
    n_items: int = 30,
    officers: tuple[int, int] = (5, 3),
    password: str | None = None,
    sections: Sequence[Cut] = (),
) -> Laid:
    """Staff, two regions with officers of GSQL, and an approved blueprint with two published forms.

    `sections` cuts both forms into Phần 1 / Part 1 and so on; they should hold all items, and limits add up.
    """
    secret = deps.passwords.hash(password) if password else None
    with deps.store.begin() as session:
        staff = {name: _user(session, name, frozenset({role}), secret=secret) for name, role in STAFF.items()}
        people = [
            lay_officer(session, region, number, secret)
            for region, n in zip(("I", "III"), officers, strict=True)
            for number in range(1, n + 1)
        ]
        scale = LevelScaleRow(
            code="CUSTOMS", version=1, name_vi="Thang 0–3", name_en="Scale 0–3", cut_percents=[50, 66, 83]
        )
        session.add(scale)
        session.flush()
        topic_id, versions = _lay_items(session, staff["author"].user_id, n_items)
        blueprint_id = _lay_forms(session, staff["manager"].user_id, limit_s, versions)
        _lay_sections(session, blueprint_id, sections)
        return Laid(staff, tuple(people), blueprint_id, scale.id, topic_id, tuple(versions))


def plan_campaign(
    deps: Services, laid: Laid, rooms: tuple[tuple[str, int], ...] = (("Phòng 201", 10),), code: str = "C1"
) -> tuple[int, int]:
    """A draft campaign with one administration an hour from now; returns both ids."""
    campaign_id = campaigns.create_campaign(
        deps, laid.manager, NewCampaign(code, "Kỳ thử", "Trial", "INTERNAL_CA", laid.level_scale_id)
    )
    new = NewAdministration(
        campaign_id, f"{code}-GSQL", laid.blueprint_id, now_of(deps) + timedelta(hours=1), rooms
    )
    return campaign_id, campaigns.add_administration(deps, laid.manager, new)


def approved_room(deps: Services, laid: Laid, **plan: object) -> tuple[int, int, list[int]]:
    """An approved administration with everybody on its roster: its id, its first room, the sittings there."""
    campaign_id, administration_id = plan_campaign(deps, laid, **plan)
    campaigns.fill_roster(deps, laid.manager, administration_id)
    campaigns.approve_campaign(deps, laid.chairman, campaign_id)
    with deps.store.read() as session:
        exam_room = campaign_store.list_rooms(session, administration_id)[0][0]
        sittings = [facts.sitting.id for facts in room_store.list_seats(session, exam_room.id)]
    return administration_id, exam_room.id, sittings


def move_start(deps: Services, administration_id: int, ago_s: float) -> None:
    """Let the common start have been `ago_s` seconds ago: tests wait for no clock."""
    with deps.store.begin() as session:
        row = get_row(session, AdministrationRow, administration_id, lock=True)
        row.starts_at = database_now(session) - timedelta(seconds=ago_s)
        row.window_ends_at = Administration(row.starts_at, row.limit_s).window_ends_at


def now_of(deps: Services) -> datetime:
    """The database's clock."""
    with deps.store.read() as session:
        return database_now(session)


def _user(
    session: Session,
    username: str,
    roles: frozenset[Role],
    *,
    secret: str | None,
    officer_id: int | None = None,
) -> Actor:
    row = UserRow(
        username=username,
        display_name=username.title(),
        password_hash=secret,
        locale="vi",
        officer_id=officer_id,
        created_at=AT,
    )
    session.add(row)
    session.flush()
    account_store.set_roles(session, row.id, roles)
    return Actor(row.id, username, row.display_name, roles, officer_id=officer_id)


def lay_officer(session: Session, region: str, number: int, secret: str | None) -> Actor:
    """An officer of GSQL in a region, and the account that sits the exam."""
    unit = session.query(OrganisationUnitRow).filter_by(code=f"KV{region}").one_or_none()
    if unit is None:
        unit = OrganisationUnitRow(
            code=f"KV{region}",
            name_vi=f"Chi cục Hải quan khu vực {region}",
            name_en=f"Regional sub-department {region}",
            kind="region",
            region=region,
            valid_from=date(2025, 3, 1),
        )
        session.add(unit)
        session.flush()
    row = OfficerRow(
        code=f"{region}-{number:03d}",
        full_name=NAMES[(number + len(region)) % len(NAMES)],
        unit_id=unit.id,
        position_code="GSQL",
        appointed_on=date(2020, 1, 1),
    )
    session.add(row)
    session.flush()
    return _user(
        session, f"officer-{row.code.lower()}", frozenset({Role.OFFICER}), secret=secret, officer_id=row.id
    )


def _lay_items(session: Session, author_id: int, n_items: int) -> tuple[int, list[int]]:
    topic = TopicRow(code="T01", name_vi="Thủ tục hải quan", name_en="Procedures")
    session.add(topic)
    session.flush()
    versions = []
    for number in range(1, n_items + 1):
        stem = f"<p>Câu hỏi thử số {number}?</p>"
        version = lay_item(session, f"T01-{number:03d}", topic.id, Made(author_id, AT), stem=stem)
        versions.append(version.id)
    return topic.id, versions


def _lay_forms(session: Session, manager_id: int, limit_s: int, versions: list[int]) -> int:
    position = PositionRow(
        code="GSQL",
        version=1,
        name_vi="Kiểm tra viên về giám sát quản lý hải quan",
        name_en="Customs supervision inspector",
        created_at=AT,
    )
    calibration = CalibrationRow(
        code="JUDGED-1",
        method="judgement",
        model="2PL",
        state="adopted",
        n_persons=0,
        n_items=len(versions),
        summary={},
        checksum="0" * 64,
        created_by=manager_id,
        created_at=AT,
    )
    session.add_all([position, calibration])
    session.flush()
    blueprint = BlueprintRow(
        position_id=position.id,
        version=1,
        state="approved",
        n_items=len(versions),
        limit_s=limit_s,
        created_by=manager_id,
        created_at=AT,
    )
    session.add(blueprint)
    session.flush()
    run = AssemblyRunRow(
        blueprint_id=blueprint.id,
        calibration_id=calibration.id,
        seed=1,
        n_forms=2,
        max_overlap=len(versions),
        status="optimal",
        certificate={},
        checksum="0" * 64,
        created_by=manager_id,
        created_at=AT,
    )
    session.add(run)
    session.flush()
    for code, order in (("GSQL-A", versions), ("GSQL-B", versions[::-1])):
        form = FormRow(
            code=code,
            blueprint_id=blueprint.id,
            assembly_run_id=run.id,
            state="published",
            checksum=code.rjust(64, "0"),
            created_at=AT,
        )
        session.add(form)
        session.flush()
        session.add_all(
            FormItemRow(form_id=form.id, ordinal=ordinal, item_version_id=version_id)
            for ordinal, version_id in enumerate(order, start=1)
        )
    return blueprint.id


def _lay_sections(session: Session, blueprint_id: int, sections: Sequence[Cut]) -> None:
    for form in session.query(FormRow).filter_by(blueprint_id=blueprint_id):
        first_item = 1
        for ordinal, (n_items, limit_s) in enumerate(sections, start=1):
            session.add(
                FormSectionRow(
                    form_id=form.id,
                    ordinal=ordinal,
                    first_item=first_item,
                    name_vi=f"Phần {ordinal}",
                    name_en=f"Part {ordinal}",
                    limit_s=limit_s,
                )
            )
            first_item += n_items
