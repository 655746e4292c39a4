"""Changing many items at once: looked at first, then all of what was looked at or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.ports import StagedProgress
from examsvc.services import jobs
from examsvc.services.audit import record_acts
from examsvc.services.bulk_plan import BulkLine, BulkOrder, plan_of
from examsvc.services.bulk_writing import write_lines
from examsvc.services.deps import Services
from examsvc.services.uploads import keep_upload
from examsvc.services.viewing import Showing, admit_part
from examsvc.store import NotFound, Session, database_now
from examsvc.store import bank as store
from examsvc.store import jobs as job_rows
from examsvc.store.bank import ItemLine
from examsvc.store.models import JobRow
from item_bank.changes import Difference, differences
from item_bank.viewing import How, Quota

KIND: Final = "bulk_change"
AT_ONCE: Final = 200  # more items are changed by a worker, with its progress on a page
SHOWN: Final = 50  # lines of a preview on a page
_DERIVED: Final = frozenset({"key"})  # no change in bulk touches a key: its options may read differently


@dataclass(frozen=True, slots=True)
class Kept:
    """A preview as it is kept for a day: who looked at it, the order, and the mark of every line."""

    user_id: int
    made_at: str
    order: BulkOrder
    marks: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: either the versions that were made, edited or moved, or which items had changed."""

    version_ids: list[int] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the preview's page; `found` is None where its words are withheld for today."""

    line: BulkLine
    found: tuple[Difference, ...] | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of what an order would do; `outdated`: items that are not what they were when it was made."""

    order: BulkOrder
    lines: list[ShownLine]
    n_changed: int
    n_left: int
    n_pages: int
    reasons: dict[str, int]
    ways: dict[str, int]
    n_missed: int
    outdated: list[str]
    quota: Quota

    @property
    def in_background(self) -> bool:
        """Whether a worker is to carry it out."""
        return self.n_changed + self.n_left > AT_ONCE


@dataclass(frozen=True, slots=True)
class Done:
    """What an order that was carried out has made of the items."""

    order: BulkOrder
    n_changed: int
    lines: list[ItemLine]


def make_preview(deps: Services, actor: Actor, order: BulkOrder) -> str:
    """Find out what the order would do, and keep it for a day under the name that is returned.

    Changes nothing. Raises BulkRefused, NotFound, Forbidden.
    """
    with deps.store.read() as session:
        lines = plan_of(session, actor, order)
        kept = Kept(actor.user_id, database_now(session).isoformat(), order, _marks(lines))
    return keep_upload(deps, msgspec.json.encode(kept))


def view_preview(deps: Services, actor: Actor, preview_id: str, part: tuple[str, int]) -> Preview:
    """A page of the preview, of one fate ("changed", "left" or all); its guarded wordings are logged first.

    Raises NotFound of a preview that is not the actor's or has gone.
    """
    kept, (fate, page) = _kept(deps, actor, preview_id), part
    with deps.store.read() as session:
        lines = plan_of(session, actor, kept.order)
    changed = [line for line in lines if line.way is not None]
    left = [line for line in lines if line.way is None]
    chosen = {"changed": changed, "left": left}.get(fate, [*changed, *left])
    shown, quota = _shown(deps, actor, kept.order, chosen[(page - 1) * SHOWN : page * SHOWN])
    return Preview(
        kept.order,
        shown,
        len(changed),
        len(left),
        max(1, -(-len(chosen) // SHOWN)),
        _count([line.why for line in left]),
        _count([line.way.value for line in changed if line.way is not None]),
        sum(line.n_missed for line in changed),
        _outdated(lines, kept),
        quota,
    )


def view_done(deps: Services, actor: Actor, preview_id: str) -> Done | None:
    """What the order has made of the items; None where it has not been carried out."""
    kept = _kept(deps, actor, preview_id)
    with deps.store.read() as session:
        row = _find_done(session, preview_id)
        if row is None:
            return None
        made = list(row.outcome["version_ids"])
        return Done(kept.order, len(made), store.lines_of(session, made[:AT_ONCE]))


def find_job(deps: Services, actor: Actor, preview_id: str) -> int | None:
    """The job that is carrying the order out, if a worker has it."""
    _kept(deps, actor, preview_id)
    with deps.store.read() as session:
        row = job_rows.find_job(session, KIND, {"preview_id": preview_id})
        return None if row is None or row.state == "done" else row.id


def ask_worker(deps: Services, actor: Actor, preview_id: str) -> int:
    """Have a worker carry the order out, once however often it is asked for; returns the job's id."""
    _kept(deps, actor, preview_id)
    under_way = find_job(deps, actor, preview_id)
    return under_way or jobs.ask_once(deps, actor, KIND, {"preview_id": preview_id})


def renew_preview(deps: Services, actor: Actor, preview_id: str) -> str:
    """The same order looked at anew; returns the new preview's name."""
    return make_preview(deps, actor, _kept(deps, actor, preview_id).order)


def change_items(
    deps: Services, actor: Actor, preview_id: str, progress: StagedProgress | None = None
) -> Outcome:
    """Carry out exactly what the preview shows, all of it or nothing; the second time it does nothing more.

    Where an item is not what it was, nothing is done and the outcome names it. An entry of the log for each
    item, and one for the act.
    """
    kept = _kept(deps, actor, preview_id)
    permit(actor, "items.change_in_bulk", Facts(owner_user_id=actor.user_id))
    if progress is not None:  # what takes long is tried before the writing, which nobody could stop
        with deps.store.read() as session:
            plan_of(session, actor, kept.order, progress)
        progress(0, 1, "changing")
    with deps.store.begin() as session:
        lines = plan_of(session, actor, kept.order, lock=True)  # whoever clicks twice waits here
        done = _find_done(session, preview_id)
        if done is not None:
            return Outcome(list(done.outcome["version_ids"]))
        outdated = _outdated(lines, kept)
        if outdated:
            return Outcome(outdated=outdated)
        return _carried_out(session, actor, (preview_id, kept.order), lines)


def _carried_out(
    session: Session, actor: Actor, what: tuple[str, BulkOrder], lines: Sequence[BulkLine]
) -> Outcome:
    preview_id, order = what
    now = database_now(session)
    row = _job_of(session, actor, preview_id, now)
    changing = [line for line in lines if line.way is not None]
    acts, made = write_lines(session, actor, order, changing, row.id)
    outcome = Outcome(made)
    row.outcome = asdict(outcome) | {"preview_id": preview_id}
    facts = {name: value for name, value in asdict(order).items() if value and name != "version_ids"}
    summary = {"order": facts, "n_changed": len(changing), "n_left": len(lines) - len(changing)}
    record_acts(session, actor, [*acts, ("items.change_in_bulk", f"job:{row.id}", summary)])
    return outcome


def _job_of(session: Session, actor: Actor, preview_id: str, now: datetime) -> JobRow:
    """The worker's job, or one that is done here: by its row an order is known to have been carried out."""
    params = {"preview_id": preview_id}
    row = job_rows.find_job(session, KIND, params)
    if row is None:
        row = JobRow(
            kind=KIND,
            params=params,
            state="done",
            message={"code": "done"},
            outcome={},
            created_by=actor.user_id,
            created_at=now,
            started_at=now,
            finished_at=now,
        )
        session.add(row)
        session.flush()
    return row


def _find_done(session: Session, preview_id: str) -> JobRow | None:
    row = job_rows.find_job(session, KIND, {"preview_id": preview_id})
    return row if row is not None and row.outcome.get("version_ids") else None


def _kept(deps: Services, actor: Actor, preview_id: str) -> Kept:
    data = deps.uploads.find(preview_id)
    try:
        kept = None if data is None else msgspec.json.decode(data, type=Kept)
    except msgspec.DecodeError:  # a file of another kind
        kept = None
    if kept is None or kept.user_id != actor.user_id:
        raise NotFound("preview", preview_id)
    return kept


def _marks(lines: Sequence[BulkLine]) -> dict[str, str]:
    return {str(line.version_id): line.mark for line in lines}


def _outdated(lines: Sequence[BulkLine], kept: Kept) -> list[str]:
    return [line.code for line in lines if kept.marks.get(str(line.version_id)) != line.mark]


def _shown(
    deps: Services, actor: Actor, order: BulkOrder, lines: Sequence[BulkLine]
) -> tuple[list[ShownLine], Quota]:
    """The lines with what differs, as far as this reader may see it today."""
    wanted = [line.version_id for line in lines if line.after is not None and order.shows_texts]
    admitted = admit_part(deps, actor, Showing(wanted, How.PREVIEW, "bulk"))
    open_ids = {wording.version_id for wording in admitted.shown}
    return [ShownLine(line, _differences(order, line, open_ids)) for line in lines], admitted.quota


def _differences(order: BulkOrder, line: BulkLine, open_ids: set[int]) -> tuple[Difference, ...] | None:
    if line.before is None or line.after is None or not order.shows_texts:
        return ()
    if line.version_id not in open_ids:
        return None
    return tuple(one for one in differences(line.before, line.after) if one.part not in _DERIVED)


def _count(names: Sequence[str]) -> dict[str, int]:
    counts: dict[str, Any] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
