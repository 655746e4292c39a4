"""Staff who read profiles, and exams laid straight into the database that leave evidence in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.sample.organisation import WORKBOOK
from examsvc.services import Services, people
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.people import Upload
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
    EvidenceRow,
    ExamRoomRow,
    FormRow,
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PositionRow,
    ResultRow,
    ScoreRow,
    SittingRow,
    UserRow,
)

AT = datetime(2026, 5, 18, 2, 0, tzinfo=UTC)
SAMPLE = Upload("organisation.xlsx", WORKBOOK.read_bytes())


@dataclass(frozen=True, slots=True)
class Judged:
    """What an exam says of one competency."""

    level: int | None
    probabilities: tuple[float, ...]
    theta: float
    n_items: int


def staff(deps: Services, role: Role, unit: str | None = None, password: str | None = None) -> Actor:
    """A staff member, who may lead a unit."""
    with deps.store.read() as session:
        unit_id = session.scalar(sa.select(OrganisationUnitRow.id).where(OrganisationUnitRow.code == unit))
    name = f"{role.value}_{unit.lower()}" if unit else role.value
    user_id = add_user(deps, None, NewUser(name, name, frozenset({role}), password, unit_id=unit_id))
    with deps.store.read() as session:
        return account_store.actor_of(session, session.get_one(UserRow, user_id))


def load_sample(deps: Services) -> Actor:
    """The sample organisation, loaded by the HR office; returns the HR office."""
    hr = staff(deps, Role.HR)
    assert people.import_people(deps, hr, SAMPLE).is_sound
    return hr


def actor_named(deps: Services, username: str) -> Actor:
    """The account of this name."""
    with deps.store.read() as session:
        user = account_store.find_user(session, username)
        assert user is not None
        return account_store.actor_of(session, user)


def lay_exam(
    deps: Services, actor: Actor, position: str, judged: Mapping[str, Mapping[str, Judged]], days_ago: int = 0
) -> list[int]:
    """A released exam of one position: officer code → competency code → what was judged; the results' ids."""
    with deps.store.begin() as session:
        exam = _Exam(session, actor.user_id, position, AT - timedelta(days=days_ago))
        return [exam.result_of(officer, standings) for officer, standings in judged.items()]


class _Exam:
    """The rows between an officer and his evidence."""

    def __init__(self, session: Session, user_id: int, position: str, at: datetime) -> None:
        self.session, self.user_id, self.at = session, user_id, at
        self.name = f"{position}-{at:%Y%m%d}"
        scale = session.scalars(sa.select(LevelScaleRow)).one()
        self.position = session.scalars(
            sa.select(PositionRow).where(PositionRow.code == position).order_by(PositionRow.version.desc())
        ).first()
        by = {"created_by": user_id, "created_at": at}
        campaign = self._campaign(scale.id, by)
        blueprint = self._add(
            BlueprintRow(
                position_id=self.position.id,
                version=1 + session.query(BlueprintRow).count(),
                state="approved",
                n_items=30,
                limit_s=2700,
                **by,
            )
        )
        self.calibration = self._add(
            CalibrationRow(
                code=self.name,
                method="mml",
                model="2PL",
                state="adopted",
                n_persons=1,
                n_items=30,
                summary={},
                checksum=self.name,
                **by,
            )
        )
        run = self._add(
            AssemblyRunRow(
                blueprint_id=blueprint.id,
                calibration_id=self.calibration.id,
                seed=1,
                n_forms=1,
                max_overlap=0,
                status="optimal",
                certificate={},
                checksum=self.name,
                **by,
            )
        )
        self.form = self._add(
            FormRow(
                code=f"{self.name}-A",
                blueprint_id=blueprint.id,
                assembly_run_id=run.id,
                state="published",
                checksum=self.name,
                created_at=at,
            )
        )
        self.administration = self._add(
            AdministrationRow(
                campaign_id=campaign.id,
                code=self.name,
                blueprint_id=blueprint.id,
                state="closed",
                starts_at=at,
                limit_s=2700,
                window_ends_at=at,
                form_secret="00",
                **by,
            )
        )
        self.room = self._add(
            ExamRoomRow(administration_id=self.administration.id, code="P1", name="Phòng 1", n_stations=60)
        )

    def _campaign(self, scale_id: int, by: dict[str, object]) -> CampaignRow:
        code = f"DGNL-{self.at:%Y%m%d}"
        found = self.session.scalars(sa.select(CampaignRow).where(CampaignRow.code == code)).one_or_none()
        return found or self._add(
            CampaignRow(
                code=code,
                name_vi=f"Kỳ ĐGNL {self.at:%Y} đợt 1",
                name_en=f"Competency assessment {self.at:%Y}, round 1",
                rule_pack_code="INTERNAL_CA",
                rule_pack_version=1,
                level_scale_id=scale_id,
                state="closed",
                **by,
            )
        )

    def _add(self, row):
        self.session.add(row)
        self.session.flush()
        return row

    def result_of(self, officer_code: str, standings: Mapping[str, Judged]) -> int:
        officer = self.session.scalars(sa.select(OfficerRow).where(OfficerRow.code == officer_code)).one()
        candidate = self._add(
            CandidateRow(
                administration_id=self.administration.id,
                officer_id=officer.id,
                exam_room_id=self.room.id,
                number=officer_code,
                station="1",
                form_id=self.form.id,
            )
        )
        sitting = self._add(
            SittingRow(
                candidate_id=candidate.id,
                administration_id=self.administration.id,
                form_id=self.form.id,
                form_checksum=self.form.checksum,
                state="submitted",
                submitted_at=self.at,
            )
        )
        provenance = {
            "rule_pack": "INTERNAL_CA@1",
            "level_scale": "CUSTOMS_0_3@1",
            "blueprint": f"{self.position.code}@1",
            "form_checksum": self.form.checksum,
            "calibration": self.calibration.code,
        }
        score = self._add(
            ScoreRow(
                sitting_id=sitting.id,
                form_checksum=self.form.checksum,
                keys_checksum="0",
                calibration_id=self.calibration.id,
                number_correct=20,
                n_items=30,
                level_probabilities=[],
                cuts=[],
                provenance=provenance,
                rescored_equal=True,
                created_by=self.user_id,
                created_at=self.at,
            )
        )
        result = self._add(
            ResultRow(sitting_id=sitting.id, score_id=score.id, state="released", created_at=self.at)
        )
        competencies = {row.code: row.id for row in self.session.scalars(sa.select(CompetencyRow))}
        self.session.add_all(
            EvidenceRow(
                officer_id=officer.id,
                competency_id=competencies[code],
                result_id=result.id,
                position_id=self.position.id,
                kind="exam",
                n_items=judged.n_items,
                theta=judged.theta,
                se=0.35,
                level=judged.level,
                level_probabilities=list(judged.probabilities),
                sufficient=judged.level is not None,
                provenance=provenance,
                created_at=self.at + timedelta(hours=3),
            )
            for code, judged in standings.items()
        )
        return result.id


def judged_at(level: int | None, probabilities: Sequence[float] = (), n_items: int = 8) -> Judged:
    """Figures that fit a level; None: too few items."""
    if level is None:
        return Judged(None, tuple(probabilities), 0.1, 2)
    spread = probabilities or [0.8 if each == level else 0.2 / 3 for each in range(4)]
    return Judged(level, tuple(spread), level - 1.4, n_items)
