"""Changes of time go through Redis publish/subscribe; whoever misses one finds out by polling."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Iterable
from typing import Any, Final

import redis

from examsvc.adapters.redis_url import connect_async
from examsvc.ports import Change

log = logging.getLogger(__name__)
CHANNEL: Final = "examsvc:live"
_PART: Final = 1_000  # sittings a message
_QUIET_S: Final = 5.0  # after so long without a word Redis is asked whether it is there


class RedisLive:
    """Fulfils ports.Live."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def changed(self, sitting_ids: Iterable[int] = (), administration_id: int | None = None) -> None:
        ids = list(sitting_ids)
        parts = [ids[first : first + _PART] for first in range(0, len(ids), _PART)] or [[]]
        try:
            for turn, part in enumerate(parts):
                whole = None if turn else administration_id
                self._client.publish(CHANNEL, json.dumps({"sittings": part, "administration": whole}))
        except redis.RedisError as error:
            log.warning("a change was not published; players will poll: %s", error)


class RedisChanges:
    """Fulfils ports.Changes."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def listen(self) -> AsyncGenerator[Change | None, None]:
        """None once subscribed, then every change; ends when Redis is gone or has fallen silent."""
        client = connect_async(self._url, socket_connect_timeout=2, socket_timeout=_QUIET_S)
        heard = client.pubsub()
        try:
            await heard.subscribe(CHANNEL)
            asked = False
            while True:
                message = await heard.get_message(timeout=_QUIET_S)
                if message is None:
                    if asked:
                        log.warning("Redis no longer answers the live channel")
                        return
                    await heard.ping()
                    asked = True
                    continue
                asked = False
                if message["type"] == "subscribe":
                    yield None
                elif message["type"] == "message":
                    change = _read(message["data"])
                    if change is not None:
                        yield change
        except (redis.RedisError, OSError) as error:
            log.warning("the live channel hears nothing: %s", error)
        finally:
            await heard.aclose()  # type: ignore[no-untyped-call]
            await client.aclose()


def _read(data: Any) -> Change | None:
    try:
        content = json.loads(data)
        whole = content["administration"]
        return Change(tuple(map(int, content["sittings"])), None if whole is None else int(whole))
    except (ValueError, TypeError, KeyError):
        log.warning("something else than a change came: %.80r", data)
        return None
