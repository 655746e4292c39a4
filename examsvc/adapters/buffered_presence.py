"""Signs of life gathered for a second: a save must not wait for Redis, nor a room's page be told at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from examsvc.adapters.redis_presence import RedisPresence

EVERY_S: Final = 1.0


class BufferedPresence:
    """Fulfils ports.Presence over RedisPresence; what a crash forgets, the next sign of life tells."""

    def __init__(self, presence: RedisPresence) -> None:
        self._presence = presence
        self._seen: dict[int, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._thread.start()

    def seen(self, sitting_id: int, at_ms: int) -> None:
        with self._lock:
            self._seen[sitting_id] = at_ms

    def last_seen(self, sitting_ids: Iterable[int]) -> dict[int, int] | None:
        self.flush()
        return self._presence.last_seen(sitting_ids)

    def ask(self, sitting_id: int) -> None:
        self._presence.ask(sitting_id)

    def answered(self, sitting_id: int) -> None:
        self._presence.answered(sitting_id)

    def asking(self, sitting_ids: Iterable[int]) -> set[int]:
        return self._presence.asking(sitting_ids)

    def flush(self) -> None:
        """Hand on what was gathered."""
        with self._lock:
            seen, self._seen = self._seen, {}
        if seen:
            self._presence.seen_all(seen)

    def close(self) -> None:
        """Hand on the rest, and stop."""
        self._stop.set()
        self._thread.join(timeout=5)
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.flush()
