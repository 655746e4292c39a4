"""Writing an act into the chain, in the transaction of the act, and verifying the chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.audit.chain import Act, ChainReport, canonical, link, verify
from examsvc.services.deps import Services
from examsvc.store import Session, Store, database_now
from examsvc.store import audit as entries


def record_act(session: Session, actor: Actor | None, action: str, subject: str, **detail: Any) -> datetime:
    """Append the act to the chain, and return the instant it bears.

    Called last in a transaction: it locks the chain's head, and what follows would hold others up.
    """
    at = database_now(session)
    record = canonical(Act(at, actor.user_id if actor else None, action, subject, detail))
    session.flush()
    seq, prev_hash = entries.lock_head(session)
    entries.add_entry(session, link(seq + 1, prev_hash, record))
    return at


def verify_chain(deps: Services) -> ChainReport:
    """Walk the whole chain; the report names the first bad entry."""
    return verify_stored_chain(deps.store)


def verify_stored_chain(store: Store) -> ChainReport:
    """The same for whoever has nothing but the database: it reads, and disturbs no server."""
    with store.read() as session:
        return verify(entries.iter_entries(session), entries.find_head(session))
