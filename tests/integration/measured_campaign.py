"""A finished campaign with simulated responses, laid directly into the database: five forms, 260 sittings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.store import Session
from examsvc.store import accounts as account_store
from examsvc.store.models import (
    AdministrationRow,
    AssemblyRunRow,
    BlueprintRow,
    CalibrationRow,
    CampaignRow,
    CandidateRow,
    CompetencyRow,
    CompetencyTopicRow,
    CurrentResponseRow,
    ExamRoomRow,
    FormItemRow,
    FormRow,
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PositionRow,
    SittingRow,
    TopicRow,
    UserRow,
)
from scoring import ItemParams, simulate_responses
from tests.integration.laid_items import Made, lay_item
from tests.integration.snapshots import after

AT = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
OPTIONS = "ABCD"
N_FORMS, PER_FORM, STEP, N_SITTINGS = 5, 20, 8, 260
N_ITEMS = STEP * (N_FORMS - 1) + PER_FORM
REVERSED = 26  # this item's key is wrong: the abler choose another option
N_APPROVED = 3  # these are not operational yet
STAFF = {
    "author": Role.AUTHOR,
    "manager": Role.EXAM_MANAGER,
    "examiner": Role.EXAMINER,
    "second": Role.EXAMINER,
    "chairman": Role.CHAIRMAN,
    "auditor": Role.AUDITOR,
}
COMPETENCIES = {"CM01": ("T01",), "CM02": ("T02", "T04"), "CM03": ("T03",)}
TOPICS = ("T01", "T02", "T03", "T04")
SURNAME = "Nguyễn Văn Bí-mật"  # no examiner may read it


@dataclass(frozen=True, slots=True)
class Measured:
    """What the tests name: staff, campaign, and the truth behind the responses by sitting."""

    staff: dict[str, Actor]
    campaign_id: int
    version_ids: tuple[int, ...]
    sitting_ids: tuple[int, ...]
    theta: tuple[float, ...]
    sittings_by_item: dict[int, int]


def right_option(place: int) -> str:
    """The option that is right in truth."""
    return OPTIONS[place % 4]


def lay_measured_campaign(deps: Services, *, password: str | None = None) -> Measured:
    """Every sitting submitted, nothing calibrated or scored yet."""
    return after(deps.store, f"laid, password {password}", lambda: _lay(deps, password))


def _lay(deps: Services, password: str | None) -> Measured:
    secret = deps.passwords.hash(password) if password else None
    rng = np.random.default_rng(20260301)
    with deps.store.begin() as session:
        staff = {name: lay_user(session, name, role, secret) for name, role in STAFF.items()}
        topics = lay_framework(session)
        versions = _lay_items(session, staff["author"].user_id, topics)
        campaign, administration, forms = lay_campaign(session, staff["manager"].user_id, versions)
        theta = rng.normal(size=N_SITTINGS)
        sittings = lay_sittings(session, administration, forms)
        _lay_responses(session, (sittings, versions), theta, rng)
        met = dict.fromkeys(range(N_ITEMS), 0)
        for number in range(N_SITTINGS):
            for place in places_of(number % N_FORMS):
                met[place] += 1
        return Measured(
            staff,
            campaign.id,
            tuple(versions),
            tuple(sitting.id for sitting in sittings),
            tuple(theta.tolist()),
            met,
        )


def places_of(form: int) -> range:
    return range(form * STEP, form * STEP + PER_FORM)


def lay_user(session: Session, username: str, role: Role, secret: str | None) -> Actor:
    row = UserRow(
        username=username, display_name=username.title(), password_hash=secret, locale="en", created_at=AT
    )
    session.add(row)
    session.flush()
    account_store.set_roles(session, row.id, frozenset({role}))
    return Actor(row.id, username, row.display_name, frozenset({role}))


def lay_framework(session: Session) -> dict[str, int]:
    topics = {
        code: TopicRow(code=code, name_vi=f"Chuyên đề {code}", name_en=f"Topic {code}") for code in TOPICS
    }
    session.add_all(topics.values())
    session.flush()
    for code, own in COMPETENCIES.items():
        competency = CompetencyRow(code=code, name_vi=f"Năng lực {code}", name_en=f"Competency {code}")
        session.add(competency)
        session.flush()
        session.add_all(
            CompetencyTopicRow(topic_id=topics[topic].id, competency_id=competency.id) for topic in own
        )
    return {code: row.id for code, row in topics.items()}


def _lay_items(session: Session, author_id: int, topics: dict[str, int]) -> list[int]:
    versions = []
    for place in range(N_ITEMS):
        topic = TOPICS[place % 4]
        version = lay_item(
            session,
            f"{topic}-{place:03d}",
            topics[topic],
            Made(author_id, AT),
            key=OPTIONS[(place + 1) % 4] if place == REVERSED else right_option(place),
            state="approved" if place < N_APPROVED else "operational",
            cognitive_level="apply",
            stem=f"<p>Câu {place}</p>",
            judged_share=0.6,
        )
        versions.append(version.id)
    return versions


def lay_campaign(
    session: Session, manager_id: int, versions: list[int]
) -> tuple[CampaignRow, AdministrationRow, list[FormRow]]:
    made: dict[str, Any] = {"created_by": manager_id, "created_at": AT}
    scale = LevelScaleRow(
        code="CUSTOMS", version=1, name_vi="Thang 0–3", name_en="Scale 0–3", cut_percents=[50, 66, 83]
    )
    position = PositionRow(
        code="GSQL",
        version=1,
        name_vi="Kiểm tra viên giám sát",
        name_en="Supervision inspector",
        created_at=AT,
    )
    judged = CalibrationRow(
        code="laid",
        method="judgement",
        model="2PL",
        state="rejected",
        n_persons=0,
        n_items=0,
        summary={"status": "JUDGED"},
        checksum="0" * 64,
        **made,
    )
    session.add_all([scale, position, judged])
    session.flush()
    blueprint = BlueprintRow(
        position_id=position.id, version=1, state="approved", n_items=PER_FORM, limit_s=1800, **made
    )
    campaign = CampaignRow(
        code="DG-2026-1",
        name_vi="Kỳ ĐGNL 2026 đợt 1",
        name_en="Assessment 2026, round 1",
        rule_pack_code="INTERNAL_CA",
        rule_pack_version=1,
        level_scale_id=scale.id,
        state="approved",
        **made,
    )
    session.add_all([blueprint, campaign])
    session.flush()
    run = AssemblyRunRow(
        blueprint_id=blueprint.id,
        calibration_id=judged.id,
        seed=1,
        n_forms=N_FORMS,
        max_overlap=PER_FORM,
        status="optimal",
        certificate={},
        checksum="0" * 64,
        **made,
    )
    administration = AdministrationRow(
        campaign_id=campaign.id,
        code="DG-2026-1-GSQL",
        blueprint_id=blueprint.id,
        state="ready",
        starts_at=AT,
        limit_s=1800,
        window_ends_at=AT + timedelta(hours=2),
        form_secret="0" * 64,
        **made,
    )
    session.add_all([run, administration])
    session.flush()
    forms = [_lay_form(session, (blueprint.id, run.id), number, versions) for number in range(N_FORMS)]
    return campaign, administration, forms


def _lay_form(session: Session, owner: tuple[int, int], number: int, versions: list[int]) -> FormRow:
    form = FormRow(
        code=f"GSQL-{number + 1}",
        blueprint_id=owner[0],
        assembly_run_id=owner[1],
        state="published",
        checksum=f"{number:x}".rjust(64, "f"),
        created_at=AT,
    )
    session.add(form)
    session.flush()
    session.add_all(
        FormItemRow(form_id=form.id, ordinal=ordinal, item_version_id=versions[place])
        for ordinal, place in enumerate(places_of(number), start=1)
    )
    return form


def lay_sittings(
    session: Session, administration: AdministrationRow, forms: list[FormRow]
) -> list[SittingRow]:
    unit = OrganisationUnitRow(
        code="KV1",
        name_vi="Khu vực I",
        name_en="Region I",
        kind="region",
        region="I",
        valid_from=date(2025, 3, 1),
    )
    room = ExamRoomRow(administration_id=administration.id, code="P1", name="Phòng 1", n_stations=300)
    session.add_all([unit, room])
    session.flush()
    officers = [
        OfficerRow(
            code=f"CB{number:04d}",
            full_name=f"{SURNAME} {number}",
            unit_id=unit.id,
            position_code="GSQL",
            appointed_on=date(2020, 1, 1),
        )
        for number in range(N_SITTINGS)
    ]
    session.add_all(officers)
    session.flush()
    candidates = [
        CandidateRow(
            administration_id=administration.id,
            officer_id=officer.id,
            exam_room_id=room.id,
            number=f"GSQL-{number:03d}",
            station=f"{number:03d}",
            form_id=forms[number % N_FORMS].id,
        )
        for number, officer in enumerate(officers)
    ]
    session.add_all(candidates)
    session.flush()
    sittings = [
        SittingRow(
            candidate_id=candidate.id,
            administration_id=administration.id,
            form_id=candidate.form_id,
            form_checksum=forms[number % N_FORMS].checksum,
            state="submitted",
            submitted_at=AT + timedelta(minutes=25),
        )
        for number, candidate in enumerate(candidates)
    ]
    session.add_all(sittings)
    session.flush()
    return sittings


def _lay_responses(
    session: Session, laid: tuple[list[SittingRow], list[int]], theta: Any, rng: np.random.Generator
) -> None:
    sittings, versions = laid
    truth = ItemParams.two_pl(rng.lognormal(0.25, 0.25, N_ITEMS), rng.normal(-0.3, 0.8, N_ITEMS))
    marks = simulate_responses(theta, truth, rng)
    wrong = rng.integers(1, 4, size=marks.shape)
    rows = []
    for number, sitting in enumerate(sittings):
        for place in places_of(number % N_FORMS):
            shift = 0 if marks[number, place] else int(wrong[number, place])
            rows.append(
                {
                    "sitting_id": sitting.id,
                    "item_version_id": versions[place],
                    "response": OPTIONS[(place + shift) % 4],
                    "epoch": 1,
                    "seq": place,
                    "flagged": False,
                    "struck": [],
                    "note": "",
                }
            )
    session.bulk_insert_mappings(CurrentResponseRow, rows)
