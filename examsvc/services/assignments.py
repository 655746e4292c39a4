"""Making, changing and ending assignments: the bank manager's part in getting items in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.services.audit import record_act, record_acts
from examsvc.services.bank_errors import AssignmentRefused
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date
from examsvc.store import Session, bank, database_now
from examsvc.store import assignments as store
from examsvc.store.models import DeadlineChangeRow, ItemAssignmentRow
from examsvc.store.rows import get_row
from examsvc.store.topics import list_topics
from item_bank.assignments import Ending
from item_bank.stem import plain_line, strip_invisible
from item_bank.taxonomy import CognitiveLevel

MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What the bank manager asks of one author or of several, each the same.

    `overdue_agreed` says that a date in the past is meant: what was agreed on paper is recorded as it was.
    """

    author_ids: tuple[int, ...]
    topic: str
    level: str  # empty: any
    n_items: int
    legal_basis: str
    due_on: date
    note: str = ""
    overdue_agreed: bool = False


def make_assignments(deps: Services, actor: Actor, order: Order) -> list[int]:
    """One assignment for each author, or none; raises AssignmentRefused with the `field` that is wrong."""
    permit(actor, "assignments.make")
    with deps.store.begin() as session:
        bank.lock_bank(session)  # a form sent twice is compared with what its first sending made
        rows = _rows(session, actor, order)
        for row in rows:
            _refuse_twin(session, row)
        session.add_all(rows)
        session.flush()
        record_acts(
            session,
            actor,
            [("assignments.make", f"item_assignment:{row.id}", _facts(row)) for row in rows],
        )
        return [row.id for row in rows]


def change_deadline(deps: Services, actor: Actor, assignment_id: int, due_on: date, reason: str) -> None:
    """Another date, with the reason, by somebody else than who owes it; every earlier one stays on record."""
    permit(actor, "assignments.make")
    with deps.store.begin() as session:
        row = _open(session, assignment_id)
        permit(actor, "assignments.make", Facts(owner_user_id=row.author_id))
        if not reason.strip():
            raise AssignmentRefused("REASON_MISSING", field="reason")
        if due_on == row.due_on:
            raise AssignmentRefused("SAME_DEADLINE", field="due_on")
        now = database_now(session)
        if due_on < office_date(now):
            raise AssignmentRefused("DUE_IN_THE_PAST", field="due_on")
        change = DeadlineChangeRow(
            assignment_id=row.id,
            due_before=row.due_on,
            due_on=due_on,
            reason=reason.strip(),
            changed_by=actor.user_id,
            changed_at=now,
        )
        session.add(change)
        row.due_on = due_on
        record_act(
            session,
            actor,
            "assignments.change_deadline",
            f"item_assignment:{row.id}",
            due_before=change.due_before.isoformat(),
            due_on=due_on.isoformat(),
            reason=change.reason,
        )


def end_assignment(deps: Services, actor: Actor, assignment_id: int, ending: Ending, reason: str) -> None:
    """Close it, forgiving what is missing, or withdraw it as if nothing had been owed; with the reason.

    Nobody forgives himself.
    """
    permit(actor, "assignments.make")
    with deps.store.begin() as session:
        row = _open(session, assignment_id)
        permit(actor, "assignments.make", Facts(owner_user_id=row.author_id))
        if not reason.strip():
            raise AssignmentRefused("REASON_MISSING", field="reason")
        row.ending, row.end_reason = ending.value, reason.strip()
        row.ended_by, row.ended_at = actor.user_id, database_now(session)
        record_act(
            session,
            actor,
            "assignments.end",
            f"item_assignment:{row.id}",
            ending=ending.value,
            reason=row.end_reason,
        )


def _rows(session: Session, actor: Actor, order: Order) -> list[ItemAssignmentRow]:
    now = database_now(session)
    topics = {topic.code: topic.id for topic in list_topics(session)}
    _require_sound(order, set(topics), office_date(now))
    authors = {author.user_id: author for author in store.list_possible_authors(session)}
    for author_id in order.author_ids:
        if author_id not in authors:
            raise AssignmentRefused("NO_SUCH_AUTHOR", field="authors")
    units = {id_: author.unit.id if author.unit else None for id_, author in authors.items()}
    return [
        ItemAssignmentRow(
            author_id=author_id,
            unit_id=units[author_id],
            topic_id=topics[order.topic],
            cognitive_level=order.level or None,
            n_items=order.n_items,
            legal_basis=plain_line(order.legal_basis),
            due_on=order.due_on,
            note=strip_invisible(order.note).strip(),
            made_by=actor.user_id,
            made_at=now,
        )
        for author_id in sorted(set(order.author_ids))
    ]


def _require_sound(order: Order, topics: set[str], today: date) -> None:
    wrong = (
        ("authors", "AUTHORS_MISSING", not order.author_ids),
        ("topic", "UNKNOWN_TOPIC", order.topic not in topics),
        ("level", "UNKNOWN_LEVEL", bool(order.level) and order.level not in set(CognitiveLevel)),
        ("n_items", "ITEMS_OUT_OF_RANGE", not 1 <= order.n_items <= MOST_ITEMS),
        ("legal_basis", "MISSING_CELL", not plain_line(order.legal_basis)),
        ("due_on", "DUE_IN_THE_PAST", order.due_on < today and not order.overdue_agreed),
    )
    for field, code, found in wrong:
        if found:
            raise AssignmentRefused(code, field=field, most=MOST_ITEMS)


def _refuse_twin(session: Session, row: ItemAssignmentRow) -> None:
    twin = store.find_twin(session, row)
    if twin is not None:
        author = store.get_assignment(session, twin).author_name
        raise AssignmentRefused("ASSIGNED_ALREADY", field="authors", author=author)


def _open(session: Session, assignment_id: int) -> ItemAssignmentRow:
    row = get_row(session, ItemAssignmentRow, assignment_id, lock=True)
    if row.ending is not None:
        raise AssignmentRefused("ASSIGNMENT_ENDED")
    return row


def _facts(row: ItemAssignmentRow) -> dict[str, object]:
    return {
        "author_id": row.author_id,
        "unit_id": row.unit_id,
        "topic_id": row.topic_id,
        "level": row.cognitive_level,
        "n_items": row.n_items,
        "legal_basis": row.legal_basis,
        "due_on": row.due_on.isoformat(),
        "note": row.note,
    }
