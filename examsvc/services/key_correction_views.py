"""Which corrections of keys wait for a second person, which were decided, and what was marked before them."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed, permit
from examsvc.services.deps import Services
from examsvc.services.key_corrections import may_decide
from examsvc.services.office_calendar import office_date
from examsvc.services.viewing import READS_ALL
from examsvc.store import Session, StoreBusy, database_now
from examsvc.store import key_corrections as store
from examsvc.store.key_corrections import CorrectionLine, MarkedBefore

DECIDED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A correction with the campaigns that had the item.

    n_days : since it was proposed; `may_decide`: it waits for this reader, `readable`: he may open the key
    """

    line: CorrectionLine
    marked: list[MarkedBefore]
    n_days: int
    may_decide: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """What waits, the longest first, and a page of what was decided, newest first."""

    waiting: list[Listed]
    decided: list[Listed]
    n_decided: int


def list_key_corrections(deps: Services, actor: Actor, page: int = 1) -> Corrections:
    """The corrections that concern this reader: an author's are those of his own items. No key is shown."""
    permit(actor, "keys.read_corrections")
    author_id = _own_only(actor)
    with deps.store.read() as session:
        waiting = store.list_open(session, author_id)
        offset = (page - 1) * DECIDED_AT_ONCE
        decided = store.list_decided(session, author_id, limit=DECIDED_AT_ONCE, offset=offset)
        return Corrections(
            _listed(session, actor, waiting),
            _listed(session, actor, decided),
            store.count_corrections(session, author_id, is_open=False),
        )


def count_waiting(deps: Services, actor: Actor) -> int:
    """How many wait: for this person's decision where he may decide, else for anybody's."""
    permit(actor, "keys.read_corrections")
    decides = allowed(actor, "keys.confirm")
    try:
        with deps.store.read() as session:
            return store.count_corrections(
                session, _own_only(actor), is_open=True, but_of=actor.user_id if decides else None
            )
    except StoreBusy:  # pages show anyway
        return 0


def _own_only(actor: Actor) -> int | None:
    """Whoever reads all items, or scores by their keys, is told of all."""
    return None if actor.roles & READS_ALL or allowed(actor, "results.score") else actor.user_id


def _listed(session: Session, actor: Actor, lines: list[CorrectionLine]) -> list[Listed]:
    marked = store.list_marked_before(session, sorted({line.row.item_version_id for line in lines}))
    today = office_date(database_now(session))
    reads = allowed(actor, "items.read")
    return [
        Listed(
            line,
            marked.get(line.row.item_version_id, []),
            (today - office_date(line.row.proposed_at)).days,
            line.row.decision is None and may_decide(actor, line.author_id, line.row),
            reads and (bool(actor.roles & READS_ALL) or line.author_id == actor.user_id),
        )
        for line in lines
    ]
