"""Changing many items at once: all of what the preview shows, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.ports import StagedProgress
from examsvc.results.errors import JobRefused
from examsvc.services import jobs
from examsvc.services.audit import record_acts
from examsvc.services.bulk_order import BulkLine
from examsvc.services.bulk_plan import parts_of, plan_part
from examsvc.services.bulk_previews import SHOWN, Kept, read_preview
from examsvc.services.bulk_writing import Entry, write_lines
from examsvc.services.deps import Services
from examsvc.store import NotFound, Session, database_now
from examsvc.store import bank as store
from examsvc.store import jobs as job_rows
from examsvc.store.bank import ItemLine
from examsvc.store.bulk import is_exam_near
from examsvc.store.models import JobRow
from item_bank.errors import BulkRefused

KIND: Final = "bulk_change"
_NAMED: Final = 200  # outdated items that an outcome names
MOST_BESIDE_EXAM: Final = 500  # items written at once while candidates sit
_EXAM_MARGIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: what it made of the items, or which had changed since, and then nothing.

    version_ids : the versions that were made, edited or moved, by code
    left : why items were left as they were → their codes
    """

    preview_id: str
    order: dict[str, Any]
    version_ids: list[int] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    outdated: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """An order that was carried out, or was not, with a page of the item versions that it made."""

    job: JobRow
    outcome: Outcome | None  # None: it is under way, was stopped or has failed
    lines: list[ItemLine]
    n_pages: int

    @property
    def n_changed(self) -> int:
        return 0 if self.outcome is None else len(self.outcome.version_ids)


class _Outdated(Exception):
    """The bank is not what the preview was made of: what was written is taken back."""


def ask_change(deps: Services, actor: Actor, preview_id: str) -> int:
    """Have a worker carry out what the preview shows, once however often it is asked for: the job's id.

    What failed or was stopped may be asked for again. Raises NotFound of a preview that has gone,
    BulkRefused of one that changes nothing, JobRefused of many while an exam is near.
    """
    kept = read_preview(deps, actor, preview_id)
    if not kept.changed:
        raise BulkRefused("NOTHING_CHANGES", field="act")
    _require_quiet(deps, kept)
    params = {"preview_id": preview_id}
    with deps.store.read() as session:
        known = job_rows.list_alike(session, KIND, params)
    done = next((row.id for row in known if row.state == "done"), None)
    return done or jobs.ask_once(deps, actor, KIND, params)


def change_items(deps: Services, actor: Actor, preview_id: str, progress: StagedProgress) -> Outcome:
    """Carry out exactly what the preview shows, in one transaction; a second time it does nothing more.

    First all of it is held against the bank without holding anybody up; then it is held again and written
    with the items' rows locked. Whoever stops it gets nothing or all.
    """
    kept = read_preview(deps, actor, preview_id)
    permit(actor, "bulk.order")
    done = _find_done(deps, preview_id)
    if done is not None:
        return done
    outdated = _compare(deps, actor, kept, progress)
    if not outdated:
        _require_quiet(deps, kept)
        progress(0, 1, "changing")
        try:
            with deps.store.begin() as session:
                # where there is one writer, the job's row could not be written beside it
                tell = progress if deps.store.seat_limit is None else _silent
                return _carry_out(session, actor, (preview_id, kept), tell)
        except _Outdated as found:
            outdated = list(found.args)
    # a worker that was thought dead may have done it in the meantime
    named = sorted(set(outdated))[:_NAMED]
    return _find_done(deps, preview_id) or Outcome(preview_id, kept.order.facts, outdated=named)


def view_report(deps: Services, actor: Actor, job_id: int, page: int = 1) -> Report:
    """What became of an order of the actor's own, or of a preview that a worker makes. Raises NotFound."""
    row = jobs.read_job(deps, actor, job_id)
    if row.kind != KIND or row.created_by != actor.user_id:
        raise NotFound("job", job_id)
    if row.state != "done":
        return Report(row, None, [], 1)
    outcome = Outcome(**row.outcome)
    with deps.store.read() as session:
        lines = store.lines_of(session, outcome.version_ids[(page - 1) * SHOWN : page * SHOWN])
    return Report(row, outcome, lines, max(1, -(-len(outcome.version_ids) // SHOWN)))


def _require_quiet(deps: Services, kept: Kept) -> None:
    """Candidates come first: SQLite has one writer, and the log one end, which sittings need too."""
    if len(kept.changed) <= MOST_BESIDE_EXAM:
        return
    with deps.store.read() as session:
        if is_exam_near(session, database_now(session), _EXAM_MARGIN):
            raise JobRefused("exam_under_way", n=MOST_BESIDE_EXAM)


def _compare(deps: Services, actor: Actor, kept: Kept, progress: StagedProgress) -> list[str]:
    """The codes of the items that are not what they were."""
    marks = _marks(kept)
    outdated: list[str] = []
    n_done = 0
    with deps.store.read() as session:
        for part in parts_of(session, marks):
            progress(n_done, len(marks), "comparing")
            outdated += _outdated(plan_part(session, actor, kept.order, part), marks)
            n_done += len(part)
    return outdated


def _silent(done: int, total: int, stage: str = "") -> None:  # noqa: ARG001
    return


def _carry_out(session: Session, actor: Actor, what: tuple[str, Kept], tell: StagedProgress) -> Outcome:
    preview_id, kept = what
    marks, to_change = _marks(kept), {line.version_id for line in kept.changed}
    row = next(row for row in _jobs(session, preview_id) if row.state == "running")
    entries: list[Entry] = []
    made: dict[int, int] = {}
    outdated: list[str] = []
    for part in parts_of(session, marks):
        tell(len(made), len(to_change), "changing")
        lines = plan_part(session, actor, kept.order, part, lock=True)
        outdated += _outdated(lines, marks)
        if not outdated:
            lines = [line for line in lines if line.version_id in to_change]
            some_entries, some_made = write_lines(session, actor, kept.order, lines, row.id)
            entries += some_entries
            made |= some_made
    if outdated:
        raise _Outdated(*outdated)
    left: dict[str, list[str]] = {}
    for line in kept.left:
        left.setdefault(line.why, []).append(line.code)
    version_ids = [made[line.version_id] for line in kept.changed]
    return _recorded(session, actor, (row, entries), Outcome(preview_id, kept.order.facts, version_ids, left))


def _jobs(session: Session, preview_id: str) -> list[JobRow]:
    return job_rows.list_alike(session, KIND, {"preview_id": preview_id})


def _find_done(deps: Services, preview_id: str) -> Outcome | None:
    """What came of the order, if it has been carried out: its transaction wrote that into the job's row."""
    with deps.store.read() as session:
        found = (row.outcome for row in _jobs(session, preview_id) if row.outcome.get("version_ids"))
        outcome = next(found, None)
        return None if outcome is None else Outcome(**outcome)


def _recorded(
    session: Session, actor: Actor, work: tuple[JobRow, Sequence[Entry]], outcome: Outcome
) -> Outcome:
    """An entry of the log for each item, and one for the act; by its row the work is known to be done."""
    row, entries = work
    row.outcome = asdict(outcome)
    n_left = sum(len(codes) for codes in outcome.left.values())
    summary = {"order": outcome.order, "n_changed": len(outcome.version_ids), "n_left": n_left}
    record_acts(session, actor, [*entries, ("items.change_in_bulk", f"job:{row.id}", summary)])
    return outcome


def _marks(kept: Kept) -> dict[int, str]:
    return {line.version_id: line.mark for line in kept.lines}


def _outdated(lines: Sequence[BulkLine], marks: dict[int, str]) -> list[str]:
    return [line.code for line in lines if marks[line.version_id] != line.mark]
