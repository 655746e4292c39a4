"""A save on SQLite: there the one writer serialises all, and small statements cost little."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final, cast

import sqlalchemy as sa

_LOCK: Final = """
SELECT s.id, s.user_id, s.administration_id, s.form_id, s.state, s.epoch, s.device_hash, s.durable_through,
       s.max_seq, s.reached, s.added_s, s.left_sections, s.paused_at, a.starts_at, a.limit_s,
       a.window_ends_at, c.rule_pack_code, c.rule_pack_version, u.id AS actor_id,
       (SELECT group_concat(role) FROM user_role WHERE user_id = u.id) AS roles,
       strftime('%Y-%m-%dT%H:%M:%f', 'now') AS now
FROM sitting s
JOIN administration a ON a.id = s.administration_id
JOIN campaign c ON c.id = a.campaign_id
LEFT JOIN login_session g
    ON g.token_hash = ? AND g.revoked_at IS NULL AND g.expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now')
LEFT JOIN user_account u ON u.id = g.user_id AND u.active
WHERE s.id = ?
"""
_EVENT: Final = """
INSERT INTO response_event (sitting_id, epoch, seq, event_id, item_version_id, payload, payload_hash,
                            client_ms, received_at, standing)
VALUES (:sitting_id, :epoch, :seq, :event_id, :item_version_id, :payload, :payload_hash, :client_ms,
        :received_at, :standing)
"""
_CURRENT: Final = """
INSERT INTO current_response AS held (sitting_id, item_version_id, response, flagged, struck, note, epoch,
                                      seq)
VALUES (:sitting_id, :item_version_id, :response, :flagged, :struck, :note, :epoch, :seq)
ON CONFLICT (sitting_id, item_version_id) DO UPDATE
    SET response = excluded.response, flagged = excluded.flagged, struck = excluded.struck,
        note = excluded.note, epoch = excluded.epoch, seq = excluded.seq
    WHERE (held.epoch, held.seq) < (excluded.epoch, excluded.seq)
"""
_MOVED: Final = (
    "UPDATE sitting SET durable_through = :durable_through, max_seq = :max_seq, reached = :reached "
    "WHERE id = :id"
)
Rows = Sequence[Mapping[str, Any]]


def lock(connection: sa.Connection, logins: Mapping[int, str | None]) -> list[dict[str, Any]]:
    """The rows of these sittings: the transaction began as the only writer, so they hold until its end."""
    cursor = _cursor(connection)
    rows = []
    for sitting_id, token_hash in logins.items():
        found = cursor.execute(_LOCK, (token_hash, sitting_id)).fetchone()
        if found is not None:
            rows.append(dict(zip([column[0] for column in cursor.description], found, strict=True)))
    return rows


def write(connection: sa.Connection, events: Rows, current: Rows, moved: Rows) -> None:
    """Write everything. Raises sqlite3.IntegrityError: then the transaction is lost."""
    cursor = _cursor(connection)
    cursor.executemany(
        _EVENT,
        [
            {
                **row,
                "payload": json.dumps(row["payload"], ensure_ascii=False),
                "received_at": row["received_at"].astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
            }
            for row in events
        ],
    )
    cursor.executemany(_CURRENT, [{**row, "struck": json.dumps(row["struck"])} for row in current])
    cursor.executemany(_MOVED, moved)


def _cursor(connection: sa.Connection) -> sqlite3.Cursor:
    """The driver's own cursor within the transaction."""
    return cast(sqlite3.Cursor, connection.connection.cursor())
