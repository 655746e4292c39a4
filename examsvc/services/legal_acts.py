"""The register of legal acts: adding and correcting acts, and reading who cites them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import LegalActRefused
from examsvc.services.bank_views import READS_ALL
from examsvc.services.citations import CitedAct as CitedAct  # what this module's readers are given
from examsvc.services.citations import as_act, look_up
from examsvc.services.deps import Services
from examsvc.services.office_calendar import today
from examsvc.store import Session, database_now
from examsvc.store import bank as items
from examsvc.store import legal_acts as store
from examsvc.store.bank import ItemFilter, ItemLine, lock_bank
from examsvc.store.legal_acts import States
from examsvc.store.models import LegalActChangeRow, LegalActRow
from examsvc.store.rows import get_row
from item_bank.legal_basis import Standing, by_rank, canonical_number, leads_back, standing
from item_bank.similarity import fold

FIRST_DAY, LAST_DAY = date(1945, 9, 2), date(2100, 12, 31)  # whatever lies outside was mistyped
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ActFacts:
    """What is typed of an act; `successor_id` counts for an act that is repealed."""

    number: str
    title: str
    issued_on: date | None = None
    effective_from: date | None = None
    successor_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """An act, or a number that the register lacks, with the item versions that cite it."""

    act: CitedAct
    states: States


@dataclass(frozen=True, slots=True)
class Register:
    """A page of the lines that a filter keeps, and how many there are of each standing."""

    lines: list[RegisterLine]
    n_lines: int
    counts: dict[str, int]
    own_only: bool  # the reader sees his own items alone: others' are not counted


@dataclass(frozen=True, slots=True)
class ActView:
    """One number with what cites it; `changes` are (what was done, by whom), newest first."""

    act: CitedAct
    successor: LegalActRow | None
    states: States
    lines: list[ItemLine]
    n_lines: int
    changes: list[tuple[LegalActChangeRow, str]]
    own_only: bool


def add_act(deps: Services, actor: Actor, facts: ActFacts) -> int:
    """Enter an act into the register; returns its id."""
    permit(actor, "legal_acts.change")
    facts = _checked(facts)
    with deps.store.begin() as session:
        lock_bank(session)  # two who enter the same act at once
        _require_new(session, facts.number)
        row = LegalActRow(
            number=facts.number,
            title=facts.title,
            issued_on=facts.issued_on,
            effective_from=facts.effective_from,
            reason="",
            created_by=actor.user_id,
            created_at=database_now(session),
        )
        session.add(row)
        store.cite_what_is_uncited(session)
        session.flush()
        record_change(session, actor, row, "added", number=row.number, title=row.title)
        return row.id


def edit_act(deps: Services, actor: Actor, act_id: int, facts: ActFacts) -> None:
    """Correct an act; its number as long as no item cites it."""
    permit(actor, "legal_acts.change")
    facts = _checked(facts)
    with deps.store.begin() as session:
        lock_bank(session)
        row = get_row(session, LegalActRow, act_id, lock=True)
        if facts.number != row.number:
            if store.is_cited(session, row.number):
                raise LegalActRefused("NUMBER_CITED", field="number", value=row.number)
            _require_new(session, facts.number)
        if row.effective_to and facts.effective_from and facts.effective_from >= row.effective_to:
            raise LegalActRefused("EFFECTIVE_AFTER_REPEAL", field="effective_from", day=row.effective_to)
        before = _typed(row)
        if row.effective_to is not None:
            row.replaced_by_id = find_successor(session, row, facts.successor_id)
        row.number, row.title = facts.number, facts.title
        row.issued_on, row.effective_from = facts.issued_on, facts.effective_from
        changed = {name: value for name, value in _typed(row).items() if value != before[name]}
        if changed:
            record_change(session, actor, row, "edited", **changed)


def find_successor(session: Session, act: LegalActRow, successor_id: int | None) -> int | None:
    """The act that may replace this one; raises LegalActRefused when they would go in a ring."""
    if successor_id is None:
        return None
    successor = get_row(session, LegalActRow, successor_id)
    if leads_back(act.number, successor.number, store.successors(session)):
        raise LegalActRefused("SUCCESSOR_LEADS_BACK", field="successor", value=successor.number)
    return successor.id


def record_change(
    session: Session, actor: Actor | None, row: LegalActRow, change: str, **detail: Any
) -> None:
    """The act's history and the audit chain, alike."""
    session.add(
        LegalActChangeRow(
            legal_act_id=row.id,
            change=change,
            detail=detail,
            by=actor.user_id if actor else None,
            at=database_now(session),
        )
    )
    record_act(session, actor, f"legal_acts.{change}", f"legal_act:{row.id}", **detail)


def require_day(day: date | None, field: str) -> None:
    """Raise LegalActRefused for a day on which no act of today's law was made."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise LegalActRefused("UNLIKELY_DATE", field=field, first=FIRST_DAY, last=LAST_DAY)


def list_register(
    deps: Services, actor: Actor, *, text: str = "", wanted: str = "", page: int = 1
) -> Register:
    """The acts whose number or title holds the text and whose standing is `wanted` ("": of any)."""
    permit(actor, "legal_acts.read")
    author_id = _own_only(actor)
    with deps.store.read() as session:
        acts = _registered(session)
        unknown = store.count_unknown(session, author_id)
        counts = Counter(act.standing.value for act in acts)
        counts[Standing.UNKNOWN.value] = len(unknown)
        if wanted == Standing.UNKNOWN:
            acts = [CitedAct(number, Standing.UNKNOWN) for number in unknown]
        kept = {act.number: act for act in acts if _is_kept(act, text, wanted)}
        shown = by_rank(kept)[(page - 1) * PER_PAGE : page * PER_PAGE]
        citing = unknown if wanted == Standing.UNKNOWN else store.count_citing(session, shown, author_id)
    lines = [RegisterLine(kept[number], citing.get(number, {})) for number in shown]
    return Register(lines, len(kept), dict(counts), own_only=author_id is not None)


def _registered(session: Session) -> list[CitedAct]:
    follows, day = store.successors(session), today(session)
    return [
        CitedAct(row.number, standing(as_act(row), day), row, follows[row.number])
        for row in store.list_acts(session)
    ]


def list_choices(deps: Services, actor: Actor) -> list[LegalActRow]:
    """The acts that may replace another, laws first."""
    permit(actor, "legal_acts.read")
    with deps.store.read() as session:
        rows = {row.number: row for row in store.list_acts(session)}
    return [rows[number] for number in by_rank(rows)]


def get_act(deps: Services, actor: Actor, act_id: int) -> LegalActRow:
    """One act as it was typed. Raises NotFound."""
    permit(actor, "legal_acts.read")
    with deps.store.read() as session:
        return get_row(session, LegalActRow, act_id)


def view_act(deps: Services, actor: Actor, act_id: int, *, state: str = "", page: int = 1) -> ActView:
    """One act with what cites it, a page of it in one state or in all. Raises NotFound."""
    number = get_act(deps, actor, act_id).number
    return view_number(deps, actor, number, state=state, page=page)


def view_number(deps: Services, actor: Actor, number: str, *, state: str = "", page: int = 1) -> ActView:
    """The same for a number that the register may lack."""
    permit(actor, "legal_acts.read")
    author_id = _own_only(actor)
    wanted = ItemFilter(states=(state,) if state else (), author_id=author_id)
    with deps.store.read() as session:
        act = look_up(session, [number])[number]
        states = store.count_citing(session, [number], author_id).get(number, {})
        offset = (page - 1) * PER_PAGE
        lines = items.list_citing_lines(session, number, wanted, limit=PER_PAGE, offset=offset)
        return ActView(
            act=act,
            successor=store.find_act(session, act.successor) if act.successor else None,
            states=states,
            lines=lines,
            n_lines=states.get(state, 0) if state else sum(states.values()),
            changes=store.list_changes(session, act.row.id) if act.row else [],
            own_only=author_id is not None,
        )


def _own_only(actor: Actor) -> int | None:
    """An author counts and opens his own items; whoever reads all reads all here as well."""
    return None if actor.roles & READS_ALL else actor.user_id


def _is_kept(act: CitedAct, text: str, wanted: str) -> bool:
    named = f"{act.number} {act.row.title if act.row else ''}"
    return (not wanted or act.standing == wanted) and fold(text) in fold(named)


def _checked(facts: ActFacts) -> ActFacts:
    number = canonical_number(facts.number)
    title = " ".join(facts.title.split())
    if not title:
        raise LegalActRefused("MISSING_CELL", field="title")
    require_day(facts.issued_on, "issued_on")
    require_day(facts.effective_from, "effective_from")
    return replace(facts, number=number, title=title)


def _require_new(session: Session, number: str) -> None:
    if store.find_act(session, number) is not None:
        raise LegalActRefused("ACT_REGISTERED", field="number", value=number)


def _typed(row: LegalActRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "issued_on": row.issued_on and row.issued_on.isoformat(),
        "effective_from": row.effective_from and row.effective_from.isoformat(),
        "replaced_by_id": row.replaced_by_id,
    }
