"""Writing what a people file changes, inside the import's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from examsvc.accounts.roles import Role
from examsvc.positions.changes import Changes, PositionChange
from examsvc.positions.framework import Competency, Topic
from examsvc.positions.organisation import Officer, Unit
from examsvc.store import Session, people
from examsvc.store.models import (
    CompetencyRow,
    CompetencyTopicRow,
    OfficerRow,
    OrganisationUnitRow,
    PositionRow,
    RequirementRow,
    TopicRow,
    TopicWeightRow,
    UserRoleRow,
    UserRow,
)
from examsvc.store.topics import list_topics

Named = TypeVar("Named", TopicRow, CompetencyRow)


def write_changes(session: Session, changes: Changes, now: datetime) -> None:
    """Write everything; references are resolved by code, so the order is from the bottom up."""
    units = _write_units(session, changes.units)
    topics = {row.code: row for row in list_topics(session)}
    _write_named(session, TopicRow, topics, changes.topics)
    competencies = {row.code: row for row in people.list_competencies(session)}
    _write_named(session, CompetencyRow, competencies, changes.competencies)
    _write_topic_owners(session, changes.competencies, competencies, topics)
    in_force = {row.code: row for row in people.list_positions(session)}
    for change in changes.positions:
        row = _write_position(session, change, in_force.get(change.position.code), now)
        if change.is_new_version:
            _write_sets(session, change, row.id, competencies, topics)
    _write_officers(session, changes.officers, units, now)


def _write_units(session: Session, units: tuple[Unit, ...]) -> dict[str, OrganisationUnitRow]:
    rows = {row.code: row for row in people.list_units(session)}
    for unit in units:
        row = rows.get(unit.code)
        if row is None:
            row = rows[unit.code] = OrganisationUnitRow(code=unit.code)
            session.add(row)
        row.name_vi, row.name_en = unit.name, unit.name_en
        row.kind, row.region = unit.kind, unit.region or None
        if unit.effective_from is not None:
            row.valid_from = unit.effective_from
    session.flush()  # a superior unit may stand below its subordinates in the file
    for unit in units:
        rows[unit.code].parent_id = rows[unit.parent].id if unit.parent else None
    session.flush()
    return rows


def _write_named(
    session: Session, kind: type[Named], rows: dict[str, Named], records: tuple[Topic | Competency, ...]
) -> None:
    for record in records:
        row = rows.get(record.code)
        if row is None:
            row = rows[record.code] = kind(code=record.code)
            session.add(row)
        row.name_vi, row.name_en = record.name, record.name_en
    session.flush()


def _write_topic_owners(
    session: Session,
    changed: tuple[Competency, ...],
    competencies: dict[str, CompetencyRow],
    topics: dict[str, TopicRow],
) -> None:
    pairs = [(competencies[each.code].id, topics[topic].id) for each in changed for topic in each.topics]
    people.remove_topic_owners(
        session, [competencies[each.code].id for each in changed], [topic for _, topic in pairs]
    )
    session.add_all(
        CompetencyTopicRow(competency_id=competency, topic_id=topic) for competency, topic in pairs
    )
    session.flush()


def _write_position(
    session: Session, change: PositionChange, in_force: PositionRow | None, now: datetime
) -> PositionRow:
    """A corrected name stays in the version; another requirement or weight makes the next version."""
    row = in_force
    if row is None or change.is_new_version:
        row = PositionRow(
            code=change.position.code, version=1 if in_force is None else in_force.version + 1, created_at=now
        )
        session.add(row)
    row.name_vi, row.name_en = change.position.name, change.position.name_en
    session.flush()
    return row


def _write_sets(
    session: Session,
    change: PositionChange,
    position_id: int,
    competencies: dict[str, CompetencyRow],
    topics: dict[str, TopicRow],
) -> None:
    session.add_all(
        RequirementRow(
            position_id=position_id,
            competency_id=competencies[requirement.competency].id,
            level=requirement.level,
            weight=requirement.weight,
            critical=requirement.is_critical,
        )
        for requirement in change.requirements
    )
    session.add_all(
        TopicWeightRow(position_id=position_id, topic_id=topics[share.topic].id, n_items=share.items_of_60)
        for share in change.shares
    )
    session.flush()


def _write_officers(
    session: Session, officers: tuple[Officer, ...], units: dict[str, OrganisationUnitRow], now: datetime
) -> None:
    """Officers, and for each new one an account without a password: nobody can log in with it yet."""
    rows = {row.code: row for row in people.list_officers(session)} if officers else {}
    moved: list[OfficerRow] = []
    new: list[OfficerRow] = []
    for officer in officers:
        row = rows.get(officer.number)
        if row is None:
            row = OfficerRow(code=officer.number)
            new.append(row)
        else:
            moved.append(row)
        row.full_name, row.email = officer.name, officer.email or None
        row.unit_id, row.position_code = units[officer.unit].id, officer.position
        if officer.appointed_on is not None:
            row.appointed_on = officer.appointed_on
    session.add_all(new)
    session.flush()
    for user in people.list_users_of(session, [row.id for row in moved]):
        user.display_name = next(row.full_name for row in moved if row.id == user.officer_id)
    users = [
        UserRow(username=row.code.lower(), display_name=row.full_name, officer_id=row.id, created_at=now)
        for row in new
    ]
    session.add_all(users)
    session.flush()
    session.add_all(UserRoleRow(user_id=user.id, role=Role.OFFICER.value) for user in users)
    session.flush()
