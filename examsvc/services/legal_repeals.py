"""Repealing a legal act: looked at first, then ordered, and carried out on the act's items on its day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.accounts.roles import Role
from examsvc.services.bank_errors import LegalActRefused
from examsvc.services.bank_states import Moved, Request, move_by, record_moves
from examsvc.services.deps import Services
from examsvc.services.legal_acts import find_successor, record_change, require_day
from examsvc.services.office_calendar import today
from examsvc.store import Session, database_now
from examsvc.store import bank as items
from examsvc.store import item_versions as versions
from examsvc.store import legal_acts as store
from examsvc.store.bank import ItemFilter, ItemLine
from examsvc.store.legal_acts import FormUse, States
from examsvc.store.models import LegalActRow
from examsvc.store.rows import get_row
from item_bank.lifecycle import LIVE, Mover, State

# a suspended item would come back to where it was, past the repeal
MOVED = tuple(state.value for state in (*LIVE, State.SUSPENDED))
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Repeal:
    """From which day the act holds no longer, why, and what stands in its place."""

    effective_to: date
    reason: str
    successor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a repeal would do today: items by state, the first of those that move, coming exams with them."""

    act: LegalActRow
    successor: LegalActRow | None
    at_once: bool
    states: States
    moving: list[ItemLine]
    uses: list[FormUse]

    @property
    def n_moving(self) -> int:
        return sum(count for state, count in self.states.items() if state in MOVED)

    @property
    def n_items_by_form(self) -> Counter[tuple[str, datetime, str]]:
        """The coming exams form by form: administration, its start, the form's code; how many items each.

        Not which: what stands on a form is the exam manager's to know.
        """
        return Counter((use.administration_code, use.starts_at, use.form_code) for use in self.uses)


def preview_repeal(deps: Services, actor: Actor, act_id: int, repeal: Repeal) -> Preview:
    """What would move and what it would touch; raises LegalActRefused where the repeal would be refused."""
    permit(actor, "legal_acts.change")
    with deps.store.begin() as session:
        act = get_row(session, LegalActRow, act_id)
        store.cite_who_name(session, act.number)
        successor_id = _check(session, act, repeal)
        moving = items.list_citing_lines(session, act.number, ItemFilter(states=MOVED), limit=SHOWN)
        return Preview(
            act=act,
            successor=get_row(session, LegalActRow, successor_id) if successor_id else None,
            at_once=repeal.effective_to <= today(session),
            states=store.count_citing(session, [act.number]).get(act.number, {}),
            moving=moving,
            uses=store.list_form_uses(session, act.number, MOVED, database_now(session)),
        )


def repeal_act(deps: Services, actor: Actor, act_id: int, repeal: Repeal) -> int | None:
    """Order the repeal; where its day has come its items move with it, all or none.

    Returns how many moved, None where the day lies ahead.
    """
    permit(actor, "legal_acts.change")
    with deps.store.begin() as session:
        act = get_row(session, LegalActRow, act_id, lock=True)
        act.replaced_by_id = _check(session, act, repeal)
        act.effective_to, act.reason = repeal.effective_to, repeal.reason.strip()
        act.repealed_by, act.repealed_at = actor.user_id, database_now(session)
        moved = _move(session, act) if repeal.effective_to <= today(session) else None
        ordered = {
            "effective_to": repeal.effective_to.isoformat(),
            "reason": act.reason,
            "replaced_by_id": act.replaced_by_id,
        }
        if moved is not None:
            ordered["n_moved"] = len(moved)
        record_change(session, actor, act, "repealed", **ordered)
        record_moves(session, actor, "items.move", moved or [])
        return None if moved is None else len(moved)


def undo_repeal(deps: Services, actor: Actor, act_id: int) -> None:
    """Take back a repeal whose day lies ahead; items that have moved go back by their own way alone."""
    permit(actor, "legal_acts.change")
    with deps.store.begin() as session:
        act = get_row(session, LegalActRow, act_id, lock=True)
        if act.effective_to is None:
            raise LegalActRefused("NOT_REPEALED", value=act.number)
        if act.items_moved_at is not None or act.effective_to <= today(session):
            raise LegalActRefused("REPEAL_IN_EFFECT", value=act.number)
        taken_back = {"effective_to": act.effective_to.isoformat(), "reason": act.reason}
        act.effective_to = act.replaced_by_id = act.repealed_by = act.repealed_at = None
        act.reason = ""
        record_change(session, actor, act, "undone", **taken_back)


def carry_out_due_repeals(deps: Services) -> int:
    """Move the items of every act whose last day is over; returns how many moved.

    Every process asks; the act's row, locked, lets one of them do it, once.
    """
    with deps.store.read() as session:
        pending = store.list_pending_repeals(session)
        if not pending:
            return 0
        day = today(session)
    return sum(_carry_out(deps, act_id) for act_id, effective_to in pending if effective_to <= day)


def _carry_out(deps: Services, act_id: int) -> int:
    with deps.store.begin() as session:
        act = get_row(session, LegalActRow, act_id, lock=True)
        is_due = act.effective_to is not None and act.effective_to <= today(session)
        if not is_due or act.items_moved_at is not None:  # undone, or another process was first
            return 0
        moved = _move(session, act)
        record_change(session, None, act, "took_effect", n_moved=len(moved), ordered_by=act.repealed_by)
        record_moves(session, None, "items.move", moved)
        return len(moved)


def _check(session: Session, act: LegalActRow, repeal: Repeal) -> int | None:
    """The successor's id; raises LegalActRefused with the field that is wrong."""
    if act.effective_to is not None:
        raise LegalActRefused("ALREADY_REPEALED", value=act.number, day=act.effective_to)
    if not repeal.reason.strip():
        raise LegalActRefused("COMMENT_REQUIRED", field="reason")
    require_day(repeal.effective_to, "effective_to")
    if act.effective_from is not None and repeal.effective_to <= act.effective_from:
        raise LegalActRefused("REPEAL_BEFORE_EFFECT", field="effective_to", day=act.effective_from)
    return find_successor(session, act, repeal.successor_id)


def _move(session: Session, act: LegalActRow) -> list[Moved]:
    """The act's items, by the right of the bank manager who ordered the repeal."""
    store.cite_who_name(session, act.number)
    found = versions.get_pairs(session, store.list_citing_ids(session, act.number, MOVED), lock=True)
    pairs = [pair for pair in found if pair[0].state in MOVED]  # some may have moved before the lock
    mover = Mover(str(act.repealed_by), frozenset({Role.BANK_MANAGER.value}))
    act.items_moved_at = database_now(session)
    return move_by(session, mover, pairs, Request(State.NEEDS_LAW_UPDATE, act.reason))
