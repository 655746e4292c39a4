"""Closing what nobody submitted: by the database's clock, without the client."""

from __future__ import annotations

from examsvc.delivery import sitting as rules
from examsvc.delivery.errors import NotDue
from examsvc.delivery.sitting import SittingState
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.sittings import close_with_receipt
from examsvc.store import Session, database_now
from examsvc.store import sittings as store


def finalise_due(deps: Services) -> int:
    """End every sitting after whose deadline and grace nothing more can count; returns how many.

    In small transactions, so that the saves of those who still have time pass in between.
    """
    ended = 0
    while True:
        with deps.store.read() as session:
            due = store.list_overdue_ids(session, database_now(session))
        if not due:
            return ended
        with deps.store.begin() as session:
            now_ended = sum(_finalise(session, one) for one in store.lock_unfinished(session, due))
        if not now_ended:  # another worker holds them, or time was added
            return ended
        ended += now_ended


def _finalise(session: Session, sitting_id: int) -> bool:
    facts = store.get_sitting(session, sitting_id, lock=True)
    now = database_now(session)
    absent = facts.sitting.state is SittingState.REGISTERED
    try:
        ended = rules.mark_absent(facts.sitting, now) if absent else rules.expire(facts.sitting, now)
    except NotDue:  # time was added to this one
        return False
    if absent:
        store.store_sitting(facts.row, ended)
        record_act(session, None, "sittings.mark_absent", f"sitting:{sitting_id}")
    else:
        receipt = close_with_receipt(facts, ended, now, store.list_events(session, sitting_id))
        record_act(session, None, "sittings.expire", f"sitting:{sitting_id}", receipt=receipt.sha256)
    return True
