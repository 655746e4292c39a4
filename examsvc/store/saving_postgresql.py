"""A save on PostgreSQL: one statement that locks and reads, one that writes; both stay prepared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

# The clock is read outside of the locking part, so that it tells the time after the wait for the lock.
_LOCK: Final = """
WITH locked AS MATERIALIZED (
    SELECT id, user_id, administration_id, form_id, state, epoch, device_hash, durable_through, max_seq,
           reached, added_s, left_sections, paused_at
    FROM sitting WHERE id = ANY(%(ids)s::int[]) ORDER BY id FOR UPDATE{skip}
)
SELECT l.*, a.starts_at, a.limit_s, a.window_ends_at, c.rule_pack_code, c.rule_pack_version,
       u.id AS actor_id, (SELECT string_agg(role, ',') FROM user_role WHERE user_id = u.id) AS roles,
       clock_timestamp() AS now
FROM locked l
JOIN administration a ON a.id = l.administration_id
JOIN campaign c ON c.id = a.campaign_id
LEFT JOIN unnest(%(ids)s::int[], %(logins)s::text[]) AS q(sitting_id, token_hash) ON q.sitting_id = l.id
LEFT JOIN login_session g
    ON g.token_hash = q.token_hash AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()
LEFT JOIN user_account u ON u.id = g.user_id AND u.active
"""
_LOCK_ALL: Final = _LOCK.format(skip="")
_LOCK_FREE: Final = _LOCK.format(skip=" SKIP LOCKED")

# The three parts touch different tables, and PostgreSQL runs each to its end, asked for or not.
_WRITE: Final = """
WITH stored AS (
    INSERT INTO response_event (sitting_id, epoch, seq, event_id, item_version_id, payload, payload_hash,
                                client_ms, received_at, standing)
    SELECT sitting_id, epoch, seq, event_id, item_version_id, payload::json, payload_hash, client_ms,
           received_at, standing
    FROM unnest(%(e_sitting_id)s::int[], %(e_epoch)s::int[], %(e_seq)s::int[], %(e_event_id)s::text[],
                %(e_item_version_id)s::int[], %(e_payload)s::text[], %(e_payload_hash)s::text[],
                %(e_client_ms)s::bigint[], %(e_received_at)s::timestamptz[], %(e_standing)s::text[])
        AS e(sitting_id, epoch, seq, event_id, item_version_id, payload, payload_hash, client_ms, received_at,
             standing)
    ON CONFLICT DO NOTHING
    RETURNING 1
), projected AS (
    INSERT INTO current_response AS held (sitting_id, item_version_id, response, flagged, struck, note, epoch,
                                          seq)
    SELECT sitting_id, item_version_id, response, flagged, struck::json, note, epoch, seq
    FROM unnest(%(c_sitting_id)s::int[], %(c_item_version_id)s::int[], %(c_response)s::text[],
                %(c_flagged)s::boolean[], %(c_struck)s::text[], %(c_note)s::text[], %(c_epoch)s::int[],
                %(c_seq)s::int[])
        AS p(sitting_id, item_version_id, response, flagged, struck, note, epoch, seq)
    ON CONFLICT (sitting_id, item_version_id) DO UPDATE
        SET response = excluded.response, flagged = excluded.flagged, struck = excluded.struck,
            note = excluded.note, epoch = excluded.epoch, seq = excluded.seq
        WHERE (held.epoch, held.seq) < (excluded.epoch, excluded.seq)
), moved AS (
    UPDATE sitting SET durable_through = m.durable_through, max_seq = m.max_seq, reached = m.reached
    FROM unnest(%(m_id)s::int[], %(m_durable_through)s::int[], %(m_max_seq)s::int[], %(m_reached)s::int[])
        AS m(id, durable_through, max_seq, reached)
    WHERE sitting.id = m.id
)
SELECT count(*) FROM stored
"""
_EVENT: Final = (
    "sitting_id",
    "epoch",
    "seq",
    "event_id",
    "item_version_id",
    "payload",
    "payload_hash",
    "client_ms",
    "received_at",
    "standing",
)
_CURRENT: Final = ("sitting_id", "item_version_id", "response", "flagged", "struck", "note", "epoch", "seq")
_MOVED: Final = ("id", "durable_through", "max_seq", "reached")
Rows = Sequence[Mapping[str, Any]]


def lock(session: Session, logins: Mapping[int, str | None], *, skip_locked: bool) -> list[dict[str, Any]]:
    """The rows of these sittings, locked, each with its clock, its rules and the holder of its login."""
    ids = sorted(logins)
    parameters = {"ids": ids, "logins": [logins[one] for one in ids]}
    found = session.connection().exec_driver_sql(_LOCK_FREE if skip_locked else _LOCK_ALL, parameters)
    return [dict(row) for row in found.mappings()]


def write(session: Session, events: Rows, current: Rows, moved: Rows) -> int:
    """Write everything in one statement; returns how many events were stored."""
    parameters = {
        **{f"e_{name}": [row[name] for row in events] for name in _EVENT},
        **{f"c_{name}": [row[name] for row in current] for name in _CURRENT},
        **{f"m_{name}": [row[name] for row in moved] for name in _MOVED},
    }
    return int(session.connection().exec_driver_sql(_WRITE, parameters).scalar_one())
