"""Queries about the organisation, its positions and its officers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.positions.framework import Competency, Position, Requirement, Topic, TopicShare
from examsvc.positions.organisation import Officer, Unit
from examsvc.positions.workbook import HrContent, KnownCodes
from examsvc.store.models import (
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
    UserRow,
)
from examsvc.store.topics import list_topics


@dataclass(frozen=True, slots=True)
class PositionRows:
    """A version of a position with what it requires."""

    position: PositionRow
    requirements: list[tuple[RequirementRow, CompetencyRow]]
    weights: list[tuple[TopicWeightRow, TopicRow]]


def lock_imports(session: Session) -> None:
    """Let one import at a time through; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE people_import IN SHARE ROW EXCLUSIVE MODE"))


def list_units(session: Session) -> list[OrganisationUnitRow]:
    """Every unit, by code."""
    return list(session.scalars(sa.select(OrganisationUnitRow).order_by(OrganisationUnitRow.code)))


def list_competencies(session: Session) -> list[CompetencyRow]:
    """Every competency, the common ones last, as the framework prints them."""
    rows = session.scalars(sa.select(CompetencyRow)).all()
    return sorted(rows, key=lambda row: (not row.code.startswith("CM"), row.code))


def list_positions(session: Session) -> list[PositionRow]:
    """The version in force of every position, by code."""
    newest = (
        sa.select(PositionRow.code, sa.func.max(PositionRow.version).label("version"))
        .group_by(PositionRow.code)
        .subquery()
    )
    query = (
        sa.select(PositionRow)
        .join(newest, sa.and_(PositionRow.code == newest.c.code, PositionRow.version == newest.c.version))
        .order_by(PositionRow.code)
    )
    return list(session.scalars(query))


def list_position_versions(session: Session, code: str) -> list[PositionRow]:
    """All versions of a position, newest first."""
    query = sa.select(PositionRow).where(PositionRow.code == code).order_by(PositionRow.version.desc())
    return list(session.scalars(query))


def get_position_rows(session: Session, position: PositionRow) -> PositionRows:
    """The requirements and topic weights of one version."""
    requirements = session.execute(
        sa.select(RequirementRow, CompetencyRow)
        .join(CompetencyRow, CompetencyRow.id == RequirementRow.competency_id)
        .where(RequirementRow.position_id == position.id)
    ).all()
    weights = session.execute(
        sa.select(TopicWeightRow, TopicRow)
        .join(TopicRow, TopicRow.id == TopicWeightRow.topic_id)
        .where(TopicWeightRow.position_id == position.id)
        .order_by(TopicRow.code)
    ).all()
    ordered = sorted(requirements, key=lambda pair: (not pair[1].code.startswith("CM"), pair[1].code))
    return PositionRows(position, [(row, of) for row, of in ordered], [(row, of) for row, of in weights])


def list_requirements(session: Session, position_ids: Iterable[int]) -> list[RequirementRow]:
    """The requirements of several position versions."""
    return list(
        session.scalars(sa.select(RequirementRow).where(RequirementRow.position_id.in_(list(position_ids))))
    )


def list_weights(session: Session, position_ids: Iterable[int]) -> list[TopicWeightRow]:
    """The topic weights of several position versions."""
    return list(
        session.scalars(sa.select(TopicWeightRow).where(TopicWeightRow.position_id.in_(list(position_ids))))
    )


def list_competency_topics(session: Session) -> list[CompetencyTopicRow]:
    """Which competency each topic belongs to."""
    return list(session.scalars(sa.select(CompetencyTopicRow)))


def list_officers(session: Session, unit_ids: Iterable[int] | None = None) -> list[OfficerRow]:
    """Officers of these units (of all units when None), by code."""
    query = sa.select(OfficerRow).order_by(OfficerRow.code)
    if unit_ids is not None:
        query = query.where(OfficerRow.unit_id.in_(list(unit_ids)))
    return list(session.scalars(query))


def count_officers_by_unit(session: Session) -> dict[int, int]:
    """How many officers serve in each unit itself."""
    query = sa.select(OfficerRow.unit_id, sa.func.count()).group_by(OfficerRow.unit_id)
    return {row[0]: row[1] for row in session.execute(query)}


def count_officers_by_position(session: Session) -> dict[str, int]:
    """How many officers hold each position."""
    query = sa.select(OfficerRow.position_code, sa.func.count()).group_by(OfficerRow.position_code)
    return {row[0]: row[1] for row in session.execute(query)}


def list_users_of(session: Session, officer_ids: Iterable[int]) -> list[UserRow]:
    """The accounts of these officers."""
    return list(session.scalars(sa.select(UserRow).where(UserRow.officer_id.in_(list(officer_ids)))))


def list_imports(session: Session, limit: int) -> list[tuple[PeopleImportRow, str]]:
    """The latest imports with who made them, newest first."""
    query = (
        sa.select(PeopleImportRow, UserRow.display_name)
        .join(UserRow, UserRow.id == PeopleImportRow.created_by)
        .order_by(PeopleImportRow.id.desc())
        .limit(limit)
    )
    return [(row, name) for row, name in session.execute(query)]


def find_level_scale(session: Session, code: str, version: int) -> LevelScaleRow | None:
    """A version of a level scale."""
    query = sa.select(LevelScaleRow).where(LevelScaleRow.code == code, LevelScaleRow.version == version)
    return session.scalars(query).one_or_none()


def remove_topic_owners(session: Session, competency_ids: list[int], topic_ids: list[int]) -> None:
    """Make room for what these competencies own from now on."""
    session.execute(
        sa.delete(CompetencyTopicRow).where(
            CompetencyTopicRow.competency_id.in_(competency_ids) | CompetencyTopicRow.topic_id.in_(topic_ids)
        )
    )


def read_known_codes(session: Session, highest_level: int) -> KnownCodes:
    """What a file may refer to without repeating it, and which officer numbers it may not use."""
    units = list_units(session)
    codes = {unit.id: unit.code for unit in units}
    staff = session.scalars(sa.select(UserRow.username).where(UserRow.officer_id.is_(None)))
    return KnownCodes(
        units=frozenset(codes.values()),
        positions=frozenset(session.scalars(sa.select(PositionRow.code))),
        topics=frozenset(session.scalars(sa.select(TopicRow.code))),
        competencies=frozenset(session.scalars(sa.select(CompetencyRow.code))),
        unit_parents={unit.code: codes.get(unit.parent_id or 0) for unit in units},
        highest_level=highest_level,
        taken_numbers=frozenset(username.upper() for username in staff),
    )


def read_content(session: Session) -> HrContent:
    """Everything known, in the words of the HR office's workbook."""
    positions = list_positions(session)
    units = {row.id: row for row in list_units(session)}
    topics = {row.id: row for row in list_topics(session)}
    competencies = {row.id: row for row in list_competencies(session)}
    owned: dict[int, list[str]] = {}
    for row in list_competency_topics(session):
        owned.setdefault(row.competency_id, []).append(topics[row.topic_id].code)
    codes = {row.id: row.code for row in positions}
    return HrContent(
        units=tuple(_unit(row, units) for row in units.values()),
        positions=tuple(Position(row.code, row.name_vi, row.name_en) for row in positions),
        topics=tuple(Topic(row.code, row.name_vi, row.name_en) for row in topics.values()),
        competencies=tuple(
            Competency(row.code, row.name_vi, row.name_en, tuple(sorted(owned.get(row.id, []))))
            for row in competencies.values()
        ),
        requirements=tuple(
            Requirement(
                codes[row.position_id],
                competencies[row.competency_id].code,
                row.level,
                row.weight,
                row.critical,
            )
            for row in list_requirements(session, codes)
        ),
        shares=tuple(
            TopicShare(codes[row.position_id], topics[row.topic_id].code, row.n_items)
            for row in list_weights(session, codes)
        ),
        officers=tuple(
            Officer(
                row.code,
                row.full_name,
                units[row.unit_id].code,
                row.position_code,
                row.appointed_on,
                row.email or "",
            )
            for row in list_officers(session)
        ),
    )


def _unit(row: OrganisationUnitRow, units: dict[int, OrganisationUnitRow]) -> Unit:
    parent = units[row.parent_id].code if row.parent_id is not None else None
    return Unit(row.code, row.name_vi, row.name_en, parent, row.kind, row.region or "", row.valid_from)
