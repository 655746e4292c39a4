"""Proof of what was handed in, short enough to be copied by hand."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from examsvc.canonical import canonical_sha256
from examsvc.delivery.events import LogEntry, ResponseEvent

MOST_NAMED: Final = 500  # of the missing numbers, as many are asked for at once
CODE_BYTES: Final = 10  # 80 bits give 16 base32 letters without padding


@dataclass(frozen=True, slots=True)
class Receipt:
    sitting_id: str
    submitted_at: datetime
    events: int
    log_digest: str
    sha256: str
    code: str


def log_lines(entries: Iterable[ResponseEvent | LogEntry]) -> str:
    """The lines `epoch:seq:event_id:payload_hash` by (epoch, seq), joined by newlines."""
    ordered = sorted(entries, key=lambda entry: entry.position)
    return "\n".join(f"{entry.epoch}:{entry.seq}:{entry.event_id}:{entry.payload_hash}" for entry in ordered)


def log_digest(entries: Iterable[ResponseEvent | LogEntry]) -> str:
    """SHA-256 of the log's lines.

    A player can compute the same over the events it made, and a candidate over the lines he is given, so that
    all sides know that they mean one log.
    """
    return hashlib.sha256(log_lines(entries).encode("ascii")).hexdigest()


def make_receipt(
    sitting_id: str, submitted_at: datetime, counted: Iterable[ResponseEvent | LogEntry]
) -> Receipt:
    """The receipt over the counted events; the same log and instant always give the same receipt."""
    entries = tuple(counted)
    digest = log_digest(entries)
    instant = submitted_at.astimezone(UTC).isoformat(timespec="microseconds")
    sha256 = canonical_sha256({"log": digest, "sitting_id": sitting_id, "submitted_at": instant})
    return Receipt(sitting_id, submitted_at, len(entries), digest, sha256, receipt_code(sha256))


def receipt_code(sha256: str) -> str:
    """Four groups of four base32 letters from the first 80 bits."""
    letters = base64.b32encode(bytes.fromhex(sha256)[:CODE_BYTES]).decode("ascii")
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def missing_seqs(final_seq: int, held: Iterable[int]) -> tuple[int, ...]:
    """The first that the player made in this epoch, up to `final_seq`, and the log does not hold.

    No more than MOST_NAMED: whoever claims a million must not have a million looked for.
    """
    have = set(held)
    missing = (seq for seq in range(1, final_seq + 1) if seq not in have)
    return tuple(islice(missing, MOST_NAMED))
