"""A SHA-256 chain over canonical records: any later change shows, and where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to which subject, when, and the facts that matter later."""

    at: datetime
    actor_id: int | None  # None: the system itself
    action: str
    subject: str  # "kind:identity"
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An act in its place: `hash` covers the number, the previous hash and the record."""

    seq: int
    record: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found; `first_bad_seq` is None when the chain is whole."""

    n_entries: int
    head_hash: str
    first_bad_seq: int | None
    reason: str | None  # altered | missing | reordered | truncated


def canonical(act: Act) -> str:
    """The one text of an act: sorted keys, no spaces, UTC."""
    record = {
        "at": act.at.isoformat(timespec="microseconds"),
        "actor": act.actor_id,
        "action": act.action,
        "subject": act.subject,
        "detail": act.detail,
    }
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def link(seq: int, prev_hash: str, record: str) -> ChainedEntry:
    """Chain a record to its predecessor."""
    return ChainedEntry(seq, record, prev_hash, _hash(seq, prev_hash, record))


def verify(entries: Iterable[ChainedEntry], head: tuple[int, str]) -> ChainReport:
    """Walk the chain and name the first bad entry.

    Parameters
    ----------
    entries : in order of their numbers, as stored
    head : the recorded last number and hash (kept apart from the entries, so that a cut tail shows)
    """
    n, prev_hash = 0, GENESIS
    for entry in entries:
        expected = n + 1
        if entry.seq != expected:
            return ChainReport(n, prev_hash, expected, "missing")
        if entry.prev_hash != prev_hash:
            return ChainReport(n, prev_hash, entry.seq, "reordered")
        if entry.hash != _hash(entry.seq, entry.prev_hash, entry.record):
            return ChainReport(n, prev_hash, entry.seq, "altered")
        n, prev_hash = expected, entry.hash
    if (n, prev_hash) != head:
        return ChainReport(n, prev_hash, n + 1, "truncated")
    return ChainReport(n, prev_hash, None, None)


def _hash(seq: int, prev_hash: str, record: str) -> str:
    return hashlib.sha256(f"{seq}\n{prev_hash}\n{record}".encode()).hexdigest()
