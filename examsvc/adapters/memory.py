"""The ports without a server, for one process: what tests stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from examsvc.ports import Change


class MemoryPresence:
    """Fulfils ports.Presence."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self._asking: set[int] = set()

    def seen(self, sitting_id: int, at_ms: int) -> None:
        self._seen[sitting_id] = at_ms

    def last_seen(self, sitting_ids: Iterable[int]) -> dict[int, int]:
        return {sitting_id: self._seen[sitting_id] for sitting_id in sitting_ids if sitting_id in self._seen}

    def ask(self, sitting_id: int) -> None:
        self._asking.add(sitting_id)

    def answered(self, sitting_id: int) -> None:
        self._asking.discard(sitting_id)

    def asking(self, sitting_ids: Iterable[int]) -> set[int]:
        return self._asking & set(sitting_ids)


class MemoryLive:
    """Fulfils ports.Live by remembering what was said."""

    def __init__(self) -> None:
        self.said: list[Change] = []

    def changed(self, sitting_ids: Iterable[int] = (), administration_id: int | None = None) -> None:
        self.said.append(Change(tuple(sitting_ids), administration_id))


class InlineQueue:
    """Fulfils ports.Queue by running the job where it was asked for."""

    def __init__(self) -> None:
        self.run_job: Callable[[int], None] | None = None

    def wake(self, job_id: int) -> None:
        if self.run_job is not None:
            self.run_job(job_id)
