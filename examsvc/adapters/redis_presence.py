"""Who was heard of lately, kept in Redis with an expiry; without Redis the room is dark, saves go on."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import redis

log = logging.getLogger(__name__)
_KEEP_S = 3600


class RedisPresence:
    """Fulfils ports.Presence."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def seen(self, sitting_id: int, at_ms: int) -> None:
        try:
            self._client.set(f"seen:{sitting_id}", at_ms, ex=_KEEP_S)
        except redis.RedisError as error:
            log.warning("presence not recorded: %s", error)

    def seen_all(self, seen: Mapping[int, int]) -> None:
        """Many at once, in one round trip."""
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for sitting_id, at_ms in seen.items():
                    pipeline.set(f"seen:{sitting_id}", at_ms, ex=_KEEP_S)
                pipeline.execute()
        except redis.RedisError as error:
            log.warning("presence not recorded: %s", error)

    def last_seen(self, sitting_ids: Iterable[int]) -> dict[int, int]:
        wanted = list(sitting_ids)
        if not wanted:
            return {}
        try:
            found = self._client.mget([f"seen:{sitting_id}" for sitting_id in wanted])
        except redis.RedisError as error:
            log.warning("presence not read: %s", error)
            return {}
        return {sitting_id: int(at) for sitting_id, at in zip(wanted, found, strict=True) if at is not None}
