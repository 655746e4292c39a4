"""A save on PostgreSQL: one statement that reads, one that writes; both stay prepared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import psycopg
import sqlalchemy as sa

_FACTS: Final = """
SELECT l.id, l.user_id, l.administration_id, l.form_id, l.state, l.epoch, l.device_hash, l.durable_through,
       l.max_seq, l.reached, l.added_s, l.left_sections::text AS left_sections, l.paused_at,
       a.starts_at, a.limit_s, a.window_ends_at, c.rule_pack_code, c.rule_pack_version,
       u.id AS actor_id, (SELECT string_agg(role, ',') FROM user_role WHERE user_id = u.id) AS roles,
       clock_timestamp() AS now
FROM {source} l
JOIN administration a ON a.id = l.administration_id
JOIN campaign c ON c.id = a.campaign_id
LEFT JOIN unnest(%(ids)s::int[], %(logins)s::text[]) AS q(sitting_id, token_hash) ON q.sitting_id = l.id
LEFT JOIN login_session g
    ON g.token_hash = q.token_hash AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()
LEFT JOIN user_account u ON u.id = g.user_id AND u.active
"""
_FIELDS: Final = (
    "id",
    "user_id",
    "administration_id",
    "form_id",
    "state",
    "epoch",
    "device_hash",
    "durable_through",
    "max_seq",
    "reached",
    "added_s",
    "left_sections",
    "paused_at",
    "starts_at",
    "limit_s",
    "window_ends_at",
    "rule_pack_code",
    "rule_pack_version",
    "actor_id",
    "roles",
    "now",
)
_GLANCE: Final = _FACTS.format(source="sitting") + "WHERE l.id = ANY(%(ids)s::int[])"
# The clock is read outside of the locking part, so that it tells the time after the wait for the lock.
_LOCK: Final = (
    "WITH locked AS MATERIALIZED "  # noqa: S608 nothing but the constants above
    "(SELECT * FROM sitting WHERE id = ANY(%(ids)s::int[]) ORDER BY id FOR UPDATE)"
    + _FACTS.format(source="locked")
)

# The parts touch different tables, and PostgreSQL runs each to its end, asked for or not.
_WRITE: Final = """
WITH m AS (
    SELECT * FROM json_to_recordset(%(moved)s::json) AS m(
        id int, durable_through int, max_seq int, reached int, epoch int, was_max_seq int, was_durable int,
        was_reached int, was_added_s int, left_sections text)
), moved AS (
    UPDATE sitting AS s SET durable_through = m.durable_through, max_seq = m.max_seq, reached = m.reached
    FROM m WHERE s.id = m.id{unchanged}
    RETURNING s.id
), stored AS (
    INSERT INTO response_event (sitting_id, epoch, seq, event_id, item_version_id, payload, payload_hash,
                                client_ms, received_at, standing)
    SELECT e.sitting_id, e.epoch, e.seq, e.event_id, e.item_version_id, e.payload, e.payload_hash,
           e.client_ms, e.received_at, e.standing
    FROM json_to_recordset(%(events)s::json) AS e(
        sitting_id int, epoch int, seq int, event_id text, item_version_id int, payload json,
        payload_hash text, client_ms bigint, received_at timestamptz, standing text)
    JOIN moved ON moved.id = e.sitting_id
), projected AS (
    INSERT INTO current_response AS held (sitting_id, item_version_id, response, flagged, struck, note, epoch,
                                          seq)
    SELECT p.sitting_id, p.item_version_id, p.response, p.flagged, p.struck, p.note, p.epoch, p.seq
    FROM json_to_recordset(%(current)s::json) AS p(
        sitting_id int, item_version_id int, response text, flagged boolean, struck json, note text,
        epoch int, seq int)
    JOIN moved ON moved.id = p.sitting_id
    ON CONFLICT (sitting_id, item_version_id) DO UPDATE
        SET response = excluded.response, flagged = excluded.flagged, struck = excluded.struck,
            note = excluded.note, epoch = excluded.epoch, seq = excluded.seq
        WHERE (held.epoch, held.seq) < (excluded.epoch, excluded.seq)
)
SELECT id FROM moved
"""
_WRITE_LOCKED: Final = _WRITE.format(unchanged="")
# Everything that the judgement rested on is compared again under the lock that the update takes.
_WRITE_UNCHANGED: Final = _WRITE.format(
    unchanged="""
        AND s.state = 'open' AND s.paused_at IS NULL AND s.epoch = m.epoch AND s.max_seq = m.was_max_seq
        AND s.durable_through = m.was_durable AND s.reached = m.was_reached AND s.added_s = m.was_added_s
        AND s.left_sections::text IS NOT DISTINCT FROM m.left_sections""",
)
Rows = Sequence[Mapping[str, Any]]
Row = dict[str, Any]


def lock(connection: sa.Connection, logins: Mapping[int, str | None]) -> list[Row]:
    """The rows of these sittings, locked, each with its clock, its rules and the holder of its login."""
    return _read(_cursor(connection), _LOCK, logins)


def glance(cursor: psycopg.Cursor[Any], logins: Mapping[int, str | None]) -> list[Row]:
    """The same without a lock: what is judged by it is written only if it still holds."""
    return _read(cursor, _GLANCE, logins)


def write(connection: sa.Connection, events: Rows, current: Rows, moved: Rows) -> None:
    """Write everything in one statement, the sittings' rows being locked. Raises IntegrityError."""
    _cursor(connection).execute(_WRITE_LOCKED, _parameters(events, current, moved))


def write_unchanged(cursor: psycopg.Cursor[Any], events: Rows, current: Rows, moved: Rows) -> set[int]:
    """Write what concerns sittings that have not changed since the glance; returns which those are."""
    cursor.execute(_WRITE_UNCHANGED, _parameters(events, current, moved))
    return {one for (one,) in cursor.fetchall()}


def _read(cursor: psycopg.Cursor[Any], query: str, logins: Mapping[int, str | None]) -> list[Row]:
    ids = sorted(logins)
    cursor.execute(query, {"ids": ids, "logins": [logins[one] for one in ids]})
    return [dict(zip(_FIELDS, row, strict=True)) for row in cursor.fetchall()]


def _parameters(events: Rows, current: Rows, moved: Rows) -> dict[str, str]:
    """One JSON text a table: three parameters, however many rows."""
    rows = {"events": events, "current": current, "moved": moved}
    return {name: msgspec.json.encode(table).decode() for name, table in rows.items()}


def _cursor(connection: sa.Connection) -> psycopg.Cursor[Any]:
    return cast("psycopg.Cursor[Any]", connection.connection.cursor())
