"""Reading and verifying the audit chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.audit.chain import ChainReport
from examsvc.services.audit import verify_chain
from examsvc.services.deps import Services
from examsvc.store import accounts, audit


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An entry of the chain as people read it; `name` is None when the system itself acted."""

    seq: int
    at: datetime
    name: str | None
    username: str | None
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def list_acts(deps: Services, actor: Actor, limit: int = 100) -> list[RecordedAct]:
    """The latest acts, newest first."""
    permit(actor, "audit.read")
    with deps.store.read() as session:
        entries = audit.list_latest(session, limit)
        records = [json.loads(entry.record) for entry in entries]
        users = accounts.list_users_by_id(session, {record["actor"] for record in records} - {None})
    return [
        RecordedAct(
            seq=entry.seq,
            at=datetime.fromisoformat(record["at"]),
            name=users[record["actor"]].display_name if record["actor"] in users else None,
            username=users[record["actor"]].username if record["actor"] in users else None,
            action=record["action"],
            subject=record["subject"],
            detail=record["detail"],
            hash=entry.hash,
        )
        for entry, record in zip(entries, records, strict=True)
    ]


def verify(deps: Services, actor: Actor) -> ChainReport:
    """Walk the whole chain for an auditor."""
    permit(actor, "audit.read")
    return verify_chain(deps)
