"""Where Redis is: a server, a socket, or the master that a set of sentinels names."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote, urlsplit

import redis
import redis.asyncio

SENTINEL: Final = "redis+sentinel"  # redis+sentinel://[:password@]host:port,host:port/name-of-the-master


def connect(url: str, **options: Any) -> redis.Redis:
    """A client of the server behind `url`; with sentinels, each new connection goes to the present master."""
    if not url.startswith(SENTINEL):
        return redis.Redis.from_url(url, **options)
    hosts, name, password = _parts(url)
    sentinels = redis.Sentinel(  # type: ignore[no-untyped-call]
        hosts, sentinel_kwargs={"password": password, **_timeouts(options)}
    )
    client: redis.Redis = sentinels.master_for(  # type: ignore[no-untyped-call]
        name, password=password, **options
    )
    return client


def connect_async(url: str, **options: Any) -> redis.asyncio.Redis:
    """The same for an event loop."""
    if not url.startswith(SENTINEL):
        return redis.asyncio.Redis.from_url(url, **options)
    hosts, name, password = _parts(url)
    sentinels = redis.asyncio.Sentinel(  # type: ignore[no-untyped-call]
        hosts, sentinel_kwargs={"password": password, **_timeouts(options)}
    )
    client: redis.asyncio.Redis = sentinels.master_for(name, password=password, **options)
    return client


def _parts(url: str) -> tuple[list[tuple[str, int]], str, str | None]:
    whole = urlsplit(url)  # its own host and port know of one host alone
    login, _, places = whole.netloc.rpartition("@")
    hosts = []
    for one in places.split(","):
        host, _, port = one.rpartition(":")
        hosts.append((host, int(port)))
    return hosts, whole.path.strip("/"), unquote(login.partition(":")[2]) or None


def _timeouts(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name.startswith("socket_")}
