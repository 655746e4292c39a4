"""Writing an act into the chain, in the transaction of the act, and verifying the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    return record_acts(session, actor, [(action, subject, detail)])


def record_acts(
    session: Session, actor: Actor | None, acts: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> datetime:
    """The same for many acts of one transaction: (action, subject, detail) each, under one lock."""
    session.flush()
    if not acts:
        return database_now(session)
    seq, prev_hash, at = entries.lock_head(session)
    links = []
    for action, subject, detail in acts:
        record = canonical(Act(at, actor.user_id if actor else None, action, subject, dict(detail)))
        links.append(link(seq + 1, prev_hash, record))
        seq, prev_hash = links[-1].seq, links[-1].hash
    entries.add_entries(session, links)
    return at


def verify_chain(deps: Services) -> ChainReport:
    """Walk the whole chain; the report names the first bad entry."""
    return verify_stored_chain(deps.store)


def verify_stored_chain(store: Store) -> ChainReport:
    """The same for whoever has nothing but the database: it reads, and disturbs no server."""
    with store.read_as_one() as session:
        return verify(entries.iter_entries(session), entries.find_head(session))
