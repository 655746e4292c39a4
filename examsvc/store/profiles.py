"""Queries about the evidence in competency profiles, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.profiles.evidence import Evidence
from examsvc.results.release import WITHDRAWN
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    CompetencyRow,
    EvidenceRow,
    FormRow,
    OfficerRow,
    PositionRow,
    ResultRow,
    SittingRow,
)


@dataclass(frozen=True, slots=True)
class Source:
    """The exam that a piece of evidence came from."""

    campaign: CampaignRow
    administration_code: str
    form_code: str
    candidate_number: str
    position: PositionRow
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A piece of evidence with its competency and source."""

    row: EvidenceRow
    competency: CompetencyRow
    source: Source
    is_withdrawn: bool


def list_entries(session: Session, officer_id: int) -> list[ProfileEntry]:
    """All evidence of one officer, newest first."""
    query = (
        sa.select(
            EvidenceRow,
            CompetencyRow,
            PositionRow,
            CampaignRow,
            AdministrationRow,
            FormRow,
            CandidateRow,
            SittingRow,
        )
        .add_columns(ResultRow.state)
        .join(CompetencyRow, CompetencyRow.id == EvidenceRow.competency_id)
        .join(PositionRow, PositionRow.id == EvidenceRow.position_id)
        .join(ResultRow, ResultRow.id == EvidenceRow.result_id)
        .join(SittingRow, SittingRow.id == ResultRow.sitting_id)
        .join(FormRow, FormRow.id == SittingRow.form_id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(EvidenceRow.officer_id == officer_id)
        .order_by(EvidenceRow.created_at.desc(), CompetencyRow.code)
    )
    entries = []
    for (
        row,
        competency,
        position,
        campaign,
        administration,
        form,
        candidate,
        sitting,
        state,
    ) in session.execute(query):
        source = Source(
            campaign, administration.code, form.code, candidate.number, position, sitting.submitted_at
        )
        entries.append(ProfileEntry(row, competency, source, state in WITHDRAWN))
    return entries


def as_evidence(entry: ProfileEntry) -> Evidence:
    """The entry as the pure stage judges it."""
    row = entry.row
    return Evidence(
        id=str(row.id),
        officer_id=str(row.officer_id),
        competency=entry.competency.code,
        level=row.level if row.sufficient else None,
        level_probabilities=tuple(row.level_probabilities),
        theta=row.theta,
        se=row.se,
        n_items=row.n_items,
        released_at=row.created_at,
        result_id=str(row.result_id),
        # The result's state tells that it was withdrawn; the audit chain tells when.
        withdrawn_at=row.created_at if entry.is_withdrawn else None,
    )


def list_levels(session: Session, unit_ids: Iterable[int]) -> dict[int, list[Evidence]]:
    """What a gap matrix needs of the officers in these units, by officer: columns only, no provenance."""
    query = (
        sa.select(
            EvidenceRow.id,
            EvidenceRow.officer_id,
            CompetencyRow.code,
            EvidenceRow.level,
            EvidenceRow.sufficient,
            EvidenceRow.n_items,
            EvidenceRow.created_at,
            EvidenceRow.result_id,
        )
        .join(CompetencyRow, CompetencyRow.id == EvidenceRow.competency_id)
        .join(OfficerRow, OfficerRow.id == EvidenceRow.officer_id)
        .join(ResultRow, ResultRow.id == EvidenceRow.result_id)
        .where(OfficerRow.unit_id.in_(list(unit_ids)), ResultRow.state.not_in(WITHDRAWN))
    )
    found: dict[int, list[Evidence]] = {}
    for id_, officer_id, competency, level, sufficient, n_items, created_at, result_id in session.execute(
        query
    ):
        evidence = Evidence(
            id=str(id_),
            officer_id=str(officer_id),
            competency=competency,
            level=level if sufficient else None,
            level_probabilities=(),
            theta=None,
            se=None,
            n_items=n_items,
            released_at=created_at,
            result_id=str(result_id),
        )
        found.setdefault(officer_id, []).append(evidence)
    return found
