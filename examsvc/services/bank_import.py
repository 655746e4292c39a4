"""Taking in an author's workbook: everything in it, or nothing and every reason why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.assignment_choice import FITTING
from examsvc.services.audit import record_act
from examsvc.services.bank import store_items
from examsvc.services.citations import CitedAct, look_up
from examsvc.services.deps import Services
from examsvc.services.similar_items import stems_of_bank
from examsvc.store import Session, database_now, media
from examsvc.store import bank as store
from examsvc.store.models import BankImportRow
from examsvc.store.topics import list_topics
from item_bank.formats.report import MAX_PROBLEMS, ImportReport, RowProblem, Severity
from item_bank.formats.xlsx import KnownItems, read_items
from item_bank.formats.xlsx_columns import Column
from item_bank.legal_basis import cited_numbers


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The report, and what was made: nothing (`import_id` None) unless the report is ok."""

    report: ImportReport
    import_id: int | None = None
    version_ids: tuple[int, ...] = ()


def check_workbook(deps: Services, actor: Actor, data: bytes) -> ImportReport:
    """What importing this file would do; raises ImportRefused when it is no readable workbook."""
    permit(actor, "items.write")
    return _with_repealed_acts(deps, _read(data, _bank(deps), actor))


def import_workbook(
    deps: Services, actor: Actor, filename: str, data: bytes, assignment: str = FITTING
) -> ImportOutcome:
    """Store all items of the file as drafts of the actor, or none; `assignment` is what they are written for.

    The file is read outside the transaction: parsing is slow, and the one writer must not wait for it. Should
    others have added items meanwhile, it is read again.
    """
    permit(actor, "items.write")
    while True:
        bank = _bank(deps)
        report = _read(data, bank, actor)
        if not report.ok:
            return ImportOutcome(_with_repealed_acts(deps, report))
        with deps.store.begin() as session:
            store.lock_bank(session)
            if set(store.item_ids(session)) == bank.items.codes:
                stored = store_items(session, actor, [(row.item, row.key) for row in report.rows], assignment)
                version_ids = tuple(version.id for version in stored)
                if report.enemy_pairs:
                    store.add_enemies(session, report.enemy_pairs, store.item_ids(session))
                import_id = _record(session, actor, report, (filename[:200], data), assignment)
                return ImportOutcome(report, import_id, version_ids)


@dataclass(frozen=True, slots=True)
class _Bank:
    """What there is already, as far as a file is held against it."""

    topics: set[str]
    media: set[str]
    items: KnownItems


def _bank(deps: Services) -> _Bank:
    with deps.store.read() as session:
        topics = {topic.code for topic in list_topics(session)}
        codes, pictures = set(store.item_ids(session)), media.list_names(session)
    return _Bank(topics, pictures, KnownItems(codes, stems_of_bank(deps)))


def _read(data: bytes, bank: _Bank, actor: Actor) -> ImportReport:
    return read_items(
        data,
        known_topics=bank.topics,
        existing=bank.items,
        known_media=bank.media,
        author=str(actor.user_id),
    )


def _with_repealed_acts(deps: Services, report: ImportReport) -> ImportReport:
    """Warned, not refused: the author may be about to bring just these items up to date."""
    cited = {row.row: cited_numbers(row.item.legal_basis) for row in report.rows}
    with deps.store.read() as session:
        register = look_up(session, {number for numbers in cited.values() for number in numbers})
    warnings = [
        _repealed(row, register[number])
        for row, numbers in cited.items()
        for number in numbers
        if register[number].is_repealed
    ]
    return replace(report, problems=(*report.problems, *warnings[:MAX_PROBLEMS]))


def _repealed(row: int, act: CitedAct) -> RowProblem:
    facts = {"number": act.number, "successor": act.successor}
    return RowProblem(row, None, Column.BASIS.value, "REPEALED_ACT", facts, Severity.WARNING)


def _record(
    session: Session, actor: Actor, report: ImportReport, file: tuple[str, bytes], assignment: str
) -> int:
    filename, data = file
    row = BankImportRow(
        filename=filename,
        sha256=hashlib.sha256(data).hexdigest(),
        created_by=actor.user_id,
        created_at=database_now(session),
        n_items=len(report.rows),
    )
    session.add(row)
    session.flush()
    record_act(
        session,
        actor,
        "items.import",
        f"bank_import:{row.id}",
        filename=filename,
        sha256=row.sha256,
        codes=[imported.item.code for imported in report.rows],
        assignment=assignment,
    )
    return row.id
