"""What is read of assignments: an author's own, one with its history, the lateness board by owner unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date
from examsvc.store import Session, database_now
from examsvc.store import assignments as store
from examsvc.store.assignments import AssignmentLine, PossibleAuthor, WrittenItem
from examsvc.store.models import DeadlineChangeRow, ItemAssignmentRow, OrganisationUnitRow
from item_bank.assignments import OWING, Ending, Figures, Progress, Sums, Tally, Terms, assess, sum_up


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assignment and how it stands today."""

    line: AssignmentLine
    figures: Figures
    days_left: int

    @property
    def owing(self) -> bool:
        """Whether its author still has to deliver."""
        return self.figures.progress in OWING


@dataclass(frozen=True, slots=True)
class AuthorLines:
    """An author's assignments, the worst first, and what they come to."""

    name: str
    lines: list[Assessed]
    sums: Sums


@dataclass(frozen=True, slots=True)
class UnitLines:
    """An owner unit's authors, and what they come to; `unit` None stands for authors of no unit."""

    unit: OrganisationUnitRow | None
    authors: list[AuthorLines]
    sums: Sums


@dataclass(frozen=True, slots=True)
class LatenessBoard:
    """All owner units at a date, the latest first."""

    units: list[UnitLines]
    total: Sums
    today: date


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One assignment with its deadlines so far and the items written for it."""

    assessed: Assessed
    changes: list[tuple[DeadlineChangeRow, str]]
    items: list[WrittenItem]
    today: date


def list_own(deps: Services, actor: Actor) -> list[Assessed]:
    """The actor's assignments: what he still owes first, by date."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        lines = _assess(
            session, store.list_assignments(session, actor.user_id), office_date(database_now(session))
        )
    return sorted(lines, key=lambda one: not one.owing)


def view_assignment(deps: Services, actor: Actor, assignment_id: int) -> AssignmentView:
    """One assignment; an author reads his own."""
    permit(actor, "assignments.read", Facts(owner_user_id=actor.user_id))
    with deps.store.read() as session:
        line = store.get_assignment(session, assignment_id)
        permit(actor, "assignments.read", Facts(owner_user_id=line.row.author_id))
        today = office_date(database_now(session))
        [assessed] = _assess(session, [line], today)
        return AssignmentView(
            assessed,
            store.list_deadline_changes(session, assignment_id),
            store.list_written(session, assignment_id),
            today,
        )


def list_authors(deps: Services, actor: Actor) -> list[PossibleAuthor]:
    """Whom an assignment can be made to."""
    permit(actor, "assignments.make")
    with deps.store.read() as session:
        return store.list_possible_authors(session)


def view_lateness(deps: Services, actor: Actor) -> LatenessBoard:
    """Who owes what to the bank, by owner unit and author."""
    permit(actor, "assignments.read_board")
    with deps.store.read() as session:
        return _board(session)


def export_lateness(deps: Services, actor: Actor) -> LatenessBoard:
    """The same, taken out as a file: who did so is on record."""
    permit(actor, "assignments.read_board")
    with deps.store.begin() as session:
        board = _board(session)
        record_act(
            session, actor, "assignments.export", "item_assignment", n_assignments=board.total.n_assignments
        )
        return board


def _board(session: Session) -> LatenessBoard:
    today = office_date(database_now(session))
    lines = _assess(session, store.list_assignments(session), today, everything=True)
    by_unit: dict[int | None, list[Assessed]] = {}
    for one in lines:
        by_unit.setdefault(one.line.row.unit_id, []).append(one)
    units = [UnitLines(found[0].line.unit, _authors(found), _sums(found)) for found in by_unit.values()]
    units.sort(key=lambda unit: (*_lateness(unit.sums), unit.unit.code if unit.unit else ""))
    return LatenessBoard(units, _sums(lines), today)


def _authors(lines: Iterable[Assessed]) -> list[AuthorLines]:
    by_author: dict[int, list[Assessed]] = {}
    for one in lines:
        by_author.setdefault(one.line.row.author_id, []).append(one)
    authors = [
        AuthorLines(found[0].line.author_name, sorted(found, key=_worst_first), _sums(found))
        for found in by_author.values()
    ]
    return sorted(authors, key=lambda author: (*_lateness(author.sums), author.name))


def _lateness(sums: Sums) -> tuple[bool, int, int, int]:
    """The late before all others, then by how long, how many are overdue, how many owed."""
    return sums.n_late == 0, -sums.days_late, -sums.overdue, -sums.owed


def _assess(
    session: Session, lines: list[AssignmentLine], today: date, *, everything: bool = False
) -> list[Assessed]:
    ids = None if everything else [line.row.id for line in lines]
    counted: dict[int, list[Tally]] = store.tallies(session, ids) if lines else {}
    return [
        Assessed(
            line,
            assess(_terms(line.row), counted.get(line.row.id, []), today),
            (line.row.due_on - today).days,
        )
        for line in lines
    ]


def _terms(row: ItemAssignmentRow) -> Terms:
    return Terms(
        row.n_items,
        row.due_on,
        None if row.ending is None else Ending(row.ending),
        None if row.ended_at is None else office_date(row.ended_at),
    )


def _sums(lines: Iterable[Assessed]) -> Sums:
    return sum_up(one.figures for one in lines)


def _worst_first(one: Assessed) -> tuple[bool, bool, int, date]:
    withdrawn = one.figures.progress is Progress.WITHDRAWN
    return withdrawn, not one.owing, -one.figures.days_late, one.line.row.due_on
