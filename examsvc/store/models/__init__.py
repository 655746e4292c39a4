"""The tables, one module per noun."""

from examsvc.store.models.accounts import LoginSessionRow, UserRoleRow, UserRow
from examsvc.store.models.assembly import AssemblyRunRow, BlueprintCellRow, BlueprintRow, FormItemRow, FormRow
from examsvc.store.models.audit import AuditEntryRow, AuditHeadRow
from examsvc.store.models.bank import (
    BankImportRow,
    CalibrationRow,
    ItemEnemyRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemReviewRow,
    ItemRow,
    ItemVersionRow,
)
from examsvc.store.models.delivery import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    CurrentResponseRow,
    ExamRoomRow,
    IncidentRow,
    ResponseEventRow,
    SittingRow,
    TimeAdjustmentRow,
)
from examsvc.store.models.jobs import JobRow
from examsvc.store.models.positions import (
    CompetencyRow,
    CompetencyTopicRow,
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PeopleImportRow,
    PositionRow,
    RequirementRow,
    TopicRow,
    TopicWeightRow,
)
from examsvc.store.models.results import CompetencyScoreRow, EvidenceRow, ResultRow, ScoreRow
from examsvc.store.types import Base

__all__ = [
    "AdministrationRow",
    "AssemblyRunRow",
    "AuditEntryRow",
    "AuditHeadRow",
    "BankImportRow",
    "Base",
    "BlueprintCellRow",
    "BlueprintRow",
    "CalibrationRow",
    "CampaignRow",
    "CandidateRow",
    "CompetencyRow",
    "CompetencyScoreRow",
    "CompetencyTopicRow",
    "CurrentResponseRow",
    "EvidenceRow",
    "ExamRoomRow",
    "FormItemRow",
    "FormRow",
    "IncidentRow",
    "ItemEnemyRow",
    "ItemKeyRow",
    "ItemParameterRow",
    "ItemReviewRow",
    "ItemRow",
    "ItemVersionRow",
    "JobRow",
    "LevelScaleRow",
    "LoginSessionRow",
    "OfficerRow",
    "OrganisationUnitRow",
    "PeopleImportRow",
    "PositionRow",
    "RequirementRow",
    "ResponseEventRow",
    "ResultRow",
    "ScoreRow",
    "SittingRow",
    "TimeAdjustmentRow",
    "TopicRow",
    "TopicWeightRow",
    "UserRoleRow",
    "UserRow",
]
