"""Closing what nobody submitted, and marking what is closed: by the database's clock, without the client."""

from __future__ import annotations

import logging
from typing import Final

from examsvc.delivery import sitting as rules
from examsvc.delivery.errors import NotDue
from examsvc.delivery.sitting import SittingState
from examsvc.services.audit import record_acts
from examsvc.services.deps import Services
from examsvc.services.marking import mark_closed
from examsvc.services.sittings import close_with_receipt
from examsvc.store import Session, database_now
from examsvc.store import sittings as store

log = logging.getLogger(__name__)
MANY: Final = 100  # sittings in a transaction: the saves of those who still have time pass in between


def finalise_due(deps: Services) -> int:
    """End every sitting after whose deadline and grace nothing more can count; returns how many.

    What is closed and not marked yet, because a worker died in between, is marked as well.
    """
    ended = 0
    while True:
        with deps.store.read() as session:
            due = store.list_overdue_ids(session, database_now(session), MANY)
        if not due:
            break
        with deps.store.begin() as session:
            now_ended = _finalise(session, store.lock_unfinished(session, due))
        if not now_ended:  # another worker holds them, or time was added
            break
        ended += now_ended
    mark_closed(deps)
    return ended


def _finalise(session: Session, sitting_ids: list[int]) -> int:
    """End these sittings, whose rows are locked, as far as their time is over."""
    found = store.list_sittings(session, sitting_ids)
    logs = store.list_logs(session, sitting_ids)
    now = database_now(session)
    acts: list[tuple[str, str, dict[str, str]]] = []
    for facts in found:
        absent = facts.sitting.state is SittingState.REGISTERED
        subject = f"sitting:{facts.row.id}"
        try:
            ended = rules.mark_absent(facts.sitting, now) if absent else rules.expire(facts.sitting, now)
        except NotDue:  # time was added to this one
            continue
        if absent:
            store.store_sitting(facts.row, ended)
            acts.append(("sittings.mark_absent", subject, {}))
        else:
            receipt = close_with_receipt(session, facts, ended, now, logs[facts.row.id])
            acts.append(("sittings.expire", subject, {"receipt": receipt.sha256}))
    record_acts(session, None, acts)
    return len(acts)
