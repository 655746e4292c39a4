"""Queries about assignments: who owes what, what is written for it, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.errors import NotFound
from examsvc.store.models import (
    DeadlineChangeRow,
    ItemAssignmentRow,
    ItemRow,
    ItemVersionRow,
    OrganisationUnitRow,
    TopicRow,
    UserRoleRow,
    UserRow,
)
from item_bank.assignments import Quota, Reach, Tally, reach, standing
from item_bank.lifecycle import State


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """An assignment with the names around it; `unit` is None for an author of no unit."""

    row: ItemAssignmentRow
    topic: TopicRow
    author_name: str
    unit: OrganisationUnitRow | None
    made_by_name: str
    ended_by_name: str | None


@dataclass(frozen=True, slots=True)
class PossibleAuthor:
    """An active account that writes items, and its unit."""

    user_id: int
    name: str
    unit: OrganisationUnitRow | None


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """An item written for an assignment, by its newest version."""

    version_id: int
    code: str
    version: int
    state: str
    handed_in_on: date | None


# generated from the rule itself, so that SQL and the pure function cannot part
_REACH = sa.case(
    *(
        (
            sa.and_(
                ItemVersionRow.state.in_(
                    [state.value for state in State if reach(state, appraised=appraised) is value]
                ),
                ItemVersionRow.appraised_at.is_not(None)
                if appraised
                else ItemVersionRow.appraised_at.is_(None),
            ),
            int(value),
        )
        for value in reversed(Reach)
        for appraised in (True, False)
    ),
    else_=int(Reach.NOWHERE),
)


def tallies(session: Session, assignment_ids: Collection[int] | None = None) -> dict[int, list[Tally]]:
    """Assignment → how its items stand, counted by the database; None asks for all of them.

    Whatever came in time counts as come on the last day: nobody asks by how much, and few rows come back.
    """
    day = sa.case(
        (ItemRow.handed_in_on < ItemAssignmentRow.due_on, ItemAssignmentRow.due_on),
        else_=ItemRow.handed_in_on,
    )
    by_item = (
        sa.select(ItemRow.assignment_id, day.label("day"), sa.func.max(_REACH).label("reach"))
        .join(ItemAssignmentRow, ItemAssignmentRow.id == ItemRow.assignment_id)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .group_by(ItemRow.id, ItemRow.assignment_id, ItemRow.handed_in_on, ItemAssignmentRow.due_on)
    )
    if assignment_ids is not None:
        by_item = by_item.where(ItemRow.assignment_id.in_(sorted(assignment_ids)))
    item = by_item.subquery()
    grouping = (item.c.assignment_id, item.c.reach, item.c.day)
    counted = sa.select(*grouping, sa.func.count()).group_by(*grouping)
    found: dict[int, list[Tally]] = {}
    for assignment_id, farthest, handed_in_on, n_items in session.execute(counted):
        tally = Tally(standing(Reach(farthest), handed_in_on), handed_in_on, n_items)
        found.setdefault(assignment_id, []).append(tally)
    return found


def list_assignments(session: Session, author_id: int | None = None) -> list[AssignmentLine]:
    """All assignments, or one author's, those due first at the top."""
    query = _lines().order_by(ItemAssignmentRow.due_on, ItemAssignmentRow.id)
    if author_id is not None:
        query = query.where(ItemAssignmentRow.author_id == author_id)
    return [AssignmentLine(*row) for row in session.execute(query)]


def get_assignment(session: Session, assignment_id: int) -> AssignmentLine:
    """One assignment with the names around it. Raises NotFound."""
    row = session.execute(_lines().where(ItemAssignmentRow.id == assignment_id)).one_or_none()
    if row is None:
        raise NotFound(ItemAssignmentRow.__tablename__, assignment_id)
    return AssignmentLine(*row)


def _lines() -> sa.Select[ItemAssignmentRow, TopicRow, str, OrganisationUnitRow | None, str, str | None]:
    author, maker, ender = aliased(UserRow), aliased(UserRow), aliased(UserRow)
    return (
        sa.select(
            ItemAssignmentRow,
            TopicRow,
            author.display_name,
            OrganisationUnitRow,
            maker.display_name,
            ender.display_name,
        )
        .join(TopicRow, TopicRow.id == ItemAssignmentRow.topic_id)
        .join(author, author.id == ItemAssignmentRow.author_id)
        .join(maker, maker.id == ItemAssignmentRow.made_by)
        .outerjoin(ender, ender.id == ItemAssignmentRow.ended_by)
        .outerjoin(OrganisationUnitRow, OrganisationUnitRow.id == ItemAssignmentRow.unit_id)
    )


def list_deadline_changes(session: Session, assignment_id: int) -> list[tuple[DeadlineChangeRow, str]]:
    """How the deadline moved, newest first, with who moved it."""
    query = (
        sa.select(DeadlineChangeRow, UserRow.display_name)
        .join(UserRow, UserRow.id == DeadlineChangeRow.changed_by)
        .where(DeadlineChangeRow.assignment_id == assignment_id)
        .order_by(DeadlineChangeRow.id.desc())
    )
    return [(row, name) for row, name in session.execute(query)]


def list_written(session: Session, assignment_id: int) -> list[WrittenItem]:
    """The items written for an assignment, by code."""
    newest = (
        sa.select(ItemVersionRow.item_id, sa.func.max(ItemVersionRow.version).label("version"))
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.assignment_id == assignment_id)
        .group_by(ItemVersionRow.item_id)
        .subquery()
    )
    query = (
        sa.select(
            ItemVersionRow.id,
            ItemRow.code,
            ItemVersionRow.version,
            ItemVersionRow.state,
            ItemRow.handed_in_on,
        )
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(
            newest,
            sa.and_(newest.c.item_id == ItemRow.id, newest.c.version == ItemVersionRow.version),
        )
        .order_by(ItemRow.code)
    )
    return [WrittenItem(*row) for row in session.execute(query)]


def open_quotas(session: Session, author_id: int) -> list[Quota]:
    """What an author may still write for; `left` is what no item of his has been begun for."""
    query = (
        sa.select(ItemAssignmentRow, TopicRow.code)
        .join(TopicRow, TopicRow.id == ItemAssignmentRow.topic_id)
        .where(ItemAssignmentRow.author_id == author_id, ItemAssignmentRow.ending.is_(None))
        .order_by(ItemAssignmentRow.due_on, ItemAssignmentRow.id)
    )
    rows = [(row, topic) for row, topic in session.execute(query)]
    found = tallies(session, [row.id for row, _topic in rows]) if rows else {}
    return [
        Quota(row.id, topic, row.cognitive_level, row.due_on, row.n_items - _begun(found.get(row.id, [])))
        for row, topic in rows
    ]


def _begun(counted: list[Tally]) -> int:
    return sum(tally.n_items for tally in counted if tally.standing is not standing(Reach.NOWHERE, None))


def list_possible_authors(session: Session) -> list[PossibleAuthor]:
    """Everybody an assignment can be made to, by unit and name."""
    query = (
        sa.select(UserRow.id, UserRow.display_name, OrganisationUnitRow)
        .join(UserRoleRow, UserRoleRow.user_id == UserRow.id)
        .outerjoin(OrganisationUnitRow, OrganisationUnitRow.id == UserRow.unit_id)
        .where(UserRoleRow.role == "author", UserRow.active)
        .order_by(OrganisationUnitRow.code, UserRow.display_name)
    )
    return [PossibleAuthor(*row) for row in session.execute(query)]


def find_twin(session: Session, wanted: ItemAssignmentRow) -> int | None:
    """An open assignment that asks the same of the same author by the same day."""
    alike = ("author_id", "topic_id", "cognitive_level", "n_items", "due_on", "legal_basis")
    query = (
        sa.select(ItemAssignmentRow.id)
        .where(ItemAssignmentRow.ending.is_(None))
        .where(
            *(getattr(ItemAssignmentRow, name).is_not_distinct_from(getattr(wanted, name)) for name in alike)
        )
        .limit(1)
    )
    return session.scalars(query).one_or_none()
