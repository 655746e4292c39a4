"""Who was heard of lately, kept in Redis with an expiry; without Redis the room is dark, saves go on."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import redis

log = logging.getLogger(__name__)
_KEEP_S = 3600
_ASKING_S = 30  # a machine that was refused asks again every few seconds


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

    def last_seen(self, sitting_ids: Iterable[int]) -> dict[int, int] | None:
        wanted = list(sitting_ids)
        if not wanted:
            return {}
        try:
            found = self._client.mget([f"seen:{sitting_id}" for sitting_id in wanted])
        except redis.RedisError as error:
            log.warning("presence not read: %s", error)
            return None
        return {sitting_id: int(at) for sitting_id, at in zip(wanted, found, strict=True) if at is not None}

    def ask(self, sitting_id: int) -> None:
        try:
            self._client.set(f"asks:{sitting_id}", 1, ex=_ASKING_S)
        except redis.RedisError as error:
            log.warning("a machine's wish was not recorded: %s", error)

    def answered(self, sitting_id: int) -> None:
        try:
            self._client.delete(f"asks:{sitting_id}")
        except redis.RedisError as error:
            log.warning("that a machine was answered was not recorded: %s", error)

    def asking(self, sitting_ids: Iterable[int]) -> set[int]:
        wanted = list(sitting_ids)
        if not wanted:
            return set()
        try:
            found = self._client.mget([f"asks:{sitting_id}" for sitting_id in wanted])
        except redis.RedisError as error:
            log.warning("the machines' wishes were not read: %s", error)
            return set()
        return {sitting_id for sitting_id, asks in zip(wanted, found, strict=True) if asks is not None}
